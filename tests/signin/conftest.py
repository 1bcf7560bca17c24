"""The whole application with browsers of the staff, on SQLite."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lti_tool.app import Parts, compose, create_app
from lti_tool.config import Settings, load_settings
from lti_tool.database import Database
from lti_tool.signin.gate import Role, current_staff, staff_only
from tests.clock import FakeClock
from tests.conftest import SECRET
from tests.made_once import rsa_key
from tests.recording_jobs import RecordingJobs


@dataclass
class House:
    """The application, its parts, and the clock it goes by."""

    parts: Parts
    app: Flask
    clock: FakeClock

    def browser(self, **environ: str) -> FlaskClient:
        """Open a browser that asks for Dutch pages."""
        client = self.app.test_client()
        client.environ_base |= {"HTTP_ACCEPT_LANGUAGE": "nl", "HTTP_ACCEPT": "text/html", **environ}
        return client

    def invite(self, name: str = "Mies Bakker", *roles: Role) -> tuple[str, str]:
        """Add somebody and return their id and the path of their link."""
        member, link = self.parts.staff.invite(name, roles or (Role.OPERATOR,))
        return member.id, f"/sign-in/link/{link.token}"

    def trail(self, outcome: str | None = None) -> list[tuple[str, str, str]]:
        """Who did (or was refused) what to what, the oldest first."""
        return [(one.account_id, one.what, one.target_id) for one in reversed(self.parts.audit.last(500, outcome=outcome))]


@pytest.fixture
def settings(tmp_path: Path, sqlite_database: Database) -> Settings:
    """Settings of an installation on plain http, on SQLite."""
    return load_settings(
        base_url="http://localhost:8401",
        data_dir=tmp_path / "var",
        database_url=sqlite_database.url,
        secret_key=SECRET,
        allow_private_platforms=True,
    )


@pytest.fixture
def new_house(settings: Settings, sqlite_database: Database, clock: FakeClock) -> Iterator[Callable[..., House]]:
    """Makes the application with some settings changed; three guarded pages for the tests stand in it too."""
    made: list[Parts] = []

    def make(**changes: object) -> House:
        chosen = settings.model_copy(update=changes)
        parts = compose(chosen, clock=clock, database=sqlite_database, engine=RecordingJobs(), make_rsa=rsa_key)
        made.append(parts)
        app = create_app(parts)
        app.testing = False
        app.add_url_rule("/guarded/any", "guarded.any", staff_only()(lambda: f"hello {current_staff().name}"))
        app.add_url_rule("/guarded/issuer", "guarded.issuer", staff_only(Role.ISSUER)(lambda: "for issuers"))
        app.add_url_rule(
            "/guarded/<cohort_id>/do",
            "guarded.do",
            staff_only(Role.ISSUER, Role.OPERATOR)(lambda cohort_id: f"did {cohort_id}"),
            methods=["POST"],
        )
        return House(parts, app, clock)

    yield make
    for parts in made:
        parts.close()


@pytest.fixture
def house(new_house: Callable[..., House]) -> House:
    """The application as it is by default."""
    return new_house()
