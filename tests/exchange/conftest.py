"""Two schools in one cohort, somebody who shares work, and everybody else who might come by."""

import re
from dataclasses import dataclass
from html import unescape

import pytest
from sqlalchemy import select

from lti_tool.exchange.models import PieceReaction
from mappings.roles import Role
from tests.training.conftest import Group, group, world  # noqa: F401 - fixtures
from tests.training.samples import upload
from tests.training.world import Browser


@dataclass
class Circle:
    """Zoë and Noor of one school, Piet of another, in one cohort; Zoë has a draft with a file."""

    group: Group
    piet: Browser

    @property
    def zoe(self) -> Browser:
        return self.group.zoe

    @property
    def noor(self) -> Browser:
        return self.group.noor

    @property
    def trainer(self) -> Browser:
        return self.group.trainer

    def overview(self) -> str:
        return f"{self.group.home()}/exchange"

    def share_page(self, key: str = "leervraag") -> str:
        return f"{self.group.assignment(key)}/share"

    def share(self, browser: Browser, question: str = "", key: str = "leervraag") -> str:
        """Share somebody's work as it is now, and return the address of the piece."""
        mark = mark_on(browser.page(self.share_page(key)))
        answer = browser.post(self.share_page(key), {"question": question, "mark": mark})
        assert answer.status_code == 303, answer.text
        return answer.location.split("?")[0]

    def react(self, browser: Browser, piece: str, text: str, kind: str = "tip") -> str:
        """React on a piece, a second later, and return the reaction's id."""
        self.group.world.clock.advance(seconds=1)
        answer = browser.post(f"{piece}/react", {"kind": kind, "text": text})
        assert answer.status_code == 303, answer.text
        return answer.location.split("#r-")[1]

    def reactions(self) -> list[str]:
        with self.group.world.database.session() as session:
            return list(session.scalars(select(PieceReaction.text).order_by(PieceReaction.said_at)))

    def audited(self) -> list[tuple[str, str, str]]:
        """The trail, oldest first: what, of which id, and how it ended."""
        return [(one.what, one.target_id, one.outcome) for one in reversed(self.group.world.audit.last(500))]


def mark_on(page: str) -> str:
    """The mark in the form to share with."""
    found = re.search(r'name="mark" value="([0-9a-f]+)"', page)
    assert found, page
    return found[1]


def files_on(page: str) -> list[str]:
    """The addresses of the files that a page links."""
    return [unescape(href) for href in re.findall(r'href="([^"]*/file/[^"]*)"', page)]


@pytest.fixture
def circle(group: Group) -> Circle:  # noqa: F811
    """The cohort, across two schools."""
    other = group.world.platform("Kleurrijk")
    bas = group.world.launch(other, "bas", Role.TRAINER, name="Bas")
    with group.world.database.session() as session:
        group.world.courses.bind_cohort(session, bas.course_id, group.cohort_id, group.trainer.viewer.person_id)
    piet = group.world.launch(other, "piet", Role.PARTICIPANT, name="Piet Puk", custom={"cohort": group.cohort_id})
    draft = {"text": "Hoe betrek ik collega’s?\n\nMijn concept.", "files": upload(), "action": "save"}
    assert group.zoe.post(group.assignment(), draft).status_code == 303
    return Circle(group, piet)
