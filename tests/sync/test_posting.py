"""Posting at the demo school over HTTP: what arrives, and what becomes of the row for each answer."""

import threading
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from lti_tool.advantage.connector import Connector
from lti_tool.advantage.scores import Posted, PostResult, ScoreService
from lti_tool.demo.school import FaultKind, Service
from lti_tool.demo.school.gradebook import override, receive, release
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.models import Platform, PlatformStatus
from lti_tool.platforms.scopes import LINEITEM, SCORE
from lti_tool.sync.delivery import BLIND_AFTER, MOST_CONFLICTS
from lti_tool.sync.lanes import LEASE
from lti_tool.sync.marks import mark
from lti_tool.sync.models import ScoreOutbox
from mappings.progress import OutcomeState
from tests.eventually import eventually
from tests.scripted_platform import ScriptedPlatform
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
    eventually(lambda: posting.at.asked(Service.SCORES))
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


class Overtaken(ScoreService):
    """Fails after another run of the same job has delivered."""

    def __init__(self, connector: Connector, posting: Posting) -> None:
        super().__init__(connector, posting.desk.clock)
        self._posting = posting

    def post(self, *_args: object, **_options: object) -> Posted:
        row = self._posting.desk.row()
        self._posting.at.poster.post(row.id, row.job)
        return Posted(PostResult.LATER, "http-502")


def test_a_run_that_fails_after_another_delivered_changes_nothing(posting: Posting, connector: Connector) -> None:
    posting.use(posting.at.poster_with(scores=Overtaken(connector, posting)))
    posting.desk.accept()
    row = posting.run()
    assert (posting.at.posts(), posting.jobs.waiting_jobs) == (1, [])
    assert (row.dirty, row.fails, row.last_error) == (False, 0, None)


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
    posting.at.school.clock_skew = timedelta(seconds=school_ahead)
    posting.at.school.faults.add(Service.SCORES, FaultKind.DROP, after=True)
    assert posting.run().last_error == "unreachable"
    assert posting.at.shown() == (100, FEEDBACK)
    row = posting.wait_and_run()
    assert (posting.at.shown(), row.dirty, row.last_error) == ((100, FEEDBACK), False, None)


def test_a_school_that_says_it_has_something_newer_is_asked_and_believed_when_it_is_the_same(posting: Posting) -> None:
    submission = posting.desk.accept()
    posting.at.school.clock_skew = timedelta(seconds=30)
    posting.run()
    posting.desk.clock.advance(seconds=5)
    posting.desk.accept(submission)
    row = posting.run()
    assert (row.dirty, row.sent_version, row.last_error) == (False, 2, None)
    assert posting.at.posts() == 1


def test_a_grade_changed_by_hand_after_a_conflict_is_shown_and_not_overwritten(posting: Posting) -> None:
    submission = posting.desk.accept()
    posting.at.school.clock_skew = timedelta(minutes=3)
    posting.run()
    posting.desk.clock.advance(seconds=5)
    override(posting.at.school, posting.at.item, posting.at.teacher.id, final=60, feedback="Nog niet.")
    posting.desk.accept(submission, "Nog mooier.")
    row = posting.run()
    assert (row.dirty, row.refused, row.last_error) == (False, True, "changed-in-lms")
    assert (row.held_score, row.held_maximum) == (60, 100)
    assert mark(row, "school").state == "changed"
    assert posting.jobs.waiting_jobs == []
    assert posting.at.shown() == (60, "Nog niet.")
    assert posting.at.asked(Service.SCORES) == 2


def test_a_conflict_with_our_own_older_score_is_tried_until_it_is_accepted(posting: Posting) -> None:
    submission = posting.desk.accept()
    posting.at.school.clock_skew = timedelta(minutes=1)
    posting.run()
    posting.desk.clock.advance(seconds=15)
    posting.desk.set(posting.desk.row(), score_given=90.0)
    with posting.desk.database.session() as session:
        posting.desk.outbox.retry(session, session.get_one(ScoreOutbox, posting.desk.row().id))
    for fails in (1, 2, 3):
        row = posting.run() if fails == 1 else posting.wait_and_run()
        assert (row.dirty, row.refused, row.last_error, row.fails) == (True, False, "http-409", fails)
    posting.desk.clock.advance(minutes=1)
    assert not posting.wait_and_run().dirty
    assert posting.at.shown()[0] == 90
    assert submission.id == posting.desk.row().submission_id


