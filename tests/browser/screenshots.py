"""The pictures of the documentation: ``python -m tests.browser.screenshots`` makes docs/images anew from a running demo."""

import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import Browser, FilePayload, Page, sync_playwright
from werkzeug.serving import make_server

from lti_tool.app import create_app
from lti_tool.demo.walk import TRAINER
from tests.browser.office import open_office
from tests.browser.stage import COLLEAGUE, GRADUATE, KEYS, PARTICIPANT, WHOLE, Lesson, Stage, eventually, new_stage
from tests.browser.visitor import Visitor
from tests.browser_fixture import ARGUMENTS, CHROMIUM, Complaints

IMAGES = Path(__file__).parents[2] / "docs" / "images"
EDITION = "Regio Zuid 2026–2027"
HEIGHTS = {1280: 1100, 390: 1500}
"""How tall a picture of each width may be; what is below is left out."""
TALL = {"board": 2500}
"""The same, of what a narrow window shows one below the other."""
LEAST = 500
TALLEST = 6000
DEMO_HEIGHT = 878
QUESTION, EXPLORATION, PRODUCT, *_REST = KEYS
SHOWN = COLLEAGUE
FEEDBACK = (
    "Fijn en concreet verslag. Je laat goed zien waar het nu vastloopt, en je keuze is helder.\n\n"
    "Noem nog een derde mogelijkheid en zeg met wie je daarover sprak. Dan is je verkenning af."
)


class Photographer:
    """Takes the pictures of one demo.

    Args:
        stage: the running demo.
        browser: Chromium.
    """

    def __init__(self, stage: Stage, browser: Browser) -> None:
        self._stage = stage
        self._browser = browser
        self._windows: dict[str, Visitor] = {}

    def picker(self, course_url: str) -> None:
        """Show what a trainer chooses from."""
        visitor = self._window(TRAINER)
        visitor.page.goto(course_url)
        visitor.page.get_by_role("link", name="ICC Bridge").click()
        visitor.tool.get_by_label("Naam van de nieuwe editie").fill(EDITION)
        visitor.tool.get_by_role("heading", level=1).click()
        self._take("picker", visitor)

    def demo(self, lesson: Lesson) -> None:
        """Show an assignment inside the page of the school."""
        visitor = self._window(SHOWN)
        visitor.open(lesson.activities[EXPLORATION])
        visitor.page.wait_for_load_state("networkidle")
        save(visitor.page, "demo", 1280, DEMO_HEIGHT)

    def tool_page(self, name: str, person: str, activity: str, *, follow: str = "", shows: str = "") -> None:
        """Show a page of the tool as somebody sees it; `follow` names a link to go on by, `shows` a heading there."""
        visitor = self._window(person)
        tool = visitor.open(activity)
        if follow:
            tool.get_by_role("link", name=follow).first.click()
            tool.get_by_role("heading", name=shows).first.wait_for()
            visitor.wait_until_loaded()
        self._take(name, visitor)

    def piece(self, lesson: Lesson) -> None:
        """Show what somebody shares, and what the others say of it."""
        visitor = self._window(SHOWN)
        visitor.open(lesson.activities[WHOLE]).get_by_role("link", name="Van elkaar leren").first.click()
        visitor.tool.get_by_role("link", name=GRADUATE).first.click()
        visitor.tool.locator("#reacties").wait_for()
        self._take("piece", visitor)

    def course(self, activity: str) -> None:
        """Show what the self-test of a course finds."""
        visitor = self._window(TRAINER)
        board = visitor.open(activity)
        address = board.get_by_role("link", name="Controleer deze cursus").first.evaluate("link => link.href")
        page = visitor.page.context.new_page()
        for width, height in HEIGHTS.items():
            page.set_viewport_size({"width": width, "height": LEAST})
            page.goto(address)
            page.get_by_role("button", name="Controleer").click()
            page.get_by_role("heading", name="Elke opdracht").wait_for()
            save(page, "course", width, height)
        page.close()

    def own_page(self, name: str, address: str) -> None:
        """Show a page that stands in no frame."""
        page = self._window(TRAINER).page
        for width, height in HEIGHTS.items():
            page.set_viewport_size({"width": width, "height": LEAST})
            page.goto(address)
            save(page, name, width, height)

    def sheet(self) -> None:
        """Show every component once; the running tool, which is not for development, has no such page."""
        app = create_app(self._stage.parts)
        app.testing = True
        server = make_server("127.0.0.1", 0, app)
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            page = self._window(TRAINER).page.context.new_page()
            page.set_viewport_size({"width": max(HEIGHTS), "height": LEAST})
            page.goto(f"http://127.0.0.1:{server.port}/design")
            save(page, "design", max(HEIGHTS), TALLEST)
            page.close()
        finally:
            server.shutdown()
            serving.join()

    def checked(self, name: str, certificate: str) -> None:
        """Show what /verify says of the PDF of a certificate."""
        page = self._window(TRAINER).page
        pdf = page.request.get(f"{certificate}.pdf").body()
        for width, height in HEIGHTS.items():
            page.set_viewport_size({"width": width, "height": LEAST})
            page.goto(f"{self._stage.tool_url}/verify")
            file: FilePayload = {"name": "certificaat.pdf", "mimeType": "application/pdf", "buffer": pdf}
            page.locator("#file").set_input_files(file)
            page.locator("[data-title]").wait_for()
            page.get_by_role("heading", level=1).click()
            save(page, name, width, height)

    def _take(self, name: str, visitor: Visitor) -> None:
        frame = visitor.frame
        address = frame.url
        page = visitor.page.context.new_page()
        for width, height in HEIGHTS.items():
            page.set_viewport_size({"width": width, "height": LEAST})
            page.goto(address)
            if name == "picker":
                page.get_by_label("Naam van de nieuwe editie").fill(EDITION)
                page.get_by_role("heading", level=1).click()
            save(page, name, width, height if width == max(HEIGHTS) else TALL.get(name, height))
        page.close()

    def _window(self, person: str) -> Visitor:
        if person not in self._windows:
            context = self._browser.new_context(
                viewport={"width": 1280, "height": DEMO_HEIGHT}, locale="nl-NL", reduced_motion="reduce"
            )
            self._windows[person] = Visitor(self._stage, context.new_page(), Complaints())
            self._windows[person].sign_in(person)
        return self._windows[person]


