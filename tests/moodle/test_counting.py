"""What counts in Moodle: a grade, completion; and when Moodle's word is enough to accept."""

from datetime import UTC, datetime

import pytest

from lti_tool.training.importing import NativeFacts
from lti_tool.training.models import SubmissionVersion
from mappings.activities import Counts
from mappings.progress import Origin, OutcomeState
from mappings.roles import Role
from tests.moodle.desk import Desk


def facts_of(version: SubmissionVersion) -> NativeFacts:
    facts = NativeFacts.of(version.facts)
    assert facts is not None
    return facts


def test_a_grade_that_is_high_enough_makes_a_version_with_what_was_handed_in(desk: Desk) -> None:
    zoe = desk.participant(11)
    desk.map(1, counts=Counts.GRADED, from_grade=55)
    desk.living.hand_in(1, 11, "Mijn plan")
    desk.read()
    assert desk.states() == {11: "begun"}
    desk.living.grade(1, 11, 40)
    desk.read()
    assert (desk.states(), desk.native(11).grade) == ({11: "begun"}, 40)
    desk.living.grade(1, 11, 80)
    desk.read()
    (version,) = desk.versions(zoe)
    facts = facts_of(version)
    assert (version.text, facts.grade, facts.maximum) == ("Mijn plan", 80, 100)
    assert desk.submission(zoe).state == OutcomeState.SUBMITTED


def test_a_grade_of_a_quiz_is_read_from_the_gradebook(desk: Desk) -> None:
    zoe = desk.participant(11)
    desk.living.add(5, kind="quiz", maximum=10)
    desk.map(5, counts=Counts.GRADED, from_grade=6)
    desk.living.grade(5, 11, 8)
    desk.read()
    (version,) = desk.versions(zoe)
    facts = facts_of(version)
    assert (version.text, facts.counts, facts.grade, facts.maximum) == ("", "graded", 8, 10)
    assert version.source_url == facts.activity_url == f"{desk.moodle.url}/mod/quiz/view.php?id=5"
    assert version.handed_in_at == datetime.fromtimestamp(desk.living.marks[5, 11].at, UTC)


def test_completion_makes_a_version_and_what_is_undone_is_open_again(desk: Desk) -> None:
    zoe = desk.participant(11)
    desk.living.add(5, kind="page")
    desk.map(5, counts=Counts.COMPLETED)
    desk.living.complete(5, 11)
    desk.read()
    assert [facts_of(version).counts for version in desk.versions(zoe)] == ["completed"]
    desk.living.complete(5, 11, state=0)
    desk.read()
    assert (desk.states(), desk.submission(zoe).state) == ({11: "reopened"}, OutcomeState.SUBMITTED)
    desk.living.complete(5, 11)
    desk.read()
    assert (desk.states(), len(desk.versions(zoe))) == ({11: "imported"}, 2)


def test_a_failed_attempt_is_not_complete(desk: Desk) -> None:
    desk.participant(11)
    desk.living.add(5, kind="quiz")
    desk.map(5, counts=Counts.COMPLETED)
    desk.living.complete(5, 11, state=3)
    desk.read()
    assert desk.states() == {}


def test_another_attempt_that_the_teacher_asks_for_is_shown_and_counts_when_it_comes(desk: Desk) -> None:
    zoe = desk.participant(11)
    desk.map(1)
    desk.living.hand_in(1, 11, "Eerste poging")
    desk.read()
    desk.living.reopen(1, 11)
    desk.read()
    assert (desk.states(), desk.texts(zoe)) == ({11: "reopened"}, ["Eerste poging"])
    desk.living.hand_in(1, 11, "Tweede poging")
    desk.read()
    assert (desk.states(), desk.texts(zoe)) == ({11: "imported"}, ["Eerste poging", "Tweede poging"])


def test_the_grade_of_an_earlier_attempt_is_none_of_the_next(desk: Desk) -> None:
    desk.participant(11)
    desk.map(1, counts=Counts.GRADED)
    desk.living.hand_in(1, 11)
    desk.living.grade(1, 11, 70)
    desk.read()
    desk.living.reopen(1, 11)
    desk.living.hand_in(1, 11, "Beter")
    desk.read()
    assert (desk.states(), desk.native(11).grade, desk.native(11).attempt) == ({11: "reopened"}, None, 1)


def test_a_grade_of_what_was_handed_in_before_does_not_count_for_what_is_new(desk: Desk) -> None:
    zoe = desk.participant(11)
    desk.map(1, counts=Counts.GRADED, needs_trainer=False)
    desk.living.hand_in(1, 11, "Eerst")
    desk.living.grade(1, 11, 70)
    desk.living.hand_in(1, 11, "Toch anders")
    desk.read()
    assert (desk.states(), desk.versions(zoe)) == ({11: "begun"}, [])
    desk.living.grade(1, 11, 75)
    desk.read()
    assert desk.texts(zoe) == ["Toch anders"]


