"""C7: tokens that are not what they claim, or not for us, and odd ones that hold."""

import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm, HMACAlgorithm
from jwt.utils import base64url_encode

from lti_tool.demo.browser import Page
from lti_tool.demo.school import SigningKey
from mappings.roles import TEST_USER
from tests.certification.arrivals import LEARNER, arrives_as_visitor
from tests.certification.premises import LTI, Premises, Visitor
from tests.certification.refusals import Attempt, is_refused
from tests.scripted_platform import Reply, ScriptedPlatform


def by_hand(header: object, body: object, signature: bytes = b"") -> str:
    """A token put together without a library that would correct it."""
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, body)]
    return ".".join(base64url_encode(part).decode() for part in (*parts, signature))


def signed(premises: Premises, body: bytes) -> str:
    """A token of the school around a body that no library would make."""
    key = premises.school.keys.active
    return jwt.PyJWS().encode(body, key.private, algorithm="RS256", headers={"kid": key.kid})


def launching(**changes: Any) -> Attempt:  # noqa: ANN401
    """Launches with changed claims."""
    return lambda visitor: visitor.launch(**changes)


def is_accepted(premises: Premises, **changes: Any) -> None:  # noqa: ANN401
    """See that a launch with these claims leads to a page."""
    assert premises.visitor().open(**changes).status == 200


def test_c7_66_algorithm_none(premises: Premises) -> None:
    kid = premises.school.keys.active.kid
    for algorithm in ("none", "None", "NONE", ""):

        def attempt(visitor: Visitor, algorithm: str = algorithm) -> Page:
            return visitor.launch_signed(lambda claims: by_hand({"alg": algorithm, "typ": "JWT", "kid": kid}, claims))

        is_refused(premises, attempt, "L-SIGNATURE")


def test_c7_67_hs256_with_the_public_key_as_secret(premises: Premises) -> None:
    key = premises.school.keys.active
    public = key.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def sign(claims: dict[str, Any]) -> str:
        unsigned = by_hand({"alg": "HS256", "typ": "JWT", "kid": key.kid}, claims).rpartition(".")[0]
        mac = HMACAlgorithm(HMACAlgorithm.SHA256).sign(unsigned.encode(), public)
        return f"{unsigned}.{base64url_encode(mac).decode()}"

    is_refused(premises, lambda visitor: visitor.launch_signed(sign), "L-SIGNATURE")


def test_c7_68_kid_of_another_registration(premises: Premises, scripted: ScriptedPlatform, other_key: SigningKey) -> None:
    scripted.answer("GET /keys", Reply(200, {"keys": [other_key.public_jwk()]}))
    neighbour = premises.neighbour(scripted.url)
    assert premises.visitor(premises.person("Xan")).launch_from(neighbour, other_key.sign).status == 303
    is_refused(premises, lambda visitor: visitor.launch_signed(other_key.sign), "L-KEY")


def test_c7_69_right_signature_of_another_tenant(premises: Premises, scripted: ScriptedPlatform) -> None:
    tenant, neighbour = premises.second_tenant(), premises.neighbour(scripted.url)
    for claims in ({"aud": tenant.client_id}, {"iss": neighbour.issuer}, {"iss": f"{premises.school.url}/"}):
        is_refused(premises, launching(**claims), "L-AUDIENCE")


def test_c7_70_several_audiences(premises: Premises) -> None:
    ours, other = premises.registration.client_id, "another-tool"
    is_accepted(premises, aud=[other, ours], azp=ours)
    is_accepted(premises, aud=[ours])
    is_accepted(premises, aud=ours, azp=ours)
    wrong: list[dict[str, Any]] = [
        {"aud": [other, ours], "azp": other},
        {"aud": [other, ours]},
        {"aud": ours, "azp": other},
        {"aud": [other], "azp": ours},
        {"aud": []},
    ]
    for changes in wrong:
        is_refused(premises, launching(**changes), "L-AUDIENCE")


def test_c7_71_exp_iat_or_nonce_missing(premises: Premises) -> None:
    for name in ("exp", "iat", "nonce"):
        is_refused(premises, launching(**{name: None}), "L-CLAIMS")
    is_refused(premises, launching(nonce="of another login"), "L-NONCE")


