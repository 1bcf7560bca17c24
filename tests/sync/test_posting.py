"""Posting at the demo school over HTTP: what arrives, and what becomes of the row for each answer."""

import threading

import pytest
from structlog.testing import capture_logs

from lti_tool.advantage.connector import Connector
from lti_tool.advantage.scores import Posted, ScoreService
from lti_tool.demo.school import FaultKind, Service
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.models import Platform, PlatformStatus
from lti_tool.platforms.scopes import LINEITEM, SCORE
from lti_tool.sync.jobs import LEASE
from lti_tool.sync.outbox import mark
from tests.sync.desk import FEEDBACK
from tests.sync.school import Posting

PATIENCE = 20.0


def test_accepted_work_shows_in_the_schools_gradebook_with_its_feedback(posting: Posting) -> None:
    posting.desk.accept()
    row = posting.run()
    assert posting.at.shown() == (100, FEEDBACK)
    assert (row.sent_version, row.dirty, row.fails, row.last_error, row.claimed_until) == (1, False, 0, None, None)
    assert row.sent_at == posting.desk.clock()
    assert mark(row, "school").state == "sent"
    assert posting.jobs.waiting_jobs == []
    assert list(posting.at.school.refusals) == []


def test_the_post_keeps_the_query_of_the_column_and_says_completed_and_fully_graded(posting: Posting) -> None:
    posting.desk.accept()
    posting.run()
    (call,) = [call for call in posting.at.school.calls if call.service == Service.SCORES]
    assert f"/scores?type_id={posting.at.registration.id}" in call.path
    assert '"activityProgress": "Completed"' in call.body
    assert '"gradingProgress": "FullyGraded"' in call.body


def test_a_job_with_an_old_number_or_of_a_row_that_is_gone_calls_nobody(posting: Posting) -> None:
    submission = posting.desk.accept()
    posting.desk.accept(submission)
    posting.at.poster.post(posting.desk.row().id, 1)
    posting.at.poster.post("nowhere", 1)
    assert posting.at.asked(Service.TOKEN) == 0
    row = posting.run()
    posting.at.poster.post(row.id, row.job)
    assert posting.at.asked(Service.SCORES) == 1


def test_of_several_changes_only_the_newest_is_posted_once(posting: Posting) -> None:
    submission = posting.desk.accept(feedback="Eerste.")
    posting.desk.accept(submission, "Tweede.")
    posting.desk.accept(submission, "Derde.")
    row = posting.run()
    assert posting.at.shown() == (100, "Derde.")
    assert posting.at.posts() == 1
    assert (row.version, row.sent_version) == (3, 3)


def test_a_change_within_the_same_second_waits_for_the_next(posting: Posting) -> None:
    submission = posting.desk.accept()
    posting.run()
    posting.desk.clock.advance(seconds=0.25)
    posting.desk.accept(submission, "Nog mooier.")
    row = posting.run()
    assert (posting.at.posts(), posting.delays(), row.dirty) == (1, [0.75], True)
    row = posting.wait_and_run()
    assert (posting.at.posts(), posting.at.shown(), row.dirty) == (2, (100, "Nog mooier."), False)


def test_a_change_while_the_old_value_is_on_its_way_goes_out_after_it(posting: Posting) -> None:
    submission = posting.desk.accept(feedback="Oud.")
    posting.at.school.faults.add(Service.SCORES, FaultKind.SLOW, seconds=600)
    first = threading.Thread(target=posting.jobs.run)
    first.start()
    assert posting.at.school.faults.wait_for(Service.SCORES, 1, PATIENCE)
    posting.desk.accept(submission, "Nieuw.")
    assert posting.desk.row().claimed_until == posting.desk.clock() + LEASE
    posting.at.school.faults.clear()
    first.join(PATIENCE)
    row = posting.wait_and_run()
    assert posting.at.shown() == (100, "Nieuw.")
    assert (row.sent_version, row.dirty) == (2, False)


def test_two_runs_of_one_job_at_the_same_moment_leave_one_grade(posting: Posting) -> None:
    posting.desk.accept()
    row = posting.desk.row()
    together = threading.Barrier(2)

    def post() -> None:
        together.wait(PATIENCE)
        posting.at.poster.post(row.id, row.job)

    threads = [threading.Thread(target=post) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    row = posting.run()
    assert (posting.at.posts(), posting.at.shown()) == (1, (100, FEEDBACK))
    assert (row.dirty, row.refused, row.last_error, row.claimed_until) == (False, False, None, None)


def test_a_token_that_the_school_no_longer_knows_is_renewed(posting: Posting) -> None:
    submission = posting.desk.accept()
    posting.run()
    posting.at.school.tokens.clear()
    posting.desk.clock.advance(minutes=1)
    posting.desk.accept(submission, "Nog mooier.")
    row = posting.run()
    assert (posting.at.shown(), row.dirty) == ((100, "Nog mooier."), False)


def test_a_401_that_stays_is_tried_again_later(posting: Posting) -> None:
    posting.desk.accept()
    posting.at.school.faults.add(Service.SCORES, FaultKind.STATUS, status=401, times=2)
    row = posting.run()
    assert (row.dirty, row.last_error, mark(row, "school").state) == (True, "http-401", "waiting")
    assert not posting.wait_and_run().dirty
    assert posting.at.posts() == 1


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (FaultKind.STATUS, 500, "http-500"),
        (FaultKind.STATUS, 502, "http-502"),
        (FaultKind.STATUS, 503, "http-503"),
        (FaultKind.HTML, 503, "html"),
        (FaultKind.DROP, 503, "unreachable"),
    ],
)
@pytest.mark.parametrize("service", [Service.SCORES, Service.TOKEN])
def test_a_school_in_trouble_gets_the_score_later_and_once(
    posting: Posting, service: Service, kind: FaultKind, status: int, code: str
) -> None:
    posting.desk.accept()
    posting.at.school.faults.add(service, kind, status=status)
    row = posting.run()
    assert posting.at.posts() == 0
    assert (row.dirty, row.refused, row.fails, row.claimed_until) == (True, False, 1, None)
    assert row.last_error == code or service is Service.TOKEN
    row = posting.wait_and_run()
    assert (posting.at.shown(), posting.at.posts()) == ((100, FEEDBACK), 1)
    assert (row.dirty, row.fails, row.last_error) == (False, 0, None)


def test_a_school_that_does_not_answer_in_time_gets_the_score_later(posting: Posting) -> None:
    impatient = Outgoing(allow_private=True, timeout=(5, 1))
    posting.use(posting.at.poster_with(outgoing=impatient))
    posting.desk.accept()
    posting.at.school.faults.add(Service.SCORES, FaultKind.SLOW, seconds=600)
    row = posting.run()
    assert (row.dirty, row.last_error) == (True, "timeout")
    posting.at.school.faults.clear()
    posting.use(posting.at.poster)
    assert not posting.wait_and_run().dirty
    assert posting.at.shown() == (100, FEEDBACK)
    impatient.close()


@pytest.mark.parametrize("school_ahead", [0, 30])
def test_a_lost_answer_leaves_one_grade(posting: Posting, school_ahead: int) -> None:
    posting.desk.accept()
    posting.at.school.clock_skew += posting.desk.clock() - posting.desk.clock()
    posting.at.school.set_ahead(school_ahead)
    posting.at.school.faults.add(Service.SCORES, FaultKind.DROP, after=True)
    assert posting.run().last_error == "unreachable"
    assert posting.at.shown() == (100, FEEDBACK)
    row = posting.wait_and_run()
    assert (posting.at.shown(), row.dirty, row.last_error) == ((100, FEEDBACK), False, None)
