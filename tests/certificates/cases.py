"""One table of what people try: every false certificate, and what is found about it on each way to check one.

The ways are the server's check (with the command line's, which is the same code), and the browser's. The browser reads no
Data Integrity proof: it compares JSON with the signed form that the issuer publishes, so of some changes it finds another.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

import pytest
from jwt.algorithms import RSAAlgorithm

from lti_tool.certificates.badge import BadgeWords, baked_png, baked_svg
from lti_tool.certificates.findings import Finding
from lti_tool.certificates.pdf import render_pdf
from lti_tool.certificates.seal import Sealer
from lti_tool.certificates.snapshot import Language
from tests.certificates import forgeries as made
from tests.certificates.forgeries import changed, proven, put, signed, status_list, token
from tests.certificates.issuer import issuer
from tests.certificates.samples import AWARDED, BASE_URL, sample_snapshot

OURS = "did:web:icc.example.org"
THEIRS = "did:web:icc.example.evil"
SUBJECT = "credentialSubject"
PAST = "2026-06-05T07:00:00Z"
FUTURE = "2099-01-01T00:00:00Z"
INLINE = {"@context": {"cijfer": "https://example.org/cijfer"}}
WORDS = BadgeWords("Certificaat", "Cultuurcoördinator VO", "LKCA", "nl")

F = Finding


@dataclass(frozen=True)
class Case:
    """A false certificate.

    Args:
        name: what is false about it.
        data: makes the file.
        finding: what decides, for the server and the command line.
        browser: what decides in the browser, where that is something else.
        insider: only the issuer's own keys can make it, and the browser has no way to see it.
        stricter: why verifiers from another hand rightly accept what we refuse.
    """

    name: str
    data: Callable[[], bytes]
    finding: Finding
    browser: Finding | None = None
    insider: bool = False
    stricter: str = ""

    @property
    def in_browser(self) -> Finding:
        """What decides in the browser."""
        return self.browser or self.finding


def each(cases: list[Case]) -> list[object]:
    """Return the cases as parameters of a test."""
    return [pytest.param(case, id=case.name) for case in cases]


def other_jwk() -> object:
    return RSAAlgorithm.to_jwk(issuer(made=2).keys.jwt.private.public_key(), as_dict=True)


def stripped() -> bytes:
    return proven({key: value for key, value in made.credential().items() if key != "credentialStatus"})


JSON_CASES = [
    Case("another name", lambda: changed(put(SUBJECT, "name", value="Iemand Anders")), F.NOT_SIGNED),
    Case("another hash", lambda: changed(put(SUBJECT, "identifier", 0, "identityHash", value="X")), F.NOT_SIGNED),
    Case("valid from earlier", lambda: changed(put("validFrom", value="2020-01-01T00:00:00Z")), F.NOT_SIGNED),
    Case("another date of award", lambda: changed(put("awardedDate", value="2020-01-01T00:00:00Z")), F.NOT_SIGNED),
    Case("another achievement", lambda: changed(put(SUBJECT, "achievement", "name", value="Diploma")), F.NOT_SIGNED),
    Case("another id", lambda: changed(put("id", value=f"{BASE_URL}/c/anders")), F.NOT_SIGNED, F.NOT_HERE),
    Case("another slot", lambda: changed(put("credentialStatus", "statusListIndex", value="1")), F.NOT_SIGNED),
    Case("status stripped", lambda: changed(lambda one: one.pop("credentialStatus")), F.NOT_SIGNED),
    Case("evidence removed", lambda: changed(lambda one: one["evidence"].pop()), F.NOT_SIGNED),
    Case("another proof date", lambda: changed(put("proof", "created", value="2020-01-01T00:00:00Z")), F.NOT_SIGNED),
    Case("another proof value", lambda: changed(put("proof", "proofValue", value="z" + "1" * 88)), F.NOT_SIGNED),
    Case("no proof value", lambda: changed(put("proof", "proofValue", value="")), F.NOT_SIGNED),
    Case("proof stripped", lambda: changed(lambda one: one.pop("proof")), F.NOT_SIGNED),
    Case("made with another key", lambda: proven(made.credential(), made=2), F.NOT_SIGNED),
    Case("proof is a list", lambda: changed(put("proof", value=[])), F.ALGORITHM_REFUSED),
    Case("another suite", lambda: changed(put("proof", "cryptosuite", value="eddsa-jcs-2022")), F.ALGORITHM_REFUSED),
    Case("another purpose", lambda: changed(put("proof", "proofPurpose", value="authentication")), F.ALGORITHM_REFUSED),
    Case("their key", lambda: changed(put("proof", "verificationMethod", value=f"{THEIRS}#ed25519-2026-1")), F.KEY_FOREIGN),
    Case("did:key", lambda: changed(put("proof", "verificationMethod", value="did:key:z6MkuC5#z6MkuC5")), F.KEY_FOREIGN),
    Case(
        "an RSA key for the proof",
        lambda: changed(put("proof", "verificationMethod", value=f"{OURS}#rs256-2026-1")),
        F.ALGORITHM_REFUSED,
    ),
    Case(
        "an unknown key", lambda: changed(put("proof", "verificationMethod", value=f"{OURS}#ed25519-2031-1")), F.KEY_UNKNOWN
    ),
    Case("undefined member", lambda: changed(put("cijfer", value="10")), F.NOT_COVERED),
    Case("undefined member inside", lambda: changed(put(SUBJECT, "cijfer", value="10")), F.NOT_COVERED),
    Case(
        "a member out of place",
        lambda: changed(put("evidence", 0, "activityEndDate", value="2026")),
        F.NOT_COVERED,
        F.NOT_SIGNED,
    ),
    Case("a context of their own", lambda: changed(put("issuer", "knows", value=INLINE)), F.NOT_COVERED),
    Case("another issuer", lambda: changed(put("issuer", "id", value=THEIRS)), F.ISSUER_UNKNOWN),
    Case("signed by another issuer", lambda: proven(made.credential(), base_url=made.EVIL), F.KEY_FOREIGN),
    Case(
        "their own issuer",
        lambda: proven({**made.credential(), "issuer": THEIRS}, base_url=made.EVIL),
        F.ISSUER_UNKNOWN,
    ),
    Case(
        "a member respelled",
        lambda: changed(lambda one: one.update({"https://schema.org/name": one.pop("name")})),
        F.NOT_COVERED,
        stricter="it says the same in RDF, and a proof covers the RDF",
    ),
    Case("status is nonsense", lambda: changed(put("credentialStatus", value=[[1]])), F.NOT_SIGNED),
    Case("made without status", stripped, F.NO_STATUS_LIST, F.NOT_SIGNED),
    Case("schema broken", lambda: proven({**made.credential(), "name": ["a", "b"]}), F.NOT_CONFORMANT, F.NOT_SIGNED),
    Case("expired", lambda: proven({**made.credential(), "validUntil": PAST}), F.OVER, F.NOT_SIGNED),
    Case("not valid yet", lambda: proven({**made.credential(), "validFrom": FUTURE}), F.NOT_YET, F.NOT_SIGNED),
]

TOKEN_CASES = [
    Case("another payload", made.with_another_payload, F.NOT_SIGNED),
    Case("another signature", lambda: signed().jwt.rpartition(".")[0].encode() + b".AAAA", F.NOT_SIGNED),
    Case("another key, same kid", lambda: token(made=2), F.NOT_SIGNED),
    Case("alg none", made.without_algorithm, F.ALGORITHM_REFUSED),
    Case("HS256 with the public key", made.with_the_public_key_as_secret, F.ALGORITHM_REFUSED),
    Case("ES256 with the seal key", made.with_the_seal_key, F.ALGORITHM_REFUSED),
    Case("a key in the header", lambda: token(made=2, jwk=other_jwk()), F.ALGORITHM_REFUSED),
    Case(
        "an address of keys in the header",
        lambda: token(jku=f"{made.EVIL}/jwks.json"),
        F.ALGORITHM_REFUSED,
        stricter="the issuer's own key signed it, and who follows no address in a header is not led astray",
    ),
    Case("foreign kid", lambda: token(made=2, kid=f"{made.EVIL}/keys/rs256-2026-1.jwk"), F.KEY_FOREIGN),
    Case("a foreign DID as kid", lambda: token(made=2, kid=f"{THEIRS}#rs256-2026-1"), F.KEY_FOREIGN),
    Case("a bare kid", lambda: token(kid="rs256-2026-1"), F.KEY_FOREIGN),
    Case(
        "a user name in the kid",
        lambda: token(kid="https://icc.example.org@icc.example.evil/keys/rs256-2026-1.jwk"),
        F.KEY_FOREIGN,
    ),
    Case("kid of another kind", lambda: token(kid=f"{BASE_URL}/keys/ed25519-2026-1.jwk"), F.ALGORITHM_REFUSED),
    Case("an unknown kid", lambda: token(kid=f"{BASE_URL}/keys/rs256-2031-1.jwk"), F.KEY_UNKNOWN),
    Case("another type", lambda: token(typ="at+jwt"), F.ALGORITHM_REFUSED),
    Case("a JWT of another issuer", lambda: token(put("issuer", "id", value=THEIRS)), F.ISSUER_UNKNOWN),
    Case("claims disagree", lambda: token(put("iss", value=THEIRS)), F.NOT_CONFORMANT),
    Case("other dates in the claims", lambda: token(put("nbf", value=0)), F.NOT_CONFORMANT),
    Case("the proof inside does not hold", lambda: token(put(SUBJECT, "name", value="X")), F.NOT_SIGNED, insider=True),
    Case(
        "status stripped from the JWT",
        lambda: token(lambda one: one.pop("credentialStatus")),
        F.NOT_SIGNED,
        F.NO_STATUS_LIST,
    ),
    Case("undefined member in the JWT", lambda: token(put("cijfer", value="10")), F.NOT_COVERED),
    Case("an expired JWT", lambda: again(validUntil=PAST), F.OVER),
    Case("a JWT not valid yet", lambda: again(validFrom=FUTURE), F.NOT_YET),
    Case("schema broken in the JWT", lambda: again(name=["a", "b"]), F.NOT_CONFORMANT),
]


def again(**members: object) -> bytes:
    """Return what the issuer itself would sign as JWT, wrong as it is."""
    one = issuer()
    document = one.signer.add_proof({**made.credential(), **members}, AWARDED)
    claims = {"iss": OURS, "jti": document["id"], "sub": document[SUBJECT]["id"], "nbf": seconds(document["validFrom"])}
    if "validUntil" in document:
        claims["exp"] = seconds(document["validUntil"])
    return one.signer.encode_jwt({**document, **claims}).encode()


def seconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp())


def png(token: bytes) -> bytes:
    return baked_png(WORDS, token.decode(), "{}")


IMAGE_CASES = [
    Case(
        "a PNG with a changed certificate",
        lambda: png(made.with_another_payload()),
        F.NOT_SIGNED,
    ),
    Case("an SVG with a changed certificate", lambda: baked_svg(WORDS, made.with_another_payload().decode()), F.NOT_SIGNED),
    Case(
        "a PNG with one that is not signed",
        lambda: png(made.without_algorithm()),
        F.ALGORITHM_REFUSED,
    ),
    Case("a PNG with a changed JSON", lambda: png(changed(put("cijfer", value=1))), F.NOT_COVERED),
    Case("a PNG with nothing in it", lambda: b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xae\x42\x60\x82", F.NOT_READ),
    Case("an SVG with entities", lambda: b'<!DOCTYPE svg [<!ENTITY a "b">]><svg>&a;</svg>', F.NOT_READ),
]


@cache
def sealed() -> bytes:
    """Return the true PDF; it is made once."""
    return issuer().pdf(signed().json)


def bent(pdf: bytes, place: int) -> bytes:
    return pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]


def sealed_by_another() -> bytes:
    forged = render_pdf(replace(sample_snapshot(), name="Iemand Anders"), signed().json)
    return Sealer(issuer(made=2).keys.seal).seal(forged, now=AWARDED, language=Language.NL)


def sealed_with_a_false_one() -> bytes:
    return issuer().pdf(changed(put(SUBJECT, "name", value="X")).decode())


PDF_CASES = [
    Case("a PDF with a changed byte", lambda: bent(sealed(), 2000), F.SEAL_BROKEN),
    Case("a PDF with a changed seal", lambda: bent(sealed(), sealed().index(b"/Contents <") + 300), F.SEAL_BROKEN),
    Case("a PDF with something behind it", lambda: sealed() + b"\n", F.SEAL_BROKEN),
    Case("a PDF without its seal", lambda: render_pdf(sample_snapshot(), signed().json), F.NOT_SEALED),
    Case("a PDF that another sealed", sealed_by_another, F.SEAL_UNKNOWN),
    Case(
        "a sealed PDF with a changed certificate",
        sealed_with_a_false_one,
        F.NOT_SIGNED,
    ),
    Case("a sealed PDF with something else in it", lambda: issuer().pdf("geen credential"), F.NOT_READ),
]

RUBBISH_CASES = [
    Case("nothing but text", lambda: b"hallo", F.NOT_READ),
    Case("a member twice", lambda: b'{"a": 1, "a": 2}', F.NOT_READ),
    Case("nested without end", lambda: b'{"a": ' * 30_000, F.NOT_READ),
    Case("no number of JSON", lambda: b'{"a": NaN}', F.NOT_READ),
    Case("no Unicode", lambda: b'{"a": "\\ud800"}', F.NOT_READ),
    Case("an older badge", lambda: b'{"type": ["Assertion"], "@context": "https://w3id.org/openbadges/v2"}', F.NOT_READ),
    Case("a credential larger than any", lambda: b'{"a": "' + b"x" * 256 * 1024 + b'"}', F.TOO_LARGE),
    Case("a PDF of zeros", lambda: b"%PDF-1.7\n" + bytes(4_000_000), F.NOT_SEALED),
    Case("a file larger than any", lambda: b"%PDF-1.7\n" + bytes(5 * 1024 * 1024), F.TOO_LARGE),
]

ALL_CASES = [*JSON_CASES, *TOKEN_CASES, *IMAGE_CASES, *PDF_CASES, *RUBBISH_CASES]


FALSE_LISTS: dict[str, Callable[[], dict[str, Any]]] = {
    "other bits": lambda: status_list(put(SUBJECT, "encodedList", value=made.empty_bits())),
    "another key": lambda: status_list(made=2),
    "not signed": lambda: status_list(lambda one: one.pop("proof")),
    "another issuer": lambda: status_list(put("issuer", value=THEIRS)),
    "another date": lambda: status_list(put("validFrom", value="2026-06-04T09:29:00Z")),
    "another purpose": lambda: status_list(put(SUBJECT, "statusPurpose", value="message")),
    "undefined member": lambda: status_list(put("cijfer", value="10")),
    "JSON and proof differ": made.said_twice,
}
"""False status lists as JSON: each revokes the certificate when it is not false."""


def genuine() -> Iterator[tuple[str, bytes]]:
    """Yield the true certificate in each form, with the ending of its file's name."""
    yield "pdf", sealed()
    yield "png", baked_png(WORDS, signed().jwt, "{}")
    yield "svg", baked_svg(WORDS, signed().jwt)
    yield "json", signed().json.encode()
    yield "jwt", signed().jwt.encode()
