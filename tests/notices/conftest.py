"""The whole application on one engine, with people of one cohort at two schools."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from lti_tool.app import Parts, compose, create_app
from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.notices.models import Notice
from mappings.roles import Role
from tests.clock import FakeClock
from tests.exchange.conftest import Circle, circle  # noqa: F401 - a fixture
from tests.recording_jobs import RecordingJobs
from tests.training.conftest import Group, group  # noqa: F401 - a fixture
from tests.training.world import Browser, World


@dataclass
class House:
    """Zoë and Noor of one school, Piet and the course's trainer Bas of another, and Ilse who trains all of them."""

    circle: Circle
    parts: Parts
    bas: Browser

    @property
    def group(self) -> Group:
        return self.circle.group

    @property
    def zoe(self) -> Browser:
        return self.circle.zoe

    @property
    def noor(self) -> Browser:
        return self.circle.noor

    @property
    def piet(self) -> Browser:
        return self.circle.piet

    @property
    def ilse(self) -> Browser:
        return self.circle.trainer

    @property
    def news(self) -> str:
        """The address of what is new."""
        return f"{self.group.home()}/news"

    def hand_in(self, browser: Browser, text: str = "Mijn werk.") -> None:
        answer = browser.post(self.group.assignment(), {"text": text, "action": "submit"})
        assert answer.status_code == 303, answer.text

    def review(self, browser: Browser, verdict: str = "returned", by: Browser | None = None) -> None:
        submission_id = self.group.submission_id(browser)
        answer = (by or self.ilse).post(f"/review/{submission_id}", {"verdict": verdict, "feedback": "Lees dit."})
        assert answer.status_code == 303, answer.text

    def notices(self, browser: Browser, *, read: bool = False) -> list[str]:
        """What somebody should hear of, the oldest first; of the unread ones, or of those that were read."""
        mine = select(Notice.kind).where(Notice.person_id == browser.viewer.person_id)
        with self.parts.database.session() as session:
            state = Notice.read_at.is_not(None) if read else Notice.read_at.is_(None)
            return list(session.scalars(mine.where(state).order_by(Notice.at, Notice.kind)))


@pytest.fixture
def database_url(new_sqlite_url: Callable[[], str]) -> str:
    """A fresh migrated SQLite database: here the engine does not matter."""
    return new_sqlite_url()


@pytest.fixture
def jobs() -> RecordingJobs:
    """Keeps the jobs until a test runs them."""
    return RecordingJobs()


@pytest.fixture
def parts(settings: Settings, database: Database, clock: FakeClock, jobs: RecordingJobs) -> Iterator[Parts]:
    """The application's parts."""
    composed = compose(settings, clock=clock, database=database, engine=jobs)
    yield composed
    composed.close()


@pytest.fixture
def world(settings: Settings, database: Database, clock: FakeClock, parts: Parts) -> World:
    """People who launch, before the whole application instead of one room."""
    world = World(settings, database, clock)
    world.app = create_app(parts)
    return world


@pytest.fixture
def house(circle: Circle, parts: Parts) -> House:  # noqa: F811
    """The cohort; Bas trains a course of it only."""
    bas = circle.group.world.launch(circle.piet.viewer.platform, "bas", Role.TRAINER, name="Bas")
    return House(circle, parts, bas)
