"""What can happen to people, activities, a course and a site: each has its state, and no outcome gets lost or wrong."""

from dataclasses import replace

import pytest

from lti_tool.moodle import problems
from lti_tool.platforms.models import Platform, PlatformStatus
from mappings.activities import Counts
from mappings.progress import OutcomeState
from moodle_client import Function
from tests.moodle.desk import Desk
from tests.moodle_client.recorded_moodle import Drop, Replay, Reply


def forget(desk: Desk, function: Function) -> None:
    """Let the token's service lose a function."""
    account = desk.moodle.accounts[desk.moodle.token]
    desk.moodle.accounts[desk.moodle.token] = replace(account, functions=account.functions - {function})


@pytest.mark.parametrize("may_tell", [True, False])
def test_who_is_suspended_or_leaves_keeps_all_there_is(desk: Desk, may_tell: bool) -> None:
    desk.living.reviews_enrolments = may_tell
    zoe, noor = desk.participant(11), desk.participant(12)
    desk.living.add(5, kind="page")
    desk.map(1)
    desk.map(5, "schoolscan", Counts.COMPLETED)
    for user in (11, 12):
        desk.living.hand_in(1, user)
        desk.living.complete(5, user)
    desk.read()
    desk.living.people[11].suspended = True
    del desk.living.people[12]
    desk.read()
    assert {row.state for row in desk.natives()} == {"left"}
    assert {row.complete for row in desk.natives() if row.submitted_at is None} == {True}
    for enrolment in (zoe, noor):
        assert desk.submission(enrolment).state == OutcomeState.SUBMITTED
        assert desk.submission(enrolment, "schoolscan").state == OutcomeState.SUBMITTED
    desk.living.people[11].suspended = False
    desk.living.enrol(12)
    desk.read()
    assert {row.state for row in desk.natives()} == {"imported"}
    assert [len(desk.versions(one)) for one in (zoe, noor)] == [1, 1]


@pytest.mark.parametrize("may_tell", [True, False])
def test_what_was_handed_in_before_somebody_left_is_not_lost(desk: Desk, may_tell: bool) -> None:
    desk.living.reviews_enrolments = may_tell
    zoe = desk.participant(11)
    desk.map(1)
    desk.living.hand_in(1, 11, "Nog net op tijd")
    del desk.living.people[11]
    desk.read()
    desk.read()
    assert (desk.texts(zoe), desk.states()) == (["Nog net op tijd"], {11: "left"})


def test_moodles_word_accepts_nothing_of_who_left(desk: Desk) -> None:
    zoe = desk.participant(11)
    desk.map(1, counts=Counts.GRADED, needs_trainer=False)
    desk.living.hand_in(1, 11)
    desk.living.grade(1, 11, 80)
    del desk.living.people[11]
    desk.read()
    assert (desk.submission(zoe).state, desk.states()) == (OutcomeState.SUBMITTED, {11: "left"})


def test_who_left_before_ever_launching_and_comes_back_is_brought_here(desk: Desk) -> None:
    desk.participant(11, launched=False)
    desk.map(1)
    desk.living.hand_in(1, 11, "Toch nog")
    desk.read()
    del desk.living.people[11]
    desk.read()
    assert desk.states() == {11: "left"}
    zoe = desk.participant(11)
    desk.read()
    assert (desk.states(), desk.texts(zoe)) == ({11: "imported"}, ["Toch nog"])


def test_who_comes_back_while_the_activity_is_gone_is_not_read_over_and_over(desk: Desk) -> None:
    desk.participant(11, launched=False)
    desk.map(1)
    desk.living.hand_in(1, 11)
    desk.read()
    del desk.living.people[11]
    desk.read()
    desk.living.activities[1].exists = False
    desk.participant(11)
    desk.read()
    assert (desk.states(), len(desk.moodle.seen), desk.jobs.waiting_jobs) == ({11: "waiting"}, 4, [])
    desk.read()
    assert len(desk.moodle.seen) == 2


def test_a_deleted_activity_keeps_what_was_read_of_it(desk: Desk) -> None:
    zoe = desk.participant(11)
    mapping = desk.map(1)
    desk.living.hand_in(1, 11)
    desk.read()
    desk.living.activities[1].exists = False
    row = desk.read()
    assert (row.problem, desk.mapping(mapping).state) == (None, "gone")
    desk.read(after=60 * 25)
    assert (desk.states(), len(desk.versions(zoe))) == ({11: "imported"}, 1)


