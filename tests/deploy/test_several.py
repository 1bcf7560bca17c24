"""Two web processes and two workers on PostgreSQL behind nginx: one of each dies, and the main job goes on."""

import datetime as dt
import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import func, or_, select, text

from lti_tool.app import Parts, compose
from lti_tool.backup.making import make_backup
from lti_tool.backup.restoring import restore_backup
from lti_tool.config import Settings, load_settings
from lti_tool.database import Database
from lti_tool.demo.school import SchoolServer
from lti_tool.demo.walk import Walk
from lti_tool.sync.models import ScoreOutbox
from tests.backup.conftest import PASSPHRASE
from tests.chaos.victims import Victim
from tests.conftest import SECRET
from tests.deploy.nginx import in_front, needs_nginx, program, written
from tests.eventually import eventually
from tests.ports import free_port
from tests.postgresql import postgresql_server
from tests.test_migrations import content

pytestmark = pytest.mark.long

PATIENCE = 120.0
DEADLY = "grade in the school's gradebook: verkenning"


def idle(parts: Parts) -> bool:
    """Whether nothing waits and nobody works: whoever is killed now takes no job along."""
    with parts.database.reading() as session:
        held = or_(ScoreOutbox.dirty.is_(True), ScoreOutbox.claimed_until.is_not(None))
        waiting = session.scalar(select(func.count()).select_from(ScoreOutbox).where(held))
        working = session.scalar(text("SELECT count(*) FROM dbos.workflow_status WHERE status IN ('PENDING', 'ENQUEUED')"))
    return not waiting and not working


def ready(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=5).ok
    except requests.RequestException:
        return False


@contextmanager
def installation(folder: Path, server: str, port: int) -> Iterator[tuple[Settings, list[Victim], list[int]]]:
    """An installation as on two machines: nothing is shared but the settings, the database and the folder of the files."""
    environment = {
        "ICC_BASE_URL": f"http://localhost:{port}",
        "ICC_TRUSTED_PROXIES": "1",
        "ICC_DATABASE_URL": f"{server}postgres",
        "ICC_FILES_URL": f"file://{folder}/files",
        "ICC_SECRET_KEY": SECRET,
        "ICC_ALLOW_PRIVATE_PLATFORMS": "true",
        "ICC_JOB_POLL_SECONDS": "0.1",
        "ICC_DATA_DIR": str(folder / "one"),
    }
    settings = load_settings(**{name.removeprefix("ICC_").lower(): value for name, value in environment.items()})
    ports = [free_port(), free_port()]
    victims = []
    for machine, web in zip(("one", "two"), ports, strict=True):
        own = {**environment, "ICC_DATA_DIR": str(folder / machine)}
        command = ["-m", "lti_tool.cli"]
        victims.append(Victim(f"web-{machine}", [*command, "serve", "--port", str(web)], own, folder))
        victims.append(Victim(f"worker-{machine}", [*command, "worker"], own, folder))
    try:
        yield settings, victims, ports
    finally:
        for victim in victims:
            victim.kill()


@needs_nginx
@pytest.mark.postgresql
def test_the_main_job_goes_on_when_a_web_process_and_a_worker_die(tmp_path: Path) -> None:
    port = free_port()
    with (
        postgresql_server() as server,
        SchoolServer(seeded=True, public_host="localhost", port=free_port()) as school,
        installation(tmp_path, server, port) as (settings, victims, ports),
        in_front(tmp_path, port, free_port(), ports),
    ):
        parts = compose(settings)
        parts.upgrade()
        for victim in victims:
            victim.start()
        eventually(lambda: all(map(ready, ports)), within=PATIENCE)
        killed: list[str] = []

        def say(line: str) -> None:
            if DEADLY in line:
                eventually(lambda: idle(parts), within=PATIENCE)
                killed.extend(victim.name for victim in victims[:2] if victim.kill())

        Walk(school.url, settings.base_url, parts, say, patience=PATIENCE).run(None)
        assert killed == ["web-one", "worker-one"]
        assert not ready(ports[0])
        code = requests.get(f"http://localhost:{port}/health/ready", timeout=PATIENCE).headers["X-Request-ID"]
        log = tmp_path / "icc-bridge.access.log"
        # nginx writes the line once it has answered
        eventually(lambda: code in log.read_text(), within=PATIENCE)
        logged = [json.loads(line) for line in log.read_text().splitlines()]
        assert {line["status"] // 100 for line in logged} <= {2, 3, 4}
        assert {one.rpartition(":")[2] for line in logged for one in line["upstream"].split(", ")} == set(map(str, ports))
        for victim in victims:
            victim.kill()
        _back_from_a_backup(parts, server, tmp_path)
        parts.close()


def _back_from_a_backup(parts: Parts, server: str, folder: Path) -> None:
    """See that what the main job left on PostgreSQL comes back row by row and file by file."""
    made = make_backup(parts.settings, parts.database, parts.files, parts.clock, folder, PASSPHRASE, work_factor=4)
    with parts.database.single.connect() as connection:
        connection.execute(text("CREATE DATABASE restored"))
    new = parts.settings.model_copy(
        update={
            "database_url": f"{server}restored",
            "files_url": f"file://{folder}/restored",
            "data_dir": folder / "restored-data",
        }
    )
    restore_backup(new, made.path, PASSPHRASE)
    restored = Database(new.sqlalchemy_url)
    assert content(restored) == content(parts.database)
    with restored.single.connect() as connection:
        jobs = connection.scalar(text("SELECT count(*) FROM dbos.workflow_status"))
    with parts.database.single.connect() as connection:
        assert jobs == connection.scalar(text("SELECT count(*) FROM dbos.workflow_status"))
    restored.close()
    there, here = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}
        for root in (folder / "files", folder / "restored")
    )
    assert there == here
    assert there


@needs_nginx
def test_nginx_takes_the_site_as_it_is_shipped(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    both = tmp_path / "both.pem"
    both.write_bytes(certificate.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    configuration = written(tmp_path, free_port(), free_port(), [free_port()], certificate=both)
    words = [str(program()), "-t", "-p", str(tmp_path), "-c", str(configuration)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr
