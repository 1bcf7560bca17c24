"""The console in Chromium: every page in both languages, its main deeds by keyboard alone, and without JavaScript."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.office import Office, open_office
from tests.browser.screenshots import HEIGHTS
from tests.browser.visitor import HEIGHT, NARROW, WIDE, Visitor, expect_nothing_wrong, wide_parts
from tests.browser_fixture import PATIENCE, Complaints, fits
from tests.certificates.award import NAME

pytestmark = pytest.mark.browser
DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Something on every page of the console."""
    with open_office(tmp_path_factory.mktemp("office")) as office:
        yield office


@pytest.fixture
def windows(chromium: Browser, office: Office) -> Iterator["Windows"]:
    """Opens windows in which the issuer is signed in; what their pages complain about in the end fails the test."""
    made = Windows(chromium, office)
    yield made
    complained = [line for visitor in made.opened for line in visitor.complaints.lines]
    for visitor in made.opened:
        visitor.page.context.close()
    expect_nothing_wrong(complained)


class Windows:
    """Windows of the issuer."""

    def __init__(self, chromium: Browser, office: Office) -> None:
        self.opened: list[Visitor] = []
        self._chromium, self._office = chromium, office

    def open(self, *, english: bool = False, scripts: bool = True) -> Visitor:
        context = self._chromium.new_context(
            viewport={"width": WIDE, "height": HEIGHT},
            locale="en-GB" if english else "nl-NL",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        name, value = self._office.cookie
        context.add_cookies([{"name": name, "value": value, "url": self._office.url}])
        complaints = Complaints()
        complaints.listen(context)
        self.opened.append(Visitor(self._office, context.new_page(), complaints, english))
        return self.opened[-1]


def test_every_page_fits_and_has_nothing_that_axe_finds(office: Office, windows: Windows) -> None:
    visitor = windows.open()
    wrong = []
    for one in office.pages():
        visitor.page.goto(one.url)
        wrong += too_wide(visitor, one.name) if one.again else visitor.inspect(visitor.page, one.name)
    expect_nothing_wrong(wrong)


def test_every_page_fits_in_english_and_on_a_dark_device(office: Office, windows: Windows) -> None:
    visitor = windows.open(english=True)
    visitor.page.emulate_media(color_scheme="dark")
    wrong = []
    for number, one in enumerate(office.pages()):
        visitor.page.goto(one.url)
        expect(visitor.page.locator("html")).to_have_attribute("lang", "en")
        # words and colours differ, and what axe finds in the structure was seen in Dutch
        wrong += visitor.inspect(visitor.page, one.name) if number % 4 == 0 else too_wide(visitor, one.name)
    expect_nothing_wrong(wrong)


def too_wide(visitor: Visitor, name: str) -> list[str]:
    """Return what makes a page scroll sideways."""
    wrong = []
    for width in (WIDE, NARROW):
        visitor.resize(width)
        if not fits(visitor.page):
            wrong.append(f"{name} at {width}: scrolls sideways; too wide: {wide_parts(visitor.page)}")
    return wrong


def test_an_edition_is_made_named_and_given_a_code_by_keyboard_alone(office: Office, windows: Windows) -> None:
    visitor = windows.open()
    page = visitor.page
    page.goto(f"{office.url}/console/cohorts")
    visitor.tab_to(page.get_by_role("link", name="Maak een editie"))
    page.keyboard.press("Enter")
    visitor.tab_to(page.get_by_role("button", name="Maak de editie"))
    with visitor.foresee(422):
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="Geef de editie een naam")).to_be_visible()
    visitor.tab_to(page.get_by_label("Naam van de editie"))
    page.keyboard.type("Regio Midden, najaar 2027")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Regio Midden, najaar 2027")).to_be_visible()
    visitor.tab_to(page.get_by_role("button", name="Maak een eenmalige code").first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").get_by_text("Je ziet deze code alleen nu")).to_be_visible()


def test_an_issuer_finds_looks_and_approves_by_keyboard_alone(office: Office, windows: Windows) -> None:
    visitor = windows.open()
    page = visitor.page
    page.goto(f"{office.url}/console/")
    visitor.tab_to(page.get_by_role("link", name="op een besluit"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Certificaten", level=1)).to_be_visible()
    visitor.tab_to(page.get_by_label("Zoek", exact=True))
    page.keyboard.type("HOFEN celik")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Niets gevonden")).to_be_visible()
    visitor.tab_to(page.get_by_label("Zoek", exact=True))
    page.keyboard.press("Control+a")
    page.keyboard.type("hofen-celik")
    page.keyboard.press("Enter")
    visitor.tab_to(page.get_by_role("link", name=NAME))
    page.keyboard.press("Enter")
    visitor.tab_to(page.get_by_role("link", name="Keur goed"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Dit certificaat goedkeuren?")).to_be_visible()
    visitor.tab_to(page.get_by_role("button", name="Keur goed"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").get_by_text("Goedgekeurd.")).to_be_visible()
    office.jobs.run()
    page.reload()
    expect(page.get_by_text("Toegekend", exact=True).first).to_be_visible()


def test_a_batch_shows_how_far_it_is(office: Office, windows: Windows) -> None:
    page = windows.open().page
    page.goto(f"{office.url}/console/cohorts/{office.cohort_id}/batch")
    page.get_by_role("button", name="Ken toe").click()
    expect(page.get_by_role("heading", name="Bezig: 0 van 1")).to_be_visible()
    office.jobs.run()
    expect(page.get_by_role("heading", name="Klaar")).to_be_visible()
    expect(page.get_by_text("1 certificaat toegekend")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)


def test_a_certificate_is_revoked_without_javascript(office: Office, windows: Windows) -> None:
    page = windows.open(scripts=False).page
    page.goto(f"{office.url}/console/certificates/{office.issued}")
    page.get_by_role("link", name="Trek in").click()
    page.get_by_label("Waarom trek je het in?").fill("Twee keer toegekend")
    page.get_by_role("button", name="Trek in").click()
    expect(page.get_by_text("Ingetrokken", exact=True).first).to_be_visible()
    (revoked,) = [one for one in office.parts.certificates.list() if one.award_id == office.issued]
    assert revoked.revoked_reason == "Twee keer toegekend"


def test_a_school_is_invited_and_the_invitation_taken_back_without_javascript(office: Office, windows: Windows) -> None:
    page = windows.open(scripts=False).page
    page.goto(f"{office.url}/console/platforms")
    page.get_by_role("link", name="Nodig een school uit").click()
    page.get_by_label("Naam van de school").fill("Het Rozenhof")
    page.get_by_role("button", name="Maak een eenmalig adres").click()
    expect(page.get_by_text(f"{office.url}/lti/register/")).to_be_visible()
    page.get_by_role("button", name="Het Rozenhof").click()
    expect(page.get_by_text("De uitnodiging is ingetrokken.")).to_be_visible()
    expect(page.get_by_role("button", name="Het Rozenhof")).to_have_count(0)
    assert {one.name: str(one.state) for one in office.parts.invites.list()}["Het Rozenhof"] == "revoked"


def test_the_documentation_shows_every_page(office: Office) -> None:
    gallery = (DOCS / "console.md").read_text("utf-8")
    there = {file.name for file in (DOCS / "images").glob("console-*.png")}
    wanted = {f"console-{one.name}-{width}.png" for one in office.pages() for width in HEIGHTS}
    assert there == wanted, "make screenshots"
    assert [name for name in sorted(wanted) if f"images/{name}" not in gallery] == []
