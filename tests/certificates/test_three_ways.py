"""Every false certificate is refused on each way to check one, in words: the server, the command line, the browser."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from playwright.sync_api import Browser, Page, expect

from lti_tool.certificates.findings import Finding
from lti_tool.certificates.verdict import TITLES, VerdictState
from lti_tool.cli import main
from tests.browser_fixture import Complaints
from tests.certificates.cases import ALL_CASES, Case, each, genuine
from tests.certificates.installation import Installation, aside
from tests.certificates.issuer import issuer

BROWSER_CASES = [case for case in ALL_CASES if not case.insider]
FORMS = ("pdf", "png", "svg", "json", "jwt")

pytestmark = pytest.mark.browser


def state_of(finding: Finding) -> VerdictState:
    assert finding.leads_to is not None
    return finding.leads_to


@pytest.mark.parametrize("case", each(ALL_CASES))
def test_the_server_refuses_it_and_says_why(installed: Installation, case: Case) -> None:
    answer = installed.client.post("/verify.json", data=aside(case.data), headers={"Accept-Language": "nl"})
    verdict = answer.get_json()
    assert verdict["explanation"] == case.finding.words.nl
    assert verdict["state"] == state_of(case.finding)
    assert verdict["title"] == TITLES[state_of(case.finding)].nl
    assert verdict["state"] != "altered" or verdict["facts"] is None


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The options that name the issuer's documents."""
    folder = tmp_path_factory.mktemp("documents")
    (folder / "did.json").write_text(json.dumps(issuer().did()))
    (folder / "status.json").write_text(issuer().status().json)
    return ["--did", str(folder / "did.json"), "--status", str(folder / "status.json")]


@pytest.mark.parametrize("case", each(ALL_CASES))
def test_the_command_line_refuses_it_and_says_why(documents: list[str], tmp_path: Path, case: Case) -> None:
    file = tmp_path / "certificate"
    file.write_bytes(aside(case.data))
    result = aside(
        lambda: CliRunner().invoke(main, ["certificate", "verify", str(file), *documents], prog_name="icc-bridge")
    )
    assert result.exit_code == 1
    assert result.stderr == f"icc-bridge: certificate: {TITLES[state_of(case.finding)].nl}. {case.finding.words.nl}\n"


def command(*arguments: str) -> Result:
    """Run `icc-bridge certificate verify`."""
    return aside(lambda: CliRunner().invoke(main, ["certificate", "verify", *arguments], prog_name="icc-bridge"))


Check = Callable[[Path], Page]


@pytest.fixture(scope="module")
def check(chromium: Browser, installed: Installation) -> Iterator[Check]:
    """Lets the browser check a file on the page, and returns the page with the result; the file is never sent."""
    context = chromium.new_context(locale="nl-NL", timezone_id="Europe/Amsterdam")
    installed.serve(context)
    complaints = Complaints(foreseen={404})
    complaints.listen(context)
    page = context.new_page()
    page.goto("https://icc.example.org/verify")

    def look(file: Path) -> Page:
        page.evaluate("document.querySelector('[data-result]').replaceChildren()")
        installed.asked.clear()
        page.locator("#file").set_input_files([])
        page.locator("#file").set_input_files(file)
        page.locator("[data-title]").wait_for()
        assert [asked for asked in installed.asked if not asked.startswith("GET ")] == []
        return page

    yield look
    context.close()
    assert complaints.lines == []


@pytest.mark.parametrize("case", each(BROWSER_CASES))
def test_the_browser_refuses_it_and_says_why(check: Check, tmp_path: Path, case: Case) -> None:
    file = tmp_path / "certificate"
    file.write_bytes(aside(case.data))
    page = check(file)
    expect(page.locator("[data-explanation]")).to_have_text(case.in_browser.words.nl)
    expect(page.locator("[data-title]")).to_have_text(TITLES[state_of(case.in_browser)].nl)
    if state_of(case.in_browser) is VerdictState.ALTERED:
        expect(page.locator("[data-fact]")).to_have_count(0)
    expect(page.locator("[data-offer]")).to_be_visible(visible=case.in_browser is Finding.NOT_HERE)


@pytest.mark.parametrize("form", FORMS)
def test_every_way_accepts_the_true_one(
    check: Check, installed: Installation, documents: list[str], tmp_path: Path, form: str
) -> None:
    data = aside(lambda: dict(genuine()))[form]
    answer = installed.client.post("/verify.json", data=data).get_json()
    assert (answer["state"], answer["facts"]["achievement"]) == ("valid", "Cultuurcoördinator VO")
    file = tmp_path / f"certificate.{form}"
    file.write_bytes(data)
    result = command(str(file), *documents)
    assert result.exit_code == 0
    page = check(file)
    expect(page.locator("[data-title]")).to_have_text("Dit certificaat is geldig")
    expect(page.locator("[data-fact=name]")).to_have_text("Zoë van ’t Höfen-Çelik")
    expect(page.locator("[data-result] .icc-checks .is-bad")).to_have_count(0)


def test_two_hundred_megabytes_are_refused_unread(check: Check, tmp_path: Path) -> None:
    huge = tmp_path / "certificaat.pdf"
    with huge.open("wb") as file:
        file.write(b"%PDF-1.7")
        file.truncate(200 * 1024 * 1024)
    result = command(str(huge), "--did", str(huge))
    assert (result.exit_code, result.stderr) == (1, "icc-bridge: certificaat.pdf: too large for a certificate\n")
    page = check(huge)
    expect(page.locator("[data-explanation]")).to_have_text(Finding.TOO_LARGE.words.nl)
