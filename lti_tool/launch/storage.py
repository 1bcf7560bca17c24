"""The platform's storage as what ties a launch to the browser, where a frame keeps no cookies (LTI Platform Storage 0.1).

The login's page lets the platform's window keep a random secret under ``lti_state_<state>``; we keep its digest. The
launch's page asks for it again and posts it with the launch. Until then the launch grants nothing and consumes nothing.
Both speak with the origin of the registered authentication address alone (`static/platform-storage.js`).
"""

from dataclasses import dataclass

from lti_tool.platforms.service import PlatformInfo

PARENT = "_parent"
"""The target that means the window around the frame itself."""
VALUE = "storage_value"
"""The field of a launch in which our own page brings what the platform's storage held."""
SILENT = "storage_silent"
"""The field in which it says that the storage gave no answer."""


@dataclass(frozen=True)
class ForStorage:
    """What the login's page does next: keep `value` under `key` in the platform's storage, then go to `url`."""

    key: str
    value: str
    url: str

    def __repr__(self) -> str:
        return "ForStorage(…)"


@dataclass(frozen=True)
class Unproven:
    """A launch that was verified, and that the platform's storage has yet to tie to this browser."""

    platform: PlatformInfo
    key: str
    target: str
    locale: str | None
    return_url: str | None
    answer_url: str | None
    """Where the answer to a deep-linking request goes."""

    def __repr__(self) -> str:
        return f"Unproven(platform={self.platform.id!r}, …)"


def storage_key(state: str) -> str:
    """Return the name under which the platform keeps a state's secret."""
    return f"lti_state_{state}"
