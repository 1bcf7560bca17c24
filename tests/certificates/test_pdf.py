"""The PDF: standards, attachment, and names of every kind."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pypdf
import pytest

from lti_tool.certificates.pdf import check_printable, render_pdf, unprintable
from lti_tool.certificates.problems import NameNotPrintable, NotPrintable, PdfNotMade
from lti_tool.certificates.snapshot import Language, Snapshot
from tests.certificates.samples import NAME, sample_snapshot

CREDENTIAL = json.dumps({"id": "https://icc.example.org/c/HxlOrWIvbwaJhcLtGgypPg", "naam": "Zoë"}, ensure_ascii=False)
NINETY = "Maria Anna Wilhelmina Elisabeth van Oldenbarnevelt-Łukaszewska tot Stoutenburg en Zuylestein"


def opened(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def words(pdf: bytes) -> str:
    return " ".join(opened(pdf).pages[0].extract_text().split())


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return render_pdf(sample_snapshot(), CREDENTIAL)


def test_it_is_one_landscape_page_of_a4(pdf: bytes) -> None:
    (page,) = opened(pdf).pages
    assert (round(float(page.mediabox.width)), round(float(page.mediabox.height))) == (842, 595)


def test_it_says_that_it_is_archivable_and_accessible(pdf: bytes) -> None:
    reader = opened(pdf)
    metadata = reader.xmp_metadata
    assert metadata is not None
    xmp = metadata.rdf_root.toxml()
    assert "<pdfaid:part>3</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in xmp
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    root: Any = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "nl"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]


def test_its_title_says_what_it_is_and_whose(pdf: bytes) -> None:
    information = opened(pdf).metadata
    assert information is not None
    assert information.title == f"Certificaat Cultuurcoördinator VO – {NAME}"
    assert information.creation_date == datetime(2026, 6, 4, 9, 30, tzinfo=UTC)


def test_it_says_everything_in_reading_order(pdf: bytes) -> None:
    assert words(pdf) == (
        f"CERTIFICAAT Cultuurcoördinator VO {NAME} heeft de training Cultuurcoördinator VO met goed gevolg afgerond "
        "van 8 oktober 2025 tot en met 28 mei 2026, studielast ongeveer 40 uur "
        "Fase 1 Oriëntatie afgerond 16 oktober 2025 Fase 2 Onderzoek afgerond 11 december 2025 "
        "Fase 3 Uitvoering afgerond 23 april 2026 Fase 4 Evaluatie afgerond 28 mei 2026 "
        "Toegekend door LKCA op 4 juni 2026 "
        "editie regio Zuid, oktober 2025 · Lyceum De Maasbrug, ’s-Hertogenbosch "
        "Controleer dit certificaat met de QR-code of op icc.example.org/c/HxlOrWIvbwaJhcLtGgypPg "
        "Technisch verzegeld: elke wijziging is zichtbaar."
    )


def test_it_carries_the_credential_letter_for_letter(pdf: bytes) -> None:
    reader = opened(pdf)
    assert reader.attachments == {"credential.json": [CREDENTIAL.encode()]}
    root: Any = reader.root_object
    (specification,) = root["/AF"]
    assert specification.get_object()["/AFRelationship"] == "/Data"


def test_its_link_and_its_code_lead_to_the_page(pdf: bytes) -> None:
    page: Any = opened(pdf).pages[0]
    links = [annotation.get_object()["/A"]["/URI"] for annotation in page["/Annots"]]
    assert set(links) == {"https://icc.example.org/c/HxlOrWIvbwaJhcLtGgypPg"}
    assert b"QR-code van de pagina" in page.get_contents().get_data()


def test_every_font_is_inside_it(pdf: bytes) -> None:
    page: Any = opened(pdf).pages[0]
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    names = {str(font["/BaseFont"]).split("+")[-1].split("-")[0] for font in fonts}
    assert names == {"EBGaramond", "Inter"}
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)


def test_the_same_facts_give_the_same_bytes(pdf: bytes) -> None:
    assert render_pdf(sample_snapshot(), CREDENTIAL) == pdf


def test_it_is_small(pdf: bytes) -> None:
    assert len(pdf) < 60_000


def test_it_speaks_english_when_the_snapshot_does() -> None:
    english = render_pdf(replace(sample_snapshot(), language=Language.EN), CREDENTIAL)
    root: Any = opened(english).root_object
    assert root["/Lang"] == "en"
    assert "has successfully completed" in words(english)
    assert "from 8 October 2025 to 28 May 2026" in words(english)
    assert "Phase 1 Orientation completed 16 October 2025" in words(english)


def test_a_moment_shows_as_the_day_it_was_in_the_netherlands() -> None:
    late = replace(sample_snapshot(), awarded_at=datetime(2026, 6, 30, 22, 30, tzinfo=UTC))
    assert "op 1 juli 2026" in words(render_pdf(late, CREDENTIAL)).replace("\xa0", " ")


def test_a_training_with_another_number_of_phases_fits() -> None:
    for count in (1, 3):
        snapshot = replace(sample_snapshot(), phases=sample_snapshot().phases[:count])
        assert f"Fase {count}" in words(render_pdf(snapshot, CREDENTIAL))


@pytest.mark.parametrize(
    "name",
    [
        "Zoë van ’t Höfen-Çelik",
        "D'Arcy O’Neill",
        "Łukasz Żółć-Wiśniewski",
        "Nguyễn Thị Ánh Tuyết",
        "Þórður Ægisson Ǫrn",
        "Ştefan Țîrlea",
        "Анна Сергеевна Каренина",
        "Ελένη Παπαδοπούλου",
        "Ɗanladi Ƙasim",
        "Ọlá Ṣẹ́gun",
        "fi ffi Offerhaus",
        "J. de Vries (1984)",
        "#let *_name_* $x$ @a <b> \\u{41} // c",
        "X",
        NINETY,
        "Anneliesbeth " * 15 + "Bos",
    ],
)
def test_an_odd_name_stands_on_the_page_as_it_is_written(name: str) -> None:
    reader = opened(render_pdf(replace(sample_snapshot(), name=name), CREDENTIAL))
    assert len(reader.pages) == 1
    assert reader.metadata is not None
    assert str(reader.metadata.title).endswith(name)


@pytest.mark.parametrize("name", [NINETY, "Anneliesbeth " * 15 + "Bos", "Wijnanda" * 11])
def test_a_long_name_stays_on_the_page(name: str) -> None:
    seen: list[float] = []

    def note(_text: str, _cm: list[float], matrix: list[float], _font: object, _size: float) -> None:
        seen.append(matrix[4])

    page = opened(render_pdf(replace(sample_snapshot(), name=name), CREDENTIAL)).pages[0]
    page.extract_text(visitor_text=note)
    assert max(seen) < 842


def test_a_name_that_was_typed_in_pieces_is_composed() -> None:
    decomposed = "Zoe\u0308 Ho\u0308fen"
    assert "Zoë Höfen" in words(render_pdf(replace(sample_snapshot(), name=decomposed), CREDENTIAL))


@pytest.mark.parametrize(
    ("name", "characters"),
    [
        ("محمد علي", ("م", "ح", "د", "ع", "ل", "ي")),
        ("李小龍", ("李", "小", "龍")),
        ("Zoë 😀 Jansen", ("😀",)),
        ("Zoë\u200bJansen", ("\u200b",)),
        ("Zoë\u202eJansen", ("\u202e",)),
        ("Zoë\nJansen", ("\n",)),
        ("\ue000Jansen", ("\ue000",)),
    ],
)
def test_a_name_that_cannot_be_printed_asks_for_latin_letters(name: str, characters: tuple[str, ...]) -> None:
    with pytest.raises(NameNotPrintable) as caught:
        render_pdf(replace(sample_snapshot(), name=name), CREDENTIAL)
    assert caught.value.characters == characters
    assert "Schrijf je naam in Latijnse letters" in caught.value.words.nl
    assert "Latin letters" in caught.value.words.en
    assert name not in str(caught.value)


def test_characters_that_cannot_be_shown_are_named() -> None:
    with pytest.raises(NameNotPrintable) as caught:
        check_printable(replace(sample_snapshot(), name="Zoë\u200b😀"))
    assert "ZERO WIDTH SPACE en 😀" in caught.value.words.nl


@pytest.mark.parametrize(
    ("field", "snapshot"),
    [
        ("school", replace(sample_snapshot(), school="De Regenboog 🌈")),
        ("edition", replace(sample_snapshot(), edition="De Regenboog 🌈")),
    ],
)
def test_another_text_that_cannot_be_printed_is_named(field: str, snapshot: Snapshot) -> None:
    with pytest.raises(NotPrintable) as caught:
        render_pdf(snapshot, CREDENTIAL)
    assert not isinstance(caught.value, NameNotPrintable)
    assert (caught.value.field, caught.value.characters) == (field, ("🌈",))
    assert "🌈" in caught.value.words.en


def test_a_word_that_never_fits_is_refused_and_not_cut_off() -> None:
    with pytest.raises(PdfNotMade, match="too long"):
        render_pdf(replace(sample_snapshot(), name="W" * 200), CREDENTIAL)


def test_a_text_that_can_be_printed_has_nothing_missing() -> None:
    assert unprintable("Zoë van ’t Höfen-Çelik") == ()
    assert unprintable("") == ()
    assert unprintable("Zoë 李 😀 李") == ("李", "😀")
