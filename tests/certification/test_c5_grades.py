"""C5: the Assignment and Grade Services, spoken by the running application with the school, or with a scripted platform."""

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from lti_tool.advantage.errors import ScopeRefused
from lti_tool.advantage.lineitems import LineItemService, LineItemWish
from lti_tool.advantage.results import ResultService
from lti_tool.advantage.scores import PostResult, ScoreService
from lti_tool.demo.school import FaultKind, Grade, Link, Service
from lti_tool.platforms.models import Platform
from lti_tool.platforms.scopes import LINEITEM, LINEITEM_READONLY, RESULT_READONLY, SCORE
from lti_tool.platforms.service import PlatformInfo, info_of
from lti_tool.sync.delivery import MOST_CONFLICTS
from lti_tool.sync.outbox import POST_SCORE
from mappings.errors import ScoreError
from mappings.scores import ActivityProgress, GradingProgress, Score
from tests.certification.premises import Premises
from tests.scripted_platform import Reply, ScriptedPlatform

ITEMS = "/courses/1/lineitems"


@pytest.fixture
def link(premises: Premises) -> Link:
    """An assignment with its column, known to the tool by a launch."""
    (link,) = premises.place()
    premises.visitor().open(link)
    return link


@pytest.fixture
def neighbour(premises: Premises, scripted: ScriptedPlatform) -> PlatformInfo:
    """A platform of no known family, that gives a token and otherwise says what the test wrote down."""
    return info_of(_with_tokens(premises.neighbour(scripted.url), scripted))


def _with_tokens(platform: Platform, scripted: ScriptedPlatform) -> Platform:
    scripted.answer("POST /token", Reply(200, {"access_token": "token-1", "expires_in": 3600}))
    return platform


def line_items(premises: Premises) -> LineItemService:
    return LineItemService(premises.parts.connector)


def graded(score_given: float, maximum: int = 100) -> Score:
    return Score(score_given, maximum, ActivityProgress.COMPLETED, GradingProgress.FULLY_GRADED, "Sterk.")


def post(premises: Premises, link: Link, score: Score) -> PostResult:
    """Post one score for the teacher, a second after whatever came before."""
    url = premises.placement(link).lineitem_url
    assert url is not None
    now = premises.clock.advance(seconds=1)
    scores = ScoreService(premises.parts.connector, premises.clock)
    return scores.post(premises.platform, url, premises.teacher.id, score, now).result


def shown(premises: Premises, link: Link) -> float | None:
    """The grade that the school's gradebook shows for the teacher."""
    grade = premises.school.grade(link, premises.teacher)
    return grade.final if grade else None


def test_c5_43_access_token(premises: Premises, neighbour: PlatformInfo, scripted: ScriptedPlatform) -> None:
    scripted.answer("GET /service", Reply(200, {}))
    for scope in (SCORE, LINEITEM, RESULT_READONLY):
        premises.parts.connector.call(neighbour, [scope], "GET", f"{scripted.url}/service")
    keys = {key["kid"]: key for key in premises.visitor().send("GET", "/.well-known/jwks.json").json()["keys"]}
    used = set()
    for asked in scripted.calls("/token"):
        form = asked.form
        assert form["grant_type"] == "client_credentials"
        assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        assertion = form["client_assertion"]
        key = jwt.PyJWK(keys[jwt.get_unverified_header(assertion)["kid"]])
        options: Any = {"verify_exp": False, "verify_iat": False}  # by the clock of the test
        claims = jwt.decode(assertion, key, algorithms=["RS256"], audience=neighbour.token_url, options=options)
        assert claims["iss"] == claims["sub"] == neighbour.client_id
        assert claims["https://purl.imsglobal.org/spec/lti/claim/deployment_id"] == "1"
        assert claims["iat"] <= premises.clock().timestamp() < claims["exp"] <= claims["iat"] + 300
        used.add(claims["jti"])
    assert len(used) == 3
    # and the school, which checks every rule, gives one too
    premises.parts.connector.token(premises.platform, [SCORE])
    assert list(premises.school.refusals) == []


