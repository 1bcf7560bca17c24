"""A browser that keeps none of the tool's cookies in the school's page, and a school that keeps values for it."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Request, expect

from lti_tool.demo.school import Link, StorageOptions, Subjects
from tests.browser.stage import PLAN_NAME, plan
from tests.browser.visitor import Visitor, expect_nothing_wrong
from tests.launch.frames.conftest import Regime, Windows
from tests.launch.frames.two_sites import TEACHER, TRAINER, TwoSites
from tests.launch.frames.work import TEXT, TITLE, embed, hand_in, save

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("chromium", [Regime.BLOCKED], indirect=True, scope="package"),
]


def cookies_of_the_tool(context: BrowserContext) -> list[str]:
    return [cookie.get("name", "") for cookie in context.cookies() if cookie.get("domain", "").endswith("icc.example.net")]


def test_everything_happens_in_the_frame_without_a_cookie_and_without_a_secret_in_an_address(
    sites: TwoSites, window: Windows, link: Link
) -> None:
    teacher = window()
    secrets: set[str] = set()
    addresses: list[str] = []

    def see(request: Request) -> None:
        addresses.append(request.url)
        secrets.update(request.headers.get("icc-session", "").split())
        secrets.update(parse_qs(request.post_data or "").get("storage_value", []) if "launch" in request.url else [])

    teacher.page.on("request", see)
    teacher.sign_in(TEACHER)
    tool = teacher.open(sites.activity(link))
    expect(tool.get_by_role("heading", level=1)).to_have_text(TITLE)
    save(tool)
    hand_in(tool)
    assert sites.layers()[-2:] == ["storage", "storage"]
    assert cookies_of_the_tool(teacher.page.context) == []
    assert len(secrets) == 2
    assert not [address for address in addresses for secret in secrets if secret in address]
    assert urlsplit(teacher.frame.url).fragment == "ontvangst"


def test_its_pages_are_as_everywhere(sites: TwoSites, window: Windows, link: Link) -> None:
    teacher, trainer = window(), window()
    teacher.sign_in(TEACHER)
    tool = teacher.open(sites.activity(link))
    save(tool)
    wrong = teacher.inspect(teacher.frame, "assignment")
    hand_in(tool)
    wrong += teacher.inspect(teacher.frame, "receipt")
    with teacher.page.expect_download() as download:
        tool.get_by_role("link", name="Lees versie 1").click()
        tool.get_by_role("link", name=PLAN_NAME).click()
    assert download.value.suggested_filename == PLAN_NAME
    assert download.value.path().read_bytes() == plan()
    tool.get_by_role("link", name="Certificaat").click()
    wrong += teacher.inspect(teacher.frame, "certificate")

    trainer.sign_in(TRAINER)
    tool = trainer.open(sites.activity(link))
    tool.get_by_role("link", name=TEACHER).click()
    expect(tool.get_by_text(TEXT)).to_be_visible()
    wrong += trainer.inspect(trainer.frame, "review")
    tool.get_by_label(f"Feedback voor {TEACHER}").fill("Mooi en eerlijk werk.")
    tool.get_by_role("button", name="Geef akkoord").click()
    expect(tool.get_by_role("heading", name="Akkoord gegeven")).to_be_visible()
    tool.get_by_role("link", name="Bord", exact=True).click()
    expect(tool.get_by_role("cell", name="Akkoord").first).to_be_visible()
    wrong += trainer.inspect(trainer.frame, "board")
    expect_nothing_wrong(wrong)


def test_whatever_way_the_platform_has_it(sites: TwoSites, window: Windows, link: Link) -> None:
    teacher = window()
    teacher.sign_in(TEACHER)
    for options in (
        StorageOptions(offered=True, frame="post_message_forwarding"),
        StorageOptions(offered=True, frame="lti_storage_frame", at_launch=False),
        StorageOptions(offered=True, at_login=False, at_launch=False),
        StorageOptions(offered=True, subjects=Subjects.EARLIER),
        StorageOptions(offered=True, subjects=Subjects.PRESENT, capabilities=False),
    ):
        sites.school.storage = options
        expect(teacher.open(sites.activity(link)).get_by_role("heading", level=1)).to_have_text(TITLE)
        assert sites.layers()[-1] == "storage"


def test_what_is_not_saved_is_asked_about_before_another_page_shows(sites: TwoSites, window: Windows, link: Link) -> None:
    teacher = window()
    teacher.sign_in(TEACHER)
    tool = teacher.open(sites.activity(link))
    text, dialog = tool.get_by_label("Tekst"), tool.get_by_role("dialog", name="Deze pagina verlaten?")
    tool.get_by_role("link", name="Terug naar je overzicht").click()
    tool.get_by_role("link", name=TITLE).first.click()
    text.fill("Nog niet af")
    tool.get_by_role("link", name="Terug naar je overzicht").click()
    wrong = teacher.inspect(teacher.frame, "dialog")
    dialog.get_by_role("button", name="Blijf op deze pagina").click()
    expect(dialog).to_have_count(0)
    teacher.page.evaluate("history.back()")
    dialog.get_by_role("button", name="Blijf op deze pagina").click()
    expect(text).to_have_value("Nog niet af")
    tool.get_by_role("link", name="Terug naar je overzicht").click()
    dialog.get_by_role("button", name="Verlaat de pagina").click()
    expect(tool.get_by_role("heading", level=1)).not_to_have_text(TITLE)
    expect_nothing_wrong(wrong)


def test_the_back_button_leads_through_its_pages(sites: TwoSites, window: Windows, link: Link) -> None:
    teacher = window()
    teacher.sign_in(TEACHER)
    heading = teacher.open(sites.activity(link)).get_by_role("heading", level=1)
    teacher.tool.get_by_role("link", name="Terug naar je overzicht").click()
    expect(heading).not_to_have_text(TITLE)
    teacher.tool.get_by_role("link", name="Certificaat").click()
    expect(heading).to_have_text("Je certificaat")
    teacher.page.evaluate("history.back()")
    expect(heading).not_to_have_text("Je certificaat")
    teacher.page.evaluate("history.back()")
    expect(heading).to_have_text(TITLE)
    teacher.page.evaluate("history.forward()")
    expect(heading).not_to_have_text(TITLE)


def test_without_a_connection_what_was_typed_stays_on_the_page(sites: TwoSites, window: Windows, link: Link) -> None:
    teacher = window()
    teacher.sign_in(TEACHER)
    tool = teacher.open(sites.activity(link))
    tool.get_by_label("Tekst").fill(TEXT)
    teacher.page.context.set_offline(offline=True)
    tool.get_by_role("button", name="Concept bewaren").last.click()
    expect(tool.get_by_role("alert").get_by_text("Er is niets verstuurd.")).to_be_visible()
    wrong = [line for line in teacher.complaints.lines if "ERR_INTERNET_DISCONNECTED" not in line]
    teacher.complaints.lines.clear()
    teacher.page.context.set_offline(offline=False)
    save(tool)
    expect_nothing_wrong(wrong)


def test_a_session_that_has_ended_gives_back_what_was_written(sites: TwoSites, window: Windows, link: Link) -> None:
    teacher = window()
    teacher.sign_in(TEACHER)
    tool = teacher.open(sites.activity(link))
    tool.get_by_label("Tekst").fill(TEXT)
    sites.end_sessions()
    with teacher.foresee(400, 401):
        tool.get_by_role("button", name="Concept bewaren").last.click()
        expect(tool.get_by_role("heading", name="Je sessie is verlopen")).to_be_visible()
        expect(tool.get_by_label("Je tekst")).to_have_value(TEXT)
        expect_nothing_wrong(teacher.inspect(teacher.frame, "expired"))


def test_a_frame_that_is_loaded_again_says_how_to_go_on_and_so_does_the_whole_page(
    sites: TwoSites, window: Windows, link: Link
) -> None:
    teacher = window()
    teacher.sign_in(TEACHER)
    tool = teacher.open(sites.activity(link))
    expect(tool.get_by_role("heading", level=1)).to_have_text(TITLE)
    with teacher.foresee(401):
        teacher.frame.goto(teacher.frame.url)
        expect(tool.get_by_text("Klik de opdracht opnieuw aan.")).to_be_visible()
    teacher.page.reload()
    expect(tool.get_by_role("heading", level=1)).to_have_text(TITLE)


def test_two_courses_in_two_tabs_do_not_meet(sites: TwoSites, window: Windows, link: Link) -> None:
    teacher = window()
    teacher.sign_in(TEACHER)
    save(teacher.open(sites.activity(link)))
    trainer = window()
    trainer.sign_in(TRAINER)
    other = embed(trainer, sites, "Regio Noord")
    tab = Visitor(sites, teacher.page.context.new_page(), teacher.complaints)
    expect(tab.open(sites.activity(other)).get_by_label("Tekst")).to_have_value("")
    hand_in(teacher.tool)
    expect(tab.tool.get_by_label("Tekst")).to_have_value("")
    save(tab.tool)
