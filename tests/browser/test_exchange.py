"""Learning from each other in Chromium: every page in both languages, a piece's life without scripts and by keyboard."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from lti_tool.demo.walk import TRAINER
from tests.browser.conftest import Windows
from tests.browser.stage import COLLEAGUE, KEYS, PARTICIPANT, WHOLE, Lesson, Stage
from tests.browser.visitor import Visitor, expect_nothing_wrong, plan_file

pytestmark = pytest.mark.browser

LANGUAGES = [pytest.param(False, id="nl"), pytest.param(True, id="en")]
FIRST, SECOND, THIRD, *_REST = KEYS
QUESTION = "Hoe hielden jullie dit klein genoeg?"
TIP = "Bij ons hielp het om met één klas te beginnen."


@pytest.fixture(scope="module")
def lesson(stage: Stage) -> Lesson:
    """A course whose cohort shares, reacts, stands in the directory and has something on the shelf."""
    lesson = stage.lesson(WHOLE, *KEYS)
    stage.complete(PARTICIPANT, lesson, FIRST)
    stage.save_draft(PARTICIPANT, lesson, THIRD)
    stage.hand_in(COLLEAGUE, lesson, SECOND)
    stage.share(PARTICIPANT, lesson, FIRST, QUESTION)
    piece = stage.share(PARTICIPANT, lesson, THIRD)
    stage.react(COLLEAGUE, lesson, piece, "tip", TIP)
    stage.react(COLLEAGUE, lesson, piece, "question", "Wie doet er mee?")
    stage.share(COLLEAGUE, lesson, SECOND)
    stage.join_directory(PARTICIPANT, lesson)
    stage.put_on_shelf(
        lesson, kind="institution", title="Museum Het Valkhof", text="Rondleidingen.", link="https://www.example.org/valkhof"
    )
    stage.put_on_shelf(lesson, kind="material", title="Stappenplan", text="In vijf stappen.", phase="onderzoek")
    stage.put_on_shelf(lesson, kind="material", title="Begroting", text="Een voorbeeld.", phase="onderzoek")
    return lesson


@pytest.fixture
def path(lesson: Lesson, stage: Stage) -> str:
    """The path of the cohort's pages."""
    return f"/cohort/{stage.cohort_id(lesson)}"


@pytest.mark.parametrize("english", LANGUAGES)
def test_the_pages_of_a_participant(window: Windows, lesson: Lesson, path: str, english: bool) -> None:
    visitor = window(english=english)
    visitor.sign_in(PARTICIPANT)
    expect_nothing_wrong(_pages_of_a_participant(visitor, lesson, path))


def _pages_of_a_participant(visitor: Visitor, lesson: Lesson, path: str) -> Iterator[str]:
    visitor.open(lesson.activities[WHOLE])
    yield from visitor.inspect(visitor.frame, "home, with what is new")
    for name, where in (
        ("overview", f"{path}/exchange"),
        ("one assignment", f"{path}/exchange/assignment/{FIRST}"),
        ("share, already shared", f"{path}/assignment/{THIRD}/share"),
        ("share, nothing yet", f"{path}/assignment/{SECOND}/share"),
        ("directory", f"{path}/directory"),
        ("shelf", f"{path}/shelf"),
        ("assignment, shared", f"{path}/assignment/{THIRD}"),
    ):
        visitor.go(where)
        visitor.unfold()
        yield from visitor.inspect(visitor.frame, name)
    visitor.go(f"{path}/exchange/assignment/{THIRD}")
    visitor.tool.locator("a[href*='/exchange/piece/']").first.click()
    visitor.tool.locator("#reacties").wait_for()
    yield from visitor.inspect(visitor.frame, "own piece, with reactions")
    visitor.go(f"{path}/exchange/assignment/{SECOND}")
    visitor.tool.locator("a[href*='/exchange/piece/']").first.click()
    visitor.tool.locator("#reacties").wait_for()
    visitor.unfold()
    yield from visitor.inspect(visitor.frame, "somebody's piece")
    with visitor.foresee(422):
        visitor.tool.locator("form[action$='/react'] button[type=submit]").click()
        visitor.tool.locator("#fouten").wait_for()
        yield from visitor.inspect(visitor.frame, "somebody's piece, an empty reaction")


