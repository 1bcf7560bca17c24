"""What is thrown at the login, the launch and the registration: each attack makes its input up and plays it."""

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import jwt
from hypothesis import strategies as st

from lti_tool.ids import new_id
from lti_tool.launch.storage import SILENT, VALUE
from lti_tool.platforms.asking import TOOL_CONFIGURATION
from tests.fuzzing.target import CONFIGURATION_URL, LAUNCH_URL, SCHOOL, Target
from tests.launch.parties import LTI, changed, recording

Example = Any
"""What an attack's strategy makes."""


@dataclass(frozen=True)
class Attack:
    """One way to attack: what it makes up, and how it plays that.

    `keeps` says whether it gets as far as what is stored, so that the database matters.
    """

    name: str
    makes: st.SearchStrategy[Example]
    play: Callable[[Target, Example], None]
    keeps: bool = False


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=10), inner, max_size=3)),
    max_leaves=6,
)
TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [LAUNCH_URL, SCHOOL, "icc-bridge", "9", "1", "", "\0", "x" * 3000, "é" * 300, "%00", "../..", "{{7*7}}"]
    ),
)
ADDRESSES = st.one_of(
    TEXTS,
    st.sampled_from(
        [
            CONFIGURATION_URL,
            "https://10.0.0.1/",
            "http://school.example.org/configuration",
            "https://user:word@school.example.org/",
            "https://school.example.org:0/",
            "https://[::1",
            "http://[",
            "https://school.example.org:99999/",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://\u2100.example.org/",
        ]
    ),
    st.text(max_size=20).map(lambda text: f"https://{text}.example.org/{text}"),
)
KINDS = st.sampled_from(
    ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json", "x", ""]
)
DESTINATIONS = st.sampled_from([None, "iframe", "document", "\u00e9"])
_LOGIN = ["iss", "login_hint", "target_link_uri", "lti_message_hint", "client_id", "lti_deployment_id"]
_OURS = ["lti_storage_target", "cookie_checked", "own_window"]
_CLAIMS = [*recording("launch_student")["claims"], "azp", "nbf", "jti"]
_DL_CLAIMS = list(recording("deeplink_1_item")["claims"])
_PARTS = ["resource_link", "context", "launch_presentation", "custom", "lis", "tool_platform"]
_MEMBERS = ["id", "title", "label", "locale", "return_url", "type", "cohort", "assignment", "product_family_code"]
_CONFIGURATION = recording("openid-configuration")["body"]
_ENDPOINTS = {
    "issuer": SCHOOL,
    "authorization_endpoint": f"{SCHOOL}/auth",
    "token_endpoint": f"{SCHOOL}/token",
    "jwks_uri": f"{SCHOOL}/jwks",
    "registration_endpoint": f"{SCHOOL}/registration",
}
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
_REGISTERED: dict[str, Any] = {"client_id": "new", TOOL_CONFIGURATION: {"deployment_id": "1"}}


def _login(target: Target, example: tuple[dict[str, str | None], str, str | None, str]) -> None:
    changes, method, destination, path = example
    params = target.login_params(**changes)
    headers = {} if destination is None else {"Sec-Fetch-Dest": destination}
    sent: dict[str, Any] = {"query_string": params} if method == "GET" else {"data": params}
    target.send(target.browser(), method, path, **{"headers": headers, **sent})


def _launch_form(target: Target, form: dict[str, str]) -> None:
    target.send(target.browser(), "POST", "/lti/launch", data=form)


def _launch_fields(target: Target, more: dict[str, str]) -> None:
    client = target.browser()
    asked = target.login(client)
    token = target.school.sign_id_token(target.claims(asked["nonce"]))
    target.send(client, "POST", "/lti/launch", data={"id_token": token, "state": asked["state"], **more})


def _body(target: Target, example: tuple[bytes, str, str]) -> None:
    body, kind, path = example
    target.send(target.browser(), "POST", path, data=body, content_type=kind)


def _token(target: Target, text: str) -> None:
    client = target.browser()
    asked = target.login(client)
    for token in (text, f"{text}.{text}.{text}", target.school.sign_id_token(target.claims(asked["nonce"])) + text):
        target.send(client, "POST", "/lti/launch", data={"id_token": token, "state": asked["state"]})


