"""Counting in one process for all: bounded, not lost when the database is away, and written without waiting."""

import json
from pathlib import Path

from sqlalchemy import select

from lti_tool.database import Database
from lti_tool.measures import LAUNCHES, MEASURES, REFUSALS, Measure
from lti_tool.tally import MOST_SERIES, Tally, TallyCount
from tests.eventually import eventually


def rows(database: Database) -> dict[tuple[str, str], float]:
    """What all processes have counted, by measure and labels."""
    with database.session() as session:
        return {(one.measure, one.labels): one.value for one in session.scalars(select(TallyCount))}


def test_labels_that_are_too_many_count_as_others(sqlite_database: Database) -> None:
    tally = Tally(sqlite_database)
    for number in range(MOST_SERIES + 50):
        tally.count(LAUNCHES, f"platform-{number}", "m" * 500)
    tally.count(LAUNCHES, "platform-1", "m" * 500)
    tally.flush()
    found = rows(sqlite_database)
    assert len(found) == MOST_SERIES + 1
    assert found["icc_launches", json.dumps(["other", "other"])] == 50
    assert found["icc_launches", json.dumps(["platform-1", "m" * 60])] == 2


def test_what_cannot_be_written_now_is_written_later(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'icc.sqlite'}")
    tally = Tally(database)
    tally.count(REFUSALS, "login", "L-COOKIE")
    tally.flush()
    database.upgrade()
    tally.count(REFUSALS, "login", "L-COOKIE")
    tally.flush()
    tally.flush()
    assert list(rows(database).values()) == [2]
    database.close()


def test_it_writes_by_itself_while_the_process_lives(sqlite_database: Database) -> None:
    tally = Tally(sqlite_database, flush_every=0.01)
    tally.keep_flushing()
    tally.count(REFUSALS, "launch", "L-STATE")
    eventually(lambda: rows(sqlite_database))
    tally.count(REFUSALS, "launch", "L-STATE")
    tally.close()
    assert list(rows(sqlite_database).values()) == [2]


def test_each_measure_has_a_name_of_ours_a_meaning_and_steps_that_grow() -> None:
    assert len({measure.name for measure in MEASURES}) == len(MEASURES)

    def sound(measure: Measure) -> bool:
        named = measure.name.startswith("icc_") and not measure.name.endswith("_total")
        timed = measure.name.endswith("_seconds") == bool(measure.steps)
        return named and timed and bool(measure.meaning) and list(measure.steps) == sorted(set(measure.steps))

    assert [measure.name for measure in MEASURES if not sound(measure)] == []
