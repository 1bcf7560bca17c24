"""What is typed about a meeting: moments in local time, hours as people write them, and every mistake at its field."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from lti_tool.meetings.drafts import MeetingDraft, as_hours, facts_of, minutes_typed
from lti_tool.training.errors import Incomplete
from tests.meetings.conftest import TYPED

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DRAFT = MeetingDraft(**TYPED)


def test_times_are_meant_in_the_zone_of_the_installation_in_winter_and_in_summer() -> None:
    winter = facts_of(DRAFT, AMSTERDAM)
    assert (winter.starts_at, winter.minutes, winter.contact_minutes) == (
        datetime(2026, 12, 3, 14, 30, tzinfo=UTC),
        180,
        180,
    )
    summer = facts_of(replace(DRAFT, day="2027-06-03"), AMSTERDAM)
    assert summer.starts_at == datetime(2027, 6, 3, 13, 30, tzinfo=UTC)


def test_a_meeting_over_the_hour_that_the_clock_jumps_lasts_as_long_as_it_really_does() -> None:
    assert facts_of(replace(DRAFT, day="2027-03-28", begins="01:00", ends="05:00"), AMSTERDAM).minutes == 180
    with pytest.raises(Incomplete) as raised:
        facts_of(replace(DRAFT, day="2027-03-28", begins="02:30", ends="05:00"), AMSTERDAM)
    assert list(raised.value.problems) == ["begins"]


def test_contact_hours_may_be_fewer_than_it_lasts_and_never_more() -> None:
    assert facts_of(replace(DRAFT, contact_hours="2,5"), AMSTERDAM).contact_minutes == 150
    with pytest.raises(Incomplete) as raised:
        facts_of(replace(DRAFT, contact_hours="3,5"), AMSTERDAM)
    assert list(raised.value.problems) == ["contact_hours"]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"title": " "}, ["title"]),
        ({"title": "x" * 201}, ["title"]),
        ({"day": ""}, ["day"]),
        ({"day": "31-12-2026"}, ["day"]),
        ({"day": "9999-12-31"}, ["day"]),
        ({"begins": "half vier"}, ["begins"]),
        ({"begins": "18:30", "ends": "15:30"}, ["ends"]),
        ({"ends": "15:30"}, ["ends"]),
        ({"contact_hours": "drie"}, ["contact_hours"]),
        ({"contact_hours": "-1"}, ["contact_hours"]),
        ({"contact_hours": "inf"}, ["contact_hours"]),
        ({"link": "javascript:alert(1)"}, ["link"]),
        ({"place": "x" * 301}, ["place"]),
        ({"notes": "x" * 5001}, ["notes"]),
        ({"title": "", "day": "", "begins": "", "ends": ""}, ["title", "day", "begins", "ends"]),
    ],
)
def test_a_mistake_stands_at_its_field(changes: dict[str, str], fields: list[str]) -> None:
    with pytest.raises(Incomplete) as raised:
        facts_of(replace(DRAFT, **changes), AMSTERDAM)
    assert list(raised.value.problems) == fields


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [("3", 180), ("2,5", 150), ("2.5", 150), ("1:20", 80), ("0", 0), ("25", None), ("nan", None), ("", None), ("²", None)],
)
def test_hours_are_read_as_people_write_them(typed: str, minutes: int | None) -> None:
    assert minutes_typed(typed) == minutes


@pytest.mark.parametrize("minutes", [0, 15, 80, 90, 150, 180, 1440])
def test_hours_come_back_as_they_were_typed(minutes: int) -> None:
    assert minutes_typed(as_hours(minutes)) == minutes
