"""A teacher hands in in an assignment of Moodle itself, and it counts: in Chromium, from the hand-in to the certificate."""

from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, expect

from lti_tool.demo.walk import TRAINER
from tests.browser.conftest import Windows
from tests.browser.stage import (
    FEEDBACK,
    KEYS,
    NATIVE_COURSE,
    NATIVE_PARTICIPANT,
    PLAN_NAME,
    TRAINING,
    Lesson,
    Stage,
    eventually,
    plan,
)
from tests.browser.visitor import Visitor, plan_file

pytestmark = pytest.mark.browser

KEY = "leervraag"
TITLE = TRAINING.assignment(KEY).title.get("nl")
NATIVE = "Opdracht 1 – Mijn leervraag"
WORK = "Wat gebeurt er als mijn leerlingen zelf kiezen naar welke voorstelling we gaan?"


def test_what_a_teacher_hands_in_in_moodle_counts_up_to_the_certificate(stage: Stage, window: Windows) -> None:
    lesson = stage.embed(stage.native_course(), "Regio Zuid, in Moodle")
    trainer, teacher = window(), window()
    trainer.sign_in(TRAINER)
    teacher.sign_in(NATIVE_PARTICIPANT)
    teacher.open(lesson.activities[KEY])

    _hand_in_at_moodle(teacher, lesson)
    _let_it_count(trainer, lesson)
    _read_moodle(trainer, stage.cohort_id(lesson))
    _accept(trainer, lesson)
    _see_the_phase(teacher, lesson)

    stage.complete(NATIVE_PARTICIPANT, lesson, *(key for key in KEYS if key != KEY))
    stage.command("cohort", "approve", stage.cohort_id(lesson))
    stage.confirm_name(NATIVE_PARTICIPANT, lesson, NATIVE_PARTICIPANT)
    teacher.page.goto(stage.certificate(NATIVE_PARTICIPANT, lesson))
    expect(teacher.page.get_by_role("heading", name="Dit certificaat is geldig")).to_be_visible()
    expect(teacher.page.get_by_text(NATIVE_PARTICIPANT, exact=True)).to_be_visible()


def _hand_in_at_moodle(teacher: Visitor, lesson: Lesson) -> None:
    page = teacher.page
    page.goto(lesson.course_url)
    expect(page.get_by_role("heading", name=NATIVE_COURSE)).to_be_visible()
    page.get_by_role("link", name=NATIVE).click()
    page.get_by_label("Tekst").fill(WORK)
    page.get_by_label("Bestanden").set_input_files(plan_file())
    page.get_by_role("button", name="Lever in").click()
    expect(page.get_by_text("Je werk is ingeleverd.")).to_be_visible()


def _board(trainer: Visitor, lesson: Lesson) -> FrameLocator:
    tool = trainer.open(lesson.activities[KEY])
    tool.get_by_role("link", name="Bord", exact=True).click()
    expect(tool.get_by_role("heading", name="Bord", exact=True, level=1)).to_be_visible()
    return tool


def _let_it_count(trainer: Visitor, lesson: Lesson) -> None:
    tool = _board(trainer, lesson)
    tool.get_by_role("link", name="Moodle-activiteiten koppelen").click()
    expect(tool.get_by_role("heading", name="Moodle-activiteiten koppelen")).to_be_visible()
    for key in KEYS:
        label = f"{NATIVE} (Moodle-opdracht)" if key == KEY else "geen: deelnemers leveren in ICC Bridge in"
        tool.locator(f"#activity-{key}").select_option(label=label)
    tool.get_by_role("button", name="Bewaar", exact=True).click()
    expect(tool.get_by_text(f"Gekoppeld aan ‘{NATIVE}’.")).to_be_visible()
    tool.get_by_role("link", name="Terug naar het bord").click()


def _read_moodle(trainer: Visitor, cohort_id: str) -> None:
    tool = trainer.tool
    tool.get_by_role("button", name="Nu bijwerken").click()
    expect(tool.get_by_role("heading", name="De activiteiten in Moodle worden gelezen")).to_be_visible()

    def marked() -> bool | None:
        trainer.go(f"/cohort/{cohort_id}/board")
        chip = trainer.tool.get_by_role("row", name=NATIVE_PARTICIPANT).get_by_role("link", name="Ingeleverd in Moodle")
        return True if chip.count() else None

    eventually("the hand-in on the board", marked)


def _accept(trainer: Visitor, lesson: Lesson) -> None:
    tool = trainer.open(lesson.activities[KEY])
    tool.get_by_role("link", name=NATIVE_PARTICIPANT).click()
    expect(tool.get_by_role("paragraph").filter(has_text=WORK)).to_be_visible()
    expect(tool.get_by_role("link", name=f"Bekijk ‘{NATIVE}’ in Moodle")).to_be_visible()
    with trainer.page.expect_download() as download:
        tool.get_by_role("link", name=PLAN_NAME).click()
    assert Path(download.value.path()).read_bytes() == plan()
    tool.get_by_label(f"Feedback voor {NATIVE_PARTICIPANT}").fill(FEEDBACK)
    tool.get_by_role("button", name="Geef akkoord").click()
    expect(tool.get_by_role("heading", name="Akkoord gegeven")).to_be_visible()


def _see_the_phase(teacher: Visitor, lesson: Lesson) -> None:
    tool = teacher.open(lesson.activities[KEY])
    expect(tool.get_by_text(FEEDBACK)).to_be_visible()
    tool.get_by_role("link", name="Overzicht", exact=True).click()
    phase = tool.get_by_role("listitem").filter(has=tool.get_by_role("heading", name="Oriëntatie"))
    expect(phase.get_by_text("Afgerond", exact=True)).to_be_visible()
