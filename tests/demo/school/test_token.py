"""The token endpoint: recorded errors, and the rules of the specification that Moodle does not check."""

import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
import requests

from lti_tool.demo.school import SigningKey
from tests.demo.conftest import World, recording
from tests.demo.scripted_tool import AGS, ALL_SCOPES, MEMBERSHIP, post_token

RECORDED = {case["case"]: case for case in recording("token-endpoint")}


def ask(world: World, **changes: Any) -> requests.Response:  # noqa: ANN401 - claims of an assertion
    """Ask for a token with an assertion changed in places."""
    return post_token(world.school, world.tool.assertion(world.school, world.registration.client_id, **changes))


def test_a_good_request_is_answered_as_recorded(world: World) -> None:
    answer = ask(world)
    recorded = RECORDED["success all scopes"]
    assert answer.status_code == recorded["status"] == 200
    assert answer.headers["Content-Type"] == recorded["headers"]["Content-Type"]
    theirs = json.loads(recorded["body"])
    ours = answer.json()
    assert list(ours) == list(theirs)
    assert ours["expires_in"] == theirs["expires_in"] == 3600
    assert ours["token_type"] == "Bearer"
    assert set(ours["scope"].split()) == set(theirs["scope"].split()) == set(ALL_SCOPES)


def test_scopes_are_cut_to_what_was_granted(world: World) -> None:
    world.registration.scopes = [f"{AGS}score"]
    assertion = world.tool.assertion(world.school, world.registration.client_id)
    answer = post_token(world.school, assertion, [f"{AGS}score", MEMBERSHIP, "urn:onbekend"])
    assert answer.json()["scope"] == f"{AGS}score"


@pytest.mark.parametrize(
    ("case", "form"),
    [
        ("grant_type wrong", {"grant_type": "password"}),
        ("assertion_type wrong", {"client_assertion_type": "iets anders"}),
        ("garbage assertion", {"client_assertion": "abc"}),
        ("no assertion", {"client_assertion": ""}),
        ("scope empty", {"scope": ""}),
        ("scope unknown only", {"scope": "urn:onbekend"}),
    ],
)
def test_wrong_forms_are_refused_as_recorded(world: World, case: str, form: dict[str, str]) -> None:
    assertion = world.tool.assertion(world.school, world.registration.client_id)
    answer = post_token(world.school, assertion, None, form)
    recorded = RECORDED[case]
    assert (answer.status_code, answer.json()) == (recorded["status"], json.loads(recorded["body"]))


def test_get_and_json_are_refused_as_recorded(world: World) -> None:
    url = f"{world.school.url}/lti/token"
    for case, answer in (("GET", requests.get(url, timeout=5)), ("JSON body", requests.post(url, json={}, timeout=5))):
        assert (answer.status_code, answer.json()) == (400, json.loads(RECORDED[case]["body"]))


def test_an_unknown_client_is_refused_as_recorded(world: World) -> None:
    answer = ask(world, sub="onbekend")
    assert answer.json() == json.loads(RECORDED["unknown client"]["body"])


def test_a_missing_sub_is_refused_as_recorded(world: World) -> None:
    assert ask(world, sub=None).json() == json.loads(RECORDED["sub missing"]["body"])


def test_an_expired_assertion_is_refused_as_recorded(world: World) -> None:
    now = int(world.school.now().timestamp())
    assert ask(world, iat=now - 100, exp=now - 10).json() == json.loads(RECORDED["expired assertion (exp -10)"]["body"])


@pytest.mark.parametrize("name", ["iat", "nbf"])
def test_an_assertion_from_the_future_is_refused(world: World, name: str) -> None:
    now = int(world.school.now().timestamp())
    answer = ask(world, **{name: now + 30, "exp": now + 90})
    recorded = RECORDED["iat in future +30" if name == "iat" else "nbf in future"]
    assert answer.status_code == recorded["status"] == 400
    assert f"{name} prior to" in answer.json()["error"]
    assert f"{name} prior to" in recorded["body"]


def test_an_unknown_key_id_gives_invalid_json_as_recorded(world: World, other_key: SigningKey) -> None:
    assertion = world.tool.assertion(world.school, world.registration.client_id, key=other_key)
    answer = post_token(world.school, assertion)
    assert answer.text == RECORDED["unknown kid"]["body"]
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_a_missing_key_id_is_refused_as_recorded(world: World, tool_key: SigningKey) -> None:
    claims = {"iss": world.registration.client_id, "sub": world.registration.client_id}
    answer = post_token(world.school, jwt.encode(claims, tool_key.private, algorithm="RS256"))
    assert answer.json() == json.loads(RECORDED["no kid"]["body"])


