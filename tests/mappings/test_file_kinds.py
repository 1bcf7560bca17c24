import pytest

from mappings.file_kinds import FileKind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("plan.pdf", FileKind.PDF),
        ("Plan.v2.DOCX", FileKind.DOCX),
        ("foto.jpeg", FileKind.JPG),
        ("foto.JPG", FileKind.JPG),
        ("plan.pdf.exe", None),
        ("pdf", None),
        (".pdf", None),
        ("plan.", None),
        ("plan.docm", None),
        ("", None),
    ],
)
def test_a_file_name_says_its_kind_by_the_last_extension(name: str, kind: FileKind | None) -> None:
    assert FileKind.of_name(name) is kind


def test_every_kind_has_its_own_media_type() -> None:
    assert len({kind.media_type for kind in FileKind}) == len(FileKind)
    assert FileKind.PDF.media_type == "application/pdf"
