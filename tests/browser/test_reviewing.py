"""A trainer reviews work with the keys of the page, and without scripts."""

import pytest
from playwright.sync_api import expect

from lti_tool.demo.walk import TRAINER
from tests.browser.conftest import Windows
from tests.browser.stage import COLLEAGUE, PARTICIPANT, WHOLE, Stage
from tests.browser.visitor import expect_nothing_wrong

pytestmark = pytest.mark.browser

FIRST = "leervraag"


def test_keys_lead_to_a_verdict_and_can_be_turned_off(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(WHOLE, FIRST)
    stage.hand_in(COLLEAGUE, lesson, FIRST)
    stage.hand_in(PARTICIPANT, lesson, FIRST)
    visitor = window()
    visitor.sign_in(TRAINER)
    tool = visitor.open(lesson.activities[FIRST])
    tool.get_by_role("link", name=COLLEAGUE).click()
    expect(tool.locator("#titel")).to_be_visible()
    keyboard = visitor.page.keyboard
    tool.locator("h1").click()
    keyboard.press("a")
    expect(tool.get_by_role("button", name="Geef akkoord")).to_be_focused()
    keyboard.press("t")
    expect(tool.get_by_role("button", name="Geef terug")).to_be_focused()
    keyboard.press("f")
    feedback = tool.locator("#feedback")
    expect(feedback).to_be_focused()
    keyboard.type("Ja, tja, fijn")
    expect(feedback).to_have_value("Ja, tja, fijn")
    visitor.unfold()
    expect_nothing_wrong(visitor.inspect(visitor.frame, "review, with keys"))
    box = tool.get_by_label("Zet deze toetsen aan")
    box.uncheck()
    keyboard.press("a")
    expect(box).to_be_focused()
    visitor.go(visitor.frame.url)
    box = visitor.tool.get_by_label("Zet deze toetsen aan")
    expect(box).not_to_be_checked()
    box.check()
    keyboard.press("j")
    expect(visitor.tool.locator("article > p").first).to_contain_text(PARTICIPANT)


def test_a_verdict_with_remarks_needs_no_scripts(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(WHOLE, FIRST)
    stage.hand_in(PARTICIPANT, lesson, FIRST)
    visitor = window(scripts=False)
    visitor.sign_in(TRAINER)
    visitor.page.goto(lesson.activities[WHOLE])
    school = visitor.page.frame_locator("iframe.tool")
    school.get_by_role("button", name="Ga verder").click()
    school.locator("form[action$='/lti/launch']").get_by_role("button", name="Ga verder").click()
    tool = visitor.tool
    tool.get_by_role("link", name="Wacht op jou").click()
    expect(tool.get_by_role("heading", name="Wacht op jou", level=1)).to_be_visible()
    tool.get_by_role("link", name=PARTICIPANT).last.click()
    expect(tool.locator("#titel")).to_be_visible()
    expect(tool.locator("[data-keys]")).to_be_hidden()
    first = tool.locator("form fieldset").first
    first.get_by_text("Vul aan").click()
    tool.locator("form details summary").first.click()
    tool.get_by_label("Feedback bij criterium 1").fill("Wat wil je zelf leren?")
    with visitor.foresee(422):
        tool.get_by_role("button", name="Geef akkoord").click()
        expect(tool.get_by_role("link", name="Bij een criterium staat ‘Vul aan’.")).to_be_visible()
    expect(tool.get_by_label("Feedback bij criterium 1")).to_have_value("Wat wil je zelf leren?")
    tool.get_by_role("button", name="Geef terug").click()
    expect(tool.get_by_text("Teruggegeven met jouw feedback")).to_be_visible()
