"""Erasing somebody: every room lets go, as the register says; what a school tells later changes nothing."""

from pathlib import Path

import pytest
from sqlalchemy import event, select, update

from lti_tool.app import Parts
from lti_tool.courses.leaving import leaving
from lti_tool.courses.models import Account, Person
from lti_tool.courses.service import LaunchFacts
from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.migrations.models import metadata
from lti_tool.privacy.models import FileToRemove
from lti_tool.privacy.reading import load_register
from lti_tool.signin.leaving import StillOfTheStaff
from lti_tool.signin.models import Member
from lti_tool.training.models import Submission
from lti_tool.vault import Vault
from mappings.progress import OutcomeState
from mappings.roles import Role
from tests.conftest import SECRET
from tests.test_migrations import content, fill

SOMEBODY = "A" * 20
"""`fill` lets every row point at every other with it."""


@pytest.fixture
def filled(parts: Parts) -> Parts:
    """One row in every table, all of one person, whose work was accepted."""
    fill(parts.database)
    with parts.database.session() as session:
        session.execute(update(Submission).values(state=OutcomeState.ACCEPTED))
        session.execute(update(Person).values(erased_at=None))
        session.execute(update(Member).values(person_id=None))
    return parts


def test_every_table_lets_go_as_the_register_says(filled: Parts) -> None:
    before = content(filled.database, like=metadata)
    assert all(before.values())
    erased = filled.erasing.erase(SOMEBODY)
    assert (erased.accounts, erased.already) == (1, False)
    after = content(filled.database, like=metadata)
    for entry in load_register().entries.values():
        if not (entry.owner or entry.account):
            continue
        if entry.erased == "deleted":
            assert after[entry.table] == [], entry.table
            continue
        (row,) = (row for row in after[entry.table] if entry.table != "award_decision" or row["kind"] != "erased")
        assert [name for name in entry.emptied if row[name] not in ("", None)] == [], entry.table


def test_what_the_register_does_not_give_to_the_person_stays_as_it_was(filled: Parts) -> None:
    before = content(filled.database, like=metadata)
    filled.erasing.erase(SOMEBODY)
    after = content(filled.database, like=metadata)
    own = {entry.table for entry in load_register().entries.values() if entry.owner or entry.account}
    others = before.keys() - own - {"erased_account", "file_to_remove", "limited_requests"}
    assert {"cohort", "course", "platform", "shelf_item", "issue_log", "staff_session", "audit_event"} <= others
    assert {name: after[name] for name in others} == {name: before[name] for name in others}


def test_erasing_again_changes_nothing_and_nobody_is_refused(filled: Parts) -> None:
    filled.erasing.erase(SOMEBODY)
    once = content(filled.database, like=metadata)
    assert filled.erasing.erase(SOMEBODY).already
    assert content(filled.database, like=metadata) == once
    with pytest.raises(NotFound):
        filled.erasing.erase("nobody")


def test_who_is_of_the_staff_is_erased_as_that_and_nothing_goes(filled: Parts) -> None:
    with filled.database.session() as session:
        session.execute(update(Member).values(person_id=SOMEBODY))
    before = content(filled.database, like=metadata)
    with pytest.raises(StillOfTheStaff):
        filled.erasing.erase(SOMEBODY)
    assert content(filled.database, like=metadata) == before


def test_the_bytes_of_files_go_with_it_also_when_the_store_was_away(filled: Parts, tmp_path: Path) -> None:
    folder = tmp_path / "var" / "files"
    stored = folder / ("A" * 20)
    folder.mkdir(parents=True)
    stored.mkdir()
    filled.erasing.erase(SOMEBODY)
    with filled.database.reading() as session:
        assert session.scalars(select(FileToRemove.path)).all() == ["A" * 20]
    stored.rmdir()
    stored.write_bytes(b"work")
    filled.erasing.sweep()
    assert not stored.exists()
    with filled.database.reading() as session:
        assert session.scalars(select(FileToRemove.path)).all() == []


def test_a_room_that_fails_leaves_everything_as_it_was(filled: Parts) -> None:
    before = content(filled.database, like=metadata)

    def break_off(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("DELETE FROM account"):
            raise RuntimeError("the machine stops")

    event.listen(filled.database.engine, "before_cursor_execute", break_off)
    with pytest.raises(RuntimeError):
        filled.erasing.erase(SOMEBODY)
    event.remove(filled.database.engine, "before_cursor_execute", break_off)
    assert content(filled.database, like=metadata) == before


def launched(parts: Parts, database: Database) -> tuple[str, str]:
    """Let the same teacher launch (again); return account and person."""
    facts = LaunchFacts(platform_id=SOMEBODY, subject=SOMEBODY, role=Role.PARTICIPANT, name="Zoë")
    with database.session() as session:
        learned = parts.courses.learn(session, facts)
    return learned.account_id, learned.person_id


def test_who_comes_back_begins_anew(filled: Parts) -> None:
    filled.erasing.erase(SOMEBODY)
    account_id, person_id = launched(filled, filled.database)
    assert (account_id, person_id) != (SOMEBODY, SOMEBODY)
    with filled.database.reading() as session:
        assert session.get_one(Person, person_id).erased_at is None
        assert session.scalars(select(Account.id)).all() == [account_id]


def test_what_a_school_goes_on_telling_is_not_kept_until_the_person_is_back(filled: Parts) -> None:
    filled.erasing.erase(SOMEBODY)
    with filled.database.reading() as session:
        assert filled.forgotten.among(session, SOMEBODY, [SOMEBODY, "noor"]) == {SOMEBODY}
        assert filled.forgotten.among(session, "another school", [SOMEBODY]) == frozenset()
    launched(filled, filled.database)
    with filled.database.reading() as session:
        assert filled.forgotten.among(session, SOMEBODY, [SOMEBODY, "noor"]) == frozenset()


def test_somebody_with_two_accounts_leaves_with_both(filled: Parts) -> None:
    with filled.database.session() as session:
        now = filled.clock()
        session.add(
            Account(id="B" * 20, platform_id=SOMEBODY, subject="b", person_id=SOMEBODY, created_at=now, last_seen_at=now)
        )
        session.flush()
        assert [one.subject for one in leaving(session, SOMEBODY, now).accounts] == [SOMEBODY, "b"]
    assert filled.erasing.erase(SOMEBODY).accounts == 2


def test_the_code_of_an_erased_account_needs_the_secret() -> None:
    one, other = Vault(SECRET), Vault(SECRET[::-1])
    assert one.mac("erased account", "p\nzoe") != other.mac("erased account", "p\nzoe")
