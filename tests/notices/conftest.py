"""The whole application on one engine, with people of one cohort at two schools."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from lti_tool.app import Parts
from lti_tool.notices.models import Notice
from mappings.roles import Role
from tests.exchange.conftest import Circle, circle  # noqa: F401 - a fixture
from tests.training.conftest import Group, group  # noqa: F401 - a fixture
from tests.training.whole import database_url, jobs, parts, world  # noqa: F401 - fixtures
from tests.training.world import Browser


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
def house(circle: Circle, parts: Parts) -> House:  # noqa: F811
    """The cohort; Bas trains a course of it only."""
    bas = circle.group.world.launch(circle.piet.viewer.platform, "bas", Role.TRAINER, name="Bas")
    return House(circle, parts, bas)
