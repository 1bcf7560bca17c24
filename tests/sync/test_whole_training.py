"""A placement of the training as a whole: its column shows how many phases are complete."""

import threading

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.courses.models import Placement
from lti_tool.sync.marks import marks_of_wholes
from lti_tool.sync.models import ScoreOutbox
from lti_tool.training.models import Submission
from mappings.loading import load_trainings
from mappings.progress import OutcomeState
from mappings.scores import ActivityProgress
from tests.sync.desk import Desk

TRAINING = load_trainings()["icc-vo"]
FIRST, *OTHERS = TRAINING.phases


@pytest.fixture
def whole(desk: Desk) -> Placement:
    """The whole training, with a column, beside the first assignment."""
    return desk.build.placement(desk.course, desk.cohort, None, lineitem_url="https://lms.example/items/whole")


def of(desk: Desk, placement: Placement) -> ScoreOutbox | None:
    with desk.database.session() as session:
        return session.scalar(select(ScoreOutbox).where(ScoreOutbox.placement_id == placement.id))


def accept(desk: Desk, *keys: str) -> None:
    for key in keys:
        desk.accept(desk.work(OutcomeState.SUBMITTED, assignment_key=key))


def test_a_complete_phase_counts_and_half_a_phase_does_not(desk: Desk, whole: Placement) -> None:
    for key in FIRST.assignments[:-1]:
        accept(desk, key)
        assert of(desk, whole) is None
    accept(desk, FIRST.assignments[-1])
    row = of(desk, whole)
    assert row is not None
    assert (row.score_given, row.score_maximum, row.activity) == (
        100 / len(TRAINING.phases),
        100,
        ActivityProgress.IN_PROGRESS,
    )
    assert row.comment == f"✓ {FIRST.name.get('nl')}"
    assert row.submission_id is None


def test_the_whole_training_is_a_hundred_and_completed(desk: Desk, whole: Placement) -> None:
    accept(desk, *(assignment.key for assignment in TRAINING.assignments))
    row = of(desk, whole)
    assert row is not None
    assert (row.score_given, row.activity) == (100, ActivityProgress.COMPLETED)
    assert row.comment == "✓ " + ", ".join(phase.name.get("nl") or "" for phase in TRAINING.phases)


def test_a_placement_without_a_column_gets_none_for_the_whole(desk: Desk) -> None:
    bare = desk.build.placement(desk.course, desk.cohort, None)
    accept(desk, *FIRST.assignments)
    assert of(desk, bare) is None


def test_a_launch_of_the_whole_catches_up_with_what_was_accepted_before(desk: Desk) -> None:
    accept(desk, *FIRST.assignments)
    late = desk.build.placement(desk.course, desk.cohort, None, lineitem_url="https://lms.example/items/late")
    desk.catch_up(late)
    row = of(desk, late)
    assert row is not None
    assert (row.score_given, row.version) == (25, 1)
    desk.catch_up(late)
    again = of(desk, late)
    assert again is not None
    assert again.version == 1


def test_phases_completed_at_the_same_moment_all_count(desk: Desk, whole: Placement) -> None:
    accept(desk, *FIRST.assignments)
    first, second = (phase for phase in OTHERS if len(phase.assignments) == 1)
    changes = [
        desk.change(desk.work(OutcomeState.SUBMITTED, assignment_key=phase.assignments[0])) for phase in (first, second)
    ]

    def complete(session: Session, number: int) -> None:
        session.get_one(Submission, changes[number].submission_id).state = OutcomeState.ACCEPTED.value
        session.flush()
        desk.outbox.follow(session, changes[number])

    def meanwhile() -> None:
        with desk.database.session() as session:
            complete(session, 1)

    other = threading.Thread(target=meanwhile)
    with desk.database.session() as session:
        complete(session, 0)
        other.start()
        other.join(timeout=0.5)
        assert other.is_alive()
    other.join()
    row = of(desk, whole)
    assert row is not None
    assert row.score_given == 75


def test_a_trainer_sees_how_far_the_score_of_the_whole_training_is(desk: Desk, whole: Placement) -> None:
    accept(desk, *FIRST.assignments)
    row = of(desk, whole)
    assert row is not None
    desk.set(row, dirty=False, refused=True, last_error="refused-404")
    other = desk.build.enrol(desk.account.person_id, desk.build.cohort())
    with desk.database.session() as session:
        marks = marks_of_wholes(session, [desk.enrolment.id, other.id])
    assert list(marks) == [desk.enrolment.id]
    (shown,) = marks[desk.enrolment.id]
    assert (shown.state, shown.score_id, shown.ours) == ("refused", row.id, (100 / len(TRAINING.phases), 100))
