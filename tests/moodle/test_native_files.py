"""Files that were handed in in Moodle: fetched when somebody opens them, once, by whoever may, and sent safely."""

from dataclasses import replace

import pytest

from lti_tool.app import create_app
from lti_tool.config import Settings
from lti_tool.moodle.models import NativeFile
from lti_tool.training.clamav import Readable
from lti_tool.training.inspecting import INFECTED, FileInspector
from lti_tool.training.models import Enrolment
from mappings.roles import Role
from tests.moodle.desk import Desk
from tests.moodle.room import Room, words
from tests.moodle_client.recorded_moodle import Cut, Drop, Reply
from tests.moodle_client.recorded_moodle.files import StoredFile

MB = 1024 * 1024
AREA = "/1/assignsubmission_file/submission_files/1"


@pytest.fixture
def room(desk: Desk, settings: Settings) -> Room:
    return Room(desk, settings)


def handed_in(room: Room, name: str = "plan.pdf", content: bytes = b"%PDF-1.7 plan", size: int | None = None) -> NativeFile:
    """Let somebody hand in a file in Moodle, and the course be read."""
    desk = room.desk
    if 11 not in desk.living.people:
        desk.participant(11)
        desk.map(1)
    desk.moodle.files[f"{AREA}/{name}"] = StoredFile(content, "text/html")
    desk.living.hand_in(1, 11, files=((name, len(content) if size is None else size),))
    desk.read()
    desk.moodle.seen.clear()
    return max(desk.files(), key=lambda file: file.modified_at or desk.clock.now)


def test_a_file_is_fetched_when_it_is_opened_first_and_kept(room: Room) -> None:
    file = handed_in(room)
    for _ in range(2):
        answer = room.trainer().get(f"/native-file/{file.id}")
        assert (answer.status_code, answer.data) == (200, b"%PDF-1.7 plan")
    assert len(room.desk.moodle.seen) == 1
    (kept,) = room.desk.files()
    assert kept.path is not None
    assert len(kept.sha256 or "") == 64
    room.desk.moodle.files.clear()
    assert room.trainer().get(f"/native-file/{file.id}").data == b"%PDF-1.7 plan"


def test_it_is_sent_as_safely_as_any_other(room: Room) -> None:
    file = handed_in(room, "pagina.html", b"<script>alert(1)</script>")
    answer = room.trainer().get(f"/native-file/{file.id}")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert room.trainer().get(f"/native-file/{handed_in(room).id}").headers["Content-Type"] == "application/pdf"


class FindsSomething:
    """A scanner to which nothing is clean."""

    def find(self, stream: Readable) -> str | None:
        return "Eicar-Test-Signature" if stream.read(4) else None


def test_what_the_scanner_finds_in_it_is_neither_sent_nor_kept(room: Room) -> None:
    file = handed_in(room)
    room.app = create_app(replace(room.parts, inspector=FileInspector(FindsSomething(), noted=room.parts.audit.refused)))
    answer = room.trainer().get(f"/native-file/{file.id}")
    assert (answer.status_code, "file-infected" in answer.text) == (502, True)
    assert "Open het ook in Moodle niet." in words(answer.text)
    assert [one.path for one in room.desk.files()] == [None]
    (noted,) = room.parts.audit.last(1)
    assert (noted.what, noted.target_id) == (INFECTED, "Eicar-Test-Signature")


def test_only_its_maker_and_who_reviews_it_may_open_it(room: Room) -> None:
    file = handed_in(room)
    room.desk.participant(12)
    assert room.open(12, Role.PARTICIPANT).get(f"/native-file/{file.id}").status_code == 404
    assert room.open(11, Role.PARTICIPANT).get(f"/native-file/{file.id}").status_code == 200
    assert room.trainer().get("/native-file/anders").status_code == 404
    assert room.app.test_client().get(f"/native-file/{file.id}").status_code in (401, 403)


def test_a_file_of_200_mb_is_refused_before_it_is_fetched(room: Room) -> None:
    file = handed_in(room, "film.mp4", b"x", size=200 * MB)
    answer = room.trainer().get(f"/native-file/{file.id}")
    said = words(answer.text)
    assert (answer.status_code, room.desk.moodle.seen) == (502, [])
    assert "Dit bestand is 200 MB. Hier openen we bestanden tot 50 MB." in said
    assert f"{room.desk.moodle.url}/mod/assign/view.php?id=1" in answer.text


def test_a_file_that_turns_out_to_be_larger_than_the_cap_is_cut_off(room: Room) -> None:
    file = handed_in(room, "film.mp4", b"x" * (51 * MB), size=1000)
    answer = room.trainer().get(f"/native-file/{file.id}")
    assert (answer.status_code, "file-too-large" in answer.text) == (502, True)
    assert [one.path for one in room.desk.files()] == [None]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Drop(), "unreachable"),
        (Cut(), "unreachable"),
        (Reply(503, b"<html>Even geduld</html>", {"Content-Type": "text/html"}), "maintenance"),
    ],
)
def test_a_file_that_cannot_be_fetched_now_can_be_later(room: Room, fault: Reply, said: str) -> None:
    file = handed_in(room)
    room.desk.moodle.faults = lambda _number: fault
    answer = room.trainer().get(f"/native-file/{file.id}")
    assert (answer.status_code, said in answer.text) == (502, True)
    assert room.desk.site().problem is None
    review = f"/review/{room.desk.submission(enrolment(room)).id}"
    assert "plan.pdf" in room.trainer().page(review)
    room.desk.moodle.faults = lambda _number: None
    assert room.trainer().get(f"/native-file/{file.id}").status_code == 200


def test_a_file_that_is_gone_and_a_token_that_is_refused_are_said_in_words(room: Room) -> None:
    file = handed_in(room)
    room.desk.moodle.files.clear()
    assert "Dit bestand is er niet meer in Moodle." in words(room.trainer().get(f"/native-file/{file.id}").text)
    review = f"/review/{room.desk.submission(enrolment(room)).id}"
    assert "Dit bestand is er niet meer in Moodle." in room.trainer().page(review)
    room.desk.moodle.accounts.clear()
    assert "Moodle neemt het token niet aan." in words(room.trainer().get(f"/native-file/{file.id}").text)
    room.desk.sites.disconnect(room.desk.platform.id)
    assert "not-connected" in room.trainer().get(f"/native-file/{file.id}").text


def test_a_file_that_another_took_the_place_of_is_not_mixed_up_with_it(room: Room) -> None:
    first = handed_in(room, content=b"%PDF-1.7 een")
    second = handed_in(room, content=b"%PDF-1.7 twee")
    answer = room.trainer().get(f"/native-file/{first.id}")
    assert (answer.status_code, "file-replaced" in answer.text) == (502, True)
    assert room.trainer().get(f"/native-file/{second.id}").data == b"%PDF-1.7 twee"
    room.desk.moodle.files[f"{AREA}/plan.pdf"] = StoredFile(b"%PDF-1.7 drie, nog niet gelezen", "application/pdf")
    third = handed_in(room, content=b"%PDF-1.7 drie")
    room.desk.moodle.files[f"{AREA}/plan.pdf"] = StoredFile(b"%PDF-1.7 vier, sinds een tel", "application/pdf")
    assert "file-replaced" in room.trainer().get(f"/native-file/{third.id}").text


def enrolment(room: Room) -> Enrolment:
    """The only participant's."""
    from sqlalchemy import select

    with room.desk.database.session() as session:
        return session.scalars(select(Enrolment).where(Enrolment.role == Role.PARTICIPANT.value)).one()
