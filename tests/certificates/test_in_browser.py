"""The browser checks by itself: on the certificate's page, on /verify, and in one file without internet."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import update

from lti_tool.certificates.eseal import SealPrivateKey
from lti_tool.certificates.findings import Finding
from lti_tool.certificates.models import Certificate
from lti_tool.config import load_settings
from tests.browser_fixture import Complaints, findings, fits
from tests.certificates import forgeries as made
from tests.certificates.cases import SUBJECT, again, genuine, sealed_by_another
from tests.certificates.forgeries import changed, put, signed, status_list
from tests.certificates.installation import CERTIFICATE_ID, SECRET, Installation, aside, open_installation
from tests.certificates.issuer import ENTRY, issuer
from tests.certificates.samples import NAME, sample_snapshot
from tests.certificates.test_key_store import KEYS, eseal_settings

pytestmark = pytest.mark.browser

SITE = "https://icc.example.org"
CERTIFICATE = f"{SITE}/c/{CERTIFICATE_ID}"
FORMS = ("pdf", "png", "svg", "json", "jwt")
NARROW = 320


@pytest.fixture
def context(chromium: Browser, installed: Installation) -> Iterator[BrowserContext]:
    """A window's cookies and settings; what its pages complain about fails the test."""
    made = chromium.new_context(locale="nl-NL", timezone_id="Europe/Amsterdam", reduced_motion="reduce")
    installed.serve(made)
    installed.asked.clear()
    complaints = Complaints()
    complaints.listen(made)
    yield made
    made.close()
    assert complaints.lines == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page in it."""
    return context.new_page()


def choose(page: Page, data: bytes, name: str = "certificaat") -> None:
    page.locator("#file").set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": data})
    page.locator("[data-title]").wait_for()


def expect_verdict(page: Page, title: str, finding: Finding | None = None) -> None:
    expect(page.locator("[data-result] [data-title]")).to_have_text(title)
    if finding is not None:
        expect(page.locator("[data-result] [data-explanation]")).to_have_text(finding.words.nl)


def test_the_page_of_a_certificate_checks_itself_and_says_what_it_did(page: Page, installed: Installation) -> None:
    page.goto(CERTIFICATE)
    page.get_by_role("button", name="Reken het na").click()
    expect_verdict(page, "Dit certificaat is geldig")
    checked = page.locator("[data-result] .icc-checks li")
    expect(checked).to_have_count(9)
    expect(checked.filter(has_text="De naam en de datum op deze pagina staan zo in het certificaat.")).to_have_count(1)
    page.get_by_text("Zo is het gedaan").click()
    how = page.locator("[data-result] details li")
    expect(how).to_have_count(3)
    expect(how.first).to_contain_text("sleutel https://icc.example.org/keys/rs256-2026-1.jwk")
    expect(how.nth(1)).to_contain_text(f"Plaats {ENTRY.index} in de ondertekende lijst https://icc.example.org/status/1")
    assert {asked for asked in installed.asked if "/static/" not in asked} == {
        f"GET /c/{CERTIFICATE_ID}",
        f"GET /c/{CERTIFICATE_ID}.jwt",
        "GET /.well-known/did.json",
        "GET /status/1.jwt",
        "GET /verify/words/nl.json",
        "GET /achievements/cultuurcoordinator-vo/v1/nl.png",
    }
    assert findings(page) == []


def test_a_page_that_shows_another_name_is_found_out(page: Page) -> None:
    page.goto(CERTIFICATE)
    page.evaluate("document.querySelector('.icc-name').textContent = 'Iemand Anders'")
    page.get_by_role("button", name="Reken het na").click()
    expect_verdict(page, "Dit certificaat is gewijzigd", Finding.NOT_AS_PAGE)


def test_a_certificate_that_cannot_be_fetched_is_told_and_can_be_tried_again(page: Page, context: BrowserContext) -> None:
    page.goto(CERTIFICATE)
    context.route("**/*.jwt", lambda route: route.fulfill(status=200, body="<html>"))
    page.get_by_role("button", name="Reken het na").click()
    expect_verdict(page, "Dit is niet te controleren", Finding.NOT_READ)
    context.unroute("**/*.jwt")
    page.get_by_role("button", name="Reken het na").click()
    expect_verdict(page, "Dit certificaat is geldig")


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_checked_and_none_is_sent(page: Page, installed: Installation, form: str) -> None:
    data = aside(lambda: dict(genuine()))[form]
    page.goto(f"{SITE}/verify")
    expect(page.get_by_text("er wordt niets verstuurd")).to_be_visible()
    choose(page, data, f"certificaat.{form}")
    expect_verdict(page, "Dit certificaat is geldig")
    expect(page.locator("[data-fact=name]")).to_have_text(NAME)
    expect(page.locator("[data-title]")).to_be_focused()
    assert {asked.split()[0] for asked in installed.asked} == {"GET"}


def test_the_date_is_the_issuers_wherever_the_reader_is(chromium: Browser, installed: Installation) -> None:
    context = chromium.new_context(locale="nl-NL", timezone_id="Pacific/Kiritimati")
    installed.serve(context)
    page = context.new_page()
    page.goto(f"{SITE}/verify")
    choose(page, signed().jwt.encode())
    expect(page.locator("[data-fact=awarded]")).to_have_text("4 juni 2026")
    expect(page.locator("[data-as-of]")).to_have_text("Lijst met ingetrokken certificaten van 23 november 2026 om 13:00")
    context.close()


@pytest.mark.parametrize("make", KEYS)
def test_a_pdf_with_an_eseal_is_checked_too(
    chromium: Browser, sqlite_template: Path, tmp_path: Path, make: Callable[[], SealPrivateKey]
) -> None:
    plain = load_settings(base_url=SITE, data_dir=tmp_path, secret_key=SECRET)
    held, close = open_installation(tmp_path, sqlite_template, eseal_settings(plain, tmp_path, make()))
    pdf = aside(lambda: held.client.get(f"/c/{CERTIFICATE_ID}.pdf", base_url=SITE).data)
    context = chromium.new_context(locale="nl-NL")
    held.serve(context)
    page = context.new_page()
    page.goto(f"{SITE}/verify")
    choose(page, pdf)
    expect_verdict(page, "Dit certificaat is geldig")
    choose(page, pdf.replace(b"%PDF-1.7", b"%PDF-1.6", 1))
    expect_verdict(page, "Dit certificaat is gewijzigd", Finding.SEAL_BROKEN)
    context.close()
    close()


def test_a_text_can_be_pasted_and_a_file_dropped(page: Page) -> None:
    page.goto(f"{SITE}/verify")
    page.get_by_text("Of plak de tekst van het certificaat").click()
    page.get_by_label("Tekst (JSON of JWT)").fill(f"\n {signed().jwt} ")
    page.get_by_role("button", name="Controleer").click()
    expect_verdict(page, "Dit certificaat is geldig")
    dropped = page.evaluate_handle(
        "text => { const all = new DataTransfer(); all.items.add(new File([text], 'certificaat.json')); return all; }",
        changed(put(SUBJECT, "name", value="X")).decode(),
    )
    page.dispatch_event("[data-drop]", "dragover", {"dataTransfer": dropped})
    expect(page.locator("[data-drop].is-over")).to_have_count(1)
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": dropped})
    expect_verdict(page, "Dit certificaat is gewijzigd", Finding.NOT_SIGNED)
    expect(page.locator("[data-drop].is-over")).to_have_count(0)


def test_without_a_file_it_says_what_to_do(page: Page) -> None:
    page.goto(f"{SITE}/verify")
    page.get_by_role("button", name="Controleer").click()
    expect(page.locator("[data-said]")).to_have_text("Kies eerst een bestand, of plak de tekst van een certificaat.")
    expect(page.locator("[data-result]")).to_be_empty()


def test_everything_goes_by_keyboard_alone(page: Page) -> None:
    page.goto(f"{SITE}/verify")
    reached: list[str] = []
    page.locator("#inhoud").focus()
    for _ in range(6):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.localName"))
        if reached[-1] == "summary":
            page.keyboard.press("Enter")
        elif reached[-1] == "text":
            page.keyboard.insert_text(signed().jwt)
        elif reached[-1] == "button":
            page.keyboard.press("Enter")
            break
    assert reached == ["file", "summary", "text", "button"]
    expect_verdict(page, "Dit certificaat is geldig")
    page.goto(CERTIFICATE)
    page.locator("[data-self-check] button").focus()
    page.keyboard.press("Space")
    expect_verdict(page, "Dit certificaat is geldig")


FALSE_LISTS: dict[str, Callable[[], str]] = {
    "of another key": lambda: issuer(made=2).status([]).jwt,
    "a certificate": lambda: signed().jwt,
    "no list": lambda: "niets",
    "not signed": lambda: issuer().status([]).jwt.rpartition(".")[0] + ".AAAA",
    "as JSON": lambda: json.dumps(status_list()),
    "a bomb": lambda: made.bomb().jwt,
    "of the future": lambda: issuer().status([], made=made.LATER).jwt,
}


@pytest.mark.parametrize("name", FALSE_LISTS)
def test_a_false_status_list_decides_nothing(page: Page, context: BrowserContext, name: str) -> None:
    context.route("**/status/1.jwt", lambda route: route.fulfill(status=200, body=FALSE_LISTS[name]()))
    page.goto(f"{SITE}/verify")
    choose(page, signed().jwt.encode())
    expect_verdict(page, "Dit is niet te controleren", Finding.BAD_STATUS_LIST)


def test_a_status_list_that_is_not_there_decides_nothing(page: Page) -> None:
    page.goto(f"{SITE}/verify")
    moved = {"credentialStatus": {**made.credential()["credentialStatus"], "statusListCredential": f"{SITE}/elders"}}
    choose(page, aside(lambda: again(**moved)))
    expect_verdict(page, "Dit is niet te controleren", Finding.NO_STATUS_LIST)


def test_a_revoked_certificate_is_revoked_in_the_browser(page: Page, context: BrowserContext) -> None:
    context.route("**/status/1.jwt", lambda route: route.fulfill(status=200, body=issuer().status([ENTRY.index]).jwt))
    page.goto(f"{SITE}/verify")
    choose(page, aside(lambda: dict(genuine()))["pdf"])
    expect_verdict(page, "Dit certificaat is ingetrokken", Finding.IS_REVOKED)
    expect(page.locator("[data-fact=name]")).to_have_text(NAME)


def test_a_replaced_certificate_leads_to_the_one_that_counts(page: Page, context: BrowserContext) -> None:
    standing = {"state": "replaced", "successor": f"{SITE}/c/Bq3VbZk8sWm1rT6yXe0uLd"}
    context.route("**/status/1.jwt", lambda route: route.fulfill(status=200, body=issuer().status([ENTRY.index]).jwt))
    context.route("**/c/*/status", lambda route: route.fulfill(status=200, json=standing))
    page.goto(f"{SITE}/verify")
    choose(page, signed().jwt.encode())
    expect_verdict(page, "Dit certificaat is vervangen", Finding.IS_REPLACED)
    link = page.get_by_role("link", name="Bekijk het geldige certificaat")
    expect(link).to_have_attribute("href", standing["successor"])


def test_what_the_holder_does_not_share_is_checked_by_its_seal(
    chromium: Browser, sqlite_template: Path, tmp_path: Path
) -> None:
    held, close = open_installation(tmp_path, sqlite_template)
    forms = aside(lambda: dict(genuine()))
    with held.parts.database.session() as session:
        session.execute(update(Certificate).values(shared=False))
    context = chromium.new_context(locale="nl-NL")
    held.serve(context)
    page = context.new_page()
    page.goto(f"{SITE}/verify")
    for form in ("pdf", "png", "svg", "jwt"):
        choose(page, forms[form], f"certificaat.{form}")
        expect_verdict(page, "Dit certificaat is geldig")
    choose(page, forms["json"], "certificaat.json")
    expect_verdict(page, "Dit is niet te controleren", Finding.NOT_HERE)
    expect(page.locator("[data-offer]")).to_be_visible()
    context.close()
    close()


def test_a_certificate_of_another_organisation_frightens_nobody(page: Page) -> None:
    page.goto(f"{SITE}/verify")
    elsewhere = "https://elders.example"
    choose(page, issuer(elsewhere).certificate(replace(sample_snapshot(), base_url=elsewhere)).jwt.encode())
    expect_verdict(page, "Dit is niet te controleren", Finding.ISSUER_UNKNOWN)
    expect(page.locator(".icc-verdict")).not_to_have_class("is-bad")
    expect(page.locator("[data-offer]")).to_be_hidden()


@pytest.mark.parametrize("english", [False, True], ids=["nl", "en"])
def test_no_finding_of_axe_and_no_sideways_scrolling_with_a_result(
    chromium: Browser, installed: Installation, english: bool
) -> None:
    context = chromium.new_context(locale="en-GB" if english else "nl-NL", viewport={"width": NARROW, "height": 800})
    installed.serve(context)
    page = context.new_page()
    for data in (signed().jwt.encode(), aside(sealed_by_another), b"hallo"):
        page.goto(f"{SITE}/verify")
        choose(page, data)
        page.locator("[data-result] summary").click()
        assert findings(page) == []
        assert fits(page)
    page.goto(CERTIFICATE)
    page.locator("[data-self-check] button").click()
    page.locator("[data-result] summary").click()
    assert findings(page) == []
    assert fits(page)
    assert page.locator("html").get_attribute("lang") == ("en" if english else "nl")
    context.close()


@pytest.fixture
def offline(chromium: Browser, installed: Installation, tmp_path: Path) -> Iterator[Page]:
    """The downloaded file, opened from the disk in a browser without a network."""
    answer = installed.client.get("/verify/offline.html", headers={"Accept-Language": "nl"})
    assert answer.headers["Content-Disposition"].startswith("attachment")
    file = tmp_path / "controleren.html"
    file.write_bytes(answer.data)
    context = chromium.new_context(locale="nl-NL", offline=True)
    complaints = Complaints()
    complaints.listen(context)
    page = context.new_page()
    page.goto(file.as_uri())
    yield page
    context.close()
    assert complaints.lines == []


@pytest.mark.parametrize("form", ["pdf", "png", "svg", "jwt"])
def test_the_file_without_internet_checks_and_says_what_it_cannot_know(offline: Page, form: str) -> None:
    expect(offline.get_by_text("Wat later is ingetrokken of vervangen, weet het niet.")).to_be_visible()
    choose(offline, aside(lambda: dict(genuine()))[form])
    expect_verdict(offline, "Dit certificaat is geldig")
    expect(offline.locator("[data-fact=name]")).to_have_text(NAME)
    expect(offline.locator("[data-newer]")).to_be_visible()
    assert findings(offline) == []
    offline.set_viewport_size({"width": NARROW, "height": 800})
    assert fits(offline)


FALSE: dict[str, tuple[Callable[[], bytes], str, Finding]] = {
    "payload": (made.with_another_payload, "Dit certificaat is gewijzigd", Finding.NOT_SIGNED),
    "no algorithm": (made.without_algorithm, "Dit certificaat is gewijzigd", Finding.ALGORITHM_REFUSED),
    "seal": (sealed_by_another, "Dit is niet te controleren", Finding.SEAL_UNKNOWN),
    "JSON": (lambda: signed().json.encode(), "Dit is niet te controleren", Finding.NOT_OFFLINE),
    "rubbish": (lambda: b"hallo", "Dit is niet te controleren", Finding.NOT_READ),
}


@pytest.mark.parametrize("name", FALSE)
def test_the_file_without_internet_refuses_what_is_false(offline: Page, name: str) -> None:
    data, title, finding = FALSE[name]
    choose(offline, aside(data))
    expect_verdict(offline, title, finding)
    expect(offline.locator("[data-newer]")).to_be_hidden()


def test_the_file_without_internet_may_connect_to_nothing(offline: Page) -> None:
    policy = offline.locator("meta[http-equiv]").get_attribute("content") or ""
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    assert offline.locator("[src], link").count() == 0
