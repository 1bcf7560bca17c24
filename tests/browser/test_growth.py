"""How somebody grows, in Chromium: the picture at both widths, the form by keyboard, and what changed in the retrospect."""

import pytest
from playwright.sync_api import expect

from lti_tool.demo.walk import TRAINER
from tests.browser.conftest import Windows
from tests.browser.stage import KEYS, PARTICIPANT, WHOLE, Stage
from tests.browser.visitor import expect_nothing_wrong

pytestmark = pytest.mark.browser

RETROSPECT = KEYS[3]


def test_what_changed_since_the_start_is_seen_and_put_into_the_retrospect(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(WHOLE, *KEYS[:4])
    visitor = window()
    visitor.sign_in(PARTICIPANT)
    tool, keyboard = visitor.open(lesson.activities[WHOLE]), visitor.page.keyboard
    tool.get_by_role("link", name="Open ‘Waar sta ik?’").click()
    steps = tool.get_by_role("group", name="Eigenaarschap")
    visitor.tab_to(steps.get_by_role("radio", name="Begin", exact=True))
    keyboard.press("Space")
    keyboard.press("ArrowRight")
    expect(steps.get_by_role("radio", name="Tussen begin en op weg")).to_be_checked()
    tool.get_by_role("button", name="Bewaar", exact=True).click()
    expect(tool.locator(".icc-ax-figure .icc-ax-start")).to_have_count(2)
    expect_nothing_wrong(visitor.inspect(visitor.frame, "where do I stand"))
    stage.complete(PARTICIPANT, lesson, *KEYS[:3])
    tool = visitor.open(lesson.activities[WHOLE])
    tool.get_by_role("link", name="Open ‘Waar sta ik?’").click()
    expect(tool.get_by_role("heading", name="Het begin ligt daarna vast")).to_be_visible()
    tool.get_by_role("group", name="Eigenaarschap").get_by_text("Bekwaam", exact=True).last.click()
    tool.get_by_role("button", name="Bewaar", exact=True).click()
    expect(tool.locator(".icc-ax-figure .icc-ax-way")).to_have_count(1)
    tool = visitor.open(lesson.activities[RETROSPECT])
    expect_nothing_wrong(visitor.inspect(visitor.frame, "what changed"))
    text = tool.get_by_label("Tekst", exact=True)
    text.fill("Mijn terugblik.")
    tool.get_by_role("button", name="Zet dit in je tekst").click()
    change = "Eigenaarschap: Van tussen begin en op weg naar bekwaam."
    expect(text).to_have_value(f"Mijn terugblik.\n\n{change}")
    # the editor in its place takes it too
    tool.get_by_role("button", name="Vet").click()
    tool.get_by_role("button", name="Zet je leervraag in je tekst").click()
    expect(tool.get_by_role("textbox", name="Tekst")).to_contain_text("Mijn leervraag:")
    expect(tool.locator("[data-autosave-said]")).to_contain_text("Bewaard om")


def test_a_trainer_shares_how_they_see_it(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(WHOLE, KEYS[0])
    stage.hand_in(PARTICIPANT, lesson, KEYS[0])
    visitor = window(english=True)
    visitor.sign_in(TRAINER)
    tool = visitor.open(lesson.activities[WHOLE])
    tool.get_by_role("link", name="Where does the group stand?").click()
    expect(tool.get_by_role("heading", name="How they spread")).to_be_visible()
    expect_nothing_wrong(visitor.inspect(visitor.frame, "the group"))
    tool.get_by_role("link", name=PARTICIPANT).click()
    tool.get_by_role("group", name="Ownership").get_by_text("Competent", exact=True).last.click()
    tool.get_by_role("button", name=f"Save and share with {PARTICIPANT}").click()
    expect(tool.get_by_text(f"{PARTICIPANT} sees what is here.")).to_be_visible()
    expect_nothing_wrong(visitor.inspect(visitor.frame, "one participant"))
