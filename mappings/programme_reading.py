"""Reading what surrounds the assignments of a training."""

from mappings.programme import (
    Evaluation,
    Intervision,
    Meeting,
    MeetingKind,
    Moment,
    Question,
    Round,
    ScaleLabel,
    SelfAssessment,
    Sharing,
    SharingPrompt,
    Statement,
    TrainerGuide,
)
from mappings.reading import Table


def read_meeting(table: Table) -> Meeting:
    """Read one meeting."""
    return Meeting(
        number=table.integer("number", at_least=1),
        kind=table.member("kind", MeetingKind),
        phase=table.key("phase"),
        hours=table.integer("hours", at_least=1),
        when=table.text("when"),
        theme=table.text("theme"),
        programme=table.texts("programme", at_least=1),
        prepare=table.text("prepare"),
        result=table.text("result"),
    )


def read_intervision(table: Table) -> Intervision:
    """Read the course of an intervision; its parts fill the time."""
    sizes = table.integers("group_size", length=2, at_least=2)
    if sizes and sizes[0] > sizes[1]:
        table.note(table.at("group_size"), f"expected the smaller number first, found {sizes[0]} and {sizes[1]}")
    intervision = Intervision(
        group_size=(sizes[0], sizes[1]) if sizes else (0, 0),
        minutes=table.integer("minutes", at_least=1),
        cases=table.integer("cases", at_least=1),
        purpose=table.text("purpose"),
        agreements=table.texts("agreements"),
        schedule=_read_rounds(table, "schedule"),
        rounds=_read_rounds(table, "rounds"),
        note_prompt=table.text("note_prompt"),
    )
    total = sum(part.minutes for part in intervision.schedule)
    once = sum(part.minutes for part in intervision.rounds)
    if any(part.minutes < 1 for part in (*intervision.schedule, *intervision.rounds)) or intervision.minutes < 1:
        return intervision
    if intervision.schedule and total != intervision.minutes:
        table.note(table.at("minutes"), f"expected {total}, the minutes of the schedule, found {intervision.minutes}")
    if once * intervision.cases > intervision.minutes:
        table.note(
            table.at("rounds"),
            f"expected at most {intervision.minutes} minutes for {intervision.cases} cases, found {once} for each",
        )
    return intervision


def read_sharing(table: Table) -> Sharing:
    """Read what is said about sharing."""
    return Sharing(
        intro=table.text("intro"),
        question_openings=table.texts("question_openings"),
        tip_openings=table.texts("tip_openings"),
        prompts=tuple(SharingPrompt(child.key("phase"), child.text("text")) for child in table.tables("prompt", 0)),
    )


def read_trainer_guide(table: Table) -> TrainerGuide:
    """Read what trainers promise and are advised."""
    return TrainerGuide(
        review_within_days=table.integer("review_within_days", 1, 365),
        promise=table.text("promise"),
        review_advice=table.texts("review_advice"),
        accept_feedback=table.texts("accept_feedback"),
        nudge=table.text("nudge"),
    )


def read_self_assessment(table: Table) -> SelfAssessment:
    """Read the questions about oneself; every number of the scale has its label."""
    questions = SelfAssessment(
        moments=table.members("moments", Moment),
        scale=table.integers("scale"),
        intro_start=table.text("intro_start"),
        intro_end=table.text("intro_end"),
        labels=tuple(ScaleLabel(child.integer("value"), child.pair()) for child in table.tables("labels")),
        statements=tuple(
            Statement(child.key(), child.key("aspect"), child.text("text")) for child in table.tables("statement")
        ),
    )
    if list(questions.scale) != sorted(set(questions.scale)):
        table.note(table.at("scale"), "expected different numbers, the smallest first")
    values = tuple(label.value for label in questions.labels)
    if questions.scale and values and min(values) >= 0 and values != questions.scale:
        expected = ", ".join(map(str, questions.scale))
        table.note(table.at("labels"), f"expected labels for {expected}, found {', '.join(map(str, values))}")
    return questions


def read_evaluation(table: Table) -> Evaluation:
    """Read the questions about the training itself."""
    return Evaluation(
        intro=table.text("intro"),
        questions=tuple(Question(child.key(), child.text("text")) for child in table.tables("question")),
    )


def _read_rounds(table: Table, name: str) -> tuple[Round, ...]:
    return tuple(Round(child.integer("minutes", at_least=1), child.pair()) for child in table.tables(name))
