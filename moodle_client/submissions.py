"""What participants handed in for an assignment, and what they got for it: the types."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from moodle_client.files import RemoteFile
from moodle_client.reading import Node
from moodle_client.untrusted import UntrustedHtml


class SubmissionStatus(StrEnum):
    """How far a submission is. NEW is an empty row that Moodle makes when anybody looks."""

    NEW = "new"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    REOPENED = "reopened"


class GradingStatus(StrEnum):
    """How far the grading is; the second half only where the assignment has a marking workflow."""

    GRADED = "graded"
    NOT_GRADED = "notgraded"
    NOT_MARKED = "notmarked"
    IN_MARKING = "inmarking"
    READY_FOR_REVIEW = "readyforreview"
    IN_REVIEW = "inreview"
    READY_FOR_RELEASE = "readyforrelease"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Submission:
    """What one participant (or a team: `group_id`) handed in, the latest attempt."""

    id: int
    assignment_id: int
    user_id: int | None
    """None for a team's submission."""
    group_id: int | None
    attempt: int
    """Counted from 0."""
    status: SubmissionStatus
    grading: GradingStatus | None
    created_at: datetime | None
    modified_at: datetime | None
    texts: tuple[UntrustedHtml, ...] = field(repr=False)
    files: tuple[RemoteFile, ...]

    @classmethod
    def read(cls, node: Node, assignment_id: int) -> "Submission":
        """Read one submission."""
        plugins = list(node.at("plugins").items()) if node.maybe("plugins") else []
        return cls(
            id=node.integer("id"),
            assignment_id=assignment_id,
            user_id=node.id_or_none("userid"),
            group_id=node.id_or_none("groupid"),
            attempt=node.integer("attemptnumber"),
            status=node.choice("status", SubmissionStatus),
            grading=node.choice("gradingstatus", GradingStatus) if node.maybe("gradingstatus") else None,
            created_at=node.moment("timecreated"),
            modified_at=node.moment("timemodified"),
            texts=tuple(text for plugin in plugins for text in _texts(plugin)),
            files=tuple(file for plugin in plugins for file in _files(plugin)),
        )


@dataclass(frozen=True, slots=True)
class AssignmentGrade:
    """The grade of one attempt. For a scale, the number of the word, counted from 1."""

    assignment_id: int
    user_id: int
    attempt: int
    grade: float | None
    """None: not graded (Moodle's -1)."""
    grader_id: int | None
    modified_at: datetime | None

    @classmethod
    def read(cls, node: Node, assignment_id: int) -> "AssignmentGrade":
        """Read one grade."""
        grade = node.number_or_none("grade")
        return cls(
            assignment_id=assignment_id,
            user_id=node.integer("userid"),
            attempt=node.integer("attemptnumber"),
            grade=grade if grade is not None and grade >= 0 else None,
            grader_id=node.id_or_none("grader"),
            modified_at=node.moment("timemodified"),
        )


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a participant got for a submission."""

    grade: AssignmentGrade | None
    graded_at: datetime | None
    texts: tuple[UntrustedHtml, ...] = field(repr=False)
    files: tuple[RemoteFile, ...]


@dataclass(frozen=True, slots=True)
class HandIn:
    """One participant's state of an assignment."""

    submission: Submission | None
    grading: GradingStatus | None
    locked: bool
    feedback: Feedback | None

    @classmethod
    def read(cls, node: Node, assignment_id: int) -> "HandIn":
        """Read the answer of ``mod_assign_get_submission_status``."""
        attempt, feedback = node.maybe("lastattempt"), node.maybe("feedback")
        own = attempt and (attempt.maybe("submission") or attempt.maybe("teamsubmission"))
        return cls(
            submission=Submission.read(own, assignment_id) if own else None,
            grading=attempt.choice("gradingstatus", GradingStatus) if attempt else None,
            locked=attempt.flag("locked", default=False) if attempt else False,
            feedback=_feedback(feedback, assignment_id) if feedback else None,
        )


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who may hand in an assignment. With blind marking the name is a mask, the id is not."""

    user_id: int
    full_name: str = field(repr=False)
    submitted: bool
    requires_grading: bool
    status: SubmissionStatus | None
    """None: nothing yet."""

    @classmethod
    def read(cls, node: Node) -> "Participant":
        """Read one participant."""
        return cls(
            user_id=node.integer("id"),
            full_name=node.text("fullname"),
            submitted=node.flag("submitted"),
            requires_grading=node.flag("requiregrading"),
            status=node.choice("submissionstatus", SubmissionStatus) if node.text("submissionstatus", "") else None,
        )


def _feedback(node: Node, assignment_id: int) -> Feedback:
    grade = node.maybe("grade")
    plugins = list(node.at("plugins").items()) if node.maybe("plugins") else []
    return Feedback(
        grade=AssignmentGrade.read(grade, assignment_id) if grade else None,
        graded_at=node.moment("gradeddate"),
        texts=tuple(text for plugin in plugins for text in _texts(plugin)),
        files=tuple(file for plugin in plugins for file in _files(plugin)),
    )


def _texts(plugin: Node) -> tuple[UntrustedHtml, ...]:
    return tuple(text for text in plugin.each("editorfields", lambda one: one.html("text")) if text)


def _files(plugin: Node) -> tuple[RemoteFile, ...]:
    areas = plugin.each("fileareas", lambda area: area.each("files", RemoteFile.read))
    return tuple(file for area in areas for file in area)