def test_an_activity_that_the_account_may_not_see_any_more_keeps_what_was_read_of_it(desk: Desk) -> None:
    zoe = desk.participant(11)
    desk.living.add(5, kind="quiz")
    mapping, quiz = desk.map(1), desk.map(5, "schoolscan", Counts.COMPLETED)
    desk.living.hand_in(1, 11)
    desk.living.complete(5, 11)
    desk.read()
    desk.living.activities[1].seen = desk.living.activities[5].seen = False
    desk.read(after=60 * 25)
    assert (desk.mapping(mapping).state, desk.mapping(quiz).state) == ("unseen", "unseen")
    assert ({row.state for row in desk.natives()}, len(desk.versions(zoe))) == ({"imported"}, 1)
    desk.living.activities[1].seen = True
    desk.living.hand_in(1, 11, "Weer te zien")
    desk.read()
    assert (desk.mapping(mapping).state, len(desk.versions(zoe))) == ("ok", 2)


def test_a_hidden_activity_still_counts(desk: Desk) -> None:
    zoe = desk.participant(11)
    mapping = desk.map(1)
    desk.living.activities[1].visible = False
    desk.living.hand_in(1, 11)
    desk.read()
    assert (desk.mapping(mapping).state, len(desk.versions(zoe))) == ("hidden", 1)


def test_blind_marking_hides_names_there_and_the_work_finds_its_maker_here(desk: Desk) -> None:
    zoe = desk.participant(11)
    desk.living.add(1, blind=True)
    desk.map(1)
    desk.living.hand_in(1, 11)
    assert desk.read().marks["blind"] == [1]
    assert len(desk.versions(zoe)) == 1


def test_a_user_whose_completion_moodle_cannot_compute_holds_nobody_up(desk: Desk) -> None:
    noor = desk.participant(12)
    desk.participant(11)
    desk.living.people[11].broken = True
    desk.living.add(5, kind="page")
    desk.map(5, counts=Counts.COMPLETED)
    desk.living.complete(5, 12)
    row = desk.read()
    assert (row.problem, len(desk.versions(noor))) == (None, 1)
    desk.read()
    assert len(desk.moodle.seen) == 2
    desk.living.people[11].broken = False
    desk.living.complete(5, 11)
    desk.read(after=60 * 25)
    assert desk.states() == {11: "imported", 12: "imported"}


def test_when_the_account_may_not_see_completion_the_rest_is_read_all_the_same(desk: Desk) -> None:
    desk.living.sees_progress = False
    zoe = desk.participant(11)
    for user in range(20, 50):
        desk.living.enrol(user)
    desk.living.add(5, kind="page")
    desk.map(1)
    desk.map(5, "schoolscan", Counts.COMPLETED)
    desk.living.hand_in(1, 11)
    row = desk.read()
    assert (row.problem, row.synced_at, len(desk.versions(zoe))) == (problems.NOT_ALLOWED, None, 1)
    assert len(desk.moodle.seen) < 8
    assert desk.site().problem is None
    desk.living.sees_progress = True
    assert desk.read().problem is None


def test_a_course_that_is_gone_is_left_alone_for_longer_and_longer(desk: Desk) -> None:
    zoe = desk.participant(11)
    desk.map(1)
    desk.living.hand_in(1, 11)
    desk.read()
    desk.living.gone = True
    row = desk.read()
    assert (row.problem, desk.site().problem) == (problems.COURSE_GONE, None)
    assert asked(desk, hours=24) <= 6
    assert (len(desk.versions(zoe)), desk.states()) == (1, {11: "imported"})


def test_a_revoked_token_is_not_hammered_and_a_new_one_goes_on(desk: Desk) -> None:
    zoe = desk.participant(11)
    desk.map(1)
    account = desk.moodle.accounts.pop(desk.moodle.token)
    row = desk.read()
    assert (row.problem, desk.site().problem) == (problems.TOKEN_REFUSED, problems.TOKEN_REFUSED)
    assert asked(desk, hours=24) <= 6
    desk.living.hand_in(1, 11)
    desk.moodle.accounts["0123456789abcdef0123456789abcdef"] = account
    desk.sites.connect(desk.platform.id, "0123456789abcdef0123456789abcdef")
    row = desk.read(after=1)
    assert (row.problem, desk.site().problem, len(desk.versions(zoe))) == (None, None, 1)


