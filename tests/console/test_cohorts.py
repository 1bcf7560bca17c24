"""The cohorts in numbers, and their approval by somebody who is signed in."""

from lti_tool.app import Parts
from lti_tool.audit import DONE
from lti_tool.certificates.models import AwardState
from lti_tool.console.cohorts import CohortDesk
from lti_tool.console.paging import Where
from lti_tool.training.models import Cohort
from mappings.progress import OutcomeState
from mappings.roles import Role
from tests.builders import Builder
from tests.certificates.award import all_accepted
from tests.clock import FakeClock
from tests.console.conftest import Desk
from tests.recording_jobs import RecordingJobs
from tests.training.world import QueryCount


def test_numbers_say_who_takes_part_and_how_far_the_work_is(parts: Parts, clock: FakeClock) -> None:
    ready = all_accepted(parts, approved=False, but="terugblik")
    build = Builder(parts.database, clock)
    platform = build.platform()
    with parts.database.session() as session:
        cohort = session.get_one(Cohort, ready.cohort_id)
    course = build.course(platform, title="Cultuur")
    trainer = build.account(platform, name="Tess")
    build.enrol(trainer.person_id, cohort, Role.TRAINER)
    build.bind(course, cohort, trainer.person_id)
    other = build.enrol(build.account(platform).person_id, cohort)
    build.submission(other, state=OutcomeState.RETURNED)
    page = CohortDesk(parts.database, parts.trainings).show(ready.cohort_id)
    one = page.numbers
    assert (one.participants, one.trainers, one.submitted, one.accepted, one.expected) == (2, 1, 1, 4, 10)
    first, *_rest = page.assignments
    assert (first.of("accepted"), first.of("returned"), first.open) == (1, 1, 0)
    assert [(one.platform, one.title) for one in page.courses] == [(platform.name, "Cultuur")]
    assert list(page.trainers) == ["Tess"]


def test_an_approval_lets_waiting_certificates_be_made_once_and_stands_in_the_trail(
    parts: Parts, iris: Desk, jobs: RecordingJobs
) -> None:
    ready = all_accepted(parts, approved=False)
    at = f"/console/cohorts/{ready.cohort_id}"
    assert "nog niet goedgekeurd" in iris.page("/console/")
    assert ready.cohort_id in iris.page("/console/cohorts?status=open")
    assert "wordt meteen gemaakt" in iris.page(f"{at}/approve")
    for _time in range(2):
        assert iris.post(f"{at}/approve").status_code == 303
    jobs.run()
    assert len(parts.certificates.list()) == 1
    assert [one.what for one in parts.audit.last(9, account_id=iris.member.id, outcome=DONE)][:1] == ["cohorts.approve"]
    assert CohortDesk(parts.database, parts.trainings).show(ready.cohort_id).numbers.awards == {AwardState.ISSUED: 1}
    assert ready.cohort_id not in iris.page("/console/cohorts?status=open")
    assert iris.client.get(f"{at}/approve").status_code == 303
    assert iris.client.get("/console/cohorts/unknown").status_code == 404


def test_a_code_for_a_trainer_is_shown_once(parts: Parts, iris: Desk) -> None:
    ready = all_accepted(parts)
    shown = iris.post(f"/console/cohorts/{ready.cohort_id}/invite").text
    code = shown.partition('class="h2"><span class="icc-code">')[2][:14]
    assert code.count("-") == 2
    assert code not in iris.page(f"/console/cohorts/{ready.cohort_id}")
    with parts.database.session() as session:
        assert parts.cohorts.use_code(session, code, ready.trainer_id).id == ready.cohort_id


def test_the_list_is_searched_and_takes_as_many_queries_for_many_as_for_one(
    parts: Parts, iris: Desk, clock: FakeClock
) -> None:
    build, desk = Builder(parts.database, clock), CohortDesk(parts.database, parts.trainings)
    counts = []
    for names in (["Régio Zuid"], ["Noord", "Oost", "West"]):
        for name in names:
            clock.advance(minutes=1)
            build.cohort(name)
        with QueryCount(parts.database) as count:
            assert desk.page("", Where()).rows
        counts.append(len(count))
    assert counts[0] == counts[1] <= 5
    first = desk.page("", Where(), size=3)
    assert [one.name for one in first.rows] == ["West", "Oost", "Noord"]
    assert [one.name for one in desk.page("", Where(after=first.older), size=3).rows] == ["Régio Zuid"]
    led = iris.post("/console/cohorts", {"search": "regio zuid"}).location
    assert "Régio Zuid" in iris.page(led)
    assert "Noord" not in iris.page(led)


def test_an_issuer_makes_an_edition_once_and_a_code_for_its_trainer_comes_next(parts: Parts, iris: Desk) -> None:
    asked = iris.page("/console/cohorts/new")
    form_id = asked.partition('name="cohort" value="')[2][:22]
    form = {"cohort": form_id, "name": "  Regio   Oost 2027 ", "training": "icc-vo"}
    for _time in range(2):
        answer = iris.post("/console/cohorts/new", form)
        assert answer.location == f"/console/cohorts/{form_id}?done=made"
    assert [(one.name, one.trainers, one.approved) for one in parts.cohorts.list()] == [("Regio Oost 2027", 0, False)]
    led = iris.page(answer.location)
    assert "Geef de editie een trainer" in led
    shown = iris.post(f"/console/cohorts/{form_id}/invite").text
    assert "Je ziet deze code alleen nu" in shown
    noted = [one.what for one in parts.audit.last(9, account_id=iris.member.id, outcome=DONE)]
    assert noted[:2] == ["cohorts.invite", "cohorts.create"]


def test_what_was_typed_for_a_new_edition_is_not_lost(parts: Parts, iris: Desk) -> None:
    form = {"cohort": "a" * 22, "name": "x" * 201, "training": "icc-vo"}
    for wrong, said in (
        (form, "hooguit 200 tekens"),
        ({**form, "name": "Oost", "training": "po"}, "Deze training bestaat niet"),
    ):
        answer = iris.post("/console/cohorts/new", wrong)
        assert answer.status_code == 422
        assert said in answer.text
        assert f'value="{wrong["name"]}"' in answer.text
        assert f'value="{"a" * 22}"' in answer.text
    assert iris.post("/console/cohorts/new", {**form, "cohort": "no id"}).status_code == 422
    assert parts.cohorts.list() == []


def test_another_name_is_for_what_comes_and_a_certificate_keeps_the_one_of_then(
    parts: Parts, iris: Desk, jobs: RecordingJobs
) -> None:
    ready = all_accepted(parts)
    jobs.run()
    at = f"/console/cohorts/{ready.cohort_id}/name"
    assert "houdt de naam van toen" in iris.page(at)
    assert iris.post(at, {"name": " "}).status_code == 422
    for _time in range(2):
        led = iris.post(at, {"name": "Regio Zuid, tweede groep"})
        assert "Regio Zuid, tweede groep</h1>" in iris.page(led.location)
    (certificate,) = parts.certificates.list()
    assert "tweede groep" not in certificate.snapshot
    noted = [one.what for one in parts.audit.last(9, account_id=iris.member.id, outcome=DONE)]
    assert noted[:2] == ["cohorts.rename", "signin.link"]
    assert iris.post("/console/cohorts/unknown/name", {"name": "Oost"}).status_code == 404
