"""What was said of the aspects of a training, by participants of themselves and by trainers: rows that are only added.

The newest row of a side and an aspect counts; the older ones are its history.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.database import among
from lti_tool.ids import new_id
from lti_tool.training.models import AspectMark, AspectSharing


class Side(StrEnum):
    """Who says it, and when."""

    START = "start"
    """The participant, at the start of the training."""
    END = "end"
    """The participant, at its end."""
    TRAINER = "trainer"
    """A trainer."""


@dataclass(frozen=True)
class Said:
    """What is said of one aspect."""

    step: int | None
    """On the scale, from 1; None: nothing."""
    remark: str = field(default="", repr=False)


NOTHING_SAID = Said(None)


@dataclass(frozen=True)
class Mark:
    """What was said of one aspect, and when."""

    side: Side
    aspect_key: str
    said: Said
    by_id: str
    at: datetime


Marks = Mapping[tuple[Side, str], Mark]
"""What counts, by side and aspect."""


def history_of(session: Session, enrolment_id: str) -> Sequence[Mark]:
    """Return all that was said of one participant, the oldest first."""
    rows = session.scalars(
        select(AspectMark).where(AspectMark.enrolment_id == enrolment_id).order_by(AspectMark.made_at, AspectMark.id)
    )
    return [Mark(Side(row.side), row.aspect_key, Said(row.step, row.remark), row.by_id, row.made_at) for row in rows]


def newest(history: Sequence[Mark], shared_at: datetime | None = None, *, all_of_trainers: bool = False) -> Marks:
    """Return what counts of a history.

    Args:
        shared_at: until when the participant sees what trainers said; None: nothing of it.
        all_of_trainers: for a trainer, who sees all.
    """
    found: dict[tuple[Side, str], Mark] = {}
    for mark in history:
        if mark.side is Side.TRAINER and not all_of_trainers and (shared_at is None or mark.at > shared_at):
            continue
        found[mark.side, mark.aspect_key] = mark
    return {key: mark for key, mark in found.items() if mark.said != NOTHING_SAID}


def shared_at_of(session: Session, enrolment_id: str) -> datetime | None:
    """Return when a trainer shared last with a participant; None: never."""
    return session.scalar(select(AspectSharing.shared_at).where(AspectSharing.enrolment_id == enrolment_id))


def add(session: Session, enrolment_id: str, side: Side, changed: Mapping[str, Said], by_id: str, now: datetime) -> None:
    """Add what changed, in the caller's transaction.

    Args:
        changed: by aspect.
        by_id: the person who says it.
    """
    last = session.scalar(select(func.max(AspectMark.made_at)).where(AspectMark.enrolment_id == enrolment_id))
    at = now if last is None else max(now, last + timedelta(microseconds=1))
    session.add_all(
        AspectMark(
            id=new_id(),
            enrolment_id=enrolment_id,
            side=side.value,
            aspect_key=key,
            step=said.step,
            remark=said.remark,
            by_id=by_id,
            made_at=at,
        )
        for key, said in changed.items()
    )
    session.flush()


def steps_of_many(session: Session, enrolment_ids: Collection[str]) -> Mapping[tuple[str, Side, str], int]:
    """Return the steps that participants chose for themselves, by enrolment, side and aspect, in one query."""
    newest_first = func.row_number().over(
        partition_by=(AspectMark.enrolment_id, AspectMark.side, AspectMark.aspect_key),
        order_by=(AspectMark.made_at.desc(), AspectMark.id.desc()),
    )
    ranked = (
        select(AspectMark.enrolment_id, AspectMark.side, AspectMark.aspect_key, AspectMark.step, newest_first.label("rank"))
        .where(among(AspectMark.enrolment_id, enrolment_ids), AspectMark.side != Side.TRAINER.value)
        .subquery()
    )
    rows = session.execute(
        select(ranked.c.enrolment_id, ranked.c.side, ranked.c.aspect_key, ranked.c.step).where(
            ranked.c.rank == 1, ranked.c.step.is_not(None)
        )
    )
    return {(enrolment_id, Side(side), key): step for enrolment_id, side, key, step in rows}
