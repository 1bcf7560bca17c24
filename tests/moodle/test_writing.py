"""Back to Moodle: what a trainer accepts here is graded and complete there, unless a teacher there said otherwise."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from lti_tool.config import Settings
from lti_tool.moodle import problems
from lti_tool.moodle.models import MoodleWrite
from lti_tool.training.models import Enrolment
from mappings.activities import Counts
from mappings.roles import Role
from tests.builders import ASSIGNMENT
from tests.moodle.desk import Desk
from tests.moodle.room import Room, words
from tests.moodle_client.recorded_moodle import Drop, Fault

FEEDBACK = "Sterk <b>begin</b>.\nMooi.\n\nGa zo door."


@pytest.fixture
def room(desk: Desk, settings: Settings) -> Room:
    return Room(desk, settings)


def accept(room: Room, enrolment: Enrolment | None, feedback: str = FEEDBACK) -> None:
    """Let the trainer accept the work on its page; what this sets going has not run yet."""
    desk = room.desk
    form = {"verdict": "accepted", "feedback": feedback, "version": str(len(desk.versions(enrolment)))}
    assert room.trainer().post(f"/review/{desk.submission(enrolment).id}", form).status_code == 303
    desk.moodle.seen.clear()


def row(room: Room) -> MoodleWrite:
    with room.desk.database.session() as session:
        return session.scalars(select(MoodleWrite)).one()


def rows(room: Room) -> list[MoodleWrite]:
    with room.desk.database.session() as session:
        return list(session.scalars(select(MoodleWrite)))


def board(room: Room) -> str:
    return room.trainer().page(f"/cohort/{room.desk.cohort.id}/board")


def handed_in(room: Room, *, completion: bool = True, grade: bool = True) -> Enrolment:
    """Let somebody hand in in an activity to which acceptance goes back."""
    desk = room.desk
    zoe = desk.participant(11)
    assert zoe is not None
    desk.living.add(1, name="Oriëntatie")
    desk.map(1, writes_completion=completion, writes_grade=grade)
    desk.living.hand_in(1, 11)
    desk.read()
    return zoe


def test_what_is_accepted_here_is_graded_and_complete_there(room: Room) -> None:
    zoe = handed_in(room)
    accept(room, zoe)
    assert "Onderweg naar Oriëntatie (Moodle)" in board(room)
    room.desk.jobs.run()
    living = room.desk.living
    assert living.marks[1, 11].grade == 100
    assert living.feedback[1, 11] == "<p>Sterk &lt;b&gt;begin&lt;/b&gt;.<br>Mooi.</p><p>Ga zo door.</p>"
    assert living.done[1, 11][0] == 1
    done = row(room)
    assert (done.dirty, done.problem, done.done_version, done.done_at) == (False, None, 1, room.desk.clock())
    assert "Aangekomen in Oriëntatie (Moodle)" in board(room)


def test_reading_what_we_wrote_makes_no_new_version_and_no_difference(room: Room) -> None:
    zoe = handed_in(room)
    accept(room, zoe)
    room.desk.jobs.run()
    room.desk.read()
    assert (room.desk.states(), len(room.desk.versions(zoe))) == ({11: "imported"}, 1)


def test_only_what_was_chosen_goes_back(room: Room) -> None:
    zoe = handed_in(room, grade=False)
    accept(room, zoe)
    room.desk.jobs.run()
    assert (room.desk.living.marks, room.desk.living.done[1, 11][0]) == ({}, 1)


def test_without_a_choice_nothing_goes_back(room: Room) -> None:
    zoe = handed_in(room, completion=False, grade=False)
    accept(room, zoe)
    assert (rows(room), room.desk.jobs.waiting_jobs) == ([], [])


def test_work_that_was_handed_in_here_goes_back_as_well(room: Room) -> None:
    desk = room.desk
    zoe = desk.participant(11)
    desk.map(1, writes_completion=True)
    participant = room.open(11, Role.PARTICIPANT)
    form = {"text": "Hier ingeleverd: " + "woord " * 300, "action": "submit", "link": ""}
    participant.post(f"/cohort/{desk.cohort.id}/assignment/{ASSIGNMENT}", form)
    accept(room, zoe, "")
    desk.jobs.run()
    assert desk.living.done[1, 11][0] == 1


def test_a_grade_that_a_teacher_gave_there_stays_until_the_trainer_says_otherwise(room: Room) -> None:
    zoe = handed_in(room, completion=False)
    room.desk.living.grade(1, 11, 62, grader=8)
    accept(room, zoe)
    room.desk.jobs.run()
    changed = row(room)
    assert (changed.refused, changed.problem, changed.held) == (True, problems.CHANGED_THERE, 62)
    assert room.desk.living.marks[1, 11].grade == 62
    page = board(room)
    assert "Met de hand veranderd in Oriëntatie (Moodle)" in page
    assert "Daar staat nu 62 van 100, bij ons 100 van 100." in page
    trainer = room.trainer()
    answer = trainer.post(f"/native-write/{changed.id}/again", {"overwrite": "1"})
    assert answer.status_code == 303
    room.desk.jobs.run()
    assert (row(room).problem, room.desk.living.marks[1, 11].grade) == (None, 100)


def test_a_trainer_lets_the_grade_there_count(room: Room) -> None:
    zoe = handed_in(room, completion=False)
    room.desk.living.grade(1, 11, 62, grader=8)
    accept(room, zoe)
    room.desk.jobs.run()
    room.trainer().post(f"/native-write/{row(room).id}/keep")
    kept = row(room)
    assert (kept.dirty, kept.refused, kept.problem) == (False, False, problems.KEPT_THERE)
    assert "Met de hand veranderd" not in board(room)
    assert room.trainer().post(f"/native-write/{kept.id}/keep").status_code == 303


def test_only_who_trains_somebody_may_say_so(room: Room) -> None:
    zoe = handed_in(room)
    accept(room, zoe)
    address = f"/native-write/{row(room).id}"
    assert room.open(11, Role.PARTICIPANT).post(f"{address}/again").status_code == 404
    assert room.trainer().post("/native-write/anders/again").status_code == 404
    room.desk.jobs.run()
    assert room.trainer().post(f"{address}/keep").status_code == 400


def test_completion_that_a_teacher_undid_by_hand_stays_undone(room: Room) -> None:
    zoe = handed_in(room, grade=False)
    room.desk.living.complete(1, 11, state=0)
    room.desk.living.overridden[1, 11] = 8
    accept(room, zoe)
    room.desk.jobs.run()
    assert (row(room).problem, room.desk.living.done[1, 11][0]) == (problems.CHANGED_THERE, 0)


def test_work_that_is_returned_takes_nothing_back(room: Room) -> None:
    zoe = handed_in(room)
    answer = room.trainer().post(
        f"/review/{room.desk.submission(zoe).id}", {"verdict": "returned", "feedback": "Vul aan.", "version": "1"}
    )
    assert (answer.status_code, rows(room)) == (303, [])


def test_what_moodle_itself_accepted_does_not_go_back_to_it(room: Room) -> None:
    desk = room.desk
    desk.participant(11)
    desk.map(1, counts=Counts.GRADED, needs_trainer=False, writes_completion=True, writes_grade=True)
    desk.living.hand_in(1, 11)
    desk.living.grade(1, 11, 80)
    desk.read()
    assert (len(desk.reviews()), rows(room)) == (1, [])


def test_where_the_grade_there_counts_it_is_never_written(room: Room) -> None:
    desk = room.desk
    zoe = desk.participant(11)
    desk.map(1, counts=Counts.GRADED, writes_completion=True, writes_grade=True)
    desk.living.hand_in(1, 11)
    desk.living.grade(1, 11, 80, grader=8)
    desk.read()
    accept(room, zoe)
    desk.jobs.run()
    assert (row(room).problem, desk.living.marks[1, 11].grade, desk.living.done[1, 11][0]) == (None, 80, 1)


def test_a_lost_answer_is_found_and_nothing_is_taken_for_a_teachers(room: Room) -> None:
    zoe = handed_in(room, completion=False)
    accept(room, zoe)
    lost: list[int] = []

    def lose(number: int) -> Fault | None:
        """Lose the answer to the first write, after Moodle has stored it."""
        if room.desk.moodle.seen[number - 1].function == "mod_assign_save_grade" and not lost:
            lost.append(number)
            room.desk.living.grade(1, 11, 100, grader=2)
            return Drop()
        return None

    room.desk.moodle.faults = lose
    room.desk.jobs.run()
    assert (row(room).problem, row(room).dirty) == (problems.UNREACHABLE, True)
    room.desk.clock.advance(minutes=2)
    room.desk.jobs.run(delayed=True)
    assert (lost != [], row(room).problem, row(room).dirty) == (True, None, False)


def test_a_moodle_that_stores_something_else_is_found_out(room: Room) -> None:
    zoe = handed_in(room, completion=False)
    room.desk.living.ignores_grades = True
    accept(room, zoe)
    room.desk.jobs.run()
    assert (row(room).problem, row(room).refused) == (problems.NOT_STORED, True)
    assert "Geweigerd door Oriëntatie (Moodle)" in board(room)


def test_who_is_no_participant_there_any_more_gets_no_grade(room: Room) -> None:
    zoe = handed_in(room, completion=False)
    del room.desk.living.people[11]
    accept(room, zoe)
    room.desk.jobs.run()
    assert (row(room).problem, room.desk.living.marks) == (problems.NOT_STORED, {})


def test_a_site_that_is_down_is_tried_later_and_woken_when_it_answers_again(room: Room) -> None:
    zoe = handed_in(room)
    room.desk.moodle.faults = lambda _number: Drop()
    accept(room, zoe)
    room.desk.jobs.run()
    waiting = row(room)
    assert (waiting.problem, waiting.fails, waiting.refused) == (problems.UNREACHABLE, 1, False)
    assert waiting.next_attempt_at == room.desk.clock() + timedelta(minutes=1)
    for _ in range(7):
        room.desk.clock.advance(hours=1)
        room.desk.jobs.run(delayed=True)
    room.desk.read()
    assert (row(room).next_attempt_at or room.desk.clock()) > room.desk.clock()
    room.desk.moodle.faults = lambda _number: None
    room.trainer().post(f"/cohort/{room.desk.cohort.id}/native")
    room.desk.jobs.run()
    assert row(room).problem is None
    assert room.desk.living.marks[1, 11].grade == 100


def test_a_row_whose_worker_died_is_written_by_the_next(room: Room) -> None:
    zoe = handed_in(room)
    accept(room, zoe)
    room.desk.jobs.waiting_jobs.clear()
    with room.desk.database.session() as session:
        session.get_one(MoodleWrite, row(room).id).claimed_until = room.desk.clock() + timedelta(minutes=5)
    room.desk.clock.advance(minutes=4)
    room.writer.sweep()
    assert room.desk.jobs.waiting_jobs == []
    room.desk.clock.advance(minutes=2)
    room.writer.sweep()
    room.desk.jobs.run()
    assert row(room).dirty is False


def test_the_same_job_twice_writes_once(room: Room) -> None:
    zoe = handed_in(room)
    accept(room, zoe)
    number = row(room).job
    room.desk.jobs.run()
    room.desk.moodle.seen.clear()
    room.writer.write(row(room).id, number)
    assert room.desk.moodle.seen == []


def test_what_goes_back_is_said_beside_the_work(room: Room) -> None:
    zoe = handed_in(room)
    accept(room, zoe)
    room.desk.jobs.run()
    page = room.trainer().get(f"/review/{room.desk.submission(zoe).id}").text
    assert "Aangekomen in Oriëntatie (Moodle)" in words(page)
