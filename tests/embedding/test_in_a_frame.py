"""The tool in the frame of a school on another site, over https, in Chromium: cookies, the way without them, the picker."""

import ipaddress
import ssl
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect

from lti_tool.demo.school import Role
from mappings.loading import load_trainings
from tests.browser_fixture import Complaints, findings, fits
from tests.embedding.town import Town, running_town

pytestmark = pytest.mark.browser

TRAINING = load_trainings()["icc-vo"]


def certificate(folder: Path) -> ssl.SSLContext:
    """Make a certificate for https://127.0.0.1, signed by nobody."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tool")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "tool.pem"
    path.write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


class CookieBlocker:
    """Stands before the tool like a browser that neither keeps nor sends cookies in frames, when it is switched on."""

    def __init__(self) -> None:
        self.on = False

    def wrap(self, app: WSGIApplication) -> WSGIApplication:
        def blocking(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
            if not self.on or environ.get("HTTP_SEC_FETCH_DEST") != "iframe":
                return app(environ, start)
            environ.pop("HTTP_COOKIE", None)

            def start_without(status: str, headers: list[tuple[str, str]], *rest: object) -> object:
                return start(status, [one for one in headers if one[0].lower() != "set-cookie"], *rest)  # type: ignore[arg-type]

            return app(environ, start_without)  # type: ignore[arg-type]

        return blocking


@pytest.fixture
def blocker() -> CookieBlocker:
    return CookieBlocker()


@pytest.fixture
def town(tmp_path: Path, new_sqlite_url: Callable[[], str], blocker: CookieBlocker) -> Iterator[Town]:
    """The school on http://localhost, the tool on https://127.0.0.1: two sites."""
    with running_town(
        tmp_path / "var", new_sqlite_url(), public_host="localhost", tls=certificate(tmp_path), wrap=blocker.wrap
    ) as town:
        yield town


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    """A browser's profile; what its pages complain about fails the test."""
    context = chromium.new_context(ignore_https_errors=True, locale="nl-NL", viewport={"width": 1280, "height": 900})
    complaints = Complaints()
    complaints.listen(context)
    yield context
    context.close()
    assert complaints.lines == []


@pytest.fixture
def page(context: BrowserContext, town: Town) -> Page:
    """A window in which the trainer is signed in at the school."""
    town.person("Ilse", Role.TEACHER)
    page = context.new_page()
    page.goto(town.school.url)
    page.get_by_role("button", name="Ilse Zilverbos").click()
    return page


def tool_frame(page: Page, heading: str) -> Frame:
    """The tool's frame, once it shows this heading."""
    expect(page.frame_locator("iframe").get_by_role("heading", name=heading, level=1)).to_be_visible()
    return page.frames[-1]


def test_both_cookies_stay_in_the_partition_of_the_school(town: Town, page: Page) -> None:
    page.goto(town.adding)
    tool_frame(page, "Wat wil je in deze cursus zetten?")
    kept = {str(one["name"]): one for one in page.context.cookies() if "icc" in str(one["name"])}
    assert set(kept) == {"__Host-icc-browser", "__Host-icc"}
    for cookie in kept.values():
        assert (cookie["secure"], cookie["httpOnly"], cookie["sameSite"]) == (True, True, "None")
        assert cookie.get("partitionKey") == "http://localhost"


def test_without_cookies_the_training_opens_in_a_window_of_its_own(town: Town, page: Page, blocker: CookieBlocker) -> None:
    blocker.on = True
    link = town.school.add_link(town.course, town.registration, "Los", {})
    page.goto(town.address(link))
    frame = tool_frame(page, "Nog één klik en je bent binnen")
    assert findings(frame) == []
    with page.context.expect_page() as opened:
        frame.get_by_role("button", name="Open in een nieuw venster").click()
    expect(opened.value.get_by_role("heading", name="Wat laat deze link zien?")).to_be_visible()


def test_the_picker_says_what_will_be_added_and_follows_phases_and_typing(town: Town, page: Page) -> None:
    page.goto(town.adding)
    frame = tool_frame(page, "Wat wil je in deze cursus zetten?")
    last = TRAINING.phases[-1]
    expect(frame.locator("[data-sum]")).to_have_text("Je voegt 6 onderdelen toe:")
    frame.get_by_label(last.name.nl, exact=True).uncheck()
    expect(frame.locator("[data-sum]")).to_have_text("Je voegt 4 onderdelen toe:")
    for key in last.assignments:
        expect(frame.locator(f'input[name="item"][value="{key}"]')).not_to_be_checked()
        frame.locator(f'input[name="item"][value="{key}"]').check()
    expect(frame.get_by_label(last.name.nl, exact=True)).to_be_checked()
    frame.get_by_label("Eenmalige code").fill("7QK4")
    expect(frame.get_by_label("Een editie waarvoor ik een code kreeg")).to_be_checked()
    frame.get_by_label("Een nieuwe editie").check()
    expect(frame.get_by_label("Eenmalige code")).to_have_value("")
    frame.get_by_label("Naam van de nieuwe editie").fill("Regio Zuid")
    frame.get_by_role("button", name="Zet in de cursus").click()
    expect(page.frame_locator("iframe").get_by_role("button", name="Bewaar")).to_be_visible()
    assert [cohort.name for cohort in town.parts.cohorts.list()] == ["Regio Zuid"]
    assert list(town.school.refusals) == []


@pytest.mark.parametrize("width", [1280, 320])
def test_picker_and_setup_fit_and_have_no_barriers(town: Town, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(town.adding)
    picker = tool_frame(page, "Wat wil je in deze cursus zetten?")
    assert (findings(picker), fits(picker)) == ([], True)
    page.goto(town.address(town.school.add_link(town.course, town.registration, "Los", {})))
    setup = tool_frame(page, "Wat laat deze link zien?")
    assert (findings(setup), fits(setup)) == ([], True)
