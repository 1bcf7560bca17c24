"""Whoever asked for it gets a mail that something is new: by an own address, once, together, and never with what it is."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import structlog
from sqlalchemy import select

from lti_tool.app import Parts, compose
from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.mailing import Mailer, server_of
from lti_tool.notices.due import SEND_MAIL, MailQueue
from lti_tool.notices.models import MailAddress, Notice, Wish
from tests.clock import FakeClock
from tests.made_once import rsa_key
from tests.mail_server import MailServerDouble, Taken, mail_server
from tests.notices.conftest import House
from tests.recording_jobs import RecordingJobs
from tests.staff import StaffBrowser, trainer_of_staff
from tests.training.world import Browser

ADDRESS = "zoe@school.example"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServerDouble]:
    """The mail server."""
    with mail_server(tmp_path) as double:
        yield double


@pytest.fixture
def parts(
    settings: Settings, database: Database, clock: FakeClock, jobs: RecordingJobs, server: MailServerDouble
) -> Iterator[Parts]:
    """The application's parts, with that server."""
    mailer = Mailer(server_of(server.url("smtp"), "noreply@icc.example.org"), "icc.example.org", operation=2.0)
    composed = compose(settings, clock=clock, database=database, engine=jobs, mailer=mailer, make_rsa=rsa_key)
    yield composed
    composed.close()


class Post:
    """The post of the house: what is due is sent, and what arrived is read."""

    def __init__(self, house: House, jobs: RecordingJobs, server: MailServerDouble) -> None:
        self.house, self.jobs, self.server = house, jobs, server

    @property
    def page(self) -> str:
        return f"{self.house.group.home()}/mail"

    def send(self) -> list[Taken]:
        """Run the jobs whose moment has come; return what arrived meanwhile."""
        before = len(self.server.taken)
        for job in [one for one in self.jobs.waiting_jobs if one.job == SEND_MAIL]:
            self.jobs.handlers[SEND_MAIL](job.key, job.number)
            if self.due_at(job.key, job.number) is None:
                self.jobs.waiting_jobs.remove(job)
        return self.server.taken[before:]

    def due_at(self, person_id: str, number: int) -> datetime | None:
        with self.house.parts.database.session() as session:
            due = select(MailAddress.due_at).where(MailAddress.person_id == person_id, MailAddress.job == number)
            return session.scalar(due)

    def code(self, browser: Browser | StaffBrowser, address: str = ADDRESS) -> str:
        """Ask for a code and read it in the mail."""
        assert browser.post(self.page, {"action": "ask", "address": address}).status_code == 303
        (taken,) = self.send()
        assert taken.to == address
        found = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", text_of(taken.message))
        assert found
        return found[0]

    def subscribe(self, browser: Browser | StaffBrowser, **wishes: str) -> None:
        code = self.code(browser)
        assert browser.post(self.page, {"action": "confirm", "code": code.lower().replace("-", " ")}).status_code == 303
        assert browser.post(self.page, {"action": "choose", **wishes}).status_code == 303

    def row(self, browser: Browser) -> MailAddress | None:
        with self.house.parts.database.session() as session:
            return session.get(MailAddress, browser.viewer.person_id)

    def later(self, **by: float) -> list[Taken]:
        """Let time pass, sweep, and send."""
        self.house.group.world.clock.advance(**by)
        self.jobs.periodic["sweep-mail"]()
        return self.send()


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert isinstance(body, EmailMessage)
    return str(body.get_content())


