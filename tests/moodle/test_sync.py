"""When a course is read, by how many requests, by whom, and what a worker that comes back late may still do."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from lti_tool.courses.models import Account
from lti_tool.launch.claims import MessageType
from lti_tool.launch.service import Launch
from lti_tool.moodle.arriving import MoodleArrivals
from lti_tool.moodle.course_rows import SYNC_MOODLE
from lti_tool.moodle.models import MoodleCourse, NativeWork
from lti_tool.moodle.problems import PASSES
from lti_tool.platforms.service import info_of
from lti_tool.training.models import Enrolment
from mappings.activities import Counts
from mappings.loading import load_trainings
from mappings.roles import Role
from tests.moodle.desk import MINUTES, Desk
from tests.moodle_client.recorded_moodle import Cut, Drop, Fault, Reply
from tests.recording_jobs import RecordingJobs

KEYS = [assignment.key for assignment in load_trainings()["icc-vo"].assignments]


def furnish(desk: Desk, people: int, activities: int = 8) -> None:
    """Let so many people be in the course, all of whom did something in each of so many activities."""
    for user in range(100, 100 + people):
        desk.living.enrol(user)
    for cm_id in range(1, activities + 1):
        counts = (Counts.SUBMITTED, Counts.COMPLETED, Counts.GRADED)[cm_id % 3]
        desk.map(cm_id, KEYS[(cm_id - 1) % len(KEYS)] + ("" if cm_id <= len(KEYS) else f"-{cm_id}"), counts)
        for user in range(100, 100 + people):
            desk.living.hand_in(cm_id, user)
            desk.living.complete(cm_id, user)


@pytest.mark.parametrize(("people", "requests"), [(30, 2), (190, 3)])
def test_a_course_of_eight_activities_takes_few_requests(desk: Desk, people: int, requests: int) -> None:
    furnish(desk, people)
    desk.read()
    assert len(desk.moodle.seen) == requests
    assert len(desk.natives()) == people * 8
    desk.read()
    assert len(desk.moodle.seen) == requests


def test_a_course_is_read_every_so_many_minutes_and_never_when_there_is_nothing_in_it(desk: Desk) -> None:
    desk.read()
    assert (desk.moodle.seen, desk.row().next_sync_at) == ([], None)
    desk.map(1)
    desk.read(after=0)
    assert desk.row().next_sync_at == desk.clock() + timedelta(minutes=MINUTES)
    desk.read(after=MINUTES - 1)
    assert desk.moodle.seen == []
    desk.read(after=1)
    assert len(desk.moodle.seen) == 2


def test_when_only_somebody_asks_nothing_is_read_by_itself(desk: Desk) -> None:
    desk.map(1)
    desk.sync = desk.new_sync(minutes=0)
    desk.read()
    assert desk.moodle.seen == []
    with desk.database.session() as session:
        assert desk.sync.ask(session, desk.course.id)
    desk.jobs.run()
    assert (len(desk.moodle.seen), desk.row().next_sync_at) == (2, None)


def test_who_asks_is_not_held_up_by_what_went_wrong_before_and_does_not_hammer(desk: Desk) -> None:
    desk.map(1)
    account = desk.moodle.accounts.pop(desk.moodle.token)
    desk.read()
    desk.moodle.accounts[desk.moodle.token] = account
    with desk.database.session() as session:
        assert desk.sync.ask(session, desk.course.id)
    desk.jobs.run()
    assert (desk.row().problem, desk.site().problem) == (None, None)
    with desk.database.session() as session:
        assert not desk.sync.ask(session, desk.course.id)


def test_a_worker_that_comes_back_late_writes_nothing(desk: Desk) -> None:
    zoe = desk.participant(11)
    desk.map(1)
    desk.living.hand_in(1, 11, "Oud")
    desk.sync.sweep()
    desk.clock.advance(minutes=MINUTES)
    desk.sync.sweep()
    (late,) = desk.jobs.waiting_jobs
    desk.jobs.waiting_jobs.clear()

    def overtake() -> None:
        """As it reads, its lease runs out and another worker reads what is new."""
        desk.moodle.arrived = lambda: None
        desk.clock.advance(minutes=20)
        desk.sync.sweep()
        desk.jobs.run()

    desk.moodle.arrived = overtake
    desk.sync.sync(late.key, late.number)
    assert desk.texts(zoe) == ["Oud"]
    assert desk.row().problem is None
    assert desk.row().claimed_until is None


def test_the_same_job_twice_reads_once(desk: Desk) -> None:
    desk.map(1)
    desk.read()
    job = desk.row().job
    desk.moodle.seen.clear()
    desk.sync.sync(desk.course.id, job)
    desk.sync.sync(desk.course.id, job - 1)
    assert desk.moodle.seen == []


def test_workers_that_overtake_each_other_all_the_time_leave_each_version_once(desk: Desk) -> None:
    people = [desk.participant(user) for user in range(11, 31)]
    mapping = desk.map(1, needs_trainer=False)
    desk.map(2, KEYS[1], Counts.COMPLETED)

    def work(_number: int) -> None:
        """Sweep with jobs of one's own, so that each takes the course from the other whenever it is free."""
        jobs = RecordingJobs()
        sync = desk.new_sync(jobs=jobs)
        for _ in range(4):
            with desk.database.session() as session:
                row = session.get_one(MoodleCourse, desk.course.id, with_for_update=True)
                # as if the lease of whoever reads had run out
                row.next_sync_at, row.claimed_until = desk.clock(), None
            sync.sweep()
            jobs.run()

    for round_ in range(2):
        for user in range(11, 31):
            desk.living.hand_in(1, user, f"Ronde {round_} van {user}")
            desk.living.complete(2, user)
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(work, range(3)))
        desk.read()
    for user, enrolment in zip(range(11, 31), people, strict=True):
        assert desk.texts(enrolment) == [f"Ronde 0 van {user}", f"Ronde 1 van {user}"]
        assert len(desk.versions(enrolment, KEYS[1])) == 2
    assert {row.state for row in desk.natives() if row.mapping_id == mapping.id} == {"differs"}
    assert len(desk.reviews()) == len(people)
    assert desk.row().problem is None