@pytest.mark.parametrize("english", LANGUAGES)
def test_the_pages_of_a_trainer(window: Windows, lesson: Lesson, path: str, english: bool) -> None:
    visitor = window(english=english)
    visitor.sign_in(TRAINER)
    expect_nothing_wrong(_pages_of_a_trainer(visitor, lesson, path))


def _pages_of_a_trainer(visitor: Visitor, lesson: Lesson, path: str) -> Iterator[str]:
    visitor.open(lesson.activities[WHOLE])
    for name, where in (
        ("board, with what is new", f"{path}/board"),
        ("overview", f"{path}/exchange"),
        ("directory", f"{path}/directory"),
        ("shelf", f"{path}/shelf"),
        ("new on the shelf", f"{path}/shelf/new"),
    ):
        visitor.go(where)
        visitor.unfold()
        yield from visitor.inspect(visitor.frame, name)
    with visitor.foresee(422):
        visitor.tool.locator("form[action*='/shelf/'] button[type=submit]").click()
        visitor.tool.locator("#fouten").wait_for()
        yield from visitor.inspect(visitor.frame, "new on the shelf, empty")
    visitor.go(f"{path}/exchange/assignment/{THIRD}")
    visitor.tool.locator("a[href*='/exchange/piece/']").first.click()
    visitor.tool.locator("form[action$='/hide'] button").first.click()
    visitor.tool.locator("form[action$='/show'] button").wait_for()
    yield from visitor.inspect(visitor.frame, "a piece, with something hidden")
    visitor.tool.locator("form[action$='/show'] button").click()
    expect(visitor.tool.locator("form[action$='/show'] button")).to_have_count(0)


@pytest.mark.parametrize("english", LANGUAGES)
def test_the_pages_of_a_cohort_that_shares_nothing_yet(window: Windows, stage: Stage, english: bool) -> None:
    empty = stage.lesson(WHOLE, FIRST)
    visitor = window(english=english)
    visitor.sign_in(PARTICIPANT)
    visitor.open(empty.activities[WHOLE])

    def pages() -> Iterator[str]:
        path = f"/cohort/{stage.cohort_id(empty)}"
        for where in ("exchange", f"exchange/assignment/{FIRST}", "directory", "shelf", f"assignment/{FIRST}/share"):
            visitor.go(f"{path}/{where}")
            yield from visitor.inspect(visitor.frame, f"{where}, nothing yet")

    expect_nothing_wrong(pages())


