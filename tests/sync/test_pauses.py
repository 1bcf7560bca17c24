"""Pauses: how a platform that is in trouble is left alone, and how it is found to work again."""

from datetime import timedelta

import pytest

from lti_tool.advantage.scores import Posted, PostResult
from lti_tool.sync.codes import INTERNAL
from lti_tool.sync.pauses import FIRST_PAUSE, LONGEST_PAUSE, PROBE, TROUBLES_UNTIL_PAUSE, Pauses
from tests.clock import FakeClock

LMS, OTHER = "lms", "other"
DOWN = Posted(PostResult.LATER, "unreachable")
TAKEN = Posted(PostResult.ACCEPTED, "http-200")
NOTHING = timedelta(0)


@pytest.fixture
def pauses(clock: FakeClock) -> Pauses:
    return Pauses(clock, lambda: 1.0)


def fail(pauses: Pauses, times: int = TROUBLES_UNTIL_PAUSE) -> None:
    for _ in range(times):
        pauses.note(LMS, DOWN)


def test_what_fails_together_with_what_began_the_pause_does_not_make_it_longer(pauses: Pauses) -> None:
    fail(pauses, TROUBLES_UNTIL_PAUSE + 8)
    assert pauses.left(LMS) == timedelta(seconds=FIRST_PAUSE)


def test_each_probe_that_fails_doubles_the_pause_up_to_a_limit(pauses: Pauses, clock: FakeClock) -> None:
    fail(pauses)
    lengths: list[float] = []
    for _ in range(9):
        lengths.append(pauses.left(LMS).total_seconds())
        clock.advance(seconds=lengths[-1])
        assert pauses.enter(LMS) == NOTHING
        fail(pauses, 1)
    assert lengths[:4] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE, 8 * FIRST_PAUSE]
    assert max(lengths) == lengths[-1] == LONGEST_PAUSE


def test_after_a_pause_one_goes_ahead_and_the_others_wait_for_what_it_finds(pauses: Pauses, clock: FakeClock) -> None:
    fail(pauses)
    clock.advance(seconds=FIRST_PAUSE)
    assert pauses.enter(LMS) == NOTHING
    assert [pauses.enter(LMS), pauses.left(LMS)] == [PROBE, PROBE]
    assert pauses.note(LMS, TAKEN)
    assert pauses.enter(LMS) == pauses.enter(LMS) == NOTHING


def test_a_probe_of_which_nothing_is_heard_holds_nobody_up_for_ever(pauses: Pauses, clock: FakeClock) -> None:
    fail(pauses)
    clock.advance(seconds=FIRST_PAUSE)
    pauses.enter(LMS)
    clock.advance(seconds=PROBE.total_seconds())
    assert pauses.enter(LMS) == NOTHING


def test_a_mistake_of_our_own_says_nothing_about_the_platform(pauses: Pauses, clock: FakeClock) -> None:
    fail(pauses)
    assert not pauses.note(LMS, Posted(PostResult.LATER, INTERNAL))
    assert pauses.left(LMS) == timedelta(seconds=FIRST_PAUSE)
    clock.advance(seconds=FIRST_PAUSE)
    pauses.enter(LMS)
    pauses.note(LMS, Posted(PostResult.LATER, INTERNAL))
    assert pauses.enter(LMS) == NOTHING


def test_a_platform_that_asks_to_wait_is_left_alone_as_long_as_it_asks(pauses: Pauses, clock: FakeClock) -> None:
    pauses.note(LMS, Posted(PostResult.LATER, "http-429", 90))
    assert (pauses.left(LMS), pauses.left(OTHER)) == (timedelta(seconds=90), NOTHING)
    assert pauses.failed_at(LMS) is None
    clock.advance(seconds=90)
    assert pauses.enter(LMS) == pauses.enter(LMS) == NOTHING


def test_a_pause_is_lifted_when_somebody_else_got_through(pauses: Pauses, clock: FakeClock) -> None:
    fail(pauses)
    assert pauses.failed_at(LMS) == clock()
    pauses.lift(LMS)
    assert (pauses.left(LMS), pauses.failed_at(LMS)) == (NOTHING, None)