def test_a_grade_that_is_not_released_yet_does_not_count(desk: Desk) -> None:
    zoe = desk.participant(11)
    desk.living.add(1, workflow=True)
    desk.map(1, counts=Counts.GRADED)
    desk.living.hand_in(1, 11)
    desk.living.grade(1, 11, 70)
    desk.read()
    desk.read()
    assert desk.states() == {11: "begun"}
    desk.living.work[1, 11].grading = "released"
    desk.read()
    assert len(desk.versions(zoe)) == 1


def test_where_moodles_word_is_enough_its_grader_has_accepted(desk: Desk) -> None:
    zoe = desk.participant(11)
    grader = desk.build.account(desk.platform, "8")
    desk.build.member(desk.course, grader, Role.TRAINER)
    desk.map(1, counts=Counts.GRADED, from_grade=55, needs_trainer=False)
    desk.living.hand_in(1, 11)
    desk.living.grade(1, 11, 80, grader=8)
    desk.read()
    (review,) = desk.reviews()
    assert (review.reviewer_id, review.verdict, review.origin) == (grader.person_id, "accepted", Origin.MOODLE)
    assert desk.submission(zoe).state == OutcomeState.ACCEPTED
    assert [change.state for change in desk.told] == [OutcomeState.SUBMITTED, OutcomeState.ACCEPTED]


@pytest.mark.parametrize("known", [True, False])
def test_a_grader_who_is_no_trainer_here_leaves_it_to_the_trainer_who_said_that_moodles_word_is_enough(
    desk: Desk, known: bool
) -> None:
    desk.participant(11)
    if known:
        desk.build.member(desk.course, desk.build.account(desk.platform, "8"), Role.VISITOR)
    desk.map(1, counts=Counts.GRADED, needs_trainer=False)
    desk.living.hand_in(1, 11)
    desk.living.grade(1, 11, 80, grader=8)
    desk.read()
    assert [review.reviewer_id for review in desk.reviews()] == [desk.trainer.person_id]


def test_nobody_accepts_their_own_work_by_way_of_moodle(desk: Desk) -> None:
    here = desk.build.enrol(desk.trainer.person_id, desk.cohort, course=desk.course)
    desk.living.enrol(7)
    desk.map(1, counts=Counts.GRADED, needs_trainer=False)
    desk.living.hand_in(1, 7)
    desk.living.grade(1, 7, 80, grader=7)
    desk.read()
    assert (desk.submission(here).state, desk.reviews()) == (OutcomeState.SUBMITTED, [])


def test_what_moodle_accepted_and_then_graded_lower_stays_accepted_and_differs(desk: Desk) -> None:
    zoe = desk.participant(11)
    desk.map(1, counts=Counts.GRADED, from_grade=55, needs_trainer=False)
    desk.living.hand_in(1, 11)
    desk.living.grade(1, 11, 80)
    desk.read()
    desk.living.grade(1, 11, 40)
    desk.read()
    assert (desk.submission(zoe).state, desk.states()) == (OutcomeState.ACCEPTED, {11: "differs"})
    desk.living.grade(1, 11, 80)
    desk.read()
    assert (desk.submission(zoe).state, desk.states()) == (OutcomeState.ACCEPTED, {11: "imported"})


def test_what_a_trainer_gave_back_here_is_not_accepted_by_what_moodle_said_before(desk: Desk) -> None:
    zoe = desk.participant(11)
    mapping = desk.map(1)
    desk.living.hand_in(1, 11)
    desk.read()
    desk.give_back(zoe)
    with desk.database.session() as session:
        session.merge(mapping).needs_trainer = False
    desk.read()
    assert desk.submission(zoe).state == OutcomeState.RETURNED
    desk.living.hand_in(1, 11, "Aangevuld")
    desk.read()
    assert desk.submission(zoe).state == OutcomeState.ACCEPTED


def test_what_waits_is_accepted_once_the_trainer_says_that_moodles_word_is_enough(desk: Desk) -> None:
    zoe = desk.participant(11)
    mapping = desk.map(1)
    desk.living.hand_in(1, 11)
    desk.read()
    with desk.database.session() as session:
        session.merge(mapping).needs_trainer = False
    desk.read()
    assert desk.submission(zoe).state == OutcomeState.ACCEPTED


def test_in_a_large_course_a_version_follows_its_grade_at_once_though_its_text_was_read_long_ago(desk: Desk) -> None:
    zoe = desk.participant(11)
    for user in range(1000, 1201):
        desk.living.enrol(user)
    desk.map(1, counts=Counts.GRADED)
    desk.living.hand_in(1, 11, "Lang geleden")
    desk.read()
    desk.living.tick(3600)
    desk.living.grade(1, 11, 80)
    desk.read()
    assert (desk.states(), desk.texts(zoe)) == ({11: "imported"}, ["Lang geleden"])