def test_new_feedback_that_meets_a_conflict_arrives_once_the_clocks_allow_it(posting: Posting) -> None:
    submission = posting.desk.accept()
    posting.at.school.clock_skew = timedelta(seconds=40)
    posting.run()
    posting.desk.clock.advance(seconds=15)
    posting.desk.accept(submission, "Nog mooier.")
    row = posting.run()
    assert (row.dirty, row.refused, row.last_error) == (True, False, "http-409")
    assert posting.at.shown() == (100, FEEDBACK)
    posting.desk.clock.advance(minutes=1)
    assert not posting.wait_and_run().dirty
    assert posting.at.shown() == (100, "Nog mooier.")


def test_a_grade_that_is_there_counts_when_its_feedback_meets_a_conflict_again_and_again(posting: Posting) -> None:
    submission = posting.desk.accept()
    posting.run()
    posting.at.school.faults.add(Service.SCORES, FaultKind.STATUS, times=None, status=409)
    posting.desk.clock.advance(seconds=15)
    posting.desk.accept(submission, "Nog mooier.")
    row = posting.run()
    for fails in range(1, MOST_CONFLICTS + 1):
        assert (row.dirty, row.fails) == (True, fails)
        row = posting.wait_and_run()
    assert (row.dirty, row.refused) == (False, False)


def test_a_grade_that_arrived_without_our_knowing_is_ours_to_replace(posting: Posting) -> None:
    desk, school = posting.desk, posting.at.school
    desk.accept()
    desk.set(desk.row(), score_given=25.0)
    posting.run()
    for given, arrived in ((50.0, 50), (75.0, 75)):
        desk.clock.advance(seconds=15)
        desk.set(desk.row(), score_given=given)
        desk.retry()
        school.faults.add(Service.SCORES, FaultKind.DROP, after=True)
        row = posting.run()
        assert (row.dirty, row.refused, row.last_error) == (True, False, "unreachable")
        assert posting.at.shown()[0] == arrived
    desk.clock.advance(seconds=15)
    desk.set(desk.row(), score_given=100.0)
    desk.retry()
    row = posting.run()
    assert (row.dirty, row.refused, row.tried) == (False, False, [])
    assert posting.at.shown()[0] == 100


def test_what_another_process_posted_since_the_gradebook_was_read_is_ours(posting: Posting) -> None:
    desk = posting.desk
    here, elsewhere = posting.at.poster, posting.at.poster_with()
    desk.accept()
    for poster, given in ((here, 25.0), (elsewhere, 50.0), (here, 75.0)):
        posting.use(poster)
        desk.set(desk.row(), score_given=given)
        desk.retry()
        row = posting.run()
        assert (row.dirty, row.refused) == (False, False)
        assert posting.at.shown()[0] == given
        desk.clock.advance(seconds=2)


def test_a_grade_changed_by_hand_before_a_later_score_is_seen_before_anything_is_posted(posting: Posting) -> None:
    submission = posting.desk.accept()
    posting.run()
    posting.desk.clock.advance(seconds=15)
    override(posting.at.school, posting.at.item, posting.at.teacher.id, final=60, feedback="Nog niet.")
    posting.desk.accept(submission, "Nog mooier.")
    row = posting.run()
    assert (row.refused, row.last_error, row.held_score) == (True, "changed-in-lms", 60)
    assert posting.at.asked(Service.SCORES) == 1


def test_a_trainer_may_say_that_ours_counts_after_all(posting: Posting) -> None:
    school, teacher = posting.at.school, posting.at.teacher
    by_hand = {"scoreGiven": 60, "scoreMaximum": 100, "activityProgress": "Completed", "gradingProgress": "FullyGraded"}
    receive(school, posting.at.item, teacher.id, by_hand, posting.desk.clock())
    posting.desk.accept()
    assert posting.run().last_error == "changed-in-lms"
    posting.desk.clock.advance(minutes=1)
    with posting.desk.database.session() as session:
        posting.desk.outbox.retry(session, session.get_one(ScoreOutbox, posting.desk.row().id), overwrite=True)
    row = posting.run()
    assert (row.dirty, row.refused, row.overwrite, row.held_score) == (False, False, False, None)
    assert posting.at.shown() == (100, FEEDBACK)


