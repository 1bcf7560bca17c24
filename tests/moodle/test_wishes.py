"""What can be wrong with what a trainer wants of an activity."""

from dataclasses import replace

import pytest

from lti_tool.moodle.wishes import Part, Wish, WishesRefused, mistakes_in
from mappings.activities import Counts, NativeActivity
from mappings.loading import load_trainings

TRAINING = load_trainings()["icc-vo"]
ESSAY = NativeActivity(1, "assign", "Essay", takes_work=True, graded=True, maximum=100.0, tracked=True)
SCALED = NativeActivity(2, "assign", "Geschaald", takes_work=True, graded=True)
QUIZ = NativeActivity(3, "quiz", "Toets", graded=True, maximum=10.0)
PAGE = NativeActivity(4, "page", "Leeswijzer", tracked=True)
ACTIVITIES = {one.cm_id: one for one in (ESSAY, SCALED, QUIZ, PAGE)}
GOOD = Wish("leervraag", 1, Counts.SUBMITTED)


def wrong(*wishes: Wish) -> list[tuple[str, Part]]:
    return [(one.assignment_key, one.part) for one in mistakes_in(TRAINING, ACTIVITIES, wishes)]


@pytest.mark.parametrize(
    "wish",
    [
        GOOD,
        replace(GOOD, writes_completion=True, writes_grade=True),
        replace(GOOD, counts=Counts.GRADED, from_grade=55.0),
        replace(GOOD, counts=Counts.GRADED, from_grade=100.0, needs_trainer=False),
        replace(GOOD, counts=Counts.GRADED, writes_completion=True),
        replace(GOOD, counts=Counts.COMPLETED, needs_trainer=False),
        replace(GOOD, cm_id=2, counts=Counts.GRADED),
        replace(GOOD, cm_id=3, counts=Counts.GRADED, from_grade=0.0),
        replace(GOOD, cm_id=4, counts=Counts.COMPLETED),
    ],
)
def test_what_an_activity_offers_can_be_wanted(wish: Wish) -> None:
    assert wrong(wish) == []


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"assignment_key": "scriptie"}, Part.ASSIGNMENT),
        ({"cm_id": 99}, Part.ACTIVITY),
        ({"cm_id": 3}, Part.COUNTS),
        ({"cm_id": 4}, Part.COUNTS),
        ({"cm_id": 4, "counts": Counts.GRADED}, Part.COUNTS),
        ({"cm_id": 2, "counts": Counts.COMPLETED}, Part.COUNTS),
        ({"from_grade": 5.0}, Part.GRADE),
        ({"counts": Counts.GRADED, "from_grade": 100.5}, Part.GRADE),
        ({"counts": Counts.GRADED, "from_grade": -1.0}, Part.GRADE),
        ({"cm_id": 2, "counts": Counts.GRADED, "from_grade": 2.0}, Part.GRADE),
        ({"needs_trainer": False, "writes_completion": True}, Part.COMPLETE),
        ({"needs_trainer": False, "writes_grade": True}, Part.WRITE),
        ({"cm_id": 2, "writes_completion": True}, Part.COMPLETE),
        ({"counts": Counts.COMPLETED, "writes_completion": True}, Part.COMPLETE),
        ({"cm_id": 2, "writes_grade": True}, Part.WRITE),
        ({"cm_id": 3, "counts": Counts.GRADED, "writes_grade": True}, Part.WRITE),
        ({"counts": Counts.GRADED, "writes_grade": True}, Part.WRITE),
    ],
)
def test_what_it_does_not_offer_is_told_at_the_field(changes: dict[str, object], part: Part) -> None:
    wish = replace(GOOD, **changes)  # type: ignore[arg-type]
    assert wrong(wish) == [(wish.assignment_key, part)]


def test_an_assignment_has_one_activity_and_an_activity_one_assignment() -> None:
    assert wrong(GOOD, replace(GOOD, cm_id=2)) == [("leervraag", Part.ASSIGNMENT)]
    assert wrong(GOOD, replace(GOOD, assignment_key="verkenning")) == [("verkenning", Part.ACTIVITY)]


def test_all_mistakes_are_told_and_the_first_in_the_one_line() -> None:
    mistakes = mistakes_in(TRAINING, ACTIVITIES, [replace(GOOD, cm_id=9), replace(GOOD, assignment_key="x", cm_id=4)])
    refused = WishesRefused(mistakes)
    assert len(refused.mistakes) == 3
    assert str(refused) == "leervraag: activity 9 is not in this course, or cannot count in any way (and 2 more mistakes)"
