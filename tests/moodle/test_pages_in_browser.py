"""Native work in Chromium: no finding of axe, no sideways scrolling from 320 px on, no complaint of the browser."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from lti_tool.demo.browser import Browser as Walker
from lti_tool.demo.school.native.accounts import revoke
from lti_tool.demo.school.native.doing import hand_in, hide, reopen
from lti_tool.moodle.wishes import Wish
from mappings.activities import Counts
from tests.browser_fixture import Complaints, findings, fits
from tests.embedding.town import running_town
from tests.moodle.quarter import FIRST, Quarter

pytestmark = pytest.mark.browser

WIDTHS = (320, 1200)
PLAN = ("plan.pdf", b"%PDF-1.4 plan", "application/pdf")


@pytest.fixture
def quarter(tmp_path: Path, new_sqlite_url: Callable[[], str]) -> Iterator[Quarter]:
    """A course in which native work stands in many ways, and that cannot be read any more."""
    with running_town(tmp_path / "var", new_sqlite_url()) as town:
        quarter = Quarter(town)
        quarter.map(Wish(FIRST.key, int(quarter.essay.id), Counts.SUBMITTED, writes_grade=True))
        quarter.launch(quarter.browser)
        hand_in(quarter.school, quarter.essay, quarter.teacher, "Hoe begin ik?", [PLAN])
        hand_in(quarter.school, quarter.essay, quarter.person("Noor"), "Nog nooit hier geweest")
        bram = quarter.person("Bram")
        quarter.launch(quarter.visit(bram))
        hand_in(quarter.school, quarter.essay, bram, "Eerste poging")
        quarter.read()
        work = quarter.open(quarter.trainer, review_of(quarter))
        work.form(with_field="verdict").submit(verdict="accepted", feedback="Mooi.")
        quarter.run()
        # a Moodle keeps whole seconds
        quarter.school.clock_skew = timedelta(seconds=2)
        hand_in(quarter.school, quarter.essay, quarter.teacher, "Toch anders", [PLAN])
        reopen(quarter.school, quarter.essay, bram.id)
        hide(quarter.school, quarter.essay)
        quarter.read()
        revoke(quarter.school, quarter.account)
        quarter.read()
        yield quarter


def review_of(quarter: Quarter) -> str:
    """The page on which the work with the file is reviewed."""
    links = quarter.launch(quarter.trainer).links
    paths = [urlsplit(href).path for _label, href in links if "/review/" in href]
    return next(path for path in paths if "plan.pdf" in quarter.open(quarter.trainer, path).text)


def wrong_with(page: Page, complaints: Complaints) -> Iterator[str]:
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if not fits(page):
            yield f"{page.url} at {width}: scrolls sideways"
        yield from (f"{page.url} at {width}: {finding}" for finding in findings(page))
    yield from complaints.lines


def test_the_pages_with_native_work_in_every_state(chromium: Browser, quarter: Quarter) -> None:
    base, cohort = quarter.parts.settings.base_url, quarter.cohort
    reviewed = review_of(quarter)
    work = quarter.open(quarter.trainer, reviewed)
    file = urlsplit(next(href for _label, href in work.links if "/native-file/" in href)).path
    visits = [
        (quarter.trainer, f"/cohort/{cohort}/board", "Na akkoord veranderd in Moodle"),
        (quarter.trainer, f"/cohort/{cohort}/board?natives=1", "De activiteiten in Moodle worden gelezen"),
        (quarter.trainer, reviewed, "Akkoord is versie 1; versie 2 kwam daarna."),
        (quarter.trainer, file, "Dit bestand kunnen we niet ophalen"),
        (quarter.browser, f"/cohort/{cohort}/assignment/{FIRST.key}", "Ingeleverd in Moodle"),
    ]
    wrong: list[str] = []
    for walker, path, text in visits:
        with chromium.new_context() as context:
            complaints = Complaints(foreseen={502})
            complaints.listen(context)
            context.add_cookies([{"name": name, "value": value, "url": base} for name, value in cookies(walker, base)])
            page = context.new_page()
            page.goto(base + path)
            assert text in page.inner_text("main"), path
            wrong += wrong_with(page, complaints)
    assert wrong == []


def cookies(walker: Walker, base: str) -> Iterator[tuple[str, str]]:
    """What a walker's session at the tool consists of."""
    for cookie in walker.session.cookies:
        if cookie.value is not None and cookie.domain.startswith(urlsplit(base).hostname or ""):
            yield cookie.name, cookie.value
