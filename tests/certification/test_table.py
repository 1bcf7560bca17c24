"""The cases are all there, each with its test, none passed over, and the table in the documentation says so."""

import shutil
from pathlib import Path

from tests.certification.binding import HERE, bound_tests, complaints, evasions
from tests.certification.cases import CASES, Case, Group
from tests.certification.table import PAGE, PASSED, page, results_on

GROUPS = {
    Group.BAD: range(1, 13),
    Group.TRAINER: range(13, 22),
    Group.PARTICIPANT: range(22, 32),
    Group.DEEP_LINKING: range(32, 43),
    Group.GRADES: range(43, 57),
    Group.MEMBERS: range(57, 66),
    Group.SECURITY: range(66, 86),
}


def test_all_cases_are_there_once_and_in_order() -> None:
    assert [case.number for case in CASES] == list(range(1, 86))
    assert {group: [case.number for case in CASES if case.group is group] for group in Group} == {
        group: list(numbers) for group, numbers in GROUPS.items()
    }
    assert len({case.title for case in CASES if case.group is Group.SECURITY}) == len(GROUPS[Group.SECURITY])


def test_each_case_has_one_test_and_each_test_a_case() -> None:
    assert list(complaints(CASES, bound_tests())) == []


def test_no_case_is_passed_over() -> None:
    assert list(evasions()) == []


def test_the_table_in_the_documentation_is_up_to_date() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text == page(results_on(text)), "run `make certification`"


def test_every_case_in_the_documentation_has_passed() -> None:
    assert results_on(PAGE.read_text(encoding="utf-8")) == {case.number: PASSED for case in CASES}


def test_the_guard_sees_what_is_missing_doubled_or_passed_over(tmp_path: Path) -> None:
    (tmp_path / "test_c1_bad.py").write_text(
        "import pytest\n"
        "def test_c1_01_one(): ...\n"
        "def test_c1_01_again(): ...\n"
        "@pytest.mark.xfail\n"
        "def test_c1_03_three(): pytest.skip()\n"
        "def test_c2_02_elsewhere(): ...\n"
        "def test_without_a_number(): ...\n"
    )
    cases = [Case(number, Group.BAD, "", "") for number in (1, 2, 4)]
    assert list(complaints(cases, bound_tests(tmp_path))) == [
        "case 1 has 2 tests: test_c1_01_one, test_c1_01_again",
        "case 4 has 0 tests: ",
        "test_without_a_number is of no case",
        "test_without_a_number stands in test_c1_bad.py",
        "test_c2_02_elsewhere is of no case",
        "test_c2_02_elsewhere stands in test_c1_bad.py",
        "test_c1_03_three is of no case",
    ]
    assert list(evasions(tmp_path)) == ["test_c1_bad.py:4 xfail", "test_c1_bad.py:5 skip"]


def test_a_result_is_never_made_up() -> None:
    shown = results_on(page({1: PASSED, 2: "failed"}))
    assert shown == {case.number: "not run" for case in CASES} | {1: PASSED, 2: "failed"}


def test_the_guard_reads_the_files_that_pytest_runs(tmp_path: Path) -> None:
    for path in HERE.glob("test_c*.py"):
        shutil.copy(path, tmp_path)
    assert bound_tests(tmp_path) == bound_tests()
