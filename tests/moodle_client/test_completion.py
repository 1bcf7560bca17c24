"""Completion: read, and overridden with a read-back."""

from datetime import UTC, datetime

import pytest

from moodle_client import (
    CompletionState,
    Function,
    MoodleClient,
    NotAllowed,
    NotEnrolled,
    NotSetUp,
    NotStored,
    Tracking,
    Unreachable,
    WriteRefused,
)
from tests.moodle_client.recorded_moodle import Drop, RecordedMoodle, Reply

READ = Function.ACTIVITIES_COMPLETION


def test_activities_say_how_far_a_participant_is(client: MoodleClient) -> None:
    found = {one.cm_id: one for one in client.completion.activities(2, 9)}
    assert found[1].state is CompletionState.COMPLETE
    assert found[1].completed_at == datetime(2026, 11, 23, 15, 3, 29, tzinfo=UTC)
    assert found[4].state is CompletionState.PASSED
    assert found[5].tracking is Tracking.MANUAL
    assert all(one.user_tracked and one.overridden_by is None for one in found.values())


@pytest.mark.parametrize(
    ("state", "complete"),
    [("incomplete", False), ("complete", True), ("passed", True), ("failed", False), ("failed_hidden", False)],
)
def test_a_failed_attempt_is_not_complete(state: str, complete: bool) -> None:
    assert CompletionState(state).is_complete is complete


def test_somebody_outside_the_course_is_not_tracked(client: MoodleClient) -> None:
    found = client.completion.activities(2, 8)
    assert {one.user_tracked for one in found} == {False}
    assert {one.completed_at for one in found} == {None}


def test_a_course_says_by_which_criteria_it_is_complete(client: MoodleClient) -> None:
    found = client.completion.course(2, 9)
    assert found.completed
    assert [one.criterion.text for one in found.criteria][-1] == 'Evaluatie & "terugblik"'
    assert all(one.complete for one in found.criteria)


def test_a_course_without_criteria_says_who_can_set_them(client: MoodleClient) -> None:
    with pytest.raises(NotSetUp, match="set them") as raised:
        client.completion.course(3, 9)
    assert raised.value.who == "a teacher of the course"


def test_the_course_completion_of_somebody_outside_is_an_error(client: MoodleClient) -> None:
    with pytest.raises(NotEnrolled):
        client.completion.course(2, 8)


@pytest.mark.parametrize("complete", [True, False])
def test_an_override_is_read_back(complete: bool, moodle: RecordedMoodle, client: MoodleClient) -> None:
    after = client.completion.override(2, 1, 30, complete=complete)
    assert after.state.is_complete is complete
    assert moodle.calls == [READ, Function.OVERRIDE_COMPLETION, READ]
    assert moodle.school.overrides == {(1, 30): int(complete)}


def test_an_override_for_somebody_outside_is_not_sent(moodle: RecordedMoodle, client: MoodleClient) -> None:
    with pytest.raises(WriteRefused, match="does not count for this user"):
        client.completion.override(2, 1, 8, complete=True)
    assert moodle.calls == [READ]


def test_an_override_without_completion_is_not_sent(moodle: RecordedMoodle, client: MoodleClient) -> None:
    with pytest.raises(WriteRefused, match="no completion"):
        client.completion.override(2, 8, 30, complete=True)
    assert moodle.calls == [READ]


def test_an_override_that_moodle_forgets_is_an_error(moodle: RecordedMoodle, client: MoodleClient) -> None:
    moodle.fail_with(None, Reply(200, b'{"cmid": 6, "userid": 30, "state": 1}'))
    with pytest.raises(NotStored):
        client.completion.override(2, 6, 30, complete=True)


def test_an_override_of_a_hidden_activity_is_not_allowed(client: MoodleClient) -> None:
    with pytest.raises(NotAllowed):
        client.completion.override(2, 16, 30, complete=True)


def test_an_override_of_which_the_answer_is_lost_may_have_been_stored(moodle: RecordedMoodle, client: MoodleClient) -> None:
    moodle.fail_with(None, Drop())
    with pytest.raises(Unreachable) as raised:
        client.completion.override(2, 1, 30, complete=True)
    assert raised.value.uncertain
    assert moodle.calls == [READ, Function.OVERRIDE_COMPLETION]


def test_the_account_marks_its_own_activity(client: MoodleClient) -> None:
    assert client.completion.mark_own(5, complete=True)
    with pytest.raises(NotSetUp):
        client.completion.mark_own(1, complete=True)
