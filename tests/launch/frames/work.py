"""What a trainer and a participant do with an assignment inside the school's page, with or without cookies.

They use the keyboard: the school makes the frame fit what is in it, so that things move for a moment under a mouse.
"""

from playwright.sync_api import FrameLocator, Locator, Page, expect

from lti_tool.demo.school import Link
from tests.browser.visitor import Visitor, plan_file
from tests.launch.frames.two_sites import TRAINING, TwoSites

ASSIGNMENT = TRAINING.assignment("beroepsproduct")
TITLE = ASSIGNMENT.title.get("nl") or ""
TEXT = "Ons beleidsplan: elke klas maakt elk jaar iets met een kunstenaar uit de buurt."


def embed(trainer: Visitor, sites: TwoSites, edition: str) -> Link:
    """Put the assignment into an empty course with the picker, and return the activity that the school made of it."""
    course = sites.course()
    trainer.page.goto(f"{sites.school_url}/courses/{course.id}")
    trainer.page.get_by_role("link", name="Voeg activiteit toe vanuit ICC Bridge").click()
    choose(trainer.tool, edition)
    trainer.page.frame_locator("iframe.tool").get_by_role("button", name="Bewaar en ga terug naar de cursus").press("Enter")
    expect(trainer.page.get_by_text("Eén activiteit toegevoegd.")).to_be_visible()
    return sites.school.links[course.links[-1]]


def choose(picker: FrameLocator | Page, edition: str) -> None:
    """Choose the one assignment in the picker, and send the choice."""
    for assignment in TRAINING.assignments:
        _tick(picker.get_by_label(assignment.title.get("nl") or ""), wanted=assignment.key == ASSIGNMENT.key)
    _tick(picker.get_by_label("Overzicht met alle fasen"), wanted=False)
    _tick(picker.get_by_label("Een nieuwe editie"), wanted=True)
    picker.get_by_label("Naam van de nieuwe editie").fill(edition)
    picker.get_by_role("button", name="Zet in de cursus").press("Enter")


def _tick(box: Locator, *, wanted: bool) -> None:
    if box.is_checked() != wanted:
        box.press("Space")
    expect(box).to_be_checked(checked=wanted)


def save(tool: FrameLocator | Page) -> None:
    """Write something and save it."""
    tool.get_by_label("Tekst").fill(TEXT)
    tool.get_by_role("button", name="Concept bewaren").last.press("Enter")
    expect(tool.get_by_text("Bewaard op")).to_be_visible()


def hand_in(tool: FrameLocator | Page) -> None:
    """Hand in what is there with a file, and see the receipt."""
    expect(tool.get_by_label("Tekst")).to_have_value(TEXT)
    tool.get_by_label("Voeg bestanden toe").set_input_files(plan_file())
    tool.get_by_role("button", name="Lever versie 1 in").press("Enter")
    expect(tool.get_by_role("heading", name="Versie 1 is goed ontvangen")).to_be_visible()