def _header(target: Target, header: dict[str, Any]) -> None:
    client = target.browser()
    asked = target.login(client)
    parts = target.school.sign_id_token(target.claims(asked["nonce"])).split(".")
    own = {"alg": "RS256", "kid": target.school.keys.active.kid, **header}
    parts[0] = jwt.utils.base64url_encode(json.dumps(own).encode()).decode()
    target.send(client, "POST", "/lti/launch", data={"id_token": ".".join(parts), "state": asked["state"]})


def _payload(target: Target, payload: bytes) -> None:
    client = target.browser()
    asked = target.login(client)
    key = target.school.keys.active
    token = jwt.PyJWS().encode(payload, key.private, algorithm="RS256", headers={"kid": key.kid})
    target.send(client, "POST", "/lti/launch", data={"id_token": token, "state": asked["state"]})


def _signed(recorded: str) -> Callable[[Target, dict[str, Any]], None]:
    def play(target: Target, changes: dict[str, Any]) -> None:
        client = target.browser()
        asked = target.login(client, recorded)
        claims = {**copy.deepcopy(target.claims(asked["nonce"], recorded)), **changes}
        if not isinstance(claims["iss"], str):
            del claims["iss"]  # the library that signs takes no other
        token = target.school.sign_id_token(claims)
        target.send(client, "POST", "/lti/launch", data={"id_token": token, "state": asked["state"]})

    return play


def _part(target: Target, example: tuple[str, dict[str, Any]]) -> None:
    name, members = example
    part = {**recording("launch_student")["claims"][LTI + name], **members}
    _signed("launch_student")(target, {LTI + name: part})


def _opened(target: Target, example: tuple[dict[str, str], str | None]) -> None:
    query, token = example
    _publish(target, {})
    path = f"/lti/register/{quote(target.invitation() if token is None else token, safe='')}"
    target.send(target.browser(), "GET", path, query_string=query)


def _configured(target: Target, example: tuple[int, dict[str, Any] | bytes]) -> None:
    status, configuration = example
    _publish(target, configuration, status)
    target.send(target.browser(), "GET", f"/lti/register/{target.invitation()}", query_string=_asking())
    target.away.forget()


def _form(target: Target, changes: dict[str, str | None]) -> None:
    _publish(target, {})
    token = target.invitation()
    target.send(target.browser(), "POST", f"/lti/register/{token}", data=changed(_fields(target, token), changes))


def _registered(target: Target, example: tuple[int, Any]) -> None:
    status, answer = example
    _publish(target, {})
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    target.away.answers[f"{SCHOOL}/registration"] = (status, body)
    token = target.invitation()
    target.send(target.browser(), "POST", f"/lti/register/{token}", data=_fields(target, token))
    target.away.forget()


def _deployment(target: Target, example: tuple[str, dict[str, str | None]]) -> None:
    page, changes = example
    _publish(target, {})
    target.away.answers[f"{SCHOOL}/registration"] = (200, json.dumps({"client_id": new_id()}).encode())
    token, client = target.invitation(), target.browser()
    target.send(client, "POST", f"/lti/register/{token}", data=_fields(target, token))
    connected = target.send(client, "GET", f"/lti/register/{token}/connected")
    form = changed(dict(_HIDDEN.findall(connected.text)), changes)
    target.send(client, "POST", f"/lti/register/{token}/{page}", data=form, may_ask_again=True)
    target.away.forget()


def _asking() -> dict[str, str]:
    return {"openid_configuration": CONFIGURATION_URL, "registration_token": "a-token"}


def _fields(target: Target, token: str) -> dict[str, str]:
    """The fields of the form that an administrator agrees with."""
    page = target.send(target.browser(), "GET", f"/lti/register/{token}", query_string=_asking())
    assert page.status_code == 200, page.text
    return dict(_HIDDEN.findall(page.text))


def _publish(target: Target, configuration: dict[str, Any] | bytes, status: int = 200) -> None:
    """Let the school publish a configuration: its own, with these changes, or whatever bytes."""
    if isinstance(configuration, dict):
        configuration = json.dumps({**_CONFIGURATION, **_ENDPOINTS, **configuration}).encode()
    target.away.answers |= {
        CONFIGURATION_URL: (status, configuration),
        f"{SCHOOL}/registration": (200, json.dumps(_REGISTERED).encode()),
    }


