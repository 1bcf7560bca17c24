"""Several tabs, changed persons, ended sessions and the back button: nothing is lost, and nobody acts as somebody else."""

import pytest
from playwright.sync_api import FrameLocator, expect

from lti_tool.demo.walk import TRAINER
from tests.browser.conftest import Windows
from tests.browser.stage import COLLEAGUE, KEYS, PARTICIPANT, TRAINING, WHOLE, Stage
from tests.browser.visitor import Visitor

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
    expect(second.open(lesson.activities[KEY]).get_by_role("heading", level=1)).to_have_text(TITLE)
    with first.foresee(400):
        tool.get_by_role("button", name="Lever versie 1 in").click()
        expect_text_given_back(first.tool, "Je tekst", TEXT)
        assert first.inspect(first.frame, "form of somebody else") == []
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
        assert visitor.inspect(visitor.frame, "form of a session that ended") == []
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
        assert visitor.inspect(visitor.frame, "session ended") == []
    visitor.page.reload()
    expect(visitor.tool.get_by_role("heading", name="Dag")).to_be_visible()


def test_back_goes_through_the_tool_and_then_out_of_it(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(WHOLE, KEY)
    visitor = window()
    visitor.sign_in(PARTICIPANT)
    visitor.page.goto(lesson.course_url)
    visitor.page.get_by_role("link", name="overzicht").click()
    visitor.tool.get_by_role("link", name=TITLE).last.click()
    expect(visitor.tool.get_by_role("heading", level=1)).to_have_text(TITLE)
    visitor.page.go_back()
    expect(visitor.tool.get_by_role("heading", level=1)).to_contain_text("Dag")
    visitor.page.go_back()
    visitor.page.wait_for_url(lesson.course_url)
    visitor.page.go_forward()
    expect(visitor.tool.get_by_role("heading", level=1)).to_contain_text("Dag")


def test_back_after_a_launch_in_a_window_of_its_own_opens_it_again(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(KEY)
    visitor = window()
    visitor.sign_in(PARTICIPANT)
    visitor.page.goto(lesson.activities[KEY])
    visitor.page.goto(f"{lesson.activities[KEY]}/launch")
    own = visitor.page
    expect(own.get_by_role("heading", level=1)).to_have_text(TITLE)
    own.get_by_label("Tekst").fill(TEXT)
    own.get_by_role("button", name="Concept bewaren").last.click()
    expect(own.get_by_text("Bewaard op")).to_be_visible()
    own.go_back()
    print(own.url)
    own.go_back()
    print(own.url)


def another_tab(visitor: Visitor) -> Visitor:
    """Open another tab of the same browser."""
    return Visitor(visitor.stage, visitor.page.context.new_page(), visitor.complaints)


def expect_text_given_back(tool: FrameLocator, label: str, text: str) -> None:
    """Expect the friendly page with what was written, to copy."""
    expect(tool.get_by_role("heading", name="Je sessie is verlopen")).to_be_visible()
    expect(tool.get_by_text("Er is niets verstuurd.")).to_be_visible()
    expect(tool.get_by_label(label)).to_have_value(text)
