"""The trainings as their files say, and what rests on each: editions and certificates. They are changed in the file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.certificates.models import Award, Certificate
from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.training.models import Cohort, Enrolment
from mappings.roles import Role
from mappings.training import Assignment, Requirement, Training

SHOWN_COHORTS = 10
"""Editions that the page of a training names; the list of editions has them all."""


@dataclass(frozen=True)
class TrainingLine:
    """A training and how much rests on it."""

    key: str
    training: Training | None
    """None: editions say that it is theirs, and its file is not there any more."""
    cohorts: int
    participants: int
    certificates: Mapping[int, int]
    """How many were issued and not replaced, by the version of the achievement."""

    @property
    def issued(self) -> int:
        """How many certificates rest on it, of all versions."""
        return sum(self.certificates.values())

    def row(self) -> dict[str, object]:
        """Return it as a row for the command line."""
        return {
            "key": self.key,
            "name": self.training.name.nl if self.training else None,
            "version": self.training.version if self.training else None,
            "cohorts": self.cohorts,
            "participants": self.participants,
            "certificates": self.issued,
            "file": self.training.source if self.training else "not there any more",
        }


@dataclass(frozen=True)
class NamedCohort:
    """An edition of a training."""

    id: str
    name: str
    created_at: datetime
    approved: bool


@dataclass(frozen=True)
class TrainingPage:
    """A training, looked at closely."""

    line: TrainingLine
    training: Training
    cohorts: Sequence[NamedCohort]
    """The newest `SHOWN_COHORTS`."""

    @property
    def file(self) -> str:
        """The name of its file."""
        return Path(self.training.source).name

    def facts(self, language: str) -> dict[str, object]:
        """Return what is true of it as a whole, for the command line."""
        one, made = self.training, self.training.achievement
        return {
            "key": one.key,
            "name": one.name.get(language),
            "version": one.version,
            "file": one.source,
            "hours": one.hours,
            "contact_hours": one.contact_hours,
            "phases": [phase.name.get(language) for phase in one.phases],
            "aspects": [aspect.name.get(language) for aspect in one.aspects],
            "rule": one.award.text.get(language),
            "mode": one.award.mode.value,
            "contact_hours_needed": one.award.contact_hours_minimum if one.award.contact_hours_count else 0,
            "achievement": f"{made.name.get(language)} ({made.key}, version {made.version})",
            "cohorts": self.line.cohorts,
            "certificates": self.line.issued,
        }

    def rows(self, language: str) -> Sequence[dict[str, object]]:
        """Return its assignments, for the command line."""
        return [
            {
                "key": one.key,
                "phase": self.training.phase(one.phase).name.get(language),
                "title": one.title.get(language),
                "required": one.required,
                "hours": one.hours,
                "hand_in": hand_in_of(one),
                "criteria": [criterion.key for criterion in one.criteria],
                "aspects": list(one.aspects),
            }
            for one in self.training.assignments
        ]


class TrainingDesk:
    """Reads trainings and what rests on them, in a fixed number of queries.

    Args:
        database: where the editions and certificates are.
        trainings: by key.
    """

    def __init__(self, database: Database, trainings: Mapping[str, Training]) -> None:
        self._database = database
        self._trainings = trainings

    def list(self) -> Sequence[TrainingLine]:
        """Return all trainings in the order of their files, and then those that only editions still name."""
        with self._database.reading() as session:
            return self._lines(session)

    def show(self, key: str) -> TrainingPage:
        """Return one training. Raises NotFound when its file is not there."""
        training = self._trainings.get(key)
        if training is None:
            raise NotFound(f"no training {key!r}; known are {', '.join(self._trainings)}")
        newest = select(Cohort).where(Cohort.training_key == key).order_by(Cohort.created_at.desc(), Cohort.id)
        with self._database.reading() as session:
            cohorts = [
                NamedCohort(one.id, one.name, one.created_at, one.approved_at is not None)
                for one in session.scalars(newest.limit(SHOWN_COHORTS))
            ]
            line = next(line for line in self._lines(session) if line.key == key)
        return TrainingPage(line, training, cohorts)

    def choices(self) -> Sequence[Training]:
        """Return the trainings of which an edition can be made."""
        return list(self._trainings.values())

    def _lines(self, session: Session) -> Sequence[TrainingLine]:
        count = func.count()
        cohorts = dict(session.execute(select(Cohort.training_key, count).group_by(Cohort.training_key)).all())
        people = dict(
            session.execute(
                select(Cohort.training_key, func.count(func.distinct(Enrolment.person_id)))
                .join(Enrolment, Enrolment.cohort_id == Cohort.id)
                .where(Enrolment.role == Role.PARTICIPANT)
                .group_by(Cohort.training_key)
            ).all()
        )
        issued = (
            select(Cohort.training_key, Award.achievement_version, count)
            .join(Enrolment, Enrolment.cohort_id == Cohort.id)
            .join(Award, Award.enrolment_id == Enrolment.id)
            .join(Certificate, Certificate.award_id == Award.id)
            .where(Certificate.replaced_by_id.is_(None))
            .group_by(Cohort.training_key, Award.achievement_version)
            .order_by(Award.achievement_version)
        )
        certificates: dict[str, dict[int, int]] = {}
        for key, version, number in session.execute(issued):
            certificates.setdefault(key, {})[version] = number
        return [
            TrainingLine(key, self._trainings.get(key), cohorts.get(key, 0), people.get(key, 0), certificates.get(key, {}))
            for key in (*self._trainings, *sorted(cohorts.keys() - self._trainings.keys()))
        ]


def hand_in_of(assignment: Assignment) -> Sequence[str]:
    """Return in which forms work is handed in; what is not required ends in a question mark."""
    wanted = {"text": assignment.hand_in.text, "files": assignment.hand_in.files, "link": assignment.hand_in.link}
    return [
        kind if requirement is Requirement.REQUIRED else f"{kind}?"
        for kind, requirement in wanted.items()
        if requirement is not Requirement.NONE
    ]
