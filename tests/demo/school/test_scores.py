"""Scores against the recordings: what is stored, clipped, wiped, kept, and refused."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import requests

from lti_tool.demo.school import CompletionRule, Grade, Role
from lti_tool.demo.school.gradebook import apply_rule, override, release
from lti_tool.demo.school.models import Completion
from tests.demo.conftest import World, recording
from tests.demo.scripted_tool import AGS, LINEITEM_TYPE, SCORE_TYPE

RECORDED = {case["case"]: case for case in recording("ags-scores")}


def score(world: World, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - members of a score
    """A score of 80 for the teacher, now; a change to None leaves that member out."""
    body = {
        "userId": world.teacher.id,
        "timestamp": world.school.now().isoformat(timespec="milliseconds"),
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "scoreGiven": 80,
        "scoreMaximum": 100,
    } | changes
    return {name: value for name, value in body.items() if value is not None}


def post(world: World, body: Any, **headers: str) -> requests.Response:  # noqa: ANN401 - any JSON
    """Post a score to the line item of the world's link."""
    sent = world.bearer() | {"Content-Type": SCORE_TYPE} | headers
    return requests.post(world.school.lineitem_url(world.item, "scores"), json=body, headers=sent, timeout=10)


def stored(world: World) -> Grade:
    """The teacher's grade."""
    grade = world.school.grade(world.link, world.teacher)
    assert grade is not None
    return grade


def later(world: World, seconds: float = 2) -> None:
    """Let the clock run on."""
    world.clock.advance(seconds=seconds)


def test_a_score_is_stored_and_answered_as_recorded(world: World) -> None:
    answer = post(world, score(world, comment="Goed gedaan é <b>!</b>"))
    recorded = RECORDED["success coupled, usegrade completion"]
    assert (answer.status_code, answer.reason, answer.text) == (200, "OK", recorded["body"])
    assert answer.headers["Content-Type"] == recorded["headers"]["Content-Type"]
    grade = stored(world)
    assert (grade.raw, grade.final, grade.feedback, grade.posts) == (80, 80, "Goed gedaan é <b>!</b>", 1)


@pytest.mark.parametrize("seconds", [0, 0.4, -3600])
def test_a_score_of_the_same_second_or_earlier_is_a_conflict(world: World, seconds: float) -> None:
    assert post(world, score(world)).status_code == 200
    again = (world.school.now() + timedelta(seconds=seconds)).isoformat()
    answer = post(world, score(world, scoreGiven=90, timestamp=again))
    recorded = RECORDED["older timestamp"]
    assert (answer.status_code, answer.json()) == (recorded["status"], recorded["body"]) == (409, [])
    expected = recorded["reason"].replace("item 25", f"item {world.item.id}")
    assert answer.reason == expected.replace("user 9", f"user {world.teacher.id}")
    assert stored(world).final == 80


def test_a_coupled_item_keeps_the_schools_own_second(world: World) -> None:
    future = (world.school.now() + timedelta(hours=1)).isoformat()
    assert post(world, score(world, timestamp=future)).status_code == 200
    assert stored(world).stamp == int(world.school.now().timestamp())
    later(world)
    assert post(world, score(world, scoreGiven=85)).status_code == 200


def test_a_loose_item_keeps_the_timestamp_of_the_score(world: World) -> None:
    world.item.activity_id = None
    future = (world.school.now() + timedelta(hours=1)).isoformat()
    assert post(world, score(world, timestamp=future)).status_code == 200
    later(world)
    assert post(world, score(world)).status_code == 409


def test_a_score_without_comment_erases_the_feedback(world: World) -> None:
    post(world, score(world, comment="Mooi"))
    later(world)
    post(world, score(world))
    assert stored(world).feedback is None
    assert RECORDED["newer timestamp"]["db_after"]["grade"][0]["feedback"] is None


@pytest.mark.parametrize(
    ("case", "given", "maximum"),
    [
        ("rescale 8/10 onto max 25", 8, 10),
        ("over max 30/25", 30, 25),
        ("negative score", -5, 25),
        ("zero score", 0, 25),
    ],
)
def test_scores_are_rescaled_and_clipped_as_recorded(world: World, case: str, given: float, maximum: float) -> None:
    world.item.maximum = 25
    assert post(world, score(world, scoreGiven=given, scoreMaximum=maximum)).status_code == 200
    recorded = RECORDED[case]["db_after"]["grade"][0]
    assert (stored(world).raw, stored(world).final) == (recorded["rawgrade"], recorded["finalgrade"])


