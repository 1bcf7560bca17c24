"""Work as pages show it: versions with their files and reviews, the draft, what the learning environments hold."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, selectinload

from lti_tool.statements import FoundRow, Statement
from lti_tool.training.draft_copies import copies_of
from lti_tool.training.importing import NativeFacts
from lti_tool.training.models import Review, Submission, SubmissionVersion, WorkFile
from lti_tool.training.outcomes import Extras, NativeFileShown
from lti_tool.training.people import names_of
from lti_tool.training.reviewing import Verdict
from mappings.progress import Origin, Outcome, OutcomeState
from mappings.texts import Text
from mappings.training import Assignment


@dataclass(frozen=True)
class FileShown:
    """A file in a list."""

    id: str
    name: str
    kind: str
    size: int


@dataclass(frozen=True)
class RemarkShown:
    """A trainer's word on one criterion."""

    criterion_key: str
    met: bool | None
    remark: str


@dataclass(frozen=True)
class ReviewShown:
    """A trainer's word on a version."""

    verdict: Verdict
    feedback: str
    by: str | None
    """The trainer's name, if the learning environment shares it."""
    at: datetime
    origin: Origin = Origin.TOOL
    """Where it was said: the word of a learning environment may be enough."""
    remarks: tuple[RemarkShown, ...] = ()

    def about(self, assignment: Assignment | None) -> Sequence[tuple[Text | None, RemarkShown]]:
        """Return what is said of criteria, each with the criterion's text, in the assignment's order.

        The text is None for a criterion that the training no longer has, or when the assignment is gone; those stand last.
        """
        texts = {criterion.key: criterion.text for criterion in assignment.criteria} if assignment else {}
        order = list(texts)
        known = sorted(
            (one for one in self.remarks if one.criterion_key in texts), key=lambda one: order.index(one.criterion_key)
        )
        gone = [one for one in self.remarks if one.criterion_key not in texts]
        return [*((texts[one.criterion_key], one) for one in known), *((None, one) for one in gone)]


@dataclass(frozen=True)
class VersionShown:
    """One hand-in."""

    id: str
    number: int
    text: str
    link: str
    files: tuple[FileShown, ...]
    handed_in_at: datetime
    receipt: str
    reviews: tuple[ReviewShown, ...]
    """The newest first."""
    origin: Origin = Origin.TOOL
    html: str = ""
    """The text with its headings, lists, links and bold; empty when it has none."""
    source_url: str | None = None
    """Where trainers see it in the learning environment in which it was handed in."""
    facts: NativeFacts | None = None
    """What that learning environment says of it."""

    @property
    def accepted(self) -> bool:
        """Whether this very version was accepted."""
        return any(review.verdict is Verdict.ACCEPTED for review in self.reviews)


@dataclass(frozen=True)
class CopyShown:
    """A text that is kept beside the draft."""

    id: str
    text: str
    link: str
    typed_at: datetime
    html: str = ""


@dataclass(frozen=True)
class WorkShown:
    """The work for one assignment, as its maker sees it."""

    submission_id: str | None
    """None while nothing was begun."""
    state: OutcomeState
    changed_at: datetime | None
    draft_text: str
    draft_link: str
    draft_saved_at: datetime | None
    """None while there is nothing newer than the last version."""
    draft_files: tuple[FileShown, ...]
    versions: tuple[VersionShown, ...]
    """The newest first."""
    draft_revision: int = 0
    draft_html: str = ""
    copies: tuple[CopyShown, ...] = ()
    """What is kept beside the draft, the newest first."""

    @property
    def handed_in(self) -> bool:
        """Whether something was handed in."""
        return self.state not in (OutcomeState.OPEN, OutcomeState.DRAFT)

    @property
    def last(self) -> VersionShown | None:
        """What was handed in last."""
        return self.versions[0] if self.versions else None

    @property
    def counts(self) -> VersionShown | None:
        """What counts: what was accepted, else what was handed in last. Something newer may have come from elsewhere."""
        return next((version for version in self.versions if version.accepted), self.last)

    @property
    def next_number(self) -> int:
        """The number that the next hand-in will have."""
        return self.versions[0].number + 1 if self.versions else 1


