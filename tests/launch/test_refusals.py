"""Launches that do not hold (C1, C4, C7): refused with a page that says what to do, and nothing stored."""

import json
import re
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from werkzeug.test import TestResponse

from lti_tool.demo.school import KeyRing, SigningKey
from lti_tool.launch.claims import VerifiedClaims, read_claims
from lti_tool.platforms.service import PlatformService
from tests.launch.parties import DL_SETTINGS, LAUNCH_URL, LTI, Stage, changed, recording

LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
SETTINGS = recording("deeplink_1_item")["claims"][DL_SETTINGS]


def is_refused(stage: Stage, answer: TestResponse, code: str, *, status: int = 400) -> None:
    """See that a launch was refused, is explained, left nothing, and stands in the log without anything personal."""
    assert answer.status_code == status, answer.text
    assert f"{code} · " in answer.text
    assert "Zo kom je verder" in answer.text
    assert stage.stored() == 0
    assert stage.pending() == 1
    assert "Set-Cookie" not in answer.headers
    (line,) = [line for line in stage.log if line["event"] == "launch_refused"]
    assert (line["step"], line["code"], line["platform"]) == ("launch", code, stage.platform.id)
    assert line["reference"] in answer.text
    for personal in ("Renée", "deelnemer01", "lab.invalid", "Tom de Trainer"):
        assert personal not in repr(stage.log)
        assert personal not in answer.text
    assert not re.search(r"eyJ[A-Za-z0-9_-]{10}", repr(stage.log) + answer.text)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"version": "11.3"}, "L-CLAIMS", id="wrong LTI version"),
        pytest.param({"version": None}, "L-CLAIMS", id="no LTI version"),
        pytest.param({"message_type": None}, "L-CLAIMS", id="no message type"),
        pytest.param({"message_type": 5}, "L-CLAIMS", id="message type is no text"),
        pytest.param({"message_type": "DataPrivacyLaunchRequest"}, "L-MESSAGE", id="a message we do not serve"),
        pytest.param({"message_type": "LtiResourceLinkrequest"}, "L-MESSAGE", id="message type in another case"),
        pytest.param({"roles": None}, "L-CLAIMS", id="no roles claim"),
        pytest.param({"roles": LEARNER}, "L-CLAIMS", id="roles is one text"),
        pytest.param({"roles": {LEARNER: True}}, "L-CLAIMS", id="roles is a table"),
        pytest.param({"deployment_id": None}, "L-CLAIMS", id="no deployment"),
        pytest.param({"deployment_id": 1}, "L-CLAIMS", id="deployment is a number"),
        pytest.param({"deployment_id": ""}, "L-CLAIMS", id="empty deployment"),
        pytest.param({"resource_link": None}, "L-CLAIMS", id="no resource link"),
        pytest.param({"resource_link": {"title": "x"}}, "L-CLAIMS", id="no resource link id"),
        pytest.param({"resource_link": {"id": ""}}, "L-CLAIMS", id="empty resource link id"),
        pytest.param({"resource_link": {"id": "x" * 256}}, "L-CLAIMS", id="resource link id that does not fit"),
        pytest.param({"resource_link": "1"}, "L-CLAIMS", id="resource link is a text"),
        pytest.param({"context": {"title": "x"}}, "L-CLAIMS", id="context without id"),
        pytest.param({"context": {"id": "x" * 256}}, "L-CLAIMS", id="context id that does not fit"),
        pytest.param({"sub": None}, "L-CLAIMS", id="anonymous"),
        pytest.param({"sub": ""}, "L-CLAIMS", id="empty sub"),
        pytest.param({"sub": 9}, "L-CLAIMS", id="sub is a number"),
        pytest.param({"sub": "x" * 256}, "L-CLAIMS", id="sub that does not fit"),
        pytest.param({"nonce": None}, "L-CLAIMS", id="no nonce"),
        pytest.param({"nonce": "another"}, "L-NONCE", id="nonce of another login"),
        pytest.param({"nonce": ["x"]}, "L-NONCE", id="nonce is a list"),
        pytest.param({"nonce": "\ud800"}, "L-NONCE", id="nonce with a lone surrogate"),
        pytest.param({"iss": None}, "L-CLAIMS", id="no issuer"),
        pytest.param({"iss": "https://elsewhere.example.org"}, "L-AUDIENCE", id="another issuer"),
        pytest.param({"iss": "https://school.example.org/"}, "L-AUDIENCE", id="issuer with a slash"),
        pytest.param({"aud": None}, "L-AUDIENCE", id="no audience"),
        pytest.param({"aud": "another"}, "L-AUDIENCE", id="wrong audience"),
        pytest.param({"aud": []}, "L-AUDIENCE", id="empty audience"),
        pytest.param({"aud": ["another"]}, "L-AUDIENCE", id="other audiences"),
        pytest.param({"aud": ["another", "icc-bridge"]}, "L-AUDIENCE", id="several audiences without azp"),
        pytest.param({"aud": ["icc-bridge", "x"], "azp": "x"}, "L-AUDIENCE", id="several audiences, azp of another"),
        pytest.param({"azp": "another"}, "L-AUDIENCE", id="azp of another"),
        pytest.param({"target_link_uri": None}, "L-CLAIMS", id="no target"),
        pytest.param({"target_link_uri": 5}, "L-CLAIMS", id="target is a number"),
        pytest.param({"target_link_uri": f"{LAUNCH_URL}?fase=1"}, "L-TARGET", id="another target than the login's"),
        pytest.param({"target_link_uri": "https://evil.example.org/lti/launch"}, "L-TARGET", id="foreign target"),
        pytest.param({"target_link_uri": "javascript:alert(1)"}, "L-TARGET", id="javascript target"),
        pytest.param({"deployment_id": "2"}, "L-DEPLOY", id="another deployment than the login's"),
    ],
)
def test_a_claim_that_is_missing_or_wrong(lite: Stage, changes: dict[str, Any], code: str) -> None:
    is_refused(lite, lite.browser().launch(**changes), code)


