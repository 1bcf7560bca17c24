"""Posting scores: the recorded answers of a Moodle 4.5, the demo school, and everything that can come in between."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from lti_tool.advantage.connector import Connector
from lti_tool.advantage.scores import Posted, PostResult, ScoreService
from lti_tool.demo.school.models import Call
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.keys import KeyRing
from lti_tool.platforms.service import PlatformInfo
from mappings.scores import ActivityProgress, GradingProgress, Score
from tests.advantage.conftest import World, platform_at
from tests.clock import FakeClock
from tests.demo.conftest import recording
from tests.scripted_platform import Reply, ScriptedPlatform

RECORDED: list[dict[str, Any]] = recording("ags-scores")
ACCEPTED = Score(100, 100, ActivityProgress.COMPLETED, GradingProgress.FULLY_GRADED, "Mooi werk, Zoë.")
ITEM = "/mod/lti/services.php/2/lineitems/25/lineitem"
SCORES = f"{ITEM}/scores"


@pytest.fixture
def lineitem_url(scripted: ScriptedPlatform) -> str:
    return f"{scripted.url}{ITEM}?type_id=1"


def score_calls(world: World) -> list[Call]:
    return [call for call in world.school.calls if call.service == "scores"]


def test_an_accepted_assignment_stands_in_the_gradebook(scores: ScoreService, world: World, clock: FakeClock) -> None:
    posted = scores.post(world.platform, world.lineitem_url, world.teacher.id, ACCEPTED, clock())
    assert posted == Posted(PostResult.ACCEPTED, "http-200")
    grade = world.school.grade(world.link, world.teacher)
    assert grade is not None
    assert (grade.final, grade.feedback, grade.posts) == (100, "Mooi werk, Zoë.", 1)
    assert list(world.school.refusals) == []


def test_a_second_post_within_the_same_second_is_a_conflict(scores: ScoreService, world: World, clock: FakeClock) -> None:
    stamps = [clock(), clock() + timedelta(milliseconds=900), clock() + timedelta(seconds=1)]
    found = [scores.post(world.platform, world.lineitem_url, world.teacher.id, ACCEPTED, stamp).result for stamp in stamps]
    again = PostResult.ACCEPTED if world.platform.family == "canvas" else PostResult.CONFLICT
    assert found[:2] == [PostResult.ACCEPTED, again]


def test_a_post_that_is_older_is_a_conflict_whatever_the_platform_calls_it(
    scores: ScoreService, world: World, clock: FakeClock
) -> None:
    scores.post(world.platform, world.lineitem_url, world.teacher.id, ACCEPTED, clock())
    older = clock() - timedelta(seconds=5)
    posted = scores.post(world.platform, world.lineitem_url, world.teacher.id, ACCEPTED, older)
    code = "http-400" if world.platform.family == "canvas" else "http-409"
    assert posted == Posted(PostResult.CONFLICT, code)


REFUSED_BY = {
    "moodle": ("refused-400", "refused-400"),
    "canvas": ("refused-422", "refused-422"),
    "brightspace": ("refused-403", "refused-404"),
    "blackboard": ("refused-400", "refused-400"),
    "itslearning": ("refused-403", "refused-404"),
    "sakai": ("refused-400", "refused-400"),
    "generic": ("refused-403", "refused-404"),
}
"""How each refuses a score of a trainer, and of somebody who is not there."""


def test_a_trainer_or_a_stranger_cannot_be_graded(scores: ScoreService, world: World, clock: FakeClock) -> None:
    for user, code in zip((world.trainer.id, "4711"), REFUSED_BY[world.platform.family], strict=True):
        posted = scores.post(world.platform, world.lineitem_url, user, ACCEPTED, clock())
        assert posted == Posted(PostResult.REFUSED, code)


def test_the_item_of_another_tool_is_refused(
    scores: ScoreService, world: World, clock: FakeClock, key_ring: KeyRing
) -> None:
    other = world.school.register_tool("Other", login_url="http://x/l", redirect_uris=["http://x/r"], jwks=key_ring.jwks())
    foreign = world.school.item_of(world.school.add_link(world.course, other, "Other"))
    assert foreign is not None
    url = world.school.lineitem_url(foreign).replace(f"type_id={other.id}", f"type_id={world.registration.id}")
    assert scores.post(world.platform, url, world.teacher.id, ACCEPTED, clock()).result is PostResult.REFUSED


@pytest.mark.parametrize("case", RECORDED, ids=[case["case"] for case in RECORDED])
def test_every_recorded_answer_of_a_moodle_has_a_meaning(
    scores: ScoreService, platform: PlatformInfo, scripted: ScriptedPlatform, lineitem_url: str, case: dict[str, Any]
) -> None:
    expected = {
        200: (PostResult.ACCEPTED, "http-200"),
        400: (PostResult.REFUSED, "refused-400"),
        401: (PostResult.LATER, "http-401"),
        403: (PostResult.REFUSED, "refused-403"),
        404: (PostResult.REFUSED, "refused-404"),
        405: (PostResult.REFUSED, "refused-405"),
        409: (PostResult.CONFLICT, "http-409"),
        500: (PostResult.LATER, "http-500"),
        502: (PostResult.LATER, "http-502"),
    }[case["status"]]
    body = case["body"].encode() if isinstance(case["body"], str) else case["body"]
    scripted.answer(f"POST {SCORES}", Reply(case["status"], body, {"Content-Type": case["headers"]["Content-Type"]}))
    posted = scores.post(platform, lineitem_url, "9", ACCEPTED, datetime.fromisoformat("2026-11-23T15:19:12+00:00"))
    assert (posted.result, posted.code) == expected


def test_the_request_is_what_moodle_takes(
    scores: ScoreService, platform: PlatformInfo, scripted: ScriptedPlatform, lineitem_url: str
) -> None:
    scripted.answer(f"POST {SCORES}", Reply(200))
    scores.post(platform, lineitem_url, "9", ACCEPTED, datetime.fromisoformat("2026-11-23T16:19:12.987654+01:00"))
    (asked,) = scripted.calls(SCORES)
    assert asked.query == {"type_id": ["1"]}
    assert asked.headers["Content-Type"] == "application/vnd.ims.lis.v1.score+json"
    assert asked.headers["Accept"] == "*/*"
    assert asked.json() == {
        "userId": "9",
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "timestamp": "2026-11-23T15:19:12.000+00:00",
        "scoreGiven": 100,
        "scoreMaximum": 100,
        "comment": "Mooi werk, Zoë.",
    }


def test_a_platforms_own_members_go_along_with_every_score(
    scores: ScoreService, scripted: ScriptedPlatform, lineitem_url: str, clock: FakeClock
) -> None:
    scripted.answer(f"POST {SCORES}", Reply(200, {"resultUrl": "https://lms.example.org/1"}))
    scores.post(platform_at(scripted.url, family="canvas"), lineitem_url, "9", ACCEPTED, clock())
    scores.post(platform_at(scripted.url, family="generic"), lineitem_url, "9", ACCEPTED, clock())
    canvas, generic = (asked.json() for asked in scripted.calls(SCORES))
    assert canvas.pop("https://canvas.instructure.com/lti/submission") == {"new_submission": False}
    assert canvas == generic


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(201), Posted(PostResult.ACCEPTED, "http-201")),
        (Reply(204), Posted(PostResult.ACCEPTED, "http-204")),
        (Reply(200, b"<!DOCTYPE html><h1>Onderhoud</h1>"), Posted(PostResult.LATER, "html")),
        (Reply(200, b"\xef\xbb\xbf\n <html>"), Posted(PostResult.LATER, "html")),
        (Reply(302, b"", {"Location": "/login"}), Posted(PostResult.LATER, "http-302")),
        (Reply(401), Posted(PostResult.LATER, "http-401")),
        (Reply(403), Posted(PostResult.REFUSED, "refused-403")),
        (Reply(404, b"<html>"), Posted(PostResult.REFUSED, "refused-404")),
        (Reply(408), Posted(PostResult.LATER, "http-408")),
        (Reply(410), Posted(PostResult.REFUSED, "refused-410")),
        (Reply(422), Posted(PostResult.REFUSED, "refused-422")),
        (Reply(429), Posted(PostResult.LATER, "http-429")),
        (Reply(429, b"", {"Retry-After": "17"}), Posted(PostResult.LATER, "http-429", 17.0)),
        (
            Reply(503, b"", {"Retry-After": "Mon, 23 Nov 2026 12:01:30 GMT"}),
            Posted(PostResult.LATER, "http-503", 90.0),
        ),
        (Reply(503, b"", {"Retry-After": "soon"}), Posted(PostResult.LATER, "http-503")),
        (Reply(504, b"<html>"), Posted(PostResult.LATER, "http-504")),
    ],
    ids=lambda value: value.code if isinstance(value, Posted) else "",
)
def test_every_other_answer_has_a_meaning(
    scores: ScoreService,
    platform: PlatformInfo,
    scripted: ScriptedPlatform,
    lineitem_url: str,
    clock: FakeClock,
    reply: Reply,
    expected: Posted,
) -> None:
    scripted.answer(f"POST {SCORES}", reply)
    assert scores.post(platform, lineitem_url, "9", ACCEPTED, clock()) == expected


@pytest.mark.parametrize(
    ("reply", "result", "code"),
    [
        (Reply(400, {"error": "invalid_client"}), PostResult.LATER, "token-invalid-client"),
        (Reply(400, {"error": "invalid_scope"}), PostResult.REFUSED, "no-scope"),
        (Reply(404, b"<html>"), PostResult.LATER, "token-http-404"),
        (Reply(200, b"<html>"), PostResult.LATER, "bad-answer"),
        (Reply(200, {}), PostResult.LATER, "token-no-token"),
        (Reply(503), PostResult.LATER, "unreachable"),
    ],
)
def test_without_a_token_the_score_waits(
    scores: ScoreService,
    platform: PlatformInfo,
    scripted: ScriptedPlatform,
    lineitem_url: str,
    clock: FakeClock,
    reply: Reply,
    result: PostResult,
    code: str,
) -> None:
    scripted.answer("POST /token", reply)
    posted = scores.post(platform, lineitem_url, "9", ACCEPTED, clock())
    assert (posted.result, posted.code) == (result, code)
    assert scripted.calls(SCORES) == []


def test_a_platform_that_is_down_or_slow_gets_it_later(
    scores: ScoreService, world: World, key_ring: KeyRing, clock: FakeClock
) -> None:
    world.school.faults.add("scores", "drop")
    posted = scores.post(world.platform, world.lineitem_url, world.teacher.id, ACCEPTED, clock())
    assert (posted.result, posted.code) == (PostResult.LATER, "unreachable")
    hasty = ScoreService(Connector(Outgoing(allow_private=True, timeout=(1, 0.2)), key_ring, clock), clock)
    world.school.faults.add("scores", "slow", seconds=60)
    posted = hasty.post(world.platform, world.lineitem_url, world.teacher.id, ACCEPTED, clock())
    assert (posted.result, posted.code) == (PostResult.LATER, "timeout")


def test_an_answer_that_is_too_large_is_a_bad_one(
    scores: ScoreService, platform: PlatformInfo, scripted: ScriptedPlatform, lineitem_url: str, clock: FakeClock
) -> None:
    scripted.answer(f"POST {SCORES}", Reply(200, b"x" * 1_000_001))
    assert scores.post(platform, lineitem_url, "9", ACCEPTED, clock()) == Posted(PostResult.LATER, "bad-answer")


@pytest.mark.parametrize("url", ["", "ftp://x/1", "http://[bad/1", "http://a b/1"])
def test_an_address_that_we_do_not_call_is_refused(
    scores: ScoreService, platform: PlatformInfo, clock: FakeClock, url: str
) -> None:
    assert scores.post(platform, url, "9", ACCEPTED, clock()) == Posted(PostResult.REFUSED, "address")


def test_a_score_for_nobody_is_refused_here(
    scores: ScoreService, platform: PlatformInfo, scripted: ScriptedPlatform, lineitem_url: str, clock: FakeClock
) -> None:
    assert scores.post(platform, lineitem_url, "", ACCEPTED, clock()) == Posted(PostResult.REFUSED, "score")
    assert scripted.calls(SCORES) == []


def test_a_status_that_means_later_for_this_family_is_later(
    scores: ScoreService, scripted: ScriptedPlatform, lineitem_url: str, clock: FakeClock
) -> None:
    for family, status in (("generic", 429), ("moodle", 503)):
        platform = platform_at(scripted.url, family=family)
        assert status in platform.profile.rate_limit_statuses
        scripted.answer(f"POST {SCORES}", Reply(status))
        assert scores.post(platform, lineitem_url, "9", ACCEPTED, clock()).result is PostResult.LATER


def test_nothing_of_a_person_is_logged_or_kept(scores: ScoreService, world: World, clock: FakeClock) -> None:
    with capture_logs() as lines:
        posted = scores.post(world.platform, world.lineitem_url, world.trainer.id, ACCEPTED, clock())
    assert "Zoë" in world.school.calls[-1].body
    assert "Zoë" not in f"{lines}{posted}"


def test_posts_of_many_threads_all_arrive(scores: ScoreService, world: World, clock: FakeClock) -> None:
    people = [world.school.add_person("Deelnemer", str(number)) for number in range(8)]
    for person in people:
        world.school.enrol(person, world.course)
    found: list[Posted] = []

    def post(user_id: str) -> None:
        found.append(scores.post(world.platform, world.lineitem_url, user_id, ACCEPTED, clock()))

    threads = [threading.Thread(target=post, args=(person.id,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [Posted(PostResult.ACCEPTED, "http-200")] * 8
    assert (len(score_calls(world)), world.asked("token")) == (8, 1)
