"""Dynamic registration: with the demo school, with the recorded answers of a Moodle 4.5, and when it goes wrong."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select

from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.demo.school import School
from lti_tool.errors import IccError
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.asking import SCOPES, TOOL_CONFIGURATION, registration_request
from lti_tool.platforms.errors import (
    AnswerUnusable,
    ConfigurationRefused,
    InviteUsed,
    IssuerTaken,
    PlatformDeclined,
    PlatformSilent,
    RegistrationFailed,
    TokenSpent,
)
from lti_tool.platforms.invites import InviteService
from lti_tool.platforms.keysets import PlatformKeys
from lti_tool.platforms.models import Deployment, Platform, PlatformKeySet, PlatformStatus
from lti_tool.platforms.registration import RegistrationService
from lti_tool.platforms.service import PlatformInfo, PlatformService
from tests.clock import FakeClock
from tests.demo.conftest import recording
from tests.scripted_platform import Reply, ScriptedPlatform

PATH = "/mod/lti/openid-configuration.php"
REGISTRATION = "/mod/lti/openid-registration.php"
RECORDED: dict[str, Any] = {case["case"]: case for case in recording("dynamic-registration-errors")}


@pytest.fixture
def token(invites: InviteService) -> str:
    return invites.create("Lyceum De Maasbrug").token


@pytest.fixture
def moodle(scripted: ScriptedPlatform) -> ScriptedPlatform:
    """A scripted platform with the configuration of a real Moodle."""
    text = json.dumps(recording("openid-configuration")["body"])
    scripted.answer(f"GET {PATH}", Reply(200, json.loads(text.replace("http://127.0.0.1:8800", scripted.url))))
    return scripted


def rows(database: Database) -> tuple[int, int]:
    with database.session() as session:
        return (
            session.scalar(select(func.count()).select_from(Platform)) or 0,
            session.scalar(select(func.count()).select_from(Deployment)) or 0,
        )


def register_at_school(registration: RegistrationService, school: School, token: str) -> PlatformInfo:
    url = f"{school.url}/.well-known/openid-configuration"
    return registration.register(token, url, school.launches.registration_token())


def register(registration: RegistrationService, moodle: ScriptedPlatform, token: str, reply: Reply) -> PlatformInfo:
    moodle.answer(f"POST {REGISTRATION}", reply)
    return registration.register(token, f"{moodle.url}{PATH}", "token-of-moodle")


def answer(client_id: str = "GlcMUzd0eCnDLdX", **tool: object) -> Reply:
    return Reply(200, {"client_id": client_id, TOOL_CONFIGURATION: {"deployment_id": "1", **tool}})


def test_a_first_launch_after_the_registration_finds_the_keys_in_the_database(
    settings: Settings,
    database: Database,
    outgoing: Outgoing,
    platforms: PlatformService,
    invites: InviteService,
    school: School,
    token: str,
    clock: FakeClock,
) -> None:
    keys = PlatformKeys(database, outgoing, clock)
    registration = RegistrationService(settings, database, outgoing, platforms, invites, connected=keys.warm_up)
    info = register_at_school(registration, school, token)
    school.faults.add("certs", "status", status=503, times=None)
    assert PlatformKeys(database, outgoing, clock).key_for(info, school.keys.active.kid)


def test_keys_that_cannot_be_read_yet_do_not_fail_a_registration(
    settings: Settings,
    database: Database,
    outgoing: Outgoing,
    platforms: PlatformService,
    invites: InviteService,
    school: School,
    token: str,
    clock: FakeClock,
) -> None:
    school.faults.add("certs", "status", status=503, times=None)
    keys = PlatformKeys(database, outgoing, clock)
    registration = RegistrationService(settings, database, outgoing, platforms, invites, connected=keys.warm_up)
    assert register_at_school(registration, school, token).status is PlatformStatus.ACTIVE


def test_the_school_and_the_tool_know_each_other_afterwards(
    registration: RegistrationService, school: School, token: str, platforms: PlatformService, database: Database
) -> None:
    info = register_at_school(registration, school, token)
    (theirs,) = school.registrations.values()
    assert (info.name, info.issuer, info.client_id) == ("Lyceum De Maasbrug", school.url, theirs.client_id)
    assert (info.auth_url, info.token_url) == (f"{school.url}/lti/auth", f"{school.url}/lti/token")
    assert (info.jwks_url, info.family) == (f"{school.url}/lti/certs", "moodle")
    assert platforms.deployments(info.id) == [theirs.deployment_id]
    with database.session() as session:
        assert platforms.find(session, school.url, theirs.client_id) == info
    assert theirs.login_url == "http://localhost:8401/lti/login"
    assert theirs.redirect_uris == ["http://localhost:8401/lti/launch"]
    assert theirs.deep_link_uri == theirs.target_link_uri == "http://localhost:8401/lti/launch"
    assert theirs.jwks_url == "http://localhost:8401/.well-known/jwks.json"
    assert set(theirs.scopes) == set(SCOPES)
    assert set(theirs.claims) == {"iss", "sub", "name"}
    assert theirs.custom == {"context_history": "$Context.id.history"}
    assert list(school.refusals) == []


def test_exactly_what_is_used_is_asked() -> None:
    asked = registration_request("https://icc.example.org", "icc.example.org")
    tool = asked[TOOL_CONFIGURATION]
    assert sorted(scope.rsplit("/", 1)[1] for scope in asked["scope"].split()) == [
        "contextmembership.readonly",
        "lineitem",
        "lineitem.readonly",
        "result.readonly",
        "score",
    ]
    assert tool["claims"] == ["iss", "sub", "name"]
    assert [message["type"] for message in tool["messages"]] == ["LtiResourceLinkRequest", "LtiDeepLinkingRequest"]
    assert (asked["response_types"], asked["token_endpoint_auth_method"]) == (["id_token"], "private_key_jwt")
    assert set(asked["grant_types"]) == {"implicit", "client_credentials"}
    assert tool["domain"] == tool["target_link_uri"].split("/")[2] == "icc.example.org"
    assert asked["client_name#nl"] != asked["client_name#en"]
    assert "email" not in json.dumps(asked)


def test_the_answer_of_a_real_moodle_is_kept(
    registration: RegistrationService, moodle: ScriptedPlatform, token: str, platforms: PlatformService
) -> None:
    recorded = recording("dynamic-registration")["probe"]
    headers = {"Content-Type": recorded["response_headers"]["Content-Type"]}
    reply = Reply(recorded["response_status"], recorded["response_text"].encode(), headers)
    info = register(registration, moodle, token, reply)
    assert (info.issuer, info.client_id) == (moodle.url, "GlcMUzd0eCnDLdX")
    assert platforms.deployments(info.id) == ["1"]
    (sent,) = moodle.calls(REGISTRATION)
    assert sent.headers["Authorization"] == "Bearer token-of-moodle"
    assert sent.headers["Content-Type"] == "application/json"
    assert set(recorded["request"]) - {"contacts"} <= set(sent.json())


def test_a_platform_without_registration_tokens_is_asked_without_one(
    registration: RegistrationService, moodle: ScriptedPlatform, token: str
) -> None:
    moodle.answer(f"POST {REGISTRATION}", answer())
    registration.register(token, f"{moodle.url}{PATH}", None)
    assert "Authorization" not in moodle.calls(REGISTRATION)[0].headers


@pytest.mark.parametrize(
    ("deployment", "known"), [("7", ["7"]), (7, ["7"]), (None, []), ("", [])], ids=["text", "number", "none", "empty"]
)
def test_the_deployment_may_be_missing(
    registration: RegistrationService,
    moodle: ScriptedPlatform,
    token: str,
    platforms: PlatformService,
    deployment: object,
    known: list[str],
) -> None:
    created = Reply(201, answer(deployment_id=deployment).body)
    info = register(registration, moodle, token, created)
    assert platforms.deployments(info.id) == known
    assert registration.has_deployment(info) is bool(known)


@pytest.mark.parametrize(
    ("case", "kind"),
    [
        ("no token", TokenSpent),
        ("garbage token", TokenSpent),
        ("token reuse (already used)", TokenSpent),
        ("missing client_name", PlatformDeclined),
        ("missing tool-configuration.domain", PlatformDeclined),
        ("domain mismatch", PlatformDeclined),
        ("redirect_uris string", PlatformDeclined),
        ("response_types string", TokenSpent),
        ("invalid json", TokenSpent),
    ],
)
def test_the_recorded_refusals_of_a_moodle_are_told_in_words(
    registration: RegistrationService,
    moodle: ScriptedPlatform,
    token: str,
    invites: InviteService,
    database: Database,
    case: str,
    kind: type[RegistrationFailed],
) -> None:
    recorded = RECORDED[case]
    reply = Reply(recorded["status"], recorded["body"].encode(), {"Content-Type": "text/html; charset=utf-8"})
    with pytest.raises(RegistrationFailed) as caught:
        register(registration, moodle, token, reply)
    assert type(caught.value) is kind
    assert "<" not in caught.value.detail
    assert rows(database) == (0, 0)
    assert invites.name_of(token) == "Lyceum De Maasbrug"


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(400, b"<script>alert(1)</script>"), PlatformDeclined),
        (Reply(400, "x" * 5000), PlatformDeclined),
        (Reply(403, b"no"), PlatformDeclined),
        (Reply(302, b"", {"Location": "https://elsewhere.example.org"}), PlatformDeclined),
        (Reply(500, b"<html>"), PlatformSilent),
        (Reply(429, b""), PlatformSilent),
        (Reply(200, b"<html>Onderhoud</html>"), AnswerUnusable),
        (Reply(200, b""), AnswerUnusable),
        (Reply(200, []), AnswerUnusable),
        (Reply(200, {}), AnswerUnusable),
        (Reply(200, {"client_id": 5}), AnswerUnusable),
        (Reply(200, {"client_id": ""}), AnswerUnusable),
        (Reply(200, {"client_id": "x" * 201}), AnswerUnusable),
        (Reply(200, {"client_id": "a\nb"}), AnswerUnusable),
        (Reply(200, {"client_id": "a", TOOL_CONFIGURATION: {"deployment_id": ["1"]}}), AnswerUnusable),
        (Reply(200, {"client_id": "a", TOOL_CONFIGURATION: {"deployment_id": "x" * 256}}), AnswerUnusable),
        (Reply(200, b" " * 1_000_001), AnswerUnusable),
    ],
)
def test_whatever_else_comes_stores_nothing_and_leaves_the_invitation(
    registration: RegistrationService,
    moodle: ScriptedPlatform,
    token: str,
    database: Database,
    reply: Reply,
    kind: type[RegistrationFailed],
) -> None:
    with pytest.raises(RegistrationFailed) as caught:
        register(registration, moodle, token, reply)
    assert type(caught.value) is kind
    assert "script" not in caught.value.detail
    assert rows(database) == (0, 0)
    assert register(registration, moodle, token, answer()).client_id == "GlcMUzd0eCnDLdX"


def test_a_registration_token_that_would_break_the_header_is_refused(
    registration: RegistrationService, moodle: ScriptedPlatform, token: str
) -> None:
    for bad in ("a\r\nX-Header: 1", "a b", "é", "x" * 8193):
        with pytest.raises(TokenSpent):
            registration.register(token, f"{moodle.url}{PATH}", bad)
    assert moodle.calls(REGISTRATION) == []


def test_a_school_that_answers_too_late_leaves_the_invitation(
    registration: RegistrationService, school: School, token: str, invites: InviteService
) -> None:
    school.faults.add("registration", "drop")
    with pytest.raises(PlatformSilent):
        register_at_school(registration, school, token)
    assert invites.claim(token)


def test_an_unforeseen_error_leaves_the_invitation(
    registration: RegistrationService, token: str, invites: InviteService
) -> None:
    with pytest.raises(TypeError):
        registration.register(token, None, None)  # type: ignore[arg-type]  # a mistake in the caller
    assert invites.claim(token)


def test_a_configuration_in_a_private_network_is_refused(
    settings: Settings,
    school: School,
    token: str,
    database: Database,
    platforms: PlatformService,
    invites: InviteService,
) -> None:
    strict = RegistrationService(settings, database, Outgoing(), platforms, invites)
    with pytest.raises(ConfigurationRefused):
        register_at_school(strict, school, token)
    assert school.describe()["requests"].get("configuration", 0) == 0
    assert rows(database) == (0, 0)


def test_an_invitation_connects_one_platform(
    registration: RegistrationService, school: School, token: str, database: Database
) -> None:
    register_at_school(registration, school, token)
    with pytest.raises(InviteUsed):
        register_at_school(registration, school, token)
    assert len(school.registrations) == 1
    assert rows(database) == (1, 1)


def test_of_four_posts_at_once_one_registers_here_and_there(
    registration: RegistrationService, school: School, token: str, database: Database
) -> None:
    together = threading.Barrier(4)

    def post() -> str:
        together.wait()
        try:
            register_at_school(registration, school, token)
        except IccError as error:
            return error.code
        return "connected"

    with ThreadPoolExecutor(4) as pool:
        outcomes = [future.result() for future in [pool.submit(post) for _ in range(4)]]
    assert outcomes.count("connected") == 1
    assert set(outcomes) <= {"connected", "P-BUSY", "P-USED"}
    assert len(school.registrations) == 1
    assert rows(database) == (1, 1)


def test_registering_again_under_the_same_client_brings_it_up_to_date(
    registration: RegistrationService,
    moodle: ScriptedPlatform,
    token: str,
    invites: InviteService,
    platforms: PlatformService,
    database: Database,
    clock: FakeClock,
) -> None:
    first = register(registration, moodle, token, answer())
    platforms.disable(first.id)
    with database.session() as session:
        session.add(PlatformKeySet(platform_id=first.id, jwks={"keys": []}, attempted_at=clock()))
    moved = {**_configuration(moodle), "jwks_uri": f"{moodle.url}/new-keys"}
    moodle.answer(f"GET {PATH}", Reply(200, moved))
    again = register(registration, moodle, invites.create("Nieuwe naam").token, answer(deployment_id="2"))
    assert (again.id, again.name, again.jwks_url) == (first.id, "Nieuwe naam", f"{moodle.url}/new-keys")
    assert again.status is PlatformStatus.ACTIVE
    assert platforms.deployments(first.id) == ["1", "2"]
    with database.session() as session:
        assert session.get(PlatformKeySet, first.id) is None


def test_nobody_takes_over_the_name_of_another_platform(
    registration: RegistrationService,
    moodle: ScriptedPlatform,
    token: str,
    platforms: PlatformService,
    database: Database,
) -> None:
    host = "http://victim.example.org"
    victim = platforms.add("School", host, "GlcMUzd0eCnDLdX", f"{host}/auth", f"{host}/token", f"{host}/keys", ["1"])
    moodle.answer(f"GET {PATH}", Reply(200, {**_configuration(moodle), "issuer": victim.issuer}))
    for client_id in (victim.client_id, "another"):
        with pytest.raises(IssuerTaken):
            register(registration, moodle, token, answer(client_id))
    assert platforms.get(victim.id) == victim
    assert rows(database) == (1, 1)


def test_hosts_that_share_an_issuer_and_its_keys_are_connected_side_by_side(
    registration: RegistrationService,
    moodle: ScriptedPlatform,
    token: str,
    invites: InviteService,
    platforms: PlatformService,
) -> None:
    shared = {**_configuration(moodle), "issuer": "http://canvas.example.org"}
    moodle.answer(f"GET {PATH}", Reply(200, shared))
    first = register(registration, moodle, token, answer("10000000000001"))
    second = register(registration, moodle, invites.create("Other").token, answer("10000000000002"))
    assert first.issuer == second.issuer
    assert {info.id for info in platforms.list()} == {first.id, second.id}


def _configuration(moodle: ScriptedPlatform) -> dict[str, Any]:
    found: dict[str, Any] = moodle.replies[f"GET {PATH}"][-1].body
    return found
