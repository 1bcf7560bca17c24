"""Discovery, the authentication request and its refusals, against the recorded ones."""

import json
from typing import Any

import jwt
import pytest
import requests
from jwt.types import Options

from lti_tool.demo.browser import Browser
from lti_tool.demo.school import AuthRefused, Role
from tests.demo.conftest import World, recording
from tests.demo.scripted_tool import LTI, ScriptedTool, auth_params

RECORDED = {case["case"]: case for case in recording("auth-request-variants")}


def shape(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The names and kinds of a JSON value, without its content."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def test_the_configuration_has_the_recorded_shape(world: World) -> None:
    answer = requests.get(f"{world.school.url}/.well-known/openid-configuration", timeout=5)
    recorded = recording("openid-configuration")["body"]
    ours = answer.json()
    assert list(ours) == list(recorded)
    assert shape(ours) == shape(recorded)
    assert ours["issuer"] == world.school.url
    assert ours["token_endpoint_auth_signing_alg_values_supported"] == ["RS256"]


def test_the_key_set_has_the_recorded_shape_and_verifies_id_tokens(world: World) -> None:
    keys = requests.get(f"{world.school.url}/lti/certs", timeout=5).json()
    assert shape(keys) == shape(recording("jwks")["body"])
    world.launch(world.teacher)
    token = world.tool.posts[-1]["id_token"]
    key = jwt.PyJWK(keys["keys"][0]).key
    unverified_times: Options = {"verify_exp": False, "verify_iat": False}
    audience = world.registration.client_id
    claims = jwt.decode(token, key, algorithms=["RS256"], audience=audience, options=unverified_times)
    assert claims["iss"] == world.school.url
    assert jwt.get_unverified_header(token)["kid"] == keys["keys"][0]["kid"]


def test_the_login_initiation_has_the_recorded_parameters(world: World) -> None:
    world.launch(world.teacher)
    login = world.tool.logins[-1]
    assert list(login) == list(recording("launch_student")["login_init"]["params"])
    assert login["login_hint"] == world.teacher.id
    assert json.loads(login["lti_message_hint"])["cmid"] == int(world.link.cmid)
    assert login["lti_deployment_id"] == world.registration.id


def test_state_and_nonce_come_back(world: World) -> None:
    world.launch(world.teacher)
    asked, posted = world.tool.auth_requests[-1], world.tool.posts[-1]
    assert posted["state"] == asked["state"]
    assert world.tool.claims_of(posted["id_token"])["nonce"] == asked["nonce"]


def test_an_authentication_request_by_post_works(world: World) -> None:
    browser = world.signed_in(world.teacher)
    params = auth_params(world.school.login_params(world.teacher, world.link), f"{world.tool.url}/launch")
    page = browser.post(f"{world.school.url}/lti/auth", params).follow_auto_forms()
    assert page.heading == "LtiResourceLinkRequest"


@pytest.mark.parametrize(
    ("case", "changes"),
    [
        ("redirect_uri not registered", {"redirect_uri": "http://127.0.0.1:9/other"}),
        ("redirect_uri with query", {"redirect_uri": "+?x=1"}),
        ("no nonce", {"nonce": None}),
        ("scope openid profile", {"scope": "openid profile"}),
        ("response_type code", {"response_type": "code"}),
        ("lti_message_hint missing", {"lti_message_hint": None}),
        ("lti_message_hint url-altered (not json)", {"lti_message_hint": "abc"}),
    ],
)
def test_what_moodle_answers_with_404_is_a_404_here(world: World, case: str, changes: dict[str, str | None]) -> None:
    if changes.get("redirect_uri") == "+?x=1":
        changes = {"redirect_uri": f"{world.tool.url}/launch?x=1"}
    world.tool.auth_changes = changes
    page = world.launch(world.teacher)
    assert page.status == RECORDED[case]["status"] == 404
    assert world.school.refusals[-1].status == 404
    assert world.tool.posts == []


@pytest.mark.parametrize(
    ("case", "changes"),
    [
        ("wrong client_id", {"client_id": "nope"}),
        ("no response_mode", {"response_mode": None}),
        ("response_mode query", {"response_mode": "query"}),
        ("prompt login", {"prompt": "login"}),
    ],
)
def test_other_mistakes_are_posted_to_the_tool_as_recorded(world: World, case: str, changes: dict[str, str | None]) -> None:
    world.tool.auth_changes = changes
    world.launch(world.teacher)
    recorded = RECORDED[case]["form_post"]
    posted = world.tool.posts[-1]
    assert posted == {**recorded, "state": world.tool.auth_requests[-1]["state"]}
    assert len(world.school.refusals) == 1


def test_another_login_hint_is_access_denied(world: World) -> None:
    world.tool.auth_changes = {"login_hint": world.trainer.id}
    world.launch(world.teacher)
    assert world.tool.posts[-1]["error"] == RECORDED["wrong login_hint"]["form_post"]["error"] == "access_denied"


def test_no_prompt_is_fine(world: World) -> None:
    world.tool.auth_changes = {"prompt": None}
    assert world.launch(world.teacher).heading == "LtiResourceLinkRequest"


@pytest.mark.parametrize("state", ["<a>x", "met spatie", "a/b"])
def test_a_state_that_would_be_changed_on_the_way_is_refused(world: World, state: str) -> None:
    world.tool.auth_changes = {"state": state}
    assert world.launch(world.teacher).status == 404
    assert "state may hold" in world.last_refusal


def test_a_missing_state_is_refused(world: World) -> None:
    world.tool.auth_changes = {"state": None}
    assert world.launch(world.teacher).status == 404
    assert world.last_refusal == "missing state"


def test_the_hint_must_come_back_byte_for_byte(world: World) -> None:
    login = world.school.login_params(world.teacher, world.link)
    respaced = json.dumps(json.loads(login["lti_message_hint"]))
    assert respaced != login["lti_message_hint"]
    params = auth_params({**login, "lti_message_hint": respaced}, f"{world.tool.url}/launch")
    with pytest.raises(AuthRefused, match="byte for byte"):
        world.school.authenticate(params, world.teacher)


def test_a_hint_works_once(world: World) -> None:
    params = auth_params(world.school.login_params(world.teacher, world.link), f"{world.tool.url}/launch")
    assert "id_token" in world.school.authenticate(params, world.teacher).fields
    with pytest.raises(AuthRefused, match="used before"):
        world.school.authenticate(params, world.teacher)


def test_two_launches_in_one_browser_may_cross(world: World) -> None:
    browser = world.signed_in(world.teacher)
    address = f"{world.school.url}/courses/{world.course.id}/links/{world.link.id}/launch"
    first, second = browser.get(address), browser.get(address)
    assert first.follow_auto_forms().heading == "LtiResourceLinkRequest"
    assert second.follow_auto_forms().heading == "LtiResourceLinkRequest"


def test_a_launch_cannot_be_finished_in_another_browser(world: World) -> None:
    started = world.signed_in(world.teacher).get(
        f"{world.school.url}/courses/{world.course.id}/links/{world.link.id}/launch"
    )
    fields = started.forms[0].values
    other = world.signed_in(world.teacher)
    params = auth_params(fields, f"{world.tool.url}/launch")
    assert other.get(f"{world.school.url}/lti/auth", params).status == 404
    assert world.last_refusal == "the launch was begun in another browser session"


def test_a_browser_without_session_reposts_once_and_is_then_turned_away(world: World) -> None:
    params = auth_params(world.school.login_params(world.teacher, world.link), f"{world.tool.url}/launch")
    page = Browser().get(f"{world.school.url}/lti/auth", params)
    assert page.forms[0].auto
    assert page.forms[0].values["repost"] == "true"
    assert page.follow_auto_forms().status == 403
    assert world.tool.posts == []


@pytest.mark.parametrize("suspended", [True, False])
def test_who_is_not_active_in_the_course_cannot_launch(world: World, suspended: bool) -> None:
    outsider = world.school.add_person("Bram", "Buiten")
    if suspended:
        world.school.enrol(outsider, world.course, suspended=True)
    params = auth_params(world.school.login_params(outsider, world.link), f"{world.tool.url}/launch")
    with pytest.raises(AuthRefused, match="not enrolled"):
        world.school.authenticate(params, outsider)


def test_only_an_editing_teacher_gets_a_deep_linking_request(world: World) -> None:
    assistant = world.school.add_person("Bea", "Begeleider")
    world.school.enrol(assistant, world.course, Role.ASSISTANT)
    for person in (world.teacher, assistant):
        login = world.school.deep_link_login_params(person, world.course, world.registration)
        with pytest.raises(AuthRefused, match="editing teacher"):
            world.school.authenticate(auth_params(login, f"{world.tool.url}/launch"), person)


def test_a_removed_activity_cannot_be_launched(world: World) -> None:
    login = world.school.login_params(world.teacher, world.link)
    world.school.remove_link(world.link)
    with pytest.raises(AuthRefused, match="no longer exists"):
        world.school.authenticate(auth_params(login, f"{world.tool.url}/launch"), world.teacher)


def test_id_tokens_live_sixty_seconds(world: World, tool: ScriptedTool) -> None:
    world.launch(world.teacher)
    claims = tool.claims_of(tool.posts[-1]["id_token"])
    assert claims["exp"] - claims["iat"] == 60
    assert claims[LTI + "version"] == "1.3.0"
