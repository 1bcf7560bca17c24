"""Meetings in Chromium: planned by a trainer, marked by keyboard, seen by a participant; every page at every width."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from lti_tool.clock import utc_now
from lti_tool.demo.walk import TRAINER
from tests.browser.conftest import Windows
from tests.browser.stage import COLLEAGUE, KEYS, PARTICIPANT, WHOLE, Stage
from tests.browser.visitor import expect_nothing_wrong

pytestmark = pytest.mark.browser

TITLE = "Een avond in het museum"


def test_a_meeting_from_plan_to_hours(window: Windows, stage: Stage) -> None:
    lesson = stage.lesson(WHOLE, KEYS[0])
    stage.save_draft(PARTICIPANT, lesson, KEYS[0])
    stage.save_draft(COLLEAGUE, lesson, KEYS[0])
    path = f"/cohort/{stage.cohort_id(lesson)}"
    found: list[str] = []

    trainer = window()
    trainer.sign_in(TRAINER)
    trainer.open(lesson.activities[WHOLE])
    trainer.go(f"{path}/meetings")
    found += trainer.inspect(trainer.frame, "meetings, none yet")
    trainer.tool.get_by_role("link", name="Plan een bijeenkomst").click()
    trainer.tool.get_by_label("Naam").fill(TITLE)
    trainer.tool.get_by_label("Dag").fill((utc_now() + timedelta(days=9)).strftime("%Y-%m-%d"))
    trainer.tool.get_by_label("Van", exact=True).fill("18:30")
    trainer.tool.get_by_label("Tot", exact=True).fill("15:30")
    trainer.tool.get_by_label("Plaats").fill("Museum Het Valkhof")
    with trainer.foresee(422):
        trainer.tool.get_by_role("button", name="Bewaar").click()
        trainer.tool.locator("#fouten").wait_for()
    trainer.unfold()
    found += trainer.inspect(trainer.frame, "plan, with a mistake")
    trainer.tool.get_by_label("Tot", exact=True).fill("21:30")
    trainer.tool.get_by_role("button", name="Bewaar").click()
    expect(trainer.tool.get_by_role("heading", name=TITLE)).to_be_visible()
    trainer.unfold()
    found += trainer.inspect(trainer.frame, "meetings")

    trainer.tool.get_by_role("link", name="Plan een bijeenkomst").click()
    trainer.tool.get_by_label("Naam").fill("De eerste avond")
    trainer.tool.get_by_label("Dag").fill((utc_now() - timedelta(days=2)).strftime("%Y-%m-%d"))
    trainer.tool.get_by_label("Van", exact=True).fill("18:30")
    trainer.tool.get_by_label("Tot", exact=True).fill("21:30")
    trainer.tool.get_by_role("button", name="Bewaar").click()
    trainer.tool.get_by_role("link", name="Wie was er?").click()
    expect(trainer.tool.locator("[data-attendance-keys]")).to_be_visible()
    people = trainer.tool.locator(".icc-attendance")
    expect(people).to_have_count(2)
    people.first.locator("input[type=radio]").first.focus()
    trainer.page.keyboard.press("1")
    expect(people.first.get_by_label("Aanwezig")).to_be_checked()
    expect(people.last.locator("input[type=radio]").first).to_be_focused()
    expect(people.last.get_by_label("Uren dat")).to_be_hidden()
    trainer.page.keyboard.press("2")
    expect(people.last.get_by_label("Deels")).to_be_focused()
    trainer.page.keyboard.press("Tab")
    trainer.page.keyboard.type("1,5")
    trainer.page.keyboard.press("Tab")
    trainer.page.keyboard.type("De trein")
    found += trainer.inspect(trainer.frame, "attendance, being marked")
    trainer.page.keyboard.press("Enter")
    expect(trainer.tool.get_by_role("status").filter(has_text="Bewaard: 2 aantekeningen veranderd")).to_be_visible()
    trainer.unfold()
    found += trainer.inspect(trainer.frame, "attendance, with its changes")
    trainer.go(f"{path}/meetings")
    hours = trainer.tool.get_by_role("table")
    expect(hours.get_by_role("cell", name="3 uur", exact=True)).to_have_count(1)
    expect(hours.get_by_role("cell", name="1,5 uur", exact=True)).to_have_count(1)

    participant = window()
    participant.sign_in(PARTICIPANT)
    participant.open(lesson.activities[WHOLE])
    expect(participant.tool.get_by_role("heading", name=TITLE)).to_be_visible()
    found += participant.inspect(participant.frame, "home, with a meeting")
    participant.tool.get_by_role("link", name="Alle bijeenkomsten en je uren").click()
    expect(participant.tool.get_by_role("heading", name="Jouw contacturen")).to_be_visible()
    found += participant.inspect(participant.frame, "meetings of a participant")
    with participant.page.expect_download() as download:
        participant.tool.get_by_role("link", name="Zet in je agenda").click()
    assert download.value.suggested_filename == "bijeenkomst.ics"
    expect_nothing_wrong(found)
