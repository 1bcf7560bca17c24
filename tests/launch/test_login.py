"""The login: what is asked of the platform, and what is refused before that."""

import re
from datetime import timedelta
from urllib.parse import unquote, urlsplit

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool.database import Database
from lti_tool.ids import digest
from lti_tool.launch.models import LaunchState
from lti_tool.platforms.service import PlatformService
from tests.launch.parties import LAUNCH_URL, Stage, recording, sent_on

ODD_HINT = '{"cmid":9,"launch id":"a+b & c=d %20 é \\" / ? # <b>"}'


def states(database: Database) -> list[LaunchState]:
    with database.session() as session:
        return list(session.scalars(select(LaunchState)))


def refused(stage: Stage, answer: TestResponse, code: str) -> None:
    assert answer.status_code in (400, 403)
    assert code in answer.text
    assert states(stage.database) == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_login_leads_to_the_platform_with_exactly_what_it_asks(stage: Stage, method: str) -> None:
    client = stage.new_client()
    params = stage.login_params()
    answer = client.get("/lti/login", query_string=params) if method == "GET" else client.post("/lti/login", data=params)
    assert answer.status_code == 302
    place = urlsplit(answer.headers["Location"])
    assert f"{place.scheme}://{place.netloc}{place.path}" == "https://school.example.org/auth"
    asked = sent_on(answer)
    state, nonce = asked.pop("state"), asked.pop("nonce")
    assert asked == {
        "tenant": "1",
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": "icc-bridge",
        "redirect_uri": LAUNCH_URL,
        "login_hint": "9",
        "lti_message_hint": '{"cmid":9,"launchid":"ltilaunch1_68528305"}',
        "lti_deployment_id": "1",
    }
    for secret in (state, nonce):
        assert re.fullmatch(r"[A-Za-z0-9_-]{43,}", secret)
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_message_hint_goes_back_byte_for_byte(lite: Stage) -> None:
    answer = lite.browser().login(lti_message_hint=ODD_HINT)
    assert sent_on(answer)["lti_message_hint"] == ODD_HINT
    raw = dict(part.split("=", 1) for part in urlsplit(answer.headers["Location"]).query.split("&"))
    assert unquote(raw["lti_message_hint"]) == ODD_HINT
    assert re.fullmatch(r"[A-Za-z0-9_.~%-]+", raw["lti_message_hint"])


def test_what_the_address_has_counts_when_the_form_has_it_not(lite: Stage) -> None:
    params = lite.login_params()
    answer = lite.new_client().post(
        "/lti/login",
        query_string={"iss": params.pop("iss"), "login_hint": "from the address"},
        data=params,
    )
    assert sent_on(answer)["login_hint"] == "9"


def test_optional_parameters_may_be_absent(lite: Stage) -> None:
    asked = lite.browser().auth_request(lti_message_hint=None, lti_deployment_id=None, client_id=None)
    assert "lti_message_hint" not in asked
    assert "lti_deployment_id" not in asked
    assert asked["client_id"] == "icc-bridge"
    assert states(lite.database)[0].deployment_id is None


def test_only_digests_of_a_login_are_kept_for_ten_minutes(stage: Stage) -> None:
    browser = stage.browser()
    asked = browser.auth_request()
    (row,) = states(stage.database)
    assert row.state_digest == digest(asked["state"])
    assert row.nonce_digest == digest(asked["nonce"])
    cookie = browser.client.get_cookie("icc-browser")
    assert cookie is not None
    assert row.browser_digest == digest(cookie.value)
    assert (row.target_link_uri, row.deployment_id) == (LAUNCH_URL, "1")
    assert row.expires_at - row.created_at == timedelta(minutes=10)
    assert row.consumed_at is None


def test_every_login_has_a_state_and_nonce_of_its_own(lite: Stage) -> None:
    browser = lite.browser()
    logins = [browser.auth_request() for _ in range(5)]
    assert len({login["state"] for login in logins} | {login["nonce"] for login in logins}) == 10
    assert len({row.browser_digest for row in states(lite.database)}) == 1


@pytest.mark.parametrize("missing", ["iss", "login_hint", "target_link_uri"])
def test_a_login_without_what_it_needs_is_refused(lite: Stage, missing: str) -> None:
    refused(lite, lite.browser().login(**{missing: None}), "L-LOGIN")


