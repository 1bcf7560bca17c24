"""Calls that take too long."""

import threading
from collections.abc import Iterator

import pytest

from lti_tool.deadlines import Deadlines

LONG = 600.0
SOON = 0.05
PATIENCE = 30.0


@pytest.fixture
def soon() -> Iterator[Deadlines]:
    """Every call is late after a moment."""
    deadlines = Deadlines(SOON)
    yield deadlines
    deadlines.stop()


def test_a_call_that_takes_too_long_is_told(soon: Deadlines) -> None:
    told = threading.Event()
    soon.begin(told.set)
    assert told.wait(PATIENCE)


def test_a_call_that_is_over_is_left_alone_whoever_is_late_before_and_after_it(soon: Deadlines) -> None:
    told: list[str] = []
    last = threading.Event()
    soon.begin(lambda: told.append("first"))
    over = soon.begin(lambda: told.append("over"))
    soon.end(over)
    soon.begin(last.set)
    assert last.wait(PATIENCE)
    assert told == ["first"]


def test_a_call_that_begins_long_after_the_others_is_watched_too(soon: Deadlines) -> None:
    for _ in range(3):
        told = threading.Event()
        soon.begin(told.set)
        assert told.wait(PATIENCE)


def test_calls_are_watched_by_one_thread_and_nothing_is_kept_of_those_that_are_over() -> None:
    before = threading.active_count()
    deadlines = Deadlines(LONG)
    begun = [deadlines.begin(lambda: None) for _ in range(5)]
    assert threading.active_count() - before <= 1
    for one in reversed(begun):
        deadlines.end(one)
    assert len(deadlines) == 0
    deadlines.stop()


def test_after_a_stop_it_watches_again_as_soon_as_there_is_a_call(soon: Deadlines) -> None:
    soon.begin(lambda: None)
    soon.stop()
    told = threading.Event()
    soon.begin(told.set)
    assert told.wait(PATIENCE)
