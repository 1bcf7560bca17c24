"""Lanes: what one job posts one after the other, what it leaves to others, and what a platform in trouble does to them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from lti_tool.advantage.connector import Connector
from lti_tool.advantage.scores import Posted, ScoreService
from lti_tool.courses.models import Account
from lti_tool.demo.school import FaultKind, Person, Service
from lti_tool.demo.school.gradebook import override
from lti_tool.platforms.service import PlatformInfo, info_of
from lti_tool.sync.jobs import ScorePoster
from lti_tool.sync.lanes import LEASE
from lti_tool.sync.models import SLOTS, ScoreOutbox, slot_of
from lti_tool.sync.outbox import POST_SCORE, lane_of, slots_of
from lti_tool.sync.parcels import in_turns, parcels_of
from lti_tool.sync.pauses import FIRST_PAUSE, LONGEST_PAUSE, TROUBLES_UNTIL_PAUSE
from lti_tool.training.models import Submission
from mappings.platforms import profile_for
from mappings.progress import OutcomeState
from mappings.scores import Score
from tests.recording_jobs import Job
from tests.sync.school import Posting

MOODLE = profile_for("moodle")
LATE = 61


def accepted(posting: Posting, people: int) -> list[tuple[Person, Account]]:
    """Let so many people have accepted work, all in one lane."""
    found: list[tuple[Person, Account]] = []
    lane = posting.desk.row().slot % MOODLE.max_parallel if posting.desk.rows() else None
    while len(found) < people:
        person, account, enrolment = posting.at.colleague()
        if lane is None:
            lane = slot_of(account.id) % MOODLE.max_parallel
        if slot_of(account.id) % MOODLE.max_parallel == lane:
            posting.desk.accept(posting.desk.work(OutcomeState.SUBMITTED, enrolment=enrolment))
            found.append((person, account))
    return found


def rows_of(posting: Posting) -> dict[str, ScoreOutbox]:
    return {row.account_id: row for row in posting.desk.rows()}


def row_of(posting: Posting, job: Job) -> ScoreOutbox:
    """The row of a job."""
    return next(row for row in posting.desk.rows() if row.id == job.key)


def begin(posting: Posting, poster: ScorePoster | None = None) -> Job:
    """Take the first of the waiting jobs and run it alone."""
    job = posting.jobs.waiting_jobs.pop(0)
    (poster or posting.at.poster).post(job.key, job.number)
    return job


def test_one_job_posts_everything_that_is_due_in_its_lane(posting: Posting) -> None:
    people = accepted(posting, 4)
    begin(posting)
    assert [row.dirty for row in posting.desk.rows()] == [False] * 4
    assert [posting.at.shown(person)[0] for person, _account in people] == [100] * 4
    assert posting.jobs.waiting_jobs == []
    assert posting.at.asked(Service.SCORES) == 4


class Interrupted(ScoreService):
    """Posts so many scores; before the next one something happens."""

    def __init__(self, connector: Connector, posting: Posting, after: int, happens: Callable[[], object]) -> None:
        super().__init__(connector, posting.desk.clock)
        self._left, self._happens = after, happens

    def post(self, platform: PlatformInfo, lineitem_url: str, user_id: str, score: Score, timestamp: datetime) -> Posted:
        if self._left == 0:
            self._happens()
        self._left -= 1
        return super().post(platform, lineitem_url, user_id, score, timestamp)


class Killed(BaseException):
    """The process dies here."""


def die() -> None:
    raise Killed


def test_a_job_that_is_run_again_goes_on_with_what_it_had_taken_when_its_process_died(
    posting: Posting, connector: Connector
) -> None:
    accepted(posting, 4)
    job = posting.jobs.waiting_jobs[0]
    with pytest.raises(Killed):
        posting.at.poster_with(scores=Interrupted(connector, posting, 2, die)).post(job.key, job.number)
    rows = posting.desk.rows()
    assert all(row.dirty and row.claimed_by == f"{job.key}:{job.number}" for row in rows)
    assert posting.at.asked(Service.SCORES) == 2
    posting.at.poster_with().post(job.key, job.number)
    assert not any(row.dirty or row.claimed_by for row in posting.desk.rows())
    assert posting.at.asked(Service.SCORES) == 4


def test_what_changes_while_it_is_taken_with_others_is_posted_once_more_and_newest_last(
    posting: Posting, connector: Connector
) -> None:
    people = accepted(posting, 3)
    desk = posting.desk
    last = posting.jobs.waiting_jobs[-1]
    row = row_of(posting, last)

    def change() -> None:
        with desk.database.session() as session:
            submission = session.get_one(Submission, row.submission_id)
        desk.accept(submission, feedback="Nieuwer.")

    begin(posting, posting.at.poster_with(scores=Interrupted(connector, posting, 1, change)))
    changed = row_of(posting, last)
    assert (changed.dirty, changed.sent_version, changed.version) == (True, 1, 2)
    posting.desk.clock.advance(seconds=1)
    posting.jobs.run(delayed=True)
    assert not row_of(posting, last).dirty
    (person,) = [person for person, account in people if account.id == row.account_id]
    assert posting.at.shown(person) == (100, "Nieuwer.")


def test_what_was_taken_and_not_tried_is_given_back_as_it_was(posting: Posting) -> None:
    accepted(posting, TROUBLES_UNTIL_PAUSE + 2)
    posting.at.server.stop()
    begin(posting)
    rows = posting.desk.rows()
    assert [row.claimed_until for row in rows] == [None] * len(rows)
    assert sorted(len(row.tried) for row in rows) == [0, 0, *[1] * TROUBLES_UNTIL_PAUSE]
    assert {(job.key, job.number) for job in posting.jobs.waiting_jobs} == {(row.id, row.job) for row in rows}


def test_the_lanes_of_a_platform_begin_with_different_columns(posting: Posting) -> None:
    accepted(posting, 1)
    with posting.desk.database.session() as session:
        platform = info_of(posting.desk.platform)
        (parcel,) = parcels_of(session, session.scalars(select(ScoreOutbox)).all(), {platform.id: platform}, "")
    columns = ["a", "b", "c", "d", "a", "c"]
    orders = [
        [one.placement_id for one in in_turns([replace(parcel, lane=lane, placement_id=column) for column in columns])]
        for lane in range(MOODLE.max_parallel)
    ]
    assert [order[0] for order in orders] == ["a", "b", "c", "d"]
    assert orders[1] == ["b", "c", "c", "d", "a", "a"]
    assert in_turns([]) == []


def test_a_job_leaves_the_other_lanes_alone(posting: Posting) -> None:
    (one,) = accepted(posting, 1)
    lane = slot_of(one[1].id) % MOODLE.max_parallel
    others: list[Account] = []
    while not others:
        _person, account, enrolment = posting.at.colleague()
        if slot_of(account.id) % MOODLE.max_parallel != lane:
            posting.desk.accept(posting.desk.work(OutcomeState.SUBMITTED, enrolment=enrolment))
            others.append(account)
    begin(posting)
    rows = rows_of(posting)
    assert (rows[one[1].id].dirty, rows[others[0].id].dirty) == (False, True)
    assert len({job.lane for job in posting.jobs.waiting_jobs}) == 1


def test_the_slots_of_all_lanes_are_all_slots_and_each_is_in_one() -> None:
    for family in ("generic", "moodle"):
        profile = profile_for(family)
        slots = [slot for lane in range(profile.max_parallel) for slot in slots_of(lane, profile)]
        assert sorted(slots) == list(range(SLOTS))
        assert all(lane_of(ScoreOutbox(slot=slot), profile) == slot % profile.max_parallel for slot in slots)


def test_two_scores_of_one_person_are_in_one_lane_whatever_the_line_item(posting: Posting) -> None:
    desk = posting.desk
    link = posting.at.school.add_link(posting.at.course, posting.at.registration, "Je plan")
    item = posting.at.school.item_of(link)
    assert item is not None
    desk.build.placement(
        desk.course,
        desk.cohort,
        "plan",
        resource_link_id=link.id,
        lineitem_url=posting.at.school.lineitem_url(item),
    )
    desk.accept()
    desk.accept(desk.work(OutcomeState.SUBMITTED, assignment_key="plan"))
    assert len(desk.rows()) == 2
    assert len({job.lane for job in posting.jobs.waiting_jobs}) == 1


def test_a_row_that_has_to_wait_does_not_hold_up_the_ones_behind_it(posting: Posting) -> None:
    first, second = accepted(posting, 2)
    desk = posting.desk
    desk.set(rows_of(posting)[first[1].id], posted_at=desk.clock(), next_attempt_at=desk.clock() - timedelta(minutes=1))
    posting.jobs.run()
    rows = rows_of(posting)
    assert (rows[first[1].id].dirty, rows[second[1].id].dirty) == (True, False)
    posting.desk.clock.advance(seconds=1)
    posting.jobs.run(delayed=True)
    assert not rows_of(posting)[first[1].id].dirty


def test_a_score_that_the_platform_refuses_does_not_end_the_run(posting: Posting) -> None:
    people = accepted(posting, 3)
    posting.at.school.faults.add(Service.SCORES, FaultKind.STATUS, status=400)
    begin(posting)
    rows = rows_of(posting)
    assert sorted(row.refused for row in rows.values()) == [False, False, True]
    assert not any(row.dirty for row in rows.values())
    assert len(people) == 3


def test_the_lane_of_a_process_that_died_is_freed_with_the_job_that_held_it(posting: Posting) -> None:
    first, second = accepted(posting, 2)
    rows = rows_of(posting)
    holder, held = rows[first[1].id], rows[second[1].id]
    desk = posting.desk
    desk.set(holder, dirty=False, sent_version=1)
    desk.set(held, claimed_until=desk.clock() + LEASE, claimed_by=f"{holder.id}:{holder.job}")
    desk.clock.advance(seconds=LEASE.total_seconds() + LATE)
    posting.at.poster.sweep()
    assert (POST_SCORE, holder.id, holder.job) in posting.jobs.cancelled
    assert (POST_SCORE, held.id, held.job) in {(job.job, job.key, job.number) for job in posting.jobs.waiting_jobs}
    posting.jobs.run()
    assert not rows_of(posting)[second[1].id].dirty


def test_a_platform_that_is_down_is_probed_and_not_stormed(posting: Posting) -> None:
    accepted(posting, 40)
    posting.at.server.stop()
    posting.jobs.run()
    calls = TROUBLES_UNTIL_PAUSE
    rows = posting.desk.rows()
    assert sum(row.fails for row in rows) == calls
    assert sum(row.last_error is None for row in rows) == 40 - calls
    tried = calls
    for _ in range(4):
        posting.desk.clock.advance(seconds=max(posting.delays()))
        posting.jobs.run(delayed=True)
        tried = sum(row.fails for row in posting.desk.rows())
    assert tried <= calls + 4 * MOODLE.max_parallel
    assert max(posting.delays()) <= LONGEST_PAUSE


def test_what_waited_for_a_platform_goes_out_as_soon_as_one_score_gets_through(posting: Posting) -> None:
    accepted(posting, 20)
    posting.at.server.stop()
    posting.jobs.run()
    for _ in range(6):
        posting.desk.clock.advance(seconds=max(posting.delays()))
        posting.jobs.run(delayed=True)
    posting.at.server.start()
    posting.desk.clock.advance(seconds=max(posting.delays()))
    begin(posting)
    posting.jobs.run()
    assert not any(row.dirty for row in posting.desk.rows())
    assert posting.at.asked(Service.SCORES) == 20


def test_a_process_learns_from_another_that_a_platform_works_again(posting: Posting) -> None:
    accepted(posting, 6)
    desk = posting.desk
    posting.at.server.stop()
    posting.jobs.run()
    posting.at.server.start()
    desk.clock.advance(seconds=1)
    untried = [job for job in posting.jobs.waiting_jobs if not row_of(posting, job).fails]
    posting.at.poster_with().post(untried[0].key, untried[0].number)
    assert posting.at.asked(Service.SCORES) == 1
    posting.at.poster.post(untried[1].key, untried[1].number)
    assert posting.at.asked(Service.SCORES) == 2
    assert not row_of(posting, untried[1]).dirty


def test_one_trouble_in_a_row_of_successes_pauses_nobody(posting: Posting) -> None:
    accepted(posting, 6)
    posting.at.school.faults.add(Service.SCORES, FaultKind.STATUS, status=502, every=3, times=2)
    posting.jobs.run()
    assert posting.at.asked(Service.SCORES) == 6
    assert sorted(row.last_error or "" for row in posting.desk.rows()) == ["", "", "", "", "http-502", "http-502"]
    assert max(posting.delays()) < FIRST_PAUSE


@pytest.mark.parametrize("people", [2, 12])
def test_a_line_item_of_many_is_read_for_everybody_at_once(posting: Posting, people: int) -> None:
    accepted(posting, people)
    begin(posting)
    assert not any(row.dirty or not row.checked for row in posting.desk.rows())
    assert posting.at.asked(Service.RESULTS) <= 5


def test_a_grade_changed_by_hand_is_found_among_those_that_are_read_at_once(posting: Posting) -> None:
    people = accepted(posting, 8)
    override(posting.at.school, posting.at.item, people[5][0].id, final=40)
    begin(posting)
    rows = rows_of(posting)
    assert [account.id for _person, account in people if rows[account.id].refused] == [people[5][1].id]
    assert rows[people[5][1].id].last_error == "changed-in-lms"
    assert posting.at.shown(people[5][0])[0] == 40
