"""Receivers are told of certificates, signed, until they take it; a day without an answer pauses them, visibly."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from sqlalchemy import select, update

from lti_tool.api.models import WebhookDelivery
from lti_tool.api.signing import signed_headers
from lti_tool.api.telling import LEASE, WebhookTeller
from tests.api.conftest import Caller, Office
from tests.clock import FakeClock
from tests.recording_jobs import RecordingJobs

ALL = ["certificate.issued", "certificate.revoked", "certificate.replaced"]


@dataclass
class Receiver:
    """A system that listens."""

    url: str = ""
    status: int = 200
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _headers, body in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """One on loopback."""
    here = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            here.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(here.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    here.url = f"http://127.0.0.1:{server.server_address[1]}/icc"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield here
    server.shutdown()
    server.server_close()


def subscribed(caller: Caller, receiver: Receiver, events: list[str] | None = None) -> dict[str, Any]:
    answer = caller.post("/webhooks", {"url": receiver.url, "events": events or ALL})
    assert answer.status_code == 201, answer.text
    assert answer.json is not None
    return dict(answer.json)


def test_what_happens_to_a_certificate_is_told_in_order_and_signed(office: Office, receiver: Receiver) -> None:
    caller = office.caller()
    before = office.issued()
    made = subscribed(caller, receiver)
    certificate = office.issued()
    successor = caller.post(f"/certificates/{certificate}/replace", {"reason": "x", "name": "Zoë de Wit"}).json
    assert successor is not None
    caller.post(f"/certificates/{before}/revoke", {"reason": "x"})
    office.work()
    told = [(one["type"], one["data"]["certificate"], one["data"]["replaced_by"]) for one in receiver.messages()]
    assert told == [
        ("certificate.issued", certificate, None),
        ("certificate.replaced", certificate, successor["id"]),
        ("certificate.issued", successor["id"], None),
        ("certificate.revoked", before, None),
    ]
    assert "de Wit" not in str(receiver.got)
    for headers, body in receiver.got:
        key = base64.b64decode(made["secret"].removeprefix("whsec_"))
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"
        assert headers["content-type"] == "application/json"
    listed = caller.found(f"/webhooks/{made['id']}/deliveries")["items"]
    assert [one["state"] for one in listed] == ["delivered"] * 4
    assert {one["id"] for one in listed} == {headers["webhook-id"] for headers, _body in receiver.got}
    office.work()
    assert len(receiver.got) == 4
    office.clock.advance(days=31)
    assert office.parts.api.teller.clean_up() == 4


def test_the_signature_is_that_of_the_published_example() -> None:
    """The example of standardwebhooks.com's libraries."""
    clock = FakeClock()
    clock.now = clock.now.fromtimestamp(1614265330, tz=clock.now.tzinfo)
    headers = signed_headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", clock(), b'{"test": 2432232314}'
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_only_what_was_asked_for_is_told_and_nothing_of_before(office: Office, receiver: Receiver) -> None:
    caller = office.caller()
    office.issued()
    subscribed(caller, receiver, ["certificate.revoked"])
    certificate = office.issued()
    office.work()
    assert receiver.got == []
    caller.post(f"/certificates/{certificate}/revoke", {"reason": "x"})
    office.work()
    assert [one["type"] for one in receiver.messages()] == ["certificate.revoked"]


def test_a_message_comes_again_with_the_same_id_until_it_is_taken(office: Office, receiver: Receiver) -> None:
    caller = office.caller()
    made = subscribed(caller, receiver)
    receiver.status = 503
    office.issued()
    office.work()
    office.work()
    assert len(receiver.got) == 1
    office.clock.advance(seconds=5)
    office.work()
    receiver.status = 204
    office.clock.advance(seconds=29)
    office.work()
    assert len(receiver.got) == 2
    (waiting,) = caller.found(f"/webhooks/{made['id']}/deliveries")["items"]
    assert (waiting["state"], waiting["fails"], waiting["last_problem"]) == ("waiting", 2, "503")
    office.clock.advance(seconds=1)
    office.work()
    assert len({headers["webhook-id"] for headers, _body in receiver.got}) == 1
    assert len(receiver.got) == 3
    (arrived,) = caller.found(f"/webhooks/{made['id']}/deliveries")["items"]
    assert (arrived["state"], arrived["last_problem"], arrived["next_try_at"]) == ("delivered", None, None)


