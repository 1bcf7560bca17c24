"""Reads the register from its TOML files. A register that leaves this module is complete and consistent in itself."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Final, Literal, NewType

Path = NewType("Path", str)
"""From a column over what it refers to up to a person's or a platform's id: ``enrolment_id.person_id``."""

PEOPLE: Final = ("participant", "trainer", "member", "holder", "admin", "staff")
"""Whom data are about, in the order in which the pages name them."""
GROUNDS: Final = ("agreement", "consent", "interest")
SILENT: Final = frozenset({"joins", "upkeep", "secret", "places", "others"})
"""Kinds of columns that say nothing of anybody by themselves."""
LANGUAGES: Final = ("nl", "en")
_TEXTS: Final = ("what", "why", "keep", "sees")
_FOLDER: Final = "lti_tool.privacy.register"


class RegisterError(ValueError):
    """A file of the register contradicts itself; a mistake of the installation's makers, not of its users."""


@dataclass(frozen=True)
class Words:
    """What the register says of a kind of data, in one language."""

    what: str
    why: str
    keep: str
    """How long; names of settings stand in braces."""
    sees: str


@dataclass(frozen=True)
class Kind:
    """A kind of personal data."""

    key: str
    people: tuple[str, ...]
    """Whom it is about, of `PEOPLE`."""
    ground: str
    """One of `GROUNDS`."""
    words: Mapping[str, Words]
    """By language."""


Erased = Literal["deleted", "kept", "emptied"]


@dataclass(frozen=True)
class Entry:
    """What the register says of a table."""

    table: str
    columns: Mapping[str, str]
    """The kind of each column, by the column's name."""
    owner: tuple[Path, ...]
    account: tuple[Path, str] | None
    account_id: str | None
    staff: tuple[Path, ...]
    staff_id: str | None
    by: tuple[Path, ...]
    about: tuple[Path, ...]
    erased: Erased
    emptied: tuple[str, ...]
    """The columns that are emptied; empty unless `erased` is ``emptied``."""
    erased_by: Erased
    erased_staff: Erased
    emptied_staff: tuple[str, ...]
    """The columns that are emptied when the member of the staff is erased."""
    files: tuple[str, ...]
    consents: Mapping[str, str]
    """Columns with a version of words that somebody agreed to, and the key of these words."""

    @property
    def personal(self) -> bool:
        """Whether the table holds anything about people."""
        return bool(self.owner or self.account or self.staff or self.by or set(self.columns.values()) - SILENT)


@dataclass(frozen=True)
class Register:
    """All of it."""

    kinds: Mapping[str, Kind]
    entries: Mapping[str, Entry]
    """By table."""
    engine_tables: frozenset[str]
    """Tables of the job engine, which hold ids of rows only."""

    def tables_of(self, kind: str) -> Sequence[str]:
        """Return ``table.column`` of everything of a kind, in order."""
        found = [(entry.table, name) for entry in self.entries.values() for name, of in entry.columns.items() if of == kind]
        return [f"{table}.{column}" for table, column in sorted(found)]


@lru_cache(maxsize=1)
def load_register() -> Register:
    """Read the register that comes with the package.

    Raises:
        RegisterError: it contradicts itself.
    """
    files = {
        file.name.removesuffix(".toml"): tomllib.loads(file.read_text("utf-8"))
        for file in resources.files(_FOLDER).iterdir()
        if file.name.endswith(".toml")
    }
    return read_register(files)


def read_register(files: Mapping[str, Mapping[str, Any]]) -> Register:
    """Make a register of parsed files, by the file's name.

    Raises:
        RegisterError: a kind, path or column is missing, unknown or there twice.
    """
    kinds = {key: _kind(key, table) for key, table in files["kinds"].items()}
    entries: dict[str, Entry] = {}
    for name, tables in sorted(files.items()):
        if name in ("kinds", "engine"):
            continue
        for table, said in tables.items():
            if table in entries:
                raise RegisterError(f"{table} stands in two files")
            entries[table] = _entry(table, said, kinds)
    unused = set(kinds) - {kind for entry in entries.values() for kind in entry.columns.values()}
    if unused:
        raise RegisterError(f"no column is of the kind {', '.join(sorted(unused))}")
    return Register(kinds, entries, frozenset(files["engine"]["tables"]))


