"""Results: what the gradebook holds, and whether it is what we wanted."""

import json
from typing import Any

import pytest

from lti_tool.advantage.errors import ServiceRefused
from lti_tool.advantage.results import Result, ResultService
from lti_tool.advantage.scores import ScoreService
from lti_tool.errors import BadAnswer
from lti_tool.platforms.service import PlatformInfo
from mappings.scores import ActivityProgress, GradingProgress, Score
from tests.advantage.conftest import World, platform_at
from tests.advantage.test_scores import ACCEPTED
from tests.clock import FakeClock
from tests.demo.conftest import recording
from tests.scripted_platform import Reply, ScriptedPlatform

RECORDED: dict[str, Any] = {case["case"]: case for case in recording("ags-results")}
ITEM = "/mod/lti/services.php/2/lineitems/25/lineitem"
RESULTS = f"{ITEM}/results"


def score(given: float | None, maximum: int = 100) -> Score:
    return Score(given, maximum, ActivityProgress.COMPLETED, GradingProgress.FULLY_GRADED)


def test_what_was_posted_is_read_back(scores: ScoreService, results: ResultService, world: World, clock: FakeClock) -> None:
    assert results.of(world.platform, world.lineitem_url, world.teacher.id) is None
    scores.post(world.platform, world.lineitem_url, world.teacher.id, ACCEPTED, clock())
    found = results.of(world.platform, world.lineitem_url, world.teacher.id)
    assert found == Result(100.0, 100.0, ACCEPTED.comment)
    assert found.equals(ACCEPTED)
    assert results.of(world.platform, world.lineitem_url, world.colleague.id) is None
    assert list(world.school.refusals) == []


@pytest.mark.parametrize(
    ("case", "user", "expected"),
    [
        ("results user_id", "9", (24.0, 25.0)),
        ("results zero-score user 13", "13", (0.0, 25.0)),
        ("results all", "38", (10.0, 25.0)),
        ("results user_id unknown", "999", None),
        ("results no grades item", "9", None),
    ],
)
def test_the_recorded_results_of_a_moodle_are_read(
    results: ResultService,
    platform: PlatformInfo,
    scripted: ScriptedPlatform,
    case: str,
    user: str,
    expected: tuple[float, float] | None,
) -> None:
    scripted.answer(f"GET {RESULTS}", Reply(200, RECORDED[case]["body"]))
    found = results.of(platform, f"{scripted.url}{ITEM}?type_id=1", user)
    assert (None if found is None else (found.score, found.maximum)) == expected
    (asked,) = scripted.calls(RESULTS)
    assert asked.query == {"type_id": ["1"], "user_id": [user]}
    assert asked.headers["Accept"] == "application/vnd.ims.lis.v2.resultcontainer+json"


