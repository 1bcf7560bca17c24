"""Headings, lists, links and bold in Chromium, with the mouse and by keyboard; and what becomes of them."""

import re

import pytest
from playwright.sync_api import FrameLocator, Locator, expect

from lti_tool.demo.walk import TRAINER
from tests.browser.conftest import Windows
from tests.browser.stage import KEYS, PARTICIPANT, Lesson, Stage
from tests.browser.visitor import Visitor, expect_nothing_wrong

pytestmark = pytest.mark.browser

KEY = KEYS[0]
SAVED = re.compile(r"Bewaard om \d\d\.\d\d uur\.")
PASTE = """html => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  document.querySelector("[role=textbox]").dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
FOREIGN = """<div style="color: red" onclick="alert(1)"><h1>Drie kansen</h1><div>De <strong>aula</strong> staat leeg.</div>
<script>alert(1)</script><img src="https://x.example/pixel.png"><a href="javascript:alert(1)">klik</a>
<a href="https://museum.example/zaal">het museum</a></div>"""


def arrive(window: Windows, lesson: Lesson, **how: bool) -> Visitor:
    visitor: Visitor = window(**how)
    visitor.sign_in(PARTICIPANT)
    visitor.open(lesson.activities[KEY])
    return visitor


def bar(tool: FrameLocator, name: str) -> Locator:
    return tool.get_by_role("group", name="Opmaak").get_by_role("button", name=name, exact=True)


def box(tool: FrameLocator) -> Locator:
    """Return the editor: it has taken the textarea's place."""
    return tool.locator("[role=textbox]")


def write_with_the_keyboard(visitor: Visitor) -> None:
    """Write a heading, bold words and a list, without a mouse."""
    tool, keyboard = visitor.tool, visitor.page.keyboard
    tool.get_by_label("Tekst").press_sequentially("Wat er is")
    bar(tool, "Kopje").press("Enter")
    expect(box(tool)).to_be_focused()
    expect(box(tool).get_by_role("heading", name="Wat er is")).to_be_visible()
    keyboard.press("End")
    keyboard.press("Enter")
    keyboard.type("Cultuur ligt bij de ")
    keyboard.press("Control+b")
    keyboard.type("kunstvakken")
    keyboard.press("Control+b")
    keyboard.type(".")
    keyboard.press("Enter")
    bar(tool, "Lijst").press("Enter")
    keyboard.type("De aula staat leeg")
    keyboard.press("Enter")
    keyboard.type("Het museum wil")


