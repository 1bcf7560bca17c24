"""People: found by what is known of them, shown, copied and erased, each noted with who did it."""

import io
import zipfile

from lti_tool.app import Parts
from lti_tool.audit import DONE
from lti_tool.console.paging import Where
from lti_tool.console.people import PeopleDesk
from lti_tool.courses.models import Account, Person
from tests.certificates.award import NAME, Ready, all_accepted
from tests.certificates.decided import People
from tests.console.conftest import Desk
from tests.recording_jobs import RecordingJobs


def test_somebody_is_found_by_name_number_at_school_and_certificate(
    parts: Parts, people: People, ready: Ready, jobs: RecordingJobs
) -> None:
    other = all_accepted(parts, name="Łukasz Kowalczyk")
    jobs.run()
    desk = PeopleDesk(parts.database, parts.clock, parts.trainings)
    (certificate,) = parts.certificates.list()
    found = {
        "hofen-celik": ready.person_id,
        "Zoë": ready.person_id,
        people.participant.viewer.account_id: ready.person_id,
        f"http://localhost:8401/c/{certificate.id}": other.person_id,
        "łukasz": other.person_id,
        ready.person_id: ready.person_id,
    }
    for search, person_id in found.items():
        assert [one.id for one in desk.find(search, Where()).rows] == [person_id], search
    assert desk.find("", Where()).rows == []
    assert desk.find("Niemand", Where()).rows == []


def test_a_page_about_somebody_says_what_they_take_part_in_and_stands_in_the_trail(
    parts: Parts, iris: Desk, people: People, ready: Ready
) -> None:
    assert people
    led = iris.post("/console/people", {"search": "höfen"}).location
    assert "fen" not in led.replace("q=", "", 1)[:18]
    assert ready.person_id in iris.page(led)
    page = iris.page(f"/console/people/{ready.person_id}")
    for words in (NAME, "Regio Zuid 2026", "5 van 5 opdrachten akkoord", "Zilverbos College", "voordracht door een trainer"):
        assert words in page, words
    noted = parts.audit.last(5, account_id=iris.member.id, outcome=DONE)
    assert (noted[0].what, noted[0].target_id) == ("people.look", ready.person_id)
    assert iris.client.get("/console/people/unknown").status_code == 404


def test_a_copy_of_everything_is_given_and_noted(parts: Parts, iris: Desk, people: People, ready: Ready) -> None:
    assert people
    answer = iris.post(f"/console/people/{ready.person_id}/copy")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as package:
        assert NAME in package.read("data.json").decode()
    assert parts.audit.last(1, account_id=iris.member.id)[0].what == "people.export"


def test_erasing_somebody_wants_to_be_sure_and_happens_once(parts: Parts, iris: Desk, people: People, ready: Ready) -> None:
    at = f"/console/people/{ready.person_id}/erase"
    unsure = iris.post(at)
    assert (unsure.status_code, "Zet een vinkje" in unsure.text) == (422, True)
    for _time in range(2):
        assert iris.post(at, {"sure": "1"}).status_code == 303
    page = iris.page(f"/console/people/{ready.person_id}")
    assert NAME not in page
    assert "zijn gewist op" in page
    with parts.database.reading() as session:
        assert session.get_one(Person, ready.person_id).certificate_name is None
        assert session.get(Account, people.participant.viewer.account_id) is None
    erased = [one for one in parts.audit.last(50, account_id=iris.member.id) if one.what == "people.erase"]
    assert [one.target_id for one in erased] == [ready.person_id]
