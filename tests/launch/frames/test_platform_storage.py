"""A browser that keeps none of the tool's cookies in the school's page, and a school that keeps values for it."""

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Request, expect

from lti_tool.demo.school import Link, StorageOptions, Subjects
from tests.browser.stage import PLAN_NAME, plan
from tests.browser.visitor import Visitor, expect_nothing_wrong
from tests.launch.frames.conftest import Regime, Windows
from tests.launch.frames.two_sites import TRAINER, TwoSites
from tests.launch.frames.work import TEXT, TITLE, embed, hand_in, save

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("chromium", [Regime.BLOCKED], indirect=True, scope="package"),
]


def cookies_of_the_tool(context: BrowserContext) -> list[str]:
    return [cookie.get("name", "") for cookie in context.cookies() if cookie.get("domain", "").endswith("icc.example.net")]


def test_everything_happens_in_the_frame_without_a_cookie_and_without_a_secret_in_an_address(
    sites: TwoSites, link: Link, teacher: Visitor
) -> None:
    secrets: set[str] = set()
    addresses: list[str] = []

    def see(request: Request) -> None:
        addresses.append(request.url)
        secrets.update(request.headers.get("icc-session", "").split())
        secrets.update(parse_qs(request.post_data or "").get("storage_value", []) if "launch" in request.url else [])

    teacher.page.on("request", see)
    tool = teacher.open(sites.activity(link))
    expect(tool.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    wrong = teacher.inspect(teacher.frame, "assignment")
    save(tool)
    hand_in(tool)
    assert urlsplit(teacher.frame.url).fragment == "ontvangst"
    with teacher.page.expect_download() as download:
        tool.get_by_role("link", name="Lees versie 1").press("Enter")
        tool.get_by_role("link", name=PLAN_NAME).press("Enter")
    assert download.value.suggested_filename == PLAN_NAME
    assert download.value.path().read_bytes() == plan()
    tool.get_by_role("link", name="Certificaat").press("Enter")
    tool.get_by_label("Voornaam en achternaam").fill("Sanne de Vries")
    tool.get_by_role("button", name="Bevestig je naam").press("Enter")
    expect(tool.get_by_role("button", name="Wijzig je naam")).to_be_visible()
    assert urlsplit(teacher.frame.url).fragment == "naam"

    assert sites.layers()[-1] == "storage"
    assert cookies_of_the_tool(teacher.page.context) == []
    assert len(secrets) == 2
    assert not [address for address in addresses for secret in secrets if secret in address]
    expect_nothing_wrong(wrong)


def test_a_trainer_reviews_there(sites: TwoSites, window: Windows, link: Link, teacher: Visitor) -> None:
    tool = teacher.open(sites.activity(link))
    save(tool)
    hand_in(tool)
    name = list(sites.school.people.values())[-1].name
    trainer = window()
    trainer.sign_in(TRAINER)
    tool = trainer.open(sites.activity(link))
    tool.get_by_role("link", name=name).press("Enter")
    expect(tool.get_by_text(TEXT)).to_be_visible()
    feedback = tool.get_by_label(f"Feedback voor {name}")
    with trainer.foresee(422):
        tool.get_by_role("button", name="Geef terug").press("Enter")
        expect(feedback).to_have_attribute("aria-invalid", "true")
    feedback.fill("Mooi en eerlijk werk.")
    tool.get_by_role("button", name="Geef akkoord").press("Enter")
    expect(tool.get_by_role("heading", name="Akkoord gegeven")).to_be_visible()
    # what waits next may be of another edition, and then the board there is that edition's
    tool = trainer.open(sites.activity(link))
    tool.get_by_role("link", name="Bord", exact=True).press("Enter")
    expect(tool.get_by_text("Akkoord", exact=True).first).to_be_visible()
    expect_nothing_wrong(trainer.inspect(trainer.frame, "board"))


def test_whatever_way_the_platform_has_it(sites: TwoSites, link: Link, teacher: Visitor) -> None:
    for options in (
        StorageOptions(offered=True, frame="post_message_forwarding"),
        StorageOptions(offered=True, frame="lti_storage_frame", at_launch=False),
        StorageOptions(offered=True, at_login=False, at_launch=False),
        StorageOptions(offered=True, subjects=Subjects.EARLIER),
        StorageOptions(offered=True, subjects=Subjects.PRESENT, capabilities=False),
    ):
        sites.school.storage = options
        expect(teacher.open(sites.activity(link)).get_by_role("heading", level=1, name=TITLE)).to_be_visible()
        assert sites.layers()[-1] == "storage"


def test_what_is_not_saved_is_asked_about_before_another_page_shows(sites: TwoSites, link: Link, teacher: Visitor) -> None:
    tool = teacher.open(sites.activity(link))
    text, dialog = tool.get_by_label("Tekst"), tool.get_by_role("dialog", name="Deze pagina verlaten?")
    tool.get_by_role("link", name="Terug naar je overzicht").press("Enter")
    tool.get_by_role("link", name=TITLE).first.press("Enter")
    expect(tool.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    teacher.wait_until_loaded()
    # text saves itself; here the answer never comes
    teacher.page.route("**/draft", lambda _route: None)
    text.fill("Nog niet af")
    tool.get_by_role("link", name="Terug naar je overzicht").press("Enter")
    wrong = teacher.inspect(teacher.frame, "dialog")
    dialog.get_by_role("button", name="Blijf op deze pagina").press("Enter")
    expect(dialog).to_have_count(0)
    teacher.page.evaluate("history.back()")
    dialog.get_by_role("button", name="Blijf op deze pagina").press("Enter")
    expect(text).to_have_value("Nog niet af")
    tool.get_by_role("link", name="Terug naar je overzicht").press("Enter")
    dialog.get_by_role("button", name="Verlaat de pagina").press("Enter")
    expect(tool.get_by_role("heading", level=1)).not_to_have_text(TITLE)
    expect_nothing_wrong(wrong)


def test_drafts_save_themselves_there_too(sites: TwoSites, link: Link, teacher: Visitor) -> None:
    tool = teacher.open(sites.activity(link))
    text, said = tool.get_by_label("Tekst"), tool.locator("[data-autosave-said]")
    text.fill("Een begin")
    expect(said).to_contain_text("Bewaard om")
    tool.get_by_role("link", name="Terug naar je overzicht").press("Enter")
    tool.get_by_role("link", name=TITLE).first.press("Enter")
    expect(text).to_have_value("Een begin")
    teacher.wait_until_loaded()
    text.fill(TEXT)
    # nothing is kept on the device here, so that leaving asks first; meanwhile it is saved
    tool.get_by_role("link", name="Terug naar je overzicht").press("Enter")
    tool.get_by_role("dialog").get_by_role("button", name="Blijf op deze pagina").press("Enter")
    expect(said).to_contain_text("Bewaard om")
    tool.get_by_role("link", name="Terug naar je overzicht").press("Enter")
    tool.get_by_role("link", name=TITLE).first.press("Enter")
    expect(text).to_have_value(TEXT)
    sites.end_sessions()
    with teacher.foresee(400, 401):
        text.fill("Nog meer")
        expect(said).to_contain_text("Kopieer wat je schreef en open de opdracht opnieuw vanuit je cursus.")
        expect(text).to_have_value("Nog meer")
        expect_nothing_wrong(teacher.inspect(teacher.frame, "expired"))


def test_the_back_button_leads_through_its_pages(sites: TwoSites, link: Link, teacher: Visitor) -> None:
    heading = teacher.open(sites.activity(link)).get_by_role("heading", level=1)
    teacher.tool.get_by_role("link", name="Terug naar je overzicht").press("Enter")
    expect(heading).not_to_have_text(TITLE)
    teacher.tool.get_by_role("link", name="Certificaat").press("Enter")
    expect(heading).to_have_text("Je certificaat")
    teacher.page.evaluate("history.back()")
    expect(heading).not_to_have_text("Je certificaat")
    teacher.page.evaluate("history.back()")
    expect(heading).to_have_text(TITLE)
    teacher.page.evaluate("history.forward()")
    expect(heading).not_to_have_text(TITLE)


def test_without_a_connection_what_was_typed_stays_on_the_page(sites: TwoSites, link: Link, teacher: Visitor) -> None:
    tool = teacher.open(sites.activity(link))
    tool.get_by_label("Tekst").fill(TEXT)
    teacher.page.context.set_offline(offline=True)
    tool.get_by_role("button", name="Concept bewaren").last.press("Enter")
    expect(tool.get_by_role("alert").get_by_text("Er is niets verstuurd.")).to_be_visible()
    wrong = [line for line in teacher.complaints.lines if "ERR_INTERNET_DISCONNECTED" not in line]
    teacher.complaints.lines.clear()
    teacher.page.context.set_offline(offline=False)
    save(tool)
    expect_nothing_wrong(wrong)


def test_a_session_that_has_ended_gives_back_what_was_written_and_leads_to_the_course(
    sites: TwoSites, link: Link, teacher: Visitor
) -> None:
    tool = teacher.open(sites.activity(link))
    tool.get_by_label("Tekst").fill(TEXT)
    sites.end_sessions()
    with teacher.foresee(400, 401):
        tool.get_by_role("button", name="Concept bewaren").last.press("Enter")
        expect(tool.get_by_role("heading", name="Je sessie is verlopen")).to_be_visible()
        expect(tool.get_by_label("Je tekst")).to_have_value(TEXT)
        expect_nothing_wrong(teacher.inspect(teacher.frame, "expired"))
    tool.get_by_role("link", name="Terug naar mijn cursus").press("Enter")
    expect(teacher.page).to_have_url(f"{sites.school_url}/courses/{link.course_id}")


def test_a_frame_that_is_loaded_again_says_how_to_go_on_and_the_whole_page_goes_on(
    sites: TwoSites, link: Link, teacher: Visitor
) -> None:
    tool = teacher.open(sites.activity(link))
    expect(tool.get_by_role("heading", level=1, name=TITLE)).to_be_visible()
    with teacher.foresee(401):
        teacher.frame.goto(teacher.frame.url)
        expect(tool.get_by_text("Klik de opdracht opnieuw aan.")).to_be_visible()
    teacher.page.reload()
    expect(tool.get_by_role("heading", level=1, name=TITLE)).to_be_visible()


def test_two_courses_in_two_tabs_do_not_meet(sites: TwoSites, window: Windows, link: Link, teacher: Visitor) -> None:
    save(teacher.open(sites.activity(link)))
    trainer = window()
    trainer.sign_in(TRAINER)
    other = embed(trainer, sites, "Regio Noord")
    somebody = list(sites.school.people.values())[-1]
    sites.school.enrol(somebody, sites.school.courses[other.course_id])
    tab = Visitor(sites, teacher.page.context.new_page(), teacher.complaints)
    expect(tab.open(sites.activity(other)).get_by_label("Tekst")).to_have_value("")
    hand_in(teacher.tool)
    save(tab.tool)
    hand_in(tab.tool)
