"""Dynamic registration: the recorded answer, the recorded refusals, and what follows from scopes and claims."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests

from lti_tool.demo.browser import Browser
from lti_tool.demo.school import School, SigningKey, ToolState
from lti_tool.demo.school.scopes import GRADE_SYNC, GRADE_SYNC_AND_COLUMNS, MEMBERSHIP, SCORE
from tests.demo.conftest import recording, sign_in
from tests.demo.school.test_oidc import shape
from tests.demo.scripted_tool import CONFIGURATION, ScriptedTool, registration_request

URL = "http://127.0.0.1:9900"
RECORDED = {case["case"]: case for case in recording("dynamic-registration-errors")}


def token_of(school: School, address: str = f"{URL}/register") -> str:
    """A fresh registration token, taken from the address the admin's browser is sent to."""
    return parse_qs(urlsplit(school.start_registration(address)).query)["registration_token"][0]


def register(school: School, body: Any, token: str | None = None) -> requests.Response:  # noqa: ANN401 - any JSON
    """Post a registration request."""
    headers = {"Authorization": f"Bearer {token or token_of(school)}"}
    return requests.post(f"{school.url}/lti/registration", json=body, headers=headers, timeout=5)


def test_the_admin_connects_a_tool_and_activates_it(school: School, tool: ScriptedTool) -> None:
    admin = school.add_person("Beheer", "Zilverbos", username="beheer", admin=True)
    browser = Browser()
    sign_in(browser.get(school.url), admin)
    page = browser.get(f"{school.url}/admin/tools").form("register").submit(url=f"{tool.url}/register?campagne=1")
    assert page.iframe_src is not None
    query = parse_qs(urlsplit(page.iframe_src).query)
    assert query["campagne"] == ["1"]
    assert query["openid_configuration"] == [f"{school.url}/.well-known/openid-configuration"]
    assert page.open_iframe().heading == "Gekoppeld: 200"
    registration = next(iter(school.registrations.values()))
    assert [tool.state for tool in school.registrations.values()] == [ToolState.PENDING]
    browser.get(f"{school.url}/admin/tools").form(f"tool-{registration.id}").submit(action="activate")
    assert registration.state is ToolState.ACTIVE


def test_the_token_has_the_recorded_shape(school: School) -> None:
    token = token_of(school)
    recorded = recording("dynamic-registration")["probe"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims.keys() == recorded["registration_token_claims"].keys()
    assert claims["exp"] - claims["iat"] == 3600
    header = jwt.get_unverified_header(token)
    assert header["alg"] == recorded["registration_token_header"]["alg"] == "RS256"


def test_the_answer_has_the_recorded_shape(school: School) -> None:
    recorded = recording("dynamic-registration")["probe"]
    token = token_of(school)
    answer = register(school, recorded["request"], token)
    assert answer.status_code == recorded["response_status"] == 200
    ours, theirs = answer.json(), recorded["response"]
    assert shape(ours) == shape(theirs)
    assert ours["client_id"] == jwt.decode(token, options={"verify_signature": False})["sub"]
    tool, their_tool = ours[CONFIGURATION], theirs[CONFIGURATION]
    assert tool["custom_parameters"] == their_tool["custom_parameters"]
    assert tool["messages"] == their_tool["messages"]
    assert tool["claims"] == their_tool["claims"]
    assert ours["scope"].split()[-1] == MEMBERSHIP
    assert set(ours["scope"].split()) == set(theirs["scope"].split())
    registration = school.registrations[tool["deployment_id"]]
    assert registration.custom["probe_eq"] == "a=b=c"
    assert registration.deep_link_uri == "http://127.0.0.1:9900/deeplink"


def test_scope_score_alone_gives_grade_sync_and_still_echoes_lineitem(school: School) -> None:
    answer = register(school, registration_request(URL) | {"scope": SCORE}).json()
    assert "lineitem " in answer["scope"] + " "
    assert school.registrations[answer[CONFIGURATION]["deployment_id"]].scopes == [*GRADE_SYNC]


def test_lineitem_gives_the_columns_too_and_no_scope_gives_nothing(school: School) -> None:
    scope = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
    answer = register(school, registration_request(URL) | {"scope": scope}).json()
    assert school.registrations[answer[CONFIGURATION]["deployment_id"]].scopes == [*GRADE_SYNC_AND_COLUMNS]
    body = registration_request(URL)
    del body["scope"]
    answer = register(school, body).json()
    assert answer["scope"] == ""
    assert school.registrations[answer[CONFIGURATION]["deployment_id"]].scopes == []


def test_claims_decide_about_names(school: School) -> None:
    body = registration_request(URL)
    del body[CONFIGURATION]["claims"]
    registration = school.registrations[register(school, body).json()[CONFIGURATION]["deployment_id"]]
    assert not registration.sends_name
    assert not registration.sends_email
    body[CONFIGURATION]["claims"] = ["iss", "sub", "name"]
    registration = school.registrations[register(school, body).json()[CONFIGURATION]["deployment_id"]]
    assert registration.sends_name
    assert not registration.sends_email


def test_without_deep_linking_message_there_is_no_picker(school: School) -> None:
    body = registration_request(URL)
    del body[CONFIGURATION]["messages"]
    registration = school.registrations[register(school, body).json()[CONFIGURATION]["deployment_id"]]
    assert registration.deep_link_uri is None


def test_without_target_link_uri_it_becomes_https_of_the_domain(school: School) -> None:
    body = registration_request(URL)
    del body[CONFIGURATION]["target_link_uri"]
    assert register(school, body).json()[CONFIGURATION]["target_link_uri"] == "https://127.0.0.1:9900"


@pytest.mark.parametrize(
    "name",
    [
        "client_name",
        "jwks_uri",
        "initiate_login_uri",
        "redirect_uris",
        "response_types",
        "token_endpoint_auth_method",
        CONFIGURATION,
    ],
)
def test_a_missing_member_is_refused_as_recorded(school: School, name: str) -> None:
    body = registration_request(URL)
    del body[name]
    answer = register(school, body)
    recorded = RECORDED[f"missing {'tool-configuration' if name == CONFIGURATION else name}"]
    assert (answer.status_code, answer.text) == (recorded["status"], recorded["body"].strip())
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert school.registrations == {}


def test_members_moodle_does_not_need_may_be_left_out(school: School) -> None:
    body = registration_request(URL)
    for name in ("grant_types", "application_type", "scope"):
        del body[name]
    assert register(school, body).status_code == 200


@pytest.mark.parametrize(
    ("case", "changes", "tool_changes"),
    [
        ("missing tool-configuration.domain", {}, {"domain": ""}),
        ("domain mismatch", {}, {"domain": "elders.example"}),
        ("response_types string", {"response_types": "id_token"}, {}),
        ("redirect_uris string", {"redirect_uris": f"{URL}/launch"}, {}),
        ("auth method client_secret_post", {"token_endpoint_auth_method": "client_secret_post"}, {}),
        ("application_type native", {"application_type": "native"}, {}),
    ],
)
def test_wrong_members_are_refused_as_recorded(
    school: School, case: str, changes: dict[str, Any], tool_changes: dict[str, Any]
) -> None:
    body = registration_request(URL) | changes
    body[CONFIGURATION] |= tool_changes
    answer = register(school, body)
    recorded = RECORDED[case]
    assert answer.status_code == recorded["status"]
    if recorded["status"] == 400:
        assert answer.text == recorded["body"].strip()
    else:
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


def test_another_port_is_another_domain(school: School) -> None:
    body = registration_request(URL)
    body[CONFIGURATION]["domain"] = "127.0.0.1"
    assert register(school, body).text == "domain_targetlinkuri_mismatch"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"domain": "http://127.0.0.1:9900"}, "invalid_domain"),
        ({"messages": "LtiDeepLinkingRequest"}, "invalid_messages"),
        ({"claims": "name"}, "invalid_tool_configuration"),
    ],
)
def test_malformed_tool_configurations_are_refused(school: School, changes: dict[str, Any], reason: str) -> None:
    body = registration_request(URL)
    body[CONFIGURATION] |= changes
    assert register(school, body).text == reason