def test_a_token_that_is_revoked_half_way_leaves_what_was_read(desk: Desk) -> None:
    zoe = desk.participant(11)
    desk.living.add(5, kind="page")
    for user in range(100, 320):
        desk.living.enrol(user)
    desk.map(1)
    desk.map(5, "schoolscan", Counts.COMPLETED)
    desk.living.hand_in(1, 11)
    desk.living.complete(5, 11)
    desk.read()
    desk.living.hand_in(1, 11, "Nieuw")
    desk.moodle.seen.clear()
    desk.moodle.fail_with(None, None, Replay("invalid token"))
    row = desk.read()
    assert (row.problem, desk.site().problem) == (problems.TOKEN_REFUSED, problems.TOKEN_REFUSED)
    assert [len(desk.versions(zoe)), len(desk.versions(zoe, "schoolscan"))] == [1, 1]
    desk.moodle.fail_with()
    desk.sites.connect(desk.platform.id, desk.moodle.token)
    assert desk.read().problem is None
    assert len(desk.versions(zoe)) == 2


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (Reply(503, b"<html>Even geduld</html>", {"Content-Type": "text/html"}), problems.MAINTENANCE),
        (Reply(502, b"<html>Bad gateway</html>", {"Content-Type": "text/html"}), problems.UNREACHABLE),
        (Drop(), problems.UNREACHABLE),
        (Reply(403), problems.SERVICES_OFF),
        (Reply(302, b"", {"Location": "https://elders.example"}), problems.WRONG_ADDRESS),
        (Reply(200, b"<html>Warning: something</html>", {"Content-Type": "text/html"}), problems.UNREACHABLE),
    ],
)
def test_a_site_in_trouble_slows_all_its_courses_and_loses_nothing(desk: Desk, fault: Reply, problem: str) -> None:
    zoe = desk.participant(11)
    desk.map(1)
    desk.living.hand_in(1, 11)
    desk.moodle.faults = lambda _number: fault
    row = desk.read()
    assert (row.problem, desk.site().problem) == (problem, problem)
    assert row.next_sync_at is not None
    assert row.next_sync_at >= (desk.site().paused_until or desk.clock())
    assert asked(desk, hours=6) <= 8 * 5
    desk.moodle.faults = lambda _number: None
    desk.read(after=60 * 7)
    assert (desk.row().problem, desk.site().problem, len(desk.versions(zoe))) == (None, None, 1)


def test_a_function_that_is_missing_is_said_and_the_rest_goes_on(desk: Desk) -> None:
    zoe = desk.participant(11)
    desk.map(1)
    desk.living.hand_in(1, 11)
    forget(desk, Function.CONTENTS)
    row = desk.read()
    assert (row.problem, len(desk.versions(zoe))) == (problems.FUNCTION_MISSING, 1)
    desk.living.hand_in(1, 11, "Meer")
    desk.read()
    assert len(desk.versions(zoe)) == 2


def test_without_the_function_for_batches_everything_is_read_one_by_one(desk: Desk) -> None:
    zoe = desk.participant(11)
    desk.map(1)
    desk.living.hand_in(1, 11)
    forget(desk, Function.BATCH)
    assert desk.read().problem is None
    assert len(desk.versions(zoe)) == 1


def test_a_platform_without_a_token_or_switched_off_is_not_called(desk: Desk) -> None:
    desk.participant(11)
    desk.map(1)
    with desk.database.session() as session:
        session.get_one(Platform, desk.platform.id).status = PlatformStatus.DISABLED
    assert (desk.read().problem, desk.moodle.seen) == (problems.PLATFORM_DISABLED, [])
    with desk.database.session() as session:
        session.get_one(Platform, desk.platform.id).status = PlatformStatus.ACTIVE
    desk.sites.disconnect(desk.platform.id)
    assert (desk.read(after=600).problem, desk.moodle.seen) == (problems.NOT_CONNECTED, [])
    desk.sites.connect(desk.platform.id, desk.moodle.token)
    assert desk.read().problem is None


def asked(desk: Desk, *, hours: int) -> int:
    """Let so many hours pass, with a sweep every half hour; return how many requests the Moodle had."""
    count = 0
    for _ in range(hours * 2):
        desk.read(after=30)
        count += len(desk.moodle.seen)
    return count