def test_c5_44_line_items_in_pages(premises: Premises, neighbour: PlatformInfo, scripted: ScriptedPlatform) -> None:
    pages = [[_item(scripted, 1), _item(scripted, 2)], [_item(scripted, 3)], [_item(scripted, 4)]]
    following = [{"Link": f'<{scripted.url}{ITEMS}?page={page}>; rel="next"'} for page in (2, 3)]
    replies = [Reply(200, items, headers) for items, headers in zip(pages, [*following, {}], strict=True)]
    scripted.answer(f"GET {ITEMS}", *replies)
    found = line_items(premises).find(neighbour, f"{scripted.url}{ITEMS}")
    assert [item.label for item in found] == ["1", "2", "3", "4"]
    assert [asked.query.get("page") for asked in scripted.calls(ITEMS)] == [None, ["2"], ["3"]]


def test_c5_45_create_a_line_item(premises: Premises, link: Link) -> None:
    premises.drop_column(link)
    url = premises.placement(link).lineitems_url
    assert url is not None
    wish = LineItemWish("Leervraag", 100, resource_link_id=link.id, resource_id="icc-vo:leervraag:1", tag="icc-vo")
    made = line_items(premises).find_or_create(premises.platform, url, wish)
    (item,) = premises.columns(link)
    assert (item.label, item.maximum, item.link_id) == ("Leervraag", 100, link.id)
    assert (item.resource_id, item.tag) == ("icc-vo:leervraag:1", "icc-vo")
    assert made.id == premises.school.lineitem_url(item)
    assert line_items(premises).find_or_create(premises.platform, url, wish) == made
    assert premises.columns(link) == [item]


def test_c5_46_line_items_are_read_changed_and_never_deleted(premises: Premises, link: Link) -> None:
    service, url = line_items(premises), premises.placement(link).lineitem_url
    assert url is not None
    before = service.get(premises.platform, url)
    changed = service.update(premises.platform, url, {"label": "Nieuwe naam"})
    after = service.get(premises.platform, url)
    assert changed.label == after.label == "Nieuwe naam"
    assert {**after.fields, "label": before.label} == before.fields
    assert (after.resource_id, after.tag, after.resource_link_id) == (before.resource_id, "icc-vo", link.id)
    with pytest.raises(ValueError, match="DELETE"):
        premises.parts.connector.call(premises.platform, [LINEITEM], "DELETE", url)  # type: ignore[arg-type]  # not one
    premises.complete(link)
    premises.jobs.run()
    assert {call.method for call in premises.school.calls if call.service == "lineitems"} <= {"GET", "POST", "PUT"}
    assert premises.school.item_of(link) is not None


def test_c5_47_a_score_arrives(premises: Premises, link: Link) -> None:
    premises.complete(link)
    premises.jobs.run()
    (call,) = premises.calls(Service.SCORES)
    assert call.status == 200
    sent = json.loads(call.body)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|\+00:00)", sent["timestamp"])
    assert sent == {
        "userId": premises.teacher.id,
        "scoreGiven": 100,
        "scoreMaximum": 100,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "comment": "Sterke vraag.",
        "timestamp": sent["timestamp"],
    }
    grade = premises.school.grade(link, premises.teacher)
    assert grade is not None
    assert (grade.final, grade.feedback) == (100, "Sterke vraag.")
    assert not premises.score().dirty


