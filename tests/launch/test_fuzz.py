"""Whatever is sent to the login and the launch, the answer is a page: never an error of our own."""

import copy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.launch.parties import LAUNCH_URL, LTI, Browser, Stage, recording

ONE_STAGE = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from([LAUNCH_URL, "https://school.example.org", "icc-bridge", "9", "1", "\0", "x" * 3000]),
)
LOGIN_NAMES = st.sampled_from(
    ["iss", "login_hint", "target_link_uri", "lti_message_hint", "client_id", "lti_deployment_id", "cookie_checked"]
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=10), inner, max_size=3)),
    max_leaves=6,
)
CLAIMS = [*recording("launch_student")["claims"], "azp", "nbf"]
DL_CLAIMS = list(recording("deeplink_1_item")["claims"])
KINDS = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json", "x"]
REFUSED = {400, 403}


@ONE_STAGE
@given(
    changes=st.dictionaries(LOGIN_NAMES, st.one_of(st.none(), TEXTS), max_size=4),
    method=st.sampled_from(["GET", "POST"]),
    dest=st.sampled_from(["", "iframe", "document", "\u00e9"]),
)
def test_any_login_is_answered(lite: Stage, changes: dict[str, str | None], method: str, dest: str) -> None:
    client, params = lite.new_client(), lite.login_params(**changes)
    headers = {"Sec-Fetch-Dest": dest} if dest else {}
    if method == "GET":
        answer = client.get("/lti/login", query_string=params, headers=headers)
    else:
        answer = client.post("/lti/login", data=params, headers=headers)
    assert answer.status_code in {200, 302, 303} | REFUSED
    assert lite.stored() == 0


@ONE_STAGE
@given(form=st.dictionaries(st.sampled_from(["id_token", "state", "error", "error_description", "x"]), st.text(max_size=80)))
def test_any_post_to_the_launch_is_answered(lite: Stage, form: dict[str, str]) -> None:
    assert lite.new_client().post("/lti/launch", data=form).status_code in REFUSED
    assert lite.stored() == 0


@ONE_STAGE
@given(body=st.binary(max_size=200), kind=st.sampled_from(KINDS))
def test_any_body_is_answered(lite: Stage, body: bytes, kind: str) -> None:
    for path in ("/lti/login", "/lti/launch"):
        assert lite.new_client().post(path, data=body, content_type=kind).status_code in REFUSED | {413}


@ONE_STAGE
@given(text=st.text(max_size=100))
def test_any_token_is_answered(lite: Stage, text: str) -> None:
    browser = lite.browser()
    asked = browser.auth_request()
    for token in (text, f"{text}.{text}.{text}", lite.sign(lite.claims(asked["nonce"])) + text):
        assert browser.post(token, asked["state"]).status_code in REFUSED | {303}


def signed_with(lite: Stage, browser: Browser, recorded: str, name: str, value: Any) -> int:  # noqa: ANN401
    asked = browser.auth_request(recorded)
    claims = copy.deepcopy(lite.claims(asked["nonce"], recorded))
    claims[name] = value
    return browser.post(lite.sign(claims), asked["state"]).status_code


@ONE_STAGE
@given(name=st.sampled_from(CLAIMS), value=JSON)
def test_any_claim_of_a_launch_may_be_anything(stage: Stage, name: str, value: Any) -> None:  # noqa: ANN401
    if name == "iss" and not isinstance(value, str):
        return
    assert signed_with(stage, stage.browser(), "launch_student", name, value) in REFUSED | {303}


@ONE_STAGE
@given(name=st.sampled_from(DL_CLAIMS), value=JSON)
def test_any_claim_of_a_deep_linking_request_may_be_anything(stage: Stage, name: str, value: Any) -> None:  # noqa: ANN401
    if name == "iss" and not isinstance(value, str):
        return
    assert signed_with(stage, stage.browser(), "deeplink_1_item", name, value) in REFUSED | {303}


@ONE_STAGE
@given(
    claim=st.sampled_from(["resource_link", "context", "launch_presentation", "custom", "lis", "tool_platform"]),
    name=st.sampled_from(["id", "title", "label", "locale", "return_url", "type", "cohort"]),
    value=JSON,
)
def test_any_part_of_a_claim_may_be_anything(stage: Stage, claim: str, name: str, value: Any) -> None:  # noqa: ANN401
    part = {**recording("launch_student")["claims"][LTI + claim], name: value}
    assert signed_with(stage, stage.browser(), "launch_student", LTI + claim, part) in REFUSED | {303}
