"""Handing in and reviewing in Chromium: without scripts, by keyboard alone, in several goes."""

import pytest
from playwright.sync_api import FrameLocator, expect

from lti_tool.demo.walk import TRAINER
from tests.browser.conftest import Windows
from tests.browser.stage import COLLEAGUE, FEEDBACK, KEYS, PARTICIPANT, PLAN_NAME, TRAINING, Lesson, Stage, plan, sample_text
from tests.browser.visitor import expect_nothing_wrong, plan_file

pytestmark = pytest.mark.browser

TEXT_ONLY, WITH_LINK, WITH_FILE, _RETROSPECT, _NEXT_STEPS = KEYS
TEXT = "Hoe krijg ik collega's zover dat cultuur ook in hún lessen een plek krijgt?"
MORE = "Ik sprak erover met de sectie aardrijkskunde."


def test_work_is_handed_in_without_scripts(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(WITH_FILE)
    visitor = window(scripts=False)
    visitor.sign_in(PARTICIPANT)
    visitor.page.goto(lesson.activities[WITH_FILE])
    school = visitor.page.frame_locator("iframe.tool")
    school.get_by_role("button", name="Ga verder").click()
    school.locator("form[action$='/lti/launch']").get_by_role("button", name="Ga verder").click()
    tool = visitor.tool
    tool.get_by_label("Tekst").fill(TEXT)
    tool.get_by_label("Link").fill("https://www.example.org/plan")
    tool.get_by_label("Voeg bestanden toe").set_input_files(plan_file())
    tool.get_by_role("button", name="Concept bewaren").last.click()
    expect(tool.get_by_role("link", name=PLAN_NAME)).to_be_visible()
    tool.get_by_role("button", name="Lever versie 1 in").click()
    expect_received(tool, 1)


def test_work_is_handed_in_by_keyboard_alone(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(WITH_FILE)
    visitor = window()
    page, keyboard = visitor.page, visitor.page.keyboard
    page.goto(stage.school_url)
    visitor.tab_to(page.get_by_role("button", name=PARTICIPANT))
    keyboard.press("Enter")
    page.wait_for_url("**/courses")
    page.goto(lesson.course_url)
    visitor.tab_to(page.get_by_role("link", name=TRAINING.assignment(WITH_FILE).title.get("nl")))
    keyboard.press("Enter")
    tool = visitor.tool
    visitor.tab_to(tool.get_by_label("Tekst"))
    keyboard.insert_text(TEXT)
    visitor.tab_to(tool.get_by_label("Link"))
    keyboard.insert_text("https://www.example.org/plan")
    with page.expect_file_chooser() as chooser:
        visitor.tab_to(tool.get_by_label("Voeg bestanden toe"))
        keyboard.press("Enter")
    chooser.value.set_files(plan_file())
    visitor.tab_to(tool.get_by_role("button", name="Lever versie 1 in"))
    keyboard.press("Enter")
    expect_received(tool, 1)


def test_work_is_reviewed_by_keyboard_alone(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(TEXT_ONLY)
    for person in (PARTICIPANT, COLLEAGUE):
        stage.hand_in(person, lesson, TEXT_ONLY)
    visitor = window()
    visitor.sign_in(TRAINER)
    tool, keyboard = visitor.open(lesson.activities[TEXT_ONLY]), visitor.page.keyboard
    visitor.tab_to(tool.get_by_role("link", name="Wacht op jou"))
    keyboard.press("Enter")
    expect(tool.get_by_role("heading", name="Wacht op jou", level=1)).to_be_visible()
    # where work of other editions waits too, the trainer chooses this one
    edition = tool.get_by_role("navigation", name="Editie").get_by_role("link", name=f"{lesson.edition} (", exact=False)
    if edition.count():
        visitor.tab_to(edition)
        keyboard.press("Enter")
        expect(edition).to_have_attribute("aria-current", "true")
    visitor.tab_to(tool.get_by_role("link", name=PARTICIPANT))
    keyboard.press("Enter")
    visitor.tab_to(tool.get_by_label(f"Feedback voor {PARTICIPANT}"))
    keyboard.insert_text(FEEDBACK)
    visitor.tab_to(tool.get_by_role("button", name="Geef terug"))
    keyboard.press("Enter")
    expect(tool.get_by_role("heading", name="Teruggegeven met jouw feedback")).to_be_visible()
    visitor.tab_to(tool.get_by_role("button", name="Geef akkoord"))
    keyboard.press("Enter")
    expect(tool.get_by_role("heading", name="Akkoord gegeven")).to_be_visible()
    done = tool.get_by_role("heading", name="Alles is bekeken")
    expect(done.or_(tool.get_by_role("heading", name="Alles van deze editie is bekeken"))).to_be_visible()


def test_enter_in_the_link_saves_and_hands_nothing_in(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(WITH_LINK)
    visitor = window()
    visitor.sign_in(PARTICIPANT)
    tool = visitor.open(lesson.activities[WITH_LINK])
    tool.get_by_label("Tekst").fill(TEXT)
    tool.get_by_label("Link").fill("https://www.example.org/plan")
    tool.get_by_label("Link").press("Enter")
    expect(tool.get_by_text("Bewaard op")).to_be_visible()
    expect(tool.get_by_text("Concept", exact=True)).to_be_visible()


def test_a_draft_is_there_in_another_window(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(WITH_FILE)
    first, second = window(), window()
    first.sign_in(PARTICIPANT)
    tool = first.open(lesson.activities[WITH_FILE])
    tool.get_by_label("Tekst").fill(TEXT)
    tool.get_by_label("Voeg bestanden toe").set_input_files(plan_file())
    tool.get_by_role("button", name="Concept bewaren").last.click()
    expect(tool.get_by_text("Bewaard op")).to_be_visible()
    second.sign_in(PARTICIPANT)
    tool = second.open(lesson.activities[WITH_FILE])
    expect(tool.get_by_label("Tekst")).to_have_value(TEXT)
    with second.page.expect_download() as download:
        tool.get_by_role("link", name=PLAN_NAME).click()
    assert download.value.path().read_bytes() == plan()


def test_what_is_missing_is_said_and_what_was_written_stays(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(WITH_FILE)
    visitor = window()
    visitor.sign_in(PARTICIPANT)
    tool = visitor.open(lesson.activities[WITH_FILE])
    tool.get_by_label("Tekst").fill(TEXT)
    with visitor.foresee(422):
        tool.get_by_role("button", name="Lever versie 1 in").click()
        expect(tool.locator("#fouten")).to_be_focused()
        expect(tool.locator("#fouten")).to_contain_text("Nog niet ingeleverd. Wat je schreef, is bewaard.")
        expect(tool.get_by_label("Tekst")).to_have_value(TEXT)
        tool.locator("#fouten").get_by_role("link").click()
        expect(tool.get_by_label("Voeg bestanden toe")).to_be_focused()
        tool.get_by_label("Voeg bestanden toe").set_input_files(plan_file())
        tool.get_by_role("button", name="Lever versie 1 in").click()
        expect_received(tool, 1)


def test_returned_work_is_handed_in_again_and_accepted(stage: Stage, window: Windows) -> None:
    lesson = returned(stage)
    participant, trainer = window(), window()
    participant.sign_in(PARTICIPANT)
    tool = participant.open(lesson.activities[TEXT_ONLY])
    expect(tool.get_by_text("Terug voor aanvulling", exact=True).first).to_be_visible()
    expect(tool.get_by_text(MORE)).to_be_visible()
    written = tool.get_by_label("Tekst").input_value()
    assert written == sample_text(TRAINING.assignment(TEXT_ONLY))
    tool.get_by_label("Tekst").fill(f"{written}\n\n{TEXT}")
    tool.get_by_role("button", name="Lever versie 2 in").click()
    expect_received(tool, 2)
    trainer.sign_in(TRAINER)
    tool = trainer.open(lesson.activities[TEXT_ONLY])
    tool.get_by_role("link", name=PARTICIPANT).click()
    expect(tool.get_by_text(TEXT)).to_be_visible()
    tool.get_by_role("button", name="Geef akkoord").click()
    expect(tool.get_by_role("heading", name="Akkoord gegeven")).to_be_visible()
    tool = participant.open(lesson.activities[TEXT_ONLY])
    expect(tool.get_by_text("Akkoord", exact=True).first).to_be_visible()
    expect(tool.get_by_label("Tekst")).to_have_count(0)


def test_what_changed_between_two_versions_is_shown_to_both(stage: Stage, window: Windows) -> None:
    lesson = returned(stage)
    participant, trainer = window(), window(english=True)
    participant.sign_in(PARTICIPANT)
    tool = participant.open(lesson.activities[TEXT_ONLY])
    written = tool.get_by_label("Tekst").input_value()
    tool.get_by_label("Tekst").fill(f"{written}\n\n{TEXT}")
    tool.get_by_role("button", name="Lever versie 2 in").click()
    tool.get_by_role("link", name="Wat is er veranderd?").click()
    expect(tool.get_by_role("insertion").filter(has_text=TEXT)).to_be_visible()
    expect(tool.get_by_text("14 woorden erbij, 0 woorden weg.")).to_be_visible()
    expect_nothing_wrong(participant.inspect(participant.frame, "changes"))
    trainer.sign_in(TRAINER)
    tool = trainer.open(lesson.activities[TEXT_ONLY])
    tool.get_by_role("link", name=PARTICIPANT).click()
    tool.get_by_role("link", name="What changed since version 1?").click()
    expect(tool.get_by_role("insertion").filter(has_text=TEXT)).to_be_visible()
    expect_nothing_wrong(trainer.inspect(trainer.frame, "changes in English"))


def returned(stage: Stage) -> Lesson:
    """Return a lesson in which work was handed in and returned."""
    lesson = stage.lesson(TEXT_ONLY)
    stage.hand_in(PARTICIPANT, lesson, TEXT_ONLY)
    stage.review(PARTICIPANT, lesson, TEXT_ONLY, "returned", MORE)
    return lesson


def expect_received(tool: FrameLocator, number: int) -> None:
    """Expect the receipt of a version, where the eye is."""
    expect(tool.get_by_role("heading", name=f"Versie {number} is goed ontvangen")).to_be_in_viewport()
    expect(tool.get_by_text("Ingeleverd", exact=True)).to_be_visible()
