"""The table of docs/certification.md: the cases and their tests from the code, the results from a run and nowhere else."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.certification.binding import bound_tests
from tests.certification.cases import CASES, Group

PAGE = Path(__file__).parents[2] / "docs" / "certification.md"
PASSED, FAILED, NOT_RUN = "passed", "failed", "not run"
_ROW = re.compile(r"\| (\d+) \| .* \| ([a-z ]+) \| `\w*` \|")
_INTRODUCTION = """\
# Certification

What a learning environment may send or do, within LTI 1.3 Advantage or just outside it, and what ICC Bridge makes of it.
C1 to C6 follow 1EdTech's certification of tools; C7 goes beyond it. Each case is one test in `tests/certification/`, which
speaks HTTP with the running application and has the demo school on the other side. A refusal is a page in the reader's
language with a code, and leaves nothing stored and no session behind.

`make certification` runs them and writes this page; the cases stand in `tests/certification/cases.py`.
"""


def page(results: Mapping[int, str]) -> str:
    """Return the whole page.

    Args:
        results: what a run made of each case, by its number.
    """
    passed = sum(results.get(case.number) == PASSED for case in CASES)
    parts = [_INTRODUCTION, f"\n{len(CASES)} cases, {passed} passed.\n"]
    parts += [f"\n## {group} {group.heading}\n\n{_table(group, results)}" for group in Group]
    return "".join(parts)


def results_on(text: str) -> dict[int, str]:
    """Return the results that stand on a page, by the number of the case."""
    return {int(row[1]): row[2] for row in map(_ROW.fullmatch, text.splitlines()) if row}


def _table(group: Group, results: Mapping[int, str]) -> str:
    return "\n".join(("| no. | case | expected | result | test |", "|--:|---|---|---|---|", *_rows(group, results), ""))


def _rows(group: Group, results: Mapping[int, str]) -> Iterator[str]:
    tests = {test.number: test.name for test in bound_tests()}
    for case in CASES:
        if case.group is group:
            result = results.get(case.number, NOT_RUN)
            yield f"| {case.number} | {case.title} | {case.expected} | {result} | `{tests.get(case.number, '')}` |"
