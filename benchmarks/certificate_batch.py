"""A batch of certificates as an operator issues it, the page of one, and a status list, in a process of their own."""

import logging
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from benchmarks.measuring import measure
from lti_tool.app import Parts, compose, create_app
from lti_tool.certificates.issue_log_check import as_log, check_log
from lti_tool.certificates.models import Award, AwardState
from lti_tool.certificates.proofs import sign_status_list
from lti_tool.certificates.status import SLOTS, build_status_list
from lti_tool.config import load_settings
from lti_tool.courses.models import Person
from lti_tool.training.models import Cohort, Enrolment, Review, Submission, SubmissionVersion
from mappings.progress import Origin, OutcomeState
from mappings.roles import Role
from tests.recording_jobs import RecordingJobs

REVOKED = 1000
"""Of a hundred thousand certificates."""


@dataclass(frozen=True)
class BatchRun:
    """What one process found."""

    issued: int
    seconds: float
    cpu_ms: float
    """Of the processor for one certificate, kept in the database with its line in the log."""
    peak_mb: float
    """The most memory that the whole process had."""
    list_ms: float
    list_cpu_ms: float


def run(count: int) -> BatchRun:
    """Issue so many certificates, and sign a status list a few times."""
    with _furnished(count) as (parts, cohort_id):
        began, cpu = time.perf_counter(), time.process_time()
        result = parts.batches.issue(cohort_id, lambda _done, _of: None)
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        if result.issued != count or check_log(as_log(parts.issue_log.as_json(entries=True), "log")):
            raise ValueError(f"{result.issued} of {count} were issued, or the log does not hold")
        list_ms, list_cpu = _status_list(parts)
    return BatchRun(count, took, cpu / count * 1000, peak, list_ms, list_cpu)


def show_page(seconds: float) -> tuple[float, float]:
    """Show the page of a certificate for some seconds; return how often a second, and its CPU milliseconds."""
    with _furnished(1) as (parts, cohort_id):
        parts.batches.issue(cohort_id, lambda _done, _of: None)
        client = create_app(parts).test_client()
        url = f"/c/{parts.certificates.list()[0].id}"

        def show() -> None:
            answer = client.get(url, headers={"Accept": "text/html"})
            if answer.status_code != 200 or b"geldig" not in answer.data:
                raise ValueError(f"the page answered {answer.status_code}")

        show()
        done = measure(show, seconds=seconds)
    return done.count / done.seconds, done.cpu_seconds / done.count * 1000


@contextmanager
def _furnished(count: int) -> Iterator[tuple[Parts, str]]:
    """Open an installation of its own whose cohort has so many participants who are due; yield its id too."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as folder:
        parts = compose(load_settings(data_dir=Path(folder)), engine=RecordingJobs())
        try:
            parts.database.upgrade()
            cohort_id = _furnish(parts, count)
            parts.issuer_keys.keys()
            yield parts, cohort_id
        finally:
            parts.close()


def _status_list(parts: Parts) -> tuple[float, float]:
    """Return how long making and signing a list takes, in milliseconds: as a clock has it, and of the processor."""
    indexes = sorted(random.Random(1).sample(range(SLOTS), REVOKED))  # noqa: S311 - chance that can be repeated
    signer, base = parts.issuer_keys.signer(), parts.settings.base_url

    def make() -> None:
        now = parts.clock()
        # another moment each time, so that nothing is remembered
        sign_status_list({**build_status_list(base, 1, indexes, now=now), "name": f"{time.perf_counter()}"}, signer, now)

    make()
    done = measure(make, seconds=2.0)
    return done.seconds / done.count * 1000, done.cpu_seconds / done.count * 1000


def _furnish(parts: Parts, count: int) -> str:
    """Write participants who have done everything, and return the id of their cohort."""
    training, now = parts.trainings["icc-vo"], parts.clock()
    with parts.database.session() as session:
        trainer = Person(created_at=now)
        cohort = Cohort(training_key=training.key, name="Regio Zuid 2026", created_at=now, approved_at=now)
        people = [Person(created_at=now, certificate_name=f"Zoë van ’t Höfen {number}") for number in range(count)]
        session.add_all((trainer, cohort, *people))
        session.flush()
        enrolments = [
            Enrolment(cohort_id=cohort.id, person_id=person.id, role=Role.PARTICIPANT, created_at=now) for person in people
        ]
        session.add_all(enrolments)
        session.flush()
        work = [
            Submission(
                enrolment_id=enrolment.id,
                assignment_key=assignment.key,
                state=OutcomeState.ACCEPTED,
                origin=Origin.TOOL,
                changed_at=now,
            )
            for enrolment in enrolments
            for assignment in training.assignments
        ]
        session.add_all(work)
        session.flush()
        versions = [
            SubmissionVersion(submission_id=one.id, number=1, text="Werk.", handed_in_at=now, receipt="V1") for one in work
        ]
        session.add_all(versions)
        session.flush()
        session.add_all(
            Review(version_id=one.id, reviewer_id=trainer.id, verdict="accepted", reviewed_at=now) for one in versions
        )
        session.add_all(
            Award(
                person_id=enrolment.person_id,
                enrolment_id=enrolment.id,
                achievement_key=training.achievement.key,
                achievement_version=training.achievement.version,
                state=AwardState.QUEUED,
                met_at=now,
            )
            for enrolment in enrolments
        )
        return cohort.id
