"""Everything of one person, along the paths of the register: the rows, and where the bytes of files lie."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, MetaData, Table, false, or_, select
from sqlalchemy.orm import Session

from lti_tool.courses.consents import CONSENTS, Consent
from lti_tool.courses.leaving import Leaving
from lti_tool.database import AnyRow
from lti_tool.privacy.paths import of_accounts, of_person
from lti_tool.privacy.reading import SILENT, Entry, Register
from lti_tool.training.people import names_of
from lti_tool.vault import SEALED

Which = Callable[[Table, Entry], ColumnElement[bool]]
_PLAIN = SILENT - {"places", "joins"}


@dataclass(frozen=True)
class Held:
    """A row of somebody."""

    table: str
    kind: str
    """The kind of data that most of its columns are."""
    own: bool
    """It is about the person; else the person said or decided it about something else."""
    values: Mapping[str, object]
    """What it holds, by column; of other people only the names that they show the person."""
    files: Sequence[str]
    """Where bytes of it lie in the file store."""


def gather(
    session: Session, metadata: MetaData, register: Register, somebody: Leaving, reveal: Callable[[str], str]
) -> Iterator[Held]:
    """Yield all rows of somebody, table by table, in the order of the register's kinds.

    Args:
        reveal: opens what is encrypted at rest.
    """
    return _gather(
        session,
        metadata,
        register,
        lambda table, entry: _own(metadata, table, entry, somebody),
        lambda table, entry: _said(metadata, table, entry, somebody),
        reveal,
    )


def gather_of_member(
    session: Session, metadata: MetaData, register: Register, member_id: str, reveal: Callable[[str], str]
) -> Iterator[Held]:
    """Yield all rows of a member of the staff, in the same order."""

    def own(table: Table, entry: Entry) -> ColumnElement[bool]:
        found = [of_person(metadata, table, path, member_id) for path in entry.staff]
        return or_(*found) if found else false()

    def said(table: Table, entry: Entry) -> ColumnElement[bool]:
        return table.c[entry.staff_id] == member_id if entry.staff_id else false()

    return _gather(session, metadata, register, own, said, reveal)


def _gather(
    session: Session,
    metadata: MetaData,
    register: Register,
    owned: Which,
    said: Which,
    reveal: Callable[[str], str],
) -> Iterator[Held]:
    order = {kind: number for number, kind in enumerate(register.kinds)}
    entries = [entry for entry in register.entries.values() if _kind_of(entry) in order]
    for entry in sorted(entries, key=lambda entry: (order[_kind_of(entry)], entry.table)):
        table = metadata.tables[entry.table]
        for own, condition in ((True, owned(table, entry)), (False, said(table, entry))):
            rows = session.execute(select(table).where(condition).order_by(*table.primary_key.columns)).all()
            names = names_of(session, {value for row in rows for value in _people_in(table, entry, row).values() if value})
            for row in rows:
                yield _held(table, entry, row, names, reveal, own=own)


@dataclass(frozen=True)
class Agreed:
    """That somebody agreed to the words of a version."""

    column: str
    consent: Consent
    version: int

    @property
    def words(self) -> Mapping[str, str] | None:
        """By language; None: there was no such version."""
        return self.consent.text(self.version)


def agreed_of(register: Register, held: Held) -> Sequence[Agreed]:
    """Return to which words somebody agreed with a row."""
    consents = register.entries[held.table].consents
    return [
        Agreed(column, CONSENTS[key], version)
        for column, key in consents.items()
        if isinstance(version := held.values.get(column), int)
    ]


def _own(metadata: MetaData, table: Table, entry: Entry, somebody: Leaving) -> ColumnElement[bool]:
    found = [of_person(metadata, table, path, somebody.person_id) for path in entry.owner]
    if entry.account is not None and somebody.accounts:
        subjects = [(account.platform_id, account.subject) for account in somebody.accounts]
        found.append(of_accounts(metadata, table, entry.account, subjects))
    if entry.account_id is not None:
        found.append(table.c[entry.account_id].in_([account.id for account in somebody.accounts]))
    return or_(*found) if found else false()


def _said(metadata: MetaData, table: Table, entry: Entry, somebody: Leaving) -> ColumnElement[bool]:
    """Return what the person said or decided, unless it is about the person as well."""
    said = [of_person(metadata, table, path, somebody.person_id) for path in entry.by]
    return or_(*said) & ~_own(metadata, table, entry, somebody) if said else false()


def _kind_of(entry: Entry) -> str:
    kinds = [kind for kind in entry.columns.values() if kind not in SILENT]
    return max(dict.fromkeys(kinds), key=kinds.count) if kinds else ""


def _people_in(table: Table, entry: Entry, row: AnyRow) -> Mapping[str, str | None]:
    """Return the ids of other people in a row, by column."""
    return {
        name: row._mapping[name]  # noqa: SLF001  # SQLAlchemy's public name
        for name, kind in entry.columns.items()
        if kind == "others" and any(key.target_fullname == "person.id" for key in table.c[name].foreign_keys)
    }


def _held(
    table: Table, entry: Entry, row: AnyRow, names: Mapping[str, str], reveal: Callable[[str], str], *, own: bool
) -> Held:
    found = dict(row._mapping)  # noqa: SLF001
    values: dict[str, object] = {
        name: reveal(found[name]) if found[name] and table.c[name].info == SEALED else found[name]
        for name, kind in entry.columns.items()
        if kind not in _PLAIN
        and name not in entry.files
        and not isinstance(found[name], bytes)
        # of what is about others only what was said or decided is the person's own
        and (own or kind != "joins")
    }
    if own:
        people = _people_in(table, entry, row)
        values |= {name.removesuffix("_id"): names[who] for name, who in people.items() if who and who in names}
    paths = [found[name] for name in entry.files if own and found[name]]
    return Held(entry.table, _kind_of(entry), own, values, paths)