def test_a_reading_whose_worker_died_is_done_again_once_its_lease_ran_out(desk: Desk) -> None:
    zoe = desk.participant(11)
    desk.map(1)
    desk.living.hand_in(1, 11)
    with desk.database.session() as session:
        row = session.get_one(MoodleCourse, desk.course.id)
        row.next_sync_at, row.job, row.claimed_until = desk.clock(), 7, desk.clock() + timedelta(minutes=5)
    desk.read(after=4)
    assert (desk.moodle.seen, desk.row().job) == ([], 7)
    desk.read(after=2)
    assert (len(desk.versions(zoe)), desk.row().job) == (1, 8)
    assert (SYNC_MOODLE, desk.course.id, 7) in desk.jobs.cancelled


def test_the_first_launch_of_somebody_whose_work_waits_brings_it_at_once(desk: Desk) -> None:
    desk.participant(11, launched=False)
    desk.map(1)
    desk.living.hand_in(1, 11, "Wachtte al")
    desk.read()
    zoe = desk.launch(11)
    follow(desk, 11)
    desk.jobs.run()
    assert (desk.texts(zoe), desk.states()) == (["Wachtte al"], {11: "imported"})


def test_other_launches_cause_nothing(desk: Desk) -> None:
    desk.participant(11)
    desk.participant(12)
    desk.map(1)
    desk.living.hand_in(1, 11)
    desk.read()
    for user in (11, 12, 7):
        follow(desk, user)
    assert desk.jobs.waiting_jobs == []


def test_a_launch_while_the_course_is_read_has_it_read_again(desk: Desk) -> None:
    desk.participant(11, launched=False)
    desk.map(1)
    desk.living.hand_in(1, 11)
    desk.read()
    zoe: list[Enrolment] = []

    def launch_meanwhile() -> None:
        if not zoe:
            desk.clock.advance(seconds=1)
            zoe.append(desk.launch(11))
            follow(desk, 11)

    desk.moodle.arrived = launch_meanwhile
    desk.read()
    assert len(desk.versions(zoe[0])) == 1


def test_one_in_ten_connections_dropped_loses_nothing(desk: Desk) -> None:
    chance = random.Random(5)  # noqa: S311  # chance that can be repeated
    people = [desk.participant(user) for user in range(11, 41)]
    desk.map(1)
    desk.map(2, KEYS[1], Counts.COMPLETED)

    def weather(_number: int) -> Fault | None:
        bad: list[Fault] = [Drop(), Cut()]
        return chance.choice(bad) if chance.random() < 0.1 else None

    desk.moodle.faults = weather
    for some in range(0, 30, 3):
        for number in range(some, some + 3):
            desk.living.hand_in(1, 11 + number, f"Werk {number}")
            desk.living.complete(2, 11 + number)
        desk.read()
    desk.read(after=120)
    assert [desk.texts(one) for one in people] == [[f"Werk {number}"] for number in range(30)]
    assert [len(desk.versions(one, KEYS[1])) for one in people] == [1] * 30


def test_a_batch_that_fails_in_the_middle_is_read_in_pieces(desk: Desk) -> None:
    people = [desk.participant(user) for user in range(11, 41)]
    desk.map(2, counts=Counts.COMPLETED)
    for user in range(11, 41):
        desk.living.complete(2, user)
    desk.living.people[25].broken = True
    page = Reply(503, b"<html>Even geduld</html>", {"Content-Type": "text/html", "Retry-After": "1"})
    desk.moodle.fail_with(None, page, None)
    row = desk.read()
    assert row.problem is None or row.problem in PASSES
    desk.moodle.fail_with()
    desk.read(after=120)
    assert [len(desk.versions(one)) for one in people] == [int(user != 25) for user in range(11, 41)]


def test_nothing_is_called_within_a_transaction(desk: Desk) -> None:
    desk.participant(11)
    desk.map(1)
    desk.living.hand_in(1, 11)
    busy: list[bool] = []

    def look() -> None:
        with desk.database.session() as session:
            busy.append(session.scalar(select(NativeWork.user_id)) is not None)

    desk.moodle.arrived = look
    desk.read()
    assert busy == [False, False]


def follow(desk: Desk, user: int) -> None:
    """Let the room follow the launch of somebody who was in the course already."""
    with desk.database.session() as session:
        account = session.scalars(select(Account).where(Account.subject == str(user))).one()
        launch = Launch(
            message_type=MessageType.RESOURCE_LINK,
            platform=info_of(desk.platform),
            account_id=account.id,
            person_id=account.person_id,
            course_id=desk.course.id,
            placement_id=None,
            role=Role.TRAINER if user == 7 else Role.PARTICIPANT,
            custom={},
            deep_linking_id=None,
        )
        MoodleArrivals(desk.jobs, desk.clock).catch_up(session, launch)