@pytest.mark.parametrize("text", ["9\0", "\ud800", "9\n", "x" * 256])
@pytest.mark.parametrize("name", ["sub", "deployment_id", "context", "resource_link"])
def test_an_identifier_that_cannot_be_kept(stage: Stage, name: str, text: str) -> None:
    value = text if name in ("sub", "deployment_id") else {"id": text}
    is_refused(stage, stage.browser().launch(**{name: value}), "L-CLAIMS")


@pytest.mark.parametrize(
    ("times", "code"),
    [
        pytest.param({"exp": None}, "L-CLAIMS", id="no exp"),
        pytest.param({"iat": None}, "L-CLAIMS", id="no iat"),
        pytest.param({"exp": "soon"}, "L-CLAIMS", id="exp is a text"),
        pytest.param({"exp": True}, "L-CLAIMS", id="exp is true"),
        pytest.param({"iat": "now"}, "L-CLAIMS", id="iat is a text"),
        pytest.param({"exp": 10**400}, "L-CLAIMS", id="exp beyond all time"),
        pytest.param({"exp": float("inf")}, "L-CLAIMS", id="exp is infinite"),
        pytest.param({"iat": float("nan")}, "L-CLAIMS", id="iat is no number"),
        pytest.param({"nbf": "later"}, "L-CLAIMS", id="nbf is a text"),
        pytest.param({"iat": 11111, "exp": 22222}, "L-EXPIRED", id="long ago"),
    ],
)
def test_a_time_that_is_missing_or_no_time(lite: Stage, times: dict[str, Any], code: str) -> None:
    is_refused(lite, lite.browser().launch(**times), code)


