"""Under what the launches are measured: how many at once, how fast the school is, how long a person stays there."""

from dataclasses import dataclass
from typing import Final

from benchmarks.launches.load import LEARNERS, Load


@dataclass(frozen=True)
class Condition:
    """One part of the table.

    Args:
        key: for the command line and for programs.
        title: for people.
        load: one round of it.
        once: it is played once, with the last of the chosen ways of each side.
    """

    key: str
    title: str
    load: Load
    once: bool = False


CROWD_SIZE = 600
ALONE: Final = Condition("1", "1 at once", Load(1, seconds=1.0))
EIGHT: Final = Condition("8", "8 at once", Load(8, seconds=2.0))
MANY: Final = Condition("32", "32 at once", Load(32, seconds=1.5))
SLOW: Final = Condition("8-slow", "8 at once, the platform takes 100 ms", Load(8, seconds=1.5, platform_ms=100))
CROWD: Final = Condition(
    "crowd",
    f"{CROWD_SIZE} newcomers at once, 3 s each at the platform",
    Load(CROWD_SIZE, launches=CROWD_SIZE, hold_seconds=3.0, first_person=LEARNERS, people=CROWD_SIZE),
    once=True,
)
ALL: Final = (ALONE, EIGHT, SLOW, MANY, CROWD)
QUICK: Final = (EIGHT, SLOW)


def warm_up(platform_ms: int) -> Load:
    """Return what is played before anything is measured: everybody who comes back has been there once."""
    return Load(8, launches=LEARNERS, platform_ms=platform_ms)
