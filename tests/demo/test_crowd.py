"""A large made-up cohort: what is in it, and where it is refused."""

from collections import Counter

import pytest
from sqlalchemy import func, select

from lti_tool.database import Database
from lti_tool.demo.crowd import Crowd, CrowdPlan, RealSchools, seed_crowd
from lti_tool.exchange.models import SharedPiece
from lti_tool.platforms.models import Platform
from lti_tool.sync.models import ScoreOutbox
from lti_tool.training.models import Enrolment, Review, Submission, SubmissionVersion
from mappings.loading import load_trainings
from tests.builders import Builder
from tests.clock import FakeClock

TRAINING = load_trainings()["icc-vo"]
SMALL = CrowdPlan(participants=6, versions=3, schools=2)


def seeded(database: Database, clock: FakeClock, *, beside_real_schools: bool = False) -> Crowd:
    return seed_crowd(database, clock, TRAINING, SMALL, beside_real_schools=beside_real_schools)


def test_everybody_handed_in_everything_so_many_times_and_nobody_is_done(database: Database, clock: FakeClock) -> None:
    crowd = seeded(database, clock)
    assignments = len(TRAINING.assignments)
    assert (crowd.participants, crowd.versions) == (6, 6 * assignments * 3)
    with database.session() as session:
        per_work = Counter(session.scalars(select(SubmissionVersion.submission_id)))
        assert set(per_work.values()) == {3}
        assert len(per_work) == 6 * assignments
        last = TRAINING.assignments[-1].key
        states = set(session.scalars(select(Submission.state).where(Submission.assignment_key == last)))
        assert "accepted" not in states
        assert session.scalar(select(func.count()).where(Enrolment.role == "participant")) == 6
        assert session.scalar(select(func.count()).where(ScoreOutbox.dirty.is_(True))) == 0
        assert session.scalar(select(SharedPiece.id).limit(1)) is not None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_was_accepted_has_a_review_that_says_so_and_what_waits_has_none(database: Database, clock: FakeClock) -> None:
    seeded(database, clock)
    with database.session() as session:
        rows = session.execute(
            select(Submission.state, Review.verdict)
            .join(SubmissionVersion, SubmissionVersion.submission_id == Submission.id)
            .outerjoin(Review, Review.version_id == SubmissionVersion.id)
            .where(SubmissionVersion.number == SMALL.versions)
        )
        assert {(state, verdict) for state, verdict in rows} == {
            ("accepted", "accepted"),
            ("returned", "returned"),
            ("submitted", None),
        }


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_same_texts_come_each_time_beside_what_was_seeded_before(database: Database, clock: FakeClock) -> None:
    texts = []
    for _time in range(2):
        crowd = seeded(database, clock)
        with database.session() as session:
            query = (
                select(SubmissionVersion.text)
                .join(Submission, Submission.id == SubmissionVersion.submission_id)
                .join(Enrolment, Enrolment.id == Submission.enrolment_id)
                .where(Enrolment.cohort_id == crowd.cohort_id)
            )
            texts.append(sorted(session.scalars(query)))
    assert texts[0] == texts[1]
    assert len(set(texts[0])) > len(texts[0]) / 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_where_a_real_school_is_registered_it_is_refused_unless_it_is_meant(database: Database, clock: FakeClock) -> None:
    Builder(database, clock).platform()
    with pytest.raises(RealSchools, match="registered here: 1"):
        seeded(database, clock)
    with database.session() as session:
        assert session.scalar(select(func.count()).select_from(Platform)) == 1
    assert seeded(database, clock, beside_real_schools=True).participants == 6
