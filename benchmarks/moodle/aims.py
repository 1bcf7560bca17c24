"""The aims, each with what was measured and whether it is met."""

from collections.abc import Iterator

from benchmarks.launches.aims import Aim
from benchmarks.moodle.conditions import LARGE, SMALL
from benchmarks.moodle.results import Results
from benchmarks.moodle.work import ACTIVITIES

REQUESTS = ((SMALL, 2.0), (LARGE, 3.0))


def aims(results: Results) -> Iterator[Aim]:
    """Yield the aims for our client, if it was measured."""
    if "ours" not in {way.key for way in results.ways}:
        return
    for condition, bound in REQUESTS:
        cell = results.cell("ours", condition.key)
        what = f"{condition.course.people} participants x {ACTIVITIES} activities: requests"
        yield Aim("moodle_client", what, bound, False, float(cell.requests) if cell else None, "")
    cells = [cell for one in results.conditions if (cell := results.cell("ours", one.key))]
    yield Aim("moodle_client", "facts missing or wrong", 0.0, False, float(sum(one.wrong for one in cells)), "")
