"""An installation that issued the sample certificate with the issuer's keys of the tests, and Chromium in front of it.

No socket is opened: what the browser asks of https://icc.example.org, the application answers in this process; any other
address fails, and is noted.
"""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext, Route
from sqlalchemy import delete, select, update

from lti_tool.app import Parts, compose, create_app
from lti_tool.certificates.models import Certificate, IssuingKey
from lti_tool.config import Settings, load_settings
from lti_tool.notices.models import Notice
from tests.certificates.award import all_accepted
from tests.certificates.forgeries import signed
from tests.certificates.issuer import ENTRY, issuer
from tests.certificates.samples import AWARDED, BASE_URL, sample_snapshot
from tests.clock import FakeClock
from tests.recording_jobs import RecordingJobs

T = TypeVar("T")
SECRET = "a secret for the tests, long enough to be one"
CERTIFICATE_ID = sample_snapshot().certificate_id
_ASIDE = ThreadPoolExecutor(max_workers=1)


def aside(work: Callable[[], T]) -> T:
    """Do something in another thread: sealing a PDF needs an event loop of its own, and Playwright's runs in this one."""
    return _ASIDE.submit(work).result()


@dataclass
class Installation:
    """The application with the sample certificate in it."""

    parts: Parts
    client: FlaskClient
    asked: list[str] = field(default_factory=list)
    """What the browser asked for: method and path."""

    def serve(self, context: BrowserContext) -> None:
        """Answer everything that a browser asks."""
        context.route("**/*", self._answer)

    def revoke(self, reason: str = "per vergissing twee keer toegekend") -> None:
        """Revoke the sample certificate."""
        self.parts.certificates.revoke(CERTIFICATE_ID, reason)

    def _answer(self, route: Route) -> None:
        request = route.request
        parts = urlsplit(request.url)
        self.asked.append(f"{request.method} {parts.path}")
        if f"{parts.scheme}://{parts.netloc}" != BASE_URL:
            route.abort()
            return
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        headers = {name: value for name, value in request.headers.items() if not name.startswith(":")}
        ask = partial(self.client.open, path, method=request.method, base_url=BASE_URL, headers=headers)
        sent = request.post_data_buffer
        answer = aside(lambda: ask(data=sent))
        route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.data)


def open_installation(
    folder: Path, template: Path, settings: Settings | None = None
) -> tuple[Installation, Callable[[], None]]:
    """Return an installation over a database of its own, and what closes it.

    Args:
        folder: empty, for its data.
        template: a migrated SQLite database to begin with.
        settings: with this folder; plain ones by default.
    """
    shutil.copy(template, folder / "icc-bridge.sqlite")
    settings = settings or load_settings(base_url=BASE_URL, data_dir=folder, secret_key=SECRET, verifications_per_minute=0)
    jobs = RecordingJobs()
    parts = compose(settings, clock=FakeClock(), engine=jobs)
    return installation(parts, jobs), parts.close


def give_keys(parts: Parts) -> None:
    """Give an installation the issuer's keys of the tests: to make new ones takes a third of a second."""
    with parts.database.session() as session:
        session.add_all(
            IssuingKey(
                kid=record.kid,
                purpose=record.purpose.value,
                private_pem=parts.vault.encrypt(record.private_pem or ""),
                public_jwk=record.public_jwk,
                certificate_pem=record.certificate_pem,
                created_at=AWARDED,
            )
            for record in issuer().records
        )


def installation(parts: Parts, jobs: RecordingJobs) -> Installation:
    """Return an installation at `BASE_URL` in which the sample certificate was issued.

    Args:
        parts: of the application, over a fresh database.
        jobs: takes its jobs.
    """
    give_keys(parts)
    all_accepted(parts)
    jobs.run()
    snapshot = sample_snapshot()
    with parts.database.session() as session:
        made = session.scalars(select(Certificate.id)).one()
        # what tells of it names it by the number that it is about to lose
        session.execute(delete(Notice))
        session.execute(
            update(Certificate)
            .where(Certificate.id == made)
            .values(
                id=CERTIFICATE_ID,
                snapshot=snapshot.canonical_json(),
                snapshot_sha256=snapshot.sha256(),
                credential=signed().json,
                jwt=signed().jwt,
                status_index=ENTRY.index,
                issued_at=AWARDED,
            )
        )
    return Installation(parts, create_app(parts).test_client())
