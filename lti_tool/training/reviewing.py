"""Reviewing: a trainer accepts a version, or returns it with feedback. What follows happens in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import Words
from lti_tool.ids import new_id
from lti_tool.launch.sessions import Viewer
from lti_tool.training import submissions
from lti_tool.training.access import Access
from lti_tool.training.errors import Incomplete, Moved
from lti_tool.training.models import Review, ReviewRemark
from lti_tool.training.outcomes import OutcomeFollower
from lti_tool.training.writing import LONGEST_FEEDBACK, LONGEST_REMARK, clean_text
from mappings.progress import OutcomeState


class Verdict(StrEnum):
    """The two outcomes of a review; there are no grades."""

    ACCEPTED = "accepted"
    RETURNED = "returned"


@dataclass(frozen=True)
class Remark:
    """What is said of one criterion."""

    criterion_key: str
    met: bool | None
    """None when the trainer does not say."""
    remark: str = ""

    @property
    def says_something(self) -> bool:
        """Whether there is anything to keep."""
        return self.met is not None or bool(self.remark)


@dataclass(frozen=True)
class Reviewed:
    """What a review came to."""

    submission_id: str
    cohort_id: str
    verdict: Verdict
    repeated: bool
    """It had been said already: the same form came twice."""


class ReviewService:
    """Verdicts on versions.

    Args:
        database: its own short transactions.
        clock: the time.
        access: who may.
        followers: told of every review, in the same transaction.
    """

    def __init__(self, database: Database, clock: Clock, access: Access, followers: Sequence[OutcomeFollower] = ()) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._followers = tuple(followers)

    def review(
        self,
        viewer: Viewer,
        submission_id: str,
        verdict: str,
        feedback: str,
        version_number: int | None = None,
        remarks: Sequence[Remark] = (),
    ) -> Reviewed:
        """Give a verdict on the last version.

        Accepted work stays accepted; returned work can still be accepted, or get other feedback. The same verdict twice
        is one.

        Args:
            version_number: the version that the trainer read; None means whichever is the last.
            remarks: what is said of criteria of the assignment; of anything else they are left out.

        Raises:
            Incomplete: no verdict, feedback that is missing or too long, or accepted while a criterion is not met.
            Moved: a newer version came in meanwhile, or the work was accepted already; nothing was changed.
            NotFound: not work that the viewer may review; nobody reviews their own.
        """
        feedback = clean_text(feedback).strip()
        remarks = [replace(one, remark=clean_text(one.remark).strip()) for one in remarks]
        remarks = [one for one in remarks if one.says_something]
        chosen = _check(verdict, feedback, remarks)
        with self._database.session() as session:
            submissions.hold_maker(session, submission_id)
            submission, standing = self._access.to_review(session, viewer, submission_id)
            submission = submissions.lock(session, submission.id)
            version = submissions.last_version(session, submission.id)
            if version is None or (version_number is not None and version.number != version_number):
                raise Moved(
                    "a newer version",
                    explanation=_l("Er is intussen een nieuwe versie ingeleverd. Lees die eerst; je feedback staat er nog."),
                )
            criteria = {criterion.key for criterion in standing.assignment(submission.assignment_key).criteria}
            remarks = [one for one in remarks if one.criterion_key in criteria]
            repeated = self._said(session, version.id, viewer.person_id, chosen, feedback, remarks)
            if submission.state == OutcomeState.ACCEPTED:
                if chosen is not Verdict.ACCEPTED:
                    raise Moved(
                        "accepted already",
                        explanation=_l("Dit werk is al akkoord. Akkoord werk kun je niet meer teruggeven."),
                    )
                if (feedback or remarks) and not repeated:
                    raise Moved(
                        "accepted already",
                        explanation=_l("Dit werk was al akkoord. Je feedback is niet verstuurd; hij staat er nog."),
                    )
                repeated = True
            if not repeated:
                now = self._clock()
                session.add(
                    Review(
                        id=new_id(),
                        version_id=version.id,
                        reviewer_id=viewer.person_id,
                        verdict=chosen.value,
                        feedback=feedback,
                        reviewed_at=now,
                        remarks=[
                            ReviewRemark(criterion_key=one.criterion_key, met=one.met, remark=one.remark) for one in remarks
                        ],
                    )
                )
                state = OutcomeState(chosen.value)
                submissions.change_state(session, submission, state, now, self._followers, feedback=feedback)
            return Reviewed(submission.id, standing.cohort.id, chosen, repeated)

    @staticmethod
    def _said(
        session: Session, version_id: str, person_id: str, verdict: Verdict, feedback: str, remarks: Sequence[Remark]
    ) -> bool:
        """Return whether the last word on a version is this very one."""
        query = select(Review).where(Review.version_id == version_id).order_by(Review.reviewed_at.desc(), Review.id)
        last = session.scalar(query.limit(1))
        if last is None or (last.reviewer_id, last.verdict, last.feedback) != (person_id, verdict.value, feedback):
            return False
        return {Remark(one.criterion_key, one.met, one.remark) for one in last.remarks} == set(remarks)


def _check(verdict: str, feedback: str, remarks: Sequence[Remark]) -> Verdict:
    problems: dict[str, Words] = {}
    if verdict not in tuple(Verdict):
        problems["verdict"] = _l("Kies: akkoord, of terug voor aanvulling.")
    unmet = next((one for one in remarks if one.met is False), None)
    if verdict == Verdict.ACCEPTED and unmet is not None:
        problems[f"met-{unmet.criterion_key}"] = _l(
            "Bij een criterium staat ‘Vul aan’. Geef het werk terug, of kies daar iets anders."
        )
    if verdict == Verdict.RETURNED and not feedback and not any(one.remark for one in remarks):
        problems["feedback"] = _l("Schrijf wat er nog bij moet. Zonder feedback kun je werk niet teruggeven.")
    if len(feedback) > LONGEST_FEEDBACK:
        problems["feedback"] = _l(
            "Je feedback is te lang: er passen %(most)s tekens in. Hij staat hieronder nog.", most=LONGEST_FEEDBACK
        )
    for one in remarks:
        if len(one.remark) > LONGEST_REMARK:
            problems[f"remark-{one.criterion_key}"] = _l(
                "Deze feedback is te lang: er passen %(most)s tekens in. Hij staat hieronder nog.", most=LONGEST_REMARK
            )
    if problems:
        raise Incomplete(problems)
    return Verdict(verdict)
