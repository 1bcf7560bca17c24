"""The main job over real HTTP: what is written beside the rows names nobody; and after erasing, no byte does."""

import io
import json
import logging
import re
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyrage
import pytest
import requests
from flask import Flask
from sqlalchemy import select, text, update
from werkzeug.serving import make_server

from lti_tool.app import Parts, compose, create_app
from lti_tool.backup.making import make_backup
from lti_tool.config import load_settings
from lti_tool.courses.models import Person
from lti_tool.demo.school import SchoolServer
from lti_tool.demo.school.people import open_school
from lti_tool.demo.walk import CERTIFICATE_NAME, FEEDBACK, Walk
from lti_tool.logs import configure_logs
from lti_tool.moodle.models import MoodleCourse
from lti_tool.privacy.reading import load_register
from lti_tool.sync.models import CourseRoster, CourseRosterMember
from tests.backup.conftest import PASSPHRASE, QUICK
from tests.conftest import SECRET
from tests.eventually import eventually
from tests.ports import free_port

pytestmark = pytest.mark.long

FIRST_NUMBER = 471_100_000
"""Numbers of people at the school are known again wherever they turn up."""
SUB = str(FIRST_NUMBER + 3)
MARKS = ("Höfen", "H\\u00f6fen", "vanthofen", "zilverbos.invalid", SUB, FEEDBACK)
"""Of the teacher who plays the main job: name as it is and in JSON, login, e-mail address, number, what was said to her."""