@pytest.mark.parametrize(
    "changes",
    [
        {"gradingProgress": "NotReady", "activityProgress": "Initialized", "scoreGiven": None, "scoreMaximum": None},
        {"gradingProgress": "PendingManual", "activityProgress": "Submitted"},
        {"scoreGiven": None, "scoreMaximum": None},
    ],
)
def test_anything_but_fully_graded_with_a_score_wipes_the_grade(world: World, changes: dict[str, Any]) -> None:
    apply_rule(world.school, world.link, CompletionRule.GRADE)
    post(world, score(world))
    assert world.link.completion[world.teacher.id] is Completion.DONE
    later(world)
    assert post(world, score(world, **changes)).status_code == 200
    assert stored(world).final is None
    assert world.link.completion[world.teacher.id] is Completion.OPEN


def test_a_comment_alone_is_kept(world: World) -> None:
    body = score(world, scoreGiven=None, scoreMaximum=None, gradingProgress="Pending", comment="alleen commentaar")
    assert post(world, body).status_code == 200
    assert stored(world).feedback == "alleen commentaar"
    assert stored(world).final is None


def test_a_grade_changed_by_hand_stays(world: World) -> None:
    post(world, score(world))
    override(world.school, world.item, world.teacher.id, final=60, feedback="Besproken")
    later(world)
    answer = post(world, score(world, scoreGiven=95, comment="Nieuw"))
    recorded = RECORDED["score on overridden grade (teacher override)"]
    assert answer.status_code == recorded["status"] == 200
    grade = stored(world)
    assert (grade.raw, grade.final, grade.feedback) == (95, 60, "Besproken")
    release(world.school, world.item, world.teacher.id)
    assert stored(world).final == 95


def test_a_locked_grade_is_a_500_as_recorded(world: World) -> None:
    post(world, score(world))
    override(world.school, world.item, world.teacher.id, final=60, locked=True)
    later(world)
    answer = post(world, score(world, scoreGiven=95))
    recorded = RECORDED["score on locked grade"]
    assert (answer.status_code, answer.json()) == (recorded["status"], recorded["body"]) == (500, [])
    assert stored(world).raw == 80


@pytest.mark.parametrize(
    ("case", "changes"),
    [
        ("scoreGiven without scoreMaximum", {"scoreMaximum": None}),
        ("missing userId", {"userId": None}),
        ("missing timestamp", {"timestamp": None}),
        ("missing activityProgress", {"activityProgress": None}),
        ("missing gradingProgress", {"gradingProgress": None}),
        ("scoreGiven text", {"scoreGiven": "tien"}),
        ("timestamp unix int", {"timestamp": 1795447159}),
        ("timestamp garbage", {"timestamp": "gisteren"}),
        ("unknown user 99999", {"userId": "99999"}),
    ],
)
def test_wrong_scores_are_refused_as_recorded(world: World, case: str, changes: dict[str, Any]) -> None:
    answer = post(world, score(world, **changes))
    recorded = RECORDED[case]
    assert (answer.status_code, answer.json()) == (recorded["status"], recorded["body"]) == (400, [])
    assert answer.reason.startswith("Incorrect score received{")
    assert world.school.grade(world.link, world.teacher) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"userId": 4}, "userId must be a string"),
        ({"scoreGiven": "10"}, "scoreGiven must be a number"),
        ({"scoreGiven": True}, "scoreGiven must be a number"),
        ({"scoreMaximum": 0}, "scoreMaximum must be more than 0"),
        ({"activityProgress": "Klaar"}, "activityProgress is none of"),
        ({"gradingProgress": "Klaar"}, "gradingProgress is none of"),
        ({"timestamp": "2026-11-23T15:19:19"}, "with a time zone"),
        ({"timestamp": "2026-02-30T15:19:19Z"}, "no moment that exists"),
        ({"comment": 5}, "comment must be a string"),
    ],
)
def test_where_moodle_is_lax_the_specification_decides(world: World, changes: dict[str, Any], reason: str) -> None:
    assert post(world, score(world, **changes)).status_code == 400
    assert reason in world.last_refusal


@pytest.mark.parametrize("body", ["{kapot", "[]", '{"userId": "2", "scoreGiven": NaN}'])
def test_what_is_no_json_object_is_refused(world: World, body: str) -> None:
    headers = world.bearer() | {"Content-Type": SCORE_TYPE}
    url = world.school.lineitem_url(world.item, "scores")
    assert requests.post(url, data=body, headers=headers, timeout=5).status_code == 400


def test_only_learners_of_the_course_can_be_graded(world: World) -> None:
    outsider = world.school.add_person("Bram", "Buiten")
    assistant = world.school.add_person("Bea", "Begeleider")
    world.school.enrol(assistant, world.course, Role.ASSISTANT)
    for person in (world.trainer, world.admin, outsider, assistant):
        assert post(world, score(world, userId=person.id)).status_code == 400


