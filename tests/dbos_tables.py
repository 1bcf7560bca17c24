"""DBOS's own table of jobs, for tests that look behind the engine's door or let a process have died."""

from typing import Any

from sqlalchemy import TableClause, column, select, table, update

from lti_tool.database import Database

LONG_AGO = 1_000_000
"""A moment in 1970, in milliseconds."""
COLUMNS = ("workflow_uuid", "status", "executor_id", "workflow_timeout_ms", "workflow_deadline_epoch_ms", "error")


def _jobs(database: Database) -> TableClause:
    return table("workflow_status", *map(column, COLUMNS), schema=None if database.sqlite else "dbos")


def job_row(database: Database, name: str) -> Any | None:  # noqa: ANN401 - a row
    """Return DBOS's row of a job (``kind:key:number``)."""
    jobs = _jobs(database)
    with database.session() as session:
        return session.execute(select(jobs).where(jobs.c.workflow_uuid == name)).first()


def let_die(database: Database, name: str, **values: object) -> None:
    """Let a job have been running in a process that died."""
    jobs = _jobs(database)
    with database.session() as session:
        session.execute(update(jobs).where(jobs.c.workflow_uuid == name).values(status="PENDING", **values))