def test_c7_72_times_at_the_edge(premises: Premises) -> None:
    now = int(premises.clock().timestamp())
    for iat in (60, 0, -600, -660):
        is_accepted(premises, iat=now + iat, exp=now + 60)
    is_accepted(premises, iat=now - 119, exp=now - 59)
    is_refused(premises, launching(iat=now + 61, exp=now + 121), "L-CLOCK")
    is_refused(premises, launching(iat=now - 661, exp=now + 60), "L-CLOCK")
    is_refused(premises, launching(iat=now, exp=now + 120, nbf=now + 61), "L-CLOCK")
    is_refused(premises, launching(iat=now - 120, exp=now - 60), "L-EXPIRED")
    # a school whose own clock is wrong by less than a minute
    premises.school.clock_skew = timedelta(seconds=-59)
    is_accepted(premises)


@pytest.mark.filterwarnings("ignore::jwt.InsecureKeyLengthWarning")
def test_c7_80_weak_and_other_keys(premises: Premises, scripted: ScriptedPlatform, other_key: SigningKey) -> None:
    neighbour = premises.neighbour(scripted.url)
    short, curve = SigningKey.generate(1024), ec.generate_private_key(ec.SECP256R1())
    curve_jwk = {**ECAlgorithm.to_jwk(curve.public_key(), as_dict=True), "kid": "curve", "alg": "ES256", "use": "sig"}
    scripted.answer("GET /keys", Reply(200, {"keys": [short.public_jwk(), curve_jwk, _without_alg(other_key)]}))
    assert premises.visitor().launch_from(neighbour, other_key.sign).status == 303

    def with_a_curve(claims: dict[str, Any]) -> str:
        return jwt.encode(claims, curve, algorithm="ES256", headers={"kid": "curve"})

    def under_its_name(claims: dict[str, Any]) -> str:
        return other_key.sign(claims, {"kid": "curve"})

    for sign, code in ((short.sign, "L-KEY"), (with_a_curve, "L-SIGNATURE"), (under_its_name, "L-KEY")):

        def attempt(visitor: Visitor, sign: Any = sign) -> Page:  # noqa: ANN401
            return visitor.launch_from(neighbour, sign)

        is_refused(premises, attempt, code, framer=scripted.url)


def test_c7_81_huge_ambiguous_and_nested_tokens(premises: Premises) -> None:
    school, deep = premises.school, b"[" * 20_000 + b"]" * 20_000
    kid = school.keys.active.kid
    for token in (
        "x" * 100_001,
        f"{school.sign_id_token({'filler': 'x' * 100_000})}",
        by_hand(deep, {}),
        by_hand({"alg": "RS256", "kid": kid}, deep, b"x"),
        by_hand({"alg": "RS256", "kid": kid}, b"\xff\xfe", b"x"),
        "....",
        "",
    ):
        is_refused(premises, _posting(token), "L-TOKEN")

    def nested(claims: dict[str, Any]) -> str:
        body = json.dumps(claims).encode()
        return signed(premises, body[:-1] + b', "deep": ' + deep + b"}")

    is_refused(premises, lambda visitor: visitor.launch_signed(nested), "L-TOKEN")

    def twice(claims: dict[str, Any]) -> str:
        body = json.dumps(claims).encode()
        return signed(premises, b'{"sub": "somebody else", "' + f'{LTI}version": "11.3", '.encode() + body[1:])

    # RFC 7519, 4: either refused, or the last one counts
    visitor = premises.visitor()
    assert visitor.launch_signed(twice).status == 303
    assert premises.account(visitor.person)


def test_c7_82_test_user(premises: Premises) -> None:
    (link,) = premises.place()
    visitor = premises.visitor()
    arrives_as_visitor(premises, visitor, link, roles=[TEST_USER, LEARNER])
    premises.jobs.run(delayed=True)
    assert premises.school.grades == {}


def _posting(token: str) -> Attempt:
    def attempt(visitor: Visitor) -> Page:
        return visitor.post(token, visitor.asked()["state"])

    return attempt


def _without_alg(key: SigningKey) -> dict[str, Any]:
    return {name: value for name, value in key.public_jwk().items() if name != "alg"}
