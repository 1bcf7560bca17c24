"""The check of a connected Moodle: what is missing, how to grant it, and what that means as the courses are set up."""

import json
from collections.abc import Iterator, Mapping

import pytest
from flask import Flask
from flask_babel import force_locale

from lti_tool.courses.models import Course
from lti_tool.database import Database
from lti_tool.moodle.advice import advice_for
from lti_tool.moodle.checking import AT_ONCE, CHECKS_A_MINUTE, WAIT_SECONDS, CheckReport, MoodleCheck
from lti_tool.moodle.errors import NotConnected
from lti_tool.moodle.models import ActivityMapping, MoodleCourse
from lti_tool.moodle.needs import NEEDS, When
from lti_tool.moodle.problems import FUNCTION_MISSING, TOKEN_REFUSED
from lti_tool.moodle.report import as_text
from lti_tool.moodle.sites import MoodleSites
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.models import Platform
from lti_tool.platforms.service import PlatformService
from lti_tool.web.lights import Finding, Light
from lti_tool.web.setup import init_web
from moodle_client import Function
from tests.builders import Builder
from tests.clock import FakeClock
from tests.conftest import SECRET
from tests.moodle_client.recorded_moodle import Account, Fault, RecordedMoodle, Reply
from tests.moodle_client.recorded_moodle.recordings import response
from tests.moodle_client.recorded_moodle.school import ALL_FUNCTIONS


@pytest.fixture(autouse=True)
def _words() -> Iterator[None]:
    """A place in which texts have a language."""
    app = Flask("lti_tool", static_folder=None)
    app.secret_key = SECRET
    init_web(app)
    with app.app_context(), force_locale("nl"):
        yield


@pytest.fixture
def checks(database: Database, clock: FakeClock, sites: MoodleSites) -> MoodleCheck:
    platforms = PlatformService(database, clock, Outgoing(allow_private=True))
    return MoodleCheck(database, clock, platforms, sites)


@pytest.fixture
def connected(sites: MoodleSites, platform: Platform, moodle: RecordedMoodle) -> Platform:
    """The platform, with its Moodle connected."""
    sites.connect(platform.id, moodle.token)
    return platform


def by_key(report: CheckReport) -> Mapping[str, Finding]:
    return {finding.key: finding for finding in report.findings}


def without(moodle: RecordedMoodle, *functions: Function, may_download: bool = True) -> None:
    """Let the token's service lack functions."""
    moodle.accounts[moodle.token] = Account("wsintegratie", ALL_FUNCTIONS - set(functions), may_download=may_download)


def answers(moodle: RecordedMoodle, function: Function, answer: object) -> None:
    """Let every call of a function be answered so."""

    def fault(number: int) -> Fault | None:
        if moodle.seen[number - 1].function != function:
            return None
        return Reply(200, json.dumps(answer).encode(), {"Content-Type": "application/json"})

    moodle.faults = fault


def mapped(build: Builder, platform: Platform, clock: FakeClock, **changes: object) -> None:
    """Let a trainer have said that an activity counts."""
    course: Course = build.course(platform, "2")
    cohort = build.cohort()
    build.add(MoodleCourse(course_id=course.id, moodle_id=2))
    values = {"kind": "assign", "counts": "submitted", **changes}
    build.add(
        ActivityMapping(
            course_id=course.id,
            cohort_id=cohort.id,
            assignment_key="leervraag",
            cm_id=1,
            instance_id=1,
            confirmed_at=clock(),
            **values,
        )
    )


def test_a_token_that_can_everything_is_usable(checks: MoodleCheck, connected: Platform) -> None:
    report = checks.run(connected.id)
    assert (report.light, report.usable) == (Light.OK, True)
    assert set(by_key(report)) == {"account", "downloads", *(function.value for function in NEEDS)}


def test_in_a_course_what_is_left_out_is_seen_too(checks: MoodleCheck, connected: Platform) -> None:
    report = checks.run(connected.id, 2)
    assert report.light is Light.ATTENTION
    suspended = by_key(report)["active_enrolments"]
    assert "moodle/course:enrolreview" in str(suspended.steps[-1])
    assert {key for key in by_key(report) if key.endswith("@2")} == {
        f"{function.value}@2" for function, need in NEEDS.items() if need.when in (When.ALWAYS, When.GRADES)
    } - {"core_webservice_get_site_info@2"}


@pytest.mark.parametrize("function", [one for one in NEEDS if NEEDS[one].when is When.ALWAYS][1:])
def test_a_function_that_is_always_needed_is_named_with_where_to_add_it(
    function: Function, checks: MoodleCheck, connected: Platform, moodle: RecordedMoodle, sites: MoodleSites
) -> None:
    without(moodle, function)
    report = checks.run(connected.id)
    assert not report.usable
    finding = by_key(report)[function.value]
    assert finding.light is Light.WRONG
    assert function.value in str(finding.meaning)
    assert "Externe services" in str(finding.steps[0])
    assert function.value in str(finding.steps[1])
    assert sites.get(connected.id).problem == FUNCTION_MISSING


def test_what_only_makes_it_faster_asks_for_attention(
    checks: MoodleCheck, connected: Platform, moodle: RecordedMoodle
) -> None:
    without(moodle, Function.BATCH)
    report = checks.run(connected.id)
    assert (report.light, report.usable) == (Light.ATTENTION, True)


