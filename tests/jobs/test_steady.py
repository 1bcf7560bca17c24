"""Transactions that outlive a restart of the database."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from lti_tool.courses.models import Person
from lti_tool.database import Database
from lti_tool.ids import new_id
from lti_tool.jobs.steady import PAUSES, Steady
from tests.clock import FakeClock


class Failing:
    """Work that fails some times after it has written."""

    def __init__(self, error: Exception, times: int, clock: FakeClock) -> None:
        self._error, self._times, self._clock = error, times, clock
        self.tries = 0

    def __call__(self, session: Session) -> str:
        self.tries += 1
        session.add(Person(id=new_id(), created_at=self._clock()))
        session.flush()
        if self.tries <= self._times:
            raise self._error
        return "done"


GONE = OperationalError("SELECT …", {}, Exception("server closed the connection unexpectedly"))
WRONG = IntegrityError("INSERT …", {}, Exception("UNIQUE constraint failed"))


def test_it_is_done_again_whole_until_the_database_is_back(database: Database, clock: FakeClock) -> None:
    waited: list[float] = []
    work = Failing(GONE, 3, clock)
    assert Steady(database, waited.append).run(work) == "done"
    assert (work.tries, waited) == (4, list(PAUSES[:3]))
    with database.session() as session:
        assert len(session.scalars(select(Person)).all()) == 1


def test_it_gives_up_when_the_database_stays_away(database: Database, clock: FakeClock) -> None:
    waited: list[float] = []
    with pytest.raises(OperationalError):
        Steady(database, waited.append).run(Failing(GONE, 1000, clock))
    assert waited == list(PAUSES)


def test_what_the_database_refuses_is_not_tried_again(database: Database, clock: FakeClock) -> None:
    work = Failing(WRONG, 1, clock)
    with pytest.raises(IntegrityError):
        Steady(database, lambda _seconds: None).run(work)
    assert work.tries == 1
