"""Everybody's own page: what is kept, a copy with everything of one's own and nothing of others, and erasing all of it."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from lti_tool.app import Parts, create_app
from lti_tool.config import Settings
from lti_tool.courses.consents import DIRECTORY, MAIL, SHARING
from lti_tool.database import Database
from mappings.roles import Role
from tests.clock import FakeClock
from tests.exchange.conftest import Circle
from tests.training.conftest import Group
from tests.training.samples import upload
from tests.training.world import Browser, World

WORK, QUESTION, REACTION, ANSWER = "Mijn verkenning zelf", "Hoe pakken jullie dit aan?", "Vraag de gemeente", "Dank je wel"
FEEDBACK, OTHERS = "Noem een derde kans", "Werk van Noor alleen"


@pytest.fixture
def circle(quiet: Settings, sqlite_database: Database, clock: FakeClock, parts: Parts) -> Circle:
    """Zoë handed in, got feedback, shares, and reacted with Piet; Noor handed in work of her own."""
    world = World(quiet, sqlite_database, clock)
    world.app, world.courses = create_app(parts), parts.courses
    platform = world.platform()
    trainer = world.launch(platform, "ilse", Role.TRAINER, name="Ilse Brouwers")
    cohort_id = world.cohort(trainer)
    custom = {"cohort": cohort_id}
    zoe = world.launch(platform, "zoe-4711", Role.PARTICIPANT, name="Zoë van ’t Höfen", custom=custom)
    noor = world.launch(platform, "noor", Role.PARTICIPANT, name="Noor Janssen", custom=custom)
    piet = world.launch(platform, "piet", Role.PARTICIPANT, name="Piet Puk", custom=custom)
    group = Group(world, platform, cohort_id, trainer, zoe, noor)
    circle = Circle(group, piet)
    assert zoe.post(group.assignment(), {"text": WORK, "files": upload(), "action": "submit"}).status_code == 303
    assert noor.post(group.assignment(), {"text": OTHERS, "action": "submit"}).status_code == 303
    review = {"verdict": "returned", "feedback": FEEDBACK}
    assert trainer.post(f"/review/{group.submission_id(zoe)}", review).status_code == 303
    piece = circle.share(zoe, QUESTION)
    circle.react(piet, piece, REACTION)
    circle.react(zoe, circle.share(noor), ANSWER)
    assert zoe.post(f"{group.home()}/directory", {"action": "join"}).status_code == 303
    return circle


def copy_of(browser: Browser) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The files of somebody's copy, and its data by table."""
    answer = browser.get("/me/copy.zip")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as package:
        files = {name: package.read(name) for name in package.namelist()}
    return files, json.loads(files["data.json"])["data"]


def test_the_page_says_what_is_kept_and_leads_on(circle: Circle) -> None:
    page = circle.zoe.page("/me")
    assert "Je werk: concepten, teksten, links en bestanden" in page
    assert "/me/copy.zip" in page
    assert "/me/erase" in page
    assert SHARING.words["nl"] in page
    assert DIRECTORY.words["nl"] in page
    assert MAIL.words["nl"] not in page
    assert 'href="/me"' in circle.zoe.page(circle.group.home())


def test_who_has_no_session_is_sent_back(circle: Circle) -> None:
    stranger = circle.group.world.app.test_client()
    for address in ("/me", "/me/copy.zip", "/me/erase"):
        assert stranger.get(address).status_code == 401, address


def test_the_copy_holds_everything_of_ones_own(circle: Circle) -> None:
    files, data = copy_of(circle.zoe)
    page = files["index.html"].decode()
    for words in (WORK, QUESTION, REACTION, ANSWER, FEEDBACK, "zoe-4711", "Zoë van ’t Höfen", "Ilse Brouwers", "Piet Puk"):
        assert words in page, words
    assert files["bestanden/Cultuurscan.pdf"].startswith(b"%PDF")
    assert data["work_file"][0]["files"] == ["bestanden/Cultuurscan.pdf"]
    assert [row["feedback"] for row in data["review"]] == [FEEDBACK]
    assert data["review"][0]["reviewer"] == "Ilse Brouwers"
    assert [row["text"] for row in data["piece_reaction"]] == [REACTION]
    assert [row["text"] for row in data["piece_reaction (by you)"]] == [ANSWER]
    (entry,) = data["directory_entry"]
    assert (entry["consent_version"], entry["consent_words"]) == (DIRECTORY.version, DIRECTORY.words["nl"])
    assert SHARING.words["nl"] in page
    assert data["audit_event"][0]["what"] == "exchange.share"


