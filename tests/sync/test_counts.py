"""What became of scores is counted where it is recorded, whoever posted them."""

from datetime import datetime

from lti_tool.advantage.connector import Connector
from lti_tool.advantage.scores import Posted, ScoreService
from lti_tool.demo.school import FaultKind, Service
from lti_tool.demo.school.gradebook import override
from lti_tool.platforms.service import PlatformInfo
from lti_tool.sync.counts import Came, OutboxCounts
from lti_tool.training.models import Submission
from mappings.progress import OutcomeState
from mappings.scores import Score
from tests.sync.desk import Desk
from tests.sync.school import Posting


def came(posting: Posting) -> dict[Came, int]:
    """What was counted for the only platform."""
    (counts,) = OutboxCounts(posting.desk.database, posting.desk.clock).read()
    return counts.came


def again(desk: Desk, feedback: str) -> None:
    """Let the work be accepted once more, a while later."""
    desk.clock.advance(seconds=2)
    with desk.database.session() as session:
        submission = session.get_one(Submission, desk.row().submission_id)
    desk.accept(submission, feedback=feedback)


def test_an_accepted_score_is_counted_once(posting: Posting) -> None:
    posting.desk.accept()
    posting.run()
    assert came(posting) == {Came.ACCEPTED: 1}
    again(posting.desk, "Nog eens.")
    posting.run()
    assert came(posting) == {Came.ACCEPTED: 2}


def test_each_failure_is_counted_and_then_the_success(posting: Posting) -> None:
    posting.at.school.faults.add(Service.SCORES, FaultKind.STATUS, status=503, times=2)
    posting.desk.accept()
    posting.run()
    posting.wait_and_run()
    posting.wait_and_run()
    assert came(posting) == {Came.LATER: 2, Came.ACCEPTED: 1}


def test_a_refusal_is_counted(posting: Posting) -> None:
    posting.at.school.faults.add(Service.SCORES, FaultKind.STATUS, status=400)
    posting.desk.accept()
    posting.run()
    assert came(posting) == {Came.REFUSED: 1}


def test_a_grade_changed_by_hand_is_counted_as_such(posting: Posting) -> None:
    override(posting.at.school, posting.at.item, posting.at.teacher.id, final=40)
    posting.desk.accept()
    posting.run()
    assert came(posting) == {Came.CHANGED: 1}


def test_a_score_that_is_there_already_is_not_counted_as_posted(posting: Posting) -> None:
    posting.desk.accept()
    posting.run()
    posting.desk.retry()
    posting.desk.clock.advance(seconds=2)
    posting.jobs.run(delayed=True)
    assert came(posting) == {Came.ACCEPTED: 1, Came.THERE: 1}


def test_several_processes_make_one_number(posting: Posting) -> None:
    for _process in range(3):
        _person, _account, enrolment = posting.at.colleague()
        posting.desk.accept(posting.desk.work(OutcomeState.SUBMITTED, enrolment=enrolment))
        posting.use(posting.at.poster_with())
        posting.jobs.run()
    assert came(posting) == {Came.ACCEPTED: 3}


class ChangedBefore(ScoreService):
    """Somebody changes the grade after it was read and before it is posted."""

    def __init__(self, connector: Connector, posting: Posting) -> None:
        super().__init__(connector, posting.desk.clock)
        self._at = posting.at

    def post(self, platform: PlatformInfo, lineitem_url: str, user_id: str, score: Score, timestamp: datetime) -> Posted:
        override(self._at.school, self._at.item, user_id, final=40)
        return super().post(platform, lineitem_url, user_id, score, timestamp)


def test_a_score_that_was_taken_and_then_found_changed_counts_as_both(posting: Posting, connector: Connector) -> None:
    posting.use(posting.at.poster_with(scores=ChangedBefore(connector, posting)))
    posting.desk.accept()
    assert posting.run().refused
    assert came(posting) == {Came.ACCEPTED: 1, Came.CHANGED: 1}


def test_a_platform_without_scores_has_counts_of_nothing(desk: Desk) -> None:
    (counts,) = OutboxCounts(desk.database, desk.clock).read()
    assert (counts.waiting, counts.refused, counts.arrived, counts.oldest_waiting.total_seconds(), counts.came) == (
        0,
        0,
        0,
        0,
        {},
    )
