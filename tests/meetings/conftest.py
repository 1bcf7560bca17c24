"""A cohort at one school, and what its trainer types about a meeting."""

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from lti_tool.training.models import Attendance, AttendanceChange, Enrolment, Meeting
from tests.training.conftest import Group, group, world  # noqa: F401 - fixtures
from tests.training.world import Browser

TYPED = {
    "title": "Waar sta je?",
    "day": "2026-12-03",
    "begins": "15:30",
    "ends": "18:30",
    "contact_hours": "",
    "place": "Lokaal 12",
    "link": "vergader.example/1",
    "notes": "Neem een voorwerp mee.",
}


HELD = {**TYPED, "day": "2026-11-20"}
"""A meeting that has been."""


@dataclass
class Round:
    """The cohort's people around its meetings."""

    group: Group

    @property
    def trainer(self) -> Browser:
        return self.group.trainer

    @property
    def zoe(self) -> Browser:
        return self.group.zoe

    @property
    def noor(self) -> Browser:
        return self.group.noor

    def overview(self) -> str:
        return f"{self.group.home()}/meetings"

    def plan(self, **changes: str) -> str:
        """Plan a meeting and return its id."""
        answer = self.trainer.post(f"{self.overview()}/new", {**TYPED, **changes})
        assert answer.status_code == 303, answer.text
        return answer.location.split("#b-")[1]

    def held(self, **changes: str) -> str:
        """Plan a meeting that took place a few days ago, and return its id."""
        return self.plan(**{**HELD, **changes})

    def enrolment(self, browser: Browser) -> str:
        with self.group.world.database.session() as session:
            person = Enrolment.person_id == browser.viewer.person_id
            return session.scalars(select(Enrolment.id).where(person, Enrolment.role == "participant")).one()

    def mark(
        self, meeting_id: str, browser: Browser, state: str, hours: str = "", reason: str = "", *, was: str = "||"
    ) -> int:
        """Let the trainer mark somebody, as if the form had been shown with `was`; return the status of the answer."""
        who = self.enrolment(browser)
        form = {f"was-{who}": was, f"state-{who}": state, f"hours-{who}": hours, f"reason-{who}": reason}
        return self.trainer.post(f"/meeting/{meeting_id}/attendance", form).status_code

    def kept(self, meeting_id: str) -> Mapping[str, tuple[str, int, str]]:
        """Return how everybody is marked, by person."""
        with self.group.world.database.session() as session:
            rows = session.execute(
                select(Enrolment.person_id, Attendance)
                .join(Enrolment, Enrolment.id == Attendance.enrolment_id)
                .where(Attendance.meeting_id == meeting_id)
            )
            return {person: (row.state, row.minutes, row.reason) for person, row in rows}

    def changes(self, meeting_id: str) -> list[tuple[str, str]]:
        """Return every change, the first one first: the state, and by whom."""
        with self.group.world.database.session() as session:
            query = select(AttendanceChange).where(AttendanceChange.meeting_id == meeting_id)
            rows = session.scalars(query.order_by(AttendanceChange.at, AttendanceChange.id))
            return [(row.state, row.by_id) for row in rows]

    def meeting(self, meeting_id: str) -> Meeting:
        with self.group.world.database.session() as session:
            return session.get_one(Meeting, meeting_id)


@pytest.fixture
def round_(group: Group) -> Round:  # noqa: F811
    """The people around the meetings."""
    return Round(group)
