"""Putting two people together: all that was the one's becomes the other's, and is written down.

Of two participants in one cohort one goes on. The other keeps its row, out of sight (`JOINED`), with those works in whose
place stands a work that is further; what was typed and handed in there is kept beside that one, so that nothing is lost.
"""

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from lti_tool.certificates.models import Award, AwardState
from lti_tool.courses.models import Person
from lti_tool.ids import new_id
from lti_tool.linking.decisions import MOVES, PARTICIPANT_MOVES
from lti_tool.linking.journal import Journal
from lti_tool.linking.obstacles import certified
from lti_tool.training import submissions
from lti_tool.training.draft_copies import Content
from lti_tool.training.models import (
    JOINED,
    DraftCopy,
    Enrolment,
    Submission,
    VersionFile,
    WorkFile,
)
from mappings.progress import OutcomeState
from mappings.roles import Role

_FURTHER = (
    OutcomeState.OPEN,
    OutcomeState.DRAFT,
    OutcomeState.RETURNED,
    OutcomeState.SUBMITTED,
    OutcomeState.ACCEPTED,
)
"""The furthest last."""


def join(session: Session, journal: Journal, kept_id: str, joined_id: str) -> Sequence[str]:
    """Let a person take up another one; the caller holds both and saw no obstacle.

    Returns:
        The participants, by enrolment, who are the person now.
    """
    _enrolments(session, journal, kept_id, joined_id)
    _awards(session, journal, kept_id, joined_id)
    for table, column in MOVES:
        journal.move(table, column, joined_id, kept_id)
    _name(session, journal, kept_id, joined_id)
    session.flush()
    session.expire_all()
    own = select(Enrolment.id).where(Enrolment.person_id == kept_id, Enrolment.role == Role.PARTICIPANT.value)
    return session.scalars(own.order_by(Enrolment.id)).all()


def doubles(session: Session, one: str, other: str) -> int:
    """Return for how many assignments two people both have work."""
    mine = select(Enrolment.cohort_id, Submission.assignment_key).join(Submission, Submission.enrolment_id == Enrolment.id)
    worked = Submission.state != OutcomeState.OPEN.value
    first = session.execute(mine.where(Enrolment.person_id == one, Enrolment.role == Role.PARTICIPANT.value, worked))
    second = session.execute(mine.where(Enrolment.person_id == other, Enrolment.role == Role.PARTICIPANT.value, worked))
    return len({tuple(row) for row in first} & {tuple(row) for row in second})


def _enrolments(session: Session, journal: Journal, kept_id: str, joined_id: str) -> None:
    theirs = select(Enrolment).where(Enrolment.person_id == joined_id, Enrolment.role != JOINED).order_by(Enrolment.id)
    for enrolment in session.scalars(theirs.with_for_update()).all():
        own = session.scalar(
            select(Enrolment)
            .where(Enrolment.person_id == kept_id, Enrolment.cohort_id == enrolment.cohort_id)
            .where(Enrolment.role == enrolment.role)
            .with_for_update()
        )
        if own is None:
            journal.change("enrolment", [enrolment.id], "person_id", joined_id, kept_id)
            continue
        if enrolment.role == Role.PARTICIPANT:
            _work(session, journal, own.id, enrolment.id)
            for table, column in PARTICIPANT_MOVES:
                journal.move(table, column, enrolment.id, own.id)
        journal.change("enrolment", [enrolment.id], "role", enrolment.role, JOINED)


def _work(session: Session, journal: Journal, own_id: str, other_id: str) -> None:
    of_both = select(Submission).where(Submission.enrolment_id.in_((own_id, other_id))).order_by(Submission.id)
    by_key: dict[str, dict[str, Submission]] = {}
    for submission in session.scalars(of_both.with_for_update()).all():
        by_key.setdefault(submission.assignment_key, {})[submission.enrolment_id] = submission
    for key, both in sorted(by_key.items()):
        own, other = both.get(own_id), both.get(other_id)
        if other is None:
            continue
        if own is None:
            journal.change("submission", [other.id], "enrolment_id", other_id, own_id)
            continue
        if _rank(other) > _rank(own):
            # one assignment has one work of a participant: the other makes way first
            journal.change("submission", [own.id], "assignment_key", key, f"~{key}")
            journal.change("submission", [other.id], "enrolment_id", other_id, own_id)
            journal.change("submission", [own.id], "enrolment_id", own_id, other_id)
            journal.change("submission", [own.id], "assignment_key", f"~{key}", key)
            own, other = other, own
        _keep_beside(session, journal, own, other)


