"""C7: the platform's storage as proof of who began the login: Chromium, a school on another site, no cookies in frames."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from lti_tool.demo.school import Answers, Link, School, StorageOptions
from tests.certification.conftest import Run
from tests.certification.premises import Premises

pytestmark = pytest.mark.browser

TOOL = "iframe[name=tool]"
Open = Callable[[StorageOptions], Page]


@pytest.fixture
def elsewhere(school: School) -> Iterator[str]:
    """Where the school can be reached too, as another origin; the school itself is on another site than the tool."""
    address = school.url
    school.url = address.replace("127.0.0.1", "localhost")
    yield address
    school.url = address


@pytest.fixture
def premises(run: Run, elsewhere: str) -> Premises:  # noqa: ARG001 - the school moves first
    """The tool, registered at the school on the other site."""
    return run()


@pytest.fixture
def link(premises: Premises) -> Link:
    """An assignment in the course."""
    return premises.place()[0]


@pytest.fixture
def open_with(chromium: Browser, premises: Premises, link: Link) -> Iterator[Open]:
    """Opens the link in the school's page, by the teacher, with storage that behaves like this."""
    context = chromium.new_context(locale="nl-NL")
    page = context.new_page()
    page.goto(premises.school.url)
    page.get_by_role("button", name=premises.teacher.name).click()

    def open_link(storage: StorageOptions) -> Page:
        premises.school.storage = storage
        page.goto(f"{premises.school.url}/courses/{premises.course.id}/links/{link.id}")
        return page

    yield open_link
    context.close()


def test_c7_85_platform_storage(premises: Premises, link: Link, open_with: Open, elsewhere: str) -> None:
    # a message of another origin is not heard; without any answer at the login, a window of its own is offered
    with premises.nothing_changes():
        frame = open_with(StorageOptions(offered=True, put=Answers.IMPOSTOR, impostor=elsewhere)).frame_locator(TOOL)
        expect(frame.get_by_role("button", name="Open in een nieuw venster")).to_be_visible()
    # nor at the launch: it grants nothing, and says what to do
    _is_refused(premises, open_with, StorageOptions(offered=True, get=Answers.IMPOSTOR, impostor=elsewhere), "L-STORAGE")
    # a value that is not the login's own is somebody else's
    _is_refused(premises, open_with, StorageOptions(offered=True, get=Answers.OTHER), "L-BROWSER")

    arrived = open_with(StorageOptions(offered=True)).frame_locator(TOOL)
    expect(arrived.get_by_role("heading", name=link.title, level=1)).to_be_visible()
    assert premises.role(premises.teacher) == "participant"


def _is_refused(premises: Premises, open_with: Open, storage: StorageOptions, code: str) -> None:
    with premises.nothing_changes():
        frame = open_with(storage).frame_locator(TOOL)
        expect(frame.get_by_text(f"{code} · LTI-")).to_be_visible()
        expect(frame.get_by_role("heading", name="Zo kom je verder")).to_be_visible()
