"""Access tokens: asked for as the specification says, cached, fetched once for all, never given to another."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jwt
import pytest
from structlog.testing import capture_logs

from lti_tool.advantage.connector import Connector
from lti_tool.advantage.errors import ScopeRefused, TokenRefused
from lti_tool.advantage.tokens import Token
from lti_tool.database import Database
from lti_tool.errors import AddressRefused, BadAnswer, OutsideError, Unreachable
from lti_tool.outgoing import Outgoing, TimedOut
from lti_tool.platforms.keys import KeyRing
from lti_tool.platforms.scopes import LINEITEM, LINEITEM_READONLY, MEMBERSHIP_READONLY, SCORE
from lti_tool.platforms.service import PlatformInfo
from lti_tool.vault import Vault
from tests.advantage.conftest import World, platform_at
from tests.clock import START, FakeClock
from tests.conftest import SECRET
from tests.demo.conftest import recording
from tests.scripted_platform import Asked, Reply, ScriptedPlatform

RECORDED: dict[str, Any] = {case["case"]: case for case in recording("token-endpoint")}


def call(connector: Connector, platform: PlatformInfo, *scopes: str) -> int:
    return connector.call(platform, scopes or (SCORE,), "GET", f"{platform.issuer}/service").status


def token_requests(scripted: ScriptedPlatform) -> list[Asked]:
    return scripted.calls("/token")


def bearers(scripted: ScriptedPlatform) -> list[str]:
    return [asked.headers["Authorization"] for asked in scripted.calls("/service")]


@pytest.fixture(autouse=True)
def service(scripted: ScriptedPlatform) -> None:
    scripted.answer("GET /service", Reply(200, {}))


def test_the_school_which_checks_every_rule_gives_a_token(connector: Connector, world: World) -> None:
    url = world.lineitems_url
    accept = world.platform.profile.lineitem_container_media_type
    answer = connector.call(world.platform, [LINEITEM_READONLY], "GET", url, accept=accept)
    assert (answer.status, list(world.school.refusals)) == (200, [])


def test_the_request_is_a_signed_assertion(
    connector: Connector, platform: PlatformInfo, scripted: ScriptedPlatform, key_ring: KeyRing, clock: FakeClock
) -> None:
    call(connector, platform, SCORE, LINEITEM)
    (asked,) = token_requests(scripted)
    form = asked.form
    assert form["grant_type"] == "client_credentials"
    assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert set(form["scope"].split()) == {SCORE, LINEITEM}
    key = jwt.PyJWK(key_ring.jwks()["keys"][0])
    options: Any = {"verify_exp": False, "verify_iat": False}
    claims = jwt.decode(form["client_assertion"], key, algorithms=["RS256"], audience=platform.token_url, options=options)
    assert (claims["iss"], claims["sub"], claims["aud"]) == ("us", "us", platform.token_url)
    assert claims["iat"] == clock().timestamp() - 5
    assert 0 < claims["exp"] - claims["iat"] <= 300
    assert jwt.get_unverified_header(form["client_assertion"])["kid"] == key.key_id
    assert asked.headers["Accept"] == "application/json"


@pytest.mark.parametrize("deployment_id", [None, "7"])
def test_the_assertion_names_the_deployment_when_it_is_known(
    outgoing: Outgoing,
    key_ring: KeyRing,
    clock: FakeClock,
    platform: PlatformInfo,
    scripted: ScriptedPlatform,
    deployment_id: str | None,
) -> None:
    connector = Connector(outgoing, key_ring, clock, lambda _platform: deployment_id)
    call(connector, platform)
    connector.token(platform, [SCORE])
    for asked in token_requests(scripted):
        claims = jwt.decode(asked.form["client_assertion"], options={"verify_signature": False})
        assert claims.get("https://purl.imsglobal.org/spec/lti/claim/deployment_id") == deployment_id


def test_a_school_whose_clock_is_behind_gives_a_token(connector: Connector, world: World) -> None:
    world.school.clock_skew = timedelta(seconds=-4)
    connector.token(world.platform, [SCORE])


def test_every_assertion_is_used_once(connector: Connector, world: World) -> None:
    for _ in range(3):
        connector.token(world.platform, [SCORE])
    assert world.asked("token") == 3
    assert list(world.school.refusals) == []


def test_the_audience_is_the_registrations_own(connector: Connector, world: World) -> None:
    world.school.token_audience = "https://tokens.example.org/audience"
    with pytest.raises(TokenRefused):
        connector.token(world.platform, [SCORE])
    connector.token(replace(world.platform, token_audience=world.school.token_audience), [SCORE])


def test_one_token_serves_until_a_minute_before_it_expires(
    connector: Connector, platform: PlatformInfo, scripted: ScriptedPlatform, clock: FakeClock
) -> None:
    scripted.answer(
        "POST /token",
        Reply(200, {"access_token": "first", "expires_in": 3600}),
        Reply(200, {"access_token": "second", "expires_in": 3600}),
    )
    call(connector, platform)
    clock.advance(seconds=3539)
    call(connector, platform)
    clock.advance(seconds=1)
    call(connector, platform)
    assert bearers(scripted) == ["Bearer first", "Bearer first", "Bearer second"]


def test_another_set_of_scopes_has_another_token(
    connector: Connector, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    call(connector, platform, SCORE)
    call(connector, platform, MEMBERSHIP_READONLY)
    call(connector, platform, SCORE, MEMBERSHIP_READONLY)
    call(connector, platform, MEMBERSHIP_READONLY, SCORE)
    assert len(token_requests(scripted)) == 3


def test_two_registrations_at_one_issuer_never_share_a_token(connector: Connector, scripted: ScriptedPlatform) -> None:
    tokens = [Reply(200, {"access_token": f"token-{letter}", "expires_in": 3600}) for letter in "ab"]
    scripted.answer("POST /token", *tokens)
    ours, theirs = platform_at(scripted.url, "a"), platform_at(scripted.url, "b")
    for platform in (ours, theirs, ours, theirs):
        call(connector, platform)
    assert bearers(scripted) == ["Bearer token-a", "Bearer token-b"] * 2


def test_a_new_key_of_ours_asks_for_a_new_token(
    outgoing: Outgoing,
    platform: PlatformInfo,
    scripted: ScriptedPlatform,
    sqlite_database: Database,
    clock: FakeClock,
) -> None:
    scripted.answer("POST /token", Reply(200, {"access_token": "token", "expires_in": 86400}))
    ring = KeyRing(sqlite_database, Vault(SECRET), clock)
    connector = Connector(outgoing, ring, clock)
    ring.signing_key()
    ring.rotate()
    clock.advance(hours=23, minutes=50)
    call(connector, platform)
    clock.advance(minutes=10)
    call(connector, platform)
    assert len(token_requests(scripted)) == 2


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [(3600, 3540), ("3600", 3540), (120, 96), (None, 240), ("soon", 240), (-5, 240), (10**9, 240), ("nan", 240)],
)
def test_a_token_lives_as_long_as_the_platform_says_within_reason(
    connector: Connector,
    platform: PlatformInfo,
    scripted: ScriptedPlatform,
    clock: FakeClock,
    expires_in: object,
    seconds: int,
) -> None:
    scripted.answer("POST /token", Reply(200, {"access_token": "t", "expires_in": expires_in}))
    call(connector, platform)
    clock.advance(seconds=seconds - 1)
    call(connector, platform)
    assert len(token_requests(scripted)) == 1
    clock.advance(seconds=1)
    call(connector, platform)
    assert len(token_requests(scripted)) == 2


def test_a_token_that_lives_shortly_serves_the_calls_of_most_of_its_life(
    connector: Connector, platform: PlatformInfo, scripted: ScriptedPlatform, clock: FakeClock
) -> None:
    scripted.answer("POST /token", Reply(200, {"access_token": "t", "expires_in": 1}))
    for milliseconds, tokens in ((0, 1), (799, 1), (1, 2)):
        clock.advance(milliseconds=milliseconds)
        assert call(connector, platform) == 200
        assert len(token_requests(scripted)) == tokens


def test_after_a_401_the_call_is_made_once_more_with_a_new_token(
    connector: Connector, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    scripted.answer("POST /token", *[Reply(200, {"access_token": f"t{number}"}) for number in range(5)])
    scripted.answer("GET /service", Reply(200, {}), Reply(401), Reply(200, {}))
    assert [call(connector, platform), call(connector, platform)] == [200, 200]
    assert bearers(scripted) == ["Bearer t0", "Bearer t0", "Bearer t1"]
    assert call(connector, platform) == 200
    assert len(token_requests(scripted)) == 2


def test_a_second_401_is_the_answer(connector: Connector, platform: PlatformInfo, scripted: ScriptedPlatform) -> None:
    scripted.answer("POST /token", *[Reply(200, {"access_token": f"t{number}"}) for number in range(5)])
    scripted.answer("GET /service", Reply(401))
    assert call(connector, platform) == 401
    assert bearers(scripted) == ["Bearer t0", "Bearer t1"]


def test_a_school_that_forgot_its_tokens_is_asked_for_a_new_one(connector: Connector, world: World) -> None:
    accept = world.platform.profile.lineitem_container_media_type
    for _ in range(2):
        answer = connector.call(world.platform, [LINEITEM], "GET", world.lineitems_url, accept=accept)
        assert answer.status == 200
        world.school.tokens.clear()
    assert world.asked("token") == 2


def test_many_who_need_a_token_make_one_request(
    connector: Connector, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    gate = threading.Event()
    scripted.answer("POST /token", Reply(200, {"access_token": "t", "expires_in": 3600}, gate=gate))
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(call, connector, platform) for _ in range(8)]
        scripted.wait_for("/token", 1)
        gate.set()
        assert [future.result(10) for future in waiting] == [200] * 8
    assert len(token_requests(scripted)) == 1


def test_who_waits_for_a_token_that_is_refused_hears_it_too(
    connector: Connector, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    gate = threading.Event()
    scripted.answer("POST /token", Reply(400, {"error": "invalid_client"}, gate=gate))
    together = threading.Barrier(5)

    def ask() -> None:
        together.wait()
        call(connector, platform)

    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(ask) for _ in range(4)]
        together.wait()
        scripted.wait_for("/token", 1)
        gate.set()
        errors = [future.exception(10) for future in waiting]
    assert {getattr(error, "reason", None) for error in errors} == {"invalid-client"}
    scripted.answer("POST /token", Reply(200, {"access_token": "t"}))
    assert call(connector, platform) == 200


def test_the_recorded_token_of_a_moodle_is_read_although_it_says_html(
    connector: Connector, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    recorded = RECORDED["success all scopes"]
    assert "text/html" in recorded["headers"]["Content-Type"]
    scripted.answer("POST /token", Reply(200, recorded["body"].encode(), {"Content-Type": "text/html; charset=utf-8"}))
    assert call(connector, platform) == 200


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("expired assertion (exp -10)", "expired-token"),
        ("iat in future +30", "cannot-handle-token-with-iat-prior-to"),
        ("unknown kid", "kid"),
        ("no kid", "error"),
        ("wrong key same kid", "signature-verification-failed"),
        ("unknown client", "invalid-client"),
        ("sub missing", "invalid-request"),
        ("grant_type wrong", "unsupported-grant-type"),
    ],
)
def test_the_recorded_refusals_of_a_moodle_have_a_reason(
    connector: Connector, platform: PlatformInfo, scripted: ScriptedPlatform, case: str, reason: str
) -> None:
    recorded = RECORDED[case]
    scripted.answer("POST /token", Reply(recorded["status"], recorded["body"].encode()))
    with pytest.raises(TokenRefused) as caught:
        call(connector, platform)
    assert caught.value.reason == reason
    assert not isinstance(caught.value, ScopeRefused)


@pytest.mark.parametrize("case", ["scope unknown only", "scope not granted to this tool (type 18 RO: lineitem)"])
def test_a_service_that_was_not_allowed_is_told_apart(
    connector: Connector, platform: PlatformInfo, scripted: ScriptedPlatform, case: str
) -> None:
    recorded = RECORDED[case]
    scripted.answer("POST /token", Reply(recorded["status"], recorded["body"].encode()))
    with pytest.raises(ScopeRefused):
        call(connector, platform)


def test_a_token_for_other_scopes_than_asked_is_not_used(
    connector: Connector, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    scripted.answer("POST /token", Reply(200, {"access_token": "t", "scope": MEMBERSHIP_READONLY}))
    with pytest.raises(ScopeRefused):
        call(connector, platform, SCORE)
    assert call(connector, platform, SCORE, MEMBERSHIP_READONLY) == 200


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(404, b"<html>"), TokenRefused),
        (Reply(302, b"", {"Location": "/elsewhere"}), TokenRefused),
        (Reply(200, b"<html>Onderhoud</html>"), BadAnswer),
        (Reply(200, b""), BadAnswer),
        (Reply(200, []), TokenRefused),
        (Reply(200, {}), TokenRefused),
        (Reply(200, {"access_token": 5}), TokenRefused),
        (Reply(200, {"access_token": "a b"}), TokenRefused),
        (Reply(200, {"access_token": "a\r\nX-Header: 1"}), TokenRefused),
        (Reply(200, {"access_token": "é"}), TokenRefused),
        (Reply(200, b" " * 1_000_001), BadAnswer),
        (Reply(503, b"<html>"), Unreachable),
        (Reply(429, b"", {"Retry-After": "30"}), Unreachable),
    ],
)
def test_an_answer_without_a_token_is_an_error(
    connector: Connector, platform: PlatformInfo, scripted: ScriptedPlatform, reply: Reply, kind: type[OutsideError]
) -> None:
    scripted.answer("POST /token", reply)
    with pytest.raises(kind) as caught:
        call(connector, platform)
    assert type(caught.value) is kind
    assert getattr(caught.value, "retry_after", None) == (30.0 if reply.status == 429 else None)
    assert scripted.calls("/service") == []
    assert scripted.calls("/elsewhere") == []


def test_a_platform_that_says_nothing_times_out(
    platform: PlatformInfo, scripted: ScriptedPlatform, key_ring: KeyRing, clock: FakeClock
) -> None:
    scripted.answer("POST /token", Reply(200, {}, gate=threading.Event()))
    hasty = Connector(Outgoing(allow_private=True, timeout=(1, 0.05)), key_ring, clock)
    with pytest.raises(TimedOut):
        call(hasty, platform)


def test_a_private_address_is_not_called(platform: PlatformInfo, key_ring: KeyRing, clock: FakeClock) -> None:
    with pytest.raises(AddressRefused):
        call(Connector(Outgoing(), key_ring, clock), platform)


def test_a_redirected_service_does_not_get_the_token(
    connector: Connector, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    scripted.answer("GET /service", Reply(307, b"", {"Location": f"{scripted.url}/elsewhere"}))
    assert call(connector, platform) == 307
    assert scripted.calls("/elsewhere") == []


def test_no_token_is_logged_or_shown(connector: Connector, platform: PlatformInfo, scripted: ScriptedPlatform) -> None:
    scripted.answer("POST /token", Reply(200, {"access_token": "very-secret", "expires_in": 3600}))
    with capture_logs() as lines:
        call(connector, platform)
    assert lines
    assert "very-secret" not in f"{lines}{Token('very-secret', START)}"


def test_a_platform_that_says_forbidden_of_an_old_token_gets_a_new_one(
    connector: Connector, scripted: ScriptedPlatform
) -> None:
    sakai = platform_at(scripted.url, family="sakai")
    scripted.answer("GET /service", Reply(403, b"signature_error"), Reply(200, {}))
    assert call(connector, sakai) == 200
    assert len(token_requests(scripted)) == 2


def test_elsewhere_forbidden_stays_forbidden(connector: Connector, scripted: ScriptedPlatform) -> None:
    scripted.answer("GET /service", Reply(403, b"403 Forbidden (Rate Limit Exceeded)"))
    for family in ("moodle", "canvas"):
        assert call(connector, platform_at(scripted.url, family=family)) == 403
    assert (len(token_requests(scripted)), len(scripted.calls("/service"))) == (2, 2)


def test_a_platform_that_is_busy_gives_a_token_later(connector: Connector, scripted: ScriptedPlatform) -> None:
    scripted.answer("POST /token", Reply(403, b"403 Forbidden (Rate Limit Exceeded)"))
    with pytest.raises(Unreachable):
        call(connector, platform_at(scripted.url, family="canvas"))
    with pytest.raises(TokenRefused):
        call(connector, platform_at(scripted.url, family="moodle"))
