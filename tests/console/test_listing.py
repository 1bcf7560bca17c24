"""The list of certificates: found whatever the accents, narrowed, page by page, in a fixed number of queries."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from lti_tool.app import Parts, compose
from lti_tool.certificates.models import Award, AwardState, Certificate, StatusList
from lti_tool.config import Settings
from lti_tool.console.listing import CertificateListing, Status, Wanted
from lti_tool.console.paging import Mark, Where
from lti_tool.courses.models import Person
from lti_tool.database import Database
from lti_tool.ids import new_id
from tests.builders import Builder
from tests.clock import FakeClock
from tests.console.conftest import Desk
from tests.made_once import rsa_key
from tests.recording_jobs import RecordingJobs
from tests.training.world import QueryCount

NAMES = ("Zoë van ’t Höfen-Çelik", "Łukasz Kowalczyk", "ANAÏS Peeters", "100% Zeker_weten")


class Archive:
    """Awards as rows, and the list over them."""

    def __init__(self, database: Database, clock: FakeClock, parts: Parts) -> None:
        self.database, self.clock = database, clock
        self.build = Builder(database, clock)
        self.listing = CertificateListing(database, parts.trainings)
        self.cohort = self.build.cohort("Regio Zuid")
        self.platform = self.build.platform()

    def award(self, name: str | None = None, state: AwardState = AwardState.WAITING_NAME, **certificate: object) -> str:
        """Add somebody who met the rule; with `certificate` it was issued."""
        self.clock.advance(minutes=1)
        account = self.build.account(self.platform, name="Alleen op school" if name is None else None)
        enrolment = self.build.enrol(account.person_id, self.cohort)
        now = self.clock()
        with self.database.session() as session:
            session.get_one(Person, account.person_id).certificate_name = name
            award = Award(
                person_id=account.person_id,
                enrolment_id=enrolment.id,
                achievement_key="cultuurcoordinator-vo",
                achievement_version=1,
                state=state,
                met_at=now,
            )
            session.add(award)
            session.flush()
            if state is AwardState.ISSUED:
                if session.get(StatusList, 1) is None:
                    session.add(StatusList(number=1, created_at=now))
                    session.flush()
                row = {
                    "snapshot": "",
                    "snapshot_sha256": "0" * 64,
                    "credential": "",
                    "jwt": "",
                    "status_list": 1,
                    "status_index": int(now.timestamp()) % 100_000,
                    "issued_at": now,
                }
                session.add(Certificate(**{"id": new_id(), "award_id": award.id, **row, **certificate}))
        return award.id

    def found(self, search: str = "", status: Status | None = None) -> list[str]:
        """Return how those are called who are found."""
        page = self.listing.page(Wanted(search, status=status), Where())
        assert self.listing.count(Wanted(search, status=status)) == len(page.rows)
        return [str(line.name) for line in page.rows]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def archive(
    request: pytest.FixtureRequest, settings: Settings, clock: FakeClock, database_at: Callable[[str], Database]
) -> Iterator[Archive]:
    url: str = request.getfixturevalue("new_sqlite_url" if request.param == "sqlite" else "new_postgresql_url")()
    database = database_at(url)
    parts = compose(settings, clock=clock, database=database, engine=RecordingJobs(), make_rsa=rsa_key)
    yield Archive(database, clock, parts)
    parts.close()


def test_people_are_found_by_any_part_of_a_name_whatever_its_accents(archive: Archive) -> None:
    for name in NAMES:
        archive.award(name)
    archive.award(None)
    for search, found in {
        "zoe": NAMES[0],
        "HÖFEN-celik": NAMES[0],
        "łukasz": NAMES[1],
        "anais p": NAMES[2],
        "100%": NAMES[3],
        "zeker_": NAMES[3],
        "ALLEEN op": "Alleen op school",
    }.items():
        assert archive.found(search) == [found], search
    assert archive.found("0% z_k") == []
    assert len(archive.found("regio ZUID")) == 5


def test_a_dossier_is_found_by_its_number_and_by_that_or_the_address_of_its_certificate(archive: Archive) -> None:
    number = new_id()
    award_id = archive.award("Piet", AwardState.ISSUED, id=number)
    archive.award("Noor")
    for search in (number, award_id, f"https://icc.example.org/c/{number}", f"https://icc.example.org/c/{number}/"):
        assert archive.found(search) == ["Piet"], search


def test_the_list_narrows_to_each_status(archive: Archive) -> None:
    now = archive.clock()
    archive.award("Beslis", AwardState.WAITING_DECISION)
    archive.award("Wacht", AwardState.WAITING_PROPOSAL)
    archive.award("Afgewezen", AwardState.DECLINED)
    archive.award("Geldig", AwardState.ISSUED)
    archive.award("Ingetrokken", AwardState.ISSUED, revoked_at=now, revoked_reason="x")
    archive.award("Gewist", AwardState.ISSUED, erased_at=now)
    archive.award("Anders", AwardState.ISSUED, wanted_name="Anders Bes")
    expected = {
        Status.DECISION: ["Beslis"],
        Status.WAITING: ["Wacht"],
        Status.DECLINED: ["Afgewezen"],
        Status.ISSUED: ["Anders", "Geldig"],
        Status.REVOKED: ["Ingetrokken"],
        Status.ERASED: ["Gewist"],
        Status.NAME_ASKED: ["Anders"],
        Status.REPLACED: [],
    }
    assert {status: archive.found(status=status) for status in Status} == expected
    assert {line.state for line in archive.listing.page(Wanted(), Where()).rows} == {
        "waiting_decision", "waiting_proposal", "declined", "issued", "revoked", "erased",
    }  # fmt: skip


def test_pages_follow_each_other_both_ways_and_nothing_is_lost_when_something_comes_between(archive: Archive) -> None:
    for number in range(7):
        archive.award(f"Deelnemer {number}")
    first = archive.listing.page(Wanted(), Where(), 3)
    archive.award("Net binnen")
    second = archive.listing.page(Wanted(), Where(after=first.older), 3)
    third = archive.listing.page(Wanted(), Where(after=second.older), 3)
    shown = [str(line.name) for page in (first, second, third) for line in page.rows]
    assert shown == [f"Deelnemer {number}" for number in range(6, -1, -1)]
    assert (first.newer, third.older) == (None, None)
    back = archive.listing.page(Wanted(), Where(before=second.newer), 3)
    assert [str(line.name) for line in back.rows] == ["Deelnemer 6", "Deelnemer 5", "Deelnemer 4"]
    assert back.newer is not None
    assert archive.listing.page(Wanted(), Where(before=back.newer), 3).newer is None


def test_a_mark_is_read_back_and_nonsense_is_the_first_page(clock: FakeClock) -> None:
    mark = Mark(clock() + timedelta(microseconds=7), "abc")
    assert Mark.read(str(mark)) == mark
    for text in (None, "", "gisteren~x", "2026-11-23T12:00:00~x", f"{clock().isoformat()}~"):
        assert Mark.read(text) is None


def test_a_page_takes_as_many_queries_for_fifty_as_for_one(archive: Archive) -> None:
    def queries() -> int:
        with QueryCount(archive.database) as count:
            archive.listing.page(Wanted("e"), Where())
        return len(count)

    archive.award("Een", AwardState.ISSUED)
    few = queries()
    for number in range(12):
        archive.award(f"Deelnemer {number}", AwardState.ISSUED)
    assert queries() == few <= 5


def test_what_is_looked_for_stands_in_no_address(parts: Parts, iris: Desk, issued: str) -> None:
    led = iris.post("/console/certificates", {"search": "höfen", "status": "issued"})
    assert led.status_code == 303
    assert "h%C3%B6fen" not in led.location
    assert "status=issued" in led.location
    page = iris.page(led.location)
    assert issued in page
    assert 'value="höfen"' in page
    nobody = iris.page(iris.post("/console/certificates", {"search": "Niemand"}).location)
    assert "Niets gevonden" in nobody
    assert issued in iris.page("/console/certificates?q=nonsense")
    assert iris.client.get("/console/certificates?status=nonsense").status_code == 404
    assert parts.certificates.list()[0].id


def test_the_list_as_a_spreadsheet_holds_everything_and_no_formula(parts: Parts, iris: Desk, issued: str) -> None:
    with parts.database.session() as session:
        award = session.get_one(Award, issued)
        session.get_one(Person, award.person_id).certificate_name = "=cmd()"
    answer = iris.client.get("/console/certificates.csv")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";"))
    assert len(rows) == 2
    assert rows[1][0] == "'=cmd()"
    assert rows[1][6] == parts.certificates.list()[0].id
    assert parts.audit.last(9, account_id=iris.member.id)[0].what == "certificates.export"