@pytest.mark.parametrize(
    ("function", "wish"),
    [
        (Function.SAVE_GRADE, {"writes_grade": True}),
        (Function.PARTICIPANTS, {"writes_grade": True}),
        (Function.OVERRIDE_COMPLETION, {"writes_completion": True}),
        (Function.GRADE_REPORT, {"kind": "quiz", "counts": "graded"}),
    ],
)
def test_what_is_needed_for_one_wish_is_missed_only_where_a_trainer_has_that_wish(
    function: Function,
    wish: dict[str, object],
    checks: MoodleCheck,
    connected: Platform,
    moodle: RecordedMoodle,
    build: Builder,
    clock: FakeClock,
) -> None:
    without(moodle, function)
    before = by_key(checks.run(connected.id))[function.value]
    assert (before.light, before.who) == (Light.OK, "")
    assert "Pas nodig" in str(before.items[0])
    mapped(build, connected, clock, **wish)
    after = checks.run(connected.id)
    assert by_key(after)[function.value].light is Light.WRONG
    assert not after.usable


def test_the_grade_of_an_assignment_takes_no_gradebook(
    checks: MoodleCheck, connected: Platform, moodle: RecordedMoodle, build: Builder, clock: FakeClock
) -> None:
    without(moodle, Function.GRADE_REPORT)
    mapped(build, connected, clock, counts="graded")
    assert checks.run(connected.id).usable


def test_a_service_without_downloads_cannot_open_work(
    checks: MoodleCheck, connected: Platform, moodle: RecordedMoodle
) -> None:
    without(moodle, may_download=False)
    assert by_key(checks.run(connected.id))["downloads"].light is Light.WRONG


def test_a_missing_capability_is_named(checks: MoodleCheck, connected: Platform, moodle: RecordedMoodle) -> None:
    answers(moodle, Function.ACTIVITIES_COMPLETION, response("ws_enrolled_users_onlyactive"))
    finding = by_key(checks.run(connected.id, 2))["core_completion_get_activities_completion_status@2"]
    assert finding.light is Light.WRONG
    assert "mist een recht" in str(finding.meaning)
    assert "moodle/course:view, report/progress:view" in str(finding.steps[-1])


def test_what_moodle_leaves_out_without_a_word_is_told(
    checks: MoodleCheck, connected: Platform, moodle: RecordedMoodle
) -> None:
    answers(moodle, Function.ASSIGNMENTS, response("ws_assignments"))
    finding = by_key(checks.run(connected.id, 2))["mod_assign_get_assignments@2"]
    assert "zonder melding" in str(finding.meaning)
    assert "mod/assign:view" in str(finding.steps[-1])


def test_a_course_that_is_not_there_is_told(checks: MoodleCheck, connected: Platform) -> None:
    finding = by_key(checks.run(connected.id, 999))["core_course_get_contents@999"]
    assert finding.light is Light.WRONG
    assert "Deze cursus is er niet" in str(finding.meaning)


def test_the_token_of_a_site_administrator_asks_for_attention(
    checks: MoodleCheck, connected: Platform, moodle: RecordedMoodle
) -> None:
    answers(moodle, Function.SITE_INFO, {**response("ws_site_info"), "userissiteadmin": True})
    finding = by_key(checks.run(connected.id))["account"]
    assert finding.light is Light.ATTENTION
    assert finding.steps


def test_a_revoked_token_is_one_clear_finding_and_is_remembered(
    checks: MoodleCheck, connected: Platform, moodle: RecordedMoodle, sites: MoodleSites
) -> None:
    moodle.accounts.clear()
    report = checks.run(connected.id)
    assert [(one.key, one.light, one.meaning) for one in report.findings] == [
        ("site", Light.WRONG, advice_for(TOKEN_REFUSED).what)
    ]
    assert report.findings[0].steps
    assert sites.get(connected.id).problem == TOKEN_REFUSED


def test_a_check_that_finds_all_well_takes_the_problem_away(
    checks: MoodleCheck, connected: Platform, sites: MoodleSites, clock: FakeClock
) -> None:
    sites.remember(connected.id, TOKEN_REFUSED)
    clock.advance(hours=1)
    checks.run(connected.id)
    assert (sites.get(connected.id).problem, sites.get(connected.id).checked_at) == (None, clock.now)


def test_a_moodle_that_is_not_connected_is_not_checked(checks: MoodleCheck, platform: Platform) -> None:
    with pytest.raises(NotConnected):
        checks.run(platform.id)


def test_on_pages_only_so_many_checks_a_minute_are_made(checks: MoodleCheck, connected: Platform, clock: FakeClock) -> None:
    assert all(isinstance(checks.run_for_page(connected.id), CheckReport) for _ in range(CHECKS_A_MINUTE))
    assert checks.run_for_page(connected.id) == 60
    clock.advance(minutes=1)
    assert isinstance(checks.run_for_page(connected.id), CheckReport)
    assert AT_ONCE < CHECKS_A_MINUTE
    assert WAIT_SECONDS < 60


@pytest.mark.parametrize(("language", "words"), [("nl", "[In orde]"), ("en", "[All right]")])
def test_a_report_to_pass_on_names_functions_and_nobody(
    language: str, words: str, checks: MoodleCheck, connected: Platform, moodle: RecordedMoodle
) -> None:
    without(moodle, Function.SUBMISSIONS)
    report = checks.run(connected.id, 2)
    with force_locale(language):
        text = as_text(report)
        rows = json.dumps(report.row())
    assert words in text
    for shown in (text, rows):
        assert "mod_assign_get_submissions" in shown
        assert moodle.token not in shown
        assert "wsintegratie" not in shown
