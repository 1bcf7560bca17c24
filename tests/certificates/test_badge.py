"""The badge: an image of the achievement with the certificate inside, in both generations of Open Badges."""

import io
import json
import struct
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from defusedxml.ElementTree import fromstring
from openbadgeslib.baking import extract_png
from openbadgeslib.ob3 import OB3Verifier
from png import Reader

from lti_tool.certificates.badge import PNG_SIDE, BadgeWords, baked_png, baked_svg, plain_png
from lti_tool.certificates.carriers import NoCertificate, from_png, from_svg
from lti_tool.certificates.hosted import assertion
from lti_tool.certificates.verdict import VerdictState
from lti_tool.certificates.verify import verify
from tests.certificates.forgeries import signed
from tests.certificates.issuer import ENTRY, NOW, issuer
from tests.certificates.samples import NAME, sample_snapshot

WORDS = BadgeWords("Certificaat", "Cultuurcoördinator VO", "LKCA", "nl")
LONG = "Coördinator van onderwijsvernieuwingsprojecten en kwaliteitszorg in het voortgezet onderwijs"


def badge_png() -> bytes:
    return baked_png(WORDS, signed().jwt, json.dumps(assertion(sample_snapshot())))


def badge_svg() -> bytes:
    return baked_svg(WORDS, signed().jwt)


def rsa_pem() -> bytes:
    return issuer().keys.jwt.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def pixels(png: bytes) -> tuple[int, int, list[bytearray]]:
    width, height, rows, info = Reader(bytes=png).asRGBA8()
    assert info["alpha"]
    return width, height, [bytearray(row) for row in rows]


def test_the_image_is_round_square_in_size_and_the_same_for_everybody() -> None:
    width, height, rows = pixels(badge_png())
    assert (width, height) == (PNG_SIDE, PNG_SIDE)
    assert rows[0][3] == 0
    assert rows[PNG_SIDE // 2][4 * 6 + 3] == 255
    assert pixels(plain_png(WORDS))[2] == rows


def test_no_name_stands_in_the_svg_but_in_the_credential() -> None:
    svg = badge_svg().decode()
    assert "Zoë" not in svg
    root = fromstring(svg)
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "Certificaat Cultuurcoördinator VO, LKCA"


def test_a_long_name_of_an_achievement_fits_and_an_endless_word_is_refused() -> None:
    assert plain_png(replace(WORDS, achievement=LONG)) != plain_png(WORDS)
    with pytest.raises(Exception, match="too long for the badge"):
        plain_png(replace(WORDS, achievement="x" * 90))


@pytest.mark.parametrize("made", [badge_png, badge_svg])
def test_the_certificate_inside_is_valid_and_its_revocation_shows(made: object) -> None:
    data = badge_png() if made is badge_png else badge_svg()
    verdict = issuer().verdict(data)
    assert verdict.state is VerdictState.VALID
    assert verdict.facts is not None
    assert verdict.facts.name == NAME
    assert verify(data, issuer().trust([ENTRY.index]), NOW).state is VerdictState.REVOKED


def test_a_reader_from_another_hand_finds_both_forms_and_accepts_them() -> None:
    token = OB3Verifier.extract_token_from_png(badge_png())
    assert OB3Verifier(rsa_pem(), issuer_did="did:web:icc.example.org").verify(token).issuer.id == "did:web:icc.example.org"
    assert OB3Verifier.extract_token_from_svg(badge_svg()) == token
    assert json.loads(extract_png(badge_png()) or "")["type"] == "Assertion"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack("!I", len(data)) + kind + data + b"\0\0\0\0"


def png_with(*chunks: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + chunk(b"IEND", b"")


BAKED = b"openbadgecredential\0\0\0\0\0"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(png_with(), id="nothing in it"),
        pytest.param(png_with(chunk(b"iTXt", BAKED + b"a"), chunk(b"iTXt", BAKED + b"b")), id="two certificates"),
        pytest.param(png_with(chunk(b"iTXt", BAKED.replace(b"\0\0\0", b"\0\1\0", 1) + b"x")), id="compressed"),
        pytest.param(png_with(chunk(b"iTXt", b"openbadgecredential\0\0\0")), id="cut short"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + struct.pack("!I4s", 2**31, b"iTXt") + b"x", id="a length of two gigabytes"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + chunk(b"tEXt", b"") * 20_000, id="chunks without end"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0", id="half a chunk"),
    ],
)
def test_a_png_without_one_readable_certificate_is_told_so(data: bytes) -> None:
    with pytest.raises(NoCertificate):
        from_png(data)
    assert [check.code.value for check in issuer().verdict(data).checks] == ["readable"]


OPEN_SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:ob="https://purl.imsglobal.org/ob/v3p0">'
ENTITIES = '<!DOCTYPE svg [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(f"{OPEN_SVG}</svg>", id="nothing in it"),
        pytest.param(f'{OPEN_SVG}<ob:credential verify="a"/><ob:credential verify="b"/></svg>', id="two certificates"),
        pytest.param('<svg xmlns:ob="https://elders.example"><ob:credential verify="a"/></svg>', id="other namespace"),
        pytest.param(f"{ENTITIES}{OPEN_SVG}<ob:credential>&b;</ob:credential></svg>", id="entities"),
        pytest.param('<!DOCTYPE svg SYSTEM "file:///etc/passwd"><svg/>', id="document from elsewhere"),
        pytest.param("<a>" * 5000, id="nested without end"),
        pytest.param("<svg>" * 59 + "</svg>" * 58, id="not closed"),
        pytest.param('<?xml version="1.0" encoding="niets"?><svg/>', id="unknown letters"),
        pytest.param("<html><body>", id="a web page"),
        pytest.param(f"{OPEN_SVG}{'<g/>' * 300_000}</svg>", id="larger than a badge"),
    ],
)
def test_an_svg_without_one_readable_certificate_is_told_so(data: str) -> None:
    with pytest.raises(NoCertificate):
        from_svg(data.encode())
    assert [check.code.value for check in issuer().verdict(data).checks] == ["readable"]


def test_a_credential_baked_as_json_is_read_too() -> None:
    text = signed().json.replace("&", "&amp;").replace("<", "&lt;")
    svg = f"{OPEN_SVG}<ob:credential><![CDATA[{signed().json}]]></ob:credential></svg>"
    assert issuer().verdict(svg).state is VerdictState.VALID
    assert issuer().verdict(f"{OPEN_SVG}<ob:credential>{text}</ob:credential></svg>").state is VerdictState.VALID
    png = png_with(chunk(b"iTXt", BAKED + signed().json.encode()))
    assert issuer().verdict(png).state is VerdictState.VALID


def test_a_changed_image_stays_valid_and_a_changed_certificate_in_it_does_not() -> None:
    data = badge_png()
    repainted = data.replace(data[data.index(b"IDAT") + 40 :][:8], b"\0" * 8, 1)
    assert issuer().verdict(repainted).state is VerdictState.VALID
    place = data.index(b"openbadgecredential") + 3000
    changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
    assert issuer().verdict(changed).state is not VerdictState.VALID


def test_the_png_opens_whatever_is_in_it() -> None:
    assert [kind for kind, _ in Reader(file=io.BytesIO(badge_png())).chunks()].count(b"iTXt") == 2
