"""Chromium with what its preferences say about the cookies of a site inside another site's page, and windows in it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from lti_tool.config import load_settings
from lti_tool.demo.school import Link, StorageOptions
from tests.browser.visitor import HEIGHT, WIDE, Visitor, expect_nothing_wrong
from tests.browser_fixture import ARGUMENTS, CHROMIUM, PATIENCE, Complaints
from tests.conftest import SECRET
from tests.launch.frames.two_sites import SCHOOL, TOOL, TRAINER, TwoSites, two_sites
from tests.launch.frames.work import embed

Windows = Callable[..., Visitor]


class Regime(StrEnum):
    """What the browser does with the tool's cookies in the school's page."""

    ALLOWED = "allowed"
    PARTITIONED = "partitioned"
    """Third-party cookies are blocked; those with `Partitioned` are kept for each site around them (CHIPS)."""
    BLOCKED = "blocked"
    """None is kept, with or without `Partitioned`; in a window of its own the tool has its cookies."""

    @property
    def preferences(self) -> dict[str, object]:
        """The part of Chromium's preferences that makes it so."""
        blocks = self is not Regime.ALLOWED
        profile: dict[str, object] = {"block_third_party_cookies": blocks, "cookie_controls_mode": int(blocks)}
        if self is Regime.BLOCKED:
            inside = f"https://{TOOL}:443,https://{SCHOOL}:443"
            profile["content_settings"] = {"exceptions": {"cookies": {inside: {"setting": 2}}}}
        return {"profile": profile}


@pytest.fixture(scope="session")
def all_sites(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[TwoSites]:
    """The school and the tool, each on a site of its own."""
    folder = tmp_path_factory.mktemp("two-sites")
    data = folder / "var"
    data.mkdir()
    (data / "icc-bridge.sqlite").write_bytes(sqlite_template.read_bytes())
    settings = load_settings(
        base_url=f"https://{TOOL}",
        data_dir=data,
        secret_key=SECRET,
        allow_private_platforms=True,
        log_level="ERROR",
    )
    with two_sites(settings, folder) as sites:
        yield sites


@pytest.fixture
def sites(all_sites: TwoSites) -> TwoSites:
    """The same; the school offers storage until a test says otherwise."""
    all_sites.school.storage = StorageOptions(offered=True)
    return all_sites


# Not for the whole session, for the reason that tests/browser_fixture.py gives.
@pytest.fixture(scope="package")
def chromium(
    request: pytest.FixtureRequest, all_sites: TwoSites, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """Chromium under a `Regime`, which the test hands in; it knows where the two sites are."""
    regime: Regime = request.param
    profile = tmp_path_factory.mktemp(f"chromium-{regime.value}")
    (profile / "Default").mkdir()
    (profile / "Default" / "Preferences").write_text(json.dumps(regime.preferences))
    arguments = (
        *ARGUMENTS,
        # One process for both sites: Playwright now and then loses a frame that goes to another process and back
        # (for it the address stays the old one, whatever shows). What is kept for which site is not a matter of processes.
        "--disable-site-isolation-trials",
        "--ignore-certificate-errors",
        f"--host-resolver-rules={all_sites.resolver_rules}",
    )
    with sync_playwright() as playwright:
        # preferences are a profile's; the windows' contexts, off the record in that profile, take them over
        kept = playwright.chromium.launch_persistent_context(profile, executable_path=CHROMIUM, args=arguments)
        browser = kept.browser
        assert browser is not None
        yield browser
        kept.close()


@contextmanager
def windows(chromium: Browser, sites: TwoSites) -> Iterator[Windows]:
    """Open windows with cookies of their own; what their pages complain about in the end is an error.

    `window(width=1280, scripts=True, english=False)`: without scripts, in English.
    """
    opened: list[Visitor] = []

    def open_window(*, width: int = WIDE, scripts: bool = True, english: bool = False) -> Visitor:
        context = chromium.new_context(
            viewport={"width": width, "height": HEIGHT},
            locale="en-GB" if english else "nl-NL",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        complaints = Complaints()
        complaints.listen(context)
        opened.append(Visitor(sites, context.new_page(), complaints, english))
        return opened[-1]

    yield open_window
    complained = [line for visitor in opened for line in visitor.complaints.lines]
    for visitor in opened:
        visitor.page.context.close()
    expect_nothing_wrong(complained)


@pytest.fixture
def window(chromium: Browser, sites: TwoSites) -> Iterator[Windows]:
    """Opens windows; see `windows`."""
    with windows(chromium, sites) as window:
        yield window


@pytest.fixture(scope="package")
def link(chromium: Browser, all_sites: TwoSites) -> Link:
    """The assignment in a course, put there by the trainer inside the school's page, with its storage."""
    all_sites.school.storage = StorageOptions(offered=True)
    with windows(chromium, all_sites) as window:
        trainer = window()
        trainer.sign_in(TRAINER)
        made = embed(trainer, all_sites, "Regio Zuid")
    assert all_sites.layers()[-1] == "storage"
    return made


@pytest.fixture
def teacher(window: Windows, sites: TwoSites, link: Link) -> Visitor:
    """A participant who is new in that course, signed in at the school."""
    visitor = window()
    visitor.sign_in(sites.newcomer(sites.school.courses[link.course_id]))
    return visitor
