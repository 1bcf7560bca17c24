"""What of a native activity counts for an assignment."""

from datetime import UTC, datetime
from typing import Any

import pytest

from mappings.activities import Counts, Done, NativeActivity, Rule, usual_counts, usual_grade

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


@pytest.mark.parametrize(
    ("activity", "ways", "usual"),
    [
        ({"kind": "assign", "takes_work": True, "graded": True, "tracked": True}, tuple(Counts), Counts.SUBMITTED),
        ({"kind": "assign", "graded": True}, (Counts.GRADED,), Counts.GRADED),
        ({"kind": "quiz", "graded": True, "tracked": True}, (Counts.GRADED, Counts.COMPLETED), Counts.GRADED),
        ({"kind": "quiz", "tracked": True}, (Counts.COMPLETED,), Counts.COMPLETED),
        ({"kind": "forum", "graded": True, "tracked": True}, (Counts.GRADED, Counts.COMPLETED), Counts.COMPLETED),
        ({"kind": "page", "tracked": True}, (Counts.COMPLETED,), Counts.COMPLETED),
        ({"kind": "page"}, (), None),
    ],
)
def test_what_usually_counts_depends_on_the_kind_and_on_what_the_activity_offers(
    activity: dict[str, Any], ways: tuple[Counts, ...], usual: Counts | None
) -> None:
    one = NativeActivity(1, title="", **activity)
    assert one.ways == ways
    assert usual_counts(one.kind, one.ways) is usual


def test_a_grade_usually_counts_from_five_and_a_half_out_of_ten() -> None:
    assert [usual_grade(maximum) for maximum in (10.0, 100.0, 7.0, None)] == [5.5, 55.0, 3.85, None]
