"""The console in Chromium: its pages at either width, an approval by keyboard alone, a batch that shows how far it is."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from lti_tool.app import Parts, compose, create_app
from lti_tool.certificates.models import Award, AwardState
from lti_tool.config import load_settings
from lti_tool.signin.gate import Role
from lti_tool.signin.sessions import StaffSessions
from tests.browser.visitor import HEIGHT, WIDE, Visitor, expect_nothing_wrong
from tests.browser_fixture import PATIENCE, Complaints
from tests.certificates.award import NAME, all_accepted
from tests.certificates.decided import APPROVAL, launched, write_training
from tests.clock import FakeClock
from tests.conftest import SECRET
from tests.ports import free_port
from tests.recording_jobs import RecordingJobs
from tests.staff import service_of, sign_in_staff

pytestmark = pytest.mark.browser


@dataclass
class Office:
    """The tool on a port of its own, with a proposal, a cohort to issue and an issued certificate."""

    url: str
    parts: Parts
    jobs: RecordingJobs
    cookie: tuple[str, str]
    proposed: str
    issued: str
    cohort_id: str
    in_english: set[str] = field(default_factory=set)

    @property
    def tool_url(self) -> str:
        return self.url

    @property
    def school_url(self) -> str:
        return self.url


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder, port = tmp_path_factory.mktemp("office"), free_port()
    settings = load_settings(
        base_url=f"http://localhost:{port}",
        data_dir=folder,
        secret_key=SECRET,
        trainings_dir=write_training(folder / "trainings"),
        allow_private_platforms=True,
    )
    jobs = RecordingJobs()
    parts = compose(settings, clock=FakeClock(), engine=jobs)
    parts.database.upgrade()
    app = create_app(parts)
    issued = all_accepted(parts, name="Anaïs Peeters")
    jobs.run()
    proposed = all_accepted(parts, training_key=APPROVAL)
    people = launched(app, parts, proposed)
    others = [all_accepted(parts, training_key=APPROVAL, name=f"Deelnemer {number}") for number in range(2)]
    awards = {one.enrolment_id: _award(parts, one.enrolment_id) for one in (issued, proposed, *others)}
    parts.decisions.propose(people.trainer.viewer, awards[proposed.enrolment_id])
    with parts.database.session() as session:
        award = session.get_one(Award, awards[others[0].enrolment_id])
        award.state, award.proposed_at = AwardState.WAITING_DECISION, parts.clock()
    client = app.test_client()
    sign_in_staff(client, Role.ISSUER, Role.OPERATOR, name="Iris de Vries")
    name = service_of(client, StaffSessions).cookie.name
    cookie = client.get_cookie(name)
    assert cookie is not None
    server = make_server("localhost", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Office(
        settings.base_url,
        parts,
        jobs,
        (name, cookie.value),
        awards[proposed.enrolment_id],
        awards[issued.enrolment_id],
        others[0].cohort_id,
    )
    server.shutdown()
    thread.join()
    parts.close()


def _award(parts: Parts, enrolment_id: str) -> str:
    with parts.database.session() as session:
        return session.scalars(select(Award.id).where(Award.enrolment_id == enrolment_id)).one()


@pytest.fixture
def windows(chromium: Browser, office: Office) -> Iterator["Windows"]:
    """Opens windows in which the issuer is signed in; what their pages complain about in the end fails the test."""
    made = Windows(chromium, office)
    yield made
    complained = [line for visitor in made.opened for line in visitor.complaints.lines]
    for visitor in made.opened:
        visitor.page.context.close()
    expect_nothing_wrong(complained)


class Windows:
    """Windows of the issuer."""

    def __init__(self, chromium: Browser, office: Office) -> None:
        self.opened: list[Visitor] = []
        self._chromium, self._office = chromium, office

    def open(self, *, english: bool = False, scripts: bool = True) -> Visitor:
        context = self._chromium.new_context(
            viewport={"width": WIDE, "height": HEIGHT},
            locale="en-GB" if english else "nl-NL",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        name, value = self._office.cookie
        context.add_cookies([{"name": name, "value": value, "url": self._office.url}])
        complaints = Complaints()
        complaints.listen(context)
        self.opened.append(Visitor(self._office, context.new_page(), complaints, english))
        return self.opened[-1]


@pytest.mark.parametrize("english", [False, True])
def test_the_pages_fit_and_have_nothing_that_axe_finds(office: Office, windows: Windows, *, english: bool) -> None:
    visitor = windows.open(english=english)
    of_issued, of_proposed = (f"/console/certificates/{one}" for one in (office.issued, office.proposed))
    wrong = []
    paths = (
        "/console/",
        "/console/certificates",
        f"{of_issued}?done=replace",
        f"{of_issued}/revoke",
        f"{of_issued}/erase",
        f"{of_proposed}/decline",
        f"/console/cohorts/{office.cohort_id}/batch",
        "/console/cohorts",
        f"/console/cohorts/{office.cohort_id}",
        "/console/people",
        "/console/platforms",
        "/console/queues",
        "/console/trail",
        "/console/settings",
    )
    # the two languages differ in their words only, and those were seen to fit on the first of each kind of page
    for path in paths[::3] if english else paths:
        visitor.page.goto(f"{office.url}{path}")
        wrong += visitor.inspect(visitor.page, path)
    expect_nothing_wrong(wrong)


def test_an_issuer_finds_looks_and_approves_by_keyboard_alone(office: Office, windows: Windows) -> None:
    visitor = windows.open()
    page = visitor.page
    page.goto(f"{office.url}/console/")
    visitor.tab_to(page.get_by_role("link", name="op een besluit"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Certificaten", level=1)).to_be_visible()
    visitor.tab_to(page.get_by_label("Zoek", exact=True))
    page.keyboard.type("HOFEN celik")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Niets gevonden")).to_be_visible()
    visitor.tab_to(page.get_by_label("Zoek", exact=True))
    page.keyboard.press("Control+a")
    page.keyboard.type("hofen-celik")
    page.keyboard.press("Enter")
    visitor.tab_to(page.get_by_role("link", name=NAME))
    page.keyboard.press("Enter")
    visitor.tab_to(page.get_by_role("link", name="Keur goed"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Dit certificaat goedkeuren?")).to_be_visible()
    visitor.tab_to(page.get_by_role("button", name="Keur goed"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").get_by_text("Goedgekeurd.")).to_be_visible()
    office.jobs.run()
    page.reload()
    expect(page.get_by_text("Toegekend", exact=True).first).to_be_visible()


def test_a_batch_shows_how_far_it_is(office: Office, windows: Windows) -> None:
    page = windows.open().page
    page.goto(f"{office.url}/console/cohorts/{office.cohort_id}/batch")
    page.get_by_role("button", name="Ken toe").click()
    expect(page.get_by_role("heading", name="Bezig: 0 van 1")).to_be_visible()
    office.jobs.run()
    expect(page.get_by_role("heading", name="Klaar")).to_be_visible()
    expect(page.get_by_text("1 certificaat toegekend")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)


def test_a_certificate_is_revoked_without_javascript(office: Office, windows: Windows) -> None:
    page = windows.open(scripts=False).page
    page.goto(f"{office.url}/console/certificates/{office.issued}")
    page.get_by_role("link", name="Trek in").click()
    page.get_by_label("Waarom trek je het in?").fill("Twee keer toegekend")
    page.get_by_role("button", name="Trek in").click()
    expect(page.get_by_text("Ingetrokken", exact=True).first).to_be_visible()
    (revoked,) = [one for one in office.parts.certificates.list() if one.award_id == office.issued]
    assert revoked.revoked_reason == "Twee keer toegekend"