@pytest.mark.parametrize(
    ("iat", "exp", "nbf", "code"),
    [
        pytest.param(-120, -60, None, "L-EXPIRED", id="expired"),
        pytest.param(61, 121, None, "L-CLOCK", id="made in the future"),
        pytest.param(-661, 60, None, "L-CLOCK", id="valid but made long ago"),
        pytest.param(0, 60, 61, "L-CLOCK", id="not valid yet"),
    ],
)
def test_a_token_out_of_its_time(lite: Stage, iat: int, exp: int, nbf: int | None, code: str) -> None:
    now = int(lite.clock().timestamp())
    times = {"iat": now + iat, "exp": now + exp, "nbf": None if nbf is None else now + nbf}
    is_refused(lite, lite.browser().launch(**times), code)


def test_an_unknown_deployment(lite: Stage) -> None:
    browser = lite.browser()
    asked = browser.auth_request(lti_deployment_id="7")
    claims = lite.claims(asked["nonce"], deployment_id="7")
    answer = browser.post(lite.sign(claims), asked["state"])
    is_refused(lite, answer, "L-DEPLOY")
    assert "Je school is nog niet helemaal gekoppeld" in answer.text
    (line,) = [line for line in lite.log if line["event"] == "launch_refused"]
    assert line["detail"] == "this deployment was not registered: 7"


def test_a_deployment_of_another_platform(stage: Stage) -> None:
    platforms = stage.app.extensions["icc"][PlatformService]
    url = "https://other.example.org"
    platforms.add("Andere school", url, "icc-bridge", f"{url}/auth", f"{url}/token", f"{url}/jwks", ["9"])
    browser = stage.browser()
    asked = browser.auth_request(lti_deployment_id=None)
    is_refused(stage, browser.post(stage.sign(stage.claims(asked["nonce"], deployment_id="9")), asked["state"]), "L-DEPLOY")


def test_the_right_signature_for_another_tenant_of_the_same_platform(lite: Stage) -> None:
    platforms = lite.app.extensions["icc"][PlatformService]
    url = lite.school.url
    platforms.add("Tweede", url, "second", f"{url}/auth", f"{url}/token", f"{url}/jwks", ["1"])
    is_refused(lite, lite.browser().launch(aud="second"), "L-AUDIENCE")


def test_a_message_that_is_none(lite: Stage) -> None:
    browser = lite.browser()
    asked = browser.auth_request()
    is_refused(lite, browser.post(lite.sign({"name": "badltilaunch"}), asked["state"]), "L-CLAIMS")


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        pytest.param(None, "L-CLAIMS", id="no settings"),
        pytest.param([], "L-CLAIMS", id="empty settings"),
        pytest.param({"deep_link_return_url": None}, "L-DL-RETURN", id="no return address"),
        pytest.param({"deep_link_return_url": "javascript:alert(1)"}, "L-DL-RETURN", id="javascript"),
        pytest.param({"deep_link_return_url": "https://u:p@evil.example.org/"}, "L-DL-RETURN", id="credentials"),
        pytest.param({"deep_link_return_url": "/mod/lti/return"}, "L-DL-RETURN", id="relative"),
        pytest.param({"deep_link_return_url": 5}, "L-DL-RETURN", id="a number"),
        pytest.param({"accept_types": ["link", "file"]}, "L-DL-TYPES", id="takes no resource links"),
        pytest.param({"accept_types": None}, "L-DL-TYPES", id="takes nothing"),
        pytest.param({"accept_types": "ltiResourceLink"}, "L-DL-TYPES", id="takes a text"),
        pytest.param({"accept_presentation_document_targets": []}, "L-CLAIMS", id="shows nothing"),
        pytest.param({"data": float("nan")}, "L-CLAIMS", id="not to be kept"),
    ],
)
def test_a_deep_linking_request_that_cannot_be_answered(lite: Stage, wanted: object, code: str) -> None:
    sent = changed(SETTINGS, wanted) if isinstance(wanted, dict) else wanted
    is_refused(lite, lite.browser().launch("deeplink_1_item", **{DL_SETTINGS: sent}), code)


@pytest.mark.parametrize("roles", [[LEARNER], [], ["http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator"]])
def test_a_deep_linking_request_of_somebody_who_is_no_trainer(stage: Stage, roles: list[str]) -> None:
    is_refused(stage, stage.browser().launch("deeplink_1_item", roles=roles), "L-ROLE", status=403)


