"""Somebody at the school with a browser window of their own: what they do with mouse and keyboard, and what they see."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from playwright.sync_api import FilePayload, Frame, FrameLocator, Locator, Page, expect

from tests.browser.stage import PLAN_NAME, plan
from tests.browser_fixture import Complaints, findings, fits

NARROW, BETWEEN, WIDE = 320, 768, 1280
HEIGHT = 900
MOST_STOPS = 150


class Stage(Protocol):
    """Where the school and the tool are."""

    in_english: set[str]
    """Whose launches are in English, because a window of theirs chose so."""

    @property
    def school_url(self) -> str:
        """Where the school is."""

    @property
    def tool_url(self) -> str:
        """Where the tool is."""


@dataclass(frozen=True)
class Visitor:
    """A window and what its pages complained about."""

    stage: Stage
    page: Page
    complaints: Complaints
    english: bool = False

    def sign_in(self, person: str) -> None:
        """Become a person of the school, in the window's language.

        The school keeps the language with the person; a short way of the stage in their name makes it Dutch again.
        """
        self.page.goto(self.stage.school_url)
        self.page.get_by_role("button", name=person).click()
        self.page.wait_for_url("**/courses")
        shown, language = self.page.locator("html"), "en" if self.english else "nl"
        if shown.get_attribute("lang") != language:
            self.page.get_by_role("button", name="English" if self.english else "Nederlands", exact=True).click()
            expect(shown).to_have_attribute("lang", language)
        if self.english:
            self.stage.in_english.add(person)

    def open(self, activity: str) -> FrameLocator:
        """Open an activity of the school and return what the tool shows in its frame."""
        self.page.goto(activity)
        return self.tool

    def open_without_scripts(self, activity: str) -> FrameLocator:
        """Open an activity in a window without scripts, by the buttons that stand in for them."""
        self.page.goto(activity)
        school = self.page.frame_locator("iframe.tool")
        school.get_by_role("button", name="Ga verder").click()
        school.locator("form[action$='/lti/launch']").get_by_role("button", name="Ga verder").click()
        self.tool.locator("h1").first.wait_for()
        return self.tool

    @property
    def tool(self) -> FrameLocator:
        """What the tool shows inside the school's page, once it is there."""
        frame = self.page.frame_locator("iframe.tool")
        frame.locator("#inhoud").wait_for()
        return frame

    @property
    def frame(self) -> Frame:
        """The same as a frame, to run scripts in."""
        handle = self.tool.locator("body").element_handle()
        frame = handle.owner_frame()
        if frame is None:
            raise LookupError("the tool's page is in no frame")
        frame.wait_for_load_state()
        # a page written in the place of another (frame-session.js) is loaded without a navigation
        frame.evaluate(_LOADED)
        return frame

    def wait_until_loaded(self) -> None:
        """Wait until the tool's page has its styles and its scripts have run."""
        _ = self.frame

    def go(self, path: str) -> None:
        """Let the frame show another address of the tool."""
        self.frame.goto(f"{self.stage.tool_url}{path}" if path.startswith("/") else path)

    def resize(self, width: int) -> None:
        """Make the window as wide as this."""
        self.page.set_viewport_size({"width": width, "height": HEIGHT})

    def unfold(self) -> None:
        """Open everything on the tool's page that can be opened."""
        self.frame.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")

    def inspect(self, place: Page | Frame, name: str) -> list[str]:
        """Return what is wrong with a page: sideways scrolling at any width, axe's findings at one, complaints.

        Axe looks at the narrow page in Dutch and at the wide one in English; the language changes the words only.
        """
        wrong: list[str] = []
        for width in (WIDE, BETWEEN, NARROW):
            self.resize(width)
            if not (fits(place) and fits(self.page)):
                wrong.append(f"{name} at {width}: scrolls sideways; too wide: {wide_parts(place)}")
        self.resize(WIDE if self.english else NARROW)
        wrong += [f"{name}: {finding}" for finding in findings(place)]
        wrong += [f"{name}: {line}" for line in self.complaints.lines]
        self.complaints.lines.clear()
        return wrong

    @contextmanager
    def foresee(self, *statuses: int) -> Iterator[None]:
        """Let answers with these statuses pass for a while."""
        self.complaints.foreseen.update(statuses)
        yield
        self.complaints.foreseen.clear()

    def tab_to(self, target: Locator) -> None:
        """Press Tab until something has the focus; every stop within the tool shows that it has it."""
        expect(target).to_be_visible()
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            for frame in self.page.frames:
                if frame.url.startswith(self.stage.tool_url) and not frame.evaluate(_FOCUS_SHOWS):
                    raise AssertionError(f"the focus does not show on {frame.evaluate('document.activeElement.outerHTML')}")
            if target.evaluate("element => document.hasFocus() && element === document.activeElement"):
                return
        raise AssertionError(f"the keyboard does not reach {target}")


def expect_nothing_wrong(wrong: Iterable[str]) -> None:
    """Fail with everything that is wrong, one line each."""
    found = list(wrong)
    assert not found, "\n".join(found)


def plan_file() -> FilePayload:
    """Return the file that everybody hands in, as a file field takes it."""
    return {"name": PLAN_NAME, "mimeType": "application/pdf", "buffer": plan()}


def wide_parts(place: Page | Frame) -> list[str]:
    """Return the elements that stick out of the window at the right."""
    found: list[str] = place.evaluate(_STICKING_OUT)
    return found


# Chromium calls a document that was written anew complete while its styles and scripts are still on their way. Importing a
# module that the page runs as a script runs it no second time; it waits until it has run, or could not be loaded.
_LOADED = """async () => {
  for (const link of document.querySelectorAll("link[rel=stylesheet]")) {
    if (!link.sheet) await new Promise((done) => { link.onload = link.onerror = done; setTimeout(done, 5000); });
  }
  if (!matchMedia("(scripting: enabled)").matches) return;
  await Promise.allSettled([...document.querySelectorAll("script[type=module][src]")].map((script) => import(script.src)));
}"""
_FOCUS_SHOWS = """() => {
  const element = document.activeElement;
  if (!document.hasFocus() || !element || element === document.body) return true;
  const style = getComputedStyle(element);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""
_STICKING_OUT = """() => [...document.body.querySelectorAll("*")]
  .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .slice(0, 5)
  .map((element) => element.cloneNode(false).outerHTML)"""
