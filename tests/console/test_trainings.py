"""The trainings as they are, what rests on each, and one whose file is gone."""

from markupsafe import escape

from lti_tool.app import Parts
from lti_tool.console.trainings import TrainingDesk
from lti_tool.training.models import Cohort
from mappings.training import Training
from tests.builders import Builder
from tests.certificates.award import all_accepted
from tests.certificates.decided import APPROVAL
from tests.clock import FakeClock
from tests.console.conftest import Desk
from tests.recording_jobs import RecordingJobs
from tests.training.world import QueryCount


def test_each_training_says_how_much_rests_on_it(parts: Parts, jobs: RecordingJobs, clock: FakeClock) -> None:
    ready = all_accepted(parts)
    jobs.run()
    Builder(parts.database, clock).cohort("Noord")
    desk = TrainingDesk(parts.database, parts.trainings)
    lines = {line.key: line for line in desk.list()}
    assert (lines["icc-vo"].cohorts, lines["icc-vo"].participants, lines["icc-vo"].certificates) == (2, 1, {1: 1})
    assert (lines[APPROVAL].cohorts, lines[APPROVAL].issued) == (0, 0)
    page = desk.show("icc-vo")
    assert page.file == "icc_vo.toml"
    assert {one.name for one in page.cohorts} == {"Noord", "Regio Zuid 2026"}
    assert ready.cohort_id in {one.id for one in page.cohorts}


def test_the_page_shows_everything_that_the_file_says(parts: Parts, iris: Desk) -> None:
    training: Training = parts.trainings["icc-vo"]
    assert training.name.nl in iris.page("/console/trainings")
    page = iris.page("/console/trainings/icc-vo")
    assigned = [text.nl for one in training.assignments for text in (one.title, *(each.text for each in one.criteria))]
    named = [*(phase.name.nl for phase in training.phases), *(aspect.name.nl for aspect in training.aspects)]
    for words in (*assigned, *named, training.award.text.nl):
        assert escape(words) in page, words
    assert "vanzelf, in een editie die de uitgever heeft goedgekeurd" in page
    assert "draagt een trainer het certificaat voor" in iris.page(f"/console/trainings/{APPROVAL}")
    assert iris.client.get("/console/trainings/unknown").status_code == 404


def test_editions_of_a_training_whose_file_is_gone_are_not_forgotten(parts: Parts, iris: Desk, clock: FakeClock) -> None:
    build = Builder(parts.database, clock)
    build.enrol(build.account(build.platform()).person_id, build.cohort("Oud", training_key="po-2019"))
    line = TrainingDesk(parts.database, parts.trainings).list()[-1]
    assert (line.key, line.training, line.cohorts, line.participants) == ("po-2019", None, 1, 1)
    assert "Het bestand van deze training is er niet meer" in iris.page("/console/trainings")


def test_many_editions_take_as_many_queries_as_one(parts: Parts, clock: FakeClock) -> None:
    desk, counts = TrainingDesk(parts.database, parts.trainings), []
    for number in (1, 12):
        with parts.database.session() as session:
            session.add_all(Cohort(training_key="icc-vo", name=f"Editie {one}", created_at=clock()) for one in range(number))
        with QueryCount(parts.database) as count:
            desk.show("icc-vo")
        counts.append(len(count))
    assert counts[0] == counts[1] <= 6
