"""Debian's Chromium for the tests that drive it, and what every page in it has to pass."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Frame,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from tests.browser_witness import Witness, what_was_seen

CHROMIUM = "/usr/bin/chromium"
SHELL = "/usr/bin/chromium-headless-shell"
"""The same engine without windows, menus and preferences around it: a page takes a third of the processor's time."""
PATIENCE = 30_000
"""Milliseconds to wait for something on a page; only a machine under heavy load needs so many."""
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
expect.set_options(timeout=PATIENCE)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to the report of a failure what the windows of its browser show."""
    report = yield
    if report.failed and report.when == "call":
        report.sections += what_was_seen()
    return report


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Run Debian's Chromium, without its windows where that is installed."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=SHELL if Path(SHELL).exists() else CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


# Not for the whole session: as long as Playwright runs, its event loop runs in this thread, and asyncio.run (which
# sealing a PDF needs) refuses to work in every test that comes after.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; a test opens a context of its own in it."""
    with running_chromium() as browser:
        yield browser


_LOST = ("ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE")


@dataclass
class Complaints:
    """Everything that went wrong in the pages of a context and was not foreseen.

    Console errors and warnings (what a security policy blocks among them), errors of scripts, requests that failed, and
    answers with an error status; `foreseen` holds the statuses that the test means to get. Where `connection_breaks`, the
    test takes the connection away, and pages that try again may complain of that at any moment.
    """

    lines: list[str] = field(default_factory=list)
    foreseen: set[int] = field(default_factory=set)
    connection_breaks: bool = False

    def listen(self, context: BrowserContext) -> None:
        """Note what the pages of a context complain about from now on, and what they show should the test fail."""
        Witness(context)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.lines.append(f"script: {error.error}"))
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)

    def _console(self, message: ConsoleMessage) -> None:
        # the line about an answer's status names no address; _answered does
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource: the server"):
            self._note(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        # ERR_ABORTED: somebody went on before the answer came, or it became a download
        if request.failure != "net::ERR_ABORTED":
            self._note(f"failed: {urlsplit(request.url).path} {request.failure}")

    def _note(self, line: str) -> None:
        if not (self.connection_breaks and any(reason in line for reason in _LOST)):
            self.lines.append(line)

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.foreseen:
            self.lines.append(f"{response.status}: {response.request.method} {urlsplit(response.url).path}")


def findings(page: Page | Frame) -> list[str]:
    """Return what axe-core finds wrong in a page or in what a frame holds, one line each."""
    axe: Any = Axe()
    results: dict[str, Any] = axe.run(page).response
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in results["violations"]
        for node in violation["nodes"]
    ]


def fits(page: Page | Frame) -> bool:
    """Return whether a page, or what a frame holds, is no wider than its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))
