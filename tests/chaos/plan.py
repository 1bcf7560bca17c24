"""How much of everything: changes, kills, crashes, for how long."""

from dataclasses import dataclass

from mappings.loading import load_trainings
from tests.builders import TRAINING

ASSIGNMENTS = tuple(assignment.key for assignment in load_trainings()[TRAINING].assignments)


@dataclass(frozen=True)
class Plan:
    """One run.

    Args:
        seed: of everything that is left to chance: what the school does wrong and when, who is killed and when.
        people: participants; each has work for every assignment.
        versions: how often the outcome of each piece of work changes.
        seconds: over which the changes are spread; the school misbehaves until the last one is made.
        kills: how many processes are killed with -9.
        webs, workers: processes on PostgreSQL; on SQLite there is one.
        patience: seconds after the end of all misbehaviour within which everything has arrived.
    """

    seed: int
    people: int = 12
    versions: int = 10
    seconds: float = 60.0
    kills: int = 10
    webs: int = 2
    workers: int = 2
    patience: float = 600.0

    @property
    def changes(self) -> int:
        """How many outcomes change in all."""
        return self.people * len(ASSIGNMENTS) * self.versions


def short(seed: int) -> Plan:
    """Return a plan for the tests."""
    return Plan(seed, people=3, versions=4, seconds=4.0, kills=2, webs=1, workers=1, patience=240.0)
