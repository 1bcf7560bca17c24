import io
import struct

import pytest

from lti_tool.training.file_content import holds
from mappings.file_kinds import FileKind
from tests.training.samples import JPG, MAIN_PART, PDF, PNG, office, sample, zipped


@pytest.mark.parametrize("kind", FileKind)
def test_a_file_is_what_its_name_says(kind: FileKind) -> None:
    assert holds(kind, io.BytesIO(sample(kind)))


@pytest.mark.parametrize("kind", FileKind)
@pytest.mark.parametrize("other", FileKind)
def test_no_file_passes_for_another_kind(kind: FileKind, other: FileKind) -> None:
    assert holds(kind, io.BytesIO(sample(other))) is (kind is other)


@pytest.mark.parametrize("kind", FileKind)
@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00", b"<html><script>alert(1)</script>", b"PK\x03\x04", b"\xd0\xcf"])
def test_something_else_is_refused(kind: FileKind, content: bytes) -> None:
    assert not holds(kind, io.BytesIO(content))


def test_the_stream_stands_at_its_start_again() -> None:
    for content, kind in ((PDF, FileKind.PDF), (office(FileKind.DOCX), FileKind.DOCX), (PNG, FileKind.JPG)):
        stream = io.BytesIO(content)
        stream.seek(3)
        holds(kind, stream)
        assert stream.tell() == 0


def test_a_pdf_may_have_a_little_before_its_header() -> None:
    assert holds(FileKind.PDF, io.BytesIO(b"\xef\xbb\xbf\n" + PDF))
    assert not holds(FileKind.PDF, io.BytesIO(b"x" * 2000 + PDF))


def test_a_document_with_macros_is_no_docx() -> None:
    macros = "application/vnd.ms-word.document.macroEnabled.main+xml"
    content = zipped({"[Content_Types].xml": f'<Override ContentType="{macros}"/>', "word/vbaProject.bin": "x"})
    assert not holds(FileKind.DOCX, io.BytesIO(content))


def test_a_container_with_a_comment_is_read() -> None:
    types = f'<Override ContentType="{MAIN_PART[FileKind.DOCX]}"/>'
    assert holds(FileKind.DOCX, io.BytesIO(zipped({"[Content_Types].xml": types}, comment=b"van school")))


def test_a_container_with_a_huge_directory_is_not_read() -> None:
    content = bytearray(office(FileKind.DOCX))
    struct.pack_into("<L", content, len(content) - 22 + 12, 50_000_000)
    assert not holds(FileKind.DOCX, io.BytesIO(bytes(content)))


def test_a_container_in_zip64_is_not_read() -> None:
    content = office(FileKind.DOCX)
    changed = content[:-22] + b"PK\x06\x07" + b"\0" * 16 + content[-22:]
    assert not holds(FileKind.DOCX, io.BytesIO(changed))


def test_an_entry_that_unpacks_to_very_much_is_not_read() -> None:
    types = f'<Override ContentType="{MAIN_PART[FileKind.DOCX]}"/>' + " " * 3_000_000
    assert not holds(FileKind.DOCX, io.BytesIO(zipped({"[Content_Types].xml": types})))


@pytest.mark.parametrize("cut", [30, 60, -30])
def test_a_broken_container_is_refused(cut: int) -> None:
    assert not holds(FileKind.ODT, io.BytesIO(office(FileKind.ODT)[:cut]))


def test_a_damaged_entry_is_refused() -> None:
    content = bytearray(office(FileKind.DOCX))
    at = content.index(b"[Content_Types].xml") + len("[Content_Types].xml") + 4
    content[at : at + 8] = b"\xff" * 8
    assert not holds(FileKind.DOCX, io.BytesIO(bytes(content)))


def test_a_jpeg_needs_more_than_its_first_two_bytes() -> None:
    assert not holds(FileKind.JPG, io.BytesIO(JPG[:2] + b"\0" + JPG[3:]))
