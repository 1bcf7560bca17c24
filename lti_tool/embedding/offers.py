"""What there is to choose from, and what a course has already."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.courses.models import Placement
from lti_tool.embedding.choices import WHOLE
from lti_tool.launch.models import DeepLinkingRequest
from lti_tool.training.cohorts import CohortInfo
from lti_tool.training.models import Cohort
from mappings.training import Training


@dataclass(frozen=True)
class Offer:
    """What the picker, or the setup page, lets a trainer choose from."""

    course_title: str
    training: Training
    trainings: Sequence[Training]
    cohorts: Sequence[CohortInfo]
    preferred_cohort: str | None
    """The cohort to begin with: the newest in the course that the person is trainer of."""
    placed: frozenset[str]
    """Items that the course has already, as far as we know."""
    multiple: bool
    """Whether more than one item may be chosen."""

    @property
    def suggested(self) -> Sequence[str]:
        """What is ticked to begin with: all that the course has not yet, or the whole training where one item fits."""
        if not self.multiple:
            return (WHOLE,)
        everything = (WHOLE, *(assignment.key for assignment in self.training.assignments))
        return [item for item in everything if item not in self.placed]


def placed_items(session: Session, course_id: str, training: Training) -> frozenset[str]:
    """Return what a course has of a training: placements that were launched, and what was just sent to it."""
    shown = session.scalars(
        select(Placement.assignment_key)
        .join(Cohort, Cohort.id == Placement.cohort_id)
        .where(Placement.course_id == course_id, Cohort.training_key == training.key)
    )
    launched = {key or WHOLE for key in shown}
    sent = session.scalars(
        select(DeepLinkingRequest.answer).where(
            DeepLinkingRequest.course_id == course_id, DeepLinkingRequest.answered_at.is_not(None)
        )
    )
    just_sent = {item for answer in sent if answer and answer["training"] == training.key for item in answer["items"]}
    return frozenset(launched | just_sent)
