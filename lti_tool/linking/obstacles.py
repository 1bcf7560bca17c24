"""Why two people cannot be put together, or not be taken apart, in words that say who can help."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from lti_tool.certificates.models import Award, Certificate
from lti_tool.courses.models import Account, CourseCohort, CourseMember
from lti_tool.errors import Words
from lti_tool.linking.models import AccountLink, AccountLinkChange
from lti_tool.training.models import Enrolment, Review, Submission, SubmissionVersion
from mappings.roles import Role

TRAINS_THE_OTHER = _l(
    "Met het ene account ben je trainer van een editie waarin je met het andere account deelnemer bent. Niemand beoordeelt "
    "eigen werk, dus deze accounts kunnen niet samen. Vraag de andere trainers van de editie om hulp."
)
TWO_CERTIFICATES = _l(
    "Beide accounts hebben een certificaat van dezelfde training, en iemand heeft er één. Vraag de uitgever van het "
    "certificaat om een van de twee in te trekken. Daarna kunnen de accounts wel samen."
)
THE_SAME = _l("Deze twee accounts zijn al gekoppeld.")
A_NEWER_ONE = _l("Je koppelde later nog een account. Maak eerst die koppeling los.")
CERTIFICATE_OF_BOTH = _l(
    "Sinds de koppeling kreeg je een certificaat voor werk van beide accounts samen. Dat kan niet meer uit elkaar. "
    "De uitgever van het certificaat kan je verder helpen."
)


class Obstacle(StrEnum):
    """Why a link cannot be taken apart."""

    NEWER = "a newer link"
    """Somebody was linked since; the last link comes off first."""
    CERTIFICATE = "a certificate for work of both"
    """It was issued since they are one."""


WORDS: Mapping[Obstacle, Words] = {Obstacle.NEWER: A_NEWER_ONE, Obstacle.CERTIFICATE: CERTIFICATE_OF_BOTH}
"""As the person reads it."""


def obstacles_to_joining(session: Session, one: str, other: str) -> Sequence[Words]:
    """Return why two people, by id, cannot be put together; none when they can."""
    if one == other:
        return (THE_SAME,)
    found: list[Words] = []
    if _trains(session, one, other) or _trains(session, other, one):
        found.append(TRAINS_THE_OTHER)
    if certified(session, one).keys() & certified(session, other).keys():
        found.append(TWO_CERTIFICATES)
    return tuple(found)


def obstacles_to_parting(session: Session, link: AccountLink) -> Sequence[Obstacle]:
    """Return why a link cannot be taken apart; none when it can."""
    newer = exists().where(
        AccountLink.kept_id == link.kept_id, AccountLink.unlinked_at.is_(None), AccountLink.linked_at > link.linked_at
    )
    # who went on here was taken up in somebody else since
    taken_up = exists().where(AccountLink.joined_id == link.kept_id, AccountLink.unlinked_at.is_(None))
    if session.scalar(select(newer | taken_up)):
        return (Obstacle.NEWER,)
    grown = select(AccountLinkChange.after).where(
        AccountLinkChange.link_id == link.id,
        AccountLinkChange.table == "submission",
        AccountLinkChange.column == "enrolment_id",
    )
    issued = (
        exists()
        .where(Award.enrolment_id.in_(grown), Certificate.award_id == Award.id)
        .where(Certificate.issued_at >= link.linked_at)
    )
    return (Obstacle.CERTIFICATE,) if session.scalar(select(issued)) else ()


def certified(session: Session, person_id: str) -> Mapping[str, str]:
    """Return the awards of somebody whose certificate is valid, by the achievement's key."""
    made = exists().where(Certificate.award_id == Award.id, Certificate.revoked_at.is_(None))
    awards = session.scalars(select(Award).where(Award.person_id == person_id, made))
    return {award.achievement_key: award.id for award in awards}


def _trains(session: Session, trainer_id: str, participant_id: str) -> bool:
    """Return whether somebody trains an edition, wholly or a course of it, or reviewed work, of the other."""
    of_other = select(Enrolment.cohort_id).where(
        Enrolment.person_id == participant_id, Enrolment.role == Role.PARTICIPANT.value
    )
    whole = exists().where(
        Enrolment.person_id == trainer_id, Enrolment.role == Role.TRAINER.value, Enrolment.cohort_id.in_(of_other)
    )
    course = (
        exists()
        .where(Account.person_id == trainer_id, CourseMember.account_id == Account.id)
        .where(CourseMember.role == Role.TRAINER.value, CourseCohort.course_id == CourseMember.course_id)
        .where(CourseCohort.cohort_id.in_(of_other))
    )
    reviewed = (
        exists()
        .where(Enrolment.person_id == participant_id, Submission.enrolment_id == Enrolment.id)
        .where(SubmissionVersion.submission_id == Submission.id, Review.version_id == SubmissionVersion.id)
        .where(Review.reviewer_id == trainer_id)
    )
    return bool(session.scalar(select(whole | course | reviewed)))
