"""The directory of a cohort: who takes part, with school and learning question, of those who chose to stand in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.courses.consents import DIRECTORY
from lti_tool.courses.upsert import insert_or_update
from lti_tool.database import Database
from lti_tool.exchange.access import ExchangeAccess, sees_all, trained
from lti_tool.exchange.models import DirectoryEntry
from lti_tool.exchange.people import Author, Who, authors_of
from lti_tool.launch.sessions import Viewer
from lti_tool.training.access import Standing, hold
from lti_tool.training.home import Place
from lti_tool.training.models import Enrolment
from lti_tool.training.questions import growth_of
from mappings.roles import Role


@dataclass(frozen=True)
class Entry:
    """Somebody in the directory."""

    author: Author
    question: str
    own: bool


@dataclass(frozen=True)
class DirectoryPage:
    """The directory, as much as somebody sees of it."""

    place: Place
    entries: tuple[Entry, ...]
    """By school, then by name."""
    listed: bool
    """Whether the viewer stands in it."""
    shows_question: bool
    """Whether the viewer's learning question does, or would by default."""
    as_shown: Author | None
    """How the others see or would see the viewer; None: the viewer takes no part, and cannot stand in it."""
    asks_again: bool
    """The words that the viewer agreed to are others now: nobody sees the viewer until that is done again."""
    own_question: str
    """What would stand there; empty until a learning question was handed in."""


class DirectoryService:
    """Reads the directory, and puts people in and out.

    Args:
        database: its own short transactions.
        clock: the time.
        access: who may.
    """

    def __init__(self, database: Database, clock: Clock, access: ExchangeAccess) -> None:
        self._database = database
        self._clock = clock
        self._access = access

    def page(self, viewer: Viewer, cohort_id: str) -> DirectoryPage:
        """Return the directory in a fixed number of queries. Raises NotFound when the viewer is nothing in this cohort."""
        with self._database.reading() as session:
            standing = self._access.member(session, viewer, cohort_id)
            rows = _listed(session, standing)
            me = Who(viewer.person_id, standing.enrolment_id) if standing.participates else None
            who = {row.enrolment_id: Who(row.person_id, row.enrolment_id) for row in rows}
            authors = authors_of(session, standing, [*who.values(), *([me] if me else [])])
            asking = [row.enrolment_id for row in rows if row.shows_question]
            questions = _questions(session, [*asking, *([standing.enrolment_id] if standing.enrolment_id else [])])
        mine = next((row for row in rows if row.enrolment_id == standing.enrolment_id), None)
        entries = [
            Entry(
                authors[who[row.enrolment_id]],
                questions.get(row.enrolment_id, "") if row.shows_question else "",
                own=row is mine,
            )
            for row in rows
            if row.consent_version == DIRECTORY.version
        ]
        asks_again = mine is not None and mine.consent_version != DIRECTORY.version
        return DirectoryPage(
            place=Place.of(standing),
            entries=tuple(sorted(entries, key=_by_school)),
            listed=mine is not None and not asks_again,
            asks_again=asks_again,
            shows_question=mine.shows_question if mine is not None else True,
            as_shown=authors[me] if me else None,
            own_question=questions.get(standing.enrolment_id or "", ""),
        )

    def join(self, viewer: Viewer, cohort_id: str, *, shows_question: bool) -> None:
        """Put the viewer in the directory, or change what it shows. Raises NotFound when the viewer is no participant."""
        with self._database.session() as session:
            standing = self._access.participant(session, hold(session, viewer), cohort_id)
            row = {
                "enrolment_id": standing.enrolment_id,
                "shows_question": shows_question,
                "joined_at": self._clock(),
                "consent_version": DIRECTORY.version,
            }
            insert_or_update(session, DirectoryEntry, row)

    def leave(self, viewer: Viewer, cohort_id: str) -> None:
        """Take the viewer out of the directory. Raises NotFound when the viewer is no participant."""
        with self._database.session() as session:
            standing = self._access.participant(session, hold(session, viewer), cohort_id)
            session.execute(delete(DirectoryEntry).where(DirectoryEntry.enrolment_id == standing.enrolment_id))


@dataclass(frozen=True)
class _Row:
    enrolment_id: str
    person_id: str
    shows_question: bool
    consent_version: int


def _listed(session: Session, standing: Standing) -> Sequence[_Row]:
    query = (
        select(Enrolment.id, Enrolment.person_id, DirectoryEntry.shows_question, DirectoryEntry.consent_version)
        .join(DirectoryEntry, DirectoryEntry.enrolment_id == Enrolment.id)
        .where(Enrolment.cohort_id == standing.cohort.id, Enrolment.role == Role.PARTICIPANT.value)
    )
    if not sees_all(standing):
        query = query.where(Enrolment.id.in_(trained(standing)))
    return [_Row(*row) for row in session.execute(query)]


def _questions(session: Session, enrolment_ids: Sequence[str]) -> Mapping[str, str]:
    """Return the learning questions of these participants, as they are now; who has none is missing."""
    return {enrolment_id: growth[-1].text for enrolment_id, growth in growth_of(session, enrolment_ids).items()}


def _by_school(entry: Entry) -> tuple[str, str]:
    return entry.author.school.casefold() or str(entry.author.name).casefold(), str(entry.author.name).casefold()
