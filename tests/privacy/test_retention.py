"""What is over its term goes, to the second, and what is not stays; one process does it, once a day."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.app import Parts
from lti_tool.audit import AuditEvent
from lti_tool.certificates.models import Certificate, PortfolioDelivery
from lti_tool.courses.models import Account, Person
from lti_tool.launch.models import LaunchTrace
from lti_tool.privacy.models import RetentionRun
from lti_tool.privacy.terms import SETTINGS, TERMS, before_of
from lti_tool.signin.models import Member
from lti_tool.sync.models import CourseRosterMember
from lti_tool.training.models import DraftCopy, Enrolment, Submission, SubmissionVersion
from mappings.progress import OutcomeState
from mappings.roles import Role
from tests.test_migrations import fill

SECOND = timedelta(seconds=1)

Age = Callable[[Session, datetime], object]

AGED: dict[str, Age] = {
    "traces": lambda session, at: session.execute(update(LaunchTrace).values(created_at=at)),
    "audit": lambda session, at: session.execute(update(AuditEvent).values(at=at)),
    "deliveries": lambda session, at: session.execute(update(PortfolioDelivery).values(created_at=at)),
    "members": lambda session, at: session.execute(update(CourseRosterMember).values(seen_at=at, subject="never came")),
    "draft-copies": lambda session, at: session.execute(update(DraftCopy).values(typed_at=at)),
    "work": lambda session, at: rest(session, at),
    "people": lambda session, at: stay_away(session, at),
}
"""How the one row of each kind becomes so old."""


def rest(session: Session, at: datetime) -> None:
    session.execute(update(Enrolment).values(role=Role.PARTICIPANT, created_at=at))
    session.execute(update(Submission).values(state=OutcomeState.ACCEPTED, changed_at=at, draft_saved_at=at))


def stay_away(session: Session, at: datetime) -> None:
    session.execute(update(Account).values(last_seen_at=at))
    session.execute(update(Person).values(erased_at=None))
    session.execute(update(Certificate).values(erased_at=at))


@pytest.fixture
def filled(parts: Parts) -> Parts:
    """One row in every table, none of them old."""
    fill(parts.database)
    with parts.database.session() as session:
        for age in AGED.values():
            age(session, parts.clock())
        session.execute(update(RetentionRun).values(name="another"))
        session.execute(update(Member).values(person_id=None))
    return parts


def over(parts: Parts) -> dict[str, int]:
    return {one.key: one.rows for one in parts.retention.over()}


def test_every_kind_has_a_setting_and_a_test() -> None:
    assert set(AGED) == set(SETTINGS)
    assert {term.key for term in TERMS} <= set(SETTINGS)


def test_nothing_is_over_its_term_at_first(filled: Parts) -> None:
    assert set(over(filled).values()) == {0}


@pytest.mark.parametrize("key", SETTINGS)
def test_a_kind_goes_when_its_term_is_over_and_not_before(filled: Parts, key: str) -> None:
    before = before_of(SETTINGS[key], filled.settings, filled.clock())
    assert before is not None
    with filled.database.session() as session:
        AGED[key](session, before + SECOND)
    filled.retention.run()
    assert over(filled)[key] == 0
    assert is_there(filled, key)
    with filled.database.session() as session:
        AGED[key](session, before)
    assert over(filled)[key] > 0
    assert is_there(filled, key)
    filled.retention.run()
    assert over(filled)[key] == 0
    assert not is_there(filled, key)


def is_there(parts: Parts, key: str) -> bool:
    with parts.database.reading() as session:
        if key == "work":
            return session.scalars(select(SubmissionVersion.text)).one() != ""
        if key == "people":
            return session.scalars(select(Person.erased_at)).one() is None
        model = next(term.model for term in TERMS if term.key == key)
        return len(session.execute(select(model.__table__)).all()) == 1


def test_work_that_is_over_its_term_leaves_what_was_accepted_as_a_fact(filled: Parts) -> None:
    with filled.database.session() as session:
        rest(session, datetime(2000, 1, 1, tzinfo=filled.clock().tzinfo))
    filled.retention.run()
    with filled.database.reading() as session:
        assert session.scalars(select(Submission.state)).all() == [OutcomeState.ACCEPTED]
        assert session.scalars(select(SubmissionVersion.receipt)).all() != []


def test_who_holds_a_certificate_stays(filled: Parts) -> None:
    with filled.database.session() as session:
        stay_away(session, datetime(2000, 1, 1, tzinfo=filled.clock().tzinfo))
        session.execute(update(Certificate).values(erased_at=None))
    assert over(filled)["people"] == 0


def test_a_month_count_of_zero_keeps_everything(filled: Parts) -> None:
    never = filled.settings.model_copy(update={"keep_work_months": 0})
    assert before_of("keep_work_months", never, filled.clock()) is None


def test_one_process_does_it_and_once_a_day(filled: Parts) -> None:
    old = datetime(2000, 1, 1, tzinfo=filled.clock().tzinfo)

    def age() -> None:
        with filled.database.session() as session:
            session.execute(update(LaunchTrace).values(created_at=old))

    age()
    now = filled.clock()
    with filled.database.session() as session:
        session.add(RetentionRun(name="retention", claimed_until=now + timedelta(minutes=1)))
    filled.retention.run_if_due()
    assert over(filled)["traces"] == 1, "another process holds the lease"
    filled.clock.advance(seconds=61)  # type: ignore[attr-defined]  # the tests' clock
    filled.retention.run_if_due()
    assert over(filled)["traces"] == 0
    with filled.database.session() as session:
        session.add(LaunchTrace(code="LTI-1", step="login", outcome="launched", created_at=old))
    filled.clock.advance(seconds=3600)  # type: ignore[attr-defined]
    filled.retention.run_if_due()
    assert over(filled)["traces"] == 1, "done today"
    filled.clock.advance(seconds=24 * 3600)  # type: ignore[attr-defined]
    filled.retention.run_if_due()
    assert over(filled)["traces"] == 0