def _rank(submission: Submission) -> tuple[int, float]:
    return _FURTHER.index(OutcomeState(submission.state)), submission.changed_at.timestamp()


def _keep_beside(session: Session, journal: Journal, goes_on: Submission, waits: Submission) -> None:
    """Keep what was typed and handed in for a work that waits beside the one that goes on."""
    last = submissions.last_version(session, waits.id)
    typed = [Content(waits.draft_text, waits.draft_link, waits.draft_html)]
    if last is not None:
        typed.append(Content(last.text, last.link, last.html))
    known = Content(goes_on.draft_text, goes_on.draft_link, goes_on.draft_html)
    for content in dict.fromkeys(typed):
        if content.is_empty or content == known:
            continue
        at = waits.draft_saved_at or waits.changed_at
        copy = DraftCopy(id=new_id(), submission_id=goes_on.id, typed_at=at, **vars(content))
        journal.add(copy, "draft_copy", [copy.id])
    if goes_on.state == OutcomeState.ACCEPTED:
        return
    handed_in = exists().where(VersionFile.file_id == WorkFile.id)
    files = select(WorkFile.id).where(WorkFile.submission_id == waits.id, WorkFile.in_draft.is_(True), ~handed_in)
    for file_id in session.scalars(files.order_by(WorkFile.id)).all():
        journal.change("work_file", [file_id], "submission_id", waits.id, goes_on.id)


def _awards(session: Session, journal: Journal, kept_id: str, joined_id: str) -> None:
    """Let awards follow; of two of one training the one with a certificate goes on, else the one of who goes on."""
    theirs = session.scalars(select(Award).where(Award.person_id == joined_id).order_by(Award.id).with_for_update()).all()
    own = session.scalars(select(Award).where(Award.person_id == kept_id).order_by(Award.id).with_for_update()).all()
    certain = set(certified(session, joined_id).values())
    for award in theirs:
        same = [one for one in own if one.achievement_key == award.achievement_key]
        if same and award.id not in certain:
            _let_wait(journal, award)
            continue
        for one in same:
            # of each version a person has one award: the other makes way first
            journal.change("award", [one.id], "achievement_key", one.achievement_key, f"~{one.achievement_key}")
        journal.change("award", [award.id], "person_id", joined_id, kept_id)
        _follow_enrolment(session, journal, award, kept_id)
        for one in same:
            journal.change("award", [one.id], "person_id", kept_id, joined_id)
            journal.change("award", [one.id], "achievement_key", f"~{award.achievement_key}", award.achievement_key)
            _let_wait(journal, one)


def _let_wait(journal: Journal, award: Award) -> None:
    """See that nothing is issued for an award in whose place another goes on."""
    if award.state != AwardState.DECLINED:
        journal.change("award", [award.id], "state", str(award.state), AwardState.DECLINED.value)


def _follow_enrolment(session: Session, journal: Journal, award: Award, kept_id: str) -> None:
    """Let an award rest on the participant that went on."""
    enrolment = session.get_one(Enrolment, award.enrolment_id, populate_existing=True)
    if enrolment.role != JOINED:
        return
    goes_on = session.scalar(
        select(Enrolment.id).where(
            Enrolment.person_id == kept_id,
            Enrolment.cohort_id == enrolment.cohort_id,
            Enrolment.role == Role.PARTICIPANT.value,
        )
    )
    if goes_on is not None:
        journal.change("award", [award.id], "enrolment_id", award.enrolment_id, goes_on)


def _name(session: Session, journal: Journal, kept_id: str, joined_id: str) -> None:
    """Let the name for the certificate follow, when only the other confirmed one."""
    kept, joined = session.get_one(Person, kept_id), session.get_one(Person, joined_id)
    if kept.certificate_name is None and joined.certificate_name is not None and joined.certificate_name_at is not None:
        journal.change("person", [kept_id], "certificate_name", None, joined.certificate_name)
        at = joined.certificate_name_at.isoformat()
        journal.change("person", [kept_id], "certificate_name_at", None, at)
