"""Assignments: what they are, what was handed in, what changed since, and writing grades with a read-back."""

from datetime import UTC, datetime, timedelta

import pytest

from moodle_client import (
    Assignment,
    AuthError,
    Function,
    GradingStatus,
    MoodleClient,
    NotAllowed,
    NotStored,
    SubmissionStatus,
    Unreachable,
    WriteRefused,
)
from tests.moodle_client.conftest import ClientMaker
from tests.moodle_client.recorded_moodle import Account, Drop, RecordedMoodle, Reply

MARK = datetime(2026, 11, 23, 14, 53, 10, tzinfo=UTC)


def assignment(client: MoodleClient, number: int) -> Assignment:
    return next(one for one in client.assignments.of_courses([2]) if one.id == number)


def test_assignments_come_with_their_settings(client: MoodleClient) -> None:
    one, two, three, four = client.assignments.of_courses([2])
    assert (one.name, one.maximum, one.scale_id, one.cm_id, one.course_id) == ("Oriëntatie", 100.0, None, 1, 2)
    assert one.due_at == datetime(2021, 9, 30, 23, 0, tzinfo=UTC)
    assert one.cutoff_at is None
    assert (two.maximum, two.scale_id) == (None, 3)
    assert three.is_blind
    assert not four.is_blind
    assert (four.name, four.has_drafts) == ('Evaluatie & "terugblik"', True)


def test_an_account_that_is_not_enrolled_gets_assignments_all_the_same(moodle: RecordedMoodle, client: MoodleClient) -> None:
    assert len(client.assignments.of_courses([2])) == 4
    assert ("includenotenrolledcourses", "1") in moodle.seen[-1].fields


def test_a_course_that_cannot_be_entered_is_a_concern_and_not_lost(client: MoodleClient) -> None:
    found = client.assignments.of_courses([999])
    assert found.items == ()
    assert [(notice.item, notice.item_id, notice.code) for notice in found.concerns] == [("course", 999, "1")]


def test_submissions_carry_texts_as_untrusted(client: MoodleClient) -> None:
    found = client.assignments.submissions([1, 2, 3, 4])
    first = next(one for one in found if one.user_id == 9 and one.assignment_id == 1)
    assert (first.status, first.grading, first.attempt) == (SubmissionStatus.SUBMITTED, GradingStatus.GRADED, 0)
    assert [text.text for text in first.texts] == ["Oriëntatie van Renée — café €5 & plan 😀"]
    assert found.concerns == ()
    assert sum(one.status is SubmissionStatus.DRAFT for one in found) == 6


def test_submissions_can_be_of_one_status(client: MoodleClient) -> None:
    found = client.assignments.submissions([1, 4], status=SubmissionStatus.SUBMITTED)
    assert {one.status for one in found} == {SubmissionStatus.SUBMITTED}
    assert {one.assignment_id for one in found} == {1}


def test_nothing_found_is_no_concern(client: MoodleClient) -> None:
    found = client.assignments.submissions([1], before=datetime.fromtimestamp(1000, UTC))
    assert (found.items, found.concerns) == ((), ())
    assert [notice.code for notice in found.notices] == ["3"]


def test_an_assignment_that_is_gone_is_a_concern_although_moodle_says_nothing(client: MoodleClient) -> None:
    found = client.assignments.submissions([1, 999])
    assert len(found) > 0
    assert [(notice.item_id, notice.code) for notice in found.concerns] == [(999, "not-answered")]


def test_many_assignments_are_asked_fifty_at_a_time(moodle: RecordedMoodle, client: MoodleClient) -> None:
    found = client.assignments.submissions(range(1, 121))
    assert len(moodle.seen) == 3
    assert len(found.concerns) == 116


def test_no_assignments_take_no_request(moodle: RecordedMoodle, client: MoodleClient) -> None:
    assert len(client.assignments.submissions([])) == 0
    assert moodle.seen == []


def test_the_first_read_of_changes_gives_everything_and_a_mark(moodle: RecordedMoodle, client: MoodleClient) -> None:
    changes = client.assignments.changed_submissions([1, 2], None)
    assert len(changes.items) == len(client.assignments.submissions([1, 2]))
    assert changes.mark == max(one.modified_at for one in changes.items if one.modified_at)
    assert not moodle.seen[0].field_names() & {"since"}


def test_the_next_read_looks_back_a_little(moodle: RecordedMoodle, client: MoodleClient) -> None:
    mark = client.assignments.changed_submissions([1], None).mark
    assert mark
    again = client.assignments.changed_submissions([1], mark)
    assert ("since", str(int((mark - timedelta(minutes=2)).timestamp()))) in moodle.seen[-1].fields
    assert again.mark == mark
    assert len(again.items) >= 1


def test_a_mark_stays_when_nothing_changed(client: MoodleClient) -> None:
    mark = datetime(2030, 1, 1, tzinfo=UTC)
    changes = client.assignments.changed_submissions([1], mark)
    assert (changes.items, changes.mark, changes.concerns) == ((), mark, ())


def test_a_mark_does_not_move_past_what_could_not_be_read(client: MoodleClient) -> None:
    changes = client.assignments.changed_submissions([1, 999], MARK)
    assert len(changes.items) > 0
    assert changes.mark == MARK
    assert len(changes.concerns) == 1


def test_grades_are_numbers_and_changes_of_them_are_read_alike(client: MoodleClient) -> None:
    found = client.assignments.grades([1, 2, 3, 4])
    assert {one.user_id: one.grade for one in found if one.assignment_id == 1}[9] == 50.0
    assert client.assignments.grades([1], after=datetime(2030, 1, 1, tzinfo=UTC)).items == ()
    changes = client.assignments.changed_grades([1], None)
    assert changes.mark == max(one.modified_at for one in changes.items if one.modified_at)
    assert client.assignments.changed_grades([1], changes.mark).mark == changes.mark


