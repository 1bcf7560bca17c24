"""What a course of a connected Moodle holds, and in which ways each activity can count. Read in three requests as a rule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mappings.activities import HAND_IN_KIND, OWN_KIND, NativeActivity
from moodle_client import Activity, Assignment, GradeEntry, MoodleClient, Refusal, Section, Tracking

_NEVER_GRADED: Final = frozenset(
    (
        HAND_IN_KIND,
        OWN_KIND,
        "book",
        "choice",
        "feedback",
        "folder",
        "imscp",
        "label",
        "page",
        "resource",
        "subsection",
        "url",
    )
)
"""Kinds for which the gradebook need not be asked: they have no grade, or it is read elsewhere."""


@dataclass(frozen=True)
class ShownSection:
    """A section of a course, with its activities in the order of the page."""

    title: str
    hidden: bool
    activities: tuple[NativeActivity, ...]


@dataclass(frozen=True)
class CourseContents:
    """The sections of a course."""

    sections: tuple[ShownSection, ...]

    @property
    def activities(self) -> Sequence[NativeActivity]:
        """All activities, in the order of the course."""
        return [one for section in self.sections for one in section.activities]

    @property
    def choices(self) -> Mapping[int, NativeActivity]:
        """The activities that can count in some way, by cm id; external tools, ours among them, are none."""
        return {one.cm_id: one for one in self.activities if one.ways and one.kind != OWN_KIND}


def read_contents(client: MoodleClient, moodle_id: int, user_id: int) -> CourseContents:
    """Read a course; no transaction may be open.

    Args:
        client: of its Moodle.
        moodle_id: Moodle's id of the course.
        user_id: Moodle's id of the token's account, whose own page of the gradebook tells what has grades: Moodle gives one
            for people outside the course as well (measured). Where it does not, a participant's is read.

    Raises:
        MoodleError: the course cannot be read. A gradebook that cannot be is as if it had nothing in it.
    """
    sections = client.courses.contents(moodle_id)
    kinds = {one.kind for section in sections for one in section.activities}
    assignments: Mapping[int, Assignment] = {}
    if HAND_IN_KIND in kinds:
        assignments = {one.cm_id: one for one in client.assignments.of_courses([moodle_id])}
    grades = _gradebook(client, moodle_id, user_id) if kinds - _NEVER_GRADED else {}
    return CourseContents(tuple(_section(section, assignments, grades) for section in sections))


def _gradebook(client: MoodleClient, moodle_id: int, user_id: int) -> Mapping[int, GradeEntry]:
    for user in (user_id, None):
        try:
            whose = user or _participant(client, moodle_id, user_id)
            found = client.grades.of_user(moodle_id, whose) if whose else None
        except Refusal:
            continue
        if found is not None:
            return {entry.cm_id: entry for entry in found.entries if entry.cm_id is not None}
    return {}


def _participant(client: MoodleClient, moodle_id: int, user_id: int) -> int | None:
    people = [one for one in client.users.enrolled(moodle_id, fields=("id", "roles")) if one.id != user_id]
    learners = [one for one in people if "student" in one.roles]
    return next((one.id for one in learners or people), None)


def _section(section: Section, assignments: Mapping[int, Assignment], grades: Mapping[int, GradeEntry]) -> ShownSection:
    activities = tuple(
        _activity(one, section, assignments.get(one.cm_id), grades.get(one.cm_id)) for one in section.activities
    )
    return ShownSection(section.name, not section.visible, activities)


def _activity(one: Activity, section: Section, assignment: Assignment | None, grade: GradeEntry | None) -> NativeActivity:
    graded = grade is not None
    maximum = grade.maximum if grade is not None else None
    if assignment is not None:
        graded, maximum = assignment.maximum is not None or assignment.scale_id is not None, assignment.maximum
    return NativeActivity(
        cm_id=one.cm_id,
        instance_id=one.instance_id,
        kind=one.kind,
        title=one.name,
        section=section.name,
        hidden=not (one.visible and section.visible),
        takes_work=assignment is not None and assignment.takes_submissions,
        graded=graded,
        maximum=maximum,
        tracked=one.tracking is not Tracking.NONE,
    )
