"""One participant's aspects put together: what the work touches, and what was said, as far as the reader sees it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.errors import NotFound
from lti_tool.training.aspect_marks import NOTHING_SAID, Mark, Said, Side, history_of, newest, shared_at_of
from lti_tool.training.people import names_of
from lti_tool.training.questions import Growth, growth_of
from lti_tool.training.showing import outcomes, own_work
from mappings.progress import OutcomeState
from mappings.training import Aspect, Assignment, Training


@dataclass(frozen=True)
class Touched:
    """An assignment that touches an aspect, and how far it is."""

    assignment: Assignment
    state: OutcomeState

    @property
    def accepted(self) -> bool:
        """Whether it was accepted."""
        return self.state is OutcomeState.ACCEPTED


@dataclass(frozen=True)
class AspectLine:
    """One aspect, as far as the reader sees it."""

    aspect: Aspect
    touched: tuple[Touched, ...]
    start: Mark | None
    end: Mark | None
    trainer: Mark | None

    def on(self, side: Side) -> Said:
        """Return what was said on one side."""
        mark = {Side.START: self.start, Side.END: self.end, Side.TRAINER: self.trainer}[side]
        return mark.said if mark else NOTHING_SAID

    @property
    def moved(self) -> bool:
        """Whether start and end are both said, and differ."""
        start, end = self.on(Side.START).step, self.on(Side.END).step
        return start is not None and end is not None and start != end


@dataclass(frozen=True)
class Picture:
    """Everything that is shown of one participant."""

    training: Training
    lines: tuple[AspectLine, ...]
    growth: Growth
    """How the learning question grew."""
    shared_at: datetime | None
    """When a trainer shared last how they see it."""
    by: Mapping[str, str] = field(repr=False)
    """Names of the people who said something, as far as they are known."""

    def has(self, side: Side) -> bool:
        """Whether anything was said on one side."""
        return any(line.on(side) != NOTHING_SAID for line in self.lines)


def scale_of(training: Training) -> int:
    """Return how many steps the scale has: the levels, and one between each two. Raises NotFound: it has no aspects."""
    if not training.levels or not training.aspects:
        raise NotFound("a training without aspects")
    return 2 * len(training.levels) - 1


def picture_of(
    session: Session,
    training: Training,
    enrolment_id: str,
    history: Sequence[Mark] | None = None,
    *,
    for_trainer: bool = False,
) -> Picture:
    """Return everything that is shown of one participant.

    Args:
        history: of `history_of`, if it was read already.
        for_trainer: with what trainers said and did not share yet.
    """
    if history is None:
        history = history_of(session, enrolment_id)
    states = {one.assignment: one.state for one in outcomes(own_work(session, enrolment_id))}
    shared_at = shared_at_of(session, enrolment_id)
    marks = newest(history, shared_at, all_of_trainers=for_trainer)
    return Picture(
        training=training,
        lines=tuple(
            AspectLine(
                aspect=aspect,
                touched=tuple(
                    Touched(assignment, states.get(assignment.key, OutcomeState.OPEN))
                    for assignment in training.assignments
                    if aspect.key in assignment.aspects
                ),
                start=marks.get((Side.START, aspect.key)),
                end=marks.get((Side.END, aspect.key)),
                trainer=marks.get((Side.TRAINER, aspect.key)),
            )
            for aspect in training.aspects
        ),
        growth=growth_of(session, [enrolment_id]).get(enrolment_id, ()),
        shared_at=shared_at,
        by=names_of(session, {mark.by_id for mark in marks.values() if mark.side is Side.TRAINER}),
    )
