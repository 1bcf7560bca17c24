"""A message on the durable engine: refused once, its worker killed on the way, it arrives and is known again."""

import base64
import hashlib
import hmac
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import select, update

from lti_tool.api.clients import Client
from lti_tool.api.models import DeliveryState, WebhookDelivery
from lti_tool.api.schemas import WebhookRequest
from lti_tool.app import Parts, compose
from lti_tool.config import load_settings
from tests.certificates.award import all_accepted
from tests.conftest import SECRET
from tests.eventually import eventually

WORKER = "from lti_tool.config import load_settings; from lti_tool.serving import work; work(load_settings())"
"""What ``icc-bridge worker`` runs."""
TROUBLE, SILENCE = 500, 0


@dataclass
class Receiver:
    """A system that answers as `answers` says, one after the other, and then takes everything."""

    url: str = ""
    answers: list[int] = field(default_factory=lambda: [TROUBLE, SILENCE])
    got: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """One on loopback."""
    here = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = here.answers.pop(0) if here.answers else 200
            here.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if status == SILENCE:
                here.over.wait()
                return
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here.url = f"http://127.0.0.1:{server.server_address[1]}/icc"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield here
    here.over.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def environment(tmp_path: Path, new_sqlite_url: Callable[[], str]) -> dict[str, str]:
    """The settings of both processes."""
    return {
        "ICC_DATABASE_URL": new_sqlite_url(),
        "ICC_DATA_DIR": str(tmp_path / "var"),
        "ICC_SECRET_KEY": SECRET,
        "ICC_ALLOW_PRIVATE_PLATFORMS": "true",
        "ICC_JOB_POLL_SECONDS": "0.05",
    }


@pytest.fixture
def parts(environment: Mapping[str, str]) -> Iterator[Parts]:
    """The application in this process; its engine enqueues, and runs nothing until it is launched."""
    composed = compose(load_settings(**{name.removeprefix("ICC_").lower(): value for name, value in environment.items()}))
    composed.upgrade()
    yield composed
    composed.close()


@pytest.fixture
def worker(environment: Mapping[str, str], parts: Parts) -> Iterator["subprocess.Popen[bytes]"]:
    """Another process that runs the jobs; `parts` made the engine's tables."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("ICC_")}
    with (parts.settings.data_dir / "worker.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  # our own code
            [sys.executable, "-c", WORKER],
            env={**others, "PYTHONPATH": str(Path(__file__).parents[2]), **environment},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_refused_message_whose_worker_is_killed_arrives_signed_and_known_by_its_id(
    parts: Parts, receiver: Receiver, worker: "subprocess.Popen[bytes]"
) -> None:
    made = parts.api.clients.add("Registratie", ["webhooks"], 30)
    client = Client(made.id, "Registratie", frozenset())
    secret = parts.api.webhooks.add(client, WebhookRequest(url=receiver.url, events=["certificate.issued"])).secret

    def row() -> WebhookDelivery | None:
        with parts.database.reading() as session:
            return session.scalars(select(WebhookDelivery)).one_or_none()

    def told(times: int) -> bool:
        assert worker.poll() is None or times > 2
        parts.api.teller.sweep()
        return len(receiver.got) == times

    all_accepted(parts)
    eventually(lambda: told(1), within=120, every=0.2)
    refused = eventually(lambda: found if (found := row()) and found.fails else None, within=60)
    assert (refused.last_problem, refused.state) == ("500", DeliveryState.WAITING)

    # the pause until the next try is over
    with parts.database.session() as session:
        session.execute(update(WebhookDelivery).values(due_at=parts.clock()))
    eventually(lambda: told(2), within=60, every=0.2)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    held = row()
    assert held is not None
    assert (held.state, held.claimed_until is not None) == (DeliveryState.WAITING, True)

    # the lease of the worker that died has run out
    with parts.database.session() as session:
        session.execute(update(WebhookDelivery).values(claimed_until=parts.clock() - timedelta(seconds=1)))
    parts.engine.launch()
    eventually(lambda: (found := row()) is not None and found.state == DeliveryState.DELIVERED, within=60)
    assert len(receiver.got) == 3
    assert {headers["webhook-id"] for headers, _body in receiver.got} == {held.id}
    assert len({body for _headers, body in receiver.got}) == 1
    for headers, body in receiver.got:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        digest = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
        assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
