"""The run: every side is started once, then all are played in turn, round by round, so that a busy moment hits all alike."""

from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack

from benchmarks.launches.children import NotStarted
from benchmarks.launches.fetching import FETCHED
from benchmarks.launches.sides import Missing
from benchmarks.moodle.conditions import Condition
from benchmarks.moodle.results import Measured, Results
from benchmarks.moodle.sides import Way, openings
from benchmarks.moodle.site import Site, site
from benchmarks.moodle.work import Course

Say = Callable[[str], None]
WARM = Course(5)


def measure(conditions: Sequence[Condition], only: Collection[str], rounds: int, say: Say) -> Results:
    """Start the sides, play all rounds and return what was measured.

    Args:
        only: keys of the ways to play; all when empty.
        rounds: how often each condition is played with each way.
        say: takes a line about how far it is.
    """
    FETCHED.mkdir(exist_ok=True)
    skipped: list[str] = []
    with ExitStack() as stack:
        there = stack.enter_context(site())
        ways: list[Way] = []
        for opening in openings():
            if only and not set(opening.keys) & set(only):
                continue
            say(f"starting {opening.name} …")
            try:
                started = stack.enter_context(opening.start())
                for way in started:
                    way.read(there, WARM)
            except (Missing, NotStarted) as error:
                skipped.append(f"{opening.name}: {error}")
                say(f"not measured: {skipped[-1]}")
                continue
            ways += [way for way in started if not only or way.key in only]
        results = Results(ways, conditions, skipped)
        play_rounds(there, rounds, results, say)
        return results


def play_rounds(there: Site, rounds: int, results: Results, say: Say) -> None:
    """Play everything that `results` has ways and conditions for, and add it there.

    Args:
        rounds: how often each condition is played with each way.
        say: takes a line about how far it is.
    """
    for number in range(rounds):
        # every other round backwards, so that nobody always comes after the same neighbour
        order = results.ways if number % 2 == 0 else results.ways[::-1]
        for condition in (one for one in results.conditions if number == 0 or not one.once):
            say(f"round {number + 1} of {rounds}: {condition.title} …")
            for way in order:
                there.tally()
                played = way.read(there, condition.course)
                results.add(way.key, condition.key, Measured(played, there.tally()))