def test_a_hand_in_comes_with_its_feedback(client: MoodleClient) -> None:
    found = client.assignments.hand_in(1, 9)
    assert found.submission
    assert found.submission.user_id == 9
    assert found.feedback
    assert found.feedback.grade
    assert found.feedback.grade.grade == 50.0
    assert [text.text for text in found.feedback.texts] == ["Feedback orientatie voor Renée"]


def test_who_has_not_handed_in_has_an_empty_submission(client: MoodleClient) -> None:
    found = client.assignments.hand_in(1, 35)
    assert found.submission
    assert (found.submission.status, found.submission.texts, found.submission.files) == (SubmissionStatus.NEW, (), ())
    assert (found.grading, found.feedback) == (GradingStatus.NOT_GRADED, None)


def test_a_draft_is_a_draft(client: MoodleClient) -> None:
    submission = client.assignments.hand_in(4, 9).submission
    assert submission
    assert submission.status is SubmissionStatus.DRAFT


def test_the_hand_in_of_somebody_outside_is_not_allowed(client: MoodleClient) -> None:
    with pytest.raises(NotAllowed):
        client.assignments.hand_in(1, 8)


def test_participants_come_with_little(moodle: RecordedMoodle, client: MoodleClient) -> None:
    found = {one.user_id: one for one in client.assignments.participants(1)}
    assert len(found) == 29
    assert found[11].status is SubmissionStatus.SUBMITTED
    assert found[34].status is None
    assert ("onlyids", "1") in moodle.seen[-1].fields


def test_blind_marking_masks_the_name_and_not_the_id(client: MoodleClient) -> None:
    found = client.assignments.participants(3)
    assert found[0].user_id == 9
    assert found[0].full_name.startswith("Participant 75")


@pytest.mark.parametrize("page_size", [5, 29, 30])
def test_participants_come_page_by_page(page_size: int, client: MoodleClient) -> None:
    everybody = [one.user_id for one in client.assignments.participants(1)]
    assert [one.user_id for one in client.assignments.iter_participants(1, page_size=page_size)] == everybody


@pytest.mark.parametrize("grade", [66.5, 0, 100, 33.33333, None])
def test_a_grade_is_written_and_read_back(grade: float | None, moodle: RecordedMoodle, client: MoodleClient) -> None:
    stored = client.assignments.save_grade(assignment(client, 1), 26, grade, feedback_html="<p>via ws é</p>")
    assert stored.grade == grade
    assert moodle.school.grades[1, 26] == (-1.0 if grade is None else grade)
    sent = dict(next(one for one in moodle.seen if one.function == Function.SAVE_GRADE).fields)
    assert sent["plugindata[assignfeedbackcomments_editor][text]"] == "<p>via ws é</p>"
    assert (sent["addattempt"], sent["applytoall"], sent["attemptnumber"]) == ("0", "0", "-1")


def test_without_feedback_none_is_sent(moodle: RecordedMoodle, client: MoodleClient) -> None:
    client.assignments.save_grade(assignment(client, 1), 26, 10)
    sent = next(one for one in moodle.seen if one.function == Function.SAVE_GRADE)
    assert not [name for name in sent.field_names() if name.startswith("plugindata")]


def test_a_word_of_a_scale_is_written(moodle: RecordedMoodle, client: MoodleClient) -> None:
    assert client.assignments.save_grade(assignment(client, 2), 27, 2).grade == 2.0
    assert moodle.school.grades == {(2, 27): 2.0}


@pytest.mark.parametrize(
    ("number", "user", "grade"),
    [(1, 27, 150), (1, 27, -1), (1, 27, float("nan")), (2, 28, 9), (2, 28, 0), (2, 28, 1.5), (1, 8, 66.5)],
)
def test_a_grade_that_moodle_would_turn_into_another_is_not_sent(
    number: int, user: int, grade: float, moodle: RecordedMoodle, client: MoodleClient
) -> None:
    with pytest.raises(WriteRefused):
        client.assignments.save_grade(assignment(client, number), user, grade)
    assert Function.SAVE_GRADE not in moodle.calls


def test_a_grade_that_moodle_forgets_is_an_error(moodle: RecordedMoodle, client: MoodleClient) -> None:
    one = assignment(client, 1)
    moodle.fail_with(None, Reply(200, b"null"))
    with pytest.raises(NotStored):
        client.assignments.save_grade(one, 26, 66.5)


def test_a_grade_of_which_the_answer_is_lost_may_have_been_stored(moodle: RecordedMoodle, client: MoodleClient) -> None:
    one = assignment(client, 1)
    moodle.fail_with(None, Drop())
    with pytest.raises(Unreachable) as raised:
        client.assignments.save_grade(one, 26, 66.5)
    assert raised.value.uncertain
    assert moodle.calls.count(Function.SAVE_GRADE) == 1


def test_a_token_revoked_half_way_leaves_what_was_read(moodle: RecordedMoodle, make_client: ClientMaker) -> None:
    moodle.accounts["soon"] = Account()
    client = make_client("soon")
    first = client.assignments.changed_submissions([1], None)
    del moodle.accounts["soon"]
    with pytest.raises(AuthError, match="revoked"):
        client.assignments.changed_submissions([1], first.mark)
    moodle.accounts["soon"] = Account()
    assert client.assignments.changed_submissions([1], first.mark).mark == first.mark
