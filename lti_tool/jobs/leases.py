"""Rows that one job at a time works on: who holds one now, and which that are due have no job that will still start."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import InstrumentedAttribute

from lti_tool.jobs.queue import Jobs


class Leased(Protocol):
    """A row with a lease."""

    @property
    def claimed_until(self) -> datetime | None:
        """Until when its job holds it; expired means that nobody works on it."""


def is_claimed(row: Leased, now: datetime) -> bool:
    """Return whether somebody works on a row now."""
    return row.claimed_until is not None and row.claimed_until > now


def unclaimed(claimed_until: InstrumentedAttribute[datetime | None], now: datetime) -> ColumnElement[bool]:
    """Return the condition that nobody works on a row, for its column `claimed_until`."""
    return or_(claimed_until.is_(None), claimed_until <= now)


def without_job(jobs: Jobs, job: str, due: Sequence[tuple[str, int]]) -> Sequence[tuple[str, int]]:
    """Return those of the due rows (key, job number) whose job will not start any more. Not within a transaction."""
    alive = jobs.waiting(job, due) if due else set()
    return [row for row in due if row not in alive]