class Lines(logging.Handler):
    """Keeps every line that the tool logs, as it is written."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith("lti_tool.demo"):
            self.lines.append(self.format(record))


class Played:
    """The main job, played once: the tool, and everything that it wrote and that anybody asked it for."""

    def __init__(self, parts: Parts, url: str, lines: list[str], addresses: list[str]) -> None:
        self.parts, self.url, self.lines, self.addresses = parts, url, lines, addresses

    def person_id(self) -> str:
        with self.parts.database.reading() as session:
            return session.scalars(select(Person.id).where(Person.certificate_name == CERTIFICATE_NAME)).one()

    def rows(self, table: str) -> str:
        """All rows of a table, as text."""
        with self.parts.database.reading() as session:
            return "\n".join(str(tuple(row)) for row in session.execute(text(f"SELECT * FROM {table}")))  # noqa: S608


def watched(parts: Parts, addresses: list[str]) -> Flask:
    """Return the application that notes every address it is asked for and sends people to."""
    app = create_app(parts)
    inner = app.wsgi_app

    def answer(environ: Any, start: Any) -> Any:  # noqa: ANN401 - WSGI's own
        addresses.append(f"{environ['PATH_INFO']}?{environ.get('QUERY_STRING', '')}")

        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:  # noqa: ANN401 - WSGI's own
            addresses.extend(value for name, value in headers if name.lower() == "location")
            return start(status, headers, *more)

        return inner(environ, begin)

    app.wsgi_app = answer  # type: ignore[method-assign,assignment]
    return app


@pytest.fixture
def played(tmp_path: Path, new_sqlite_url: Callable[[], str]) -> Iterator[Played]:
    """The main job with the members read, on the durable engine."""
    addresses: list[str] = []
    port, lines = free_port(), Lines()
    settings = load_settings(
        base_url=f"http://localhost:{port}",
        data_dir=tmp_path / "var",
        database_url=new_sqlite_url(),
        secret_key=SECRET,
        allow_private_platforms=True,
        job_poll_seconds=0.05,
    )
    configure_logs(settings)
    root = logging.getLogger()
    lines.setFormatter(root.handlers[0].formatter)
    root.addHandler(lines)
    parts = compose(settings)
    parts.upgrade()
    server = make_server("127.0.0.1", port, watched(parts, addresses), threaded=True)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    with SchoolServer(public_host="localhost", port=free_port()) as school:
        school.school.counters["person"] = FIRST_NUMBER
        open_school(school.school)
        parts.engine.launch()
        try:
            Walk(school.url, settings.base_url, parts, lambda _line: None, patience=120).run(None)
            parts.rosters.sweep()
            eventually(lambda: listed(parts), within=60)
            yield Played(parts, settings.base_url, lines.lines, addresses)
        finally:
            server.shutdown()
            server.server_close()
            parts.close()


def listed(parts: Parts) -> bool:
    with parts.database.reading() as session:
        return session.scalar(select(CourseRosterMember.name).where(CourseRosterMember.subject == SUB)) is not None


def test_nobody_is_named_beside_the_rows_and_no_byte_outlives_an_erasure(played: Played, tmp_path: Path) -> None:
    parts, person_id = played.parts, played.person_id()
    metrics = requests.get(f"{played.url}/metrics", timeout=10).text
    engine = [table for table in load_register().engine_tables if table != "event_dispatch_kv"]
    written = {
        "log": "\n".join(played.lines),
        "addresses": beside_the_protocol(played.addresses),
        "metrics": metrics,
        "audit": played.rows("audit_event"),
        "traces": played.rows("launch_trace"),
        "engine": "\n".join(played.rows(table) for table in engine),
    }
    for place, what in written.items():
        assert what or place == "audit", place
        assert [mark for mark in MARKS if mark in what] == [], place
    assert "certificate.issued" in written["log"]
    assert "/c/" in written["addresses"]

    copy = b"".join(parts.own_copies.package(person_id, "nl").chunks)
    with zipfile.ZipFile(io.BytesIO(copy)) as package:
        names = package.namelist()
        data = json.loads(package.read("data.json"))["data"]
        assert "Höfen" in package.read("index.html").decode()
        assert package.read(next(name for name in names if name.endswith(".pdf") and "certificaat/" in name))[:4] == b"%PDF"
    assert {"bestanden/beleidsplan-cultuur.pdf", "data.json", "index.html"} <= set(names)
    assert {"account", "submission_version", "review", "certificate", "score_outbox", "course_roster_member"} <= set(data)
    assert "native_work" in data

    assert found_in(tmp_path, parts) != set()
    assert found_in_backup(parts, tmp_path) != set()
    (certificate,) = parts.certificates.list()
    erased = parts.erasing.erase(person_id)
    assert (erased.accounts, erased.files >= 1) == (1, True)
    assert "gewist" in requests.get(f"{played.url}/c/{certificate.id}", timeout=10, headers={"Accept-Language": "nl"}).text
    tell_again(parts)
    assert found_in_backup(parts, tmp_path) == set()
    parts.engine.stop()
    parts.database.close()
    assert found_in(tmp_path, parts) == set()


def tell_again(parts: Parts) -> None:
    """Let the school tell all once more: who is in the course, and what was handed in there."""
    now = parts.clock()
    with parts.database.session() as session:
        session.execute(update(CourseRoster).values(next_read_at=now, whole_at=None, differences_url=None))
        session.execute(update(MoodleCourse).values(next_sync_at=now, marks={}))
    parts.rosters.sweep()
    parts.moodle_sync.sweep()

    def told() -> bool:
        with parts.database.reading() as session:
            read = [*session.scalars(select(CourseRoster.read_at)), *session.scalars(select(MoodleCourse.synced_at))]
        return len(read) == 2 and all(moment is not None and moment > now for moment in read)

    eventually(told, within=60)


def beside_the_protocol(addresses: list[str]) -> str:
    """All addresses, without the hint that goes back to the platform it came from, as OpenID Connect wants it."""
    return re.sub(r"(/lti/auth\?[^\n]*login_hint=)[^&\n]*", r"\1", "\n".join(addresses))


def found_in(folder: Path, parts: Parts) -> set[str]:
    """The files of the installation in which a mark stands: database, its log, handed-in files, whatever else lies there."""
    database = Path(parts.settings.sqlalchemy_url.removeprefix("sqlite:///"))
    files = [*database.parent.glob(f"{database.name}*"), *(file for file in folder.rglob("*") if file.is_file())]
    return {f"{file.name}: {mark}" for file in files for mark in MARKS if mark.encode() in file.read_bytes()}


def found_in_backup(parts: Parts, folder: Path) -> set[str]:
    """The entries of a backup that is taken now in which a mark stands."""
    made = make_backup(
        parts.settings, parts.database, parts.files, parts.clock, folder / "backup", PASSPHRASE, work_factor=QUICK
    )
    plain = io.BytesIO(pyrage.passphrase.decrypt(made.path.read_bytes(), PASSPHRASE))
    made.path.unlink()
    with tarfile.open(fileobj=plain) as archive:
        entries = {entry.name: archive.extractfile(entry) for entry in archive if entry.isfile()}
        read = {name: content.read() for name, content in entries.items() if content is not None}
    assert len(read) > 2
    return {f"{name}: {mark}" for name, content in read.items() for mark in MARKS if mark.encode() in content}
