"""The room over a fresh database, with one school, its trainer and two participants."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.platforms.service import PlatformInfo
from lti_tool.training.models import Enrolment, Submission
from mappings.roles import Role
from tests.clock import FakeClock
from tests.training.world import Browser, World


@dataclass
class Group:
    """One cohort at one school."""

    world: World
    platform: PlatformInfo
    cohort_id: str
    trainer: Browser
    """Made the cohort: sees all of it."""
    zoe: Browser
    noor: Browser

    def home(self) -> str:
        return f"/cohort/{self.cohort_id}"

    def assignment(self, key: str = "leervraag") -> str:
        return f"/cohort/{self.cohort_id}/assignment/{key}"

    def submission_id(self, browser: Browser, key: str = "leervraag") -> str:
        """Return the id of somebody's work."""
        with self.world.database.session() as session:
            return session.scalars(
                select(Submission.id)
                .join(Enrolment, Enrolment.id == Submission.enrolment_id)
                .where(
                    Enrolment.cohort_id == self.cohort_id,
                    Enrolment.person_id == browser.viewer.person_id,
                    Submission.assignment_key == key,
                )
            ).one()


@pytest.fixture
def world(settings: Settings, database: Database, clock: FakeClock) -> World:
    """The room, put together on each engine."""
    return World(settings, database, clock)


@pytest.fixture
def group(world: World) -> Group:
    """A cohort with its trainer Ilse and the participants Zoë and Noor, all at one school."""
    platform = world.platform()
    trainer = world.launch(platform, "ilse", Role.TRAINER, name="Ilse Brouwers")
    cohort_id = world.cohort(trainer)
    custom = {"cohort": cohort_id}
    zoe = world.launch(platform, "zoe", Role.PARTICIPANT, name="Zoë van ’t Höfen", custom=custom)
    noor = world.launch(platform, "noor", Role.PARTICIPANT, name="Noor Janssen", custom=custom)
    return Group(world, platform, cohort_id, trainer, zoe, noor)
