"""Names of every kind, from the moment of typing to the PDF: a right certificate or a clear request, never a gap."""

import html
import io
from dataclasses import replace

import pypdf
import pytest
from flask import Flask
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lti_tool.app import Parts, create_app
from lti_tool.certificates.pdf import check_name, render_pdf
from lti_tool.certificates.problems import NameNotPrintable, NameTooLong, PdfNotMade
from lti_tool.courses.models import Person
from tests.certificates.award import Ready, all_accepted
from tests.certificates.decided import launched
from tests.certificates.samples import sample_snapshot
from tests.recording_jobs import RecordingJobs

GOOD = [
    "Zoë van ’t Höfen-Çelik",
    "Łukasz O'Brien-Ångström",
    "Nguyễn Thị Ánh Tuyết",
    "Þórdís Guðmundsdóttir",
    "Зоя Ивановна Петрова",
    "Μαρία Παπαδοπούλου",
    "Maria Anna Wilhelmina Elisabeth van Oldenbarnevelt-Łukaszewska tot Stoutenburg en Zuylen",
    "Wijnanda" * 5,
]
BAD = {
    "زوي محمد": "ز",
    "Zoë 🎭 Bos": "🎭",
    "李小龍": "李",
    "W" * 100: "past niet op het certificaat",
    "Anna " + "MW" * 60: "past niet op het certificaat",
}


@pytest.fixture
def app(parts: Parts) -> Flask:
    return create_app(parts)


def with_name(parts: Parts, name: str | None) -> Ready:
    return all_accepted(parts, name=name)


@pytest.mark.parametrize("name", GOOD)
def test_a_name_that_can_be_printed_stands_on_the_pdf_as_it_is_written(
    parts: Parts, app: Flask, jobs: RecordingJobs, name: str
) -> None:
    ready = with_name(parts, None)
    browser = launched(app, parts, ready).participant
    assert browser.post(f"/cohort/{ready.cohort_id}/name", {"certificate_name": name}).status_code == 303
    jobs.run()
    (certificate,) = parts.certificates.list()
    text = pypdf.PdfReader(io.BytesIO(parts.certificates.pdf(certificate.id).content)).pages[0].extract_text()
    assert len("".join(text.split())) > 200
    assert name in html.unescape(app.test_client().get(f"/c/{certificate.id}", headers={"Accept": "text/html"}).text)


@pytest.mark.parametrize("name", BAD)
def test_a_name_that_cannot_be_printed_is_refused_while_it_is_typed_with_what_to_do(
    parts: Parts, app: Flask, jobs: RecordingJobs, name: str
) -> None:
    ready = with_name(parts, None)
    browser = launched(app, parts, ready).participant
    answer = browser.post(f"/cohort/{ready.cohort_id}/name", {"certificate_name": name})
    assert answer.status_code == 422
    assert BAD[name] in answer.text
    assert ("Latijnse letters" in answer.text) is (len(name) < 50)
    assert jobs.run() == 0


@pytest.mark.parametrize("name", BAD)
def test_a_name_that_got_past_is_asked_again_and_the_page_says_why(
    parts: Parts, app: Flask, jobs: RecordingJobs, name: str
) -> None:
    ready = with_name(parts, name)
    jobs.run()
    assert parts.certificates.list() == []
    with parts.database.session() as session:
        assert session.get_one(Person, ready.person_id).certificate_name is None
    page = launched(app, parts, ready).participant.page(f"/cohort/{ready.cohort_id}/name")
    assert "We konden je naam niet op het certificaat zetten" in page


def test_a_name_asked_for_later_is_checked_as_well(parts: Parts, app: Flask, jobs: RecordingJobs) -> None:
    ready = with_name(parts, "Zoë Bos")
    jobs.run()
    browser = launched(app, parts, ready).participant
    answer = browser.post(f"/cohort/{ready.cohort_id}/certificate/name", {"certificate_name": "李小龍"})
    assert answer.status_code == 422
    assert "Schrijf je naam in Latijnse letters" in answer.text


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(alphabet="WiMaë’-", min_size=1, max_size=110), min_size=1, max_size=6))
@example(["W" * 76])
@example(["W" * 77])
@example(["Wijnanda"] * 24)
def test_what_is_said_to_fit_can_be_made(words: list[str]) -> None:
    name = " ".join(words)[:200].strip()
    try:
        check_name(name)
    except NameTooLong:
        with pytest.raises(PdfNotMade):
            render_pdf(replace(sample_snapshot(), name=name), "{}")
        return
    except NameNotPrintable:
        return
    assert render_pdf(replace(sample_snapshot(), name=name), "{}")