def test_what_is_written_with_headings_bold_and_lists_is_saved_handed_in_and_read(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(KEY)
    visitor = arrive(window, lesson)
    tool = visitor.tool
    write_with_the_keyboard(visitor)
    expect(box(tool).get_by_role("heading", name="Wat er is")).to_be_visible()
    expect(box(tool).get_by_role("listitem")).to_have_count(2)
    expect(bar(tool, "Lijst")).to_have_attribute("aria-pressed", "true")
    expect(tool.locator("[data-autosave-said]")).to_have_text(SAVED)
    expect_nothing_wrong(visitor.inspect(visitor.frame, "editor"))
    kept = stage.launch(PARTICIPANT, lesson, KEY).form(with_field="text").values["text"]
    assert kept == "Wat er is\n\nCultuur ligt bij de kunstvakken.\n\n- De aula staat leeg\n- Het museum wil"
    tool = visitor.open(lesson.activities[KEY])
    expect(box(tool).get_by_role("listitem")).to_have_count(2)
    tool.get_by_role("button", name="Lever versie 1 in").click()
    expect(tool.get_by_role("heading", name="Versie 1 is goed ontvangen")).to_be_visible()
    trainer = window(english=True)
    trainer.sign_in(TRAINER)
    tool = trainer.open(lesson.activities[KEY])
    tool.get_by_role("link", name=PARTICIPANT).click()
    expect(tool.get_by_role("heading", name="Wat er is", level=2)).to_be_visible()
    expect(tool.locator("article b")).to_have_text("kunstvakken")
    expect_nothing_wrong(trainer.inspect(trainer.frame, "review of formatted work"))


def test_a_plain_text_stays_as_it_was_when_the_bar_is_used_in_it(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(KEY)
    visitor = arrive(window, lesson)
    tool, text = visitor.tool, visitor.tool.get_by_label("Tekst")
    text.fill("Eerste regel\ntweede regel\n\nLaatste alinea")
    text.evaluate("field => field.setSelectionRange(13, 19)")
    bar(tool, "Vet").click()
    expect(box(tool).locator("b")).to_have_text("tweede")
    expect(box(tool).locator("p")).to_have_count(2)
    expect(tool.locator("[data-autosave-said]")).to_have_text(SAVED)
    kept = stage.launch(PARTICIPANT, lesson, KEY).form(with_field="text").values["text"]
    assert kept == "Eerste regel\ntweede regel\n\nLaatste alinea"


def test_a_link_is_made_changed_and_taken_away(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(KEY)
    visitor = arrive(window, lesson)
    tool, keyboard = visitor.tool, visitor.page.keyboard
    tool.get_by_label("Tekst").fill("het museum")
    tool.get_by_label("Tekst").press("Control+a")
    bar(tool, "Link in de tekst").click()
    address = tool.get_by_label("Adres van de pagina")
    expect(address).to_be_focused()
    keyboard.type("javascript:alert(1)")
    keyboard.press("Enter")
    expect(tool.locator("#text-link-error")).to_be_visible()
    expect_nothing_wrong(visitor.inspect(visitor.frame, "link that is none"))
    address.fill("museum.example/zaal")
    address.press("Enter")
    expect(box(tool).get_by_role("link", name="het museum")).to_have_attribute("href", "https://museum.example/zaal")
    expect(box(tool)).to_be_focused()
    keyboard.press("ArrowLeft")
    bar(tool, "Link in de tekst").click()
    expect(address).to_have_value("https://museum.example/zaal")
    tool.get_by_role("button", name="Haal de link weg").click()
    expect(box(tool).get_by_role("link")).to_have_count(0)
    bar(tool, "Link in de tekst").click()
    address.press("Escape")
    expect(address).to_be_hidden()


def test_what_is_pasted_brings_nothing_along(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(KEY)
    visitor = arrive(window, lesson)
    tool = visitor.tool
    bar(tool, "Kopje").click()
    bar(tool, "Kopje").click()
    expect(box(tool)).to_be_focused()
    visitor.frame.evaluate(PASTE, FOREIGN)
    expect(box(tool).get_by_role("heading", name="Drie kansen", level=3)).to_be_visible()
    assert box(tool).locator("img, script, [style], [onclick], h1").count() == 0
    expect(box(tool).get_by_role("link")).to_have_count(1)
    expect(tool.locator("[data-autosave-said]")).to_have_text(SAVED)
    tool = visitor.open(lesson.activities[KEY])
    expect(box(tool).locator("b")).to_have_text("aula")


def test_tab_leads_through_the_bar_into_the_editor_and_out_again(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(KEY)
    visitor = arrive(window, lesson)
    tool = visitor.tool
    bar(tool, "Lijst").click()
    expect(box(tool).get_by_role("listitem")).to_have_count(1)
    visitor.tab_to(tool.get_by_role("button", name="Lever versie 1 in"))


def test_without_scripts_formatted_text_is_a_textarea_and_its_format_is_kept(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(KEY)
    write_with_the_keyboard(visitor := arrive(window, lesson))
    expect(visitor.tool.locator("[data-autosave-said]")).to_have_text(SAVED)
    form = stage.launch(PARTICIPANT, lesson, KEY).form(with_field="text")
    form.submit(action="save", text=form.values["text"])
    tool = visitor.open(lesson.activities[KEY])
    expect(box(tool).get_by_role("listitem")).to_have_count(2)
    stage.launch(PARTICIPANT, lesson, KEY).form(with_field="text").submit(action="save", text="Heel anders")
    tool = visitor.open(lesson.activities[KEY])
    expect(tool.get_by_label("Tekst")).to_have_value("Heel anders")
    visitor.unfold()
    expect(
        tool.locator("#concepten ~ ul").get_by_role("listitem").filter(has_text="De aula staat leeg").first
    ).to_be_visible()
    expect_nothing_wrong(visitor.inspect(visitor.frame, "formatted text among the earlier drafts"))


def test_formatted_text_that_could_not_be_saved_is_offered_back_with_its_format(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(KEY)
    visitor = arrive(window, lesson)
    stage.end_sessions()
    with visitor.foresee(400, 401):
        write_with_the_keyboard(visitor)
        expect(visitor.tool.locator("[data-autosave-said]")).to_contain_text("Je sessie is verlopen.")
        tool = visitor.open(lesson.activities[KEY])
    tool.get_by_role("button", name="Zet het terug").click()
    expect(box(tool).get_by_role("listitem")).to_have_count(2)
    expect(tool.locator("[data-autosave-said]")).to_have_text(SAVED)
    tool = visitor.open(lesson.activities[KEY])
    expect(box(tool).get_by_role("heading", name="Wat er is")).to_be_visible()
    expect(tool.get_by_role("button", name="Zet het terug")).to_have_count(0)
