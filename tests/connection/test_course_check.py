"""The self-test of a course: each thing that can be wrong in a course, seen at a school that behaves so."""

import re
from datetime import timedelta

import pytest
from flask_babel import force_locale

from lti_tool.app import Parts, create_app
from lti_tool.clock import utc_now
from lti_tool.connection.course_facts import CourseReader
from lti_tool.connection.course_probing import CourseProber
from lti_tool.connection.report import course_as_text
from lti_tool.demo.school import PERSONALITIES, CompletionRule, FaultKind, School, SchoolServer, Service
from lti_tool.errors import NotFound, Unreachable
from lti_tool.platforms.scopes import LINEITEM_READONLY, RESULT_READONLY, SCORE
from lti_tool.training.completion import nobody_knows
from lti_tool.web.lights import Light
from tests.connection.classroom import KEYS, Classroom, finding, lights, open_classroom
from tests.connection.conftest import connect

FIRST, SECOND = KEYS[:2]


@pytest.fixture
def classroom(parts: Parts, school: School) -> Classroom:
    """A course without links."""
    return open_classroom(connect(parts, school, opened=False))


@pytest.fixture
def whole_training(classroom: Classroom) -> Classroom:
    """A course with every assignment in it."""
    for key in KEYS:
        classroom.place(key)
    return classroom


def test_a_course_in_which_all_is_well(whole_training: Classroom) -> None:
    for link in whole_training.links.values():
        link.completion_rule = CompletionRule.GRADE
    report = whole_training.check(whole_training.rules)
    assert report.light is Light.OK
    assert set(lights(report.findings).values()) == {Light.OK}
    assert [str(place.name) for place in report.placements] == [one.title for one in whole_training.links.values()]
    for place in report.placements:
        keys = ["shows", "column", "results", "opened", "completion"]
        assert lights(place.findings) == dict.fromkeys(keys, Light.OK)
        assert place.open == []


@pytest.mark.parametrize("family", list(PERSONALITIES))
def test_every_kind_of_learning_environment_can_be_asked(parts: Parts, listening: SchoolServer, family: str) -> None:
    room = open_classroom(connect(parts, listening.fresh(utc_now, PERSONALITIES[family]), opened=False, family=family))
    room.place(FIRST)
    report = room.check()
    (place,) = report.placements
    assert {lights(place.findings)[key] for key in ("shows", "column", "results")} == {Light.OK}
    assert lights(report.findings)["roster"] is Light.OK


def test_the_test_changes_nothing_at_the_school_and_names_nobody(whole_training: Classroom, parts: Parts) -> None:
    school = whole_training.connected.school
    before = school.describe()
    report = whole_training.check()
    after = school.describe()
    before.pop("requests"), after.pop("requests")
    assert after == before
    with create_app(parts).app_context():
        text = course_as_text(report, "https://icc.example.org")
    for secret in ("Höfen", "Zoë", "Bearer", "eyJ"):
        assert secret not in text


class TestCompletion:
    """Accepting completes the activity only where the learning environment has the rule."""

    def test_without_somebody_who_can_know_it_says_where_to_look(self, whole_training: Classroom, parts: Parts) -> None:
        report = whole_training.check()
        assert report.light is Light.OK
        found = finding(report.findings, "completion")
        assert found.light is Light.NOT_TRIED
        with create_app(parts).app_context():
            assert "kan ICC Bridge van buiten niet zien" in str(found.meaning)
            assert "Ontvang een cijfer" in str(found.steps[-1])
        assert {lights(place.findings)["completion"] for place in report.placements} == {Light.NOT_TRIED}

    def test_a_missing_rule_is_named_per_assignment(self, whole_training: Classroom) -> None:
        for key in KEYS[1:]:
            whole_training.links[key].completion_rule = CompletionRule.GRADE
        report = whole_training.check(whole_training.rules)
        found = finding(report.findings, "completion")
        assert (found.light, [str(item) for item in found.items]) == (
            Light.ATTENTION,
            [whole_training.links[FIRST].title],
        )
        by_place = [lights(place.findings)["completion"] for place in report.placements]
        assert by_place == [Light.ATTENTION, *[Light.OK] * (len(KEYS) - 1)]

    def test_one_that_does_not_answer_knows_nothing(self, whole_training: Classroom) -> None:
        def silent(_activities: object, /) -> dict[str, object]:
            raise Unreachable("no answer")

        report = whole_training.check(silent)  # type: ignore[arg-type]  # it never returns
        assert lights(report.findings)["completion"] is Light.NOT_TRIED

    def test_for_the_whole_training_the_steps_say_what_is_different(self, classroom: Classroom, parts: Parts) -> None:
        classroom.place(None)
        with create_app(parts).app_context():
            assert "Passing grade" in str(finding(classroom.check().findings, "completion").steps[-1])

    def test_a_family_that_does_not_complete_by_the_grade_is_not_asked(self, parts: Parts, school: School) -> None:
        room = open_classroom(connect(parts, school, opened=False, family="sakai"))
        room.place(FIRST)

        def asked(_activities: object, /) -> dict[str, object]:
            raise AssertionError("asked")

        report = room.check(asked)  # type: ignore[arg-type]  # it never returns
        assert lights(report.findings)["completion"] is Light.NOT_TRIED
        assert "completion" not in lights(report.placements[0].findings)


