"""The run: every side is started once, then all are played in turn, round by round, so that a busy moment hits all alike."""

import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa

from benchmarks.keys import private_pem
from benchmarks.launches import beside, ours
from benchmarks.launches.children import NotStarted
from benchmarks.launches.conditions import Condition, warm_up
from benchmarks.launches.driver import Driver, driver
from benchmarks.launches.fetching import FETCHED
from benchmarks.launches.load import Load, Played
from benchmarks.launches.results import Measured, Results
from benchmarks.launches.school import LATENCIES, School, school
from benchmarks.launches.sides import Missing, Opening, Side, Way
from benchmarks.launches.token import jwks
from benchmarks.launches.usage import cpu_seconds
from tests.postgresql import PostgresqlMissing

Say = Callable[[str], None]


@dataclass(frozen=True)
class Arena:
    """The driver and the school; plays a way of a side under a load."""

    driver: Driver
    school: School

    def play(self, side: Side, way: Way, load: Load) -> Measured:
        """Play a round."""
        before = cpu_seconds(side.roots)
        played = self._play(way, load)
        return Measured(played, cpu_seconds(side.roots) - before)

    def warm(self, side: Side) -> None:
        """Let everybody be there once, in every way, at every latency of the school."""
        for way in side.ways:
            for latency in LATENCIES:
                self._play(way, warm_up(latency))

    def _play(self, way: Way, load: Load) -> Played:
        return self.driver.play(way.tool, self.school.issuer(load.platform_ms), load)


@contextmanager
def arena() -> Iterator[Arena]:
    """Start the driver and the school, each in its own process."""
    key = rsa.generate_private_key(65537, 2048)
    with school(jwks(key)) as there, driver(private_pem(key)) as playing:
        yield Arena(playing, there)


def all_openings() -> tuple[Opening, ...]:
    """Return all sides, ours first."""
    return (*ours.openings(), *beside.openings())


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
        play = stack.enter_context(arena())
        sides: list[Side] = []
        for opening in all_openings():
            if only and not set(opening.keys) & set(only):
                continue
            say(f"starting {opening.name} …")
            # not in /tmp, which may be memory: what is measured waits for a disk
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=FETCHED)))
            try:
                side = stack.enter_context(opening.start(play.school, folder))
            except (Missing, NotStarted, PostgresqlMissing) as error:
                skipped.append(f"{opening.name}: {error}")
                say(f"not measured: {skipped[-1]}")
                continue
            play.warm(side)
            sides.append(side)
        chosen = {side: [way for way in side.ways if not only or way.key in only] for side in sides}
        results = Results([way for ways in chosen.values() for way in ways], conditions, skipped)
        play_rounds(play, chosen, rounds, results, say)
        return results


def play_rounds(play: Arena, chosen: Mapping[Side, Sequence[Way]], rounds: int, results: Results, say: Say) -> None:
    """Play everything that `results` has conditions for, and add it there.

    Args:
        chosen: running sides, with the ways that are played of each.
        rounds: how often each condition is played with each way.
        say: takes a line about how far it is.
    """
    pairs = [(side, way) for side, ways in chosen.items() for way in ways]
    for number in range(rounds):
        say(f"round {number + 1} of {rounds} …")
        # every other round backwards, so that nobody always comes after the same neighbour
        order = pairs if number % 2 == 0 else pairs[::-1]
        for condition in (one for one in results.conditions if not one.once):
            for side, way in order:
                results.add(way.key, condition.key, play.play(side, way, condition.load))
    for condition in (one for one in results.conditions if one.once):
        for side, ways in chosen.items():
            say(f"{condition.title}: {ways[-1].name} …")
            results.add(ways[-1].key, condition.key, play.play(side, ways[-1], condition.load))