class BesideAnother(RecordingJobs):
    """The engine of a process whose sweeper looks which jobs wait, while another process goes on."""

    def __init__(self, goes_on: Callable[[], object]) -> None:
        super().__init__()
        self._goes_on = goes_on

    def waiting(self, job: str, rows: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
        self._goes_on()
        return super().waiting(job, rows)


@pytest.mark.parametrize("how_far", ["takes it", "sends it"])
def test_a_message_that_another_process_takes_meanwhile_is_not_sent_beside_it(
    office: Office, receiver: Receiver, how_far: str
) -> None:
    subscribed(office.caller(), receiver)
    receiver.status = 500
    office.issued()
    office.parts.api.teller.sweep()

    def go_on() -> None:
        if how_far == "sends it":
            office.jobs.run()
        else:
            with office.parts.database.session() as session:
                session.execute(update(WebhookDelivery).values(claimed_until=office.clock() + LEASE))

    parts, jobs = office.parts, BesideAnother(go_on)
    url = parts.settings.base_url
    beside = WebhookTeller(parts.database, jobs, parts.clock, parts.vault, parts.outgoing, url)
    assert (beside.sweep(), jobs.waiting_jobs) == (0, [])
    with parts.database.reading() as session:
        assert session.scalars(select(WebhookDelivery.job)).all() == [1]


def test_after_a_day_it_is_paused_for_all_to_see_and_nothing_is_lost(office: Office, receiver: Receiver) -> None:
    caller = office.caller()
    made = subscribed(caller, receiver)
    receiver.status = 500
    office.issued()
    for _hour in range(30):
        office.work()
        office.clock.advance(hours=2)
    tries = len(receiver.got)
    assert 10 < tries < 20
    shown = caller.found(f"/webhooks/{made['id']}")
    assert (shown["paused_why"], shown["waiting"]) == ("500", 1)
    (row,) = office.parts.api.webhooks.rows()
    assert (row["state"], row["waiting"]) == ("paused", 1)
    office.issued()
    office.work()
    assert len(receiver.got) == tries
    receiver.status = 200
    assert caller.post(f"/webhooks/{made['id']}/resume").status_code == 200
    office.work()
    assert len(receiver.got) == tries + 2
    assert caller.found(f"/webhooks/{made['id']}")["waiting"] == 0


def test_a_receiver_that_says_gone_is_paused_at_once(office: Office, receiver: Receiver) -> None:
    caller = office.caller()
    made = subscribed(caller, receiver)
    receiver.status = 410
    office.issued()
    office.work()
    assert caller.found(f"/webhooks/{made['id']}")["paused_why"] == "410"


def test_a_job_that_was_killed_is_done_again_and_an_old_one_does_nothing(office: Office, receiver: Receiver) -> None:
    subscribed(office.caller(), receiver)
    office.issued()
    office.parts.api.teller.sweep()
    (job,) = [one for one in office.jobs.waiting_jobs if one.job == "tell-webhook"]
    office.jobs.waiting_jobs.clear()
    office.parts.api.teller.sweep()
    office.parts.api.teller.tell(job.key, job.number)
    assert receiver.got == []
    office.jobs.run()
    office.jobs.run()
    assert len(receiver.got) == 1


def test_a_client_sees_and_changes_its_own_only_and_one_that_ended_is_told_nothing(
    office: Office, receiver: Receiver
) -> None:
    caller, other = office.caller(), office.caller()
    made = subscribed(caller, receiver)
    assert other.found("/webhooks")["items"] == []
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/resume"), ("GET", "/deliveries")):
        assert other.ask(method, f"/webhooks/{made['id']}{path}").status_code == 404
    office.parts.api.clients.revoke(caller.token[4:12])
    office.issued()
    office.work()
    assert receiver.got == []


def test_one_that_is_removed_is_told_nothing(office: Office, receiver: Receiver) -> None:
    caller = office.caller()
    made = subscribed(caller, receiver)
    office.issued()
    office.parts.api.teller.sweep()
    assert caller.ask("DELETE", f"/webhooks/{made['id']}").status_code == 204
    office.work()
    assert (receiver.got, caller.found("/webhooks")["items"]) == ([], [])


def test_an_address_that_is_not_called_is_refused_and_so_is_one_too_many(office: Office, receiver: Receiver) -> None:
    caller = office.caller()
    for url in ("ftp://x.example/", "https://user:secret@x.example/", "https://"):
        assert caller.post("/webhooks", {"url": url, "events": ALL}).status_code == 422, url
    for _ in range(20):
        subscribed(caller, receiver)
    assert caller.post("/webhooks", {"url": receiver.url, "events": ALL}).status_code == 422


def test_the_secret_is_shown_once_and_sealed(office: Office, receiver: Receiver) -> None:
    caller = office.caller()
    made = subscribed(caller, receiver)
    assert "secret" not in caller.found(f"/webhooks/{made['id']}")
    with office.parts.database.reading() as session:
        from lti_tool.api.models import Webhook

        (row,) = session.query(Webhook).all()
    assert made["secret"] not in row.secret_sealed
    assert office.parts.vault.decrypt(row.secret_sealed) == made["secret"]
