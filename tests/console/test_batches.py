"""A batch: who is ready and who is not, issued one after the other, stopped, killed, gone on with, and told in the end."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from lti_tool.app import Parts
from lti_tool.certificates.batch_runs import ISSUE_BATCH, LEASE, BatchRuns
from lti_tool.certificates.models import Award, AwardDecision, AwardState, BatchState, DecisionKind, IssuingBatch
from lti_tool.certificates.readiness import Why, readiness
from lti_tool.console.batches import BatchPage, BatchPages
from lti_tool.courses.models import Person
from lti_tool.errors import Invalid, NotFound
from lti_tool.ids import new_id
from lti_tool.training.models import Enrolment
from tests.certificates.award import all_accepted
from tests.certificates.decided import APPROVAL
from tests.clock import FakeClock
from tests.console.conftest import Desk
from tests.recording_jobs import RecordingJobs

BY, STAFF = "Iris de Vries", "S" * 22


class Class:
    """A cohort of a training that is awarded by approval, everybody proposed."""

    def __init__(self, parts: Parts, jobs: RecordingJobs, size: int = 3) -> None:
        self.parts, self.jobs = parts, jobs
        self.ready = [all_accepted(parts, training_key=APPROVAL, name=f"Deelnemer {number}") for number in range(size)]
        self.cohort_id = self.ready[0].cohort_id
        with parts.database.session() as session:
            for one in self.ready:
                session.get_one(Enrolment, one.enrolment_id).cohort_id = self.cohort_id
            for award in session.scalars(select(Award)):
                award.state, award.proposed_at = AwardState.WAITING_DECISION, parts.clock()

    def awards(self) -> list[str]:
        with self.parts.database.session() as session:
            return list(session.scalars(select(Award.id).order_by(Award.met_at, Award.id)))

    def award(self, number: int) -> str:
        with self.parts.database.session() as session:
            return session.scalars(select(Award.id).where(Award.enrolment_id == self.ready[number].enrolment_id)).one()

    def start(self, batch_id: str | None = None) -> str:
        return self.parts.batch_runs.start(batch_id or new_id(), self.cohort_id, self.awards(), BY, STAFF)

    def page(self, batch_id: str) -> BatchPage:
        return BatchPages(self.parts.database).show(batch_id)

    def whys(self) -> dict[str, Why | None]:
        found = readiness(self.parts.database, self.cohort_id, BY, STAFF)
        return {str(line.name): line.why for line in found.lines}


@pytest.fixture
def group(parts: Parts, jobs: RecordingJobs) -> Class:
    return Class(parts, jobs)


def test_everybody_who_is_ready_is_approved_and_issued_once(group: Class) -> None:
    batch_id = group.start()
    group.jobs.run()
    page = group.page(batch_id)
    assert (page.state, page.issued, page.failed, page.not_issued) == (BatchState.DONE, 3, 0, [])
    assert len(group.parts.certificates.list()) == 3
    with group.parts.database.session() as session:
        decided = session.scalars(select(AwardDecision)).all()
    assert {(one.kind, one.by_name, one.by_staff_id) for one in decided} == {(DecisionKind.APPROVED, BY, STAFF)}
    assert len(decided) == 3


def test_the_same_form_sent_twice_and_a_second_form_begin_one_batch(group: Class) -> None:
    batch_id = group.start()
    assert group.start(batch_id) == batch_id
    assert group.start() == batch_id
    group.jobs.run()
    assert group.start(batch_id) == batch_id
    with pytest.raises(Invalid):
        group.start()
    with pytest.raises(Invalid):
        group.parts.batch_runs.start("../x", group.cohort_id, group.awards(), BY, STAFF)
    with pytest.raises(NotFound):
        group.parts.batch_runs.start(new_id(), "unknown", group.awards(), BY, STAFF)
    with group.parts.database.session() as session:
        assert len(session.scalars(select(IssuingBatch)).all()) == 1


def test_the_preview_says_of_everybody_why_not(parts: Parts, jobs: RecordingJobs) -> None:
    group = Class(parts, jobs, 6)
    awards = [group.award(number) for number in range(6)]
    with parts.database.session() as session:
        rows = [session.get_one(Award, award_id) for award_id in awards]
        rows[1].state, rows[2].state, rows[3].last_error = AwardState.WAITING_PROPOSAL, AwardState.DECLINED, "rule"
        session.get_one(Person, rows[4].person_id).certificate_name = None
        proposal = {"number": 1, "kind": DecisionKind.PROPOSED, "by_staff_id": STAFF, "decided_at": parts.clock()}
        session.add(AwardDecision(award_id=awards[5], **proposal))
    code = f"Deelnemer {group.ready[4].enrolment_id[:4].upper()}"
    assert group.whys() == {
        "Deelnemer 0": None,
        "Deelnemer 1": Why.PROPOSAL,
        "Deelnemer 2": Why.DECLINED,
        "Deelnemer 3": Why.RULE,
        code: Why.NAME,
        "Deelnemer 5": Why.SAME_EYES,
    }
    batch_id = group.start()
    jobs.run()
    page = group.page(batch_id)
    assert (page.issued, page.total) == (1, 1)
    assert {one.why for one in page.not_issued} == {Why.PROPOSAL, Why.DECLINED, Why.RULE, Why.NAME, Why.SAME_EYES}


def test_what_changes_after_the_start_is_told_in_the_end(parts: Parts, group: Class) -> None:
    batch_id = group.start()
    declined = group.award(2)
    with parts.database.session() as session:
        session.get_one(Person, group.ready[1].person_id).certificate_name = None
        session.get_one(Award, declined).state = AwardState.DECLINED
    group.jobs.run()
    page = group.page(batch_id)
    assert (page.state, page.issued, page.failed) == (BatchState.DONE, 1, 2)
    assert {one.why for one in page.not_issued} == {Why.NAME, Why.DECLINED}


def test_a_batch_stops_before_the_next_one(parts: Parts, group: Class) -> None:
    batch_id = group.start()
    issue, issued = parts.issuer.issue, []

    def stop_after_the_first(award_id: str, number: int) -> None:
        issue(award_id, number)
        issued.append(award_id)
        parts.batch_runs.stop(batch_id, STAFF)
        parts.batch_runs.stop(batch_id, STAFF)

    runs = runs_with(parts, stop_after_the_first)
    runs.run(batch_id, 1)
    page = group.page(batch_id)
    assert (page.state, page.issued, len(issued)) == (BatchState.STOPPED, 1, 1)
    assert [one.why for one in page.not_issued] == [Why.STOPPED] * 2
    parts.batch_runs.run(batch_id, 1)
    parts.batch_runs.sweep()
    group.jobs.run()
    assert len(parts.certificates.list()) == 1
    with pytest.raises(NotFound):
        parts.batch_runs.stop("unknown", STAFF)


class Died(BaseException):
    """What kill -9 is to a process: nothing after it happens."""


@pytest.mark.parametrize("before", [True, False])
def test_what_a_dead_process_left_is_gone_on_with_once(
    parts: Parts, group: Class, clock: FakeClock, *, before: bool
) -> None:
    batch_id = group.start()
    issue, count = parts.issuer.issue, 0

    def die_at_the_second(award_id: str, number: int) -> None:
        nonlocal count
        count += 1
        if count == 2 and before:
            raise Died
        issue(award_id, number)
        if count == 2:
            raise Died

    group.jobs.waiting_jobs.clear()
    with pytest.raises(Died):
        runs_with(parts, die_at_the_second).run(batch_id, 1)
    parts.batch_runs.sweep()
    assert group.jobs.waiting_jobs == []
    clock.advance(seconds=LEASE.total_seconds())
    parts.batch_runs.sweep()
    assert [(one.job, one.number) for one in group.jobs.waiting_jobs] == [(ISSUE_BATCH, 2)]
    group.jobs.run()
    page = group.page(batch_id)
    assert (page.state, page.issued, page.failed) == (BatchState.DONE, 3, 0)
    assert len(parts.certificates.list()) == 3
    assert [entry.what for entry in parts.issue_log.entries()] == ["issued"] * 3


def test_whatever_goes_wrong_with_one_the_others_go_on(parts: Parts, group: Class) -> None:
    batch_id = group.start()
    issue, refused = parts.issuer.issue, group.awards()[1]

    def fail_once(award_id: str, number: int) -> None:
        if award_id == refused:
            raise ValueError("something unforeseen")
        issue(award_id, number)

    runs_with(parts, fail_once).run(batch_id, 1)
    page = group.page(batch_id)
    assert (page.state, page.issued, [one.why for one in page.not_issued]) == (BatchState.DONE, 2, [Why.PROBLEM])


def test_the_pages_of_a_batch(group: Class, iris: Desk) -> None:
    preview = iris.page(f"/console/cohorts/{group.cohort_id}/batch")
    assert "3 deelnemers zijn klaar" in preview
    batch_id = preview.partition('name="batch" value="')[2][:22]
    at = f"/console/cohorts/{group.cohort_id}/batch"
    nobody = iris.post(at, {"batch": batch_id})
    assert (nobody.status_code, "Kies minstens één" in nobody.text) == (422, True)
    chosen = group.awards()[:2]
    for _time in range(2):
        led = iris.post(at, {"batch": batch_id, "award": chosen})
        assert led.location == f"/console/batches/{batch_id}"
    running = iris.page(at)
    assert "Bezig: 0 van 2" in running
    assert "Nu bezig" in iris.page("/console/")
    group.jobs.run()
    page = iris.page(f"/console/batches/{batch_id}")
    assert "2 certificaten toegekend" in page
    assert "data-running" not in page
    assert iris.post(f"/console/batches/{batch_id}/stop").status_code == 303
    assert "Klaar" in iris.page(f"/console/batches/{batch_id}")
    assert iris.client.get("/console/batches/unknown").status_code == 404


class Issuer:
    """Issues in another way than the issuer does."""

    def __init__(self, issue: Callable[[str, int], None]) -> None:
        self.issue = issue


def runs_with(parts: Parts, issue: Callable[[str, int], None]) -> BatchRuns:
    """Return the service with another issuer in it."""
    issuer: Any = Issuer(issue)
    return BatchRuns(parts.database, parts.engine, parts.clock, parts.decisions, parts.awards, issuer)
