"""The board with results at every point of their way: no finding of axe, usable by keyboard alone and without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from lti_tool.demo.walk import TRAINER
from tests.browser.conftest import Windows
from tests.browser.stage import COLLEAGUE, KEYS, PARTICIPANT, WHOLE, Lesson, Stage, eventually
from tests.browser.visitor import NARROW, WIDE, Visitor, expect_nothing_wrong
from tests.browser_fixture import findings, fits

pytestmark = pytest.mark.browser

FIRST, SECOND, THIRD, FOURTH, _LAST = KEYS
LANGUAGES = [pytest.param(False, id="nl"), pytest.param(True, id="en")]
CHANGED = "Daar staat nu 70 van 100, bij ons 100 van 100."


def sent(stage: Stage, lesson: Lesson, **wanted: int) -> None:
    """Wait until so many scores of a lesson are in these states."""
    eventually(f"{wanted}", lambda: all(stage.scores(lesson)[state] == count for state, count in wanted.items()) or None)


def refuse(stage: Stage, lesson: Lesson, person: str, key: str) -> None:
    """Let the school turn away somebody's score."""
    refused = stage.scores(lesson)["refused"]
    stage.refuse_next_score()
    stage.complete(person, lesson, key)
    sent(stage, lesson, refused=refused + 1)


def change(stage: Stage, lesson: Lesson, person: str, key: str) -> None:
    """Let somebody have graded by hand at the school before our result came."""
    changed = stage.scores(lesson)["changed"]
    stage.grade_by_hand(person, lesson, key, "70")
    stage.complete(person, lesson, key)
    sent(stage, lesson, changed=changed + 1)


@pytest.fixture(scope="module")
def lesson(stage: Stage) -> Lesson:
    """A course in which results stand at every point of their way."""
    lesson = stage.lesson(WHOLE, *KEYS)
    for key in (FIRST, SECOND):
        stage.complete(PARTICIPANT, lesson, key)
    sent(stage, lesson, waiting=0)
    stage.let_wait(PARTICIPANT, lesson, SECOND)
    refuse(stage, lesson, COLLEAGUE, FIRST)
    change(stage, lesson, COLLEAGUE, SECOND)
    change(stage, lesson, COLLEAGUE, THIRD)
    page = stage.launch(TRAINER, lesson, WHOLE)
    page.form(action=f"{stage.score_of(COLLEAGUE, lesson, THIRD)}/keep").submit()
    stage.hand_in(PARTICIPANT, lesson, FOURTH)
    sent(stage, lesson, waiting=1, refused=1, changed=1, kept=1)
    return lesson


def everywhere(visitor: Visitor, name: str) -> Iterator[str]:
    """Yield what is wrong with what the frame shows, narrow and wide, with everything unfolded."""
    visitor.unfold()
    for width in (NARROW, WIDE):
        visitor.resize(width)
        if not fits(visitor.frame):
            yield f"{name} at {width}: scrolls sideways"
        yield from (f"{name} at {width}: {finding}" for finding in findings(visitor.frame))
    yield from visitor.complaints.lines
    visitor.complaints.lines.clear()


@pytest.mark.parametrize("english", LANGUAGES)
def test_the_board_with_every_kind_of_result(window: Windows, lesson: Lesson, english: bool) -> None:
    visitor = window(english=english)
    visitor.sign_in(TRAINER)
    tool = visitor.open(lesson.activities[WHOLE])
    expect(tool.locator(".icc-detail")).to_have_count(2)
    wrong = [*everywhere(visitor, "board")]
    tool.locator("a[href$='waiting=1']").click()
    tool.locator("a[href$='/board']", has=tool.locator(".bi")).wait_for()
    wrong += everywhere(visitor, "what waits")
    expect_nothing_wrong(wrong)
    assert visitor.frame.locator("html").get_attribute("lang") == ("en" if english else "nl")


@pytest.mark.parametrize("english", LANGUAGES)
def test_the_check_of_a_course(window: Windows, lesson: Lesson, english: bool) -> None:
    visitor = window(english=english)
    visitor.sign_in(TRAINER)
    tool = visitor.open(lesson.activities[WHOLE])
    tool.locator("a[href$='/check']").click()
    tool.locator("form[action$='/check'] button").wait_for()
    wrong = [*everywhere(visitor, "course")]
    tool.locator("form[action$='/check'] button").click()
    tool.locator("#verslag-tekst").wait_for()
    expect(tool.locator(".icc-chip.is-bad")).to_have_count(0)
    wrong += everywhere(visitor, "course, checked")
    expect_nothing_wrong(wrong)


def test_what_waits_is_found_and_settled_by_keyboard_alone(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(WHOLE, FIRST, SECOND)
    stage.complete(PARTICIPANT, lesson, FIRST)
    sent(stage, lesson, sent=1)
    refuse(stage, lesson, COLLEAGUE, FIRST)
    change(stage, lesson, COLLEAGUE, SECOND)
    visitor = window()
    visitor.sign_in(TRAINER)
    tool, keyboard = visitor.open(lesson.activities[WHOLE]), visitor.page.keyboard
    visitor.tab_to(tool.get_by_role("link", name="Wat wacht op mij (2)"))
    keyboard.press("Enter")
    expect(tool.get_by_role("rowheader", name=COLLEAGUE)).to_be_visible()
    expect(tool.get_by_role("rowheader", name=PARTICIPANT)).to_have_count(0)
    visitor.tab_to(tool.get_by_role("button", name="Stuur opnieuw"))
    keyboard.press("Enter")
    expect(tool.get_by_role("heading", name="Het resultaat gaat opnieuw op weg")).to_be_visible()
    sent(stage, lesson, refused=0, changed=1)
    stage.grade_by_hand(COLLEAGUE, lesson, SECOND, None)
    visitor.tab_to(tool.get_by_role("button", name="Zet er 100 van 100 neer"))
    keyboard.press("Enter")
    expect(tool.get_by_role("heading", name="Het resultaat gaat opnieuw op weg")).to_be_visible()
    sent(stage, lesson, sent=3)


def test_what_waits_is_settled_without_scripts(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(WHOLE, FIRST, SECOND)
    refuse(stage, lesson, COLLEAGUE, FIRST)
    change(stage, lesson, COLLEAGUE, SECOND)
    visitor = window(scripts=False)
    visitor.sign_in(TRAINER)
    tool = visitor.open_without_scripts(lesson.activities[WHOLE])
    expect(tool.get_by_text(CHANGED)).to_be_visible()
    tool.get_by_role("link", name=f"{COLLEAGUE}, Verkenning").first.click()
    tool.get_by_role("button", name="Laat 70 van 100 staan").click()
    expect(tool.get_by_role("heading", name="Het cijfer van de leeromgeving geldt")).to_be_visible()
    expect(tool.get_by_text(CHANGED)).to_have_count(0)
    tool.get_by_role("button", name="Stuur opnieuw").click()
    expect(tool.get_by_role("heading", name="Het resultaat gaat opnieuw op weg")).to_be_visible()
    sent(stage, lesson, sent=1, kept=1)