def test_the_copy_holds_nothing_of_others_but_what_they_said_to_the_person(circle: Circle) -> None:
    files, data = copy_of(circle.zoe)
    everything = b"".join(files.values()).decode("utf-8", "replace")
    assert OTHERS not in everything
    assert "Noor" not in everything
    others = [circle.noor.viewer, circle.piet.viewer, circle.trainer.viewer]
    assert not [viewer for viewer in others if viewer.person_id in everything or viewer.account_id in everything]
    assert "secret_digest" not in everything
    assert {row["subject"] for row in data["account"]} == {"zoe-4711"}


def test_a_trainers_copy_holds_the_feedback_given_but_not_the_work(circle: Circle) -> None:
    files, data = copy_of(circle.trainer)
    assert [row["feedback"] for row in data["review (by you)"]] == [FEEDBACK]
    everything = b"".join(files.values()).decode("utf-8", "replace")
    assert WORK not in everything
    assert "Zoë" not in everything


def test_erasing_asks_first_and_needs_the_tick(circle: Circle) -> None:
    page = circle.zoe.page("/me/erase")
    assert "niemand kan het terugdraaien" in page
    refused = circle.zoe.post("/me/erase")
    assert refused.status_code == 422
    assert "Er is nog niets gewist." in refused.text
    assert circle.zoe.get("/me").status_code == 200


def test_after_erasing_the_others_see_a_removed_participant_and_nothing_else(circle: Circle) -> None:
    group, folder = circle.group, Path(circle.group.world.settings.data_dir, "files")
    group.world.clock.advance(seconds=60)
    accept = {"verdict": "accepted", "feedback": FEEDBACK}
    assert (
        circle.zoe.post(group.assignment(), {"text": f"{WORK}, met een derde kans", "action": "submit"}).status_code == 303
    )
    assert circle.trainer.post(f"/review/{group.submission_id(circle.zoe)}", accept).status_code == 303
    done = circle.zoe.post("/me/erase", {"sure": "yes"})
    assert "Je gegevens zijn gewist" in done.text
    assert circle.zoe.get("/me").status_code == 401
    board = circle.trainer.page(f"{group.home()}/board")
    assert "Een verwijderde deelnemer" in board
    assert "Höfen" not in board
    assert circle.trainer.get(f"/review/{group.submission_id(circle.zoe)}").status_code == 200
    for browser in (circle.trainer, circle.noor, circle.piet):
        for address in (f"{group.home()}/exchange", f"{group.home()}/directory", f"{group.home()}/news"):
            shown = browser.get(address, follow_redirects=True).text
            assert not [words for words in (WORK, QUESTION, ANSWER, "Höfen") if words in shown], address
    assert [file for file in folder.rglob("*") if file.is_file()] == []


def test_a_trainer_who_is_erased_leaves_the_feedback_of_a_trainer(circle: Circle) -> None:
    assert circle.trainer.post("/me/erase", {"sure": "yes"}).status_code == 200
    page = circle.zoe.page(circle.group.assignment())
    assert FEEDBACK in page
    assert "Brouwers" not in page


def test_the_next_launch_begins_anew(circle: Circle) -> None:
    group = circle.group
    before = circle.zoe.viewer
    circle.zoe.post("/me/erase", {"sure": "yes"})
    again = group.world.launch(group.platform, "zoe-4711", Role.PARTICIPANT, name="Zoë", custom={"cohort": group.cohort_id})
    assert again.viewer.person_id != before.person_id
    assert WORK not in again.page(group.assignment())
