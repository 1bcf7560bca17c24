"""Native activities in the browser: the administrator connects Moodle, the trainer maps, by keyboard and on a phone too."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import FrameLocator, expect
from sqlalchemy import delete

from lti_tool.demo.connecting import ADMIN, token_for_programs
from lti_tool.demo.native import connect_web_services
from lti_tool.demo.walk import TRAINER
from lti_tool.moodle.models import MoodleCourse
from tests.browser.conftest import Windows
from tests.browser.stage import WHOLE, Lesson, Stage
from tests.browser.visitor import Visitor, expect_nothing_wrong

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def at_school(stage: Stage) -> Lesson:
    """The course with activities of the school's own, and its Moodle connected."""
    lesson = stage.embed(stage.main_course(), "Regio Zuid, in Moodle zelf", WHOLE)
    assert connect_web_services(stage.parts, stage.school_url)
    return lesson


@pytest.fixture
def lesson(stage: Stage, at_school: Lesson) -> Lesson:
    """The same, with nothing mapped yet."""
    with stage.parts.database.session() as session:
        session.execute(delete(MoodleCourse))
    return at_school


def board(visitor: Visitor, lesson: Lesson) -> FrameLocator:
    """Open the board of the lesson's cohort."""
    visitor.open(lesson.activities[WHOLE])
    visitor.go(f"/cohort/{urlsplit(visitor.frame.url).path.split('/')[2]}/board")
    return visitor.tool


def open_page(visitor: Visitor, lesson: Lesson) -> FrameLocator:
    """Go to the page from the board, as a trainer does."""
    board(visitor, lesson).get_by_role("link", name="Moodle-activiteiten koppelen").click()
    visitor.tool.get_by_role("heading", level=1, name="Moodle-activiteiten koppelen").wait_for()
    return visitor.tool


def test_a_trainer_takes_the_suggestions_over_changes_one_and_takes_it_away(window: Windows, lesson: Lesson) -> None:
    visitor = window()
    visitor.sign_in(TRAINER)
    tool = open_page(visitor, lesson)
    expect(tool.locator(".icc-chip", has_text="Voorstel")).to_have_count(4)
    chosen = tool.locator("#activity-beroepsproduct option:checked")
    expect(chosen).to_have_text("Beroepsproduct inleveren (Moodle-opdracht)")
    expect(tool.locator("#assignment-vervolgstappen [data-details]")).to_be_hidden()
    tool.get_by_label("Activiteit in Moodle").nth(1).select_option(label="Toets: weet jij wie je nodig hebt? (Test)")
    second = tool.locator("#assignment-verkenning")
    expect(second.get_by_label("Zodra er is ingeleverd")).to_be_disabled()
    expect(second.get_by_label("Zodra er een cijfer is")).to_be_checked()
    expect(second.get_by_text("0 tot 10 punten")).to_be_visible()
    second.get_by_label("Vanaf welk cijfer?").fill("5,5")
    tool.get_by_role("button", name="Bewaar", exact=True).click()
    expect(tool.get_by_role("status").filter(has_text="Bewaard")).to_be_visible()
    expect(tool.locator(".icc-chip", has_text="Voorstel")).to_have_count(0)
    expect(tool.locator("#grade-verkenning")).to_have_value("5,5")
    second.get_by_role("button", name="Koppel los").click()
    expect(tool.get_by_role("status").filter(has_text="losgekoppeld")).to_be_visible()
    expect(second.get_by_label("Activiteit in Moodle")).to_have_value("")


def test_it_works_without_scripts(window: Windows, lesson: Lesson) -> None:
    visitor = window(scripts=False)
    visitor.sign_in(TRAINER)
    visitor.page.goto(lesson.activities[WHOLE])
    school = visitor.page.frame_locator("iframe.tool")
    school.get_by_role("button", name="Ga verder").click()
    school.locator("form[action$='/lti/launch']").get_by_role("button", name="Ga verder").click()
    tool = visitor.tool
    tool.get_by_role("link", name="Bord").click()
    tool.get_by_role("link", name="Moodle-activiteiten koppelen").click()
    tool.locator("#activity-vervolgstappen").select_option(label="Leeswijzer (Pagina)")
    tool.locator("#counts-vervolgstappen-submitted").check()
    with visitor.foresee(422):
        tool.get_by_role("button", name="Bewaar", exact=True).click()
        expect(tool.locator("#counts-vervolgstappen")).to_contain_text("levert niemand iets in")
    tool.locator("#counts-vervolgstappen-completed").check()
    tool.get_by_role("button", name="Bewaar", exact=True).click()
    expect(tool.get_by_text("Gekoppeld aan ‘Leeswijzer’.")).to_be_visible()


