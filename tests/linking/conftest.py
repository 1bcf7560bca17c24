"""The whole application on one engine; Zoë has an account at two schools."""

from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from lti_tool.app import Parts
from lti_tool.database import Base
from lti_tool.linking.models import AccountLink
from lti_tool.platforms.service import PlatformInfo
from lti_tool.training.models import Enrolment
from mappings.roles import Role
from tests.training.conftest import Group, group  # noqa: F401 - a fixture
from tests.training.whole import database_url, jobs, parts, world  # noqa: F401 - fixtures
from tests.training.world import Browser

OWN_TABLES = (
    "link_code",
    "link_tries",
    "account_link",
    "account_link_change",
    "audit_event",
    "tool_session",
    "session_seat",
)


@dataclass
class Town:
    """Zoë, with an account at her school and one at another, which the same cohort came to as well."""

    group: Group
    parts: Parts
    other: PlatformInfo
    els: Browser
    """Trains the course at the other school."""
    zoe2: Browser
    """Zoë at the other school."""

    @property
    def zoe(self) -> Browser:
        return self.group.zoe

    @property
    def cohort_id(self) -> str:
        return self.group.cohort_id

    def page(self, what: str = "") -> str:
        return f"{self.group.home()}/accounts{what}"

    def code(self, browser: Browser) -> str:
        """Let somebody make a code and read it."""
        answer = browser.post(self.page("/code"))
        assert answer.status_code == 200, answer.text
        return answer.text.split('<p class="icc-reference">')[1].split("<")[0]

    def link(self, giver: Browser, taker: Browser) -> None:
        """Link two accounts, from the code to the end."""
        code = self.code(giver)
        looked = taker.post(self.page("/look"), {"code": code})
        assert looked.status_code == 200, looked.text
        answer = taker.post(self.page("/link"), {"code": code})
        assert answer.status_code == 303, answer.text

    def unlink(self, browser: Browser) -> None:
        answer = browser.post(self.page("/unlink"), {"link": self.link_id()})
        assert answer.status_code == 200, answer.text
        assert "Je accounts zijn los" in answer.text

    def link_id(self) -> str:
        with self.parts.database.session() as session:
            active = select(AccountLink.id).where(AccountLink.unlinked_at.is_(None))
            return session.scalars(active.order_by(AccountLink.linked_at.desc())).first() or ""

    def hand_in(self, browser: Browser, text: str, key: str = "leervraag") -> None:
        answer = browser.post(self.group.assignment(key), {"text": text, "action": "submit"})
        assert answer.status_code == 303, answer.text

    def draft(self, browser: Browser, text: str, key: str = "leervraag") -> None:
        answer = browser.post(self.group.assignment(key), {"text": text, "action": "save"})
        assert answer.status_code == 303, answer.text

    def accept(self, browser: Browser, key: str = "leervraag") -> None:
        submission_id = self.group.submission_id(browser, key)
        answer = self.group.trainer.post(f"/review/{submission_id}", {"verdict": "accepted", "feedback": "Goed."})
        assert answer.status_code == 303, answer.text

    def enrolments(self, browser: Browser) -> list[str]:
        """The roles of a person in the cohort, as the account finds them now."""
        person_id = self.person_of(browser)
        with self.parts.database.session() as session:
            own = select(Enrolment.role).where(Enrolment.person_id == person_id)
            return list(session.scalars(own.order_by(Enrolment.role)))

    def person_of(self, browser: Browser) -> str:
        """The person behind an account now."""
        return self.group.world.sessions.load(self.secret(browser)).person_id

    @staticmethod
    def secret(browser: Browser) -> str:
        """What a browser's cookie holds."""
        cookie = browser.client.get_cookie("icc")
        assert cookie is not None
        return cookie.value

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all tables but those about linking itself, in an order of their own."""
        with self.parts.database.session() as session:
            return {
                table.name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
                for table in Base.metadata.sorted_tables
                if table.name not in OWN_TABLES
            }


@pytest.fixture
def town(group: Group, parts: Parts) -> Town:  # noqa: F811
    """Two schools, one cohort."""
    world = group.world  # noqa: F811
    other = world.platform("Kleurrijk")
    els = world.launch(other, "els", Role.TRAINER, name="Els")
    with parts.database.session() as session:
        world.courses.bind_cohort(session, els.course_id, group.cohort_id, group.trainer.viewer.person_id)
    world.clock.advance(seconds=1)
    zoe2 = world.launch(other, "z.hofen", Role.PARTICIPANT, name="Z. van ’t Höfen", custom={"cohort": group.cohort_id})
    return Town(group, parts, other, els, zoe2)
