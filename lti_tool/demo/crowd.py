"""A cohort as large as one gets, written straight into the database: to see how pages hold, never for real people.

Its schools are made up (`.invalid` leads nowhere) and nothing is ever sent to them: every score counts as delivered. Nobody
has met the award rule, so no certificate follows from it. What is written is the same each time, but for the ids.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.courses.models import Account, Course, CourseCohort, CourseMember, Person, Placement
from lti_tool.database import Base, Database
from lti_tool.demo.crowd_texts import Texts
from lti_tool.errors import Refused
from lti_tool.exchange.models import PieceReaction, Shared, SharedPiece
from lti_tool.ids import new_id
from lti_tool.platforms.models import Platform, PlatformStatus
from lti_tool.sync.models import ScoreOutbox
from lti_tool.training.models import (
    Cohort,
    Enrolment,
    EnrolmentCourse,
    Review,
    ReviewRemark,
    Submission,
    SubmissionVersion,
)
from mappings.progress import Origin, OutcomeState
from mappings.roles import Role
from mappings.training import Assignment, Training

CLIENT_ID = "made-up"
"""Of the schools that are written here: a real school never has this one on a host that cannot exist."""
_HOST = ".made-up.invalid"
_AT_ONCE = 2_000
"""Rows of one statement: the texts of so many are a few megabytes."""
_WORDS = (120, 700)
"""From how many words to how many a version has, where the training names no range."""

Row = dict[str, Any]
T = TypeVar("T")


class RealSchools(Refused):
    """There are real learning environments here."""

    code = "D-REAL-SCHOOLS"
    status = 409


@dataclass(frozen=True)
class CrowdPlan:
    """How large it becomes."""

    participants: int = 200
    versions: int = 50
    """Of each assignment, of each participant."""
    schools: int = 8


@dataclass(frozen=True)
class Crowd:
    """What was written."""

    cohort_id: str
    trainer_account_id: str
    """Trains the whole cohort."""
    participant_account_id: str
    """Of the participant who has been at it longest."""
    course_id: str
    """The course of both."""
    participants: int
    versions: int
    """In all."""

    def row(self) -> Mapping[str, object]:
        """Return it as facts for the command line."""
        return {"cohort": self.cohort_id, "participants": self.participants, "versions": self.versions}


def seed_crowd(
    database: Database, clock: Clock, training: Training, plan: CrowdPlan, *, beside_real_schools: bool = False
) -> Crowd:
    """Write the cohort in one transaction: all of it or nothing.

    Args:
        beside_real_schools: also where learning environments are registered that were not made up.

    Raises:
        RealSchools: there are such, and nobody said that this is meant.
    """
    with database.session() as session:
        if not beside_real_schools and (count := _real_schools(session)):
            raise RealSchools(
                f"real learning environments are registered here: {count}; --beside-real-schools if you mean it"
            )
        return _Writer(session, clock(), training, plan).write()


def _real_schools(session: Session) -> int:
    made_up = (Platform.client_id == CLIENT_ID) & Platform.issuer.like(f"%{_HOST}")
    return session.scalar(select(func.count()).select_from(Platform).where(~made_up)) or 0


@dataclass(frozen=True)
class _Member:
    """A participant, as far as the work needs to know."""

    number: int
    enrolment_id: str
    person_id: str
    account_id: str
    school: "_School"


@dataclass(frozen=True)
class _School:
    platform_id: str
    course_id: str
    placements: Mapping[str, str]
    """By assignment."""


class _Writer:
    """Writes in the caller's transaction, one statement for many rows.

    Args:
        session: that transaction.
        now: everything happened before this moment.
        training: whose assignments are handed in.
        plan: how much.
    """

    def __init__(self, session: Session, now: datetime, training: Training, plan: CrowdPlan) -> None:
        self._session, self._now, self._training, self._plan = session, now, training, plan
        self._chance = random.Random(2021)  # noqa: S311 - chance that can be repeated
        self._texts = Texts(self._chance)
        self._began = now - timedelta(days=210)
        self._trainer_id = new_id()
        self._cohort_id = new_id()

    def write(self) -> Crowd:
        """Write everything."""
        now, plan = self._began, self._plan
        self._add(Person, [{"id": self._trainer_id, "created_at": now}])
        name = f"Proefeditie van {plan.participants} deelnemers"
        cohort = {"id": self._cohort_id, "training_key": self._training.key, "name": name, "created_at": now}
        self._add(Cohort, [cohort | {"created_by_id": self._trainer_id, "approved_at": None}])
        schools = [self._school(number) for number in range(plan.schools)]
        trainer_account = self._account(schools[0], self._trainer_id, "trainer", "Ilse Brouwers")
        self._add(Account, [trainer_account])
        self._add(Enrolment, [self._enrolment(new_id(), self._trainer_id, Role.TRAINER)])
        members = self._members(schools)
        work = [self._submission(member, one) for member in members for one in self._training.assignments]
        self._add(Submission, [row for row, _member, _assignment in work])
        self._versions(work)
        self._add(ScoreOutbox, [self._score(*one) for one in work if one[0]["state"] == OutcomeState.ACCEPTED])
        self._exchange(work)
        return Crowd(
            cohort_id=self._cohort_id,
            trainer_account_id=trainer_account["id"],
            participant_account_id=members[0].account_id,
            course_id=schools[0].course_id,
            participants=len(members),
            versions=len(work) * plan.versions,
        )

    def _school(self, number: int) -> _School:
        platform_id, course_id, began = new_id(), new_id(), self._began
        issuer = f"https://school-{number + 1}-{platform_id[:6].lower()}{_HOST}"
        self._add(
            Platform,
            [
                {
                    "id": platform_id,
                    "name": f"Proefschool {number + 1}",
                    "issuer": issuer,
                    "client_id": CLIENT_ID,
                    "auth_url": f"{issuer}/auth",
                    "token_url": f"{issuer}/token",
                    "jwks_url": f"{issuer}/jwks",
                    "status": PlatformStatus.ACTIVE,
                    "created_at": began,
                }
            ],
        )
        seen = {"created_at": began, "last_seen_at": self._now}
        course = {"id": course_id, "platform_id": platform_id, "context_id": "1", "title": "Cultuurcoördinator VO"}
        self._add(Course, [course | seen])
        bound = {"course_id": course_id, "cohort_id": self._cohort_id}
        self._add(CourseCohort, [bound | {"bound_by_id": self._trainer_id, "bound_at": began}])
        placements = {assignment.key: new_id() for assignment in self._training.assignments}
        self._add(
            Placement,
            [
                {
                    "id": placement_id,
                    "course_id": course_id,
                    "resource_link_id": key,
                    "title": key,
                    "cohort_id": self._cohort_id,
                    "assignment_key": key,
                    "ags_scopes": [],
                    "created_at": began,
                    "last_launch_at": self._now,
                }
                for key, placement_id in placements.items()
            ],
        )
        return _School(platform_id, course_id, placements)

    def _members(self, schools: Sequence[_School]) -> list[_Member]:
        members = [
            _Member(number, new_id(), new_id(), new_id(), schools[number % len(schools)])
            for number in range(self._plan.participants)
        ]
        self._add(Person, [{"id": one.person_id, "created_at": self._began} for one in members])
        self._add(
            Account,
            [
                self._account(one.school, one.person_id, f"deelnemer-{one.number}", self._texts.name(one.number))
                | {"id": one.account_id}
                for one in members
            ],
        )
        self._add(Enrolment, [self._enrolment(one.enrolment_id, one.person_id, Role.PARTICIPANT) for one in members])
        through = [{"enrolment_id": one.enrolment_id, "course_id": one.school.course_id} for one in members]
        self._add(EnrolmentCourse, through)
        seen = {"role": Role.PARTICIPANT.value, "last_seen_at": self._now}
        self._add(
            CourseMember, [{"course_id": one.school.course_id, "account_id": one.account_id} | seen for one in members]
        )
        return members

    def _account(self, school: _School, person_id: str, subject: str, name: str) -> Row:
        seen = {"created_at": self._began, "last_seen_at": self._now}
        who = {"id": new_id(), "platform_id": school.platform_id, "subject": subject, "person_id": person_id}
        return who | seen | {"display_name": name}

    def _enrolment(self, enrolment_id: str, person_id: str, role: Role) -> Row:
        row = {"id": enrolment_id, "cohort_id": self._cohort_id, "person_id": person_id}
        return row | {"role": role.value, "created_at": self._began}

    def _submission(self, member: _Member, assignment: Assignment) -> tuple[Row, _Member, Assignment]:
        """Make work: most of it accepted, the last of each participant never."""
        last = assignment is self._training.assignments[-1]
        state = OutcomeState.ACCEPTED
        if last or self._chance.random() < 0.3:
            state = OutcomeState.SUBMITTED if self._chance.random() < 0.7 else OutcomeState.RETURNED
        row = {
            "id": new_id(),
            "enrolment_id": member.enrolment_id,
            "assignment_key": assignment.key,
            "state": state.value,
            "origin": Origin.TOOL.value,
            "changed_at": self._now - timedelta(minutes=self._chance.randrange(1, 60_000)),
        }
        return row, member, assignment

    def _versions(self, work: Sequence[tuple[Row, _Member, Assignment]]) -> None:
        for some in _some_at_once(self._each_version(work)):
            reviews = [review for _version, review, _criterion in some if review is not None]
            self._add(SubmissionVersion, [version for version, _review, _criterion in some])
            self._add(Review, reviews)
            self._add(
                ReviewRemark,
                [
                    {"review_id": review["id"], "criterion_key": criterion, "met": False, "remark": "Dit mag preciezer."}
                    for _version, review, criterion in some
                    if review is not None and criterion
                ],
            )

    def _each_version(self, work: Sequence[tuple[Row, _Member, Assignment]]) -> Iterator[tuple[Row, Row | None, str | None]]:
        """Yield every version with its review, and the criterion that the review remarks upon."""
        count = self._plan.versions
        for row, _member, assignment in work:
            least, most = assignment.hand_in.text_words or _WORDS
            end: datetime = row["changed_at"]
            criterion = assignment.criteria[0].key if assignment.criteria else None
            for number in range(1, count + 1):
                at = end - timedelta(days=(count - number) * 3)
                words = least + (max(most, least + 1) - least) * number // count
                version = {
                    "id": new_id(),
                    "submission_id": row["id"],
                    "number": number,
                    "text": self._texts.work(max(words, 40)),
                    "handed_in_at": at,
                    "receipt": f"V{number}-PROEF",
                }
                last = number == count
                verdict = row["state"] if last else OutcomeState.RETURNED.value
                reviewed = None if verdict == OutcomeState.SUBMITTED else self._review(version["id"], verdict, at)
                yield version, reviewed, criterion if number % 2 else None

    def _review(self, version_id: str, verdict: str, at: datetime) -> Row:
        row = {"id": new_id(), "version_id": version_id, "reviewer_id": self._trainer_id, "verdict": verdict}
        return row | {"feedback": self._texts.feedback(), "reviewed_at": at}

    def _score(self, row: Row, member: _Member, assignment: Assignment) -> Row:
        """Make the row of a score that the school holds."""
        return {
            "id": new_id(),
            "platform_id": member.school.platform_id,
            "placement_id": member.school.placements[assignment.key],
            "account_id": member.account_id,
            "submission_id": row["id"],
            "score_given": 1.0,
            "score_maximum": 1,
            "version": 1,
            "sent_version": 1,
            "dirty": False,
            "changed_at": row["changed_at"],
            "sent_at": row["changed_at"],
            "sent_given": 1.0,
            "sent_maximum": 1,
        }

    def _exchange(self, work: Sequence[tuple[Row, _Member, Assignment]]) -> None:
        """Share a third of what was accepted, with some tips on each."""
        if self._training.sharing is None:
            return
        shared = [one for one in work if one[0]["state"] == OutcomeState.ACCEPTED and self._chance.random() < 1 / 3]
        pieces = [
            {
                "id": new_id(),
                "cohort_id": self._cohort_id,
                "enrolment_id": row["enrolment_id"],
                "submission_id": row["id"],
                "assignment_key": assignment.key,
                "what": Shared.ACCEPTED.value,
                "text": self._texts.work(400),
                "question": "Wat zou jij anders doen?",
                "shared_at": row["changed_at"],
            }
            for row, _member, assignment in shared
        ]
        self._add(SharedPiece, pieces)
        said = [
            {
                "id": new_id(),
                "piece_id": piece["id"],
                "person_id": self._trainer_id,
                "kind": "tip",
                "text": self._texts.feedback(),
                "said_at": piece["shared_at"] + timedelta(hours=number),
            }
            for piece in pieces
            for number in range(self._chance.randrange(5))
        ]
        self._add(PieceReaction, said)

    def _add(self, model: type[Base], rows: Sequence[Row]) -> None:
        for some in _some_at_once(rows):
            self._session.execute(insert(model), some)


def _some_at_once(things: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(things)
    while some := list(islice(rest, _AT_ONCE)):
        yield some
