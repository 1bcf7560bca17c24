"""The portfolio package: everything in one ZIP that stands on its own, whatever files are called and however large."""

import io
import re
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape
from sqlalchemy import select

from lti_tool.app import Parts, create_app
from lti_tool.certificates.leap2a import ATOM, MAHARA, RDF
from lti_tool.certificates.package import Names, Packed, zip_stream
from lti_tool.certificates.verdict import VerdictState
from lti_tool.certificates.verify import verify
from lti_tool.training.models import (
    AspectMark,
    AspectSharing,
    Review,
    ReviewRemark,
    Submission,
    SubmissionVersion,
    VersionFile,
    WorkFile,
)
from tests.certificates.award import NAME, Ready, all_accepted
from tests.certificates.decided import People, launched
from tests.recording_jobs import RecordingJobs

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
FEEDBACK = "Mooi <b>werk</b>, & helder."


@pytest.fixture
def app(parts: Parts) -> Flask:
    return create_app(parts)


@pytest.fixture
def ready(parts: Parts, jobs: RecordingJobs) -> Ready:
    made = all_accepted(parts)
    jobs.run()
    return made


@pytest.fixture
def people(app: Flask, parts: Parts, ready: Ready) -> People:
    return launched(app, parts, ready)


def add_file(parts: Parts, assignment: str, name: str, content: bytes) -> None:
    """Let a file belong to the accepted version of an assignment."""
    stored = parts.files.put(io.BytesIO(content), max_bytes=len(content))
    with parts.database.session() as session:
        submission = session.scalars(select(Submission).where(Submission.assignment_key == assignment)).one()
        version = session.scalars(select(SubmissionVersion).where(SubmissionVersion.submission_id == submission.id)).one()
        file = WorkFile(
            submission_id=submission.id,
            name=name,
            kind="pdf",
            size=stored.size,
            sha256=stored.sha256,
            path=stored.path,
            in_draft=False,
            added_at=parts.clock(),
        )
        session.add(file)
        session.flush()
        session.add(VersionFile(version_id=version.id, file_id=file.id))
        for review in session.scalars(select(Review).where(Review.version_id == version.id)):
            review.feedback = FEEDBACK
            (first, *_rest) = parts.trainings["icc-vo"].assignment(assignment).criteria
            session.add(ReviewRemark(review_id=review.id, criterion_key=first.key, met=True, remark="Sterk <i>begin</i>."))


def package(people: People, ready: Ready) -> zipfile.ZipFile:
    answer = people.participant.get(f"/cohort/{ready.cohort_id}/certificate/portfolio.zip")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="portfoliopakket-cultuurcoordinator-vo.zip"'
    assert answer.headers["Cache-Control"] == "private, no-store"
    return zipfile.ZipFile(io.BytesIO(answer.data))


def test_everything_is_in_it_under_plain_names(parts: Parts, ready: Ready, people: People) -> None:
    add_file(parts, "beroepsproduct", "Beleidsplan ‘24–‘25 (définitief).pdf", b"%PDF-1.7 plan")
    held = package(people, ready)
    assert held.testzip() is None
    names = held.namelist()
    assert names[0] == "LEESMIJ.txt"
    base = "certificaat/certificaat-cultuurcoordinator-vo"
    assert {f"{base}.pdf", f"{base}.png", f"{base}.json", f"{base}.jwt", "leap2a.xml", "werk/index.html"} <= set(names)
    assert held.read("werk/3-beroepsproduct/Beleidsplan-24-25-definitief.pdf") == b"%PDF-1.7 plan"
    assert len([name for name in names if re.fullmatch(r"werk/\d-[a-z-]+\.html", name)]) == 5
    assert all(re.fullmatch(r"[A-Za-z0-9._/-]+", name) for name in names)


def test_each_form_in_it_verifies(parts: Parts, ready: Ready, people: People) -> None:
    held = package(people, ready)
    forms = [name for name in held.namelist() if name.startswith("certificaat/")]
    assert len(forms) == 4
    for name in forms:
        assert verify(held.read(name), parts.certificates.trust(), now=parts.clock()).state is VerdictState.VALID, name


def test_the_readme_tells_hr_what_it_is_and_is_honest_about_the_lerarenportfolio(ready: Ready, people: People) -> None:
    text = package(people, ready).read("LEESMIJ.txt").decode("utf-8-sig")
    assert "\r\n" in text
    for words in (NAME, "23-11-2026", "ongeveer 40 uur", "/c/", "bekwaamheidsdossier", "op 1 augustus 2022 gestopt"):
        assert words in text
    assert "{" not in text


def test_the_pages_show_work_and_feedback_and_need_nothing_from_elsewhere(
    parts: Parts, ready: Ready, people: People
) -> None:
    add_file(parts, "leervraag", "bijlage.pdf", b"%PDF-1.7")
    held = package(people, ready)
    page = held.read("werk/1-leervraag.html").decode()
    assert "Werk voor leervraag" in page
    assert "Mooi &lt;b&gt;werk&lt;/b&gt;, &amp; helder." in page
    (first, *_rest) = parts.trainings["icc-vo"].assignment("leervraag").criteria
    assert f"<strong>{escape(first.text.nl)}</strong> Voldoet" in page
    assert "Sterk &lt;i&gt;begin&lt;/i&gt;." in page
    assert 'href="1-leervraag/bijlage.pdf"' in page
    for name in (name for name in held.namelist() if name.endswith(".html")):
        html = held.read(name).decode()
        assert not re.search(r"<(script|link|img|iframe)\b|@import|url\(", html)
        for target in re.findall(r'href="([^"#]+)"', html):
            assert target.startswith("http") or f"werk/{target}" in held.namelist(), (name, target)


