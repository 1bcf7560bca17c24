"""`make certification`: run the tests of all cases and write what became of them into docs/certification.md."""

import sys

import pytest

from tests.certification.binding import bound_tests, files_of_cases
from tests.certification.cases import CASES
from tests.certification.table import FAILED, NOT_RUN, PAGE, PASSED, page


class Results:
    """What became of each case: a plugin of pytest."""

    def __init__(self) -> None:
        self.of: dict[int, str] = {}
        self._numbers = {test.node: test.number for test in bound_tests()}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take one phase of one test: a case has passed when every phase of every variant has."""
        number = self._numbers.get(report.nodeid.partition("[")[0])
        if number is None:
            return
        if report.failed:
            self.of[number] = FAILED
        elif report.skipped:
            self.of.setdefault(number, NOT_RUN)
        elif report.when == "call":
            self.of.setdefault(number, PASSED)


def main() -> int:
    """Run, write the page, and return 0 when every case has passed."""
    results = Results()
    pytest.main(["-q", *map(str, files_of_cases())], plugins=[results])
    PAGE.write_text(page(results.of), encoding="utf-8")
    passed = [case for case in CASES if results.of.get(case.number) == PASSED]
    sys.stdout.write(f"{len(passed)} of {len(CASES)} cases passed; see {PAGE.name}\n")
    return 0 if len(passed) == len(CASES) else 1


if __name__ == "__main__":
    sys.exit(main())
