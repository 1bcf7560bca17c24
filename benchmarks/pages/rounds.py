"""The run: the cohort is written once on each database, then all pages are visited in turn, round by round."""

import time
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack

from sqlalchemy import event

from benchmarks.launches.usage import cpu_seconds
from benchmarks.pages import visits
from benchmarks.pages.conditions import PLAN, Condition, Installed
from benchmarks.pages.results import Measured, Results
from benchmarks.pages.training import KEY
from benchmarks.pages.visits import Page, Visitors
from lti_tool.database import Database
from lti_tool.demo.crowd import CrowdPlan, seed_crowd
from lti_tool.serving import settle_memory
from tests.postgresql import PostgresqlMissing

Say = Callable[[str], None]
VISITS = 40


def measure(
    conditions: Sequence[Condition], only: Collection[str], rounds: int, say: Say, plan: CrowdPlan = PLAN
) -> Results:
    """Write the cohorts, visit all pages and return what was measured.

    Args:
        only: keys of the pages to visit; all when empty.
        rounds: how often each is visited `VISITS` times.
        say: takes a line about how far it is.
        plan: how large a cohort is.
    """
    pages = [page for page in visits.ALL if not only or page.key in only]
    skipped: list[str] = []
    with ExitStack() as stack:
        ready: dict[str, tuple[Installed, Visitors]] = {}
        for condition in conditions:
            say(f"writing {plan.participants} participants with {plan.versions} versions of everything: {condition.title} …")
            try:
                installed = stack.enter_context(condition.install())
            except PostgresqlMissing as error:
                skipped.append(f"{condition.title}: {error}")
                say(f"not measured: {skipped[-1]}")
                continue
            parts = installed.parts
            crowd = seed_crowd(parts.database, parts.clock, parts.trainings[KEY], plan)
            installed.settle()
            ready[condition.key] = installed, Visitors(parts, crowd)
        settle_memory()
        results = Results(pages, [one for one in conditions if one.key in ready], skipped)
        for number in range(rounds):
            for condition in results.conditions:
                say(f"round {number + 1} of {rounds}: {condition.title} …")
                for page in pages:
                    results.add(page.key, condition.key, _round(*ready[condition.key], page))
        return results


def _round(installed: Installed, visitors: Visitors, page: Page) -> Measured:
    visitors.visit(page)
    with _Statements(installed.parts.database) as statements:
        size = visitors.visit(page)
    roots = () if installed.postmaster is None else (installed.postmaster,)
    took: list[float] = []
    cpu, database_cpu = time.process_time(), cpu_seconds(roots)
    for _number in range(VISITS):
        began = time.perf_counter()
        visitors.visit(page)
        took.append(time.perf_counter() - began)
    return Measured(
        seconds=tuple(sorted(took)),
        cpu_seconds=time.process_time() - cpu,
        database_cpu_seconds=cpu_seconds(roots) - database_cpu,
        queries=statements.count,
        size=size,
    )


class _Statements:
    """Counts what a block sends to the database."""

    def __init__(self, database: Database) -> None:
        self._engines = database.engine, database.single
        self.count = 0

    def __enter__(self) -> "_Statements":
        for engine in self._engines:
            event.listen(engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_error: object) -> None:
        for engine in self._engines:
            event.remove(engine, "before_cursor_execute", self._note)

    def _note(self, *_about: object) -> None:
        self.count += 1
