"""Every main page where it lives: no finding of axe, no sideways scrolling from 320 px on, no complaint of the browser.

In Dutch and in English, inside the frame of the school or in a window of its own.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from lti_tool.demo.connecting import ADMIN
from lti_tool.demo.walk import TRAINER, tool_of
from tests.browser.conftest import Windows
from tests.browser.stage import COLLEAGUE, GRADUATE, KEYS, PARTICIPANT, WHOLE, Lesson, Stage
from tests.browser.visitor import Visitor, expect_nothing_wrong
from tests.certificates.portfolio_host import portfolio_host

pytestmark = pytest.mark.browser

LANGUAGES = [pytest.param(False, id="nl"), pytest.param(True, id="en")]
ACCEPTED, RETURNED, DRAFT, SUBMITTED, OPEN = KEYS


@pytest.fixture(scope="module")
def lesson(stage: Stage) -> Lesson:
    """A course in which work stands at every point of its way."""
    lesson = stage.lesson(WHOLE, *KEYS)
    stage.complete(PARTICIPANT, lesson, ACCEPTED)
    stage.hand_in(PARTICIPANT, lesson, RETURNED)
    stage.review(PARTICIPANT, lesson, RETURNED, "returned", "Met wie sprak je over de derde mogelijkheid?")
    stage.save_draft(PARTICIPANT, lesson, DRAFT)
    stage.hand_in(PARTICIPANT, lesson, SUBMITTED)
    stage.hand_in(COLLEAGUE, lesson, ACCEPTED)
    return lesson


@pytest.mark.parametrize("english", LANGUAGES)
def test_the_pages_of_a_participant(window: Windows, lesson: Lesson, english: bool) -> None:
    visitor = window(english=english)
    visitor.sign_in(PARTICIPANT)
    expect_nothing_wrong(_pages_of_a_participant(visitor, lesson))
    _expect_language(visitor, english)


def _pages_of_a_participant(visitor: Visitor, lesson: Lesson) -> Iterator[str]:
    visitor.open(lesson.activities[WHOLE])
    yield from visitor.inspect(visitor.frame, "home")
    for state, key in zip(("accepted", "returned", "draft", "submitted", "open"), KEYS, strict=True):
        visitor.open(lesson.activities[key])
        visitor.unfold()
        yield from visitor.inspect(visitor.frame, f"assignment, {state}")
    cohort = _cohort_path(visitor)
    visitor.open(lesson.activities[RETURNED]).locator("a[href*='/version/']").first.click()
    visitor.tool.locator("dl").first.wait_for()
    yield from visitor.inspect(visitor.frame, "version")
    with visitor.foresee(422):
        visitor.open(lesson.activities[RETURNED]).locator("#link").fill("geen link")
        visitor.tool.locator("button[value=submit]").click()
        visitor.tool.locator("#fouten").wait_for()
        yield from visitor.inspect(visitor.frame, "assignment, not handed in")
    visitor.go(f"{cohort}/name")
    yield from visitor.inspect(visitor.frame, "name")
    with visitor.foresee(422):
        visitor.tool.locator("#certificate_name").fill("  ")
        visitor.tool.locator("form button").click()
        visitor.tool.locator("#fouten").wait_for()
        yield from visitor.inspect(visitor.frame, "name, empty")
    with visitor.foresee(404):
        visitor.go("/review/nobody")
        yield from visitor.inspect(visitor.frame, "no such page")
    with visitor.foresee(400):
        visitor.go(f"/lti/login?iss=https://nobody.example&login_hint=1&target_link_uri={visitor.stage.tool_url}/lti/launch")
        yield from visitor.inspect(visitor.frame, "launch by an unknown school")


@pytest.mark.parametrize("english", LANGUAGES)
def test_the_pages_of_a_trainer(window: Windows, lesson: Lesson, english: bool) -> None:
    visitor = window(english=english)
    visitor.sign_in(TRAINER)
    expect_nothing_wrong(_pages_of_a_trainer(visitor, lesson))
    _expect_language(visitor, english)


def _pages_of_a_trainer(visitor: Visitor, lesson: Lesson) -> Iterator[str]:
    visitor.open(lesson.activities[WHOLE])
    yield from visitor.inspect(visitor.frame, "board")
    visitor.tool.locator("form[action*='/code'] button").click()
    visitor.tool.locator("#code").wait_for()
    yield from visitor.inspect(visitor.frame, "board, with a code")
    cohort = _cohort_path(visitor)
    for name, path in (
        ("waiting", f"{cohort}/waiting"),
        ("board, what waits", f"{cohort}/board?waiting=1"),
        ("phrases, none", f"{cohort}/phrases"),
        ("board, nobody quiet", f"{cohort}/board?quiet=7"),
    ):
        visitor.go(path)
        yield from visitor.inspect(visitor.frame, name)
    for name, key in (("accepted", ACCEPTED), ("returned", RETURNED), ("submitted", SUBMITTED)):
        visitor.open(lesson.activities[key])
        yield from visitor.inspect(visitor.frame, f"hand-ins, {name}")
        visitor.tool.get_by_role("link", name=PARTICIPANT).click()
        visitor.tool.locator(".icc-review").wait_for()
        visitor.unfold()
        yield from visitor.inspect(visitor.frame, f"review, {name}")
    with visitor.foresee(422):
        visitor.tool.locator("button[value=returned]").click()
        visitor.tool.locator("#fouten").wait_for()
        yield from visitor.inspect(visitor.frame, "review, returned without a word")
    visitor.tool.locator("#feedback").fill("Wat wil je zelf nog leren?")
    visitor.tool.locator("button[formaction$='/phrase']").click()
    visitor.tool.locator(".icc-note.is-ok").wait_for()
    visitor.unfold()
    yield from visitor.inspect(visitor.frame, "review, with a sentence kept")
    visitor.go(f"{cohort}/phrases")
    visitor.unfold()
    yield from visitor.inspect(visitor.frame, "phrases")
    visitor.open(lesson.activities[OPEN])
    yield from visitor.inspect(visitor.frame, "hand-ins, none")


@pytest.mark.parametrize("english", LANGUAGES)
def test_the_pages_to_choose_what_a_course_shows(window: Windows, stage: Stage, english: bool) -> None:
    unset = stage.lesson(ACCEPTED)
    stage.unset(unset)
    visitor = window(english=english)
    visitor.sign_in(TRAINER)
    expect_nothing_wrong(_pages_to_choose(visitor, stage.course(), unset.activities[ACCEPTED]))
    _expect_language(visitor, english)


def _pages_to_choose(visitor: Visitor, course: str, unset: str) -> Iterator[str]:
    visitor.page.goto(course)
    visitor.page.get_by_role("link", name="ICC Bridge").click()
    yield from visitor.inspect(visitor.frame, "picker")
    with visitor.foresee(422):
        visitor.tool.locator("#cohort-new").check()
        visitor.tool.locator("form[data-picker] button:not([name])").click()
        visitor.tool.locator("#fouten").wait_for()
        yield from visitor.inspect(visitor.frame, "picker, without a name")
    visitor.open(unset)
    visitor.tool.locator("a[href$='/setup']").click()
    expect(visitor.tool.locator("input[name=item]")).to_have_count(len(KEYS) + 2)
    yield from visitor.inspect(visitor.frame, "setup")


@pytest.mark.parametrize("english", LANGUAGES)
def test_the_page_of_a_copied_course(window: Windows, stage: Stage, english: bool) -> None:
    copy = stage.copy(stage.lesson(WHOLE, ACCEPTED))
    visitor = window(english=english)
    visitor.sign_in(TRAINER)
    expect_nothing_wrong(_pages_of_a_copy(visitor, copy))
    _expect_language(visitor, english)


def _pages_of_a_copy(visitor: Visitor, copy: Lesson) -> Iterator[str]:
    tool = visitor.open(copy.activities[WHOLE])
    tool.locator("#new_cohort").wait_for()
    yield from visitor.inspect(visitor.frame, "copied course")
    with visitor.foresee(422):
        tool.locator("#new_cohort").fill(" ")
        tool.locator("form button").click()
        tool.locator("#fouten").wait_for()
        yield from visitor.inspect(visitor.frame, "copied course, without a name")
    tool.locator("#new_cohort").fill("Opnieuw")
    tool.locator("form button").click()
    tool.locator("table, .icc-empty").first.wait_for()
    yield from visitor.inspect(visitor.frame, "board of a new edition")


@pytest.mark.parametrize("english", LANGUAGES)
def test_the_way_from_the_gradebook_to_the_work(window: Windows, lesson: Lesson, english: bool) -> None:
    visitor = window(english=english)
    visitor.sign_in(TRAINER)
    expect_nothing_wrong(_reviews(visitor, lesson))
    _expect_language(visitor, english)


def _reviews(visitor: Visitor, lesson: Lesson) -> Iterator[str]:
    for person, place, name in (
        (PARTICIPANT, ".icc-review", "review from the gradebook"),
        (COLLEAGUE, ".icc-empty", "review of nothing yet"),
        (GRADUATE, ".icc-empty", "review of somebody who was never here"),
    ):
        visitor.page.goto(lesson.grades_url)
        yield from visitor.inspect(visitor.page, "gradebook")
        of_person = visitor.page.locator("tr", has=visitor.page.get_by_role("rowheader", name=person))
        of_person.locator("a[href$='/review']").nth(KEYS.index(SUBMITTED)).click()
        visitor.tool.locator(place).wait_for()
        yield from visitor.inspect(visitor.frame, name)


@pytest.mark.parametrize("english", LANGUAGES)
def test_the_page_of_a_link_that_shows_nothing_yet(window: Windows, stage: Stage, english: bool) -> None:
    lesson = stage.lesson(ACCEPTED)
    stage.unset(lesson)
    visitor = window(english=english)
    visitor.sign_in(PARTICIPANT)
    visitor.open(lesson.activities[ACCEPTED])
    expect_nothing_wrong(visitor.inspect(visitor.frame, "not yet"))


@pytest.mark.parametrize("english", LANGUAGES)
def test_the_pages_that_connect_a_school(window: Windows, stage: Stage, english: bool) -> None:
    visitor = window(english=english)
    visitor.sign_in(ADMIN)
    expect_nothing_wrong(_pages_that_connect(visitor, stage))
    _expect_language(visitor, english)


def _pages_that_connect(visitor: Visitor, stage: Stage) -> Iterator[str]:
    address = tool_of(stage.parts).invite()
    visitor.page.goto(address)
    yield from visitor.inspect(visitor.page, "invitation")
    visitor.page.goto(f"{stage.school_url}/admin/tools")
    visitor.page.locator("#url").fill(address)
    visitor.page.locator("form[name=register] button").click()
    yield from visitor.inspect(visitor.frame, "register")
    visitor.tool.locator("form button").click()
    visitor.tool.locator("[data-lti-close]").wait_for()
    yield from visitor.inspect(visitor.frame, "registered")
    visitor.tool.locator("form[action$='/check'] button").click()
    visitor.tool.locator("#verslag-tekst").wait_for()
    yield from visitor.inspect(visitor.frame, "self-test after registering")


@pytest.mark.parametrize("english", LANGUAGES)
def test_the_pages_about_the_connection(window: Windows, lesson: Lesson, english: bool) -> None:
    visitor = window(english=english)
    visitor.sign_in(ADMIN)
    expect_nothing_wrong(_pages_about_the_connection(visitor, lesson))
    _expect_language(visitor, english)


def _pages_about_the_connection(visitor: Visitor, lesson: Lesson) -> Iterator[str]:
    visitor.open(lesson.activities[WHOLE]).locator("a[href='/connection']").click()
    visitor.tool.locator("form[action='/connection/check']").wait_for()
    yield from visitor.inspect(visitor.frame, "connection")
    visitor.tool.locator("form[action='/connection/check'] button").click()
    visitor.tool.locator("#verslag-tekst").wait_for()
    yield from visitor.inspect(visitor.frame, "self-test")
    expect(visitor.tool.locator(".icc-chip.is-bad")).to_have_count(0)
    visitor.tool.locator("[data-copy]").click()
    expect(visitor.tool.locator("[data-copy-said]")).not_to_be_empty()


def test_the_connection_can_be_tested_without_scripts(window: Windows, lesson: Lesson) -> None:
    visitor = window(scripts=False)
    visitor.sign_in(ADMIN)
    visitor.page.goto(lesson.activities[WHOLE])
    school = visitor.page.frame_locator("iframe.tool")
    school.get_by_role("button", name="Ga verder").click()
    school.locator("form[action$='/lti/launch']").get_by_role("button", name="Ga verder").click()
    visitor.tool.locator("a[href='/connection']").click()
    visitor.tool.locator("form[action='/connection/check'] button").click()
    expect(visitor.tool.locator("#verslag-tekst")).to_have_value(re.compile("^Zelftest van de koppeling"))
    expect(visitor.tool.locator("[data-copy]")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("english", LANGUAGES)
def test_the_pages_for_anybody(window: Windows, stage: Stage, certificate: str, english: bool, scheme: str) -> None:
    visitor = window(english=english, scheme=scheme)
    page, wrong = visitor.page, []
    page.goto(certificate)
    wrong += visitor.inspect(page, "certificate")
    page.locator("[data-self-check] button").click()
    page.locator("[data-result] summary").click()
    wrong += visitor.inspect(page, "certificate, checked in the browser")
    page.goto(f"{stage.tool_url}/verify")
    wrong += visitor.inspect(page, "verify")
    page.goto(certificate)
    page.locator("a[href*='/achievements/']").click()
    page.locator("#criteria").wait_for()
    wrong += visitor.inspect(page, "achievement")
    page.goto(f"{stage.tool_url}/")
    page.locator("#verder").wait_for()
    wrong += visitor.inspect(page, "front page")
    with visitor.foresee(400, 404):
        page.goto(f"{stage.tool_url}/c/nothing")
        wrong += visitor.inspect(page, "no such certificate")
        page.goto(f"{stage.tool_url}/lti/login")
        wrong += visitor.inspect(page, "login without parameters")
    page.goto(f"{stage.tool_url}/certificates/log")
    wrong += visitor.inspect(page, "log of certificates")
    expect_nothing_wrong(wrong)
    assert page.locator("html").get_attribute("lang") == ("en" if english else "nl")
    assert page.locator("html").get_attribute("data-bs-theme") == scheme


@pytest.mark.parametrize("english", LANGUAGES)
def test_the_pages_of_a_graduate(window: Windows, finished: Lesson, certificate: str, english: bool) -> None:
    assert certificate
    visitor = window(english=english)
    visitor.sign_in(GRADUATE)
    expect_nothing_wrong(_pages_of_a_graduate(visitor, finished))
    _expect_language(visitor, english)


def _pages_of_a_graduate(visitor: Visitor, lesson: Lesson) -> Iterator[str]:
    visitor.open(lesson.activities[ACCEPTED])
    cohort = _cohort_path(visitor)
    visitor.go(cohort)
    yield from visitor.inspect(visitor.frame, "home, with a certificate")
    visitor.tool.locator(f"a[href='{cohort}/certificate']").first.click()
    visitor.tool.locator("#delen").wait_for()
    yield from visitor.inspect(visitor.frame, "my certificate")
    with visitor.page.expect_download() as download:
        visitor.tool.locator("a[href$='/portfolio.zip']").click()
    assert download.value.suggested_filename == "portfoliopakket-cultuurcoordinator-vo.zip"
    visitor.tool.locator("form[action$='/sharing'] button").click()
    visitor.tool.locator("form[action$='/sharing'] input[value='1']").wait_for(state="attached")
    yield from visitor.inspect(visitor.frame, "my certificate, not shared")
    visitor.tool.locator("form[action$='/sharing'] button").click()
    visitor.tool.locator("form[action$='/sharing'] input[value='0']").wait_for(state="attached")
    with visitor.foresee(422):
        visitor.tool.locator("#certificate_name").fill("zoe@school.example")
        visitor.tool.locator("form[action$='/name'] button").click()
        visitor.tool.locator("#fouten").wait_for()
        yield from visitor.inspect(visitor.frame, "my certificate, no name")
    with portfolio_host() as host:
        visitor.tool.locator("#address").fill(host.url)
        visitor.tool.locator("form[action$='/delivery'] button").click()
        leave = visitor.tool.locator("a.btn-primary[target=_blank]")
        leave.wait_for()
        yield from visitor.inspect(visitor.frame, "delivery")
        with visitor.page.expect_popup() as popup:
            leave.click()
        popup.value.locator("h1").wait_for()
        assert host.statuses == [201]
        yield from visitor.inspect(popup.value, "delivered")
        popup.value.close()
    visitor.tool.locator("a[href$='/certificate']").first.click()
    visitor.tool.locator("a[href$='/why']").click()
    visitor.tool.locator("#besluiten").wait_for()
    visitor.unfold()
    yield from visitor.inspect(visitor.frame, "why")


@pytest.mark.parametrize("english", LANGUAGES)
def test_the_trainers_pages_about_certificates(
    window: Windows, finished: Lesson, certificate: str, lesson: Lesson, english: bool
) -> None:
    assert certificate
    visitor = window(english=english)
    visitor.sign_in(TRAINER)
    expect_nothing_wrong(_pages_about_certificates(visitor, finished, lesson))
    _expect_language(visitor, english)


def _pages_about_certificates(visitor: Visitor, finished: Lesson, busy: Lesson) -> Iterator[str]:
    visitor.open(finished.activities[ACCEPTED])
    visitor.go(f"{_cohort_path(visitor)}/awards")
    yield from visitor.inspect(visitor.frame, "certificates")
    visitor.tool.get_by_role("link", name=GRADUATE).click()
    visitor.tool.locator("#besluiten").wait_for()
    visitor.unfold()
    yield from visitor.inspect(visitor.frame, "dossier")
    visitor.open(busy.activities[WHOLE])
    visitor.go(f"{_cohort_path(visitor)}/awards")
    yield from visitor.inspect(visitor.frame, "certificates, none")


def _expect_language(visitor: Visitor, english: bool) -> None:
    assert visitor.frame.locator("html").get_attribute("lang") == ("en" if english else "nl")


def _cohort_path(visitor: Visitor) -> str:
    return "/".join(urlsplit(visitor.frame.url).path.split("/")[:3])