def html_of(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    assert isinstance(body, EmailMessage)
    return str(body.get_content())


@pytest.fixture
def post(house: House, jobs: RecordingJobs, server: MailServerDouble) -> Post:
    """The post."""
    return Post(house, jobs, server)


def returned(house: House) -> None:
    house.hand_in(house.zoe)
    house.review(house.zoe)


def test_without_asking_nobody_gets_mail(house: House, post: Post) -> None:
    returned(house)
    assert post.send() == []
    assert "Waarover wil je e-mail?" not in house.zoe.page(post.page)


def test_an_address_is_confirmed_by_its_code_and_gets_nothing_until_something_is_chosen(house: House, post: Post) -> None:
    code = post.code(house.zoe)
    assert house.noor.post(post.page, {"action": "confirm", "code": code}).status_code == 422, "somebody else's code"
    assert house.zoe.post(post.page, {"action": "confirm", "code": "ABCD-EFGH"}).status_code == 422
    assert house.zoe.post(post.page, {"action": "confirm", "code": code}).status_code == 303
    assert ADDRESS in house.zoe.page(post.page)
    row = post.row(house.zoe)
    assert row is not None
    assert row.sealed is not None
    assert ADDRESS not in repr(vars(row)), "sealed at rest"
    returned(house)
    assert post.later(minutes=10) == []


def test_a_trainer_without_a_learning_environment_gets_mail_as_long_as_they_may_train(house: House, post: Post) -> None:
    tamar = trainer_of_staff(house.group.world.app, house.group.cohort_id)
    tamar.get("/language/en?next=/my-cohorts")
    post.subscribe(tamar, again="now")
    returned(house)
    house.hand_in(house.zoe, "Nu uitgewerkt.")
    (taken,) = post.later(minutes=10)
    assert taken.to == ADDRESS
    assert "something new" in text_of(taken.message)
    house.review(house.zoe)
    house.hand_in(house.zoe, "Nog een keer.")
    house.parts.staff.disable(tamar.member.id)
    assert post.later(minutes=10) == []
    assert post.later(hours=1) == []


def test_what_happens_within_minutes_comes_in_one_mail_that_says_nothing_of_it(house: House, post: Post) -> None:
    post.subscribe(house.zoe, returned="now", reaction="now")
    returned(house)
    piece = house.circle.share(house.zoe)
    house.circle.react(house.noor, piece, "Geheime reactie")
    assert post.send() == [], "not at once"
    (taken,) = post.later(minutes=4)
    message = taken.message
    for said in (text_of(message), html_of(message)):
        assert "Er is iets nieuws over je opdracht." in said
        assert "Er is een reactie op wat je deelt." in said
        assert f"/mail/to/{house.group.cohort_id}" in said
        for hidden in ("Noor", "Geheime", "Lees dit", "Ilse", "leervraag", "Zilverbos"):
            assert hidden not in said
    assert message["Subject"] == "Er is iets nieuws in je training"
    assert message["Auto-Submitted"] == "auto-generated"
    assert '<html lang="nl">' in html_of(message)
    assert post.later(minutes=10) == [], "once"


def test_what_was_read_meanwhile_is_not_mailed(house: House, post: Post) -> None:
    post.subscribe(house.zoe, returned="now")
    returned(house)
    house.zoe.page(house.news)
    assert post.later(minutes=10) == []


def test_a_daily_mail_comes_at_its_hour(house: House, post: Post) -> None:
    post.subscribe(house.zoe, returned="daily", reaction="never")
    returned(house)
    assert post.later(hours=10) == []
    clock = house.group.world.clock
    clock.now = datetime(2026, 11, 24, 6, 2, tzinfo=UTC)  # 7:02 in Amsterdam
    (taken,) = post.later(minutes=1)
    assert taken.message["Subject"] == "Vandaag nieuw in je training"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-23T05:59:00+00:00", "2026-11-23T06:00:00+00:00"),
        ("2026-11-23T06:00:00+00:00", "2026-11-24T06:00:00+00:00"),
        ("2026-03-28T12:00:00+00:00", "2026-03-29T05:00:00+00:00"),  # the clocks go forward in that night
        ("2026-10-24T12:00:00+00:00", "2026-10-25T06:00:00+00:00"),  # and back
    ],
)
def test_the_hour_is_the_local_one(now: str, expected: str) -> None:
    queue = MailQueue(RecordingJobs(), lambda: datetime.now(UTC), ZoneInfo("Europe/Amsterdam"), 7)
    at = datetime.fromisoformat(now)
    assert queue.next_daily(at) == datetime.fromisoformat(expected)
    assert queue.due(Wish.DAILY, at) == datetime.fromisoformat(expected)


