"""The main job in Chromium, as people do it: embed, hand in, accept, the grade, the certificate."""

from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Locator, expect
from pypdf import PdfReader

from lti_tool.demo.walk import TEACHER, TRAINER
from mappings.training import Requirement
from tests.browser.conftest import Windows
from tests.browser.stage import (
    FEEDBACK,
    KEYS,
    PLAN_NAME,
    TRAINING,
    Lesson,
    Stage,
    eventually,
    plan,
    sample_text,
)
from tests.browser.visitor import Visitor, plan_file

pytestmark = pytest.mark.browser

EDITION = "Regio Zuid 2026–2027"
TITLES = {assignment.key: assignment.title.get("nl") for assignment in TRAINING.assignments}
IN_CHROMIUM = ("leervraag", "beroepsproduct")


def test_from_a_link_in_the_course_to_the_certificate(stage: Stage, window: Windows, tmp_path: Path) -> None:
    trainer, teacher = window(), window()
    trainer.sign_in(TRAINER)
    lesson = _embed(trainer, stage)

    teacher.sign_in(TEACHER)
    for key in IN_CHROMIUM:
        _hand_in(teacher, lesson, key)
        _accept(trainer, lesson, key)
        _see_the_grade(trainer, lesson, key)
    stage.complete(TEACHER, lesson, *(key for key in KEYS if key not in IN_CHROMIUM))
    stage.command("cohort", "approve", stage.cohort_id(lesson))

    _confirm_the_name(teacher, lesson)
    _open_the_certificate(teacher, lesson, tmp_path)


def _embed(trainer: Visitor, stage: Stage) -> Lesson:
    page = trainer.page
    course_url = stage.course()
    page.goto(course_url)
    page.get_by_role("link", name="Voeg activiteit toe vanuit ICC Bridge").click()
    picker = trainer.tool
    for key in KEYS:
        expect(picker.get_by_label(TITLES[key])).to_be_checked()
    picker.get_by_label("Een nieuwe editie").check()
    picker.get_by_label("Naam van de nieuwe editie").fill(EDITION)
    picker.get_by_role("button", name="Zet in de cursus").click()
    page.frame_locator("iframe.tool").get_by_role("button", name="Bewaar en ga terug naar de cursus").click()
    expect(page.get_by_text("6 activiteiten toegevoegd.")).to_be_visible()
    for title in TITLES.values():
        expect(page.get_by_role("link", name=title)).to_be_visible()
    return Lesson(course_url, EDITION, stage.activities(course_url, list(KEYS)))


def _open_from_the_course(visitor: Visitor, lesson: Lesson, key: str) -> FrameLocator:
    visitor.page.goto(lesson.course_url)
    visitor.page.get_by_role("link", name=TITLES[key]).click()
    expect(visitor.tool.get_by_role("heading", level=1)).to_have_text(TITLES[key])
    return visitor.tool


def _hand_in(teacher: Visitor, lesson: Lesson, key: str) -> None:
    assignment = TRAINING.assignment(key)
    tool = _open_from_the_course(teacher, lesson, key)
    tool.get_by_label("Tekst").fill(sample_text(assignment))
    if assignment.hand_in.link is not Requirement.NONE:
        tool.get_by_label("Link").fill("https://www.example.org/plan")
    if assignment.hand_in.files is Requirement.REQUIRED:
        tool.get_by_label("Voeg bestanden toe").set_input_files(plan_file())
    tool.get_by_role("button", name="Lever versie 1 in").click()
    expect(tool.get_by_role("heading", name="Versie 1 is goed ontvangen")).to_be_visible()
    expect(tool.get_by_text("Ingeleverd", exact=True)).to_be_visible()


def _accept(trainer: Visitor, lesson: Lesson, key: str) -> None:
    assignment = TRAINING.assignment(key)
    tool = _open_from_the_course(trainer, lesson, key)
    tool.get_by_role("link", name=TEACHER).click()
    expect(tool.get_by_text("Ingeleverd", exact=True)).to_be_visible()
    if assignment.hand_in.files is Requirement.REQUIRED:
        with trainer.page.expect_download() as download:
            tool.get_by_role("link", name=PLAN_NAME).click()
        assert download.value.path().read_bytes() == plan()
    tool.get_by_label(f"Feedback voor {TEACHER}").fill(FEEDBACK)
    tool.get_by_role("button", name="Geef akkoord").click()
    expect(tool.get_by_role("heading", name="Akkoord gegeven")).to_be_visible()


def _see_the_grade(trainer: Visitor, lesson: Lesson, key: str) -> None:
    def shown() -> Locator | None:
        trainer.page.goto(lesson.grades_url)
        cell = trainer.page.locator(f'td[data-label="{TITLES[key]}"]').filter(has_text=FEEDBACK)
        return cell if cell.count() else None

    grade = eventually("the grade in the gradebook", shown)
    expect(grade.locator("strong")).to_have_text("100")
    expect(trainer.page.get_by_role("row", name=TEACHER).locator(grade)).to_be_visible()


def _confirm_the_name(teacher: Visitor, lesson: Lesson) -> None:
    tool = _open_from_the_course(teacher, lesson, KEYS[-1])
    tool.get_by_role("link", name="Vul je naam in").click()
    tool.get_by_label("Voornaam en achternaam").fill(TEACHER)
    tool.get_by_role("button", name="Bevestig je naam").click()
    expect(tool.get_by_role("heading", name="Alles is akkoord").or_(_ready(tool))).to_be_visible()


def _ready(tool: FrameLocator) -> Locator:
    return tool.get_by_role("heading", name="Je certificaat staat klaar")


def _open_the_certificate(teacher: Visitor, lesson: Lesson, tmp_path: Path) -> None:
    def ready() -> bool | None:
        tool = teacher.open(lesson.activities[KEYS[-1]])
        tool.get_by_role("link", name="Certificaat").click()
        mine = tool.get_by_role("heading", name="Mijn certificaat")
        mine.or_(tool.get_by_role("heading", name="Je certificaat", exact=True)).wait_for()
        return True if mine.count() else None

    eventually("the certificate", ready)
    with teacher.page.expect_popup() as popup:
        teacher.tool.get_by_role("link", name="Bekijk het certificaat").click()
    page = popup.value
    expect(page.get_by_role("heading", name="Dit certificaat is geldig")).to_be_visible()
    expect(page.get_by_text(TEACHER, exact=True)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Pdf, om te printen").click()
    download.value.save_as(tmp_path / "certificate.pdf")
    written = PdfReader(tmp_path / "certificate.pdf").pages[0].extract_text()
    assert "Cultuurcoördinator VO" in written
