"""A link in a course that shows the certificate, and its column in the gradebook."""

import pytest
from flask import Flask
from sqlalchemy import select

from lti_tool.app import Parts, create_app
from lti_tool.courses.copies import CERTIFICATE
from lti_tool.courses.models import CourseMember, Placement
from lti_tool.sync.models import ScoreOutbox
from mappings.roles import Role
from tests.certificates.award import NAME, Ready, all_accepted
from tests.certificates.decided import People, launched
from tests.recording_jobs import RecordingJobs

COLUMN = "https://lms.example/items/certificate"


@pytest.fixture
def app(parts: Parts) -> Flask:
    return create_app(parts)


@pytest.fixture
def ready(parts: Parts) -> Ready:
    return all_accepted(parts, name=None)


@pytest.fixture
def people(app: Flask, parts: Parts, ready: Ready) -> People:
    return launched(app, parts, ready)


@pytest.fixture
def placement_id(parts: Parts, ready: Ready, people: People) -> str:
    now = parts.clock()
    with parts.database.session() as session:
        placement = Placement(
            course_id=people.course_id,
            resource_link_id="certificate",
            cohort_id=ready.cohort_id,
            assignment_key=CERTIFICATE,
            lineitem_url=COLUMN,
            created_at=now,
            last_launch_at=now,
        )
        session.add(placement)
        for browser in (people.participant, people.trainer):
            role = Role.PARTICIPANT if browser is people.participant else Role.TRAINER
            session.add(
                CourseMember(course_id=people.course_id, account_id=browser.viewer.account_id, role=role, last_seen_at=now)
            )
        session.flush()
        return placement.id


def rows(parts: Parts) -> list[tuple[float | None, int, int]]:
    with parts.database.session() as session:
        found = session.scalars(select(ScoreOutbox)).all()
        return [(row.score_given, row.score_maximum, row.version) for row in found]


def confirm(people: People, ready: Ready, jobs: RecordingJobs) -> None:
    """Confirm the name, and let everything run but what goes to the school, which is not there."""
    people.participant.post(f"/cohort/{ready.cohort_id}/name", {"certificate_name": NAME})
    certificates = [job for job in jobs.waiting_jobs if job.job == "issue-certificate"]
    jobs.waiting_jobs = []
    for job in certificates:
        jobs.handlers[job.job](job.key, job.number)


def test_a_participant_sees_what_is_still_needed_and_then_the_certificate(
    ready: Ready, people: People, placement_id: str, jobs: RecordingJobs
) -> None:
    before = people.participant.page(f"/placement/{placement_id}")
    assert "Nog nodig voor je certificaat" in before
    confirm(people, ready, jobs)
    after = people.participant.page(f"/placement/{placement_id}")
    assert "Mijn certificaat" in after
    assert NAME in after


def test_a_trainer_sees_whose_certificate_is_due(people: People, placement_id: str) -> None:
    page = people.trainer.page(f"/placement/{placement_id}")
    assert "<h1>Certificaten</h1>" in page
    assert people.trainer.get(f"/placement/{placement_id}/review").location == f"/placement/{placement_id}"


def test_the_column_holds_one_of_one_once_it_is_issued_and_nothing_before(
    parts: Parts, ready: Ready, people: People, placement_id: str, jobs: RecordingJobs
) -> None:
    assert placement_id
    assert (parts.certificate_columns.sweep(), rows(parts)) == (0, [])
    confirm(people, ready, jobs)
    assert parts.certificate_columns.sweep() == 1
    assert rows(parts) == [(1.0, 1, 1)]
    assert [job.job for job in jobs.waiting_jobs] == ["post-score"]
    assert parts.certificate_columns.sweep() == 0
    assert rows(parts) == [(1.0, 1, 1)]


def test_the_column_of_a_link_that_comes_later_is_filled(
    parts: Parts, ready: Ready, people: People, jobs: RecordingJobs, request: pytest.FixtureRequest
) -> None:
    confirm(people, ready, jobs)
    request.getfixturevalue("placement_id")
    assert parts.certificate_columns.sweep() == 1
    assert rows(parts) == [(1.0, 1, 1)]


def test_a_revoked_certificate_is_taken_back_and_a_replaced_one_stays(
    parts: Parts, ready: Ready, people: People, placement_id: str, jobs: RecordingJobs
) -> None:
    assert placement_id
    confirm(people, ready, jobs)
    parts.certificate_columns.sweep()
    made = parts.replacements.replace(parts.certificates.list()[0].id, "Zoë Çelik", "Tikfout")
    assert parts.certificate_columns.sweep() == 0
    parts.certificates.revoke(made, "Onterecht")
    assert parts.certificate_columns.sweep() == 1
    assert rows(parts) == [(0.0, 1, 2)]
    assert parts.certificate_columns.sweep() == 0


def test_a_link_without_a_column_gets_none(
    parts: Parts, ready: Ready, people: People, placement_id: str, jobs: RecordingJobs
) -> None:
    with parts.database.session() as session:
        session.get_one(Placement, placement_id).lineitem_url = None
    confirm(people, ready, jobs)
    assert parts.certificate_columns.sweep() == 0