def show_console(browser: Browser) -> None:
    """Show every page of the console, as an issuer who is operator too sees it."""
    with tempfile.TemporaryDirectory(prefix="icc-screenshots-") as folder, open_office(Path(folder)) as office:
        context = browser.new_context(locale="nl-NL", reduced_motion="reduce")
        name, value = office.cookie
        context.add_cookies([{"name": name, "value": value, "url": office.url}])
        page = context.new_page()
        for one in office.pages():
            for width, height in HEIGHTS.items():
                page.set_viewport_size({"width": width, "height": LEAST})
                page.goto(one.url)
                save(page, f"console-{one.name}", width, height)
        context.close()


def play(stage: Stage, lesson: Lesson) -> str:
    """Bring the work of three participants to different points of the way; return the address of a certificate."""
    stage.refuse_next_score()
    stage.complete(SHOWN, lesson, QUESTION)
    eventually("the refused score", lambda: stage.scores(lesson)["refused"] or None)
    stage.hand_in(SHOWN, lesson, EXPLORATION)
    stage.review(SHOWN, lesson, EXPLORATION, "returned", FEEDBACK)
    stage.save_draft(SHOWN, lesson, PRODUCT)
    stage.grade_by_hand(PARTICIPANT, lesson, QUESTION, "70")
    stage.complete(PARTICIPANT, lesson, QUESTION)
    eventually("the changed grade", lambda: stage.scores(lesson)["changed"] or None)
    stage.hand_in(PARTICIPANT, lesson, EXPLORATION)
    stage.complete(GRADUATE, lesson)
    share(stage, lesson)
    stage.confirm_name(GRADUATE, lesson, GRADUATE)
    stage.parts.cohorts.approve(stage.cohort_id(lesson))
    return stage.certificate(GRADUATE, lesson)


def share(stage: Stage, lesson: Lesson) -> None:
    """Let them learn from each other."""
    stage.share(PARTICIPANT, lesson, EXPLORATION)
    stage.share(SHOWN, lesson, PRODUCT, "Is deze begroting haalbaar op een school van onze maat?")
    piece = stage.share(GRADUATE, lesson, QUESTION, "Herkennen jullie dit? Hoe kregen jullie de sectie mee?")
    stage.react(PARTICIPANT, lesson, piece, "question", "Wat maakt dat de sectie nu afhaakt?")
    stage.react(SHOWN, lesson, piece, "tip", "Bij ons hielp het om één les samen te maken, en die meteen te geven.")


def save(page: Page, name: str, width: int, most: int) -> None:
    """Keep what a page shows, from its top to its end or to `most` pixels, with a palette: a third of the size."""
    page.evaluate("document.fonts.ready")
    height = min(most, int(page.evaluate("document.documentElement.scrollHeight")))
    file = IMAGES / (f"{name}.png" if name == "demo" else f"{name}-{width}.png")
    page.screenshot(path=file, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height})
    subprocess.run(  # noqa: S603  # our own file
        ["pngquant", "--speed", "1", "--strip", "--force", "--quality", "80-98", "--output", file, file],  # noqa: S607
        check=True,
    )


def main() -> None:
    """Make all pictures, or only those of the console (``… screenshots console``)."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        show_console(browser)
        browser.close()
    if sys.argv[1:] != ["console"]:
        show_demo()


def show_demo() -> None:
    """Show the demo, as participants, trainers and strangers see it."""
    folder = Path(tempfile.mkdtemp(prefix="icc-screenshots-"))
    stage = new_stage(folder)
    try:
        stage.open()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            photographer = Photographer(stage, browser)
            course_url = stage.main_course()
            photographer.picker(course_url)
            lesson = stage.embed(course_url, EDITION, WHOLE, *KEYS)
            certificate = play(stage, lesson)
            photographer.demo(lesson)
            photographer.tool_page("home", SHOWN, lesson.activities[WHOLE])
            photographer.tool_page("assignment", SHOWN, lesson.activities[EXPLORATION])
            photographer.tool_page("board", TRAINER, lesson.activities[WHOLE])
            photographer.tool_page(
                "review", TRAINER, lesson.activities[EXPLORATION], follow=PARTICIPANT, shows="Jouw feedback"
            )
            photographer.tool_page(
                "exchange", SHOWN, lesson.activities[WHOLE], follow="Van elkaar leren", shows="Wat jij deelt"
            )
            photographer.piece(lesson)
            photographer.course(lesson.activities[WHOLE])
            photographer.own_page("certificate", certificate)
            photographer.checked("verify", certificate)
            photographer.sheet()
            browser.close()
    finally:
        stage.close()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
