"""Suggestions: which activity stands for which assignment, how surely and why."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.activities import NativeActivity
from mappings.loading import load_trainings
from mappings.suggesting import Sureness, Why, suggest

TRAINING = load_trainings()["icc-vo"]
KEYS = [assignment.key for assignment in TRAINING.assignments]
TITLES = [text for one in TRAINING.assignments for text in (one.title.nl, one.title.en)]


def course(*rows: tuple[str, str, str]) -> list[NativeActivity]:
    """Activities of (kind, title, section), numbered from 1."""
    return [NativeActivity(number, kind, title, section) for number, (kind, title, section) in enumerate(rows, 1)]


def found(*rows: tuple[str, str, str]) -> dict[str, tuple[str, Sureness]]:
    return {one.assignment_key: (one.activity.title, one.sureness) for one in suggest(TRAINING, course(*rows))}


def test_assignments_named_after_the_phases_are_recognised() -> None:
    assert found(
        ("assign", "Opdracht 1 – Oriëntatie", "Fase 1"),
        ("assign", "Opdracht 2: onderzoek", "Fase 2"),
        ("assign", "Opdracht 3: uitvoering", "Fase 3"),
        ("assign", "Evaluatie & terugblik", "Fase 4"),
        ("assign", "Vervolgstap", "Fase 4"),
    ) == {
        "leervraag": ("Opdracht 1 – Oriëntatie", Sureness.SURE),
        "verkenning": ("Opdracht 2: onderzoek", Sureness.SURE),
        "beroepsproduct": ("Opdracht 3: uitvoering", Sureness.SURE),
        "terugblik": ("Evaluatie & terugblik", Sureness.SURE),
        "vervolgstappen": ("Vervolgstap", Sureness.SURE),
    }


@pytest.mark.parametrize("title", ["Oriëntatie", "ORIENTATIE", "Orientation", "Fase 1: orie\u0308ntatie"])
def test_a_phase_with_one_assignment_is_enough_to_go_on(title: str) -> None:
    assert found(("assign", title, "New section"))["leervraag"][1] >= Sureness.LIKELY


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Leervraag", "leervraag"),
        ("Je leervragen", "leervraag"),
        ("Beroepsproduct inleveren", "beroepsproduct"),
        ("beroeps-product", "beroepsproduct"),
        ("Professional product", "beroepsproduct"),
        ("Hand in your learning question", "leervraag"),
        ("Looking back", "terugblik"),
        ("Next steps", "vervolgstappen"),
        ("Exploration", "verkenning"),
    ],
)
def test_the_assignments_own_words_make_sure(title: str, key: str) -> None:
    (suggestion,) = suggest(TRAINING, course(("assign", title, "")))
    assert (suggestion.assignment_key, suggestion.sureness) == (key, Sureness.SURE)
    assert suggestion.reasons[0].why is Why.TITLE


def test_numbers_alone_are_likely_and_not_sure() -> None:
    rows = [("assign", f"Opdracht {number}", "") for number in range(1, 6)]
    assert found(*rows) == {key: (f"Opdracht {number}", Sureness.LIKELY) for number, key in enumerate(KEYS, 1)}


def test_the_section_is_enough_where_one_hands_in_there_only() -> None:
    rows = (("page", "Lees dit", "Fase 2: onderzoek"), ("assign", "Inleveren", "Fase 2: onderzoek"))
    (suggestion,) = suggest(TRAINING, course(*rows))
    assert (suggestion.assignment_key, suggestion.activity.cm_id) == ("verkenning", 2)
    assert [reason.why for reason in suggestion.reasons] == [Why.SECTION, Why.HANDS_IN]


def test_where_people_hand_in_comes_before_where_they_talk_or_read() -> None:
    rows = (
        ("forum", "Beroepsproduct", "Uitvoering"),
        ("page", "Voorbeeld van een beroepsproduct", "Uitvoering"),
        ("assign", "Beroepsproduct", "Uitvoering"),
    )
    assert suggest(TRAINING, course(*rows))[0].activity.kind == "assign"
    assert suggest(TRAINING, course(*rows[:2]))[0].activity.kind == "forum"
    assert suggest(TRAINING, course(*rows[:2]))[0].sureness <= Sureness.LIKELY


def test_the_work_itself_comes_before_an_early_version_of_it() -> None:
    rows = (("assign", "Beroepsproduct: concept", ""), ("assign", "Beroepsproduct", ""))
    assert suggest(TRAINING, course(*rows))[0].activity.title == "Beroepsproduct"


def test_two_that_look_alike_are_told() -> None:
    rows = (("assign", "Koken", "Fase 1"), ("assign", "Wandelen", "Fase 1"))
    (suggestion,) = suggest(TRAINING, course(*rows))
    assert suggestion.sureness is Sureness.WEAK
    assert suggestion.reasons[-1].why is Why.RIVAL


def test_one_that_could_be_for_two_assignments_is_told() -> None:
    (suggestion,) = suggest(TRAINING, course(("assign", "Evaluatie", "")))
    assert suggestion.assignment_key == "terugblik"
    assert suggestion.reasons[-1].why is Why.RIVAL


def test_a_number_of_another_assignment_speaks_against() -> None:
    rows = (("assign", "Opdracht 3", "Oriëntatie"), ("assign", "Opdracht 1", "Oriëntatie"))
    assert found(*rows)["leervraag"][0] == "Opdracht 1"


def test_our_own_links_and_labels_are_never_suggested() -> None:
    assert suggest(TRAINING, course(("lti", "Mijn leervraag en mijn school", ""), ("label", "Leervraag", ""))) == ()


def test_what_has_nothing_to_do_with_it_is_left_alone() -> None:
    assert found(("assign", "Aanmelden excursie", "Algemeen"), ("quiz", "Toets week 3", ""), ("forum", "Nieuws", "")) == {}


def test_assignments_that_need_none_get_none() -> None:
    rows = course(("assign", "Leervraag", ""), ("assign", "Verkenning", ""))
    assert [one.assignment_key for one in suggest(TRAINING, rows, leave_out={"leervraag"})] == ["verkenning"]


def test_what_is_hidden_takes_more_than_its_section() -> None:
    old = NativeActivity(1, "assign", "Oude opdracht", "Oriëntatie", hidden=True)
    assert suggest(TRAINING, [old]) == ()
    assert [one.sureness for one in suggest(TRAINING, [replace(old, title="Leervraag")])] == [Sureness.SURE]


SOME_TITLE = st.one_of(
    st.sampled_from(TITLES),
    st.sampled_from([phase.name.nl for phase in TRAINING.phases]),
    st.sampled_from(["Opdracht 1", "Fase 2", "Inleveren", "Leervraag (concept)", "Koken", "4. Evaluatie", ""]),
    st.text(max_size=30),
)
ACTIVITIES = st.lists(
    st.tuples(st.sampled_from(["assign", "quiz", "forum", "page", "lti", "label"]), SOME_TITLE, SOME_TITLE), max_size=12
)


@given(ACTIVITIES)
def test_never_two_for_one(rows: Sequence[tuple[str, str, str]]) -> None:
    suggestions = suggest(TRAINING, course(*rows))
    for taken in ([one.assignment_key for one in suggestions], [one.activity.cm_id for one in suggestions]):
        assert len(set(taken)) == len(taken)
    assert [one.assignment_key for one in suggestions] == [
        key for key in KEYS if key in {one.assignment_key for one in suggestions}
    ]
    assert all(one.activity.kind not in ("lti", "label") and one.reasons for one in suggestions)


@given(ACTIVITIES)
def test_the_same_course_gets_the_same_suggestions_in_capitals(rows: Sequence[tuple[str, str, str]]) -> None:
    rows = [(kind, title, section) for kind, title, section in rows if (title + section).isascii()]
    again = [(kind, title.upper(), section.upper()) for kind, title, section in rows]
    assert [(one.assignment_key, one.activity.cm_id) for one in suggest(TRAINING, course(*rows))] == [
        (one.assignment_key, one.activity.cm_id) for one in suggest(TRAINING, course(*again))
    ]


@given(st.permutations(range(5)), st.sampled_from(["nl", "en"]), st.lists(st.just(("page", "Lees dit", "")), max_size=3))
def test_titles_of_the_training_itself_are_found_wherever_they_stand(
    order: Sequence[int], language: str, others: list[tuple[str, str, str]]
) -> None:
    rows = [("assign", TRAINING.assignments[index].title.get(language), "") for index in order]
    suggestions = suggest(TRAINING, course(*others, *rows))
    assert {one.assignment_key: one.activity.title for one in suggestions} == {
        one.key: one.title.get(language) for one in TRAINING.assignments
    }
    assert {one.sureness for one in suggestions} == {Sureness.SURE}


@given(ACTIVITIES, st.integers(min_value=0, max_value=11))
def test_what_is_hidden_is_never_surer(rows: Sequence[tuple[str, str, str]], index: int) -> None:
    if index >= len(rows):
        return
    alone = course(rows[index])
    hidden = [replace(alone[0], hidden=True)]
    shown = {one.assignment_key: one.sureness for one in suggest(TRAINING, alone)}
    for one in suggest(TRAINING, hidden):
        assert one.sureness <= shown[one.assignment_key]
