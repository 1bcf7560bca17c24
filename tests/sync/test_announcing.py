"""Work that came in is announced where that tells somebody something, and never where there is a grade."""

from dataclasses import replace

import pytest

from lti_tool.demo.school import Service
from lti_tool.demo.school.gradebook import receive
from lti_tool.platforms.scopes import LINEITEM, SCORE
from lti_tool.sync.marks import marks_of_work
from lti_tool.sync.outbox import ScoreOutboxService
from lti_tool.training.models import Submission
from mappings.loading import load_trainings
from mappings.platforms import profile_for
from mappings.progress import OutcomeState
from tests.sync.desk import Desk
from tests.sync.school import Posting


@pytest.fixture
def tolerant(posting: Posting) -> Posting:
    """The school, known as one that keeps its grades whatever comes without one."""
    harmless = replace(profile_for("generic"), wipes_without_grade=False)
    outbox = ScoreOutboxService(posting.jobs, posting.desk.clock, load_trainings(), profile_of=lambda _family: harmless)
    posting.desk.outbox = outbox
    return posting


def hand_in(desk: Desk) -> None:
    """Let work come in, and the outbox follow."""
    submission = desk.work(OutcomeState.SUBMITTED)
    change = replace(desk.change(submission, OutcomeState.SUBMITTED), feedback=None)
    with desk.database.session() as session:
        desk.outbox.follow(session, change)


def test_work_that_came_in_is_announced_without_a_grade(tolerant: Posting) -> None:
    hand_in(tolerant.desk)
    row = tolerant.run()
    (call,) = [call for call in tolerant.at.school.calls if call.service == Service.SCORES]
    assert '"gradingProgress": "PendingManual"' in call.body
    assert '"activityProgress": "Submitted"' in call.body
    assert "scoreGiven" not in call.body
    assert (row.dirty, row.sent_given, tolerant.at.shown()[0]) == (False, None, None)


def test_the_grade_follows_the_announcement(tolerant: Posting) -> None:
    hand_in(tolerant.desk)
    row = tolerant.run()
    tolerant.desk.clock.advance(seconds=2)
    with tolerant.desk.database.session() as session:
        submission = session.get_one(Submission, row.submission_id)
    tolerant.desk.accept(submission)
    assert not tolerant.run().dirty
    assert tolerant.at.shown()[0] == 100


def test_nothing_is_announced_where_there_is_a_grade(tolerant: Posting) -> None:
    by_hand = {"scoreGiven": 60, "scoreMaximum": 100, "activityProgress": "Completed", "gradingProgress": "FullyGraded"}
    receive(tolerant.at.school, tolerant.at.item, tolerant.at.teacher.id, by_hand, tolerant.desk.clock())
    hand_in(tolerant.desk)
    row = tolerant.run()
    assert (row.dirty, row.refused) == (False, False)
    assert tolerant.at.asked(Service.SCORES) == 0
    assert tolerant.at.shown()[0] == 60


def test_nothing_is_announced_where_nobody_can_see_whether_there_is_a_grade(tolerant: Posting) -> None:
    tolerant.desk.set_placement(ags_scopes=[LINEITEM, SCORE])
    hand_in(tolerant.desk)
    assert not tolerant.run().dirty
    assert tolerant.at.asked(Service.SCORES) == 0


def test_moodle_is_not_told(posting: Posting) -> None:
    hand_in(posting.desk)
    assert posting.desk.rows() == []


def test_what_is_only_announced_is_no_mark_on_the_board(tolerant: Posting) -> None:
    hand_in(tolerant.desk)
    row = tolerant.run()
    assert row.submission_id is not None
    with tolerant.desk.database.session() as session:
        assert marks_of_work(session, [row.submission_id]) == {}