_STATUSES = st.sampled_from([200, 201, 204, 302, 400, 401, 403, 404, 409, 429, 500, 503])
_POSTED_TO = st.sampled_from(["/lti/login", "/lti/launch", "/lti/login/storage", "/lti/register/x"])

ATTACKS: tuple[Attack, ...] = (
    Attack(
        "login",
        st.tuples(
            st.dictionaries(st.sampled_from([*_LOGIN, *_OURS, "x"]), st.one_of(st.none(), TEXTS, ADDRESSES), max_size=4),
            st.sampled_from(["GET", "POST"]),
            DESTINATIONS,
            st.sampled_from(["/lti/login", "/lti/login/storage"]),
        ),
        _login,
        keeps=True,
    ),
    Attack(
        "launch-form",
        st.dictionaries(
            st.sampled_from(["id_token", "state", "error", "error_description", VALUE, SILENT, "x"]), st.text(max_size=80)
        ),
        _launch_form,
        keeps=True,
    ),
    Attack(
        "launch-fields",
        st.dictionaries(st.sampled_from(["error", "error_description", "lti_storage_target", VALUE, SILENT, "x"]), TEXTS),
        _launch_fields,
    ),
    Attack("body", st.tuples(st.binary(max_size=200), KINDS, _POSTED_TO), _body),
    Attack("token", st.text(max_size=100), _token),
    Attack(
        "token-header",
        st.dictionaries(st.one_of(st.sampled_from(["alg", "kid", "typ", "jku", "crit"]), TEXTS), JSON),
        _header,
    ),
    Attack("token-payload", st.one_of(st.binary(max_size=100), JSON.map(lambda one: json.dumps(one).encode())), _payload),
    Attack(
        "launch-claims",
        st.dictionaries(st.sampled_from(_CLAIMS), st.one_of(JSON, TEXTS, ADDRESSES), min_size=1, max_size=3),
        _signed("launch_student"),
        keeps=True,
    ),
    Attack(
        "deep-linking-claims",
        st.dictionaries(st.sampled_from(_DL_CLAIMS), st.one_of(JSON, TEXTS, ADDRESSES), min_size=1, max_size=3),
        _signed("deeplink_1_item"),
        keeps=True,
    ),
    Attack(
        "claim-members",
        st.tuples(
            st.sampled_from(_PARTS),
            st.dictionaries(st.sampled_from(_MEMBERS), st.one_of(JSON, TEXTS, ADDRESSES), min_size=1, max_size=3),
        ),
        _part,
        keeps=True,
    ),
    Attack(
        "registration-address",
        st.tuples(
            st.dictionaries(st.sampled_from(["openid_configuration", "registration_token", "lang", "x"]), ADDRESSES),
            st.one_of(st.none(), TEXTS.filter(bool)),
        ),
        _opened,
        keeps=True,
    ),
    Attack(
        "registration-configuration",
        st.tuples(
            _STATUSES,
            st.one_of(
                st.dictionaries(st.sampled_from([*_ENDPOINTS, *_CONFIGURATION]), st.one_of(JSON, ADDRESSES), max_size=3),
                st.binary(max_size=100),
                JSON.map(lambda one: json.dumps(one).encode()),
            ),
        ),
        _configured,
    ),
    Attack(
        "registration-form",
        st.dictionaries(
            st.sampled_from(["csrf_token", "openid_configuration", "registration_token", "framers", "lang", "x"]),
            st.one_of(st.none(), ADDRESSES),
            max_size=3,
        ),
        _form,
        keeps=True,
    ),
    Attack(
        "registration-answer",
        st.tuples(
            _STATUSES,
            st.one_of(
                st.dictionaries(st.sampled_from(["client_id", TOOL_CONFIGURATION, "x"]), st.one_of(JSON, TEXTS)),
                st.fixed_dictionaries(
                    {"client_id": TEXTS, TOOL_CONFIGURATION: st.dictionaries(st.just("deployment_id"), TEXTS)}
                ),
                st.binary(max_size=100),
            ),
        ),
        _registered,
        keeps=True,
    ),
    Attack(
        "registration-deployment",
        st.tuples(
            st.sampled_from(["connected", "check"]),
            st.dictionaries(st.sampled_from(["deployment_id", "csrf_token", "lang", "x"]), st.one_of(st.none(), TEXTS)),
        ),
        _deployment,
        keeps=True,
    ),
)
"""Every way in."""
