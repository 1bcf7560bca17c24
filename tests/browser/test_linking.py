"""Two accounts of one person, in Chromium: linked by a code that is typed over, and taken apart again."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from lti_tool.clock import utc_now
from lti_tool.demo.walk import TRAINER
from lti_tool.linking.models import LinkCode
from tests.browser.conftest import Windows
from tests.browser.stage import FIRST_ACCOUNT, KEYS, SECOND_ACCOUNT, WHOLE, Stage
from tests.browser.visitor import NARROW, Visitor, expect_nothing_wrong

pytestmark = pytest.mark.browser


def code_of(visitor: Visitor) -> str:
    """Let somebody make a code, and read it."""
    name = "I want to link: make a code" if visitor.english else "Ik wil koppelen: maak een code"
    visitor.tool.get_by_role("button", name=name).click()
    return visitor.tool.locator(".icc-reference").inner_text()


def test_two_accounts_become_one_and_two_again(stage: Stage, window: Windows) -> None:
    lesson = stage.embed(stage.shared_course(), "Regio Oost", WHOLE, KEYS[0])
    stage.save_draft(FIRST_ACCOUNT, lesson, KEYS[0])
    stage.hand_in(SECOND_ACCOUNT, lesson, KEYS[0])
    path = f"/cohort/{stage.cohort_id(lesson)}/accounts"
    giver, taker, trainer = window(english=True), window(width=NARROW), window(scripts=False)
    found: list[str] = []

    giver.sign_in(FIRST_ACCOUNT)
    giver.open(lesson.activities[WHOLE]).get_by_role("link", name="New", exact=True).click()
    giver.tool.get_by_role("link", name="Linked accounts").click()
    expect(giver.tool.get_by_role("heading", name="Linked accounts")).to_be_visible()
    found += giver.inspect(giver.frame, "accounts, none linked")
    old = code_of(giver)
    found += giver.inspect(giver.frame, "accounts, with a code")

    taker.sign_in(SECOND_ACCOUNT)
    tool, keyboard = taker.open(lesson.activities[WHOLE]), taker.page.keyboard
    taker.go(path)
    field = tool.get_by_role("textbox", name="Code")
    with taker.foresee(422):
        taker.tab_to(field)
        keyboard.insert_text("WRNG-CODE")
        keyboard.press("Enter")
        expect(tool.locator("#fouten")).to_contain_text("Deze code geldt niet (meer)")
        expect(field).to_have_value("WRNG-CODE")
        found += taker.inspect(taker.frame, "accounts, a wrong code")
        with stage.parts.database.session() as session:
            session.execute(update(LinkCode).values(expires_at=utc_now() - timedelta(minutes=1)))
        taker.go(path)
        field.fill(old)
        field.press("Enter")
        expect(tool.locator("#fouten")).to_contain_text("Maak in je andere leeromgeving een nieuwe")

    trainer.sign_in(TRAINER)
    trainer.open_without_scripts(lesson.activities[WHOLE])
    trainer.go(path)
    field.fill(code_of(trainer))
    field.press("Enter")
    expect(tool.get_by_text("Niemand beoordeelt eigen werk")).to_be_visible()
    expect(tool.get_by_role("button", name="koppel ze")).to_have_count(0)
    taker.go(path)

    giver.go(path)
    taker.resize(NARROW)
    taker.tab_to(field)
    keyboard.insert_text(code_of(giver).lower())
    keyboard.press("Enter")
    expect(tool.get_by_role("heading", name="Dit komt samen")).to_be_visible()
    expect(tool.get_by_text("Voor 1 opdracht heb je bij beide accounts werk.")).to_be_visible()
    found += taker.inspect(taker.frame, "accounts, what comes together")
    taker.resize(NARROW)
    taker.tab_to(tool.get_by_role("button", name="koppel ze"))
    keyboard.press("Enter")
    # the one person goes on with the language of who was here first
    expect(tool.get_by_role("status").filter(has_text="Your accounts are linked")).to_be_visible()
    taker.unfold()
    found += taker.inspect(taker.frame, "accounts, linked")

    giver.go(f"{path.removesuffix('accounts')}assignment/{KEYS[0]}")
    expect(giver.tool.get_by_text("Version 1 has been received")).to_be_visible()
    giver.go(path)
    giver.tool.get_by_text("Take this link apart").click()
    giver.tool.get_by_role("button", name="Take apart").click()
    expect(giver.tool.get_by_role("heading", name="Your accounts are apart")).to_be_visible()
    found += giver.inspect(giver.frame, "accounts, apart")
    giver.go(f"{path.removesuffix('accounts')}assignment/{KEYS[0]}")
    expect(giver.tool.locator("h1 + .icc-chip")).to_have_text("Draft")
    expect_nothing_wrong(found)
