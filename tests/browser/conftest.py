"""Fixtures for the tests that drive Chromium: the running demo, and windows to look at it."""

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser

from tests.browser.stage import GRADUATE, Lesson, Stage, new_stage
from tests.browser.visitor import HEIGHT, WIDE, Visitor, expect_nothing_wrong
from tests.browser_fixture import PATIENCE, Complaints, running_chromium
from tests.mail_server import mail_server

Windows = Callable[..., Visitor]


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The demo: the school and the tool as two processes, connected, and a server that takes the tool's e-mail."""
    with mail_server(tmp_path_factory.mktemp("mail")) as mail:
        stage = new_stage(tmp_path_factory.mktemp("demo"), mail)
        try:
            stage.open()
            yield stage
        finally:
            stage.close()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Chromium for all tests of this folder; no test here needs an event loop of its own, see tests/browser_fixture.py."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture
def window(chromium: Browser, stage: Stage) -> Iterator[Windows]:
    """Opens a window with cookies of its own; what its pages complain about in the end fails the test.

    `window(width=1280, scripts=True, english=False, scheme="light")`: without scripts, in English, as a dark device.
    """
    opened: list[Visitor] = []

    def open_window(
        *, width: int = WIDE, scripts: bool = True, english: bool = False, scheme: Literal["light", "dark"] = "light"
    ) -> Visitor:
        context = chromium.new_context(
            viewport={"width": width, "height": HEIGHT},
            locale="en-GB" if english else "nl-NL",
            java_script_enabled=scripts,
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        complaints = Complaints()
        complaints.listen(context)
        opened.append(Visitor(stage, context.new_page(), complaints, english))
        return opened[-1]

    yield open_window
    complained = [line for visitor in opened for line in visitor.complaints.lines]
    for visitor in opened:
        visitor.page.context.close()
    expect_nothing_wrong(complained)


@pytest.fixture(scope="session")
def finished(stage: Stage) -> Lesson:
    """A course in which somebody did everything and has the certificate."""
    lesson = stage.lesson()
    stage.complete(GRADUATE, lesson)
    stage.confirm_name(GRADUATE, lesson, GRADUATE)
    stage.parts.cohorts.approve(stage.cohort_id(lesson))
    return lesson


@pytest.fixture(scope="session")
def certificate(stage: Stage, finished: Lesson) -> str:
    """The address of a certificate."""
    return stage.certificate(GRADUATE, finished)
