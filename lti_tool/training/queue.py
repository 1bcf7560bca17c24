"""What waits for a trainer in all cohorts and schools that the trainer sees, the oldest first; and what opens next."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.launch.sessions import Viewer
from lti_tool.training.access import Access, CohortSeen, Standing
from lti_tool.training.home import Place
from lti_tool.training.models import Submission
from lti_tool.training.roster import Waiting, counted, listed, listed_around
from mappings.progress import OutcomeState

LONGEST_PAGE = 100
"""How many pieces the page shows at most; what is newer comes up once older work was reviewed."""
BESIDE = 8
"""How many stand beside the work that is being reviewed."""
_WAITS = (OutcomeState.SUBMITTED,)


@dataclass(frozen=True)
class CohortWaiting:
    """How much waits in one cohort."""

    cohort: CohortSeen
    count: int


@dataclass(frozen=True)
class QueuePage:
    """What waits for the trainer, the oldest first."""

    place: Place
    waiting: tuple[Waiting, ...]
    count: int
    """How many there are, also of those beyond the longest page."""
    cohorts: Sequence[CohortWaiting]
    """All cohorts that the trainer sees, with how much waits there."""
    only: CohortSeen | None
    """The page shows this cohort alone."""

    @property
    def everywhere(self) -> int:
        """How much waits in all cohorts together."""
        return sum(one.count for one in self.cohorts)


@dataclass(frozen=True)
class Beside:
    """The queue as it stands beside one piece of work."""

    waiting: tuple[Waiting, ...]
    count: int
    cohorts: int
    """From how many cohorts it can be."""
    only: CohortSeen | None
    longest: Waiting | None
    """Of everything else, what has waited longest: it opens after a verdict."""
    next: Waiting | None
    """What comes after this work, for who skips it; after the last comes the first."""


class QueueService:
    """Reads what waits, in one short transaction and a fixed number of queries.

    Args:
        database: where everything is.
        clock: how long work has been waiting.
        access: who may.
    """

    def __init__(self, database: Database, clock: Clock, access: Access) -> None:
        self._database = database
        self._clock = clock
        self._access = access

    def page(self, viewer: Viewer, cohort_id: str, only: str | None = None) -> QueuePage:
        """Return what waits for the viewer.

        Args:
            cohort_id: where the viewer is.
            only: narrows it to this cohort.

        Raises:
            NotFound: the viewer trains nobody in one of these.
        """
        with self._database.session() as session:
            standing = self._access.trainer(session, viewer, cohort_id)
            every = self._access.trained(session, viewer)
            counts = counted(session, every, _WAITS)
            chosen = _narrowed(every, only)
            return QueuePage(
                place=Place.of(standing),
                waiting=listed(session, chosen, _WAITS, self._clock(), most=LONGEST_PAGE),
                count=sum(counts.get(one.cohort.id, 0) for one in chosen),
                cohorts=[CohortWaiting(one.cohort, counts.get(one.cohort.id, 0)) for one in every],
                only=chosen[0].cohort if only else None,
            )

    def beside(self, session: Session, viewer: Viewer, submission: Submission, only: str | None = None) -> Beside:
        """Return the queue beside one piece of work. Raises NotFound when the viewer trains nobody in `only`."""
        every = self._access.trained(session, viewer)
        chosen = _narrowed(every, only)
        first, later = listed_around(session, chosen, _WAITS, self._clock(), submission, BESIDE)
        counts = counted(session, chosen, _WAITS)
        longest = next((one for one in first if one.submission_id != submission.id), None)
        return Beside(
            waiting=first,
            count=sum(counts.values()),
            cohorts=len(every),
            only=chosen[0].cohort if only else None,
            longest=longest,
            next=later or longest,
        )


def _narrowed(standings: Sequence[Standing], only: str | None) -> Sequence[Standing]:
    if not only:
        return standings
    chosen = [standing for standing in standings if standing.cohort.id == only]
    if not chosen:
        raise NotFound("no trainer in that cohort")
    return chosen