def test_a_score_that_is_there_already_is_not_posted_again(posting: Posting) -> None:
    posting.desk.accept()
    posting.run()
    row = posting.desk.row()
    posting.desk.clock.advance(minutes=1)
    posting.desk.set(row, sent_version=0, posted_at=None, sent_given=None, sent_maximum=None)
    posting.desk.retry()
    row = posting.run()
    assert (row.dirty, row.sent_version, row.sent_given) == (False, row.version, 100)
    assert posting.at.posts() == 1


def test_a_gradebook_that_cannot_be_read_holds_a_score_up_for_a_while_and_not_for_ever(posting: Posting) -> None:
    posting.at.school.faults.add(Service.RESULTS, FaultKind.STATUS, status=503, times=50)
    posting.desk.accept()
    row = posting.run()
    for fails in range(1, BLIND_AFTER + 1):
        assert (row.dirty, row.last_error, row.fails) == (True, "unreachable", fails)
        assert posting.at.posts() == 0
        row = posting.wait_and_run()
    assert not row.dirty
    assert posting.at.shown() == (100, FEEDBACK)


def test_a_conflict_over_nothing_that_can_be_seen_is_tried_until_it_is_accepted(posting: Posting) -> None:
    submission = posting.desk.accept()
    posting.at.school.clock_skew = timedelta(minutes=1)
    posting.run()
    posting.desk.set_placement(ags_scopes=[LINEITEM, SCORE])
    posting.desk.clock.advance(seconds=1)
    posting.desk.accept(submission, "Nog mooier.")
    row = posting.run()
    for _ in range(4):
        assert (row.dirty, row.refused, row.last_error) == (True, False, "http-409")
        row = posting.wait_and_run()
    posting.desk.clock.advance(minutes=1)
    assert not posting.wait_and_run().dirty
    assert posting.at.shown() == (100, "Nog mooier.")
    assert posting.at.asked(Service.RESULTS) == 2  # before and after the first


def test_a_grade_that_a_trainer_set_by_hand_before_is_shown_although_the_school_says_200(posting: Posting) -> None:
    override(posting.at.school, posting.at.item, posting.at.teacher.id, final=60, feedback="Mondeling besproken.")
    posting.desk.accept()
    row = posting.run()
    assert (row.dirty, row.refused, row.last_error) == (False, True, "changed-in-lms")
    assert posting.at.shown() == (60, "Mondeling besproken.")
    posting.desk.clock.advance(minutes=1)
    release(posting.at.school, posting.at.item, posting.at.teacher.id)
    posting.desk.retry()
    assert mark(posting.run(), "school").state == "sent"
    assert posting.at.shown() == (100, FEEDBACK)


@pytest.mark.parametrize("kind", [FaultKind.STATUS, FaultKind.HTML, FaultKind.DROP])
def test_what_was_accepted_counts_as_sent_when_the_gradebook_cannot_be_read(posting: Posting, kind: FaultKind) -> None:
    submission = posting.desk.accept()
    posting.run()
    posting.desk.clock.advance(seconds=2)
    posting.desk.accept(submission, "Nog mooier.")
    posting.at.school.faults.add(Service.RESULTS, kind)
    row = posting.run()
    assert (mark(row, "school").state, row.checked) == ("sent", False)
    assert posting.at.shown() == (100, "Nog mooier.")
    posting.desk.clock.advance(seconds=61)
    posting.at.poster.sweep()
    assert posting.desk.row().checked


def test_a_school_that_asks_us_to_wait_is_left_alone_that_long_and_others_are_not(
    posting: Posting, scripted: ScriptedPlatform
) -> None:
    desk = posting.desk
    _person, _account, enrolment = posting.at.colleague()
    elsewhere = desk.build.platform(url=scripted.url, family="generic")
    course = desk.build.course(elsewhere)
    account = desk.build.account(elsewhere, person_id=desk.account.person_id)
    desk.build.member(course, account)
    desk.build.placement(course, desk.cohort, lineitem_url=f"{scripted.url}/item", scopes=[SCORE])
    posting.at.school.faults.add(Service.SCORES, FaultKind.STATUS, status=429, retry_after=120)
    posting.at.jitter = 0.0
    desk.accept()
    desk.accept(desk.work(OutcomeState.SUBMITTED, enrolment=enrolment))
    posting.jobs.run()
    assert [asked.path for asked in scripted.asked] == ["/token", "/item/scores"]
    assert posting.at.asked(Service.SCORES) == 1
    assert posting.delays() == [120, 120]
    assert sorted((row.last_error or "") for row in desk.rows() if row.dirty) == ["", "http-429"]
    desk.clock.advance(seconds=119)
    posting.jobs.run(delayed=True)
    assert posting.at.asked(Service.SCORES) == 1
    assert posting.delays() == [1, 1]
    desk.clock.advance(seconds=1)
    posting.jobs.run(delayed=True)
    assert not any(row.dirty for row in desk.rows())