def test_formatted_work_keeps_its_headings_and_lists(parts: Parts, ready: Ready, people: People) -> None:
    with parts.database.session() as session:
        submission = session.scalars(select(Submission).where(Submission.assignment_key == "leervraag")).one()
        version = session.scalars(select(SubmissionVersion).where(SubmissionVersion.submission_id == submission.id)).one()
        version.html = "<h3>Kansen</h3><ul><li>de aula</li></ul>"
    page = package(people, ready).read("werk/1-leervraag.html").decode()
    assert "<h3>Kansen</h3><ul><li>de aula</li></ul>" in page
    assert "Werk voor leervraag" not in page


def test_how_the_holder_grew_is_a_page_with_what_the_trainer_shared_and_nothing_else(
    parts: Parts, ready: Ready, people: People
) -> None:
    with parts.database.session() as session:

        def said(side: str, step: int, remark: str, by: str, hour: int) -> None:
            mark = {"aspect_key": "eigenaarschap", "side": side, "step": step, "remark": remark, "by_id": by}
            session.add(AspectMark(enrolment_id=ready.enrolment_id, made_at=NOON.replace(hour=hour), **mark))

        said("start", 1, "Ik deed het alleen.", ready.person_id, 13)
        said("end", 5, "Nu dragen zij het.", ready.person_id, 14)
        said("trainer", 4, "Je liet los.", ready.trainer_id, 15)
        said("trainer", 2, "Nog niet gedeeld.", ready.trainer_id, 17)
        shared = {"shared_at": NOON.replace(hour=16), "by_id": ready.trainer_id}
        session.add(AspectSharing(enrolment_id=ready.enrolment_id, **shared))
    page = package(people, ready).read("werk/groei.html").decode()
    for words in ("Ik deed het alleen.", "Nu dragen zij het.", "Je liet los.", "<svg", "Mijn leervraag"):
        assert words in page
    assert "Nog niet gedeeld." not in page


def test_the_leap2a_entry_is_one_that_mahara_takes_for_a_certification(ready: Ready, people: People) -> None:
    held = package(people, ready)
    feed = ET.fromstring(held.read("leap2a.xml"))  # noqa: S314 - our own
    entries = feed.findall(f"{{{ATOM}}}entry")
    kinds = [entry.find(f"{{{RDF}}}type").get(f"{{{RDF}}}resource") for entry in entries]  # type: ignore[union-attr]
    assert kinds == ["leap2:achievement", *["leap2:resource"] * 10]
    plugin = entries[0].find(f"{{{MAHARA}}}artefactplugin")
    assert plugin is not None
    assert plugin.attrib == {f"{{{MAHARA}}}plugin": "resume", f"{{{MAHARA}}}type": "pseudo:certification"}
    assert feed.findtext(f"{{{ATOM}}}author/{{{ATOM}}}name") == NAME
    links = [link for entry in entries[1:] for link in entry.findall(f"{{{ATOM}}}link") if link.get("rel") == "enclosure"]
    assert {link.get("href") for link in links} <= set(held.namelist())
    assert len(links) == 10


def test_a_file_that_cannot_be_read_is_named_and_the_rest_arrives(parts: Parts, ready: Ready, people: People) -> None:
    add_file(parts, "leervraag", "weg.pdf", b"%PDF-1.7 weg")
    add_file(parts, "verkenning", "hier.pdf", b"%PDF-1.7 hier")
    with parts.database.session() as session:
        parts.files.discard(session.scalars(select(WorkFile.path).where(WorkFile.name == "weg.pdf")).one())
    held = package(people, ready)
    assert b"kon niet worden gelezen" in held.read("werk/1-leervraag/weg.pdf.ontbreekt.txt")
    assert held.read("werk/2-verkenning/hier.pdf") == b"%PDF-1.7 hier"


def test_a_revoked_certificate_still_belongs_to_its_holder(parts: Parts, ready: Ready, people: People) -> None:
    parts.certificates.revoke(parts.certificates.list()[0].id, "Onterecht")
    assert package(people, ready).testzip() is None


def test_memory_stays_flat_however_large_the_files_are() -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(200):
            yield bytes(256 * 1024)

    tracemalloc.start()
    size = 0
    for chunk in zip_stream((Packed(f"{number}.bin", chunks(), compress=False) for number in range(4)), NOON):
        size += len(chunk)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 4 * 50 * 1024 * 1024
    assert peak < 4 * 1024 * 1024


@given(st.lists(st.text(max_size=120), max_size=12))
def test_every_name_is_safe_on_every_system_and_given_once(names: list[str]) -> None:
    given_names = Names()
    found = [given_names.give(name) for name in names]
    assert len({name.lower() for name in found}) == len(found)
    for name in found:
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name)
        assert ".." not in name
        assert len(name) <= 100


@pytest.mark.parametrize(
    ("name", "given_name"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("CON.pdf", "bestand-CON.pdf"),
        ("café Søren Łódź.DOCX", "cafe-Soren-Lodz.docx"),
        ("план.pdf", "bestand.pdf"),
        (".htaccess", "bestand.htaccess"),
        ("a..pdf", "a.pdf"),
    ],
)
def test_names_stay_readable_where_they_can(name: str, given_name: str) -> None:
    assert Names().give(name) == given_name
