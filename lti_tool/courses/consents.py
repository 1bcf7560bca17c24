"""What people are asked to agree to: the words, with a version. Whoever agreed is kept with the version of that moment.

The words stand in `consents.toml`, all versions there have been. Until somebody has agreed to the newest, what they chose
shows to nobody else and nothing is sent, and the page asks again. What is done once and for all (linking accounts) is not.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources

FIRST = "1"
"""Version of whatever was chosen before versions were kept, as a server default."""


@dataclass(frozen=True)
class Consent:
    """What somebody is asked to agree to."""

    key: str
    """As the register of personal data calls it."""
    title: Mapping[str, str]
    """By language, ``nl`` and ``en``."""
    texts: tuple[Mapping[str, str], ...] = field(repr=False)
    """Of each version by language, the first version first."""

    @property
    def version(self) -> int:
        """The version that is asked now: 1, 2, 3 …"""
        return len(self.texts)

    @property
    def words(self) -> Mapping[str, str]:
        """The words that are asked now."""
        return self.texts[-1]

    def text(self, version: int) -> Mapping[str, str] | None:
        """Return the words of a version; None: there was no such version."""
        return self.texts[version - 1] if 0 < version <= len(self.texts) else None


def _read() -> dict[str, Consent]:
    said = tomllib.loads((resources.files(__package__) / "consents.toml").read_text("utf-8"))
    return {key: Consent(key, one["title"], tuple(one["versions"])) for key, one in said.items()}


CONSENTS = _read()
"""All of them by key, in the order in which the page shows them."""
SHARING = CONSENTS["sharing"]
"""To share work."""
DIRECTORY = CONSENTS["directory"]
"""To stand in the directory."""
MAIL = CONSENTS["mail"]
"""To get e-mail."""
LINK_CODE = CONSENTS["link_code"]
"""To make a code with which somebody else's account can be put together with one's own."""
LINKING = CONSENTS["linking"]
"""To put the account of the maker of a code together with one's own."""
