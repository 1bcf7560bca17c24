"""Files on their way in, in Chromium: with a connection that breaks and a session that ends."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect
from sqlalchemy import select

from lti_tool.training.models import Upload, WorkFile
from tests.browser.conftest import Windows
from tests.browser.stage import KEYS, PARTICIPANT, Stage
from tests.browser.visitor import Visitor, expect_nothing_wrong

pytestmark = pytest.mark.browser

KEY = KEYS[2]
TEXT = "Ons plan voor volgend jaar."
SIZE = 3_000_000
UPLOAD = re.compile(r"/upload/\w+$")


def pdf(folder: Path, name: str, size: int = 100) -> Path:
    """Write a file on the participant's disk, of which no two stretches are the same."""
    path = folder / name
    path.write_bytes((b"%PDF-1.7\n" + b"".join(number.to_bytes(4) for number in range(size // 4)))[:size])
    return path


def break_after(visitor: Visitor, parts: int) -> None:
    """Let so many parts through, and let those that follow find no connection."""
    visitor.complaints.connection_breaks = True
    left = [parts]

    def decide(route: Route) -> None:
        if route.request.method == "PATCH":
            left[0] -= 1
        if left[0] < 0:
            route.abort("internetdisconnected")
        else:
            route.continue_()

    visitor.page.route(UPLOAD, decide)


def mend(visitor: Visitor) -> None:
    """Let everything through again."""
    visitor.page.unroute(UPLOAD)


def received(stage: Stage, name: str) -> int:
    with stage.parts.database.session() as session:
        return session.scalars(select(Upload.received).where(Upload.name == name, Upload.finished_at.is_(None))).one()


def test_several_files_come_in_and_a_lost_connection_is_gone_on_with(stage: Stage, window: Windows, tmp_path: Path) -> None:
    lesson = stage.lesson(KEY)
    visitor = window()
    visitor.sign_in(PARTICIPANT)
    tool = visitor.open(lesson.activities[KEY])
    tool.get_by_label("Tekst").fill("Ons plan voor volgend jaar.")
    tool.get_by_label("Link").fill("https://www.example.org/plan")
    break_after(visitor, 3)
    film = tmp_path / "film.mov"
    film.write_bytes(b"film")
    files = [pdf(tmp_path, "klein.pdf"), pdf(tmp_path, "groot.pdf", SIZE), film]
    tool.get_by_label("Voeg bestanden toe").set_input_files(files)
    expect(tool.get_by_role("link", name="klein.pdf")).to_be_visible()
    expect(tool.get_by_text("Dit soort bestand nemen we hier niet aan.")).to_be_visible()
    expect(tool.get_by_text("Geen verbinding. We gaan verder zodra die er weer is.")).to_be_visible()
    percent = 100 * received(stage, "groot.pdf") // SIZE
    assert 0 < percent < 100
    expect(tool.get_by_role("progressbar", name="groot.pdf")).to_have_attribute("value", str(percent))
    expect_nothing_wrong(visitor.inspect(visitor.frame, "files on their way"))
    tool.get_by_role("button", name="Lever versie 1 in").click()
    waits = tool.get_by_text("We sturen het formulier zodra je bestanden binnen zijn.")
    expect(waits).to_be_visible()
    # what is written meanwhile is saved and said, and does not take the place of that
    with visitor.page.expect_response(re.compile(r"/draft$")):
        tool.get_by_label("Tekst").press_sequentially(" En erna.")
    expect(tool.locator("[data-autosave-said]")).to_contain_text("Bewaard om")
    expect(waits).to_be_visible()
    mend(visitor)
    visitor.frame.evaluate("window.dispatchEvent(new Event('online'))")
    expect(tool.get_by_role("heading", name="Versie 1 is goed ontvangen")).to_be_visible()
    with stage.parts.database.session() as session:
        assert session.scalars(select(WorkFile.size).where(WorkFile.name == "groot.pdf")).all() == [SIZE]


def test_after_a_new_launch_the_same_file_chosen_by_keyboard_goes_on_where_it_stopped(
    stage: Stage, window: Windows, tmp_path: Path
) -> None:
    lesson = stage.lesson(KEY)
    visitor = window()
    visitor.sign_in(PARTICIPANT)
    tool, keyboard = visitor.open(lesson.activities[KEY]), visitor.page.keyboard
    file = pdf(tmp_path, "lang.pdf", SIZE)
    break_after(visitor, 2)
    tool.get_by_label("Voeg bestanden toe").set_input_files(file)
    expect(tool.get_by_text("Geen verbinding.")).to_be_visible()
    before = received(stage, "lang.pdf")
    mend(visitor)
    stage.end_sessions()
    visitor.page.on("dialog", lambda dialog: dialog.accept())
    with visitor.foresee(400, 401):
        tool = visitor.open(lesson.activities[KEY])
        expect(tool.get_by_text("Nog niet helemaal verstuurd")).to_be_visible()
    expect_nothing_wrong(visitor.inspect(visitor.frame, "unfinished"))
    offsets: list[int] = []
    visitor.page.on(
        "request", lambda sent: offsets.append(int(sent.headers["upload-offset"])) if sent.method == "PATCH" else None
    )
    with visitor.page.expect_file_chooser() as chooser:
        visitor.tab_to(tool.get_by_label("Voeg bestanden toe"))
        keyboard.press("Enter")
    chooser.value.set_files(file)
    expect(tool.get_by_role("link", name="lang.pdf")).to_be_visible()
    expect(tool.get_by_text("Nog niet helemaal verstuurd")).to_be_hidden()
    expect(tool.locator("[data-sending-said]")).to_have_text("“lang.pdf” is binnen.")
    assert min(offsets) == before
    visitor.tab_to(tool.get_by_role("button", name="Verwijder lang.pdf"))
    keyboard.press("Enter")
    expect(tool.get_by_role("link", name="lang.pdf")).to_be_hidden()
