"""The running tool: one server for all cases, and behind it for each case a tool, a database and a school of its own."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from lti_tool.app import Parts, compose, create_app
from lti_tool.config import Settings, load_settings
from lti_tool.database import Database
from lti_tool.demo.school import KeyRing, Role, School, SchoolServer, SigningKey
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.keys import KeyRing as OurKeys
from lti_tool.platforms.service import info_of
from lti_tool.vault import Vault
from tests.builders import Builder
from tests.certification.premises import Premises
from tests.certification.trouble import Calling
from tests.clock import FakeClock
from tests.conftest import SECRET
from tests.made_once import rsa_key
from tests.recording_jobs import RecordingJobs
from tests.scripted_platform import ScriptedPlatform

Run = Callable[..., Premises]


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Write nothing."""


def _closed(_environ: WSGIEnvironment, start: StartResponse) -> list[bytes]:
    start("503 Service Unavailable", [])
    return []


@pytest.fixture(scope="session")
def server() -> Iterator[BaseWSGIServer]:
    """Listens on a free loopback port; `app` is whatever answers at the moment."""
    server = make_server("127.0.0.1", 0, _closed, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def listening() -> Iterator[SchoolServer]:
    """The school's server: each test gets a fresh school in it."""
    with SchoolServer() as running:
        yield running


@pytest.fixture(scope="session")
def school_key() -> SigningKey:
    """One key for all schools: making them costs time."""
    return SigningKey.generate()


@pytest.fixture(scope="session")
def other_key() -> SigningKey:
    """A key that nobody published."""
    return SigningKey.generate()


@pytest.fixture
def scripted() -> Iterator[ScriptedPlatform]:
    """A second platform, that says what the test wrote down; nothing, until then."""
    with ScriptedPlatform() as platform:
        yield platform


@pytest.fixture(scope="session")
def equipped_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database that holds our own key: making one costs time."""
    path = tmp_path_factory.mktemp("certification") / "icc.sqlite"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    OurKeys(database, Vault(SECRET), FakeClock()).signing_key()
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture
def settings(server: BaseWSGIServer, equipped_template: Path, tmp_path: Path) -> Settings:
    """Settings of an installation at the server's address that may talk to loopback platforms."""
    path = tmp_path / "icc.sqlite"
    shutil.copy(equipped_template, path)
    return load_settings(
        base_url=f"http://127.0.0.1:{server.server_port}",
        data_dir=tmp_path / "var",
        database_url=f"sqlite:///{path}",
        secret_key=SECRET,
        allow_private_platforms=True,
        logins_per_minute=1_000_000,
    )


@pytest.fixture
def jobs() -> RecordingJobs:
    """Jobs that run when a test says so."""
    return RecordingJobs()


@pytest.fixture
def school(listening: SchoolServer, school_key: SigningKey, clock: FakeClock) -> Iterator[School]:
    """An empty school that listens, at the time of the test's clock."""
    school = listening.fresh(clock)
    school.keys = KeyRing([school_key])
    yield school
    school.faults.clear()


@pytest.fixture
def calling() -> Iterator[Calling]:
    """May call loopback."""
    calling = Calling(allow_private=True)
    yield calling
    calling.close()


@pytest.fixture
def run(
    server: BaseWSGIServer,
    settings: Settings,
    clock: FakeClock,
    jobs: RecordingJobs,
    school: School,
) -> Iterator[Run]:
    """Starts the tool, with its usual way to the outside or another one, and registers it at the school."""
    running: list[Parts] = []

    def start(outgoing: Outgoing | None = None) -> Premises:
        parts = compose(settings, clock=clock, engine=jobs, outgoing=outgoing, make_rsa=rsa_key)
        running.append(parts)
        app = create_app(parts)
        server.app = app
        url = settings.base_url
        registration = school.register_tool(
            "ICC Bridge",
            login_url=f"{url}/lti/login",
            redirect_uris=[f"{url}/lti/launch"],
            deep_link_uri=f"{url}/lti/launch",
            jwks_url=f"{url}/.well-known/jwks.json",
        )
        # not `platform add`: that would refuse the school's address where private ones are not called
        platform = Builder(parts.database, clock).platform(
            school.name,
            url=school.url,
            client_id=registration.client_id,
            auth_url=f"{school.url}/lti/auth",
            token_url=f"{school.url}/lti/token",
            jwks_url=f"{school.url}/lti/certs",
            deployment_id=registration.deployment_id,
        )
        course = school.add_course("Cultuur", label="ICC-VO")
        trainer = school.add_person("Ilse", "Brouwers", username="ilse.brouwers")
        teacher = school.add_person("Zoë", "van 't Höfen & Zn", username="zoe.hofen")
        school.enrol(trainer, course, Role.TEACHER)
        school.enrol(teacher, course)
        link = school.add_link(course, registration, "Je leervraag")
        return Premises(
            url, app, parts, jobs, clock, school, registration, info_of(platform), course, trainer, teacher, link
        )

    yield start
    server.app = _closed
    for parts in running:
        parts.close()


@pytest.fixture
def premises(run: Run) -> Premises:
    """The tool, running, and registered at the school."""
    return run()
