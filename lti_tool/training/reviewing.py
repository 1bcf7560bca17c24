"""Reviewing: a trainer accepts a version, or returns it with feedback. What follows happens in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
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
from lti_tool.training.models import Review
from lti_tool.training.outcomes import OutcomeFollower
from lti_tool.training.writing import LONGEST_FEEDBACK, clean_text
from mappings.progress import OutcomeState


class Verdict(StrEnum):
    """The two outcomes of a review; there are no grades."""

    ACCEPTED = "accepted"
    RETURNED = "returned"


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
        self, viewer: Viewer, submission_id: str, verdict: str, feedback: str, version_number: int | None = None
    ) -> Reviewed:
        """Give a verdict on the last version.

        Accepted work stays accepted; returned work can still be accepted, or get other feedback. The same verdict twice
        is one.

        Args:
            version_number: the version that the trainer read; None means whichever is the last.

        Raises:
            Incomplete: no verdict, feedback that is missing or too long.
            Moved: a newer version came in meanwhile, or the work was accepted already; nothing was changed.
            NotFound: not work that the viewer may review; nobody reviews their own.
        """
        feedback = clean_text(feedback).strip()
        chosen = _check(verdict, feedback)
        with self._database.session() as session:
            submission, standing = self._access.to_review(session, viewer, submission_id)
            submission = submissions.lock(session, submission.id)
            version = submissions.last_version(session, submission.id)
            if version is None or (version_number is not None and version.number != version_number):
                raise Moved(
                    "a newer version",
                    explanation=_l("Er is intussen een nieuwe versie ingeleverd. Lees die eerst; je feedback staat er nog."),
                )
            repeated = self._said(session, version.id, viewer.person_id, chosen, feedback)
            if submission.state == OutcomeState.ACCEPTED:
                if chosen is not Verdict.ACCEPTED:
                    raise Moved(
                        "accepted already",
                        explanation=_l("Dit werk is al akkoord. Akkoord werk kun je niet meer teruggeven."),
                    )
                if feedback and not repeated:
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
                    )
                )
                state = OutcomeState(chosen.value)
                submissions.change_state(session, submission, state, now, self._followers, feedback=feedback)
            return Reviewed(submission.id, standing.cohort.id, chosen, repeated)

    @staticmethod
    def _said(session: Session, version_id: str, person_id: str, verdict: Verdict, feedback: str) -> bool:
        """Return whether the last word on a version is this very one."""
        query = select(Review).where(Review.version_id == version_id).order_by(Review.reviewed_at.desc(), Review.id)
        last = session.scalar(query.limit(1))
        return last is not None and (last.reviewer_id, last.verdict, last.feedback) == (
            person_id,
            verdict.value,
            feedback,
        )


def _check(verdict: str, feedback: str) -> Verdict:
    problems: dict[str, Words] = {}
    if verdict not in tuple(Verdict):
        problems["verdict"] = _l("Kies: akkoord, of terug voor aanvulling.")
    if verdict == Verdict.RETURNED and not feedback:
        problems["feedback"] = _l("Schrijf wat er nog bij moet. Zonder feedback kun je werk niet teruggeven.")
    if len(feedback) > LONGEST_FEEDBACK:
        problems["feedback"] = _l(
            "Je feedback is te lang: er passen %(most)s tekens in. Hij staat hieronder nog.", most=LONGEST_FEEDBACK
        )
    if problems:
        raise Incomplete(problems)
    return Verdict(verdict)
