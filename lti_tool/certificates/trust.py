"""Whom verification trusts: issuers by their DID documents, and the status lists that are at hand. Nothing is fetched.

A key counts for an issuer only when the issuer's DID document lists it under `assertionMethod`; a key that comes with
the certificate itself proves nothing.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt import InvalidKeyError, PyJWK, PyJWKError
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3 import resolve_verification_method

from lti_tool.certificates.identity import issuer_did
from lti_tool.certificates.presented import Unreadable, unverified_payload
from lti_tool.certificates.problems import CertificateProblem

PublicKey = Ed25519PublicKey | RSAPublicKey | EllipticCurvePublicKey
_KEY_URL = re.compile(r"(https?://[^?#\s]+)/keys/([A-Za-z0-9._-]+)\.jwk")
_LEAST_RSA_BITS = 2048


class TrustUnreadable(CertificateProblem):
    """A document that was given to trust is not a DID document, a key set or a status list."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Issuers and status lists to verify with.

    Args:
        issuers: by DID, the keys of the issuer by their DID URL.
        status_lists: by address: the JSON of the credential, or a VC-JWT.
        key_sets: keys by the address that a JWT's `kid` names; where one is there, it has to be the issuer's own key.
        successors: by address of a replaced certificate, the address of the one that replaces it.
    """

    issuers: Mapping[str, Mapping[str, PublicKey]]
    status_lists: Mapping[str, Mapping[str, Any] | str] = field(default_factory=dict)
    key_sets: Mapping[str, PublicKey] = field(default_factory=dict)
    successors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_documents(
        cls,
        did_documents: Iterable[Mapping[str, Any]],
        *,
        status_lists: Iterable[Mapping[str, Any] | str] = (),
        key_sets: Iterable[Mapping[str, Any]] = (),
        successors: Mapping[str, str] | None = None,
    ) -> "Trust":
        """Make a trust from the issuer's own documents.

        Args:
            did_documents: `did.json` of each trusted issuer.
            status_lists: status lists, each as JSON credential or as VC-JWT; they are verified when used.
            key_sets: `jwks.json` documents.
            successors: who replaces whom.

        Raises:
            TrustUnreadable: a document is not what it should be.
        """
        return cls(
            issuers=dict(_issuer(document) for document in did_documents),
            status_lists={_list_id(one): one for one in status_lists},
            key_sets={kid: key for one in key_sets for kid, key in _key_set(one)},
            successors=dict(successors or {}),
        )

    @classmethod
    def from_files(cls, paths: Iterable[Path]) -> "Trust":
        """Make a trust from files: `did.json`, `jwks.json`, `status.json` or a status list as JWT, told apart by content.

        Raises:
            TrustUnreadable: a file is none of these, or there is no DID document among them.
        """
        dids: list[Mapping[str, Any]] = []
        sets: list[Mapping[str, Any]] = []
        lists: list[Mapping[str, Any] | str] = []
        for path in paths:
            content = _content(path)
            if isinstance(content, str) or "credentialSubject" in content:
                lists.append(content)
            elif "verificationMethod" in content:
                dids.append(content)
            elif "keys" in content:
                sets.append(content)
            else:
                raise TrustUnreadable(f"{path.name} is no DID document, key set or status list")
        if not dids:
            raise TrustUnreadable("none of the files is the issuer's DID document (did.json)")
        return cls.from_documents(dids, status_lists=lists, key_sets=sets)

    def key(self, issuer: str, method: str) -> PublicKey | None:
        """Return an issuer's key by its DID URL, None when the issuer's document does not have it."""
        return self.issuers.get(issuer, {}).get(method)


def method_of_kid(issuer: str, kid: str) -> str | None:
    """Return the DID URL of the key that a JWT's `kid` names, None when that is not a key of this issuer.

    Args:
        issuer: the DID of the issuer.
        kid: the address of a single JWK on the issuer's host, or a DID URL.
    """
    if kid.startswith(f"{issuer}#"):
        return kid
    address = _KEY_URL.fullmatch(kid)
    try:
        own = address is not None and issuer_did(address[1]) == issuer
    except ValueError:
        own = False
    return f"{issuer}#{address[2]}" if own and address is not None else None


def _issuer(document: Mapping[str, Any]) -> tuple[str, Mapping[str, PublicKey]]:
    did, methods, asserting = (document.get(member) for member in ("id", "verificationMethod", "assertionMethod"))
    if not (isinstance(did, str) and did.startswith("did:web:") and isinstance(methods, list)):
        raise TrustUnreadable("not a did:web document")
    allowed = {one for one in asserting if isinstance(one, str)} if isinstance(asserting, list) else set()
    keys: dict[str, PublicKey] = {}
    for method in methods:
        name = method.get("id") if isinstance(method, Mapping) else None
        if name in allowed and str(name).startswith(f"{did}#") and method.get("controller") == did:
            keys[str(name)] = _method_key(document, str(name))
    return did, keys


def _method_key(document: Mapping[str, Any], name: str) -> PublicKey:
    try:
        pem = resolve_verification_method(name, download=lambda _url: json.dumps(document).encode())
        return _suitable(load_pem_public_key(pem))
    except (LibOpenBadgesException, ValueError, TypeError) as error:
        raise TrustUnreadable(f"the key {name} cannot be read") from error


def _key_set(document: Mapping[str, Any]) -> Iterable[tuple[str, PublicKey]]:
    jwks = document.get("keys")
    if not isinstance(jwks, list):
        raise TrustUnreadable("not a key set")
    for jwk in jwks:
        try:
            yield str(jwk["kid"]), _suitable(PyJWK(jwk).key)
        except (PyJWKError, InvalidKeyError, KeyError, TypeError, AttributeError) as error:
            raise TrustUnreadable("a key of the key set cannot be read") from error


def _suitable(key: object) -> PublicKey:
    if isinstance(key, RSAPublicKey) and key.key_size < _LEAST_RSA_BITS:
        raise TrustUnreadable("an RSA key is too short")
    if not isinstance(key, Ed25519PublicKey | RSAPublicKey | EllipticCurvePublicKey):
        raise TrustUnreadable("a key is of a kind that is not used")
    return key


def _list_id(status_list: Mapping[str, Any] | str) -> str:
    try:
        content = unverified_payload(status_list) if isinstance(status_list, str) else status_list
    except Unreadable as error:
        raise TrustUnreadable("a status list cannot be read") from error
    name = content.get("id")
    if not isinstance(name, str):
        raise TrustUnreadable("a status list has no id")
    return name


def _content(path: Path) -> Mapping[str, Any] | str:
    try:
        text = path.read_text("utf-8-sig").strip()
        content = json.loads(text) if text.startswith("{") else text
    except (OSError, ValueError, RecursionError) as error:
        raise TrustUnreadable(f"{path.name} cannot be read") from error
    return content if isinstance(content, dict) else text