def test_a_foreign_signature_is_refused_as_recorded(world: World, other_key: SigningKey) -> None:
    claims = {"iss": world.registration.client_id, "sub": world.registration.client_id}
    forged = other_key.sign(claims, {"kid": world.tool.key.kid})
    answer = post_token(world.school, forged)
    assert answer.json() == json.loads(RECORDED["wrong key same kid"]["body"])


@pytest.mark.parametrize("algorithm", ["HS256", "none"])
def test_other_algorithms_are_refused(world: World, algorithm: str) -> None:
    claims = {"iss": world.registration.client_id, "sub": world.registration.client_id}
    key = "a shared secret that is long enough for HS256" if algorithm == "HS256" else ""
    forged = jwt.encode(claims, key, algorithm=algorithm, headers={"kid": world.tool.key.kid})
    assert post_token(world.school, forged).status_code == 400
    assert world.school.tokens == {}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "iemand anders"}, "iss must be the client id"),
        ({"iss": None}, "iss must be the client id"),
        ({"aud": "https://elders.example/token"}, "aud must be the token address"),
        ({"aud": None}, "aud must be the token address"),
        ({"jti": None}, "no jti"),
        ({"exp": None}, "no exp"),
        ({"iat": None}, "no iat"),
    ],
)
def test_the_rules_of_the_specification_hold(world: World, changes: dict[str, str | None], reason: str) -> None:
    assert ask(world, **changes).status_code == 400
    assert reason in world.last_refusal


def test_an_assertion_valid_for_a_day_is_refused(world: World) -> None:
    assert ask(world, exp=int(world.school.now().timestamp()) + 86400).status_code == 400
    assert "more than an hour" in world.last_refusal


def test_an_audience_list_of_two_is_refused(world: World) -> None:
    assert ask(world, aud=[f"{world.school.url}/lti/token", "x"]).status_code == 400


def test_another_audience_can_be_demanded(world: World) -> None:
    world.school.token_audience = "https://api.example/auth/token"
    assert ask(world).status_code == 400
    assert ask(world, aud="https://api.example/auth/token").status_code == 200


def test_a_replayed_assertion_is_refused(world: World) -> None:
    assertion = world.tool.assertion(world.school, world.registration.client_id)
    assert post_token(world.school, assertion).status_code == 200
    assert post_token(world.school, assertion).status_code == 400
    assert world.last_refusal == "jti was used before"


def test_keys_are_cached_and_fetched_again_for_an_unknown_one(world: World, other_key: SigningKey) -> None:
    for _ in range(3):
        assert ask(world).status_code == 200
    assert world.tool.jwks_requests == 1
    world.tool.published = [other_key]
    assertion = world.tool.assertion(world.school, world.registration.client_id, key=other_key)
    assert post_token(world.school, assertion).status_code == 200
    assert world.tool.jwks_requests == 2
    assert ask(world).status_code == 400
    assert world.tool.jwks_requests == 3


@pytest.mark.parametrize("body", ["<html>", "[]", '{"keys": 5}', "x" * 1_000_001])
def test_unreadable_keys_are_a_404_page(world: World, body: str) -> None:
    world.tool.jwks_body = body
    answer = ask(world)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")


def test_unreachable_keys_are_a_404_page(world: World) -> None:
    world.registration.jwks_url = "http://127.0.0.1:1/jwks"
    assert ask(world).status_code == 404


def test_a_short_rsa_key_is_no_key(world: World) -> None:
    short = SigningKey.generate(bits=1024)
    world.registration.jwks = {"keys": [short.public_jwk()]}
    claims = {"iss": world.registration.client_id, "sub": world.registration.client_id}
    answer = post_token(world.school, world.tool.key.sign(claims, {"kid": short.kid}))
    assert answer.text == RECORDED["unknown kid"]["body"]


def test_keys_given_by_hand_need_no_address(world: World) -> None:
    world.registration.jwks_url = None
    world.registration.jwks = {"keys": [world.tool.key.public_jwk()]}
    assert ask(world).status_code == 200
    assert world.tool.jwks_requests == 0


def test_tokens_expire(world: World) -> None:
    headers = world.bearer()
    url = world.school.lineitem_url(world.item)
    assert requests.get(url, headers=headers, timeout=5).status_code == 200
    world.school.clock_skew = timedelta(seconds=3601)
    assert requests.get(url, headers=headers, timeout=5).status_code == 401
    assert world.last_refusal == "the access token has expired"