def test_a_piece_is_shared_reacted_on_and_withdrawn_without_scripts(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(WHOLE, THIRD)
    stage.save_draft(PARTICIPANT, lesson, THIRD)
    maker, peer = window(scripts=False), window(scripts=False)
    maker.sign_in(PARTICIPANT)
    maker.open_without_scripts(lesson.activities[THIRD])
    maker.tool.get_by_role("link", name="Deel dit met je groep").click()
    maker.tool.get_by_label("Je vraag aan de anderen").fill(QUESTION)
    maker.tool.get_by_role("button", name="Deel dit met je groep").click()
    expect(maker.tool.get_by_role("heading", name="Je deelt dit nu met je groep")).to_be_visible()

    peer.sign_in(COLLEAGUE)
    peer.open_without_scripts(lesson.activities[WHOLE])
    peer.tool.get_by_role("link", name="Bekijk wat de anderen delen: 1 nieuw").click()
    peer.tool.get_by_role("link", name=PARTICIPANT).click()
    expect(peer.tool.get_by_text(QUESTION)).to_be_visible()
    with peer.page.expect_download() as download:
        peer.tool.locator("a[href*='/file/']").click()
    assert download.value.suggested_filename == plan_file()["name"]
    peer.tool.get_by_text("Een tip", exact=True).first.click()
    peer.tool.get_by_label("Je reactie").fill(TIP)
    peer.tool.get_by_role("button", name="Plaats je reactie").click()
    expect(peer.tool.get_by_text(TIP)).to_be_visible()

    maker.tool.get_by_role("button", name="Neem het terug").click()
    expect(maker.tool.get_by_role("heading", name="Je hebt het teruggenomen")).to_be_visible()
    maker.tool.get_by_role("link", name="Van elkaar leren").click()
    maker.tool.get_by_role("link", name="1 reactie").or_(maker.tool.locator("a[href*='/exchange/piece/']")).first.click()
    expect(maker.tool.get_by_text(TIP)).to_be_visible()
    with peer.foresee(404):
        peer.tool.get_by_role("button", name="Neem terug").click()
        expect(peer.tool.get_by_role("heading", name="Deze pagina is er niet")).to_be_visible()


def test_sharing_and_reacting_by_keyboard_alone(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(WHOLE, FIRST)
    stage.hand_in(PARTICIPANT, lesson, FIRST)
    maker, peer = window(), window()
    maker.sign_in(PARTICIPANT)
    keyboard = maker.page.keyboard
    tool = maker.open(lesson.activities[FIRST])
    maker.tab_to(tool.get_by_role("link", name="Deel dit met je groep"))
    keyboard.press("Enter")
    expect(tool.get_by_role("heading", name="Deel dit met je groep")).to_be_visible()
    maker.tab_to(tool.get_by_label("Je vraag aan de anderen"))
    keyboard.insert_text(QUESTION)
    maker.tab_to(tool.get_by_role("button", name="Deel dit met je groep"))
    keyboard.press("Enter")
    expect(tool.get_by_role("heading", name="Je deelt dit nu met je groep")).to_be_visible()

    peer.sign_in(COLLEAGUE)
    keyboard = peer.page.keyboard
    tool = peer.open(lesson.activities[WHOLE])
    peer.go(urlsplit(maker.frame.url).path)
    peer.tab_to(tool.locator("input[name=kind]").first)
    keyboard.press("ArrowRight")
    keyboard.press("ArrowRight")
    peer.tab_to(tool.get_by_label("Je reactie"))
    keyboard.insert_text("Wat maakt dat het lukt?")
    peer.tab_to(tool.get_by_role("button", name="Plaats je reactie"))
    keyboard.press("Enter")
    expect(tool.get_by_text("Wat maakt dat het lukt?")).to_be_visible()


def test_the_shelf_is_filled_and_put_in_order_without_scripts(stage: Stage, window: Windows) -> None:
    lesson = stage.lesson(WHOLE)
    visitor = window(scripts=False)
    visitor.sign_in(TRAINER)
    visitor.open_without_scripts(lesson.activities[WHOLE])
    tool = visitor.tool
    tool.get_by_role("link", name="Van elkaar leren").click()
    tool.get_by_role("link", name="De plank").click()
    for title in ("Eerst", "Daarna"):
        tool.get_by_role("link", name="Leg iets op de plank").click()
        tool.get_by_label("Titel").fill(title)
        tool.get_by_label("Bestand").set_input_files(plan_file())
        tool.get_by_role("button", name="Bewaar").click()
        expect(tool.get_by_role("heading", name=title)).to_be_visible()
    tool.locator("form[action$='/up'] button").click()
    expect(tool.locator("main h3")).to_have_text(["Daarna", "Eerst"])
    tool.locator("summary").first.click()
    tool.get_by_role("button", name="Haal het van de plank").first.click()
    expect(tool.locator("main h3")).to_have_text(["Eerst"])