class TestColumns:
    """Each link has its own column in the gradebook, or says why not."""

    def light(self, room: Classroom) -> Light:
        return lights(room.check().placements[0].findings)["column"]

    def test_one_that_is_gone_is_wrong(self, classroom: Classroom) -> None:
        classroom.place(FIRST)
        item = classroom.connected.school.item_of(classroom.links[FIRST])
        assert item is not None
        classroom.connected.school.remove_item(item)
        found = lights(classroom.check().placements[0].findings)
        assert (found["column"], found["results"]) == (Light.WRONG, Light.NOT_TRIED)

    def test_one_of_another_link_is_wrong(self, classroom: Classroom) -> None:
        classroom.place(FIRST)
        second = classroom.place(SECOND)
        school = classroom.connected.school
        item = school.item_of(classroom.links[FIRST])
        assert item is not None
        classroom.set(second, lineitem_url=school.lineitem_url(item))
        first, strange = classroom.check().placements
        assert lights(first.findings)["column"] is Light.OK
        assert lights(strange.findings)["column"] is Light.WRONG

    def test_one_that_names_another_assignment_is_wrong(self, classroom: Classroom) -> None:
        classroom.place(FIRST)
        item = classroom.connected.school.item_of(classroom.links[FIRST])
        assert item is not None
        item.resource_id = f"icc-vo:{SECOND}:elsewhere"
        assert self.light(classroom) is Light.WRONG
        item.resource_id = f"icc-vo:{FIRST}:elsewhere"
        assert self.light(classroom) is Light.OK

    def test_another_maximum_is_told(self, classroom: Classroom, parts: Parts) -> None:
        classroom.place(FIRST, maximum=10)
        found = finding(classroom.check().placements[0].findings, "column")
        assert found.light is Light.OK
        with create_app(parts).app_context():
            assert str(found.items[-1]) == "Het maximum is 10: akkoord wordt daar 10 van 10."

    def test_without_one_moodle_cannot_tick_off(self, classroom: Classroom) -> None:
        classroom.place(FIRST, with_grade=False)
        assert self.light(classroom) is Light.ATTENTION

    def test_elsewhere_one_is_made_at_the_first_result(self, parts: Parts, school: School) -> None:
        room = open_classroom(connect(parts, school, opened=False, family="sakai"))
        room.place(FIRST, with_grade=False)
        assert self.light(room) is Light.OK

    @pytest.mark.parametrize("scopes", [(LINEITEM_READONLY, RESULT_READONLY, SCORE), ()], ids=["may not make", "no scores"])
    def test_without_one_and_without_the_right_to_make_one_results_do_not_arrive(
        self, classroom: Classroom, scopes: tuple[str, ...]
    ) -> None:
        classroom.place(FIRST, with_grade=False, scopes=scopes)
        assert self.light(classroom) is Light.WRONG

    def test_the_whole_training_needs_none(self, classroom: Classroom) -> None:
        classroom.place(None, with_grade=False)
        assert self.light(classroom) is Light.OK

    def test_results_that_may_not_be_read_are_told(self, classroom: Classroom) -> None:
        classroom.place(FIRST, scopes=(LINEITEM_READONLY, SCORE))
        found = lights(classroom.check().placements[0].findings)
        assert (found["column"], found["results"]) == (Light.OK, Light.ATTENTION)


