"""What is to be known: who of a course completed which of its activities. Everything here travels between processes."""

from dataclasses import dataclass
from typing import Final

ACTIVITIES: Final = 8
"""Activities with completion in the course."""
FIRST_USER: Final = 1000


@dataclass(frozen=True)
class Course:
    """A course on a Moodle that takes a while for each answer.

    Args:
        people: how many take part.
        latency_ms: how long each answer takes, whatever it holds.
    """

    people: int
    latency_ms: int = 0

    def users(self) -> range:
        """The ids of who takes part."""
        return range(FIRST_USER, FIRST_USER + self.people)


def completed(user: int, cm_id: int) -> bool:
    """Whether somebody completed an activity: a third of all, spread so that no two people in a row are alike."""
    return (user + cm_id) % 3 == 0


Known = dict[int, dict[int, bool]]
"""Users to activities to whether they are complete."""


def wrong(course: Course, known: Known) -> int:
    """Return how many facts about a course are missing or not as they are."""
    right = sum(found == completed(user, cm_id) for user in course.users() for cm_id, found in known.get(user, {}).items())
    return course.people * ACTIVITIES - right


@dataclass(frozen=True)
class Played:
    """What one reading took in the reader's process.

    Args:
        wrong: facts that are missing or not as they are.
        seconds: from the first request to the last fact.
        cpu_seconds: of the process.
        peak_kib: how much more memory it held meanwhile at most than after its first reading, in KiB.
    """

    wrong: int
    seconds: float
    cpu_seconds: float
    peak_kib: int


@dataclass(frozen=True)
class Tally:
    """What the Moodle saw: HTTP requests, and connections."""

    requests: int
    connections: int
