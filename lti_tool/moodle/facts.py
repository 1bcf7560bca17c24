"""What one reading of a course tells: plain facts, without anything of the answers they were read from.

`News` is what was read of one user in one activity. None means that nothing new was told, never that there is nothing:
readings ask for what has changed only.
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime

from lti_tool.moodle.marks import Marks
from lti_tool.training.writing import LONGEST_TEXT, clean_text
from mappings.activities import Counts, Rule
from moodle_client import RemoteFile, Submission, SubmissionStatus

ASSIGN = "assign"
"""Moodle's kind of activity in which people hand in texts and files."""


@dataclass(frozen=True)
class Content:
    """What somebody handed in: the words of its texts, and its files."""

    text: str = field(default="", repr=False)
    cut: bool = False
    """The text was longer than a version holds."""
    files: tuple[RemoteFile, ...] = ()

    @staticmethod
    def of(submission: Submission) -> "Content":
        """Return the content of a submission; HTML becomes plain text."""
        text = clean_text("\n\n".join(words for one in submission.texts if (words := one.text.strip())))
        return Content(text[:LONGEST_TEXT], len(text) > LONGEST_TEXT, submission.files)


@dataclass(frozen=True)
class Handed:
    """The latest attempt at an assignment."""

    attempt: int
    """Counted from 0."""
    submitted_at: datetime | None
    """None: it is not handed in (a draft, reopened, an empty row)."""
    content: Content

    @staticmethod
    def of(submission: Submission) -> "Handed":
        """Return what a submission says."""
        at = submission.modified_at if submission.status is SubmissionStatus.SUBMITTED else None
        return Handed(submission.attempt, at, Content.of(submission))


NOT_HANDED_IN = Handed(0, None, Content())


@dataclass(frozen=True)
class Graded:
    """The grade of one attempt, in the activity's own points; `grade` None: it has none (any more)."""

    attempt: int
    grade: float | None
    graded_at: datetime | None
    grader_id: int | None = None


@dataclass(frozen=True)
class Completed:
    """Whether Moodle holds the activity complete, and since when it is what it is."""

    complete: bool
    completed_at: datetime | None


@dataclass(frozen=True)
class News:
    """What was read of one user in one activity."""

    user_id: int
    handed: Handed | None = None
    graded: Graded | None = None
    completed: Completed | None = None


@dataclass(frozen=True)
class MappingRead:
    """A mapping, as the job found it when it took the course."""

    id: str
    cm_id: int
    kind: str
    instance_id: int
    rule: Rule
    whole: bool
    """Everything that was handed in is to be read, whatever was read before."""

    @property
    def is_assign(self) -> bool:
        """Whether people hand in texts and files in it."""
        return self.kind == ASSIGN

    @property
    def from_gradebook(self) -> bool:
        """Whether its grades are read from the gradebook."""
        return not self.is_assign and self.rule.counts is Counts.GRADED


@dataclass(frozen=True)
class MappingNews:
    """What was read of one activity."""

    mapping: MappingRead
    news: tuple[News, ...]
    whole: bool
    """All of it was read: who is not in `news` has done nothing in it."""


@dataclass(frozen=True)
class Claim:
    """A course that this job, and no other, reads now."""

    course_id: str
    moodle_id: int
    number: int
    platform_id: str
    site_url: str
    taken_at: datetime
    synced_at: datetime | None
    """When the last reading that succeeded was taken up."""
    mappings: tuple[MappingRead, ...]
    marks: Marks


def digest_of(counts: Counts, handed: Handed | None, grade: float | None, completed_at: datetime | None) -> str:
    """Return the SHA-256 of what makes a version: what was handed in, and what counts besides."""
    content = handed.content if handed is not None else Content()
    facts = [
        handed.attempt if handed is not None and handed.submitted_at is not None else None,
        content.text,
        [[file.name, file.size, file.modified_at.isoformat() if file.modified_at else None] for file in content.files],
        grade if counts is Counts.GRADED else None,
        completed_at.isoformat() if counts is Counts.COMPLETED and completed_at else None,
    ]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()