class TestSignatures:
    """Keys, algorithms and tokens that are not what they claim."""

    def token(self, stage: Stage, nonce: str, **headers: Any) -> str:  # noqa: ANN401
        return stage.sign(stage.claims(nonce), **headers)

    def refuse(self, stage: Stage, make: Any, code: str) -> None:  # noqa: ANN401
        browser = stage.browser()
        asked = browser.auth_request()
        is_refused(stage, browser.post(make(asked["nonce"]), asked["state"]), code)

    def test_no_kid(self, lite: Stage) -> None:
        private = lite.school.keys.active.private
        self.refuse(lite, lambda nonce: jwt.encode(lite.claims(nonce), private, algorithm="RS256"), "L-KEY")

    def test_an_unknown_kid(self, lite: Stage) -> None:
        self.refuse(lite, lambda nonce: self.token(lite, nonce, kid="imstester_66067"), "L-KEY")

    def test_a_kid_that_is_no_text(self, lite: Stage) -> None:
        def make(nonce: str) -> str:
            token = self.token(lite, nonce)
            header = json.dumps({"alg": "RS256", "kid": 5}).encode()
            return ".".join([jwt.utils.base64url_encode(header).decode(), *token.split(".")[1:]])

        self.refuse(lite, make, "L-TOKEN")

    def test_another_key_under_the_right_kid(self, lite: Stage, other_key: SigningKey) -> None:
        kid = lite.school.keys.active.kid
        self.refuse(lite, lambda nonce: lite.sign(lite.claims(nonce), key=other_key, kid=kid), "L-SIGNATURE")

    def test_a_key_that_the_token_brings_along(self, lite: Stage, other_key: SigningKey) -> None:
        jwk = other_key.public_jwk()
        brought = {"jwk": jwk, "jku": "https://evil.example.org/jwks", "kid": lite.school.keys.active.kid}
        self.refuse(lite, lambda nonce: lite.sign(lite.claims(nonce), key=other_key, **brought), "L-SIGNATURE")

    def test_the_algorithm_none(self, lite: Stage) -> None:
        kid = lite.school.keys.active.kid

        def make(nonce: str) -> str:
            return jwt.encode(lite.claims(nonce), "", algorithm="none", headers={"kid": kid})

        self.refuse(lite, make, "L-SIGNATURE")

    def test_hs256_with_the_public_key_as_secret(self, lite: Stage) -> None:
        key = lite.school.keys.active
        public = key.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

        def make(nonce: str) -> str:
            head = {"alg": "HS256", "typ": "JWT", "kid": key.kid}
            parts = [json.dumps(part).encode() for part in (head, lite.claims(nonce))]
            signed = ".".join(jwt.utils.base64url_encode(part).decode() for part in parts)
            mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
            return f"{signed}.{jwt.utils.base64url_encode(mac.sign(signed.encode(), public)).decode()}"

        self.refuse(lite, make, "L-SIGNATURE")

    def test_rs512_by_the_right_key(self, lite: Stage) -> None:
        key = lite.school.keys.active

        def make(nonce: str) -> str:
            return jwt.encode(lite.claims(nonce), key.private, algorithm="RS512", headers={"kid": key.kid})

        self.refuse(lite, make, "L-SIGNATURE")

    def test_claims_changed_after_signing(self, lite: Stage) -> None:
        def make(nonce: str) -> str:
            head, _body, signature = self.token(lite, nonce).split(".")
            body = json.dumps(lite.claims(nonce, sub="4")).encode()
            return ".".join([head, jwt.utils.base64url_encode(body).decode(), signature])

        self.refuse(lite, make, "L-SIGNATURE")

    @pytest.mark.filterwarnings("ignore::jwt.InsecureKeyLengthWarning")
    def test_a_key_that_is_too_short(self, lite: Stage) -> None:
        weak = SigningKey.generate(1024)
        lite.school.keys = KeyRing([weak])
        self.refuse(lite, lambda nonce: self.token(lite, nonce), "L-KEY")

    @pytest.mark.parametrize("change", [{"kty": "EC"}, {"use": "enc"}, {"alg": "RS512"}, {"n": "!!"}, {"e": None}])
    def test_a_published_key_that_is_none(self, lite: Stage, change: dict[str, Any]) -> None:
        jwk = {name: value for name, value in {**lite.school.keys.active.public_jwk(), **change}.items() if value}
        lite.over_there.body = json.dumps({"keys": [jwk]}).encode()
        self.refuse(lite, lambda nonce: self.token(lite, nonce), "L-KEY")

    @pytest.mark.parametrize(
        "token",
        [
            "",
            "x",
            "a.b.c",
            "....",
            "eyJhbGciOiJSUzI1NiJ9.W10.x",
            "eyJhbGciOiJSUzI1NiJ9.IngI.x",
            f"{jwt.utils.base64url_encode(b'[' * 50_000).decode()}.e30.x",
            f"eyJhbGciOiJSUzI1NiJ9.{jwt.utils.base64url_encode(b'[' * 50_000).decode()}.x",
            "x" * 200_000,
            "\0.\0.\0",
            "é.é.é",
        ],
    )
    def test_what_is_no_token(self, lite: Stage, token: str) -> None:
        self.refuse(lite, lambda _nonce: token, "L-TOKEN")