def test_c5_48_results_in_pages_and_of_one_user(
    premises: Premises, link: Link, neighbour: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    path, results = f"{ITEMS}/1/results", ResultService(premises.parts.connector)
    scripted.answer(
        f"GET {path}",
        Reply(200, [_result("7", 80), _result("8", 0)], {"Link": f'<{scripted.url}{path}?page=2>; rel="next"'}),
        Reply(200, [_result("9", 100)]),
    )
    found = results.all(neighbour, f"{scripted.url}{ITEMS}/1")
    assert {user: result.score for user, result in found.items()} == {"7": 80, "8": 0, "9": 100}
    post(premises, link, graded(60))
    url = premises.placement(link).lineitem_url
    assert url is not None
    held = results.of(premises.platform, url, premises.teacher.id)
    assert held is not None
    assert (held.score, held.comment) == (60, "Sterk.")
    assert results.of(premises.platform, url, premises.trainer.id) is None


def test_c5_49_addresses_with_a_query(premises: Premises, link: Link) -> None:
    premises.complete(link)
    premises.jobs.run()
    for service, last in ((Service.SCORES, "scores"), (Service.RESULTS, "results")):
        calls = premises.calls(service)
        assert calls
        for call in calls:
            parts = urlsplit(call.path)
            assert (call.status, parts.path.rpartition("/")[2]) == (200, last)
            assert parse_qs(parts.query)["type_id"] == [premises.registration.id]
    assert list(premises.school.refusals) == []


def test_c5_50_scope_absent(premises: Premises) -> None:
    premises.registration.scopes = [LINEITEM, LINEITEM_READONLY, RESULT_READONLY]
    (link,) = premises.place()
    premises.complete(link)
    before = dict(premises.school.faults.requests)
    premises.jobs.run()
    asked = {service: count for service, count in premises.school.faults.requests.items() if before.get(service) != count}
    assert asked == {}
    row = premises.score()
    assert (row.dirty, row.refused, row.last_error) == (False, True, "no-scope")
    with pytest.raises(ScopeRefused):
        premises.parts.connector.token(premises.platform, [SCORE])


def test_c5_51_lineitem_readonly_only(premises: Premises) -> None:
    premises.registration.scopes = [LINEITEM_READONLY, RESULT_READONLY, SCORE]
    with_column, without = premises.place("leervraag", "terugblik")
    premises.drop_column(without)
    premises.complete(with_column)
    premises.complete(without)
    premises.jobs.run()
    assert shown(premises, with_column) == 100
    assert premises.school.item_of(without) is None
    arrived, refused = sorted(premises.scores(), key=lambda row: row.refused)
    assert (arrived.dirty, arrived.refused) == (False, False)
    assert (refused.dirty, refused.refused, refused.last_error) == (False, True, "no-line-item")
    assert {call.method for call in premises.calls(Service.LINEITEMS)} == {"GET"}


def test_c5_52_a_newer_score_is_there(premises: Premises, link: Link) -> None:
    equal, different = premises.person("Xan"), premises.person("Bram")
    premises.complete(link, equal, different)
    (column,) = premises.columns(link)
    later = int(premises.clock().timestamp()) + 3600
    for person, final in ((equal, 100), (different, 60)):
        grade = Grade(column.id, person.id, raw=final, final=final, stamp=later)
        premises.school.grades[column.id, person.id] = grade
    for _ in range(MOST_CONFLICTS + 2):
        premises.jobs.run(delayed=True)
        premises.clock.advance(seconds=10)
    assert {call.status for call in premises.calls(Service.SCORES)} == {409}
    done, changed = sorted(premises.scores(), key=lambda row: row.refused)
    assert (done.dirty, done.refused, done.account_id) == (False, False, premises.account(equal).id)
    assert (changed.dirty, changed.refused, changed.last_error) == (False, True, "changed-in-lms")
    assert premises.school.grades[column.id, different.id].final == 60


def test_c5_53_a_new_token_once(premises: Premises, link: Link) -> None:
    assert post(premises, link, graded(50)) is PostResult.ACCEPTED
    tokens = premises.school.faults.requests[Service.TOKEN]
    premises.school.tokens.clear()
    assert post(premises, link, graded(60)) is PostResult.ACCEPTED
    assert premises.school.faults.requests[Service.TOKEN] == tokens + 1
    assert shown(premises, link) == 60
    premises.school.faults.add(Service.SCORES, status=401, times=None)
    before = len(premises.calls(Service.SCORES))
    assert post(premises, link, graded(70)) is PostResult.LATER
    assert len(premises.calls(Service.SCORES)) == before + 2
    assert premises.school.faults.requests[Service.TOKEN] == tokens + 2


def test_c5_54_later(premises: Premises, link: Link, scripted: ScriptedPlatform) -> None:
    premises.complete(link)
    faults = premises.school.faults
    faults.add(Service.SCORES, status=429, retry_after=120)
    for status in (500, 502, 503, 504):
        faults.add(Service.SCORES, status=status)
    faults.add(Service.SCORES, FaultKind.HTML)
    faults.add(Service.SCORES, FaultKind.DROP)
    premises.jobs.run()
    (job,) = premises.jobs.waiting_jobs
    assert 120 <= job.delay <= 132
    for _ in range(7):
        row = premises.score()
        assert (row.dirty, row.refused) == (True, False)
        (job,) = premises.jobs.waiting_jobs
        premises.clock.advance(seconds=job.delay)
        premises.jobs.run(delayed=True)
    assert not premises.score().dirty
    assert shown(premises, link) == 100

    canvas = info_of(_with_tokens(premises.neighbour(scripted.url, family="canvas"), scripted))
    scripted.answer(f"POST {ITEMS}/1/scores", Reply(403, b"403 Forbidden (Rate Limit Exceeded)"))
    scores = ScoreService(premises.parts.connector, premises.clock)
    posted = scores.post(canvas, f"{scripted.url}{ITEMS}/1", "7", graded(50), premises.clock())
    assert posted.result is PostResult.LATER


def test_c5_55_zero_decimals_and_too_much(premises: Premises, link: Link) -> None:
    for given in (0, 7.5, 33.333, 100):
        assert post(premises, link, graded(given)) is PostResult.ACCEPTED
        assert shown(premises, link) == pytest.approx(given)
    sent = len(premises.calls(Service.SCORES))
    for wrong in (100.1, -1, float("nan"), float("inf"), True):
        with pytest.raises(ScoreError):
            graded(wrong)
    assert len(premises.calls(Service.SCORES)) == sent
    assert json.loads(premises.calls(Service.SCORES)[0].body)["scoreGiven"] == 0


def test_c5_56_two_create_the_same_column(premises: Premises, link: Link) -> None:
    colleague = premises.person("Xan")
    premises.complete(link, premises.teacher, colleague)
    premises.drop_column(link)
    for person in (premises.teacher, colleague):
        premises.visitor(person).open(link)
    together = threading.Barrier(2)
    first, second = premises.jobs.waiting_jobs[-2:]
    premises.school.faults.add(Service.LINEITEMS, FaultKind.SLOW, seconds=0.1, times=None)

    def run(key: str, number: int) -> None:
        together.wait()
        premises.jobs.handlers[POST_SCORE](key, number)

    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(run, job.key, job.number) for job in (first, second)]:
            future.result()
    premises.school.faults.clear()
    premises.clock.advance(minutes=1)
    premises.jobs.run(delayed=True)
    (made,) = premises.columns(link)
    assert {key: grade.final for key, grade in premises.school.grades.items()} == {
        (made.id, premises.teacher.id): 100,
        (made.id, colleague.id): 100,
    }


def _item(scripted: ScriptedPlatform, number: int) -> dict[str, Any]:
    return {"id": f"{scripted.url}{ITEMS}/{number}", "label": str(number), "scoreMaximum": 100}


def _result(user_id: str, score: float) -> dict[str, Any]:
    return {"id": f"r{user_id}", "userId": user_id, "resultScore": score, "resultMaximum": 100}