def _kind(key: str, said: Mapping[str, Any]) -> Kind:
    people = tuple(said.get("people", ()))
    if not people or not set(people) <= set(PEOPLE) or said.get("ground") not in GROUNDS or key in SILENT:
        raise RegisterError(f"kinds.{key}: whom it is about or its ground is missing or unknown")
    words = {}
    for language in LANGUAGES:
        texts = said.get(language, {})
        if set(texts) != set(_TEXTS) or not all(texts.values()):
            raise RegisterError(f"kinds.{key}.{language}: expected {', '.join(_TEXTS)}")
        words[language] = Words(**texts)
    return Kind(key, people, said["ground"], words)


def _entry(table: str, said: Mapping[str, Any], kinds: Mapping[str, Kind]) -> Entry:
    unknown = set(said) - {
        "owner",
        "account",
        "account_id",
        "staff",
        "staff_id",
        "by",
        "about",
        "erased",
        "erased_by",
        "erased_staff",
        "files",
        "consents",
        "columns",
    }
    if unknown:
        raise RegisterError(f"{table}: {', '.join(sorted(unknown))} means nothing here")
    columns = dict(_columns(table, said.get("columns", {}), kinds))
    emptied, emptied_staff = _listed(said, "erased"), _listed(said, "erased_staff")
    entry = Entry(
        table=table,
        columns=columns,
        owner=tuple(Path(path) for path in said.get("owner", ())),
        account=(Path(said["account"][0]), said["account"][1]) if "account" in said else None,
        account_id=said.get("account_id"),
        staff=tuple(Path(path) for path in said.get("staff", ())),
        staff_id=said.get("staff_id"),
        by=tuple(Path(path) for path in said.get("by", ())),
        about=tuple(Path(path) for path in said.get("about", ())),
        erased=_erased(table, "emptied" if emptied else said.get("erased", "kept")),
        emptied=emptied,
        erased_by=_erased(table, said.get("erased_by", "kept")),
        erased_staff=_erased(table, "emptied" if emptied_staff else said.get("erased_staff", "kept")),
        emptied_staff=emptied_staff,
        files=tuple(said.get("files", ())),
        consents=dict(said.get("consents", {})),
    )
    missing = {*emptied, *emptied_staff, *entry.files, *entry.consents} - set(columns)
    if missing:
        raise RegisterError(f"{table}: {', '.join(sorted(missing))} is none of its columns")
    if (entry.owner or entry.account or entry.by) and "erased" not in said:
        raise RegisterError(f"{table}: what erasing a person does to it is missing")
    if (entry.staff or entry.staff_id) and "erased_staff" not in said:
        raise RegisterError(f"{table}: what erasing a member of the staff does to it is missing")
    return entry


def _listed(said: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return the columns that stand where a word could."""
    return () if isinstance(said.get(name), str) else tuple(said.get(name, ()))


def _columns(table: str, said: Mapping[str, Sequence[str]], kinds: Mapping[str, Kind]) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for kind, names in said.items():
        if kind not in kinds and kind not in SILENT:
            raise RegisterError(f"{table}: there is no kind {kind}")
        for name in names:
            if name in seen:
                raise RegisterError(f"{table}.{name} is of two kinds")
            seen.add(name)
            yield name, kind


def _erased(table: str, word: str) -> Erased:
    match word:
        case "deleted" | "kept" | "emptied":
            return word
    raise RegisterError(f"{table}: erased is deleted, kept or a list of columns")
