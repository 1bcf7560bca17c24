"""What the rooms below tell, as notices: each method takes part in the transaction of what happened, and calls nothing."""

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from lti_tool.audit import AuditTrail
from lti_tool.certificates.models import Award, Certificate
from lti_tool.clock import Clock
from lti_tool.errors import NotFound
from lti_tool.exchange.models import PieceReaction, ReactionKind, SharedPiece
from lti_tool.notices.models import Notice, NoticeKind
from lti_tool.notices.writing import NoticeWriter, outdate, trainers_of
from lti_tool.training import submissions
from lti_tool.training.models import Enrolment, Review, SubmissionVersion
from lti_tool.training.outcomes import OutcomeChanged
from lti_tool.training.quiet import NUDGE_EVERY
from mappings.progress import OutcomeState
from mappings.roles import Role


class NoticeService:
    """Makes notices.

    Args:
        clock: the time.
        writer: writes the rows.
        trail: holds who reminded whom.
    """

    def __init__(self, clock: Clock, writer: NoticeWriter, trail: AuditTrail) -> None:
        self._clock = clock
        self._writer = writer
        self._trail = trail

    def nudge(self, session: Session, enrolment_id: str, by: str) -> bool:
        """Remind a participant kindly. Whether the trainer may: the caller checks.

        Args:
            enrolment_id: the participant's.
            by: the trainer's account, for the audit trail; no notice says who it was.

        Returns:
            False: somebody did within the last seven days, and nothing was changed.

        Raises:
            NotFound: no such participant.
        """
        # two trainers at once wait for each other here; rows that refer to this one can be written meanwhile
        held = select(Enrolment).where(Enrolment.id == enrolment_id, Enrolment.role == Role.PARTICIPANT.value)
        enrolment = session.scalar(held.with_for_update(key_share=True))
        if enrolment is None:
            raise NotFound("no such participant")
        now = self._clock()
        nudged = exists().where(
            Notice.enrolment_id == enrolment_id, Notice.kind == NoticeKind.NUDGE.value, Notice.at > now - NUDGE_EVERY
        )
        if session.scalar(select(nudged)):
            return False
        # an older reminder that was never read makes way for this one
        older = delete(Notice).where(Notice.enrolment_id == enrolment_id, Notice.kind == NoticeKind.NUDGE.value)
        session.execute(older.where(Notice.read_at.is_(None)))
        self._writer.tell(session, {enrolment.person_id}, NoticeKind.NUDGE, enrolment, now)
        self._trail.done(session, by, "notices.nudge", enrolment_id)
        return True

    def follow_outcome(self, session: Session, change: OutcomeChanged) -> None:
        """Tell the participant of a review, and the trainers of work that came in again (an `OutcomeFollower`)."""
        version = submissions.last_version(session, change.submission_id)
        if version is None:
            return
        enrolment = session.get_one(Enrolment, change.enrolment_id)
        now = self._clock()
        if change.state in (OutcomeState.RETURNED, OutcomeState.ACCEPTED):
            outdate(session, change.submission_id, (NoticeKind.AGAIN, NoticeKind.RETURNED), now)
            kind = NoticeKind(change.state.value)
            self._writer.tell(session, {enrolment.person_id}, kind, enrolment, now, version_id=version.id)
        elif change.state is OutcomeState.SUBMITTED:
            outdate(session, change.submission_id, (NoticeKind.AGAIN, NoticeKind.RETURNED), now)
            if _was_returned(session, change.submission_id):
                people = trainers_of(session, enrolment)
                self._writer.tell(session, people, NoticeKind.AGAIN, enrolment, now, version_id=version.id)

    def follow_aspects(self, session: Session, enrolment_id: str) -> None:
        """Tell a participant that a trainer shared how they see the aspects (an `AspectFollower`)."""
        enrolment = session.get_one(Enrolment, enrolment_id)
        self._writer.tell(session, {enrolment.person_id}, NoticeKind.ASPECTS, enrolment, self._clock())

    def follow_certificate(self, session: Session, certificate: Certificate) -> None:
        """Tell somebody that the certificate is ready (a `CertificateFollower`)."""
        enrolment = session.get_one(Enrolment, session.get_one(Award, certificate.award_id).enrolment_id)
        self._writer.tell(
            session,
            {enrolment.person_id},
            NoticeKind.CERTIFICATE,
            enrolment,
            self._clock(),
            certificate_id=certificate.id,
        )

    def follow_reaction(self, session: Session, reaction: PieceReaction) -> None:
        """Tell the maker of a reaction, and those who reacted of the maker's answer (a `ReactionFollower`)."""
        session.flush()
        piece = session.get_one(SharedPiece, reaction.piece_id)
        maker = session.get_one(Enrolment, piece.enrolment_id)
        about = {"piece_id": piece.id, "reaction_id": reaction.id}
        now = self._clock()
        if reaction.kind != ReactionKind.ANSWER:
            self._writer.tell(session, {maker.person_id}, NoticeKind.REACTION, maker, now, **about)
            return
        asked = select(PieceReaction.person_id).where(PieceReaction.piece_id == piece.id)
        people = {*session.scalars(asked.where(PieceReaction.hidden_at.is_(None)))} - {maker.person_id}
        self._writer.tell(session, people, NoticeKind.ANSWER, maker, now, **about)

    def follow_piece(self, session: Session, piece: SharedPiece) -> None:
        """Tell the trainers what somebody asks with what is shared (a `PieceFollower`)."""
        session.flush()
        if not piece.question:
            asked = delete(Notice).where(Notice.piece_id == piece.id, Notice.kind == NoticeKind.QUESTION.value)
            session.execute(asked.where(Notice.read_at.is_(None)))
            return
        maker = session.get_one(Enrolment, piece.enrolment_id)
        people = trainers_of(session, maker)
        self._writer.tell(session, people, NoticeKind.QUESTION, maker, self._clock(), piece_id=piece.id)


def _was_returned(session: Session, submission_id: str) -> bool:
    returned = (
        exists()
        .where(SubmissionVersion.submission_id == submission_id)
        .where(Review.version_id == SubmissionVersion.id, Review.verdict == OutcomeState.RETURNED.value)
    )
    return bool(session.scalar(select(returned)))