def test_response_types_must_hold_id_token_and_addresses_must_be_addresses(school: School) -> None:
    assert register(school, registration_request(URL) | {"response_types": ["code"]}).text == "invalid_response_types"
    assert register(school, registration_request(URL) | {"jwks_uri": "jwks"}).text == "invalid_jwks_uri"
    assert register(school, registration_request(URL) | {"grant_types": ["implicit"]}).text == "invalid_grant_types"


def test_a_token_works_once(school: School) -> None:
    token = token_of(school)
    assert register(school, registration_request(URL), token).status_code == 200
    answer = register(school, registration_request(URL), token)
    recorded = RECORDED["token reuse (already used)"]
    assert (answer.status_code, answer.text) == (recorded["status"], recorded["body"].strip())
    assert len(school.registrations) == 1


def test_without_token_it_is_refused_as_recorded(school: School) -> None:
    answer = requests.post(f"{school.url}/lti/registration", json=registration_request(URL), timeout=5)
    recorded = RECORDED["no token"]
    assert (answer.status_code, answer.text) == (recorded["status"], recorded["body"].strip())


def test_a_foreign_or_expired_token_is_a_404_page(school: School, other_key: SigningKey) -> None:
    now = int(school.now().timestamp())
    claims = {"sub": "x", "scope": "reg", "iat": now, "exp": now + 60}
    for token in (
        "garbage",
        other_key.sign(claims),
        school.sign_id_token(claims | {"exp": now - 1}),
        school.sign_id_token(claims | {"scope": "iets anders"}),
    ):
        assert register(school, registration_request(URL), token).status_code == 404
    assert school.registrations == {}


def test_other_bodies_and_methods_are_refused_as_recorded(school: School) -> None:
    url = f"{school.url}/lti/registration"
    headers = {"Authorization": f"Bearer {token_of(school)}"}
    assert requests.post(url, data={"a": "b"}, headers=headers, timeout=5).status_code == RECORDED["form encoded"]["status"]
    kind = {**headers, "Content-Type": "application/json"}
    assert requests.post(url, data="{", headers=kind, timeout=5).status_code == RECORDED["invalid json"]["status"]
    assert requests.post(url, data="[]", headers=kind, timeout=5).status_code == 404
    assert requests.get(url, headers=headers, timeout=5).status_code == RECORDED["GET with new reg token"]["status"]
    put = requests.put(url, json={}, headers=headers, timeout=5)
    assert (put.status_code, put.text) == (RECORDED["PUT"]["status"], RECORDED["PUT"]["body"].strip())


@pytest.mark.parametrize("address", ["", "geen adres", "ftp://example.org/x", "javascript:alert(1)"])
def test_only_http_addresses_are_opened(school: School, address: str) -> None:
    with pytest.raises(ValueError, match="http"):
        school.start_registration(address)
