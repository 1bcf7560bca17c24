"""The pages in a real browser: no axe finding, no sideways scrolling at 320 px, nothing the security policy blocks."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from lti_tool.demo.school import CompletionRule
from lti_tool.demo.school.gradebook import apply_rule, override
from lti_tool.demo.school.native.doing import give_grade, hand_in
from tests.demo.conftest import World
from tests.demo.school.test_scores import post, score
from tests.demo.school.webservice.conftest import Native, native

__all__ = ["native"]

pytestmark = pytest.mark.browser

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture(params=[1280, 320])
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of a wide or a narrow window."""
    context = chromium.new_context(viewport={"width": request.param, "height": 800}, locale="nl")
    shown = context.new_page()
    yield shown
    context.close()


def checked(page: Page, complaints: list[str]) -> None:
    """Look at the page as axe does, at its width, and at what the console said."""
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert complaints == []


def test_every_page_is_accessible(world: World, native: Native, page: Page) -> None:
    hand_in(world.school, native.product, world.teacher, "Mijn plan", [("plan.pdf", b"%PDF", "application/pdf")], draft=True)
    hand_in(world.school, native.essay, world.teacher, "Mijn leervraag")
    give_grade(world.school, native.essay, world.teacher.id, 70, world.trainer.id, "Mooi")
    apply_rule(world.school, world.link, CompletionRule.GRADE)
    post(world, score(world, comment="Een scherpe vraag."))
    override(world.school, world.item, world.colleague.id, final=60, feedback="Besproken", locked=True)
    world.school.add_link(world.course, world.registration, "Verkenning", text="Welke mogelijkheden zijn er?")
    world.school.faults.add("memberships", status=502, times=None)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    course = f"/courses/{world.course.id}"
    own = [f"{course}/activities/{one.id}" for one in (native.essay, native.product, native.quiz, native.page)]
    visits = {
        world.trainer.username: [
            "/courses",
            course,
            f"{course}/grades?open={world.item.id}-{world.teacher.id}",
            f"{course}/members",
            *own,
        ],
        world.teacher.username: [course, f"{course}/links/{world.link.id}", f"{course}/grades", *own],
        world.admin.username: [
            "/admin/tools",
            f"/admin/tools/{world.registration.id}",
            "/admin/log",
            "/admin/faults",
            "/admin/storage",
            "/admin/webservices",
        ],
    }
    for username, paths in visits.items():
        page.goto(world.school.url)
        checked(page, complaints)
        page.locator(f"form[name=login-{username}] button").click()
        for path in paths:
            page.goto(world.school.url + path)
            checked(page, complaints)


def test_the_frame_runs_the_launch_and_grows_with_what_is_in_it(world: World, page: Page) -> None:
    page.goto(world.school.url)
    page.locator(f"form[name=login-{world.trainer.username}] button").click()
    page.goto(f"{world.school.url}/courses/{world.course.id}/links/{world.link.id}")
    page.frame_locator("iframe").get_by_role("heading", name="LtiResourceLinkRequest").wait_for()
    before = page.locator("iframe").bounding_box()
    page.frames[1].evaluate("parent.postMessage({subject: 'lti.frameResize', height: 1500}, '*')")
    page.wait_for_function("document.querySelector('iframe').clientHeight >= 1500")
    page.evaluate("window.postMessage({subject: 'lti.frameResize', height: 4000}, '*')")
    page.frames[1].evaluate("parent.postMessage('geen json', '*')")
    page.frames[1].evaluate("parent.postMessage({subject: 'lti.frameResize', height: -5}, '*')")
    page.frames[1].evaluate("parent.postMessage({subject: 'lti.frameResize', height: 1600}, '*')")
    page.wait_for_function("document.querySelector('iframe').clientHeight >= 1600")
    after = page.locator("iframe").bounding_box()
    assert before is not None
    assert after is not None
    assert before["height"] < 1500 < after["height"] < 1700


def test_the_trainer_chooses_and_saves_in_the_frame(world: World, page: Page) -> None:
    world.tool.items = [
        {"type": "ltiResourceLink", "title": f"Opdracht {number}", "lineItem": {"scoreMaximum": 100}}
        for number in range(1, 9)
    ]
    page.goto(world.school.url)
    page.locator(f"form[name=login-{world.trainer.username}] button").click()
    page.goto(f"{world.school.url}/courses/{world.course.id}")
    page.get_by_role("link", name="Voeg activiteit toe vanuit Scripted tool").click()
    page.frame_locator("iframe").locator("input[name=JWT]").wait_for()
    page.frames[1].evaluate("document.forms[0].submit()")
    page.frame_locator("iframe").get_by_role("button", name="Bewaar en ga terug naar de cursus").click()
    page.get_by_text("8 activiteiten toegevoegd.").wait_for()
    assert page.get_by_role("heading", name="Opdracht 8").is_visible()


def test_without_scripts_a_button_goes_on(chromium: Browser, world: World) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="nl")
    page = context.new_page()
    page.goto(world.school.url)
    page.locator(f"form[name=login-{world.teacher.username}] button").click()
    page.goto(f"{world.school.url}/courses/{world.course.id}/links/{world.link.id}/launch")
    page.get_by_role("button", name="Ga verder").click()
    page.get_by_role("button", name="Ga verder").click()
    assert page.get_by_role("heading", name="LtiResourceLinkRequest").is_visible()
    context.close()
