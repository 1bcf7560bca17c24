"""What jobs deliver: rows of the outbox with everything that a post needs, read together in one transaction."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from lti_tool.courses.copies import WHOLE_TRAINING
from lti_tool.courses.models import Account, Placement
from lti_tool.platforms.service import PlatformInfo
from lti_tool.sync.models import ScoreOutbox
from lti_tool.sync.outbox import lane_of
from lti_tool.training.models import Cohort
from mappings.scores import ActivityProgress, GradingProgress, Score

# Made once: to build a statement costs more than to run it.
_AROUND = (
    select(ScoreOutbox.id, Placement, Account.subject, Cohort.training_key)
    .join(Placement, Placement.id == ScoreOutbox.placement_id)
    .join(Account, Account.id == ScoreOutbox.account_id)
    .join(Cohort, Cohort.id == Placement.cohort_id)
    .where(ScoreOutbox.id.in_(bindparam("row_ids", expanding=True)))
)
_WAITING = (
    select(ScoreOutbox.placement_id, func.count())
    .where(ScoreOutbox.placement_id.in_(bindparam("placement_ids", expanding=True)), ScoreOutbox.dirty.is_(True))
    .group_by(ScoreOutbox.placement_id)
)


@dataclass(frozen=True)
class Parcel:
    """What one row delivers."""

    row_id: str
    number: int
    version: int
    holder: str
    """The job that delivers it."""
    lane: int
    platform: PlatformInfo
    placement_id: str
    resource_link_id: str
    resource_id: str
    tag: str
    title: str
    lineitem_url: str | None
    lineitems_url: str | None
    scopes: frozenset[str]
    user_id: str = field(repr=False)
    score: Score = field(repr=False)
    fails: int
    """How often in a row it did not get through."""
    crowd: int = 1
    """How many are waiting for its column, this one among them."""
    ours: tuple[Score, ...] = field(default=(), repr=False)
    """What the platform accepted last, and what it may have taken since without our hearing of it."""
    overwrite: bool = False
    """Whether ours counts even if somebody changed the grade by hand."""
    first: bool = False
    """Whether its grade has never been on its way before."""


def parcels_of(
    session: Session, rows: Sequence[ScoreOutbox], platforms: Mapping[str, PlatformInfo], holder: str
) -> Sequence[Parcel]:
    """Return what rows deliver now, in their order.

    Args:
        platforms: theirs, by id.
        holder: the job that delivers them.
    """
    if not rows:
        return []
    found = session.execute(_AROUND, {"row_ids": [row.id for row in rows]})
    around = {row_id: (placement, subject, key) for row_id, placement, subject, key in found}
    crowds = _crowds(session, rows)
    return [
        _parcel(row, *around[row.id], platforms[row.platform_id], holder, crowds[row.placement_id])
        for row in rows
        if row.id in around
    ]


def in_turns(parcels: Sequence[Parcel]) -> Sequence[Parcel]:
    """Return the parcels of a lane in another order, column by column.

    Each lane begins with another column, so that the lanes of a platform do not all wait for the same one to be read.
    """
    columns = list(dict.fromkeys(parcel.placement_id for parcel in parcels))
    if not columns:
        return []
    start = parcels[0].lane * len(columns) // parcels[0].platform.profile.max_parallel
    order = {column: number for number, column in enumerate([*columns[start:], *columns[:start]])}
    return sorted(parcels, key=lambda parcel: order[parcel.placement_id])


def holder_of(row_id: str, number: int) -> str:
    """Return the name of a row's job, as it stands in the leases that it holds."""
    return f"{row_id}:{number}"


def job_of(holder: str) -> tuple[str, int]:
    """Return the row and the number of the job that holds a lease."""
    row_id, number = holder.split(":")
    return row_id, int(number)


def _crowds(session: Session, rows: Sequence[ScoreOutbox]) -> Mapping[str, int]:
    """How many wait for each of the rows' columns; those of the rows themselves at least."""
    columns = Counter(row.placement_id for row in rows)
    waiting = session.execute(_WAITING, {"placement_ids": list(columns)}).all()
    return columns | Counter(dict(waiting))


def _parcel(
    row: ScoreOutbox,
    placement: Placement,
    subject: str,
    training_key: str,
    platform: PlatformInfo,
    holder: str,
    crowd: int,
) -> Parcel:
    graded = GradingProgress.FULLY_GRADED if row.score_given is not None else GradingProgress.PENDING_MANUAL
    ours = [_graded(given, row.score_maximum) for given in row.tried]
    if row.sent_given is not None and row.sent_maximum is not None:
        ours.append(_graded(row.sent_given, row.sent_maximum))
    return Parcel(
        row_id=row.id,
        number=row.job,
        version=row.version,
        holder=holder,
        lane=lane_of(row, platform.profile),
        platform=platform,
        placement_id=placement.id,
        resource_link_id=placement.resource_link_id,
        resource_id=f"{training_key}:{placement.assignment_key or WHOLE_TRAINING}:{placement.cohort_id}",
        tag=training_key,
        title=placement.title,
        lineitem_url=placement.lineitem_url,
        lineitems_url=placement.lineitems_url,
        scopes=frozenset(placement.ags_scopes),
        user_id=subject,
        score=Score(row.score_given, row.score_maximum, ActivityProgress(row.activity), graded, row.comment),
        fails=row.fails,
        crowd=crowd,
        ours=tuple(ours),
        overwrite=row.overwrite,
    )


def _graded(given: float, maximum: int) -> Score:
    return Score(given, maximum, ActivityProgress.COMPLETED, GradingProgress.FULLY_GRADED)
