"""Verifiers from another hand accept ours and refuse what was changed: openbadgeslib, offline, with a fetcher of ours."""

import io
import json
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from openbadgeslib.ob3 import OB3LdpVerifier, OB3VerificationError, OB3Verifier
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.certificates.forgeries import changed, put, signed, token
from tests.certificates.issuer import ENTRY, issuer

DID = "did:web:icc.example.org"
Fetch = Callable[[str], bytes]


def internet(revoked: tuple[int, ...] = ()) -> Fetch:
    """Return a fetcher that knows what our installation serves, and nothing else."""
    served = {
        "https://icc.example.org/.well-known/did.json": json.dumps(issuer().did()).encode(),
        "https://icc.example.org/status/1": issuer().status(revoked).jwt.encode(),
    }
    return served.__getitem__


def rsa_pem() -> bytes:
    public = issuer().keys.jwt.private.public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def test_it_accepts_our_json_by_our_did_document() -> None:
    credential = OB3LdpVerifier.for_issuer_did(DID).verify(signed().json, download=internet())
    assert credential.issuer.id == DID
    assert credential.achievement.name == "Cultuurcoördinator VO"


def test_it_accepts_our_jwt_with_our_key() -> None:
    assert OB3Verifier(rsa_pem(), issuer_did=DID).verify(signed().jwt).issuer.id == DID


def test_it_finds_the_status_in_our_list() -> None:
    OB3Verifier(rsa_pem()).verify(signed().jwt, check_status=True, download=internet())
    with pytest.raises(OB3VerificationError, match="revocation"):
        OB3Verifier(rsa_pem()).verify(signed().jwt, check_status=True, download=internet((ENTRY.index,)))


def test_it_finds_the_status_of_our_json() -> None:
    with pytest.raises(OB3VerificationError, match="revocation"):
        OB3LdpVerifier.for_issuer_did(DID).verify(
            signed().json, check_status=True, download=internet((ENTRY.index,)), verify_status_list=False
        )


def test_it_accepts_what_is_attached_to_our_sealed_pdf() -> None:
    root = PdfFileReader(io.BytesIO(issuer().pdf(signed().json))).root
    attached = root["/AF"][0]["/EF"]["/F"].data.decode()
    assert OB3LdpVerifier.for_issuer_did(DID).verify(attached, download=internet()).issuer.id == DID


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(lambda: changed(put("credentialSubject", "name", value="Iemand Anders")), id="another name"),
        pytest.param(lambda: changed(put("credentialStatus", "statusListIndex", value="1")), id="another slot"),
        pytest.param(lambda: changed(lambda one: one.pop("credentialStatus")), id="status stripped"),
        pytest.param(lambda: changed(put("cijfer", value="10")), id="undefined member"),
    ],
)
def test_it_refuses_a_changed_json(data: Callable[[], bytes]) -> None:
    with pytest.raises(OB3VerificationError):
        OB3LdpVerifier.for_issuer_did(DID).verify(data(), download=internet())


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(lambda: token(made=2), id="other key"),
        pytest.param(lambda: token(put("iss", value="did:web:icc.example.evil")), id="claims disagree"),
        pytest.param(lambda: signed().jwt.encode()[:-8] + b"AAAAAAAA", id="another signature"),
    ],
)
def test_it_refuses_a_changed_jwt(data: Callable[[], bytes]) -> None:
    with pytest.raises(OB3VerificationError):
        OB3Verifier(rsa_pem(), issuer_did=DID).verify(data().decode())