def test_mail_is_ended_by_one_click_and_never_by_looking(house: House, post: Post) -> None:
    post.subscribe(house.zoe, returned="now")
    returned(house)
    (taken,) = post.later(minutes=4)
    assert taken.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    off = taken.message["List-Unsubscribe"].strip("<>").removeprefix("http://localhost:8401")
    stranger = house.group.world.app.test_client()
    assert "Zet e-mail uit" in stranger.get(off).text
    assert post.row(house.zoe) is not None
    answer = stranger.post(off, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "Je krijgt geen e-mail meer" in answer.text
    assert post.row(house.zoe) is None, "the address is gone"
    assert stranger.post(off).status_code == 200, "again changes nothing"
    house.hand_in(house.zoe, "Nu met meer.")
    house.review(house.zoe, "accepted")
    assert post.later(minutes=10) == []


def test_the_address_is_forgotten_by_the_button_in_the_tool(house: House, post: Post) -> None:
    post.subscribe(house.zoe, returned="now")
    returned(house)
    assert house.zoe.post(post.page, {"action": "forget"}).status_code == 303
    assert post.row(house.zoe) is None
    assert post.later(minutes=10) == []
    assert ADDRESS not in house.zoe.page(post.page)


def test_an_address_that_is_refused_for_good_gets_nothing_more_and_the_tool_says_so(house: House, post: Post) -> None:
    post.subscribe(house.zoe, returned="now", accepted="now")
    returned(house)
    post.server.moods.recipient = "550 5.1.1 no such user"
    assert post.later(minutes=4) == []
    post.server.moods.recipient = ""
    house.hand_in(house.zoe, "Nu met meer.")
    house.review(house.zoe, "accepted")
    assert post.later(hours=5) == []
    assert "E-mail naar je adres komt niet aan" in house.zoe.page(house.news)
    assert "wordt geweigerd sinds" in house.zoe.page(post.page)
    post.subscribe(house.zoe)
    assert "wordt geweigerd" not in house.zoe.page(post.page)


def test_what_passes_is_tried_again_as_the_same_message(house: House, post: Post) -> None:
    post.subscribe(house.zoe, returned="now", reaction="now")
    returned(house)
    post.server.moods.data = "451 try later"
    assert post.later(minutes=4) == []
    row = post.row(house.zoe)
    assert row is not None
    assert (row.fails, row.problem) == (1, "busy")
    assert "E-mail is vertraagd" in house.zoe.page(post.page)
    post.server.moods.data = ""
    piece = house.circle.share(house.zoe)
    house.circle.react(house.noor, piece, "Later gekomen")
    first, second = [*post.later(minutes=3), *post.later(minutes=5)]
    assert first.message["Message-ID"] == f"<{row.mailing_id}@localhost>"
    assert "over je opdracht" in text_of(first.message)
    assert "een reactie" not in text_of(first.message)
    assert "een reactie" in text_of(second.message)
    assert second.message["Message-ID"] != first.message["Message-ID"]


def test_a_mail_that_was_taken_without_an_answer_comes_again_under_its_own_id(house: House, post: Post) -> None:
    post.subscribe(house.zoe, returned="now")
    returned(house)
    post.server.moods.drops_after = True
    (first,) = post.later(minutes=4)
    post.server.moods.drops_after = False
    (second,) = post.later(minutes=5)
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert post.later(minutes=9) == []


def test_after_three_days_it_stands_in_the_tool_alone(house: House, post: Post) -> None:
    post.subscribe(house.zoe, returned="now")
    returned(house)
    post.server.moods.data = "451 try later"
    post.later(minutes=4)
    post.later(days=3)
    row = post.row(house.zoe)
    assert row is not None
    assert (row.mailing_id, row.due_at) == (None, None)
    with house.parts.database.session() as session:
        told = session.scalars(select(Notice)).one()
    assert (told.mail, told.mailed_at) == (None, None)


def test_a_job_that_died_is_found_again(house: House, post: Post) -> None:
    post.subscribe(house.zoe, returned="now")
    returned(house)
    post.jobs.waiting_jobs.clear()
    (taken,) = post.later(minutes=5)
    assert taken.to == ADDRESS


def test_a_code_is_tried_five_times_and_lasts_half_an_hour(house: House, post: Post) -> None:
    code = post.code(house.zoe)
    for _ in range(5):
        assert house.zoe.post(post.page, {"action": "confirm", "code": "WRNG-CDES"}).status_code == 422
    assert "geldt niet meer" in house.zoe.post(post.page, {"action": "confirm", "code": code}).text
    code = post.code(house.zoe)
    house.group.world.clock.advance(minutes=31)
    assert "geldt niet meer" in house.zoe.post(post.page, {"action": "confirm", "code": code}).text


def test_nobody_fills_a_mailbox_with_codes(house: House, post: Post) -> None:
    for _ in range(5):
        post.code(house.zoe)
    answer = house.zoe.post(post.page, {"action": "ask", "address": ADDRESS})
    assert answer.status_code == 422
    assert "vandaag al vaak" in answer.text
    for browser in (house.noor, house.piet):
        post.code(browser)
    assert house.ilse.post(post.page, {"action": "ask", "address": ADDRESS.upper()}).status_code == 422
    assert house.ilse.post(post.page, {"action": "ask", "address": "geen adres"}).status_code == 422


def test_an_address_that_nobody_confirms_is_forgotten_after_a_day(house: House, post: Post) -> None:
    post.code(house.zoe)
    house.group.world.clock.advance(days=1, seconds=1)
    assert post.jobs.periodic["clean-up-mail"]() == 1
    assert post.row(house.zoe) is None


def test_a_link_of_a_mail_leads_on_or_tells_the_way(house: House) -> None:
    link = f"/mail/to/{house.group.cohort_id}"
    assert house.zoe.get(link).location == house.news
    landing = house.group.world.app.test_client().get(link)
    assert landing.status_code == 200
    assert "Open de leeromgeving van je school" in landing.text


def test_no_address_and_no_subject_is_logged(house: House, post: Post) -> None:
    with structlog.testing.capture_logs() as logs:
        post.subscribe(house.zoe, returned="now")
        returned(house)
        post.server.moods.recipient = "450 zoe@school.example is busy"
        post.later(minutes=4)
    assert any(line["event"] == "mail.sent" and line["problem"] == "busy" for line in logs)
    assert ADDRESS not in repr(logs)
    assert "iets nieuws" not in repr(logs)
