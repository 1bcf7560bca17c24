"""What is new, in Chromium: in the bar, on home and on its own page, read by whoever opens it; and e-mail about it."""

import pytest
from playwright.sync_api import FrameLocator, Locator, expect
from sqlalchemy import select

from lti_tool.notices.models import MailAddress
from tests.browser.conftest import Windows
from tests.browser.stage import COLLEAGUE, KEYS, PARTICIPANT, WHOLE, Stage
from tests.browser.visitor import NARROW, expect_nothing_wrong

pytestmark = pytest.mark.browser

FIRST, SECOND, THIRD, *_REST = KEYS
ADDRESS = "zoe@school.example"


def tab(tool: FrameLocator, name: str) -> Locator:
    """The link in the bar to what is new."""
    return tool.get_by_role("navigation").first.get_by_role("link", name=name)


def test_what_is_new_is_read_by_whoever_opens_it(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(WHOLE, FIRST, SECOND, THIRD)
    for key in (FIRST, SECOND):
        stage.hand_in(PARTICIPANT, lesson, key)
    stage.save_draft(PARTICIPANT, lesson, THIRD)
    stage.react(COLLEAGUE, lesson, stage.share(PARTICIPANT, lesson, THIRD), "tip", "Begin met één klas.")
    stage.review(PARTICIPANT, lesson, FIRST, "accepted")
    stage.review(PARTICIPANT, lesson, SECOND, "returned")
    path = f"/cohort/{stage.cohort_id(lesson)}"
    visitor = window()
    visitor.sign_in(PARTICIPANT)

    tool = visitor.open(lesson.activities[WHOLE])
    new = tool.get_by_role("region", name="Nieuw voor jou")
    expect(tab(tool, "Nieuw 3")).to_be_visible()
    expect(new.get_by_role("listitem")).to_have_count(3)
    found = visitor.inspect(visitor.frame, "home, with what is new")
    visitor.tab_to(new.get_by_role("link", name="is akkoord"))
    visitor.page.keyboard.press("Enter")
    expect(tool.get_by_role("heading", name="Feedback op versie 1")).to_be_visible()
    expect(tab(tool, "Nieuw 2")).to_be_visible()
    visitor.go(f"{path}/assignment/{SECOND}")
    expect(tab(tool, "Nieuw 1")).to_be_visible()
    tab(tool, "Nieuw 1").click()
    expect(
        tool.get_by_role("listitem").filter(has_text="Er is een reactie op wat je deelt").filter(has_text="Nieuw")
    ).to_have_count(1)
    found += visitor.inspect(visitor.frame, "what is new")
    tab(tool, "Overzicht").click()
    expect(tool.get_by_role("heading", name="Jouw pad")).to_be_visible()
    expect(new).to_have_count(0)
    expect(tool.locator(".icc-count")).to_have_count(0)
    expect_nothing_wrong(found)


def test_mail_is_asked_for_by_keyboard_and_ended_without_scripts(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(WHOLE, FIRST)
    path = f"/cohort/{stage.cohort_id(lesson)}"
    visitor = window(width=NARROW, english=True)
    visitor.sign_in(COLLEAGUE)
    keyboard = visitor.page.keyboard
    tool = visitor.open(lesson.activities[WHOLE])
    visitor.go(f"{path}/news")
    expect(tool.get_by_role("heading", name="Nothing new for you")).to_be_visible()
    found = visitor.inspect(visitor.frame, "nothing new")
    visitor.resize(NARROW)
    visitor.tab_to(tool.get_by_role("link", name="E-mail when there is something new"))
    keyboard.press("Enter")
    visitor.tab_to(tool.get_by_role("textbox", name="E-mail address"))
    keyboard.insert_text(ADDRESS)
    keyboard.press("Enter")
    expect(tool.get_by_role("heading", name="Type the code")).to_be_visible()
    found += visitor.inspect(visitor.frame, "mail, a code was sent")
    visitor.resize(NARROW)
    with visitor.foresee(422):
        visitor.tab_to(tool.get_by_role("textbox", name="Code"))
        keyboard.insert_text("WRNG-CODE")
        keyboard.press("Enter")
        expect(tool.locator("#fouten")).to_contain_text("not the code from the e-mail")
        found += visitor.inspect(visitor.frame, "mail, a wrong code")
    visitor.resize(NARROW)
    visitor.tab_to(tool.get_by_role("textbox", name="Code"))
    keyboard.press("ControlOrMeta+A")
    keyboard.insert_text(stage.mailed_code(ADDRESS).lower())
    keyboard.press("Enter")
    choice = tool.get_by_label("Your work is accepted")
    visitor.tab_to(choice)
    choice.select_option("daily")
    visitor.tab_to(tool.get_by_role("button", name="Save"))
    keyboard.press("Enter")
    expect(tool.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    expect(choice).to_have_value("daily")
    found += visitor.inspect(visitor.frame, "mail, chosen")

    with stage.parts.database.session() as session:
        keys = session.scalars(select(MailAddress.off_key).where(MailAddress.sealed.is_not(None))).all()
    (off_key,) = keys
    outside = window(scripts=False)
    outside.page.goto(f"{stage.tool_url}/mail/off/{off_key}")
    expect(outside.page.get_by_role("heading", name="Geen e-mail meer van ICC Bridge?")).to_be_visible()
    outside.page.get_by_role("button", name="Zet e-mail uit").click()
    expect(outside.page.get_by_role("heading", name="Je krijgt geen e-mail meer")).to_be_visible()
    visitor.go(f"{path}/mail")
    expect(tool.get_by_role("button", name="Send a code")).to_be_visible()
    expect(choice).to_have_count(0)
    expect_nothing_wrong(found)