def test_keys_that_cannot_be_fetched_are_no_fault_of_the_launch(stage: Stage) -> None:
    stage.over_there.down = True
    browser = stage.browser()
    asked = browser.auth_request()
    token = stage.sign(stage.claims(asked["nonce"]))
    is_refused(stage, browser.post(token, asked["state"]), "L-KEYS", status=503)
    stage.over_there.down = False
    stage.clock.advance(seconds=61)
    assert browser.post(token, asked["state"]).status_code == 303


def test_a_rotated_key_is_fetched_once(stage: Stage, other_key: SigningKey) -> None:
    browser = stage.browser()
    assert browser.launch().status_code == 303
    stage.clock.advance(minutes=2)
    stage.school.keys.rotate(new=other_key)
    assert browser.launch().status_code == 303
    assert browser.launch().status_code == 303
    assert stage.over_there.fetches == 2


def test_a_platform_switched_off_during_a_launch(stage: Stage) -> None:
    browser = stage.browser()
    asked = browser.auth_request()
    stage.app.extensions["icc"][PlatformService].disable(stage.platform.id)
    answer = browser.post(stage.sign(stage.claims(asked["nonce"])), asked["state"])
    is_refused(stage, answer, "L-DISABLED", status=403)


def test_the_page_of_a_refusal_may_be_framed_by_the_platform_alone(lite: Stage) -> None:
    answer = lite.browser().launch(version="11.3")
    assert "frame-ancestors https://school.example.org" in answer.headers["Content-Security-Policy"]
    assert "Moodle van het Zilverbos College" in answer.text


@pytest.mark.parametrize("changes", [{"version": None}, {"nonce": "x"}, {"aud": "x"}, {"exp": 1}])
def test_a_refused_launch_can_still_be_done_right(stage: Stage, changes: dict[str, Any]) -> None:
    browser = stage.browser()
    asked = browser.auth_request()
    assert browser.post(stage.sign(stage.claims(asked["nonce"], **changes)), asked["state"]).status_code == 400
    assert browser.post(stage.sign(stage.claims(asked["nonce"])), asked["state"]).status_code == 303


def test_a_launch_with_get_is_no_launch(lite: Stage) -> None:
    answer = lite.new_client().get("/lti/launch")
    assert answer.status_code == 405
    assert "R-METHOD" in answer.text


def test_the_claims_of_a_launch_are_not_shown_by_accident(lite: Stage) -> None:
    claims = read_claims(VerifiedClaims(lite.claims("n")))
    assert claims.name == recording("launch_student")["claims"]["name"]
    assert "Renée" not in repr(claims)
    assert "Renée" not in f"{claims}"
    assert LTI not in repr(claims)
