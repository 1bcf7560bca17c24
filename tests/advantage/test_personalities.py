"""What each learning environment does in its own way, and that the services come to the same end everywhere."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from lti_tool.advantage.connector import Connector
from lti_tool.advantage.errors import TokenRefused
from lti_tool.advantage.lineitems import LineItemService
from lti_tool.advantage.memberships import MembershipService, MemberStatus
from lti_tool.advantage.results import ResultService
from lti_tool.advantage.scores import Posted, PostResult, ScoreService
from lti_tool.database import Database
from lti_tool.demo.school import PERSONALITIES, Service
from lti_tool.errors import OutsideError, Unreachable
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.keysets import PlatformKeys
from lti_tool.platforms.models import Platform
from lti_tool.platforms.products import product_of
from lti_tool.platforms.scopes import LINEITEM_READONLY, MEMBERSHIP_READONLY, RESULT_READONLY, SCORE
from mappings.platforms import families, profile_for
from mappings.scores import ActivityProgress, GradingProgress, Score
from tests.advantage.conftest import World
from tests.builders import Builder
from tests.clock import FakeClock

ACCEPTED = Score(100, 100, ActivityProgress.COMPLETED, GradingProgress.FULLY_GRADED, "Mooi werk, Zoë.")
SILENT = Score(100, 100, ActivityProgress.COMPLETED, GradingProgress.FULLY_GRADED)


def test_the_school_can_be_every_family_that_has_a_profile() -> None:
    assert sorted(PERSONALITIES) == sorted(families())


@pytest.mark.parametrize("key", list(PERSONALITIES))
def test_a_personality_does_what_its_profile_says(key: str) -> None:
    school, profile = PERSONALITIES[key], profile_for(key)
    assert profile_for(school.code).family == key
    assert profile_for(school.registration_code or school.code).family == key
    assert profile.token_audience == (school.tokens.audience or "token_url")
    assert profile.results_limit is school.lists.results_limit
    assert profile.results_user_filter is not school.lists.results_lose_comment
    assert profile.lineitems_paging is not school.lists.broken_links
    assert profile.membership_media_type == school.members.media_type
    assert school.tokens.stale in profile.renew_statuses
    assert profile.submission_review is school.submission_review
    assert profile.context_history is school.context_history
    assert profile.registering.dynamic is school.registering.dynamic
    assert list(profile.score_extensions) == [name for name in [school.scores.extension] if name]
    assert profile.storage_frame == (school.storage.frame if school.storage.offered else None)
    shared = profile.registering.addresses
    assert (shared.issuer if shared else None) == school.issuer
    assert product_of(school.code, school.version) == f"{profile.name if key != 'generic' else school.code} {school.version}"


def test_no_member_is_lost_in_the_pages(memberships: MembershipService, world: World) -> None:
    for number in range(60):
        world.school.enrol(world.school.add_person("Deelnemer", f"{number:02}"), world.course)
    found = [member.user_id for member in memberships.members(world.platform, world.memberships_url)]
    assert sorted(found) == sorted(world.course.enrolments)
    pages = {"canvas": 2, "blackboard": 3, "generic": 13}
    assert world.asked("memberships") == pages.get(world.platform.family, 1)


def test_no_line_item_is_lost_in_the_pages(line_items: LineItemService, world: World) -> None:
    for number in range(30):
        world.school.add_link(world.course, world.registration, f"Opdracht {number}", tag="icc")
    assert len(line_items.find(world.platform, world.lineitems_url, tag="icc")) == 31
    pages = {"canvas": 4, "blackboard": 2, "generic": 7}
    assert world.asked("lineitems") == pages.get(world.platform.family, 1)


def test_everybodys_results_are_read_with_their_comments(
    scores: ScoreService, results: ResultService, world: World, clock: FakeClock
) -> None:
    people = [world.school.add_person("Deelnemer", f"{number:02}") for number in range(30)]
    for person in people:
        world.school.enrol(person, world.course)
        assert scores.post(world.platform, world.lineitem_url, person.id, ACCEPTED, clock()).result is PostResult.ACCEPTED
    found = results.all(world.platform, world.lineitem_url)
    assert {user: result.comment for user, result in found.items()} == {person.id: ACCEPTED.comment for person in people}
    single = results.of(world.platform, world.lineitem_url, people[-1].id)
    assert single is not None
    assert single.comment == ACCEPTED.comment


def test_who_is_suspended_is_no_active_member(memberships: MembershipService, world: World) -> None:
    world.school.enrol(world.colleague, world.course, suspended=True)
    found = {member.user_id: member.status for member in memberships.members(world.platform, world.memberships_url)}
    listed = world.platform.family in ("blackboard", "generic")
    assert found.pop(world.colleague.id, None) is (MemberStatus.INACTIVE if listed else None)
    assert set(found.values()) == {MemberStatus.ACTIVE}


def test_a_school_that_is_too_busy_gets_the_score_later(scores: ScoreService, world: World, clock: FakeClock) -> None:
    world.school.faults.add("scores", "busy", retry_after=9)
    status = 403 if world.platform.family == "canvas" else 429
    posted = scores.post(world.platform, world.lineitem_url, world.teacher.id, ACCEPTED, clock())
    assert posted == Posted(PostResult.LATER, f"http-{status}", 9.0)
    again = scores.post(world.platform, world.lineitem_url, world.teacher.id, ACCEPTED, clock())
    assert (again.result, world.asked("token")) == (PostResult.ACCEPTED, 1)


@pytest.mark.parametrize("service", ["token", "lineitems", "memberships", "results"])
def test_a_school_that_is_too_busy_is_asked_again_later(
    line_items: LineItemService,
    memberships: MembershipService,
    results: ResultService,
    connector: Connector,
    world: World,
    service: str,
) -> None:
    asking: dict[str, Callable[[], object]] = {
        "token": lambda: connector.token(world.platform, [SCORE]),
        "lineitems": lambda: line_items.find(world.platform, world.lineitems_url),
        "memberships": lambda: list(memberships.members(world.platform, world.memberships_url)),
        "results": lambda: results.of(world.platform, world.lineitem_url, world.teacher.id),
    }
    world.school.faults.add(service, "busy")
    with pytest.raises(Unreachable):
        asking[service]()


def test_a_token_that_the_school_forgot_is_asked_for_anew(scores: ScoreService, world: World, clock: FakeClock) -> None:
    scores.post(world.platform, world.lineitem_url, world.teacher.id, ACCEPTED, clock())
    world.school.tokens.clear()
    clock.advance(seconds=2)
    assert scores.post(world.platform, world.lineitem_url, world.teacher.id, ACCEPTED, clock()).result is PostResult.ACCEPTED
    stale = [call.status for call in world.school.calls if call.service == "scores"]
    assert stale == [200, 403 if world.platform.family == "sakai" else 401, 200]


def test_a_score_makes_no_attempt_of_the_student(scores: ScoreService, world: World, clock: FakeClock) -> None:
    scores.post(world.platform, world.lineitem_url, world.teacher.id, ACCEPTED, clock())
    generic = replace(world.platform, family="generic")
    before = world.school.grade(world.link, world.teacher)
    assert before is not None
    assert before.attempts == 0
    clock.advance(seconds=2)
    scores.post(generic, world.lineitem_url, world.teacher.id, ACCEPTED, clock())
    assert before.attempts == (1 if world.platform.family == "canvas" else 0)


def test_a_comment_that_is_left_out_goes_nearly_everywhere(scores: ScoreService, world: World, clock: FakeClock) -> None:
    scores.post(world.platform, world.lineitem_url, world.teacher.id, ACCEPTED, clock())
    clock.advance(seconds=2)
    scores.post(world.platform, world.lineitem_url, world.teacher.id, SILENT, clock())
    grade = world.school.grade(world.link, world.teacher)
    assert grade is not None
    assert (grade.final, grade.feedback) == (100, ACCEPTED.comment if world.platform.family == "canvas" else None)


def test_the_audience_is_compared_letter_by_letter(connector: Connector, world: World) -> None:
    audience = world.platform.assertion_audience
    for wrong in (f"{audience}/", f"{audience}#x", world.school.url):
        with pytest.raises(TokenRefused):
            connector.token(replace(world.platform, token_audience=wrong), [SCORE])
    connector.token(world.platform, [SCORE])


def test_a_scope_that_was_not_granted_is_no_reason_to_ask_again_and_again(world: World, connector: Connector) -> None:
    world.registration.scopes = [LINEITEM_READONLY]
    with pytest.raises(OutsideError):
        connector.token(world.platform, [MEMBERSHIP_READONLY])
    assert world.asked("token") == 1


def test_every_call_says_who_is_calling(connector: Connector, world: World) -> None:
    bare = HTTPConnection(urlsplit(world.school.url).netloc, timeout=5)
    bare.request("POST", "/lti/token", body=b"")
    assert bare.getresponse().status == (403 if world.platform.family == "canvas" else 400)
    bare.close()
    connector.token(world.platform, [RESULT_READONLY])


def test_keys_without_an_algorithm_are_usable(
    world: World, sqlite_database: Database, outgoing: Outgoing, clock: FakeClock
) -> None:
    published: Any = requests.get(f"{world.school.url}/lti/certs", timeout=5).json()["keys"]
    assert all(("alg" in key) is (world.platform.family != "brightspace") for key in published)
    keys = PlatformKeys(sqlite_database, outgoing, clock)
    platform = replace(world.platform, jwks_url=f"{world.school.url}/lti/certs")
    Builder(sqlite_database, clock).add(
        Platform(
            **{name: getattr(platform, name) for name in ("id", "name", "issuer", "client_id")},
            created_at=clock(),
            auth_url=platform.auth_url,
            token_url=platform.token_url,
            jwks_url=platform.jwks_url,
            family=platform.family,
        )
    )
    assert keys.key_for(platform, published[0]["kid"]).algorithm_name == "RS256"
    assert world.school.faults.requests[Service.CERTS] == 2


def test_a_clock_that_is_a_little_behind_is_no_trouble(scores: ScoreService, world: World, clock: FakeClock) -> None:
    world.school.clock_skew = timedelta(seconds=-4)
    assert scores.post(world.platform, world.lineitem_url, world.teacher.id, ACCEPTED, clock()).result is PostResult.ACCEPTED
