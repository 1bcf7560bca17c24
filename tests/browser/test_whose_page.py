"""Several tabs, changed persons, ended sessions and the back button: nothing is lost, and nobody acts as somebody else."""

import pytest
from playwright.sync_api import FrameLocator, expect

from lti_tool.demo.walk import TRAINER
from tests.browser.conftest import Windows
from tests.browser.stage import COLLEAGUE, KEYS, PARTICIPANT, TRAINING, WHOLE, Lesson, Stage
from tests.browser.visitor import Visitor, expect_nothing_wrong

pytestmark = pytest.mark.browser

KEY = KEYS[0]
TITLE = TRAINING.assignment(KEY).title.get("nl")
TEXT = "Hoe krijg ik collega's zover dat cultuur ook in hún lessen een plek krijgt?\n\nDaar begin ik in maart mee."


def test_a_form_of_one_person_is_refused_once_the_browser_is_anothers(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(KEY)
    first = window()
    first.sign_in(PARTICIPANT)
    tool = first.open(lesson.activities[KEY])
    tool.get_by_label("Tekst").fill(TEXT)
    second = another_tab(first)
    second.sign_in(COLLEAGUE)
    expect(second.open(lesson.activities[KEY]).get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    with first.foresee(400):
        tool.get_by_role("button", name="Lever versie 1 in").click()
        expect_text_given_back(first.tool, "Je tekst", TEXT)
        expect_nothing_wrong(first.inspect(first.frame, "form of somebody else"))
    expect(second.open(lesson.activities[KEY]).get_by_label("Tekst")).to_have_value("")
    first.sign_in(PARTICIPANT)
    expect(first.open(lesson.activities[KEY]).get_by_label("Tekst")).to_have_value("")


def test_a_hand_in_after_the_session_ended_gives_the_text_back(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(KEY)
    visitor = window()
    visitor.sign_in(PARTICIPANT)
    tool = visitor.open(lesson.activities[KEY])
    tool.get_by_label("Tekst").fill(TEXT)
    stage.end_sessions()
    with visitor.foresee(400):
        tool.get_by_role("button", name="Lever versie 1 in").click()
        expect_text_given_back(visitor.tool, "Je tekst", TEXT)
        expect_nothing_wrong(visitor.inspect(visitor.frame, "form of a session that ended"))
    tool = visitor.open(lesson.activities[KEY])
    tool.get_by_label("Tekst").fill(TEXT)
    tool.get_by_role("button", name="Lever versie 1 in").click()
    expect(tool.get_by_role("heading", name="Versie 1 is goed ontvangen")).to_be_visible()


def test_feedback_after_the_session_ended_is_given_back(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(KEY)
    stage.hand_in(PARTICIPANT, lesson, KEY)
    visitor = window()
    visitor.sign_in(TRAINER)
    tool = visitor.open(lesson.activities[KEY])
    tool.get_by_role("link", name=PARTICIPANT).click()
    tool.get_by_label(f"Feedback voor {PARTICIPANT}").fill(TEXT)
    stage.end_sessions()
    with visitor.foresee(400):
        tool.get_by_role("button", name="Geef akkoord").click()
        expect_text_given_back(visitor.tool, "Je feedback", TEXT)


def test_a_page_after_the_session_ended_says_how_to_go_on(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(WHOLE, KEY)
    visitor = window()
    visitor.sign_in(PARTICIPANT)
    tool = visitor.open(lesson.activities[WHOLE])
    stage.end_sessions()
    with visitor.foresee(401):
        tool.get_by_role("link", name=TITLE).last.click()
        expect(tool.get_by_role("heading", name="Je sessie is verlopen")).to_be_visible()
        expect(tool.get_by_text("Klik de opdracht opnieuw aan.")).to_be_visible()
        expect_nothing_wrong(visitor.inspect(visitor.frame, "session ended"))
    visitor.page.reload()
    expect(visitor.tool.get_by_role("heading", name="Dag")).to_be_visible()


def test_back_goes_through_the_tool_and_an_activity_left_that_way_opens_again(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(WHOLE, KEY)
    visitor = window()
    visitor.sign_in(PARTICIPANT)
    _open_the_overview(visitor, lesson)
    visitor.tool.get_by_role("link", name=TITLE).last.click()
    expect(visitor.tool.get_by_label("Tekst")).to_be_visible()
    _back(visitor)
    expect(visitor.tool.get_by_role("heading", name="Dag")).to_be_visible()
    # Before the tool's first page the history holds the school's half of the launch, which works once, as in Moodle.
    with visitor.foresee(404):
        _back(visitor)
        expect(visitor.page.frame_locator("iframe.tool").get_by_role("heading", name="Dag")).to_have_count(0)
        _open_the_overview(visitor, lesson)


def test_back_after_saving_shows_what_was_saved(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(KEY)
    visitor = window()
    visitor.sign_in(PARTICIPANT)
    tool = visitor.open(lesson.activities[KEY])
    tool.get_by_label("Tekst").fill(TEXT)
    tool.get_by_role("button", name="Concept bewaren").last.click()
    expect(tool.get_by_text("Bewaard op")).to_be_visible()
    frame = visitor.frame
    _back(visitor)
    frame.wait_for_url(lambda address: "#" not in address)
    expect(visitor.tool.get_by_text("Bewaard op")).to_be_visible()
    expect(visitor.tool.get_by_label("Tekst")).to_have_value(TEXT)


def _open_the_overview(visitor: Visitor, lesson: Lesson) -> None:
    visitor.page.goto(lesson.course_url)
    visitor.page.get_by_role("link", name="overzicht").click()
    expect(visitor.tool.get_by_role("heading", name="Dag")).to_be_visible()


def _back(visitor: Visitor) -> None:
    """Press the browser's back button, which counts the pages of the frame too."""
    visitor.page.evaluate("setTimeout(() => history.back())")


def another_tab(visitor: Visitor) -> Visitor:
    """Open another tab of the same browser."""
    return Visitor(visitor.stage, visitor.page.context.new_page(), visitor.complaints)


def expect_text_given_back(tool: FrameLocator, label: str, text: str) -> None:
    """Expect the friendly page with what was written, to copy."""
    expect(tool.get_by_role("heading", name="Je sessie is verlopen")).to_be_visible()
    expect(tool.get_by_text("Er is niets verstuurd.")).to_be_visible()
    expect(tool.get_by_label(label)).to_have_value(text)
