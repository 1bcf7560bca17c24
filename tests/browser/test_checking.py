"""Checking a certificate at the running tool: by the browser, by sending the file where it cannot, and without scripts."""

from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows
from tests.browser.stage import GRADUATE, Stage

pytestmark = pytest.mark.browser

FORMS = ("pdf", "png", "svg", "json", "jwt")
FORM = "form[action='/verify']"


@pytest.fixture(scope="module")
def files(certificate: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the certificate in every form, as its holder downloaded it."""
    folder = tmp_path_factory.mktemp("files")
    for form in FORMS:
        answer = requests.get(f"{certificate}.{form}", timeout=30)
        answer.raise_for_status()
        (folder / f"certificaat.{form}").write_bytes(answer.content)
    return folder


@pytest.fixture
def sent(window: Windows, stage: Stage) -> tuple[Page, list[str]]:
    """The page /verify, and what is posted from it."""
    visitor = window()
    visitor.complaints.foreseen.add(404)
    page = visitor.page
    posted: list[str] = []
    page.on("request", lambda request: posted.append(request.url) if request.method == "POST" else None)
    page.goto(f"{stage.tool_url}/verify")
    return page, posted


@pytest.mark.parametrize("form", FORMS)
def test_the_browser_checks_every_form_and_sends_nothing(sent: tuple[Page, list[str]], files: Path, form: str) -> None:
    page, posted = sent
    page.locator("#file").set_input_files(files / f"certificaat.{form}")
    expect(page.locator("[data-title]")).to_have_text("Dit certificaat is geldig")
    expect(page.locator("[data-fact=name]")).to_have_text(GRADUATE)
    assert posted == []


def test_what_the_browser_cannot_check_is_sent_only_by_the_button(sent: tuple[Page, list[str]], files: Path) -> None:
    page, posted = sent
    page.context.route("**/c/*.jwt", lambda route: route.fulfill(status=404, body=""))
    page.locator("#file").set_input_files(files / "certificaat.json")
    expect(page.locator("[data-explanation]")).to_have_text("Je browser kan dit bestand niet zelf narekenen.")
    offer = page.get_by_role("region", name="Laat ons het controleren")
    expect(offer).to_contain_text("dan gaat het bestand eenmaal naar ons toe, en we bewaren het niet")
    assert posted == []
    offer.get_by_role("button", name="Stuur het op en controleer het").click()
    expect(page.get_by_role("heading", name="Dit certificaat is geldig")).to_be_visible()
    expect(page.locator("[data-result]")).to_contain_text(GRADUATE)
    assert len(posted) == 1


@pytest.mark.parametrize("form", FORMS)
def test_without_scripts_every_form_is_sent_and_checked(window: Windows, stage: Stage, files: Path, form: str) -> None:
    page = window(scripts=False).page
    page.goto(f"{stage.tool_url}/verify")
    expect(page.get_by_text("Je bestand gaat naar ons toe om het te controleren. We bewaren het niet.")).to_be_visible()
    expect(page.get_by_text("er wordt niets verstuurd")).to_be_hidden()
    page.locator("#file").set_input_files(files / f"certificaat.{form}")
    page.get_by_role("button", name="Controleer").click()
    expect(page.get_by_role("heading", name="Dit certificaat is geldig")).to_be_visible()
    expect(page.locator("[data-result]")).to_contain_text(GRADUATE)


def test_without_scripts_a_changed_certificate_is_refused_and_the_page_stays_complete(
    window: Windows, certificate: str, files: Path
) -> None:
    page = window(scripts=False).page
    page.goto(certificate)
    expect(page.get_by_role("heading", name="Dit certificaat is geldig")).to_be_visible()
    expect(page.get_by_role("button", name="Reken het na")).to_be_hidden()
    page.get_by_role("link", name="Controleer een bestand").click()
    text = (files / "certificaat.json").read_text().replace(GRADUATE, "Iemand Anders")
    page.get_by_text("Of plak de tekst van het certificaat").click()
    page.get_by_label("Tekst (JSON of JWT)").fill(text)
    page.get_by_role("button", name="Controleer").click()
    expect(page.get_by_role("heading", name="Dit certificaat is gewijzigd")).to_be_visible()
    expect(page.locator("[data-result]")).not_to_contain_text("Iemand Anders")