def test_a_row_with_a_comment_only_has_no_score(
    results: ResultService, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    scripted.answer(f"GET {RESULTS}", Reply(200, [{"id": "x", "userId": 9, "comment": "Ga zo door"}]))
    found = results.of(platform, f"{scripted.url}{ITEM}", "9")
    assert found == Result(None, 1.0, "Ga zo door")
    assert "Ga zo door" not in repr(found)


def test_a_platform_that_sends_everybody_in_pages_is_read_to_the_right_row(
    results: ResultService, scripted: ScriptedPlatform
) -> None:
    first = [{"userId": "1", "resultScore": 1, "resultMaximum": 1}]
    scripted.answer(f"GET {RESULTS}", Reply(200, first, {"Link": '</next>; rel="next"'}))
    scripted.answer("GET /next", Reply(200, [{"userId": "9", "resultScore": 0.5}, "x"]))
    found = results.of(platform_at(scripted.url, family="generic"), f"{scripted.url}{ITEM}", "9")
    assert found == Result(0.5, 1.0, None)


def test_a_platform_whose_filter_loses_the_comment_is_asked_for_everybody(
    results: ResultService, scripted: ScriptedPlatform
) -> None:
    rows = [{"userId": "8", "resultScore": 1}, {"userId": "9", "resultScore": 5, "resultMaximum": 10, "comment": "Mooi"}]
    scripted.answer(f"GET {RESULTS}", Reply(200, rows))
    found = results.of(platform_at(scripted.url, family="blackboard"), f"{scripted.url}{ITEM}", "9")
    assert found == Result(5, 10, "Mooi")
    assert scripted.calls(RESULTS)[0].query == {"limit": ["1000"]}


def test_everything_that_a_line_item_holds_is_read(
    scores: ScoreService, results: ResultService, world: World, clock: FakeClock
) -> None:
    assert results.all(world.platform, world.lineitem_url) == {}
    for person in (world.teacher, world.colleague):
        scores.post(world.platform, world.lineitem_url, person.id, ACCEPTED, clock())
    found = results.all(world.platform, world.lineitem_url)
    assert found == dict.fromkeys((world.teacher.id, world.colleague.id), Result(100.0, 100.0, ACCEPTED.comment))
    assert list(world.school.refusals) == []


def test_the_recorded_results_of_everybody_are_read(
    results: ResultService, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    scripted.answer(f"GET {RESULTS}", Reply(200, RECORDED["results all"]["body"]))
    found = results.all(platform, f"{scripted.url}{ITEM}?type_id=1")
    assert len(found) == len(RECORDED["results all"]["body"])
    assert (found["38"].score, found["38"].maximum) == (10.0, 25.0)
    (asked,) = scripted.calls(RESULTS)
    assert asked.query == {"type_id": ["1"]}


def test_results_in_pages_are_read_to_the_end_and_rows_of_nobody_passed_over(
    results: ResultService, scripted: ScriptedPlatform
) -> None:
    first = [{"userId": "1", "resultScore": 1}, {"resultScore": 1}, {"userId": ""}, {"userId": None}, "x"]
    scripted.answer(f"GET {RESULTS}", Reply(200, first, {"Link": '</Next>; rel="next"'}))
    scripted.answer("GET /Next", Reply(200, [{"userId": 2, "resultScore": 0}, {"userId": "1", "resultScore": 0.5}]))
    found = results.all(platform_at(scripted.url, family="generic"), f"{scripted.url}{ITEM}")
    assert {user: result.score for user, result in found.items()} == {"1": 1.0, "2": 0.0}


def test_results_never_come_from_elsewhere(results: ResultService, scripted: ScriptedPlatform) -> None:
    scripted.answer(f"GET {RESULTS}", Reply(200, [], {"Link": '<https://elsewhere.example.org/x>; rel="next"'}))
    with pytest.raises(BadAnswer, match="not its own"):
        results.all(platform_at(scripted.url, family="generic"), f"{scripted.url}{ITEM}")


@pytest.mark.parametrize(
    ("held", "wanted", "same"),
    [
        (Result(100, 100, None), score(100), True),
        (Result(25, 25, None), score(100), True),
        (Result(24, 25, None), score(100), False),
        (Result(33.33333, 100, None), score(100 / 3), True),
        (Result(99.9, 100, None), score(100), False),
        (Result(0, 100, None), score(0), True),
        (Result(0, 100, None), score(100), False),
        (Result(None, 1, "x"), score(100), False),
        (Result(None, 1, "x"), score(None), True),
        (Result(0, 100, None), score(None), False),
    ],
)
def test_a_result_is_compared_on_any_scale(held: Result, wanted: Score, same: bool) -> None:
    assert held.equals(wanted) is same


@pytest.mark.parametrize(
    "row",
    [
        {"resultScore": True},
        {"resultScore": "100"},
        {"resultScore": float("nan")},
        {"resultScore": float("inf")},
        {"resultScore": None},
    ],
)
def test_what_is_no_number_is_no_score(
    results: ResultService, platform: PlatformInfo, scripted: ScriptedPlatform, row: dict[str, object]
) -> None:
    scripted.answer(f"GET {RESULTS}", Reply(200, json.dumps([{"userId": "9", **row}]).encode()))
    found = results.of(platform, f"{scripted.url}{ITEM}", "9")
    assert found is not None
    assert found.score is None


def test_a_maximum_of_zero_does_not_divide(
    results: ResultService, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    scripted.answer(f"GET {RESULTS}", Reply(200, [{"userId": "9", "resultScore": 0, "resultMaximum": 0}]))
    found = results.of(platform, f"{scripted.url}{ITEM}", "9")
    assert found is not None
    assert not found.equals(score(100))


def test_the_recorded_page_of_a_moodle_is_a_refusal(
    results: ResultService, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    recorded = RECORDED["results limit=5"]
    scripted.answer(f"GET {RESULTS}", Reply(recorded["status"], recorded["body"].encode()))
    with pytest.raises(ServiceRefused):
        results.of(platform, f"{scripted.url}{ITEM}?type_id=1", "9")


@pytest.mark.parametrize("body", [{}, b"<html>", b"", "x"])
def test_what_is_no_list_is_a_bad_answer(
    results: ResultService, platform: PlatformInfo, scripted: ScriptedPlatform, body: object
) -> None:
    scripted.answer(f"GET {RESULTS}", Reply(200, body))
    with pytest.raises(BadAnswer):
        results.of(platform, f"{scripted.url}{ITEM}", "9")
