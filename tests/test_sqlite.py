"""SQLite's writers: one after the other, whatever holds the lock, and nobody waits for ever."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from lti_tool.sqlite import WriterQueue, engine

SHORT = 0.05
LONG = 20.0
_HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
connection.execute("INSERT INTO seen VALUES ('of the other')")
print("holds", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "x.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE seen (what TEXT)")
    connection.close()
    return path


@pytest.fixture
def other(file: Path) -> Iterator[sqlite3.Connection]:
    """Another program that has the file open and knows nothing of ours."""
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    yield connection
    connection.close()


@pytest.fixture
def patient(file: Path) -> Iterator[Engine]:
    made = engine(f"sqlite:///{file}", 2, LONG)
    yield made
    made.dispose()


@pytest.fixture
def hasty(file: Path) -> Iterator[Engine]:
    made = engine(f"sqlite:///{file}", 2, SHORT)
    yield made
    made.dispose()


def write(made: Engine, what: str) -> None:
    with made.begin() as connection:
        connection.execute(text("INSERT INTO seen VALUES (:what)"), {"what": what})


def seen(connection: sqlite3.Connection) -> list[str]:
    return [what for (what,) in connection.execute("SELECT what FROM seen")]


def test_a_writer_waits_for_a_program_that_knows_nothing_of_the_queue(patient: Engine, other: sqlite3.Connection) -> None:
    other.execute("BEGIN IMMEDIATE")
    writer = threading.Thread(target=write, args=(patient, "ours"))
    writer.start()
    other.execute("INSERT INTO seen VALUES ('of the other')")
    other.execute("COMMIT")
    writer.join(LONG)
    assert seen(other) == ["of the other", "ours"]


def test_a_writer_gives_up_in_time_and_can_write_later(hasty: Engine, other: sqlite3.Connection) -> None:
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="database is locked"):
        write(hasty, "too early")
    other.execute("ROLLBACK")
    write(hasty, "later")
    assert seen(other) == ["later"]


def test_a_writer_goes_on_when_the_process_that_wrote_is_killed(
    patient: Engine, file: Path, other: sqlite3.Connection
) -> None:
    command = [sys.executable, "-c", _HOLDER, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:  # noqa: S603
        assert holder.stdout is not None
        assert holder.stdout.readline() == "holds\n"
        writer = threading.Thread(target=write, args=(patient, "ours"))
        writer.start()
        holder.kill()
        writer.join(LONG)
    assert seen(other) == ["ours"]


def test_a_reader_waits_for_nobody(hasty: Engine, other: sqlite3.Connection) -> None:
    other.execute("BEGIN IMMEDIATE")
    with hasty.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        assert seen(raw) == []


def test_whatever_else_finds_the_file_locked_waits_as_long_as_a_writer(patient: Engine) -> None:
    with patient.begin() as connection:
        assert connection.execute(text("PRAGMA busy_timeout")).scalar_one() == LONG * 1000


def test_what_is_wrong_otherwise_is_said_at_once(patient: Engine) -> None:
    with patient.begin() as connection, pytest.raises(sqlite3.OperationalError, match="within a transaction"):
        patient.dialect.do_begin(connection.connection)


def test_writes_wait_for_the_disk(patient: Engine) -> None:
    with patient.connect() as connection:
        wal = connection.execute(text("PRAGMA journal_mode")).scalar_one()
        full = connection.execute(text("PRAGMA synchronous")).scalar_one()
    assert (wal, full) == ("wal", 2)


def test_turns_never_overlap() -> None:
    queue, inside, most = WriterQueue(LONG), [0], [0]

    def take_turns() -> None:
        me = object()
        for _ in range(200):
            queue.enter(me)
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            inside[0] -= 1
            queue.leave(me)

    threads = [threading.Thread(target=take_turns) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)
    assert (inside, most) == ([0], [1])


def test_who_gets_no_turn_in_time_is_told_so() -> None:
    queue = WriterQueue(SHORT)
    queue.enter("one")
    with pytest.raises(sqlite3.OperationalError, match="database is locked"):
        queue.enter("another")
    queue.leave("another")
    queue.enter("one")
    queue.leave("one")
    queue.enter("another")


def test_a_turn_ends_with_its_connection_however_that_ends(hasty: Engine, other: sqlite3.Connection) -> None:
    with hasty.connect() as connection:
        connection.execute(text("INSERT INTO seen VALUES ('lost')"))
        connection.invalidate()
    with hasty.connect() as connection:
        connection.execute(text("INSERT INTO seen VALUES ('forgotten')"))
    with pytest.raises(OperationalError, match="no such table"), hasty.begin() as connection:
        connection.execute(text("INSERT INTO elsewhere VALUES (1)"))
    write(hasty, "kept")
    assert seen(other) == ["kept"]
