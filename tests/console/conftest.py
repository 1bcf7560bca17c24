"""The application with a training that is awarded by approval, and a member of the staff in front of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool.app import Parts, compose, create_app
from lti_tool.certificates.models import Award
from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.signin.gate import Role, StaffMember
from tests.certificates.award import NAME, Ready, all_accepted
from tests.certificates.decided import APPROVAL, People, launched, write_training
from tests.certificates.installation import give_keys
from tests.clock import FakeClock
from tests.made_once import rsa_key
from tests.recording_jobs import RecordingJobs
from tests.staff import post_as_staff, sign_in_staff


@dataclass
class Desk:
    """Somebody of the staff in a browser."""

    client: FlaskClient
    member: StaffMember

    def page(self, url: str) -> str:
        """Open a page and follow to where it leads; it must be there."""
        answer = self.client.get(url, follow_redirects=True)
        assert answer.status_code == 200, (url, answer.status_code)
        return answer.text

    def post(self, url: str, data: Mapping[str, object] | None = None) -> TestResponse:
        """Post a form."""
        return post_as_staff(self.client, url, data)


@pytest.fixture
def jobs() -> RecordingJobs:
    return RecordingJobs()


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """One engine; what differs between them is tried where it does."""
    return sqlite_database


@pytest.fixture
def database_url(sqlite_database: Database) -> str:
    return sqlite_database.url


@pytest.fixture
def parts(settings: Settings, database: Database, clock: FakeClock, jobs: RecordingJobs, tmp_path: Path) -> Iterator[Parts]:
    own = settings.model_copy(update={"trainings_dir": write_training(tmp_path / "trainings")})
    composed = compose(own, clock=clock, database=database, engine=jobs, make_rsa=rsa_key)
    give_keys(composed)
    yield composed
    composed.close()


@pytest.fixture
def app(parts: Parts) -> Flask:
    return create_app(parts)


@pytest.fixture
def sit(app: Flask) -> Callable[..., Desk]:
    """Lets somebody with these roles sign in."""

    def sit_down(*roles: Role, name: str = "Iris de Vries") -> Desk:
        client = app.test_client()
        return Desk(client, sign_in_staff(client, *roles, name=name))

    return sit_down


@pytest.fixture
def iris(sit: Callable[..., Desk]) -> Desk:
    """The issuer."""
    return sit(Role.ISSUER)


@pytest.fixture
def ready(parts: Parts) -> Ready:
    """Somebody who met the rule of the training that is awarded by approval."""
    return all_accepted(parts, training_key=APPROVAL)


@pytest.fixture
def people(app: Flask, parts: Parts, ready: Ready) -> People:
    return launched(app, parts, ready)


@pytest.fixture
def proposed(parts: Parts, people: People) -> str:
    """The id of an award that its trainer proposed."""
    award = award_of(parts)
    parts.decisions.propose(people.trainer.viewer, award.id)
    return award.id


@pytest.fixture
def issued(parts: Parts, jobs: RecordingJobs) -> str:
    """The id of an award whose certificate was issued by itself."""
    all_accepted(parts, name=NAME)
    jobs.run()
    return award_of(parts).id


def award_of(parts: Parts, award_id: str | None = None) -> Award:
    """Return an award, the only one by default."""
    with parts.database.session() as session:
        query = select(Award) if award_id is None else select(Award).where(Award.id == award_id)
        return session.scalars(query).one()
