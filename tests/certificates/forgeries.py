"""What people try: certificates that were changed, made with other keys, or made to look like ours."""

import copy
import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lti_tool.certificates.credential import build_credential
from lti_tool.certificates.identity import key_url
from lti_tool.certificates.proofs import SignedDocument, sign_status_list
from lti_tool.certificates.status import build_status_list
from tests.certificates.issuer import ENTRY, issuer
from tests.certificates.samples import AWARDED, BASE_URL, sample_snapshot

Json = dict[str, Any]
KID = key_url(BASE_URL, "rs256-2026-1")
EVIL = "https://icc.example.evil"


def credential() -> Json:
    """Return the true credential, not signed."""
    return build_credential(sample_snapshot(), ENTRY)


@cache
def signed() -> SignedDocument:
    """Return the true credential, signed."""
    return issuer().certificate()


def changed(change: Callable[[Json], object]) -> bytes:
    """Return the signed JSON after a change."""
    document = json.loads(signed().json)
    change(document)
    return json.dumps(document, ensure_ascii=False).encode()


def put(*path: str | int, value: object) -> Callable[[Json], None]:
    """Return a change that sets one member."""

    def change(document: Json) -> None:
        target: Any = document
        for part in path[:-1]:
            target = target[part]
        target[path[-1]] = value

    return change


def proven(document: Json, made: int = 1, base_url: str = BASE_URL) -> bytes:
    """Return any document with a proof, whatever it says; the issuer's own checks are passed by."""
    return json.dumps(issuer(base_url, made).signer.add_proof(document, AWARDED)).encode()


def token(change: Callable[[Json], object] = lambda _: None, *, made: int = 1, **header: object) -> bytes:
    """Return a JWT of the issuer after a change to its payload, with another header if asked."""
    payload = jwt.decode(signed().jwt, options={"verify_signature": False})
    change(payload)
    key = issuer(made=made).keys.jwt.private
    return jwt.encode(payload, key, algorithm="RS256", headers={"kid": KID, **header}).encode()


def without_algorithm() -> bytes:
    """Return the JWT with the header of one that is not signed."""
    header = _encoded({"alg": "none", "kid": KID, "typ": "JWT"})
    return f"{header}.{signed().jwt.split('.')[1]}.AA".encode()


def with_the_public_key_as_secret() -> bytes:
    """Return the JWT signed with the public key as if it were a shared secret."""
    public = issuer().keys.jwt.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    header = _encoded({"alg": "HS256", "kid": KID, "typ": "JWT"})
    body = signed().jwt.split(".")[1]
    signature = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(f"{header}.{body}".encode(), public)
    return f"{header}.{body}.{jwt.utils.base64url_encode(signature).decode()}".encode()


def with_the_seal_key() -> bytes:
    """Return the JWT signed with a key of the issuer that is for something else."""
    payload = jwt.decode(signed().jwt, options={"verify_signature": False})
    key = issuer().keys.seal.private
    return jwt.encode(payload, key, algorithm="ES256", headers={"kid": key_url(BASE_URL, "es256-2026-1")}).encode()


def with_another_payload() -> bytes:
    """Return the JWT with another name in it and the old signature."""
    header, body, signature = signed().jwt.split(".")
    payload = json.loads(jwt.utils.base64url_decode(body))
    payload["credentialSubject"]["name"] = "Iemand Anders"
    return f"{header}.{_encoded(payload)}.{signature}".encode()


def status_list(change: Callable[[Json], object] = lambda _: None, made: int = 1) -> Json:
    """Return a signed status list that revokes the certificate, after a change."""
    document: Json = json.loads(issuer(made=made).status([ENTRY.index]).json)
    change(document)
    return document


def empty_bits() -> str:
    """Return the bits of a list that revokes nothing."""
    bits: str = json.loads(issuer().status([]).json)["credentialSubject"]["encodedList"]
    return bits


def bomb() -> SignedDocument:
    """Return a list of the issuer with fifty megabytes of zeros packed into it."""
    document = build_status_list(BASE_URL, 1, [], now=AWARDED)
    packed = gzip.compress(bytes(50 * 1024 * 1024))
    document["credentialSubject"]["encodedList"] = f"u{jwt.utils.base64url_encode(packed).decode()}"
    return sign_status_list(document, issuer().signer, AWARDED)


def said_twice() -> Json:
    """Return a list whose proof covers the true bits while its JSON shows others."""
    document = status_list()
    subject = document["credentialSubject"]
    hidden = copy.deepcopy(subject)
    document["https://www.w3.org/2018/credentials#credentialSubject"] = hidden
    document["credentialSubject"] = {
        "@context": {"encodedList": None, "statusPurpose": None},
        **subject,
        "encodedList": empty_bits(),
    }
    return document


def _encoded(part: Json) -> str:
    return jwt.utils.base64url_encode(json.dumps(part).encode()).decode()


LATER = datetime(2099, 1, 1, tzinfo=UTC)
