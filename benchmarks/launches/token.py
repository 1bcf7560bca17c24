"""The id_tokens of the measurements: the claims of a launch recorded from a real Moodle 4.5, signed anew for each launch."""

import base64
import json
import time
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from benchmarks.launches.load import CLIENT_ID, DEPLOYMENT_ID, Tool

RECORDED = Path(__file__).parents[2] / "tests" / "fixtures" / "moodle-4.5" / "launch_student.json"
KEY_ID = "school"
LTI = "https://purl.imsglobal.org/spec/lti/claim/"
_CHANGING = ("sub", "nonce", "iat", "exp")


class TokenMaker:
    """Makes id_tokens for one tool.

    Args:
        tool: for whom.
        issuer: from whom.
        key: signs them.
    """

    def __init__(self, tool: Tool, issuer: str, key: RSAPrivateKey) -> None:
        self._key = key
        claims = {name: value for name, value in recorded_claims().items() if name not in _CHANGING}
        claims |= {"iss": issuer, "aud": CLIENT_ID, LTI + "deployment_id": DEPLOYMENT_ID}
        claims[LTI + "target_link_uri"] = tool.url + tool.launch
        claims[LTI + "launch_presentation"]["locale"] = "nl"
        # what stays the same is put into words once: the driver shares the machine with what it measures
        self._start = json.dumps(claims)[:-1]
        self._head = _base64(json.dumps({"alg": "RS256", "typ": "JWT", "kid": KEY_ID}).encode())

    def make(self, sub: str, nonce: str) -> str:
        """Return a token that is valid for a minute."""
        now = int(time.time())
        changing = json.dumps(dict(zip(_CHANGING, (sub, nonce, now, now + 60), strict=True)))
        signed = self._head + b"." + _base64(f"{self._start}, {changing[1:]}".encode())
        return (signed + b"." + _base64(self._key.sign(signed, PKCS1v15(), SHA256()))).decode()


def recorded_claims() -> dict[str, Any]:
    """Return the claims as they were recorded."""
    found: dict[str, Any] = json.loads(RECORDED.read_text("utf-8"))["claims"]
    return found


def link_of_launches() -> tuple[str, str]:
    """Return the context id and the resource link id that every launch names."""
    claims = recorded_claims()
    return str(claims[LTI + "context"]["id"]), str(claims[LTI + "resource_link"]["id"])


def jwks(key: RSAPrivateKey) -> dict[str, Any]:
    """Return the key set with which the tokens are verified."""
    numbers = key.public_key().public_numbers()
    public = {
        name: _base64(number.to_bytes((number.bit_length() + 7) // 8, "big")).decode()
        for name, number in (("n", numbers.n), ("e", numbers.e))
    }
    return {"keys": [{"kty": "RSA", "kid": KEY_ID, "alg": "RS256", "use": "sig", **public}]}


def _base64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