@pytest.mark.parametrize(
    "changes",
    [
        {"login_hint": "9\0"},
        {"iss": "https://school.example.org\0"},
        {"client_id": "x" * 201},
        {"target_link_uri": f"{LAUNCH_URL}?{'x' * 2000}"},
        {"lti_message_hint": "x" * 40000},
    ],
)
def test_a_login_that_cannot_be_kept_is_refused(stage: Stage, changes: dict[str, str]) -> None:
    refused(stage, stage.browser().login(**changes), "L-LOGIN")


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elsewhere.example.org"},
        {"iss": "https://school.example.org/"},
        {"client_id": "another"},
    ],
)
def test_an_unknown_platform_is_refused(stage: Stage, changes: dict[str, str]) -> None:
    answer = stage.browser().login(**changes)
    refused(stage, answer, "L-PLATFORM")
    assert "nog niet gekoppeld" in answer.text


def test_without_a_client_id_two_registrations_of_an_issuer_are_not_told_apart(stage: Stage) -> None:
    platforms = stage.app.extensions["icc"][PlatformService]
    url = stage.school.url
    platforms.add("Tweede", url, "second", f"{url}/auth", f"{url}/token", f"{url}/jwks", ["2"])
    refused(stage, stage.browser().login(client_id=None), "L-PLATFORM")
    assert stage.browser().login().status_code == 302


def test_a_disabled_platform_is_refused(stage: Stage) -> None:
    stage.app.extensions["icc"][PlatformService].disable(stage.platform.id)
    answer = stage.browser().login()
    assert answer.status_code == 403
    refused(stage, answer, "L-DISABLED")
    assert "Moodle van het Zilverbos College" in answer.text


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example.org/lti/launch",
        "https://localhost:8401/lti/launch",
        "http://localhost/lti/launch",
        "http://localhost:8401@evil.example.org/",
        "http://evil.example.org\\@localhost:8401/",
        "http://localhost:8401 .evil.example.org/",
        "//localhost:8401/lti/launch",
        "/lti/launch",
        "javascript:alert(1)//localhost:8401",
        "http://[::1",
        "http://localhost:99999/",
    ],
)
def test_a_link_to_somewhere_else_is_refused(lite: Stage, target: str) -> None:
    refused(lite, lite.browser().login(target_link_uri=target), "L-TARGET")


def test_a_link_of_its_own_is_fine_and_the_redirect_uri_stays_the_registered_one(lite: Stage) -> None:
    asked = lite.browser().auth_request(target_link_uri=f"{LAUNCH_URL}?fase=1")
    assert asked["redirect_uri"] == LAUNCH_URL
    assert states(lite.database)[0].target_link_uri == f"{LAUNCH_URL}?fase=1"


@pytest.mark.parametrize("name", ["launch_student", "launch_contentitem_with_url", "deeplink_4_items_with_url"])
def test_the_logins_of_a_real_moodle_are_answered(stage: Stage, name: str) -> None:
    recorded = recording(name)["login_init"]["params"]
    own = {"iss": stage.school.url, "client_id": stage.platform.client_id}
    target = recorded["target_link_uri"].replace("http://127.0.0.1:9900/launch", LAUNCH_URL)
    own["target_link_uri"] = target.replace("http://127.0.0.1:9900/deeplink", LAUNCH_URL)
    asked = sent_on(stage.new_client().post("/lti/login", data=recorded | own))
    expected = recording(name)["auth_request"]["params"] | {
        "client_id": stage.platform.client_id,
        "redirect_uri": LAUNCH_URL,
    }
    for moment in ("state", "nonce"):
        del asked[moment], expected[moment]
    assert asked == expected | {"tenant": "1", "lti_deployment_id": "1"}


def test_a_refused_login_may_be_shown_in_the_frame_of_any_platform(lite: Stage) -> None:
    unknown = lite.browser().login(iss="https://elsewhere.example.org")
    assert "frame-ancestors *" in unknown.headers["Content-Security-Policy"]
    known = lite.browser().login(target_link_uri="https://evil.example.org/")
    assert "frame-ancestors https://school.example.org" in known.headers["Content-Security-Policy"]


def test_a_refused_login_is_logged_without_anything_personal(lite: Stage) -> None:
    lite.browser().login(target_link_uri="https://evil.example.org/?who=renee", login_hint="deelnemer01")
    (line,) = [line for line in lite.log if line["event"] == "launch_refused"]
    assert (line["step"], line["code"], line["platform"]) == ("login", "L-TARGET", lite.platform.id)
    assert re.fullmatch("LTI-[0-9A-Z]{6}", line["reference"])
    assert "deelnemer01" not in repr(lite.log)
    assert "renee" not in repr(lite.log)
