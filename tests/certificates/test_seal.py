"""The seal of the PDF, checked by the library that others check it with."""

import io
from typing import Any

import pypdf
import pytest
from asn1crypto import pem, x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from lti_tool.certificates.pdf import render_pdf
from lti_tool.certificates.problems import PdfNotMade
from lti_tool.certificates.seal import Sealer
from lti_tool.certificates.snapshot import Language
from tests.certificates.issuer import issuer
from tests.certificates.samples import AWARDED, sample_snapshot


@pytest.fixture(scope="module")
def plain() -> bytes:
    return render_pdf(sample_snapshot(), '{"id": "x"}')


@pytest.fixture(scope="module")
def sealed(plain: bytes) -> bytes:
    return Sealer(issuer().keys.seal).seal(plain, now=AWARDED, language=Language.NL)


def judged(data: bytes) -> PdfSignatureStatus:
    _, _, der = pem.unarmor(issuer().keys.seal.certificate.public_bytes(Encoding.PEM))
    context = ValidationContext(trust_roots=[x509.Certificate.load(der)], allow_fetching=False)
    (signature,) = PdfFileReader(io.BytesIO(data)).embedded_signatures
    return validate_pdf_signature(signature, context)


def test_the_seal_holds_and_covers_the_whole_file(sealed: bytes) -> None:
    status = judged(sealed)
    assert status.bottom_line
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert status.signer_reported_dt == AWARDED


def test_it_says_that_nothing_may_change(sealed: bytes) -> None:
    (signature,) = PdfFileReader(io.BytesIO(sealed)).embedded_signatures
    signature.compute_integrity_info()
    assert signature.docmdp_level is MDPPerm.NO_CHANGES


def test_a_changed_byte_is_noticed(sealed: bytes) -> None:
    place = sealed.index(b"/Title")
    changed = sealed[:place] + b"/Tytle" + sealed[place + 6 :]
    assert not judged(changed).intact


def test_the_page_and_the_attachment_stay_as_they_were(plain: bytes, sealed: bytes) -> None:
    assert sealed.startswith(plain)
    reader = pypdf.PdfReader(io.BytesIO(sealed))
    assert reader.attachments == {"credential.json": [b'{"id": "x"}']}


def test_it_still_says_that_it_is_archivable_and_accessible(plain: bytes, sealed: bytes) -> None:
    before, after = (pypdf.PdfReader(io.BytesIO(data)) for data in (plain, sealed))
    metadata = after.xmp_metadata
    assert metadata is not None
    assert (metadata.pdfaid_part, metadata.pdfaid_conformance) == ("3", "A")
    roots: list[Any] = [before.root_object, after.root_object]
    assert roots[1]["/Metadata"].get_data() == roots[0]["/Metadata"].get_data()
    assert after.metadata == before.metadata
    assert sealed.startswith(b"%PDF-1.7")
    assert "/Version" not in after.root_object


def test_a_screen_reader_can_say_what_the_field_is(sealed: bytes) -> None:
    root: Any = pypdf.PdfReader(io.BytesIO(sealed)).root_object
    assert [field.get_object()["/TU"] for field in root["/AcroForm"]["/Fields"]] == [
        "Technische verzegeling van dit certificaat"
    ]


def test_the_reason_follows_the_language(plain: bytes) -> None:
    english = Sealer(issuer().keys.seal).seal(plain, now=AWARDED, language=Language.EN)
    (signature,) = PdfFileReader(io.BytesIO(english)).embedded_signatures
    assert signature.sig_object["/Reason"] == "Technically sealed"


def test_the_room_for_the_seal_is_not_used_up(sealed: bytes) -> None:
    (signature,) = PdfFileReader(io.BytesIO(sealed)).embedded_signatures
    assert len(signature.pkcs7_content.rstrip(b"\0")) < len(signature.pkcs7_content) * 0.6


def test_what_is_no_pdf_cannot_be_sealed() -> None:
    with pytest.raises(PdfNotMade):
        Sealer(issuer().keys.seal).seal(b"geen pdf", now=AWARDED, language=Language.NL)