def test_a_school_that_is_down_for_an_hour_gets_the_score_when_it_is_back(posting: Posting) -> None:
    posting.desk.accept()
    posting.at.server.stop()
    down_since, row = posting.desk.clock(), posting.run()
    while posting.desk.clock() < down_since + timedelta(hours=1):
        assert (row.dirty, row.last_error) == (True, "unreachable")
        row = posting.wait_and_run()
    assert row.fails == 12
    posting.at.server.start()
    row = posting.wait_and_run()
    assert (posting.at.shown(), posting.at.posts(), row.dirty) == ((100, FEEDBACK), 1, False)


@pytest.mark.parametrize(("jitter", "part"), [(0.0, 0.5), (1.0, 1.0)])
def test_the_wait_doubles_up_to_an_hour_and_is_spread_by_chance(posting: Posting, jitter: float, part: float) -> None:
    posting.at.jitter = jitter
    posting.desk.accept()
    posting.at.server.stop()
    posting.run()
    waits = []
    for _ in range(14):
        waits += posting.delays()
        posting.wait_and_run()
    assert waits == [part * min(2.0**number, 3600) for number in range(1, 15)]


def test_a_platform_that_asks_for_a_day_is_asked_again_within_the_hour(posting: Posting) -> None:
    posting.desk.accept()
    posting.at.school.faults.add(Service.SCORES, FaultKind.STATUS, status=503, retry_after=86400)
    posting.run()
    assert posting.delays() == [3600]


def test_a_platform_that_is_switched_off_is_not_called_and_gets_the_score_once_it_is_on(posting: Posting) -> None:
    posting.desk.accept()
    switch(posting, PlatformStatus.DISABLED)
    row = posting.run()
    assert (row.dirty, row.last_error, posting.at.asked(Service.TOKEN)) == (True, "platform-disabled", 0)
    switch(posting, PlatformStatus.ACTIVE)
    assert not posting.wait_and_run().dirty


def switch(posting: Posting, status: PlatformStatus) -> None:
    with posting.desk.database.session() as session:
        session.get_one(Platform, posting.desk.platform.id).status = status


def test_an_address_in_a_private_network_is_refused_without_a_call(posting: Posting) -> None:
    careful = Outgoing()
    posting.use(posting.at.poster_with(outgoing=careful))
    posting.desk.accept()
    row = posting.run()
    assert (row.refused, row.last_error, posting.at.asked(Service.TOKEN)) == (True, "address", 0)
    careful.close()


class Broken(ScoreService):
    """Has a mistake of our own."""

    def post(self, *_args: object, **_options: object) -> Posted:
        raise ZeroDivisionError("with the feedback of somebody in it")


def test_a_mistake_of_our_own_is_logged_without_its_words_and_tried_again(posting: Posting, connector: Connector) -> None:
    posting.use(posting.at.poster_with(scores=Broken(connector, posting.desk.clock)))
    posting.desk.accept()
    with capture_logs() as lines:
        row = posting.run()
    assert (row.dirty, row.last_error, row.fails, row.claimed_until) == (True, "internal", 1, None)
    assert [line["error"] for line in lines if line["event"] == "score.failed"] == ["ZeroDivisionError"]
    assert "somebody" not in str(lines)
    posting.use(posting.at.poster)
    assert not posting.wait_and_run().dirty


def test_nothing_personal_is_logged(posting: Posting) -> None:
    posting.desk.accept()
    posting.at.school.faults.add(Service.SCORES, FaultKind.STATUS, status=400)
    with capture_logs() as lines:
        posting.run()
        posting.desk.retry()
        posting.run()
    assert [line["code"] for line in lines if line["event"] == "score.posted"] == ["refused-400", "http-200"]
    subject = posting.desk.account.subject
    assert not [line for line in lines for value in line.values() if value == subject or FEEDBACK in str(value)]
