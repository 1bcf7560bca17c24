"""The run: every side is started once, then all are played in turn, round by round, so that a busy moment hits all alike."""

import tempfile
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.launches.children import NotStarted
from benchmarks.launches.fetching import FETCHED
from benchmarks.launches.sides import Missing
from benchmarks.scores import beside, connectors, outbox
from benchmarks.scores.platform import Platform, platform
from benchmarks.scores.results import Condition, Measured, Results
from benchmarks.scores.sides import Opening, Way
from benchmarks.scores.work import Fault, Terms, scores, together
from tests.postgresql import PostgresqlMissing

Say = Callable[[str], None]
WARM = 100
PATIENCE_SECONDS = 120.0
"""How long a delivery may take before it is given up."""
SILENT_SECONDS = 10.0
"""The same for who waits without end: no answer comes any more."""


def all_openings() -> tuple[Opening, ...]:
    """Return all sides, ours first."""
    return (*connectors.openings(), *outbox.openings(), *beside.openings())


def measure(conditions: Sequence[Condition], only: Collection[str], rounds: int, say: Say) -> Results:
    """Start the sides, play all rounds and return what was measured.

    Args:
        only: keys of the ways to play; all when empty.
        rounds: how often each condition without faults is played with each way.
        say: takes a line about how far it is.
    """
    FETCHED.mkdir(exist_ok=True)
    skipped: list[str] = []
    with ExitStack() as stack:
        there = stack.enter_context(platform())
        ways: list[Way] = []
        for opening in all_openings():
            if only and not set(opening.keys) & set(only):
                continue
            say(f"starting {opening.name} …")
            # not in /tmp, which may be memory: what is measured waits for a disk
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=FETCHED)))
            try:
                started = stack.enter_context(opening.start(folder))
            except (Missing, NotStarted, PostgresqlMissing) as error:
                skipped.append(f"{opening.name}: {error}")
                say(f"not measured: {skipped[-1]}")
                continue
            chosen = [way for way in started if not only or way.key in only]
            play(there, chosen[0], Terms(0), WARM)
            ways += chosen
        results = Results(ways, conditions, skipped)
        play_rounds(there, rounds, results, say)
        return results


def play_rounds(there: Platform, rounds: int, results: Results, say: Say) -> None:
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
                if count := way.count(condition.terms):
                    results.add(way.key, condition.key, play(there, way, condition.terms, count))


def play(there: Platform, way: Way, terms: Terms, count: int) -> Measured:
    """Deliver so many scores once, to platforms of their own."""
    work = scores(count)
    ports = [there.open(terms) for _ in range(way.platforms)]
    patience = PATIENCE_SECONDS if way.times_out or terms.fault is not Fault.SILENT else SILENT_SECONDS
    played = way.deliver([f"http://127.0.0.1:{port}" for port in ports], work, patience)
    tally = together([there.close(port) for port in ports])
    return Measured(count, tally.lost(work), played, tally)
