"""Files are scanned by a ClamAV daemon before anybody can open them; a small double speaks its protocol."""

import io
import socketserver
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from lti_tool.app import compose, create_app
from lti_tool.audit import REFUSED
from lti_tool.config import Settings, load_settings
from lti_tool.database import Database
from lti_tool.errors import SettingsError
from lti_tool.exchange.models import ShelfItem
from lti_tool.training.clamav import ClamAv, ScannerDown
from lti_tool.training.errors import FileInfected, NotScanned
from lti_tool.training.inspecting import INFECTED, FileInspector, WhenDown
from lti_tool.training.models import WorkFile
from tests.clock import FakeClock
from tests.made_once import rsa_key
from tests.recording_jobs import RecordingJobs
from tests.training.conftest import Group, group  # noqa: F401 - a fixture
from tests.training.samples import PDF, upload
from tests.training.world import World

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The file that every scanner finds and that does nothing (eicar.org)."""
LIMIT = 3_000_000


class Clamd(socketserver.StreamRequestHandler):
    """As clamd(8) says: a command up to a NUL; for INSTREAM chunks with their length, and an empty one."""

    disable_nagle_algorithm = False  # it listens on sockets in folders too

    def handle(self) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        if command == b"zVERSION\0":
            self.wfile.write(b"ClamAV 1.4.6\0")
            return
        assert command == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack(">L", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
            if len(content) > LIMIT:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.wfile.write(b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0")


class _OverTcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


class _OverUnix(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@pytest.fixture
def unix(tmp_path: Path) -> Iterator[str]:
    """A daemon on a socket in a folder."""
    with _OverUnix(str(tmp_path / "clamd.ctl"), Clamd) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"unix:{tmp_path / 'clamd.ctl'}"
        server.shutdown()


@pytest.fixture
def tcp() -> Iterator[str]:
    """A daemon on TCP."""
    with _OverTcp(("127.0.0.1", 0), Clamd) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"tcp://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def settings(settings: Settings, tcp: str) -> Settings:
    """An installation with a scanner."""
    return settings.model_copy(update={"clamav_url": tcp})


@pytest.fixture
def world(settings: Settings, database: Database, clock: FakeClock) -> Iterator[World]:
    """People before the whole application."""
    world = World(settings, database, clock)
    parts = compose(settings, clock=clock, database=database, engine=RecordingJobs(), make_rsa=rsa_key)
    world.app = create_app(parts)
    yield world
    parts.close()


def test_a_daemon_says_what_it_finds_and_what_is_clean(tcp: str) -> None:
    scanner = ClamAv(tcp)
    assert scanner.find(io.BytesIO(PDF)) is None
    assert scanner.find(io.BytesIO(b"")) is None
    assert scanner.find(io.BytesIO(b"x" * 1_000_000 + EICAR)) == "Eicar-Test-Signature"
    assert scanner.version() == "ClamAV 1.4.6"


_ASK = """
import io, sys
from lti_tool.training.clamav import ClamAv
scanner = ClamAv(sys.argv[1])
print(scanner.version(), scanner.find(io.BytesIO(b"clean")), scanner.find(io.BytesIO(sys.argv[2].encode())))
"""


def test_a_daemon_on_a_socket_in_a_folder_answers_the_same(unix: str) -> None:
    # in a process of its own: tests may open sockets to loopback addresses only
    command = [sys.executable, "-c", _ASK, unix, EICAR.decode()]
    asked = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    assert asked.stdout == "ClamAV 1.4.6 None Eicar-Test-Signature\n"


def test_what_is_over_the_daemons_limit_is_not_called_clean(tcp: str) -> None:
    with pytest.raises(ScannerDown):
        ClamAv(tcp).find(io.BytesIO(b"x" * (LIMIT * 2)))


def test_without_the_daemon_the_settings_decide() -> None:
    nobody, stream = ClamAv("tcp://127.0.0.1:1"), io.BytesIO(PDF)
    with pytest.raises(NotScanned):
        FileInspector(nobody, WhenDown.REFUSE).scan("werk.pdf", stream, "account")
    FileInspector(nobody, WhenDown.ALLOW).scan("werk.pdf", stream, "account")
    assert stream.tell() == 0


def test_the_one_who_sent_it_is_noted_and_the_file_is_named(tcp: str) -> None:
    noted: list[tuple[str, str, str]] = []
    inspector = FileInspector(ClamAv(tcp), noted=lambda *what: noted.append(what))
    with pytest.raises(FileInfected) as caught:
        inspector.scan("werk.pdf", io.BytesIO(PDF + EICAR), "account")
    assert noted == [("account", INFECTED, "Eicar-Test-Signature")]
    assert "werk.pdf" in str(caught.value.explanation)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_harmful_file_is_neither_work_nor_on_the_shelf_and_its_sender_reads_why(
    world: World,
    group: Group,  # noqa: F811
) -> None:
    harmful = upload(content=PDF + EICAR)
    answer = group.zoe.post(group.assignment(), {"text": "werk", "files": harmful, "action": "draft"})
    assert "volgens de virusscanner iets schadelijks" in answer.text
    assert "Eicar-Test-Signature" in answer.text
    item = {"kind": "material", "title": "materiaal", "file": upload(content=PDF + EICAR)}
    answer = group.trainer.post(f"{group.home()}/shelf/new", item)
    assert "volgens de virusscanner iets schadelijks" in answer.text
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(WorkFile)) == 0
        assert session.scalar(select(func.count()).select_from(ShelfItem)) == 0
    noted = world.audit.last(10, outcome=REFUSED)
    assert [(one.what, one.target_id, one.account_id) for one in noted] == [
        (INFECTED, "Eicar-Test-Signature", group.trainer.viewer.account_id),
        (INFECTED, "Eicar-Test-Signature", group.zoe.viewer.account_id),
    ]
    assert group.zoe.post(group.assignment(), {"text": "werk", "files": upload(), "action": "draft"}).status_code == 303


@pytest.mark.parametrize("url", ["clamd:3310", "tcp://host", "tcp://host:x", "unix:clamd.ctl", "http://127.0.0.1:3310"])
def test_an_address_that_is_none_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="ICC_CLAMAV_URL: expected tcp"):
        load_settings(data_dir=tmp_path, clamav_url=url)
