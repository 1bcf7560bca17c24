"""A school on one site and the tool on another, both on https, as a browser knows them; everything stays on loopback.

The browser is told by `--host-resolver-rules` where the names are. The tool asks the school's services over plain http.
"""

import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask
from sqlalchemy import select, update
from werkzeug.serving import WSGIRequestHandler, make_server

from lti_tool.app import Parts, compose, create_app
from lti_tool.config import Settings
from lti_tool.demo.school import Link, Role, School
from lti_tool.demo.school.app import create_app as create_school
from lti_tool.demo.school.models import Course
from lti_tool.demo.school.people import open_school
from lti_tool.launch.models import LAUNCHED, LaunchTrace, ToolSession
from mappings.loading import load_trainings
from tests.recording_jobs import RecordingJobs

SCHOOL, TOOL, ELSEWHERE = "school.example.org", "icc.example.net", "elsewhere.example.com"
TRAINER = "Ilse Brouwers"
TRAINING = load_trainings()["icc-vo"]


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


class _HandshakeLater(ssl.SSLContext):
    """Leaves the handshake to the connection's own thread: a browser opens connections that it does not use yet."""

    def wrap_socket(self, *arguments: Any, **options: Any) -> ssl.SSLSocket:  # noqa: ANN401
        return super().wrap_socket(*arguments, **{**options, "do_handshake_on_connect": False})


@contextmanager
def listening(app: Flask, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """Serve an application on a free port of the loopback interface."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet, ssl_context=tls)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def self_signed(folder: Path) -> ssl.SSLContext:
    """Make a certificate for the names of this stage, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SCHOOL)])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in (SCHOOL, TOOL, ELSEWHERE)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    path = folder / "certificate.pem"
    path.write_bytes(
        key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain) + certificate.public_bytes(encoding)
    )
    context = _HandshakeLater(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@dataclass
class TwoSites:
    """The school and the tool, connected; `resolver_rules` tells a browser where they are."""

    school: School
    parts: Parts
    resolver_rules: str
    in_english: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 1000)))

    @property
    def school_url(self) -> str:
        """Where a browser finds the school."""
        return self.school.url

    @property
    def tool_url(self) -> str:
        """Where a browser finds the tool."""
        return self.parts.settings.base_url

    def course(self) -> Course:
        """An empty course with a trainer."""
        course = self.school.add_course(f"Lokaal {next(self._numbers)}")
        trainer = next(person for person in self.school.people.values() if person.name == TRAINER)
        self.school.enrol(trainer, course, Role.TEACHER)
        return course

    def newcomer(self, course: Course) -> str:
        """Enrol somebody new as a participant and return the name."""
        number = next(self._numbers)
        person = self.school.add_person("Sanne", f"de Vries {number}", username=f"s.devries{number}")
        self.school.enrol(person, course, Role.STUDENT)
        return person.name

    def activity(self, link: Link) -> str:
        """Where a browser finds an activity."""
        return f"{self.school_url}/courses/{link.course_id}/links/{link.id}"

    def layers(self) -> list[str | None]:
        """What tied each launch to its browser so far, the newest last."""
        with self.parts.database.session() as session:
            launched = select(LaunchTrace.layer).where(LaunchTrace.outcome == LAUNCHED)
            return list(session.scalars(launched.order_by(LaunchTrace.created_at)))

    def end_sessions(self) -> None:
        """Let every session of the tool be over, as time does."""
        with self.parts.database.session() as session:
            session.execute(update(ToolSession).values(expires_at=datetime(2026, 1, 1, tzinfo=UTC)))


@contextmanager
def two_sites(settings: Settings, folder: Path) -> Iterator[TwoSites]:
    """Start both and connect them by hand.

    Args:
        settings: with the database, the data folder and `base_url` of the tool.
        folder: for the certificate.
    """
    school = School(f"https://{SCHOOL}")
    open_school(school)
    parts = compose(settings, engine=RecordingJobs())
    with ExitStack() as stack:
        stack.callback(parts.close)
        tls = self_signed(folder)
        school_app = create_school(school)
        services = f"http://127.0.0.1:{stack.enter_context(listening(school_app))}"
        secure = stack.enter_context(listening(school_app, tls))
        tool = stack.enter_context(listening(create_app(parts), tls))
        registration = school.register_tool(
            "ICC Bridge",
            login_url=f"{settings.base_url}/lti/login",
            redirect_uris=[f"{settings.base_url}/lti/launch"],
            target_link_uri=f"{settings.base_url}/lti/launch",
            deep_link_uri=f"{settings.base_url}/lti/launch",
            jwks=parts.key_ring.jwks(),
            claims_asked=["name"],
        )
        parts.platforms.add(
            "Zilverbos College",
            school.url,
            registration.client_id,
            f"{school.url}/lti/auth",
            f"{services}/lti/token",
            f"{services}/lti/certs",
            [registration.deployment_id],
        )
        rules = [f"MAP {name} 127.0.0.1:{port}" for name, port in ((SCHOOL, secure), (ELSEWHERE, secure), (TOOL, tool))]
        yield TwoSites(school, parts, ", ".join(rules))
