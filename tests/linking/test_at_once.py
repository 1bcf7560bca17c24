"""Two accounts become one person's at the very moment at which something is written for one of them (PostgreSQL).

On SQLite whoever writes has the database alone, so that only the first half of it can happen.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from threading import Thread

import pytest
from sqlalchemy import select, text

from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.training.access import Access
from lti_tool.training.drafts import DraftService
from lti_tool.training.handing_in import HandInService
from lti_tool.training.models import Enrolment, Review, Submission
from lti_tool.training.reviewing import ReviewService
from tests.linking.conftest import Town

pytestmark = pytest.mark.postgresql
WORDS = "Ingeleverd op het moment van koppelen."
_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


@pytest.fixture
def database_url(new_postgresql_url: Callable[[], str]) -> str:
    """A fresh migrated PostgreSQL database."""
    return new_postgresql_url()


@dataclass
class Interrupted:
    """A clock that lets something else happen the first time that somebody asks it: until that is done, or has to wait."""

    clock: Clock
    database: Database
    deed: Callable[[], None]
    ended: list[str] = field(default_factory=list)
    _thread: Thread | None = None

    def __call__(self) -> datetime:
        if self._thread is None:
            self._thread = thread = Thread(target=self._do)
            thread.start()
            while thread.is_alive() and not self._waits():
                thread.join(0.005)
        return self.clock()

    def end(self) -> None:
        """Wait until the other deed has ended."""
        assert self._thread is not None
        self._thread.join()

    def _do(self) -> None:
        self.deed()
        self.ended.append("done")

    def _waits(self) -> bool:
        with self.database.reading() as session:
            return bool(session.scalar(_WAITING))


def interrupted(town: Town) -> Interrupted:
    """Let Zoë link her two accounts while somebody else is at work."""
    code = town.code(town.zoe)
    taker, cohort_id = town.zoe2.viewer, town.cohort_id
    return Interrupted(town.parts.clock, town.parts.database, lambda: town.parts.links.link(taker, cohort_id, code))


def handing_in(town: Town, clock: Clock) -> HandInService:
    database, access = town.parts.database, Access(town.parts.trainings)
    drafts = DraftService(database, clock, access, town.parts.outcome_followers)
    return HandInService(database, clock, drafts, town.parts.outcome_followers)


def roles_with_work(town: Town) -> list[tuple[str, str]]:
    """Of every work its state, and the role of the participant it is with."""
    with town.parts.database.session() as session:
        query = select(Submission.state, Enrolment.role).join(Enrolment, Enrolment.id == Submission.enrolment_id)
        return [(row.state, row.role) for row in session.execute(query.order_by(Submission.state))]


@pytest.mark.parametrize("begun", [False, True], ids=["nothing yet", "a draft"])
def test_work_handed_in_while_its_maker_is_linked_goes_along(town: Town, begun: bool) -> None:
    if begun:
        town.draft(town.zoe2, "Een begin.")
    clock = interrupted(town)
    handing_in(town, clock).hand_in(town.zoe2.viewer, town.cohort_id, "leervraag", WORDS, "")
    clock.end()
    assert clock.ended == ["done"]
    assert roles_with_work(town) == [("submitted", "participant")]
    for browser in (town.zoe, town.zoe2):
        assert WORDS in browser.page(town.group.assignment())


def test_work_handed_in_just_after_its_maker_was_linked_is_the_persons(town: Town) -> None:
    viewer = town.zoe2.viewer
    town.draft(town.zoe, "Bij het Zilverbos.")
    town.link(town.zoe, town.zoe2)
    handing_in(town, town.parts.clock).hand_in(viewer, town.cohort_id, "leervraag", WORDS, "")
    assert roles_with_work(town) == [("submitted", "participant")]
    assert WORDS in town.zoe.page(town.group.assignment())


def test_work_handed_in_while_accounts_are_taken_apart_stays_with_the_account(town: Town) -> None:
    town.hand_in(town.zoe2, "Bij Kleurrijk.")
    town.link(town.zoe, town.zoe2)
    link_id, viewer = town.link_id(), town.group.world.sessions.load(town.secret(town.zoe2))
    unlink = Interrupted(
        town.parts.clock, town.parts.database, lambda: town.parts.links.unlink(viewer, town.cohort_id, link_id)
    )
    handing_in(town, unlink).hand_in(viewer, town.cohort_id, "leervraag", WORDS, "")
    unlink.end()
    assert unlink.ended == ["done"]
    assert WORDS in town.zoe2.page(town.group.assignment())
    assert WORDS not in town.zoe.page(town.group.assignment())


def test_work_reviewed_while_its_maker_is_linked_keeps_the_review(town: Town) -> None:
    town.hand_in(town.zoe2, "Bij Kleurrijk.")
    submission_id = town.group.submission_id(town.zoe2)
    clock = interrupted(town)
    access, trainer = Access(town.parts.trainings), town.group.trainer.viewer
    reviews = ReviewService(town.parts.database, clock, access, town.parts.outcome_followers)
    reviews.review(trainer, submission_id, "returned", "Vul aan.")
    clock.end()
    assert clock.ended == ["done"]
    assert roles_with_work(town) == [("returned", "participant")]
    with town.parts.database.session() as session:
        assert session.scalars(select(Review.feedback)).all() == ["Vul aan."]
