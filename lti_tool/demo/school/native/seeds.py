"""The activities of its own that the demo school's course opens with, when the school is a Moodle."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..models import CompletionRule, Course
from .doing import add_activity
from .models import Kind, Question

if TYPE_CHECKING:
    from ..records import Records


def open_activities(school: "Records", course: Course) -> None:
    """Put four assignments, a page, a quiz and something hidden in a course, in the phases of the training."""
    add_activity(
        school,
        course,
        "Opdracht 1 – Mijn leervraag",
        section="Oriëntatie",
        text="Wat wil je leren, en waarom op jouw school? Schrijf het op.",
        rule=CompletionRule.SUBMIT,
        due=datetime(2026, 10, 1, 21, 59, tzinfo=UTC),
    )
    add_activity(
        school,
        course,
        "Leeswijzer",
        Kind.PAGE,
        section="Oriëntatie",
        text="Lees hoofdstuk 1 en 2. Klik daarna op afgerond.",
        rule=CompletionRule.MANUAL,
    )
    add_activity(
        school,
        course,
        "Opdracht 2 – Verkenning",
        section="Onderzoek",
        text="Wat kan er bij jullie op school, en wat heb je nodig?",
        rule=CompletionRule.SUBMIT,
        drafts=True,
    )
    add_activity(
        school,
        course,
        "Toets: weet jij wie je nodig hebt?",
        Kind.QUIZ,
        section="Onderzoek",
        text="Eén vraag, één antwoord.",
        rule=CompletionRule.PASS_GRADE,
        question=Question(
            "Wie besluit over het cultuurbudget op school?",
            ["De cultuurcoördinator", "De directie", "De gemeente"],
            1,
        ),
    )
    add_activity(
        school,
        course,
        "Beroepsproduct inleveren",
        section="Uitvoering",
        text="Lever je beleidsplan in als bestand.",
        rule=CompletionRule.PASS_GRADE,
        pass_grade=55,
    )
    add_activity(
        school,
        course,
        "Opdracht 4 – Terugblik",
        section="Evaluatie",
        text="Wat ontdekte je, en hoe ben je gegroeid?",
        rule=CompletionRule.SUBMIT,
    )
    add_activity(
        school,
        course,
        "Oude opdracht (niet gebruiken)",
        section="Evaluatie",
        text="Van vorig jaar.",
        hidden=True,
    )
