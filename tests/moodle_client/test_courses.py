"""Courses and their contents."""

from datetime import UTC, datetime

import pytest

from moodle_client import Course, CourseKey, MoodleClient, NotFound, Tracking
from tests.moodle_client.recorded_moodle import RecordedMoodle


@pytest.mark.parametrize(
    ("key", "value"),
    [(CourseKey.ID, 2), (CourseKey.SHORT_NAME, "ICC-VO-2021-Z"), (CourseKey.ID_NUMBER, "ICC-2021-ZUID")],
)
def test_a_course_is_found(key: CourseKey, value: int | str, client: MoodleClient) -> None:
    course = client.courses.find(key, value)
    assert isinstance(course, Course)
    assert (course.id, course.full_name) == (2, "ICC-training VO 2021 regio Zuid")
    assert course.starts_at == datetime(2021, 9, 5, 23, 0, tzinfo=UTC)
    assert course.ends_at is None
    assert course.completion_enabled is True
    assert course.summary.text == "Interne Cultuurcoördinator & training"


def test_an_unknown_course_is_none(client: MoodleClient) -> None:
    assert client.courses.find(CourseKey.ID, 999) is None


def test_all_courses_are_listed(client: MoodleClient) -> None:
    assert [course.short_name for course in client.courses.all()] == ["ICC-VO-2021-Z"]


def test_contents_come_by_section(client: MoodleClient) -> None:
    sections = client.courses.contents(2)
    assert [section.number for section in sections] == [0, 1, 2, 3, 4]
    activities = {one.cm_id: one for section in sections for one in section.activities}
    assert (activities[1].kind, activities[1].instance_id, activities[1].name) == ("assign", 1, "Oriëntatie")
    assert activities[1].due_at == datetime(2021, 9, 30, 23, 0, tzinfo=UTC)
    assert activities[4].name == 'Evaluatie & "terugblik"'
    assert [activities[one].tracking for one in (1, 5, 8)] == [Tracking.AUTOMATIC, Tracking.MANUAL, Tracking.NONE]
    assert activities[4].completed_by | activities[1].completed_by == {
        "completionsubmit",
        "completionusegrade",
        "completionpassgrade",
    }
    assert activities[5].completed_by == activities[8].completed_by == frozenset()
    assert activities[8].url is None
    assert activities[8].description.text == "Los label zonder voltooiing"


def test_contents_can_be_of_one_kind(moodle: RecordedMoodle, client: MoodleClient) -> None:
    sections = client.courses.contents(2, kind="assign")
    assert {one.kind for section in sections for one in section.activities} == {"assign"}
    assert len(sections) == 5
    assert len(moodle.seen) == 1


def test_the_contents_of_an_unknown_course_are_not_found(client: MoodleClient) -> None:
    with pytest.raises(NotFound):
        client.courses.contents(999)


def test_what_changed_is_listed_by_activity(client: MoodleClient) -> None:
    changed = client.courses.updates(2, datetime(2026, 11, 23, 15, tzinfo=UTC))
    assert {one.cm_id: one.what for one in changed} == {
        1: {"usersubmissions", "usergrades"},
        5: {"completion"},
        2: {"usersubmissions", "usergrades"},
    }


def test_a_moment_without_a_time_zone_is_refused(moodle: RecordedMoodle, client: MoodleClient) -> None:
    with pytest.raises(ValueError, match="time zone"):
        client.courses.updates(2, datetime(2026, 11, 23))  # noqa: DTZ001
    assert moodle.seen == []
