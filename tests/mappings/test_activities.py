"""What of a native activity counts for an assignment."""

from datetime import UTC, datetime

import pytest

from mappings.activities import Counts, Done, Rule

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
TUESDAY = datetime(2026, 11, 24, 9, tzinfo=UTC)


def test_something_handed_in_counts_where_handing_in_does_whatever_the_grade() -> None:
    rule = Rule(Counts.SUBMITTED)
    assert not rule.met(Done(grade=9.0, graded_at=TUESDAY, complete=True))
    assert rule.met(Done(submitted_at=MONDAY))
    assert rule.met_at(Done(submitted_at=MONDAY, graded_at=TUESDAY)) == MONDAY


@pytest.mark.parametrize(("grade", "counts"), [(None, False), (5.4, False), (5.5, True), (10.0, True), (0.0, False)])
def test_a_grade_counts_from_the_least_one(grade: float | None, *, counts: bool) -> None:
    assert Rule(Counts.GRADED, from_grade=5.5).met(Done(submitted_at=MONDAY, grade=grade)) is counts


def test_without_a_least_grade_any_grade_counts_even_nought() -> None:
    assert Rule(Counts.GRADED).met(Done(grade=0.0, graded_at=TUESDAY))
    assert Rule(Counts.GRADED).met_at(Done(grade=0.0, graded_at=TUESDAY)) == TUESDAY
    assert not Rule(Counts.GRADED).met(Done(submitted_at=MONDAY))


@pytest.mark.parametrize(("complete", "counts"), [(None, False), (False, False), (True, True)])
def test_completion_counts_only_where_the_learning_environment_says_so(complete: bool | None, *, counts: bool) -> None:
    assert Rule(Counts.COMPLETED).met(Done(submitted_at=MONDAY, grade=10.0, complete=complete)) is counts


def test_what_does_not_count_has_no_moment() -> None:
    assert Rule(Counts.COMPLETED).met_at(Done(complete=False, completed_at=MONDAY)) is None


def test_a_least_grade_without_grades_that_count_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="least grade"):
        Rule(Counts.SUBMITTED, from_grade=5.5)
