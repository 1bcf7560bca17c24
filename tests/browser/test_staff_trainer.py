"""A trainer without a learning environment, on a phone and with the keyboard: from the link to somebody's work."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from lti_tool.signin.gate import Role
from tests.browser.conftest import Windows
from tests.browser.stage import PARTICIPANT, Stage
from tests.browser.visitor import expect_nothing_wrong

pytestmark = pytest.mark.browser

FIRST, PHONE = "leervraag", 390


def test_from_a_code_to_the_first_work_on_a_phone_in_both_languages(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(FIRST)
    stage.hand_in(PARTICIPANT, lesson, FIRST)
    code = stage.parts.cohorts.invite(stage.cohort_id(lesson))
    _member, link = stage.parts.staff.invite("Tamar de Wit-van Wijngaarden", [Role.TRAINER])
    visitor = window(width=PHONE)
    page = visitor.page
    page.goto(f"{stage.tool_url}/sign-in/link/{link.token}")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Je bent nog van geen enkele editie trainer")).to_be_visible()
    typed = page.get_by_label("Code")
    visitor.tab_to(typed)
    with visitor.foresee(422):
        page.keyboard.type("AAAA-BBBB-CCCC")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Er klopt nog iets niet")).to_be_visible()
    expect(typed).to_have_value("AAAA-BBBB-CCCC")
    expect_nothing_wrong(visitor.inspect(page, "my editions, with a wrong code"))
    visitor.tab_to(typed)
    page.keyboard.press("Control+a")
    page.keyboard.type(code.lower())
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text(f"Je bent nu trainer van {lesson.edition}.")

    page.get_by_role("navigation", name="Taal").get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", name="My editions")).to_be_visible()
    in_english = replace(visitor, english=True)
    expect_nothing_wrong(in_english.inspect(page, "my editions, in English"))
    visitor.resize(PHONE)
    go = page.get_by_role("button", name="Go to the edition")
    visitor.tab_to(go)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Waiting for you")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name=PARTICIPANT).click()
    expect(page.locator("#titel")).to_be_visible()
    expect_nothing_wrong(in_english.inspect(page, "work, without a learning environment"))
    page.get_by_role("link", name="My editions").click()
    expect(go).to_be_visible()
