"""Reminding who has gone quiet, from the board: one participant, or all whose turn it has been for so many days."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.launch.sessions import Viewer
from lti_tool.training.access import Access
from lti_tool.training.models import Enrolment
from lti_tool.training.outcomes import Extras
from lti_tool.training.quiet import quiet_participants


@dataclass(frozen=True)
class Nudged:
    """What came of reminding."""

    sent: int
    lately: int
    """How many were reminded lately, and not again."""


class NudgeService:
    """Lets trainers remind their participants.

    Args:
        database: its own short transactions.
        clock: who has been quiet for how long.
        access: whom a trainer trains.
        extras: makes the reminders.
    """

    def __init__(self, database: Database, clock: Clock, access: Access, extras: Extras) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._extras = extras

    def one(self, viewer: Viewer, cohort_id: str, enrolment_id: str) -> Nudged:
        """Remind one participant. Raises NotFound when it is nobody whom the viewer trains in this cohort."""
        with self._database.session() as session:
            standing = self._access.trainer(session, viewer, cohort_id)
            if session.scalar(select(Enrolment.id).where(Enrolment.id == enrolment_id, standing.reviewable())) is None:
                raise NotFound("no participant whom the viewer trains")
            return self._remind(session, viewer, [enrolment_id])

    def quiet(self, viewer: Viewer, cohort_id: str, days: int) -> Nudged:
        """Remind everybody whose turn it has been for so many days, of those whom the viewer trains.

        Raises:
            NotFound: the viewer trains nobody in this cohort.
        """
        with self._database.session() as session:
            standing = self._access.trainer(session, viewer, cohort_id)
            return self._remind(session, viewer, quiet_participants(session, standing, self._clock(), days))

    def _remind(self, session: Session, viewer: Viewer, enrolment_ids: Sequence[str]) -> Nudged:
        # always in the same order, so that two trainers who do this at once wait for each other and not in a circle
        sent = sum(self._extras.nudge(session, one, viewer.actor_id) for one in sorted(enrolment_ids))
        return Nudged(sent, len(enrolment_ids) - sent)
