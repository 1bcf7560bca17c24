"""What the API tells of cohorts, progress, awards and certificates: ids and states, never a name of a person."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from lti_tool.api import schemas
from lti_tool.api.paging import Place
from lti_tool.certificates.models import Award, Certificate
from lti_tool.certificates.service import CertificateUnknown
from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.training.models import Cohort, Enrolment, Submission
from mappings.progress import OutcomeState
from mappings.roles import Role
from mappings.training import Training


class ReadingService:
    """Reads pages of lists, and single things.

    Args:
        database: its own reading.
        trainings: by key.
        base_url: of the certificates' pages.
    """

    def __init__(self, database: Database, trainings: Mapping[str, Training], base_url: str) -> None:
        self._database = database
        self._trainings = trainings
        self._base_url = base_url

    def cohorts(self, query: schemas.PageQuery) -> schemas.Cohorts:
        """Return a page of cohorts."""
        found = select(Cohort).order_by(Cohort.created_at, Cohort.id).limit(query.limit + 1)
        after = Place.read(query.cursor)
        if after is not None:
            found = found.where(after.before(Cohort.created_at, Cohort.id))
        with self._database.reading() as session:
            rows = session.scalars(found).all()
            items = self._with_counts(session, rows[: query.limit])
        last = rows[query.limit - 1] if len(rows) > query.limit else None
        return schemas.Cohorts(items=items, next=str(Place(last.created_at, last.id)) if last else None)

    def cohort(self, cohort_id: str) -> schemas.Cohort:
        """Return one cohort. Raises NotFound."""
        with self._database.reading() as session:
            return self._with_counts(session, [self._cohort(session, cohort_id)])[0]

    def progress(self, cohort_id: str, query: schemas.PageQuery) -> schemas.CohortProgress:
        """Return a page of the participants of a cohort. Raises NotFound."""
        mine = (Enrolment.cohort_id == cohort_id) & (Enrolment.role == Role.PARTICIPANT.value)
        found = select(Enrolment).where(mine).order_by(Enrolment.created_at, Enrolment.id).limit(query.limit + 1)
        after = Place.read(query.cursor)
        if after is not None:
            found = found.where(after.before(Enrolment.created_at, Enrolment.id))
        with self._database.reading() as session:
            cohort = self._cohort(session, cohort_id)
            rows = session.scalars(found).all()
            shown = [row.id for row in rows[: query.limit]]
            states: dict[str, dict[str, Any]] = defaultdict(dict)
            work = select(Submission.enrolment_id, Submission.assignment_key, Submission.state, Submission.changed_at)
            for enrolment_id, key, state, changed_at in session.execute(work.where(Submission.enrolment_id.in_(shown))):
                states[enrolment_id][key] = (state, changed_at)
            awards = self._awards(session, Award.enrolment_id.in_(shown))
        of_enrolment = {award.enrolment: award for award in awards}
        training = self._trainings.get(cohort.training_key)
        keys = [assignment.key for assignment in training.assignments] if training else []
        items = [self._progress(row, keys, states[row.id], of_enrolment.get(row.id)) for row in rows[: query.limit]]
        last = rows[query.limit - 1] if len(rows) > query.limit else None
        return schemas.CohortProgress(items=items, next=str(Place(last.created_at, last.id)) if last else None)

    def awards(self, query: schemas.AwardsQuery) -> schemas.Awards:
        """Return a page of awards."""
        conditions = [Enrolment.cohort_id == query.cohort] if query.cohort else []
        after = Place.read(query.cursor)
        if after is not None:
            conditions.append(after.before(Award.met_at, Award.id))
        with self._database.reading() as session:
            rows = self._awards(session, *conditions, limit=query.limit + 1)
        last = rows[query.limit - 1] if len(rows) > query.limit else None
        return schemas.Awards(items=list(rows[: query.limit]), next=str(Place(last.met_at, last.id)) if last else None)

    def award(self, award_id: str) -> schemas.Award:
        """Return one award. Raises NotFound."""
        with self._database.reading() as session:
            found = self._awards(session, Award.id == award_id)
        if not found:
            raise NotFound("no such award")
        return found[0]

    def certificates(self, query: schemas.CertificatesQuery) -> schemas.Certificates:
        """Return a page of certificates."""
        found = self._certificates().order_by(Certificate.issued_at, Certificate.id).limit(query.limit + 1)
        if query.cohort:
            found = found.where(Enrolment.cohort_id == query.cohort)
        if query.state == "valid":
            found = found.where(Certificate.revoked_at.is_(None))
        elif query.state == "replaced":
            found = found.where(Certificate.replaced_by_id.is_not(None))
        elif query.state == "revoked":
            found = found.where(Certificate.revoked_at.is_not(None), Certificate.replaced_by_id.is_(None))
        after = Place.read(query.cursor)
        if after is not None:
            found = found.where(after.before(Certificate.issued_at, Certificate.id))
        with self._database.reading() as session:
            rows = [self._certificate(row) for row in session.execute(found)]
        last = rows[query.limit - 1] if len(rows) > query.limit else None
        return schemas.Certificates(items=rows[: query.limit], next=str(Place(last.issued_at, last.id)) if last else None)

    def certificate(self, certificate_id: str) -> schemas.Certificate:
        """Return one certificate.

        Raises:
            CertificateUnknown: there is none.
        """
        with self._database.reading() as session:
            row = session.execute(self._certificates().where(Certificate.id == certificate_id)).one_or_none()
        if row is None:
            raise CertificateUnknown("no such certificate")
        return self._certificate(row)

    @staticmethod
    def _cohort(session: Session, cohort_id: str) -> Cohort:
        cohort = session.get(Cohort, cohort_id)
        if cohort is None:
            raise NotFound("no such cohort")
        return cohort

    @staticmethod
    def _with_counts(session: Session, cohorts: Sequence[Cohort]) -> list[schemas.Cohort]:
        counts: dict[tuple[str, str], int] = {
            (cohort_id, role): count
            for cohort_id, role, count in session.execute(
                select(Enrolment.cohort_id, Enrolment.role, func.count())
                .where(Enrolment.cohort_id.in_([one.id for one in cohorts]))
                .group_by(Enrolment.cohort_id, Enrolment.role)
            )
        }
        return [
            schemas.Cohort(
                id=one.id,
                name=one.name,
                training=one.training_key,
                created_at=one.created_at,
                approved_at=one.approved_at,
                participants=counts.get((one.id, Role.PARTICIPANT.value), 0),
                trainers=counts.get((one.id, Role.TRAINER.value), 0),
            )
            for one in cohorts
        ]

    @staticmethod
    def _progress(
        row: Enrolment, keys: Sequence[str], states: Mapping[str, Any], award: schemas.Award | None
    ) -> schemas.Progress:
        outcomes = [
            schemas.Outcome(assignment=key, state=state, changed_at=changed_at)
            for key in keys
            for state, changed_at in [states.get(key, (OutcomeState.OPEN.value, None))]
        ]
        return schemas.Progress(
            enrolment=row.id,
            enrolled_at=row.created_at,
            accepted=sum(outcome.state == OutcomeState.ACCEPTED.value for outcome in outcomes),
            of=len(outcomes),
            outcomes=outcomes,
            award=award.id if award else None,
            award_state=award.state if award else None,
            certificate=award.certificate if award else None,
        )

    @staticmethod
    def _awards(session: Session, *conditions: Any, limit: int | None = None) -> list[schemas.Award]:  # noqa: ANN401
        query = (
            select(Award, Enrolment.cohort_id)
            .join(Enrolment, Enrolment.id == Award.enrolment_id)
            .where(*conditions)
            .order_by(Award.met_at, Award.id)
        )
        rows = [(award, cohort_id) for award, cohort_id in session.execute(query.limit(limit) if limit else query)]
        made = session.execute(
            select(Certificate.award_id, Certificate.id)
            .where(Certificate.award_id.in_([award.id for award, _cohort in rows]))
            .order_by(Certificate.replaced_by_id.is_(None), Certificate.issued_at, Certificate.id)
        )
        newest: dict[str, str] = dict(made.all())
        return [
            schemas.Award(
                id=award.id,
                cohort=cohort_id,
                enrolment=award.enrolment_id,
                achievement=award.achievement_key,
                achievement_version=award.achievement_version,
                state=str(award.state),
                met_at=award.met_at,
                certificate=newest.get(award.id),
            )
            for award, cohort_id in rows
        ]

    @staticmethod
    def _certificates() -> Select[*tuple[Any, ...]]:
        return (
            select(
                Certificate.id,
                Certificate.award_id,
                Certificate.issued_at,
                Certificate.revoked_at,
                Certificate.revoked_reason,
                Certificate.replaced_by_id,
                Certificate.shared,
                Certificate.erased_at,
                Award.achievement_key,
                Award.achievement_version,
                Enrolment.cohort_id,
            )
            .join(Award, Award.id == Certificate.award_id)
            .join(Enrolment, Enrolment.id == Award.enrolment_id)
        )

    def _certificate(self, row: Any) -> schemas.Certificate:  # noqa: ANN401
        ended: schemas.State = "replaced" if row.replaced_by_id else "revoked"
        return schemas.Certificate(
            id=row.id,
            url=f"{self._base_url}/c/{row.id}",
            state=ended if row.revoked_at else "valid",
            award=row.award_id,
            cohort=row.cohort_id,
            achievement=row.achievement_key,
            achievement_version=row.achievement_version,
            issued_at=row.issued_at,
            ended_at=row.revoked_at,
            ended_reason=row.revoked_reason,
            replaced_by=row.replaced_by_id,
            shared=row.shared,
            erased=row.erased_at is not None,
        )
