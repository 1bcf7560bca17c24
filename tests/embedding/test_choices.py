"""What a trainer chose, as the forms say it."""

import pytest
from werkzeug.datastructures import MultiDict

from lti_tool.embedding.choices import Choice, CohortKind, CohortWish, check_number, read_choice
from lti_tool.errors import Invalid
from mappings.loading import load_trainings

TRAINING = load_trainings()["icc-vo"]
ALL = tuple(assignment.key for assignment in TRAINING.assignments)
KNOWN = ("cohort", "abc")


def read(*fields: tuple[str, str]) -> Choice:
    return read_choice(MultiDict(fields), TRAINING)


def refused(*fields: tuple[str, str]) -> Invalid:
    with pytest.raises(Invalid) as caught:
        read(*fields)
    return caught.value


def test_items_come_in_the_order_of_the_training_and_once() -> None:
    fields = [("item", key) for key in (*reversed(ALL), ALL[0], "training")]
    assert read(*fields, KNOWN).items == ("training", *ALL)


def test_the_certificate_comes_last() -> None:
    assert read(("item", "certificate"), ("item", ALL[0]), KNOWN).items == (ALL[0], "certificate")


def test_a_phase_stands_for_all_its_assignments() -> None:
    phase = next(phase for phase in TRAINING.phases if len(phase.assignments) > 1)
    assert read(("phase", phase.key), KNOWN).items == phase.assignments


def test_phases_and_single_assignments_add_up() -> None:
    first, *_rest, last = TRAINING.phases
    both = {*first.assignments, *last.assignments}
    items = read(("phase", first.key), ("item", last.assignments[0]), ("phase", last.key), KNOWN).items
    assert items == tuple(key for key in ALL if key in both)


def test_nothing_chosen_is_said_at_the_items() -> None:
    assert refused(KNOWN).field == "item"


@pytest.mark.parametrize("field", [("item", "x"), ("item", ""), ("phase", "x"), ("item", "Leervraag")])
def test_what_the_training_does_not_have_is_refused(field: tuple[str, str]) -> None:
    assert refused(("item", ALL[0]), field, KNOWN).field == "item"


@pytest.mark.parametrize(
    ("fields", "wish"),
    [
        ([("cohort", "abc")], CohortWish(CohortKind.KNOWN, "abc")),
        ([("cohort", "abc"), ("new_cohort", " "), ("join_code", "")], CohortWish(CohortKind.KNOWN, "abc")),
        ([("new_cohort", " Regio Zuid ")], CohortWish(CohortKind.NEW, "Regio Zuid")),
        ([("cohort", ""), ("new_cohort", "Regio Zuid")], CohortWish(CohortKind.NEW, "Regio Zuid")),
        ([("cohort", "new"), ("new_cohort", "Regio Zuid")], CohortWish(CohortKind.NEW, "Regio Zuid")),
        ([("cohort", "abc"), ("new_cohort", "Regio Zuid")], CohortWish(CohortKind.NEW, "Regio Zuid")),
        ([("join_code", "7QK4-M2XD-9HTR")], CohortWish(CohortKind.CODE, "7QK4-M2XD-9HTR")),
        ([("cohort", "new"), ("join_code", "7QK4")], CohortWish(CohortKind.CODE, "7QK4")),
        ([("cohort", "code"), ("new_cohort", "x"), ("join_code", "7QK4")], CohortWish(CohortKind.CODE, "7QK4")),
        ([("cohort", "new"), ("new_cohort", "x"), ("join_code", "7QK4")], CohortWish(CohortKind.NEW, "x")),
    ],
)
def test_the_cohort_is_known_new_or_by_code(fields: list[tuple[str, str]], wish: CohortWish) -> None:
    assert read(("item", ALL[0]), *fields).cohort == wish


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ([], "cohort"),
        ([("cohort", " ")], "cohort"),
        ([("cohort", "new")], "new_cohort"),
        ([("cohort", "code"), ("join_code", "  ")], "join_code"),
        ([("new_cohort", "x"), ("join_code", "y")], "new_cohort"),
        ([("cohort", "abc"), ("new_cohort", "x"), ("join_code", "y")], "new_cohort"),
    ],
)
def test_an_unclear_cohort_is_said_at_its_field(fields: list[tuple[str, str]], field: str) -> None:
    assert refused(("item", ALL[0]), *fields).field == field


def test_one_item_fits_everywhere_and_several_only_where_they_are_taken() -> None:
    one, two = read(("item", ALL[0]), KNOWN), read(("item", ALL[0]), ("item", ALL[1]), KNOWN)
    check_number(one, multiple=False)
    check_number(two, multiple=True)
    with pytest.raises(Invalid, match="more than one"):
        check_number(two, multiple=False)


def test_a_wish_does_not_show_its_code() -> None:
    assert "7QK4" not in repr(CohortWish(CohortKind.CODE, "7QK4-M2XD-9HTR"))
