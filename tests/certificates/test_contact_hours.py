"""Where contact hours are part of the award rule: the certificate waits for them, follows by itself, and rests on them."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from lti_tool.app import Parts, compose, create_app
from lti_tool.certificates.deciding import NotDue
from lti_tool.certificates.models import Award
from lti_tool.certificates.snapshot import ContactHoursMet, snapshot_from_json
from lti_tool.config import Settings
from lti_tool.database import Database
from mappings.award import AwardMode
from mappings.loading import load_trainings
from tests.certificates.award import Ready, all_accepted
from tests.certificates.decided import APPROVAL, Browser, People, launched
from tests.clock import FakeClock
from tests.made_once import rsa_key
from tests.meetings.conftest import TYPED
from tests.recording_jobs import RecordingJobs

BUILT_IN = load_trainings()["icc-vo"]
RULE = replace(BUILT_IN.award, contact_hours_minimum=4, contact_hours_count=True)
COUNTED = replace(BUILT_IN, award=RULE)
"""The built-in training, with four hours of meetings in its rule."""


@pytest.fixture
def mode() -> AwardMode:
    return AwardMode.AUTOMATIC


@pytest.fixture
def parts(settings: Settings, database: Database, clock: FakeClock, jobs: RecordingJobs, mode: AwardMode) -> Iterator[Parts]:
    """The application, with a training that counts hours."""
    training = replace(COUNTED, key=APPROVAL, award=replace(RULE, mode=mode))
    composed = compose(
        settings, clock=clock, database=database, engine=jobs, trainings={APPROVAL: training}, make_rsa=rsa_key
    )
    yield composed
    composed.close()


@pytest.fixture
def app(parts: Parts) -> Flask:
    return create_app(parts)


@pytest.fixture
def ready(parts: Parts) -> Ready:
    return all_accepted(parts, training_key=APPROVAL)


@pytest.fixture
def people(app: Flask, parts: Parts, ready: Ready) -> People:
    return launched(app, parts, ready)


def plan(people: People, ready: Ready, title: str, day: str = "2026-11-19") -> str:
    answer = people.trainer.post(f"/cohort/{ready.cohort_id}/meetings/new", {**TYPED, "title": title, "day": day})
    assert answer.status_code == 303
    return answer.location.split("#b-")[1]


def mark(trainer: Browser, ready: Ready, meeting_id: str, state: str, hours: str = "", was: str = "||") -> None:
    who = ready.enrolment_id
    form = {f"was-{who}": was, f"state-{who}": state, f"hours-{who}": hours, f"reason-{who}": ""}
    assert trainer.post(f"/meeting/{meeting_id}/attendance", form).status_code == 303


def state(parts: Parts) -> str | None:
    with parts.database.session() as session:
        return session.scalar(select(Award.state))


def home(people: People, ready: Ready) -> str:
    return people.participant.page(f"/cohort/{ready.cohort_id}")


def test_the_certificate_waits_for_the_hours_and_follows_when_attendance_is_entered(
    parts: Parts, ready: Ready, people: People, jobs: RecordingJobs
) -> None:
    first, second = plan(people, ready, "Waar sta je?"), plan(people, ready, "Terugkijken", "2026-11-20")
    mark(people.trainer, ready, first, "present")
    assert (state(parts), jobs.run()) == (None, 0)
    page = home(people, ready)
    assert "3 van 4 contacturen" in page
    assert "Je mist nog 1 uur bij bijeenkomsten." in page
    mark(people.trainer, ready, second, "partly", "1")
    assert state(parts) == "queued"
    jobs.run()
    assert state(parts) == "issued"
    (certificate,) = parts.certificates.list()
    frozen = snapshot_from_json(certificate.snapshot).contact_hours
    assert frozen is not None
    assert (frozen.needed, frozen.attended) == (240, 240)
    assert [(one.title, one.minutes) for one in frozen.meetings] == [("Waar sta je?", 180), ("Terugkijken", 60)]
    assert snapshot_from_json(certificate.snapshot).sha256() == certificate.snapshot_sha256
    why = people.participant.page(f"/cohort/{ready.cohort_id}/certificate/why")
    assert "4 uur aanwezig, van ten minste 4 uur." in why
    assert "Terugkijken" in why


def test_hours_taken_back_leave_the_certificate_and_are_told_to_the_trainer(
    parts: Parts, ready: Ready, people: People, jobs: RecordingJobs
) -> None:
    first, second = plan(people, ready, "Waar sta je?"), plan(people, ready, "Terugkijken", "2026-11-20")
    for meeting in (first, second):
        mark(people.trainer, ready, meeting, "present")
    jobs.run()
    with parts.database.session() as session:
        award_id = session.scalars(select(Award.id)).one()
    assert "daarna veranderd" not in people.trainer.page(f"/award/{award_id}")
    mark(people.trainer, ready, second, "absent", was="present||")
    assert jobs.run() == 0
    (certificate,) = parts.certificates.list()
    assert certificate.revoked_at is None
    for page in (
        people.trainer.page(f"/meeting/{second}/attendance"),
        people.trainer.page(f"/cohort/{ready.cohort_id}/meetings"),
        people.trainer.page(f"/award/{award_id}"),
    ):
        assert "Dit certificaat blijft geldig" in page or "Het certificaat blijft geldig" in page
    why = people.participant.page(f"/cohort/{ready.cohort_id}/certificate/why")
    assert "6 uur aanwezig, van ten minste 4 uur." in why
    assert "blijft geldig" not in why


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_hours_taken_back_before_the_job_runs_keep_the_certificate_from_being_made_until_they_are_there_again(
    parts: Parts, ready: Ready, people: People, jobs: RecordingJobs
) -> None:
    first, second = plan(people, ready, "Waar sta je?"), plan(people, ready, "Terugkijken", "2026-11-20")
    for meeting in (first, second):
        mark(people.trainer, ready, meeting, "present")
    assert people.trainer.post(f"/meeting/{second}/off").status_code == 303
    jobs.run()
    assert list(parts.certificates.list()) == []
    assert people.trainer.post(f"/meeting/{second}/on").status_code == 303
    jobs.run()
    assert state(parts) == "issued"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("mode", [AwardMode.APPROVAL])
def test_an_award_by_approval_is_not_proposed_without_the_hours(
    parts: Parts, ready: Ready, people: People, jobs: RecordingJobs
) -> None:
    meetings = [plan(people, ready, "Waar sta je?"), plan(people, ready, "Terugkijken", "2026-11-20")]
    for meeting in meetings:
        mark(people.trainer, ready, meeting, "present")
    assert jobs.run() == 0
    assert state(parts) == "waiting_proposal"
    with parts.database.session() as session:
        award_id = session.scalars(select(Award.id)).one()
    mark(people.trainer, ready, meetings[0], "absent", was="present||")
    assert "Draag voor bij" not in people.trainer.page(f"/award/{award_id}")
    with pytest.raises(NotDue):
        parts.decisions.propose(people.trainer.viewer, award_id)
    mark(people.trainer, ready, meetings[0], "present", was="absent||")
    parts.decisions.propose(people.trainer.viewer, award_id)
    assert state(parts) == "waiting_decision"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_snapshot_without_hours_does_not_name_them(
    parts: Parts, ready: Ready, people: People, jobs: RecordingJobs
) -> None:
    mark(people.trainer, ready, plan(people, ready, "Lang"), "present")
    mark(people.trainer, ready, plan(people, ready, "Nog langer"), "present")
    jobs.run()
    (certificate,) = parts.certificates.list()
    with_hours = snapshot_from_json(certificate.snapshot)
    assert isinstance(with_hours.contact_hours, ContactHoursMet)
    without = replace(with_hours, contact_hours=None).canonical_json()
    assert "contact_hours" not in json.loads(without)
    assert snapshot_from_json(without).canonical_json() == without
