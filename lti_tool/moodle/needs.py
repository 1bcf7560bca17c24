"""Which of Moodle's web service functions are used here, what for, and what people may leave out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from lti_tool.errors import Words
from moodle_client import Function


class When(StrEnum):
    """When a function is needed."""

    ALWAYS = "always"
    FASTER = "faster"
    """Without it everything takes many more requests."""
    GRADES = "grades"
    """Only where the grade of something else than an assignment counts."""
    WRITES_GRADE = "writes_grade"
    """Only where a grade is written back."""
    WRITES_COMPLETION = "writes_completion"
    """Only where an activity is marked complete."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a function is for, and when it is needed."""

    purpose: Words
    when: When = When.ALWAYS


NEEDS: Mapping[Function, Need] = {
    Function.SITE_INFO: Need(_l("Van wie het token is")),
    Function.CONTENTS: Need(_l("Onderdelen en activiteiten van een cursus")),
    Function.ENROLLED: Need(_l("Wie er in een cursus zitten")),
    Function.ACTIVITIES_COMPLETION: Need(_l("Wat een deelnemer heeft voltooid")),
    Function.ASSIGNMENTS: Need(_l("De opdrachten van een cursus")),
    Function.SUBMISSIONS: Need(_l("Wat is ingeleverd")),
    Function.ASSIGNMENT_GRADES: Need(_l("Cijfers van opdrachten")),
    Function.BATCH: Need(_l("Veel vragen in één keer"), When.FASTER),
    Function.GRADE_REPORT: Need(_l("Cijfers van andere activiteiten dan opdrachten"), When.GRADES),
    Function.PARTICIPANTS: Need(_l("Wie een opdracht mag inleveren, voordat er iets wordt geschreven"), When.WRITES_GRADE),
    Function.SAVE_GRADE: Need(_l("Cijfer en feedback terugschrijven"), When.WRITES_GRADE),
    Function.OVERRIDE_COMPLETION: Need(_l("Een activiteit als voltooid markeren"), When.WRITES_COMPLETION),
}
"""In the order in which they are shown."""

ONLY_WHEN: Mapping[When, Words] = {
    When.GRADES: _l("Pas nodig als het cijfer van een andere activiteit dan een opdracht meetelt."),
    When.WRITES_GRADE: _l("Pas nodig als een trainer kiest dat cijfer en feedback naar Moodle teruggaan."),
    When.WRITES_COMPLETION: _l(
        "Pas nodig als een trainer kiest dat een activiteit in Moodle als voltooid wordt gemarkeerd."
    ),
}