NativeFiles: TypeAlias = Mapping[str, Sequence[NativeFileShown]]
"""Files that were handed in in a learning environment, by the version's id."""
NOTHING = WorkShown(None, OutcomeState.OPEN, None, "", "", None, (), ())


def versions_of(session: Session, submission_id: str) -> tuple[VersionShown, ...]:
    """Return all versions of one piece of work, the newest first, in a fixed number of queries."""
    query = (
        select(SubmissionVersion)
        .where(SubmissionVersion.submission_id == submission_id)
        .order_by(SubmissionVersion.number.desc())
        .options(selectinload(SubmissionVersion.files), selectinload(SubmissionVersion.reviews).selectinload(Review.remarks))
    )
    versions = session.scalars(query).all()
    names = names_of(session, (review.reviewer_id for version in versions for review in version.reviews))
    return tuple(_version(version, names) for version in versions)


def native_files_of(session: Session, extras: Extras, versions: Sequence[VersionShown]) -> NativeFiles:
    """Return the files of those of these versions that were handed in in a learning environment."""
    elsewhere = [version.id for version in versions if version.origin is not Origin.TOOL]
    return extras.native_files(session, elsewhere) if elsewhere else {}


def work_of(session: Session, submission: FoundRow | None) -> WorkShown:
    """Return one piece of work, of `own_work`, as its maker sees it, draft included."""
    if submission is None:
        return NOTHING
    query = select(WorkFile).where(WorkFile.submission_id == submission.id, WorkFile.in_draft.is_(True))
    files = session.scalars(query.order_by(WorkFile.added_at, WorkFile.id)).all()
    return WorkShown(
        submission_id=submission.id,
        state=OutcomeState(submission.state),
        changed_at=submission.changed_at,
        draft_text=submission.draft_text,
        draft_link=submission.draft_link,
        draft_saved_at=submission.draft_saved_at,
        draft_files=_files(files),
        versions=versions_of(session, submission.id),
        draft_revision=submission.draft_revision,
        draft_html=submission.draft_html,
        copies=tuple(
            CopyShown(copy.id, copy.text, copy.link, copy.typed_at, copy.html) for copy in copies_of(session, submission.id)
        ),
    )


def own_work(session: Session, enrolment_id: str) -> Sequence[FoundRow]:
    """Return all work of one enrolment, with the columns of `Submission`."""
    session.flush()
    return _OWN_WORK.rows(session.connection(), {"enrolment_id": enrolment_id})


def outcomes(submissions: Collection[FoundRow]) -> list[Outcome]:
    """Return what the work of one enrolment amounts to, for `mappings.progress`."""
    return [Outcome(row.assignment_key, OutcomeState(row.state), at=row.changed_at) for row in submissions]


# Made once, because every page of a participant asks: to build a statement costs more than to run it.
_OWN_WORK = Statement(select(*Submission.__table__.columns).where(Submission.enrolment_id == bindparam("enrolment_id")))


def _version(version: SubmissionVersion, names: Mapping[str, str]) -> VersionShown:
    return VersionShown(
        id=version.id,
        number=version.number,
        text=version.text,
        link=version.link,
        html=version.html,
        files=_files(version.files),
        handed_in_at=version.handed_in_at,
        receipt=version.receipt,
        reviews=tuple(_review(review, names) for review in reversed(version.reviews)),
        origin=Origin(version.origin),
        source_url=version.source_url,
        facts=NativeFacts.of(version.facts),
    )


def _review(review: Review, names: Mapping[str, str]) -> ReviewShown:
    by = names.get(review.reviewer_id)
    remarks = tuple(RemarkShown(one.criterion_key, one.met, one.remark) for one in review.remarks)
    return ReviewShown(Verdict(review.verdict), review.feedback, by, review.reviewed_at, Origin(review.origin), remarks)


def _files(files: Sequence[WorkFile]) -> tuple[FileShown, ...]:
    return tuple(FileShown(file.id, file.name, file.kind, file.size) for file in files)
