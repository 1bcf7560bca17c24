"""Which page a notice leads to, and which notices a page answers, by whatever way somebody came to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select

from lti_tool.notices.models import Notice, NoticeKind
from lti_tool.training.models import Submission, SubmissionVersion


@dataclass(frozen=True)
class Target:
    """The page that a notice leads to: an endpoint and its values."""

    endpoint: str
    values: Mapping[str, Any]


def target_of(notice: Notice, assignment_key: str | None, submission_id: str | None) -> Target:
    """Return where a notice leads.

    Args:
        assignment_key: of the work, or of the piece; None: it is about neither.
        submission_id: the work.
    """
    cohort = {"cohort_id": notice.cohort_id}
    if notice.piece_id is not None:
        return Target("exchange.piece", {"piece_id": notice.piece_id})
    if notice.certificate_id is not None:
        return Target("awards.mine", cohort)
    if notice.kind == NoticeKind.AGAIN and submission_id is not None:
        return Target("training.review", {"submission_id": submission_id})
    if notice.kind == NoticeKind.ASPECTS:
        return Target("training.aspects", cohort)
    if assignment_key is not None:
        return Target("training.assignment", {**cohort, "key": assignment_key})
    return Target("training.home", cohort)


def answered_by(endpoint: str, values: Mapping[str, Any]) -> ColumnElement[bool] | None:
    """Return the condition on somebody's notices of a cohort that a page answers; None: it answers none.

    A reminder is answered by none: home, to which it leads, is opened anyhow.
    """
    reviewed = Notice.kind.in_((NoticeKind.RETURNED.value, NoticeKind.ACCEPTED.value))
    if endpoint == "exchange.piece":
        return Notice.piece_id == str(values["piece_id"])
    if endpoint == "awards.mine":
        return Notice.certificate_id.is_not(None)
    if endpoint == "training.aspects":
        return Notice.kind == NoticeKind.ASPECTS.value
    if endpoint == "training.review":
        versions = select(SubmissionVersion.id).where(SubmissionVersion.submission_id == values["submission_id"])
        return Notice.version_id.in_(versions)
    if endpoint == "training.assignment":
        versions = select(SubmissionVersion.id).join(Submission, Submission.id == SubmissionVersion.submission_id)
        return reviewed & Notice.version_id.in_(versions.where(Submission.assignment_key == values["key"]))
    if endpoint in ("training.version", "training.changes"):
        return Notice.version_id == str(values["version_id"])
    return None
