"""What trainers and participants see of native work: on the board, beside the work, in the list of what waits."""

import pytest

from lti_tool.config import Settings
from lti_tool.training.models import Enrolment
from mappings.activities import Counts
from mappings.progress import OutcomeState
from mappings.roles import Role
from tests.builders import ASSIGNMENT
from tests.moodle.desk import Desk
from tests.moodle.room import Room


@pytest.fixture
def room(desk: Desk, settings: Settings) -> Room:
    return Room(desk, settings)


def board(room: Room) -> str:
    return f"/cohort/{room.desk.cohort.id}/board"


def review(room: Room, enrolment: Enrolment | None) -> str:
    return f"/review/{room.desk.submission(enrolment).id}"


def assignment(room: Room, key: str = ASSIGNMENT) -> str:
    return f"/cohort/{room.desk.cohort.id}/assignment/{key}"


def test_native_work_waits_for_the_trainer_with_its_origin_and_a_link(room: Room) -> None:
    desk = room.desk
    zoe = desk.participant(11)
    desk.living.add(1, name="Opdracht 1 – Oriëntatie")
    desk.map(1)
    desk.living.hand_in(1, 11, "Hoe begin ik?", files=(("plan.pdf", 1200),))
    desk.read()
    trainer = room.trainer()
    assert "uit Moodle" in trainer.page(f"/cohort/{desk.cohort.id}/waiting")
    page = trainer.get(review(room, zoe)).text
    assert f"{desk.moodle.url}/mod/assign/view.php?id=1&amp;action=grader&amp;userid=11" in page
    shown = trainer.page(review(room, zoe))
    assert "Ingeleverd in Moodle" in shown
    assert "Bekijk ‘Opdracht 1 – Oriëntatie’ in Moodle" in shown
    assert "Hoe begin ik?" in shown
    assert "plan.pdf" in shown
    assert "Ingeleverd in Moodle" in trainer.page(board(room))


def test_accepted_here_it_counts_and_the_participant_sees_both(room: Room) -> None:
    desk = room.desk
    zoe = desk.participant(11)
    desk.map(1)
    desk.living.hand_in(1, 11, "Hoe begin ik?")
    desk.read()
    answer = room.trainer().post(review(room, zoe), {"verdict": "accepted", "feedback": "Mooi.", "version": "1"})
    assert answer.status_code == 303
    page = room.open(11, Role.PARTICIPANT).page(assignment(room))
    assert "Akkoord" in page
    assert "Ingeleverd in Moodle" in page


def test_a_participant_sees_that_what_was_handed_in_in_moodle_was_received(room: Room) -> None:
    desk = room.desk
    desk.participant(11)
    desk.living.add(1, name="Oriëntatie & meer")
    desk.map(1)
    browser = room.open(11, Role.PARTICIPANT)
    assert "Open ‘Oriëntatie & meer’ in Moodle" in browser.page(assignment(room))
    desk.living.hand_in(1, 11)
    desk.read()
    page = browser.page(assignment(room))
    assert "Versie 1 is goed ontvangen" in page
    assert "Ingeleverd in Moodle op" in page
    assert "action=grader" not in browser.get(assignment(room)).text


def test_what_moodle_says_is_put_in_the_readers_language(room: Room) -> None:
    desk = room.desk
    zoe = desk.participant(11)
    desk.living.add(5, kind="quiz", maximum=10)
    desk.map(5, counts=Counts.GRADED)
    desk.living.grade(5, 11, 7.5)
    desk.read()
    assert "Cijfer in Moodle: 7,5 van 10." in room.trainer().page(review(room, zoe))
    english = room.trainer(locale="en").page(review(room, zoe))
    assert "Grade in Moodle: 7.5 of 10." in english


