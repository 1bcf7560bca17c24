"""Each learning environment's facts as data: how its LTI services differ from what the specification leaves open.

One TOML file a family; `generic` holds what is safe with a platform that nobody has measured. LTI Advantage: Assignment
and Grade Services 2.0, Names and Role Provisioning Services 2.0, Security Framework 1.0 (client assertion).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Final

from mappings.errors import PlatformError
from mappings.files import files_in, read_file
from mappings.phrasing import shown
from mappings.reading import Table
from mappings.texts import Text

GENERIC: Final = "generic"
"""The family of a platform that is not known."""

TOKEN_URL: Final = "token_url"  # noqa: S105  # a word in the data files, no secret
ISSUER: Final = "issuer"

_MEDIA_TYPE: Final = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+")
_AUDIENCE: Final = re.compile(rf"{TOKEN_URL}|{ISSUER}|https://[^\s/]+(/\S*)?")


class Reader(StrEnum):
    """Who has to do something when a platform is connected."""

    ADMIN = "admin"
    """The administrator of the learning environment."""
    TRAINER = "trainer"
    """The trainer, in the course."""


@dataclass(frozen=True, slots=True)
class Advice:
    """Something a person has to do or know once."""

    key: str
    reader: Reader
    text: Text


@dataclass(frozen=True, slots=True)
class PlatformProfile:
    """How to talk to one family of platforms."""

    family: str
    name: str
    product_family_codes: tuple[str, ...]
    """What the platform calls itself in `tool_platform.product_family_code`; compared without case."""
    token_audience: str
    """`token_url`, `issuer`, or the address itself; `audience` resolves it."""
    assertion_backdate_seconds: int
    """How far `iat` of a client assertion lies before now, for platforms that refuse a clock ahead of theirs."""
    lineitem_media_type: str
    lineitem_container_media_type: str
    score_media_type: str
    result_container_media_type: str
    membership_media_type: str
    membership_accept: str
    """What to send as `Accept` when asking for members; the other services get exactly the media type of the answer."""
    lineitems_paging: bool
    """Whether `limit` and the `Link` header of line items can be used."""
    results_limit: bool
    """Whether results can be asked with `limit`."""
    memberships_paging: bool
    """Whether `limit` and the `Link` header of memberships can be used."""
    memberships_role_filter: bool
    """Whether `role` can be trusted, on every page."""
    score_gap_seconds: int
    """Seconds between two posts for one account on one line item; timestamps may be compared by the whole second."""
    serial_per_user: bool
    """Whether posts for one user have to wait for each other, whatever the line item."""
    max_parallel: int
    """How many requests at once."""
    wipes_without_grade: bool
    """Whether a post without a score, or without `FullyGraded`, clears the grade."""
    rate_limit_statuses: tuple[int, ...]
    """HTTP statuses that mean: later."""
    completes_by_grade: bool
    """Whether completion follows from the grade, not from `activityProgress`."""
    item_title_max: int
    """How many characters the title of a deep-linked item may have."""
    advice: tuple[Advice, ...]

    def audience(self, *, token_url: str, issuer: str) -> str:
        """Return the audience of a client assertion: one address, as the platform wants it."""
        return {TOKEN_URL: token_url, ISSUER: issuer}.get(self.token_audience, self.token_audience)

    def advice_for(self, reader: Reader) -> tuple[Advice, ...]:
        """Return what one kind of reader has to do or know, in order."""
        return tuple(advice for advice in self.advice if advice.reader is reader)


def load_profiles(folder: Path | None = None) -> Mapping[str, PlatformProfile]:
    """Read all platform profiles of a folder, by family.

    Args:
        folder: where the files `*.toml` are; the package's own folder when None.

    Raises:
        PlatformError: a file cannot be used, two files have one family or product code, or `generic` is missing.
    """
    place: Traversable = resources.files("mappings.platforms") if folder is None else folder
    profiles: dict[str, PlatformProfile] = {}
    owners: dict[str, str] = {}
    for file in files_in(place, PlatformError):
        profile = profile_from(read_file(file, PlatformError), str(file))
        if profile.family in profiles:
            raise PlatformError(str(file), [f"family: {shown(profile.family)} is in another file as well"])
        for code in profile.product_family_codes:
            owner = owners.setdefault(code.casefold(), profile.family)
            if owner != profile.family:
                raise PlatformError(str(file), [f"product_family_codes: {shown(code)} is {shown(owner)}'s as well"])
        profiles[profile.family] = profile
    if GENERIC not in profiles:
        raise PlatformError(str(place), [f"expected a file of the family {shown(GENERIC)}, found none"])
    return MappingProxyType(profiles)


def profile_for(product_family_code: object) -> PlatformProfile:
    """Return the profile of a platform by what it calls itself, or by our name of its family; else the generic one.

    Args:
        product_family_code: the member of the claim `tool_platform` as it came; what is no text is unknown.
    """
    profiles = _own_profiles()
    code = product_family_code.strip().casefold() if isinstance(product_family_code, str) else ""
    for profile in profiles.values():
        if code == profile.family or code in (known.casefold() for known in profile.product_family_codes):
            return profile
    return profiles[GENERIC]


def profile_from(data: Mapping[str, object], source: str) -> PlatformProfile:
    """Turn the content of a platform file into a profile.

    Args:
        data: the content, as `tomllib` gives it.
        source: the file, as named in messages.

    Raises:
        PlatformError: it has mistakes; one line, all of them in `problems`.
    """
    root = Table(data)
    token, types = _part(root, "token"), _part(root, "media_types")
    reading, scores = _part(root, "reading"), _part(root, "scores")
    profile = PlatformProfile(
        family=root.key("family"),
        name=root.string("name"),
        product_family_codes=root.strings("product_family_codes", at_least=0),
        token_audience=token.string("audience", f'"{TOKEN_URL}", "{ISSUER}" or an https address', _AUDIENCE),
        assertion_backdate_seconds=token.integer("assertion_backdate_seconds", 0, 60),
        lineitem_media_type=_media_type(types, "lineitem"),
        lineitem_container_media_type=_media_type(types, "lineitem_container"),
        score_media_type=_media_type(types, "score"),
        result_container_media_type=_media_type(types, "result_container"),
        membership_media_type=_media_type(types, "membership"),
        membership_accept=_media_type(types, "membership_accept"),
        lineitems_paging=reading.boolean("lineitems_paging"),
        results_limit=reading.boolean("results_limit"),
        memberships_paging=reading.boolean("memberships_paging"),
        memberships_role_filter=reading.boolean("memberships_role_filter"),
        score_gap_seconds=scores.integer("gap_seconds", 0, 60),
        serial_per_user=scores.boolean("serial_per_user"),
        max_parallel=scores.integer("max_parallel", 1, 32),
        wipes_without_grade=scores.boolean("wipes_without_grade"),
        rate_limit_statuses=scores.integers("rate_limit_statuses", at_least=400, at_most=599),
        completes_by_grade=scores.boolean("completes_by_grade"),
        item_title_max=root.integer("item_title_max", 1, 1000),
        advice=_read_advice(root.optional_tables("advice")),
    )
    root.finish(source, PlatformError)
    return profile


@cache
def _own_profiles() -> Mapping[str, PlatformProfile]:
    return load_profiles()


def _part(root: Table, name: str) -> Table:
    return root.table(name) or Table({})


def _media_type(table: Table, name: str) -> str:
    return table.string(name, 'a media type such as "application/json"', _MEDIA_TYPE)


def _read_advice(tables: Sequence[Table]) -> tuple[Advice, ...]:
    return tuple(Advice(table.key(), table.member("reader", Reader), table.text("text")) for table in tables)
