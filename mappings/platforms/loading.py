"""Platform profiles from their files: read strictly, found by what a platform calls itself."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Final

from mappings.errors import PlatformError
from mappings.files import files_in, read_file
from mappings.phrasing import shown
from mappings.platforms.profile import (
    GENERIC,
    ISSUER,
    TOKEN_URL,
    Addresses,
    Advice,
    AnswerMeaning,
    Completion,
    FormField,
    PlatformProfile,
    Reader,
    Registering,
    Signal,
)
from mappings.reading import Table

_MEDIA_TYPE: Final = re.compile(r"[a-z0-9.+-]+/[a-z0-9.+-]+")
_AUDIENCE: Final = re.compile(rf"{TOKEN_URL}|{ISSUER}|https://[^\s/]+(/\S*)?")
_FRAME: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
_SOURCE: Final = re.compile(r"https://(\*\.)?[a-z0-9.-]+")
_ADDRESS: Final = re.compile(r"https://[^\s/{}]+(/([^\s{}]|\{client_id\})*)?")
_FILLED: Final = re.compile(r"([^{}]|\{base\}|\{host\})+")
_NOWHERE: Final = "none"


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
    return profiles[_families().get(code, GENERIC)]


def families() -> Sequence[str]:
    """Return the families that have a profile, the generic one last."""
    known = _own_profiles()
    return [*(family for family in known if family != GENERIC), GENERIC]


def profile_from(data: Mapping[str, object], source: str) -> PlatformProfile:
    """Turn the content of a platform file into a profile.

    Args:
        data: the content, as `tomllib` gives it.
        source: the file, as named in messages.

    Raises:
        PlatformError: it has mistakes; one line, all of them in `problems`.
    """
    root = Table(data)
    token, types, frame = _part(root, "token"), _part(root, "media_types"), _part(root, "frame")
    reading, scores, offers = _part(root, "reading"), _part(root, "scores"), _part(root, "offers")
    by_grade = scores.boolean("completes_by_grade")
    storage = frame.string("storage", f'the name of a frame, or "{_NOWHERE}"', _FRAME)
    profile = PlatformProfile(
        family=root.key("family"),
        name=root.string("name"),
        basis=root.text("basis"),
        product_family_codes=root.strings("product_family_codes", at_least=0),
        token_audience=token.string("audience", f'"{TOKEN_URL}", "{ISSUER}" or an https address', _AUDIENCE),
        assertion_backdate_seconds=token.integer("assertion_backdate_seconds", 0, 60),
        renew_statuses=token.integers("renew_statuses", at_least=400, at_most=499),
        lineitem_media_type=_media_type(types, "lineitem"),
        lineitem_container_media_type=_media_type(types, "lineitem_container"),
        score_media_type=_media_type(types, "score"),
        result_container_media_type=_media_type(types, "result_container"),
        membership_media_type=_media_type(types, "membership"),
        membership_accept=_media_type(types, "membership_accept"),
        lineitems_paging=reading.boolean("lineitems_paging"),
        results_limit=reading.boolean("results_limit"),
        results_user_filter=reading.boolean("results_user_filter"),
        memberships_paging=reading.boolean("memberships_paging"),
        memberships_role_filter=reading.boolean("memberships_role_filter"),
        score_gap_seconds=scores.integer("gap_seconds", 0, 60),
        serial_per_user=scores.boolean("serial_per_user"),
        max_parallel=scores.integer("max_parallel", 1, 32),
        wipes_without_grade=scores.boolean("wipes_without_grade"),
        rate_limit_statuses=scores.integers("rate_limit_statuses", at_least=400, at_most=599),
        completes_by_grade=by_grade,
        completion=_read_completion(_part(root, "completion"), by_grade=by_grade),
        score_extensions=scores.optional_members("extensions"),
        item_title_max=root.integer("item_title_max", 1, 1000),
        storage_frame=None if storage == _NOWHERE else storage,
        frame_hosts=_sources(frame),
        submission_review=offers.boolean("submission_review"),
        context_history=offers.boolean("context_history"),
        web_services=offers.boolean("web_services"),
        signals=_read_signals(root.optional_tables("answer")),
        registering=_read_registering(_part(root, "registration")),
        advice=_read_advice(root.optional_tables("advice")),
    )
    root.finish(source, PlatformError)
    return profile


@cache
def _own_profiles() -> Mapping[str, PlatformProfile]:
    return load_profiles()


@cache
def _families() -> Mapping[str, str]:
    """Which family is meant by a name of ours or a product code, in small letters."""
    profiles = _own_profiles()
    codes = {code.casefold(): profile.family for profile in profiles.values() for code in profile.product_family_codes}
    return {**codes, **{family: family for family in profiles}}


def _part(root: Table, name: str) -> Table:
    return root.table(name) or Table({})


def _media_type(table: Table, name: str) -> str:
    return table.string(name, 'a media type such as "application/json"', _MEDIA_TYPE)


def _sources(frame: Table) -> tuple[str, ...]:
    hosts = frame.strings("hosts", at_least=0)
    for index, host in enumerate(hosts, 1):
        if not _SOURCE.fullmatch(host):
            frame.note(f"{frame.at('hosts')}[{index}]", f'expected "https://*.example.com", found {shown(host)}')
    return hosts


def _read_signals(tables: Sequence[Table]) -> tuple[Signal, ...]:
    return tuple(
        Signal(table.integer("status", 200, 599), table.string("words"), table.member("means", AnswerMeaning))
        for table in tables
    )


def _read_registering(table: Table) -> Registering:
    fields = tuple(
        FormField(field.string("label"), field.string("value", "a text with {base} or {host}", _FILLED))
        for field in table.tables("field")
    )
    shared = table.optional_table("addresses")
    return Registering(
        dynamic=table.boolean("dynamic"),
        shared_client=table.boolean("shared_client"),
        where=table.text("where"),
        fields=fields,
        addresses=_read_addresses(shared) if shared else None,
    )


def _read_addresses(table: Table) -> Addresses:
    def address(name: str) -> str:
        return table.string(name, "an https address, in which {client_id} may stand", _ADDRESS)

    return Addresses(address("issuer"), address("auth_url"), address("token_url"), address("jwks_url"))


def _read_completion(table: Table, *, by_grade: bool) -> Completion:
    return Completion(
        about=table.text("about"),
        rule=table.text("rule") if by_grade else None,
        steps=tuple(step.text("text") for step in table.tables("step")) if by_grade else (),
        whole=table.text("whole") if by_grade else None,
    )


def _read_advice(tables: Sequence[Table]) -> tuple[Advice, ...]:
    return tuple(Advice(table.key(), table.member("reader", Reader), table.text("text")) for table in tables)
