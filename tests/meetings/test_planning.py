"""Planning meetings, changing them, calling them off; and the files for calendars."""

from datetime import UTC, datetime

import pytest
from icalendar import Calendar

from lti_tool.training.models import Meeting
from mappings.roles import Role
from tests.meetings.conftest import TYPED, Round


def events(content: bytes) -> list[dict[str, object]]:
    calendar = Calendar.from_ical(content)
    assert calendar["METHOD"] == "PUBLISH"
    names = ("UID", "SEQUENCE", "SUMMARY", "STATUS", "LOCATION", "DESCRIPTION")
    found: list[dict[str, object]] = []
    for event in calendar.events:
        told: dict[str, object] = {name: str(event[name]) for name in names if name in event}
        found.append(told | {"DTSTART": event.start, "DTEND": event.end})
    return found


def test_what_a_trainer_plans_everybody_sees_and_takes_into_a_calendar(round_: Round) -> None:
    meeting_id = round_.plan()
    for page in (round_.zoe.page(round_.group.home()), round_.zoe.page(round_.overview())):
        assert "Waar sta je?" in page
        assert "donderdag 3 december 2026, 15.30 uur" in page
        assert 'href="https://vergader.example/1"' in page
        assert f'href="/meeting/{meeting_id}.ics"' in page
    answer = round_.zoe.get(f"/meeting/{meeting_id}.ics")
    assert answer.mimetype == "text/calendar"
    assert events(answer.data) == [
        {
            "UID": f"{meeting_id}@localhost",
            "SEQUENCE": "0",
            "SUMMARY": "Waar sta je?",
            "STATUS": "CONFIRMED",
            "LOCATION": "Lokaal 12, https://vergader.example/1",
            "DESCRIPTION": "Neem een voorwerp mee.",
            "DTSTART": datetime(2026, 12, 3, 14, 30, tzinfo=UTC),
            "DTEND": datetime(2026, 12, 3, 17, 30, tzinfo=UTC),
        }
    ]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_change_keeps_the_uid_with_a_higher_sequence_and_what_changes_nothing_does_not(round_: Round) -> None:
    meeting_id = round_.plan()
    other = round_.plan(title="Een tweede", day="2026-11-30")
    assert (
        round_.trainer.post(f"/meeting/{meeting_id}/edit", {**TYPED, "link": "https://vergader.example/1"}).status_code
        == 303
    )
    assert round_.meeting(meeting_id).sequence == 0
    assert round_.trainer.post(f"/meeting/{meeting_id}/edit", {**TYPED, "begins": "16:00"}).status_code == 303
    assert round_.trainer.post(f"/meeting/{other}/off").status_code == 303
    assert round_.trainer.post(f"/meeting/{other}/off").status_code == 303
    found = events(round_.zoe.get(f"{round_.overview()}.ics").data)
    assert [(one["UID"], one["SEQUENCE"], one["STATUS"]) for one in found] == [
        (f"{other}@localhost", "1", "CANCELLED"),
        (f"{meeting_id}@localhost", "1", "CONFIRMED"),
    ]
    assert "Gaat niet door" in round_.zoe.page(round_.group.home())
    round_.trainer.post(f"/meeting/{other}/on")
    assert events(round_.zoe.get(f"/meeting/{other}.ics").data)[0]["STATUS"] == "CONFIRMED"
    assert round_.meeting(other).sequence == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_mistake_keeps_what_was_typed_and_plans_nothing(round_: Round) -> None:
    answer = round_.trainer.post(f"{round_.overview()}/new", {**TYPED, "ends": "15:00"})
    assert answer.status_code == 422
    assert "Het einde ligt voor het begin." in answer.text
    assert 'value="Lokaal 12"' in answer.text
    with round_.group.world.database.session() as session:
        assert session.query(Meeting).count() == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_programme_proposes_what_is_not_planned_yet(round_: Round) -> None:
    form = round_.trainer.page(f"{round_.overview()}/new?number=1")
    assert 'value="Waar sta je?"' in form
    assert 'name="contact_hours" value="3"' in form
    round_.plan()
    assert "number=1" not in round_.trainer.page(f"{round_.overview()}/new")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_home_shows_what_is_not_over_and_no_more_than_three(round_: Round) -> None:
    for day in ("2026-11-20", "2026-12-04", "2026-12-05", "2026-12-06", "2026-12-07"):
        round_.plan(title=f"Op {day}", day=day)
    home = round_.zoe.page(round_.group.home())
    assert [day for day in ("20", "04", "05", "06", "07") if f"-{day}</h3>" in home] == ["04", "05", "06"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_trainer_of_a_course_plans_nothing_and_marks_the_participants_of_that_course(round_: Round) -> None:
    group = round_.group
    meeting_id = round_.plan()
    teacher = group.world.launch(group.platform, "teacher", Role.TRAINER, name="Docent")
    away = group.world.launch(group.world.platform("Kleurrijk"), "piet", Role.PARTICIPANT, name="Piet", link=None)
    assert away.get(round_.overview()).status_code == 404
    assert teacher.post(f"{round_.overview()}/new", TYPED).status_code == 404
    assert teacher.post(f"/meeting/{meeting_id}/off").status_code == 404
    assert "Plan een bijeenkomst" not in teacher.page(round_.overview())
    assert "Zoë" in teacher.page(f"/meeting/{meeting_id}/attendance")
    for address in (f"/meeting/{meeting_id}/attendance", f"/meeting/{meeting_id}/edit", f"{group.home()}/attendance.csv"):
        assert round_.zoe.get(address).status_code == 404