def test_it_works_by_keyboard(window: Windows, lesson: Lesson) -> None:
    visitor = window()
    visitor.sign_in(TRAINER)
    tool = open_page(visitor, lesson)
    select = tool.locator("#activity-terugblik")
    visitor.tab_to(select)
    visitor.page.keyboard.press("Tab")
    visitor.tab_to(tool.get_by_role("button", name="Bewaar", exact=True))
    visitor.page.keyboard.press("Enter")
    expect(tool.get_by_role("status").filter(has_text="Bewaard")).to_be_visible()


@pytest.mark.parametrize("english", [pytest.param(False, id="nl"), pytest.param(True, id="en")])
def test_the_page_has_no_finding_at_any_width(window: Windows, lesson: Lesson, english: bool) -> None:
    visitor = window(english=english)
    visitor.sign_in(TRAINER)
    expect_nothing_wrong(_looks(visitor, lesson))


def _looks(visitor: Visitor, lesson: Lesson) -> Iterator[str]:
    board(visitor, lesson)
    here = visitor.frame.locator("a[href*='/activities']").get_attribute("href")
    assert here
    visitor.go(here)
    yield from visitor.inspect(visitor.frame, "activities")
    tool = visitor.tool
    with visitor.foresee(422):
        tool.locator("#activity-leervraag").select_option(index=1)
        tool.locator("#counts-leervraag-graded").check()
        tool.locator("#grade-leervraag").fill("1000")
        tool.locator("form[data-mapping] .btn-primary").click()
        tool.locator("#fouten").wait_for()
        yield from visitor.inspect(visitor.frame, "activities, refused")


@pytest.mark.parametrize("english", [pytest.param(False, id="nl"), pytest.param(True, id="en")])
def test_the_administrator_connects_tests_and_disconnects(
    window: Windows, stage: Stage, at_school: Lesson, english: bool
) -> None:
    visitor = window(english=english)
    visitor.sign_in(ADMIN)
    try:
        expect_nothing_wrong(_pages_of_the_administrator(visitor, stage, at_school))
    finally:
        connect_web_services(stage.parts, stage.school_url)


def _pages_of_the_administrator(visitor: Visitor, stage: Stage, lesson: Lesson) -> Iterator[str]:
    visitor.open(lesson.activities[WHOLE]).locator("a[href='/connection']").click()
    visitor.tool.locator("a[href='/connection/services']").click()
    visitor.tool.locator("a[href='/connection/services/disconnect']").click()
    visitor.tool.locator(".icc-narrow form .btn-primary").wait_for()
    yield from visitor.inspect(visitor.frame, "disconnect")
    visitor.tool.locator(".icc-narrow form .btn-primary").click()
    token = visitor.tool.locator("#token")
    token.wait_for()
    visitor.unfold()
    yield from visitor.inspect(visitor.frame, "services, not connected")
    with visitor.foresee(422):
        token.fill("0123456789abcdef")
        visitor.tool.locator("form:has(#token) button").click()
        visitor.tool.locator("#fouten").wait_for()
        expect(token).to_have_value("")
        yield from visitor.inspect(visitor.frame, "services, refused")
    token.fill(token_for_programs(stage.school_url) or "")
    visitor.tool.locator("form:has(#token) button").click()
    course = visitor.tool.locator("#course")
    course.wait_for()
    yield from visitor.inspect(visitor.frame, "services, connected")
    course.select_option(index=1)
    visitor.tool.locator("form[action='/connection/services/check'] button").click()
    visitor.tool.locator("#verslag-tekst").wait_for()
    expect(visitor.tool.locator(".icc-chip.is-bad")).to_have_count(0)
    yield from visitor.inspect(visitor.frame, "services, tested")
