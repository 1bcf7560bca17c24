"""What somebody can share of their work for an assignment at this moment: exactly this, and nothing that comes after it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.exchange.models import Shared
from lti_tool.training import submissions
from lti_tool.training.models import Review, Submission, SubmissionVersion
from lti_tool.training.outcomes import Extras, NativeFileShown
from lti_tool.training.reviewing import Verdict
from lti_tool.training.showing import FileShown
from mappings.progress import Origin, OutcomeState


@dataclass(frozen=True)
class Offer:
    """A piece of work as it would be shared."""

    what: Shared
    version_id: str | None
    number: int | None
    """Of the version; None: a draft."""
    at: datetime | None
    """When it was handed in, or saved last."""
    text: str
    html: str
    """The same with its formatting; empty where it has none."""
    link: str
    files: tuple[FileShown, ...]
    native_files: Sequence[NativeFileShown]
    """Those that were handed in in a learning environment."""

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it."""
        return not (self.text.strip() or self.link or self.files or self.native_files)

    @property
    def mark(self) -> str:
        """A digest of the content: the form brings it back, so that nobody shares what they have not seen."""
        files = [*(file.id for file in self.files), *(file.id for file in self.native_files)]
        return hashlib.sha256(json.dumps([self.version_id, self.text, self.html, self.link, files]).encode()).hexdigest()


def offer_of(session: Session, extras: Extras, submission: Submission) -> Offer:
    """Return what can be shared: of accepted work that version, else the draft, else what was handed in last."""
    version = _accepted(session, submission.id)
    if version is not None:
        return _of_version(session, extras, version, Shared.ACCEPTED)
    last = submissions.last_version(session, submission.id)
    if last is not None and submission.draft_saved_at is None:
        state = OutcomeState(submission.state)
        return _of_version(session, extras, last, Shared.ACCEPTED if state is OutcomeState.ACCEPTED else Shared.HANDED_IN)
    files = submissions.draft_files(session, submission.id)
    return Offer(
        Shared.DRAFT,
        None,
        None,
        submission.draft_saved_at,
        submission.draft_text,
        submission.draft_html,
        submission.draft_link,
        tuple(FileShown(file.id, file.name, file.kind, file.size) for file in files),
        (),
    )


def _accepted(session: Session, submission_id: str) -> SubmissionVersion | None:
    query = (
        select(SubmissionVersion)
        .join(Review, Review.version_id == SubmissionVersion.id)
        .where(SubmissionVersion.submission_id == submission_id, Review.verdict == Verdict.ACCEPTED)
    )
    return session.scalars(query.order_by(SubmissionVersion.number.desc()).limit(1)).first()


def _of_version(session: Session, extras: Extras, version: SubmissionVersion, what: Shared) -> Offer:
    elsewhere = version.origin != Origin.TOOL
    return Offer(
        what,
        version.id,
        version.number,
        version.handed_in_at,
        version.text,
        version.html,
        version.link,
        tuple(FileShown(file.id, file.name, file.kind, file.size) for file in version.files),
        tuple(extras.native_files(session, [version.id]).get(version.id, ())) if elsewhere else (),
    )
