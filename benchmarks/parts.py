"""The parts of the measurements that play rounds: what each can be asked for, and how it is measured and shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.launches import conditions as launch_conditions
from benchmarks.launches import rounds as launch_rounds
from benchmarks.launches import table as launch_table
from benchmarks.moodle import conditions as moodle_conditions
from benchmarks.moodle import rounds as moodle_rounds
from benchmarks.moodle import sides as moodle_sides
from benchmarks.moodle import table as moodle_table
from benchmarks.pages import conditions as page_conditions
from benchmarks.pages import rounds as page_rounds
from benchmarks.pages import table as page_table
from benchmarks.pages import visits as page_visits
from benchmarks.scores import conditions as score_conditions
from benchmarks.scores import rounds as score_rounds
from benchmarks.scores import table as score_table

ROUNDS = 3
Say = Callable[[str], None]


@dataclass(frozen=True)
class Part:
    """One of them.

    Args:
        ways, conditions: the keys of what can be asked for.
        marks: around its table in the documentation.
        measure: plays conditions with ways (all of them when empty), so many rounds, or quickly; returns the lines of the
            table, and everything for programs.
    """

    ways: Sequence[str]
    conditions: Sequence[str]
    marks: tuple[str, str]
    measure: Callable[[Sequence[str], Sequence[str], int | None, bool, Say], tuple[list[str], dict[str, Any]]]


def _measure_launches(
    at: Sequence[str], only: Sequence[str], rounds: int | None, quick: bool, say: Say
) -> tuple[list[str], dict[str, Any]]:
    known = {condition.key: condition for condition in launch_conditions.ALL}
    chosen = tuple(known[key] for key in at) or (launch_conditions.QUICK if quick else launch_conditions.ALL)
    results = launch_rounds.measure(chosen, only, rounds or (1 if quick else ROUNDS), say)
    return list(launch_table.lines(results)), launch_table.as_data(results)


def _measure_scores(
    at: Sequence[str], only: Sequence[str], rounds: int | None, quick: bool, say: Say
) -> tuple[list[str], dict[str, Any]]:
    known = {condition.key: condition for condition in score_conditions.ALL}
    chosen = tuple(known[key] for key in at) or (score_conditions.QUICK if quick else score_conditions.ALL)
    results = score_rounds.measure(chosen, only, rounds or (1 if quick else ROUNDS), say)
    return list(score_table.lines(results)), score_table.as_data(results)


def _measure_moodle(
    at: Sequence[str], only: Sequence[str], rounds: int | None, quick: bool, say: Say
) -> tuple[list[str], dict[str, Any]]:
    known = {condition.key: condition for condition in moodle_conditions.ALL}
    chosen = tuple(known[key] for key in at) or (moodle_conditions.QUICK if quick else moodle_conditions.ALL)
    results = moodle_rounds.measure(chosen, only, rounds or (1 if quick else ROUNDS), say)
    return list(moodle_table.lines(results)), moodle_table.as_data(results)


def _measure_pages(
    at: Sequence[str], only: Sequence[str], rounds: int | None, quick: bool, say: Say
) -> tuple[list[str], dict[str, Any]]:
    known = {condition.key: condition for condition in page_conditions.ALL}
    chosen = tuple(known[key] for key in at) or (page_conditions.QUICK if quick else page_conditions.ALL)
    results = page_rounds.measure(chosen, only, rounds or (1 if quick else ROUNDS), say)
    return list(page_table.lines(results)), page_table.as_data(results)


LAUNCHES = Part(
    ways=[key for opening in launch_rounds.all_openings() for key in opening.keys],
    conditions=[condition.key for condition in launch_conditions.ALL],
    marks=(launch_table.BEGIN, launch_table.END),
    measure=_measure_launches,
)
SCORES = Part(
    ways=[key for opening in score_rounds.all_openings() for key in opening.keys],
    conditions=[condition.key for condition in score_conditions.ALL],
    marks=(score_table.BEGIN, score_table.END),
    measure=_measure_scores,
)
MOODLE = Part(
    ways=[key for opening in moodle_sides.openings() for key in opening.keys],
    conditions=[condition.key for condition in moodle_conditions.ALL],
    marks=(moodle_table.BEGIN, moodle_table.END),
    measure=_measure_moodle,
)
PAGES = Part(
    ways=[page.key for page in page_visits.ALL],
    conditions=[condition.key for condition in page_conditions.ALL],
    marks=(page_table.BEGIN, page_table.END),
    measure=_measure_pages,
)