class TestLinks:
    """What stands in the course, and what it shows."""

    def test_one_that_shows_nothing_yet_is_wrong(self, classroom: Classroom) -> None:
        classroom.place(FIRST)
        classroom.build.placement(classroom.course, None, title="Losse link")
        report = classroom.check()
        assert [str(place.name) for place in report.placements][-1] == "Losse link"
        assert lights(report.placements[-1].findings) == {"shows": Light.WRONG}

    def test_one_of_another_cohort_is_not_looked_at(self, classroom: Classroom) -> None:
        classroom.place(FIRST)
        classroom.build.placement(classroom.course, classroom.build.cohort("Regio Noord"), title="Van een ander")
        assert len(classroom.check().placements) == 1

    def test_an_assignment_that_the_training_has_not_is_wrong(self, classroom: Classroom) -> None:
        classroom.set(classroom.place(FIRST), assignment_key="voorbij")
        assert lights(classroom.check().placements[0].findings)["shows"] is Light.WRONG

    def test_what_is_missing_is_named_unless_the_whole_training_is_there(self, classroom: Classroom) -> None:
        classroom.place(FIRST)
        found = finding(classroom.check().findings, "assignments")
        assert (found.light, len(found.items)) == (Light.ATTENTION, len(KEYS) - 1)
        classroom.place(None)
        found = finding(classroom.check().findings, "assignments")
        assert (found.light, len(found.items)) == (Light.OK, len(KEYS) - 1)

    def test_one_that_nobody_opened_for_long_may_be_gone(self, classroom: Classroom) -> None:
        classroom.place(FIRST)
        classroom.set(classroom.place(SECOND), last_launch_at=utc_now() - timedelta(days=61))
        report = classroom.check()
        assert lights(report.findings)["opened"] is Light.OK
        assert [lights(place.findings)["opened"] for place in report.placements] == [Light.OK, Light.ATTENTION]

    def test_a_course_that_told_no_list_of_members_says_so(self, classroom: Classroom) -> None:
        classroom.set(classroom.place(FIRST), memberships_url=None)
        assert lights(classroom.check().findings)["roster"] is Light.ATTENTION


@pytest.mark.parametrize(
    ("service", "kind", "keys"),
    [
        (Service.TOKEN, FaultKind.STATUS, {"column", "roster"}),
        (Service.LINEITEMS, FaultKind.HTML, {"column"}),
        (Service.RESULTS, FaultKind.STATUS, {"results"}),
        (Service.MEMBERSHIPS, FaultKind.EMPTY, {"roster"}),
    ],
)
def test_a_service_that_fails_is_wrong_and_no_other(
    classroom: Classroom, service: Service, kind: FaultKind, keys: set[str]
) -> None:
    classroom.place(FIRST)
    classroom.connected.school.faults.add(service, kind, times=None)
    report = classroom.check()
    every = {**lights(report.findings), **lights(report.placements[0].findings)}
    assert {key for key, light in every.items() if light is Light.WRONG} == keys


def test_what_does_not_answer_in_time_is_silent(classroom: Classroom, parts: Parts) -> None:
    classroom.place(FIRST)
    prober = CourseProber(parts.settings, parts.key_ring, parts.platforms, parts.clock, nobody_knows, 0.0)
    probed = prober.probe(classroom.facts())
    assert "not done within" in probed.roster.detail
    assert all("not done within" in one.column.detail for one in probed.columns.values())


def test_a_platform_that_is_switched_off_is_wrong(classroom: Classroom, parts: Parts) -> None:
    classroom.place(FIRST)
    parts.platforms.disable(classroom.connected.platform.id)
    assert lights(classroom.check().findings)["status"] is Light.WRONG


def test_the_report_is_whole_in_both_languages(classroom: Classroom, parts: Parts) -> None:
    classroom.place(None, with_grade=False)
    classroom.place(FIRST, maximum=10)
    classroom.place(SECOND, with_grade=False)
    classroom.build.placement(classroom.course, None, title="Losse link")
    report = classroom.check(classroom.rules)
    with create_app(parts).app_context():
        dutch = course_as_text(report, "https://icc.example.org")
        with force_locale("en"):
            english = course_as_text(report, "https://icc.example.org")
    assert dutch.startswith("Controle van een cursus in ICC Bridge: Fout\nCultuurcoördinator VO, Regio Zuid\n")
    assert english.startswith("Check of a course in ICC Bridge: Wrong\n")
    assert dutch.count("\n== ") == english.count("\n== ") == 4
    assert not re.search(r"\b(cursus|kolom|leeromgeving|wordt|niet)\b", english)
    assert max(map(len, dutch.splitlines())) <= 100


def test_only_courses_that_show_the_cohort_are_found(classroom: Classroom, parts: Parts) -> None:
    other = classroom.build.cohort()
    assert parts.course_check.courses(other.id) == []
    with pytest.raises(NotFound):
        parts.course_check.courses(classroom.cohort.id, classroom.course.id)
    with pytest.raises(NotFound), parts.database.session() as session:
        CourseReader(parts.platforms, parts.trainings).courses(session, "nobody")
