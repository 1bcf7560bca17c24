"""Drafts save themselves in Chromium; whatever fails meanwhile, nothing typed is lost and the page says what it did."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import FrameLocator, Locator, expect

from tests.browser.conftest import Windows
from tests.browser.stage import COLLEAGUE, KEYS, PARTICIPANT, Lesson, Stage
from tests.browser.visitor import Visitor, expect_nothing_wrong

pytestmark = pytest.mark.browser

TEXT_ONLY, WITH_LINK = KEYS[0], KEYS[1]
FIRST = "Hoe krijg ik collega's zover dat cultuur ook in hún lessen een plek krijgt?"
SECOND = f"{FIRST}\n\nIk sprak erover met de sectie aardrijkskunde."
OTHER = "Wat kan het museum om de hoek voor mijn klas betekenen?"
SAVED = re.compile(r"Bewaard om \d\d\.\d\d uur\.")
OFFER = "Op dit apparaat staat nog iets dat niet bewaard is"


def arrive(window: Windows, lesson: Lesson, key: str = TEXT_ONLY, who: str = PARTICIPANT, **how: object) -> Visitor:
    visitor = window(**how)
    visitor.sign_in(who)
    visitor.open(lesson.activities[key])
    # its scripts too: a server that is gone gives none
    visitor.wait_until_loaded()
    return visitor


def text(tool: FrameLocator) -> Locator:
    return tool.get_by_label("Tekst", exact=True)


def said(tool: FrameLocator) -> Locator:
    return tool.locator("[data-autosave-said]")


def tell_saved(visitor: Visitor) -> None:
    expect(said(visitor.tool)).to_have_text(SAVED)


def saved_text(stage: Stage, lesson: Lesson, key: str = TEXT_ONLY, who: str = PARTICIPANT) -> str:
    """Return the draft as the server has it, whatever any window shows."""
    return stage.launch(who, lesson, key).form(with_field="text").values["text"]


@contextmanager
def without_connection(visitor: Visitor) -> Iterator[None]:
    """Let nothing that this window asks for arrive."""
    visitor.complaints.connection_breaks = True
    visitor.page.context.set_offline(offline=True)
    try:
        yield
    finally:
        visitor.page.context.set_offline(offline=False)


def leave_unsaved(stage: Stage, visitor: Visitor) -> None:
    """Type something when the session has ended, and go away."""
    stage.end_sessions()
    with visitor.foresee(400, 401):
        text(visitor.tool).fill(FIRST)
        expect(said(visitor.tool)).to_contain_text("Je sessie is verlopen.")
        visitor.page.goto("about:blank")


def test_what_is_typed_is_saved_by_itself(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(TEXT_ONLY)
    visitor = arrive(window, lesson)
    text(visitor.tool).fill(FIRST)
    tell_saved(visitor)
    assert saved_text(stage, lesson) == FIRST
    assert visitor.frame.evaluate("Object.keys(localStorage).length") == 0
    text(visitor.tool).fill(SECOND)
    expect(said(visitor.tool)).to_have_text("")
    tell_saved(visitor)
    assert saved_text(stage, lesson) == SECOND
    visitor.tool.get_by_role("button", name="Lever versie 1 in").click()
    expect(visitor.tool.get_by_role("heading", name="Versie 1 is goed ontvangen")).to_be_visible()
    expect_nothing_wrong(visitor.inspect(visitor.frame, "handed in"))


def test_who_leaves_the_page_at_once_has_it_saved(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(TEXT_ONLY)
    visitor = arrive(window, lesson)
    text(visitor.tool).fill(FIRST)
    visitor.page.goto(lesson.course_url)
    expect(visitor.page.get_by_role("heading", level=1)).to_be_visible()
    assert text(visitor.open(lesson.activities[TEXT_ONLY])).input_value() == FIRST


def test_when_the_server_is_gone_it_stays_on_the_device_and_is_saved_once_it_is_back(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(TEXT_ONLY)
    visitor = arrive(window, lesson)
    visitor.complaints.connection_breaks = True
    with stage.outage():
        text(visitor.tool).fill(FIRST)
        expect(said(visitor.tool)).to_contain_text("blijft op dit apparaat staan")
        expect_nothing_wrong(visitor.inspect(visitor.frame, "the server is gone"))
        assert FIRST in visitor.frame.evaluate("JSON.parse(Object.values(localStorage)[0]).text")
    tell_saved(visitor)
    assert saved_text(stage, lesson) == FIRST
    assert visitor.frame.evaluate("Object.keys(localStorage).length") == 0


def test_without_a_connection_it_stays_on_the_device_and_is_saved_once_there_is_one(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(WITH_LINK)
    visitor = arrive(window, lesson, WITH_LINK)
    with without_connection(visitor):
        text(visitor.tool).fill(FIRST)
        visitor.tool.get_by_label("Link").fill("https://www.example.org/plan")
        expect(said(visitor.tool)).to_contain_text("Geen verbinding.")
    tell_saved(visitor)
    assert saved_text(stage, lesson, WITH_LINK) == FIRST


def test_a_page_that_is_closed_while_the_server_is_gone_offers_its_text_back(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(TEXT_ONLY)
    visitor = arrive(window, lesson)
    text(visitor.tool).fill(FIRST)
    tell_saved(visitor)
    visitor.complaints.connection_breaks = True
    with stage.outage():
        text(visitor.tool).fill(SECOND)
        expect(said(visitor.tool)).to_contain_text("blijft op dit apparaat staan")
        visitor.page.goto("about:blank")
    tool = visitor.open(lesson.activities[TEXT_ONLY])
    expect(text(tool)).to_have_value(FIRST)
    expect(tool.get_by_role("heading", name=OFFER)).to_be_visible()
    visitor.unfold()
    expect(tool.locator("[data-kept-text]")).to_have_text(SECOND)
    expect_nothing_wrong(visitor.inspect(visitor.frame, "offer"))
    tool.get_by_role("button", name="Zet het terug").click()
    expect(text(tool)).to_have_value(SECOND)
    expect(text(tool)).to_be_focused()
    tell_saved(visitor)
    assert saved_text(stage, lesson) == SECOND
    assert visitor.frame.evaluate("Object.keys(localStorage).length") == 0
    expect(tool.get_by_role("heading", name="Eerdere versies van je concept")).to_have_count(0)


def test_what_is_offered_can_be_thrown_away(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(TEXT_ONLY)
    visitor = arrive(window, lesson)
    leave_unsaved(stage, visitor)
    tool = visitor.open(lesson.activities[TEXT_ONLY])
    tool.get_by_role("button", name="Gooi het weg").click()
    expect(tool.get_by_role("heading", name=OFFER)).to_have_count(0)
    expect(text(tool)).to_be_focused()
    assert visitor.frame.evaluate("Object.keys(localStorage).length") == 0


def test_nobody_else_on_the_same_device_is_offered_it(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(TEXT_ONLY)
    visitor = arrive(window, lesson)
    leave_unsaved(stage, visitor)
    visitor.page.context.clear_cookies()
    visitor.sign_in(COLLEAGUE)
    tool = visitor.open(lesson.activities[TEXT_ONLY])
    expect(text(tool)).to_have_value("")
    expect(tool.get_by_role("heading", name=OFFER)).to_have_count(0)


def test_a_session_that_has_ended_keeps_the_text_and_gives_it_back_after_a_new_launch(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(TEXT_ONLY)
    visitor = arrive(window, lesson)
    text(visitor.tool).fill(FIRST)
    tell_saved(visitor)
    stage.end_sessions()
    with visitor.foresee(400, 401):
        text(visitor.tool).fill(SECOND)
        expect(said(visitor.tool)).to_contain_text("Je sessie is verlopen.")
        expect(said(visitor.tool)).to_contain_text("Open de opdracht opnieuw vanuit je cursus")
        expect_nothing_wrong(visitor.inspect(visitor.frame, "expired"))
        tool = visitor.open(lesson.activities[TEXT_ONLY])
    tool.get_by_role("button", name="Zet het terug").click()
    expect(text(tool)).to_have_value(SECOND)
    tell_saved(visitor)
    assert saved_text(stage, lesson) == SECOND


def test_a_page_whose_session_has_ended_goes_on_when_the_assignment_is_opened_in_another_tab(
    stage: Stage, window: Windows
) -> None:
    lesson = stage.lesson(TEXT_ONLY)
    visitor = arrive(window, lesson)
    stage.end_sessions()
    with visitor.foresee(400, 401):
        text(visitor.tool).fill(FIRST)
        expect(said(visitor.tool)).to_contain_text("Je sessie is verlopen.")
        tab(visitor).open(lesson.activities[TEXT_ONLY])
        text(visitor.tool).fill(SECOND)
        tell_saved(visitor)
    assert saved_text(stage, lesson) == SECOND


def test_of_two_tabs_the_newest_counts_and_the_other_can_be_taken_back(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(TEXT_ONLY)
    first = arrive(window, lesson)
    second = tab(first)
    second.open(lesson.activities[TEXT_ONLY])
    text(first.tool).fill(FIRST)
    tell_saved(first)
    text(second.tool).fill(OTHER)
    expect(said(second.tool)).to_contain_text("Dat staat nu bij ‘Eerdere versies van je concept’.")
    assert saved_text(stage, lesson) == OTHER
    # back at the first tab
    first.frame.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(said(first.tool)).to_contain_text("In een ander tabblad is iets nieuwers bewaard")
    expect_nothing_wrong(first.inspect(first.frame, "newer elsewhere"))
    first.tool.get_by_role("link", name="Laad de pagina opnieuw").click()
    expect(text(first.tool)).to_have_value(OTHER)
    first.unfold()
    expect(first.tool.get_by_text(FIRST)).to_be_visible()
    expect_nothing_wrong(first.inspect(first.frame, "earlier drafts"))
    first.unfold()
    first.tool.get_by_role("button", name="Zet dit terug als concept").click()
    expect(text(first.tool)).to_have_value(FIRST)
    first.unfold()
    expect(first.tool.get_by_text(OTHER)).to_be_visible()
    assert saved_text(stage, lesson) == FIRST


def test_what_a_tab_kept_for_long_does_not_push_away_what_was_typed_since(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(TEXT_ONLY)
    first = arrive(window, lesson)
    second = arrive(window, lesson)
    with without_connection(first):
        text(first.tool).fill(OTHER)
        expect(said(first.tool)).to_contain_text("Geen verbinding.")
        text(second.tool).fill(FIRST)
        tell_saved(second)
    expect(said(first.tool)).to_contain_text("Wat je hier schreef, staat bij ‘Eerdere versies van je concept’.")
    assert saved_text(stage, lesson) == FIRST
    first.tool.get_by_role("link", name="Laad de pagina opnieuw").click()
    expect(text(first.tool)).to_have_value(FIRST)
    first.unfold()
    expect(first.tool.get_by_text(OTHER)).to_be_visible()


def test_without_scripts_two_tabs_lose_nothing_either(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(TEXT_ONLY)
    one, other = (stage.launch(PARTICIPANT, lesson, TEXT_ONLY).form(with_field="text") for _ in range(2))
    one.submit(action="save", text=FIRST)
    page = other.submit(action="save", text=OTHER)
    assert page.form(with_field="text").values["text"] == OTHER
    visitor = arrive(window, lesson, english=True)
    visitor.unfold()
    expect(visitor.tool.get_by_text(FIRST)).to_be_visible()
    expect_nothing_wrong(visitor.inspect(visitor.frame, "earlier drafts in English"))


def tab(visitor: Visitor) -> Visitor:
    """Open another tab in the same browser."""
    return Visitor(visitor.stage, visitor.page.context.new_page(), visitor.complaints)
