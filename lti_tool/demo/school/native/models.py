"""What the school keeps of its own activities: what was handed in, how it was graded, and whether it is finished."""

import html
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ..models import Completion, CompletionRule

NO_GRADE = -1.0
"""How Moodle's assignments say that there is a row, but no grade."""


class Kind(StrEnum):
    """A kind of activity, by Moodle's name of the module."""

    ASSIGN = "assign"
    QUIZ = "quiz"
    PAGE = "page"


class Status(StrEnum):
    """How far a submission is, in Moodle's words."""

    NEW = "new"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    REOPENED = "reopened"


@dataclass(slots=True)
class HandedInFile:
    name: str
    content: bytes
    media_type: str
    at: datetime


@dataclass(slots=True)
class Submission:
    """One attempt of one person."""

    id: str
    person_id: str
    attempt: int
    status: Status
    created_at: datetime
    changed_at: datetime
    text: str = ""
    """As HTML."""
    files: list[HandedInFile] = field(default_factory=list)

    @property
    def paragraphs(self) -> list[str]:
        """The text as it was typed, a paragraph each."""
        parts = self.text.removeprefix("<p>").removesuffix("</p>").split("</p><p>")
        return [html.unescape(part) for part in parts if part]

    @property
    def plain(self) -> str:
        """The text as it was typed."""
        return "\n\n".join(self.paragraphs)


@dataclass(slots=True)
class AssignmentGrade:
    """What somebody got for one attempt; `points` is `NO_GRADE` where there is a row but no grade."""

    id: str
    person_id: str
    attempt: int
    points: float
    grader_id: str
    created_at: datetime
    changed_at: datetime
    feedback: str = ""


@dataclass(slots=True)
class Tick:
    """That an activity is finished for somebody or not, since when, and who said so in the rule's place."""

    state: Completion
    at: datetime
    by: str | None = None


@dataclass(slots=True)
class Question:
    """The one question of a quiz."""

    text: str
    options: list[str]
    right: int


@dataclass(slots=True)
class Activity:
    """An activity of the learning environment's own; its id is the course-module id (``cmid``)."""

    id: str
    kind: Kind
    instance: str
    """The id within its kind: an assignment's id."""
    course_id: str
    section: int
    title: str
    text: str
    changed_at: datetime
    maximum: float | None = None
    """The most points; None: no grade."""
    rule: CompletionRule = CompletionRule.NONE
    pass_grade: float | None = None
    hidden: bool = False
    drafts: bool = False
    """Whether something saved still has to be handed in."""
    blind: bool = False
    """Whether who grades does not see whose work it is."""
    due: datetime | None = None
    question: Question | None = None
    submissions: list[Submission] = field(default_factory=list)
    grades: list[AssignmentGrade] = field(default_factory=list)
    ticks: dict[str, Tick] = field(default_factory=dict)

    def submission(self, person_id: str) -> Submission | None:
        """The newest attempt of somebody."""
        mine = [one for one in self.submissions if one.person_id == person_id]
        return max(mine, key=lambda one: one.attempt) if mine else None

    def grade(self, person_id: str) -> AssignmentGrade | None:
        """The row of somebody's newest graded attempt; it may hold no grade."""
        mine = [one for one in self.grades if one.person_id == person_id]
        return max(mine, key=lambda one: one.attempt) if mine else None

    def points(self, person_id: str) -> float | None:
        """What somebody got; None: nothing yet."""
        row = self.grade(person_id)
        return None if row is None or row.points == NO_GRADE else row.points


@dataclass(slots=True)
class Account:
    """An account for programs: nobody signs in with it, and it is in no course. Its id is one of the users' ids."""

    id: str
    username: str
    given: str
    family: str
    token: str | None
    """None: revoked."""
    functions: list[str]
    """What its service offers."""
    capabilities: list[str]
    may_download: bool = True
    suspended: bool = False

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"
