"""The self-test of a course whose Moodle is connected: it knows which activities are ticked off by the result."""

import pytest

from lti_tool.app import Parts
from lti_tool.demo.school import CompletionRule as AtSchool
from lti_tool.demo.school import FaultKind, School, Service
from lti_tool.demo.school.native.accounts import CAPABILITIES, add_account
from lti_tool.moodle.completion import MoodleCompletion
from lti_tool.training.completion import ActivityAsked
from lti_tool.web.lights import Light
from tests.connection.classroom import KEYS, Classroom, finding, lights, open_classroom
from tests.connection.conftest import connect

FIRST, SECOND, THIRD, *_REST = KEYS


@pytest.fixture
def classroom(parts: Parts, school: School) -> Classroom:
    """A course in which everything is there but rules of completion, at a Moodle whose web services are connected."""
    room = open_classroom(connect(parts, school, opened=False))
    for key in KEYS:
        room.place(key)
    let_in(room)
    return room


def let_in(room: Classroom, *without: str) -> None:
    """Connect the school's web services with a new account, which may all but this."""
    account = add_account(room.connected.school, capabilities=[one for one in CAPABILITIES if one not in without])
    assert account.token is not None
    room.parts.moodle_sites.connect(room.connected.platform.id, account.token)


def rule(room: Classroom, key: str, rule: AtSchool) -> None:
    """Set the rule of an activity at the school."""
    room.links[key].completion_rule = rule


def by_place(room: Classroom) -> list[Light]:
    """The light of completion of each link."""
    report = room.check(MoodleCompletion(room.parts.moodle_sites))
    return [lights(place.findings)["completion"] for place in report.placements]


def test_new_activities_have_no_rule(classroom: Classroom) -> None:
    assert by_place(classroom) == [Light.ATTENTION] * len(KEYS)


def test_only_rules_about_the_grade_count(classroom: Classroom) -> None:
    rule(classroom, FIRST, AtSchool.GRADE)
    rule(classroom, SECOND, AtSchool.PASS_GRADE)
    rule(classroom, THIRD, AtSchool.MANUAL)
    assert by_place(classroom)[:3] == [Light.OK, Light.OK, Light.ATTENTION]


def test_the_whole_training_wants_a_passing_grade(classroom: Classroom) -> None:
    classroom.place(None)
    rule(classroom, "training", AtSchool.GRADE)
    assert by_place(classroom)[0] is Light.ATTENTION
    rule(classroom, "training", AtSchool.PASS_GRADE)
    assert by_place(classroom)[0] is Light.OK


def test_when_every_rule_is_there_nothing_is_left_to_look_at(classroom: Classroom) -> None:
    for key in KEYS:
        rule(classroom, key, AtSchool.GRADE)
    report = classroom.check(MoodleCompletion(classroom.parts.moodle_sites))
    assert (report.light, report.look_yourself) == (Light.OK, False)
    assert finding(report.findings, "completion").light is Light.OK


def test_what_the_account_may_not_see_is_not_known(classroom: Classroom) -> None:
    let_in(classroom, "mod/lti:view")
    assert by_place(classroom) == [Light.NOT_TRIED] * len(KEYS)


@pytest.mark.parametrize("kind", [FaultKind.HTML, FaultKind.EMPTY])
def test_a_moodle_that_does_not_answer_as_one_says_nothing(classroom: Classroom, kind: FaultKind) -> None:
    classroom.connected.school.faults.add(Service.WEB_SERVICES, kind, times=None)
    assert by_place(classroom) == [Light.NOT_TRIED] * len(KEYS)


def test_without_a_connection_or_a_course_of_moodle_nothing_is_known(classroom: Classroom) -> None:
    rules = MoodleCompletion(classroom.parts.moodle_sites)
    platform_id = classroom.connected.platform.id
    assert rules([]) == {}
    assert rules([ActivityAsked("p", platform_id, "a-course-elsewhere", "1", whole=False)]) == {}
    assert rules([ActivityAsked("p", platform_id, "99999", "1", whole=False)]) == {}
    classroom.parts.moodle_sites.disconnect(platform_id)
    assert by_place(classroom) == [Light.NOT_TRIED] * len(KEYS)


def test_the_application_asks_the_connected_moodle(classroom: Classroom) -> None:
    rule(classroom, FIRST, AtSchool.GRADE)
    report = classroom.parts.course_check.run(classroom.facts())
    found = finding(report.findings, "completion")
    assert (found.light, len(found.items)) == (Light.ATTENTION, len(KEYS) - 1)