def test_a_change_after_acceptance_is_shown_and_changes_nothing(room: Room) -> None:
    desk = room.desk
    zoe = desk.participant(11)
    desk.map(1)
    desk.living.hand_in(1, 11, "Goed")
    desk.read()
    room.trainer().post(review(room, zoe), {"verdict": "accepted", "feedback": "", "version": "1"})
    desk.living.hand_in(1, 11, "Anders")
    desk.read()
    page = room.trainer().page(review(room, zoe))
    assert "Na akkoord veranderd in Moodle" in page
    assert "Wat akkoord was, blijft akkoord." in page
    assert "Akkoord is versie 1; versie 2 kwam daarna." in page
    assert "Dit werk is akkoord" in page
    mine = room.open(11, Role.PARTICIPANT).page(assignment(room))
    assert "Jouw werk, versie 1" in mine
    assert "Andere versies Lees versie 2" in mine
    assert "Na akkoord veranderd in Moodle" in room.trainer().page(board(room))


def test_another_attempt_and_older_work_are_said_to_be_there(room: Room) -> None:
    desk = room.desk
    zoe, noor = desk.participant(11), desk.participant(12)
    assert noor is not None
    desk.map(1)
    desk.living.hand_in(1, 11)
    desk.living.hand_in(1, 12, "Eerder")
    desk.build.version(desk.build.submission(noor, state=OutcomeState.SUBMITTED), text="Later")
    desk.read()
    desk.living.reopen(1, 11)
    desk.read()
    assert "Staat in Moodle weer open" in room.trainer().page(review(room, zoe))
    assert "Staat in Moodle weer open" in room.open(11, Role.PARTICIPANT).page(assignment(room))
    assert "Eerder ook ingeleverd in Moodle" in room.trainer().page(review(room, noor))


def test_the_board_says_how_the_courses_stand_and_who_can_do_something(room: Room) -> None:
    desk = room.desk
    desk.participant(11, launched=False)
    desk.participant(12)
    desk.living.add(1, name="Oriëntatie", blind=True)
    desk.living.add(2, name="Onderzoek", visible=False)
    desk.map(1)
    desk.map(2, "schoolscan")
    assert "Nog niet gelezen." in room.trainer().page(board(room))
    desk.living.hand_in(1, 11)
    desk.living.hand_in(1, 12)
    desk.read()
    del desk.living.people[12]
    desk.read()
    page = room.trainer().page(board(room))
    assert "2 activiteiten tellen mee." in page
    assert "1 deelnemer deed daar wat telt, en opende hier nog nooit een opdracht." in page
    assert "1 persoon van wie daar werk is, zit niet meer in de cursus." in page
    assert "Onderzoek: Deze activiteit is in Moodle verborgen" in page
    assert "Oriëntatie: In Moodle wordt deze activiteit anoniem nagekeken." in page
    desk.moodle.accounts.clear()
    desk.read()
    page = room.trainer().page(board(room))
    assert "Moodle neemt het token niet aan." in page
    assert "De beheerder van de leeromgeving kan dit oplossen." in page
    assert "Er is niets verloren." in page
    assert "token-refused" in page


def test_a_trainer_lets_the_courses_be_read_now(room: Room) -> None:
    desk = room.desk
    zoe = desk.participant(11)
    desk.map(1)
    desk.read()
    desk.living.hand_in(1, 11)
    desk.clock.advance(minutes=1)
    trainer = room.trainer()
    answer = trainer.post(f"/cohort/{desk.cohort.id}/native")
    assert (answer.status_code, answer.location) == (303, f"{board(room)}?natives=1#moodle")
    assert "De activiteiten in Moodle worden gelezen" in trainer.page(answer.location)
    desk.jobs.run()
    assert len(desk.versions(zoe)) == 1
    assert room.open(11, Role.PARTICIPANT).post(f"/cohort/{desk.cohort.id}/native").status_code == 404


def test_a_board_without_native_activities_says_nothing_of_them(room: Room) -> None:
    room.desk.participant(11)
    assert "Wat er in Moodle zelf gebeurt" not in room.trainer().page(board(room))
