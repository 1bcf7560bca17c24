"""The built-in training: what it has to hold, in both languages."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest

from mappings.file_kinds import FileKind
from mappings.loading import load_trainings
from mappings.texts import Text, Words
from mappings.training import HandInKind, Requirement, Training


@pytest.fixture(scope="module")
def icc_vo() -> Training:
    return load_trainings()["icc-vo"]


def texts_of(value: object, path: str = "") -> Iterator[tuple[str, Text]]:
    if isinstance(value, Text):
        yield path, value
    elif is_dataclass(value):
        for field in fields(value):
            yield from texts_of(getattr(value, field.name), f"{path}.{field.name}")
    elif isinstance(value, tuple):
        for place, item in enumerate(value):
            yield from texts_of(item, f"{path}[{place}]")


def test_it_takes_40_hours(icc_vo: Training) -> None:
    assert icc_vo.hours == 40
    assert icc_vo.contact_hours == 22
    assert sum(phase.contact_hours + phase.own_hours for phase in icc_vo.phases) == 40


def test_it_has_four_phases_in_order(icc_vo: Training) -> None:
    assert [phase.key for phase in icc_vo.phases] == ["orientatie", "onderzoek", "uitvoering", "evaluatie"]
    assert [phase.name.nl for phase in icc_vo.phases] == ["Oriëntatie", "Onderzoek", "Uitvoering", "Evaluatie"]


def test_it_has_five_required_assignments_each_in_its_phase(icc_vo: Training) -> None:
    assert [(assignment.key, assignment.phase) for assignment in icc_vo.assignments] == [
        ("leervraag", "orientatie"),
        ("verkenning", "onderzoek"),
        ("beroepsproduct", "uitvoering"),
        ("terugblik", "evaluatie"),
        ("vervolgstappen", "evaluatie"),
    ]
    assert icc_vo.required_assignments == icc_vo.assignments


def test_seven_aspects_run_through_it_and_each_is_worked_on(icc_vo: Training) -> None:
    assert [aspect.key for aspect in icc_vo.aspects] == [
        "trends_en_ontwikkelingen",
        "eigenaarschap",
        "netwerk_en_expertise",
        "randvoorwaarden",
        "ervaringen_uitwisselen",
        "beleid_en_beroepsproduct",
        "persoonlijke_ontwikkeling",
    ]
    assert {aspect.key for aspect in icc_vo.aspects} == {
        key for assignment in icc_vo.assignments for key in assignment.aspects
    }
    for aspect in icc_vo.aspects:
        assert len(aspect.indicators) == 3
        assert all(len(indicator.descriptions) == len(icc_vo.levels) == 3 for indicator in aspect.indicators)


def test_the_award_takes_all_five_accepted_and_a_confirmed_name(icc_vo: Training) -> None:
    assert icc_vo.award.rule == "all_required_accepted"
    assert icc_vo.award.assignments == tuple(assignment.key for assignment in icc_vo.assignments)
    assert icc_vo.award.needs_confirmed_name


def test_there_are_26_criteria(icc_vo: Training) -> None:
    assert [len(assignment.criteria) for assignment in icc_vo.assignments] == [5, 6, 6, 5, 4]


def test_the_professional_product_is_handed_in_as_file_with_a_text(icc_vo: Training) -> None:
    hand_in = icc_vo.assignment("beroepsproduct").hand_in
    assert hand_in.files is Requirement.REQUIRED
    assert hand_in.text is Requirement.REQUIRED
    assert hand_in.link is Requirement.OPTIONAL
    assert hand_in.text_words == (300, 600)
    assert hand_in.files_max == 5
    assert hand_in.file_max_mb == 50
    assert set(hand_in.file_kinds) == set(FileKind)
    assert hand_in.missing(text="Een toelichting", files=0, link="") == (HandInKind.FILES,)


def test_every_assignment_has_all_a_participant_and_a_trainer_need(icc_vo: Training) -> None:
    for assignment in icc_vo.assignments:
        assert len(assignment.steps) >= 5
        assert len(assignment.tips) >= 3
        assert len(assignment.questions) >= 4
        assert len(assignment.return_reasons) >= 4


def test_the_achievement_has_one_result_for_each_phase_in_order(icc_vo: Training) -> None:
    assert icc_vo.achievement.key == "cultuurcoordinator-vo"
    assert icc_vo.achievement.type == "Certificate"
    assert [result.key for result in icc_vo.achievement.results] == [phase.key for phase in icc_vo.phases]


def test_the_certificate_lines_can_be_filled_in_both_languages(icc_vo: Training) -> None:
    lines = icc_vo.certificate
    assert lines.line_period.fill("nl", start="1 oktober 2026", end="20 juni 2027", hours=40) == (
        "van 1 oktober 2026 tot en met 20 juni 2027, studielast ongeveer 40 uur"
    )
    assert lines.line_award.fill("en", issuer="LKCA", date="1 July 2027") == "Awarded by LKCA on 1 July 2027"
    assert lines.line_name.fill("nl", name="Zoë {van} den Berg") == "Zoë {van} den Berg"


def test_what_surrounds_the_assignments_is_there(icc_vo: Training) -> None:
    assert [meeting.number for meeting in icc_vo.meetings] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert sum(meeting.hours for meeting in icc_vo.meetings) == icc_vo.contact_hours
    assert icc_vo.intervision is not None
    assert icc_vo.intervision.minutes == sum(part.minutes for part in icc_vo.intervision.schedule)
    assert icc_vo.sharing is not None
    assert [prompt.phase for prompt in icc_vo.sharing.prompts] == [phase.key for phase in icc_vo.phases]
    assert icc_vo.trainer is not None
    assert icc_vo.trainer.review_within_days == 10
    assert icc_vo.self_assessment is not None
    assert [statement.aspect for statement in icc_vo.self_assessment.statements] == [
        aspect.key for aspect in icc_vo.aspects for _ in range(2)
    ]
    assert icc_vo.evaluation is not None
    assert len(icc_vo.evaluation.questions) == 5


def test_every_text_is_there_in_dutch_and_in_english(icc_vo: Training) -> None:
    texts = dict(texts_of(icc_vo))
    assert len(texts) > 400
    assert [path for path, text in texts.items() if not text.nl.strip() or not text.en.strip()] == []


def test_long_texts_are_really_translated(icc_vo: Training) -> None:
    assert [path for path, text in texts_of(icc_vo) if len(text.nl) > 20 and text.nl == text.en] == []


def test_all_lists_of_words_are_there_in_both_languages(icc_vo: Training) -> None:
    tags = icc_vo.achievement.tags
    assert isinstance(tags, Words)
    assert tags.get("nl")[0] == "cultuureducatie"
    assert tags.get("en")[0] == "culture education"
