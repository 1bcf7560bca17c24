"""Whom to tell about a hole, as RFC 9116 has it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from lti_tool.app import Parts, compose, create_app
from lti_tool.config import load_settings
from lti_tool.database import Database
from tests.clock import FakeClock
from tests.conftest import SECRET
from tests.made_once import rsa_key
from tests.recording_jobs import RecordingJobs

PATH = "/.well-known/security.txt"


@pytest.fixture
def visitor(tmp_path: Path, sqlite_database: Database, clock: FakeClock) -> Iterator[Callable[..., FlaskClient]]:
    """Makes somebody who found a hole in an installation with these settings."""
    made: list[Parts] = []

    def make(**settings: object) -> FlaskClient:
        chosen = load_settings(
            base_url="https://icc.example.org",
            data_dir=tmp_path,
            database_url=sqlite_database.url,
            secret_key=SECRET,
            **settings,
        )
        made.append(compose(chosen, clock=clock, database=sqlite_database, engine=RecordingJobs(), make_rsa=rsa_key))
        return create_app(made[-1]).test_client()

    yield make
    for parts in made:
        parts.close()


def test_without_a_contact_there_is_none(visitor: Callable[..., FlaskClient]) -> None:
    assert visitor(security_policy="https://example.org/security").get(PATH).status_code == 404


def test_it_names_contacts_policy_and_an_end_that_moves_on(visitor: Callable[..., FlaskClient], clock: FakeClock) -> None:
    contacts = "mailto:security@example.org, https://example.org/report"
    client = visitor(security_contact=contacts, security_policy="https://example.org/security")
    answer = client.get(PATH)
    assert (answer.status_code, answer.content_type) == (200, "text/plain; charset=utf-8")
    fields = [line.split(": ", 1) for line in answer.text.splitlines()]
    assert [value for name, value in fields if name == "Contact"] == contacts.split(", ")
    said = dict(fields)
    assert said["Policy"] == "https://example.org/security"
    assert said["Canonical"] == f"https://icc.example.org{PATH}"
    assert said["Preferred-Languages"] == "nl, en"
    expires = datetime.strptime(said["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert timedelta(days=30) < expires - clock.now < timedelta(days=365)
    again = client.get(PATH, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    clock.advance(seconds=24 * 3600)
    assert f"Expires: {expires + timedelta(days=1):%Y-%m-%d}" in client.get(PATH).text