def test_a_suspended_learner_can_be_graded(world: World) -> None:
    world.school.enrol(world.teacher, world.course, suspended=True)
    assert post(world, score(world)).status_code == RECORDED["suspended enrolment (38)"]["status"] == 200


def test_a_user_id_that_is_no_number_breaks_the_server(world: World) -> None:
    answer = post(world, score(world, userId="abc"))
    assert answer.status_code == RECORDED["userId non-numeric"]["status"] == 502
    assert "502 Bad Gateway" in answer.text


@pytest.mark.parametrize("zone", ["Z", "+00:00", "+0000", ".123Z", ".123456+00:00"])
def test_usual_timestamps_are_accepted(world: World, zone: str) -> None:
    moment = world.school.now().strftime("%Y-%m-%dT%H:%M:%S") + zone
    assert post(world, score(world, timestamp=moment)).status_code == 200


@pytest.mark.parametrize("media_type", ["application/json", LINEITEM_TYPE, ""])
def test_only_the_score_media_type_is_taken(world: World, media_type: str) -> None:
    assert post(world, score(world), **{"Content-Type": media_type}).status_code == 400
    assert "No handler found" in world.last_refusal
    assert post(world, score(world), **{"Content-Type": f"{SCORE_TYPE}; charset=utf-8"}).status_code == 200


def test_scores_goes_before_the_query(world: World) -> None:
    headers = world.bearer() | {"Content-Type": SCORE_TYPE}
    wrong = world.school.lineitem_url(world.item) + "/scores"
    answer = requests.post(wrong, json=score(world), headers=headers, timeout=5)
    assert answer.status_code == 400
    assert world.school.grades == {}


def test_a_score_needs_its_scope_its_item_and_its_own_tool(world: World) -> None:
    headers = world.bearer(f"{AGS}result.readonly") | {"Content-Type": SCORE_TYPE}
    url = world.school.lineitem_url(world.item, "scores")
    assert requests.post(url, json=score(world), headers=headers, timeout=5).status_code == 401
    other = world.tool.register_at(world.school, name="Ander")
    foreign = world.school.item_of(world.school.add_link(world.course, other, "Van een ander"))
    assert foreign is not None
    mine = world.bearer() | {"Content-Type": SCORE_TYPE}
    url = world.school.lineitem_url(foreign, "scores").replace(f"type_id={other.id}", f"type_id={world.registration.id}")
    answer = requests.post(url, json=score(world), headers=mine, timeout=5)
    recorded = RECORDED["other tool item 8 (type 18)"]
    assert (answer.status_code, answer.reason) == (recorded["status"], recorded["reason"])
    gone = url.replace(f"lineitems/{foreign.id}/", "lineitems/99999/")
    answer = requests.post(gone, json=score(world), headers=mine, timeout=5)
    recorded = RECORDED["lineitem id not existing"]
    assert (answer.status_code, answer.reason) == (recorded["status"], recorded["reason"])


def test_scores_cannot_be_read(world: World) -> None:
    answer = requests.get(world.school.lineitem_url(world.item, "scores"), headers=world.bearer(), timeout=5)
    assert answer.status_code == RECORDED["scores GET"]["status"] == 405


def test_two_first_scores_for_one_person_at_once_collide(world: World) -> None:
    second = world.school.item_of(world.school.add_link(world.course, world.registration, "Terugblik"))
    assert second is not None
    world.school.grading_seconds = 30
    headers = world.bearer() | {"Content-Type": SCORE_TYPE}
    answers: list[int] = []

    def first() -> None:
        url = world.school.lineitem_url(world.item, "scores")
        answers.append(requests.post(url, json=score(world), headers=headers, timeout=60).status_code)

    thread = threading.Thread(target=first)
    thread.start()
    while not world.school.scoring:
        pass
    url = world.school.lineitem_url(second, "scores")
    assert requests.post(url, json=score(world), headers=headers, timeout=10).status_code == 502
    world.school.faults.clear()
    thread.join()
    assert answers == [200]
    world.school.grading_seconds = 0
    assert requests.post(url, json=score(world), headers=headers, timeout=10).status_code == 200


@pytest.mark.parametrize(("given", "state"), [(40, Completion.PASSED), (10, Completion.FAILED)])
def test_a_passing_grade_completes(world: World, given: float, state: Completion) -> None:
    apply_rule(world.school, world.link, CompletionRule.PASS_GRADE)
    world.link.pass_grade = 30
    post(world, score(world, scoreGiven=given))
    assert world.link.completion[world.teacher.id] is state


def test_without_rule_a_score_completes_nothing(world: World) -> None:
    post(world, score(world))
    assert world.link.completion == {}
    apply_rule(world.school, world.link, CompletionRule.GRADE)
    assert world.link.completion == {world.teacher.id: Completion.DONE}
