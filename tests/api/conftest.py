"""An installation with certificates, a client of its API, and somebody who listens to webhooks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool.api.clients import SCOPES
from lti_tool.app import Parts, compose, create_app
from lti_tool.certificates.models import Award, Certificate
from lti_tool.config import load_settings
from lti_tool.database import Database
from tests.certificates.award import NAME, Ready, all_accepted
from tests.clock import FakeClock
from tests.conftest import SECRET
from tests.made_once import rsa_key
from tests.recording_jobs import RecordingJobs


@dataclass
class Caller:
    """A program with a token."""

    client: FlaskClient
    token: str

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:  # noqa: ANN401
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        every = {"Authorization": f"Bearer {self.token}", "Accept-Language": "en", **named}
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers=every)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.ask("GET", path, **headers)

    def found(self, path: str) -> Any:  # noqa: ANN401
        """What is there."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json

    def post(self, path: str, body: Mapping[str, Any] | None = None, **headers: str) -> TestResponse:
        return self.ask("POST", path, body, **headers)


@dataclass
class Office:
    """The issuer's."""

    parts: Parts
    jobs: RecordingJobs
    clock: FakeClock
    app: Flask

    def caller(self, *scopes: str) -> Caller:
        """A client with these scopes; with all by default."""
        made = self.parts.api.clients.add("Registratie", scopes or tuple(SCOPES), 30)
        return Caller(self.app.test_client(use_cookies=False), made.token)

    def ready(self, name: str | None = NAME) -> Ready:
        """Let somebody meet the rule in an approved cohort; the certificate waits for the jobs."""
        return all_accepted(self.parts, name=name)

    def work(self) -> None:
        """Do what the sweepers and the jobs do."""
        self.parts.api.teller.sweep()
        self.jobs.run()

    def issued(self) -> str:
        """Have a certificate issued and return its id."""
        ready = self.ready()
        self.jobs.run()
        with self.parts.database.reading() as session:
            query = select(Certificate.id).join(Award).where(Award.enrolment_id == ready.enrolment_id)
            return session.scalars(query).one()


@pytest.fixture
def office(sqlite_database: Database, tmp_path: Path, clock: FakeClock) -> Iterator[Office]:
    """One that may call loopback addresses."""
    settings = load_settings(
        data_dir=tmp_path / "var",
        database_url=sqlite_database.url,
        secret_key=SECRET,
        allow_private_platforms=True,
    )
    jobs = RecordingJobs()
    parts = compose(settings, clock=clock, database=sqlite_database, engine=jobs, make_rsa=rsa_key)
    yield Office(parts, jobs, clock, create_app(parts))
    parts.close()
