"""The launch room with its collaborators, in a small application with stand-ins for the pages behind it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask, jsonify
from flask.testing import FlaskClient
from structlog.testing import capture_logs
from werkzeug.wrappers import Response

from lti_tool.config import Settings, load_settings
from lti_tool.courses.service import CourseService
from lti_tool.database import Database
from lti_tool.demo.school import KeyRing, School, SigningKey
from lti_tool.launch.service import LaunchFollower, LaunchService
from lti_tool.launch.sessions import SessionService, current_viewer, session_id_of_request
from lti_tool.launch.traces import TraceService
from lti_tool.launch.views import blueprint
from lti_tool.platforms.keysets import PlatformKeys
from lti_tool.platforms.service import PlatformService
from lti_tool.registry import provide
from lti_tool.web.setup import init_web
from tests.clock import FakeClock
from tests.conftest import SECRET
from tests.launch.parties import OverThere, Stage


@pytest.fixture(scope="session")
def school_key() -> SigningKey:
    """One key for all schools: making them costs time."""
    return SigningKey.generate()


@pytest.fixture(scope="session")
def other_key() -> SigningKey:
    """A key that nobody published."""
    return SigningKey.generate()


@pytest.fixture
def school(school_key: SigningKey, clock: FakeClock) -> School:
    """A school that is not on the network."""
    return School("https://school.example.org", clock=clock, keys=KeyRing([school_key]))


@pytest.fixture
def followers() -> list[LaunchFollower]:
    """What follows a launch; tests add to it before they ask for the stage."""
    return []


@pytest.fixture
def log() -> Iterator[list[Any]]:
    """The log lines of the test."""
    with capture_logs() as lines:
        yield lines


@pytest.fixture
def new_stage(
    settings: Settings,
    clock: FakeClock,
    school: School,
    followers: list[LaunchFollower],
    log: list[Any],
) -> Callable[[Database], Stage]:
    """Puts the stage up on a database."""

    def make(database: Database) -> Stage:
        over_there = OverThere(school)
        platforms = PlatformService(database, clock, over_there)
        platform = platforms.add(
            "Moodle van het Zilverbos College",
            school.url,
            "icc-bridge",
            f"{school.url}/auth?tenant=1",
            f"{school.url}/token",
            f"{school.url}/jwks",
            ["1", "18", "19"],
            family="moodle",
        )
        sessions = SessionService(settings, database, clock)
        traces = TraceService(settings, database, clock)
        launches = LaunchService(
            settings,
            database,
            clock,
            platforms,
            PlatformKeys(database, over_there, clock),
            CourseService(clock),
            sessions,
            traces,
            followers,
        )
        app = _application(clock)
        provide(app, platforms, sessions, launches, traces)
        return Stage(app, database, clock, school, over_there, platform, lambda: _client(app, settings), log)

    return make


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an installation on http://localhost:8401 that may talk to loopback platforms."""
    return load_settings(data_dir=tmp_path / "var", secret_key=SECRET, allow_private_platforms=True)


@pytest.fixture
def lite(sqlite_database: Database, new_stage: Callable[[Database], Stage]) -> Stage:
    """The stage on SQLite alone, for what happens before anything is stored."""
    return new_stage(sqlite_database)


@pytest.fixture
def stage(database: Database, new_stage: Callable[[Database], Stage]) -> Stage:
    """The stage, once on each engine."""
    return new_stage(database)


@pytest.fixture
def secure_settings(settings: Settings) -> Settings:
    """Settings of an installation on https."""
    return load_settings(**{**settings.model_dump(), "base_url": "https://icc.example.org"})


def _client(app: Flask, settings: Settings) -> FlaskClient:
    client = app.test_client()
    client.environ_base |= {"HTTP_ACCEPT_LANGUAGE": "nl", "HTTP_ACCEPT": "text/html", "HTTP_HOST": settings.host}
    return client


def _application(clock: FakeClock) -> Flask:
    app = Flask("lti_tool")
    app.secret_key = SECRET
    app.testing = True
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
    init_web(app, clock=clock, session_id=session_id_of_request)
    app.register_blueprint(blueprint)
    training, embedding = Blueprint("training", __name__), Blueprint("embedding", __name__)

    @training.get("/placement/<placement_id>")
    def placement(placement_id: str) -> str:
        return f"placement {placement_id} for {current_viewer().account_id}"

    @training.get("/placement/<placement_id>/review", defaults={"account_id": None})
    @training.get("/placement/<placement_id>/review/<account_id>")
    def reviewed(placement_id: str, account_id: str | None) -> str:
        return f"work of {account_id} at {placement_id} for {current_viewer().account_id}"

    @embedding.get("/embed/<request_id>")
    def picker(request_id: str) -> str:
        return f"picker {request_id} for {current_viewer().account_id}"

    @training.get("/who")
    def who() -> Response:
        viewer = current_viewer()
        return jsonify(
            session=viewer.session_id,
            account=viewer.account_id,
            person=viewer.person_id,
            locale=viewer.locale,
            seats={course_id: role.value for course_id, role in viewer.seats.items()},
            return_urls=dict(viewer.return_urls),
            platform=viewer.platform.name,
        )

    app.register_blueprint(training)
    app.register_blueprint(embedding)
    return app
