"""A trainer's own sentences for feedback: kept while reviewing, used again in any cohort, renamed and removed."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.ids import new_id
from lti_tool.launch.sessions import Viewer
from lti_tool.training.access import Access
from lti_tool.training.errors import Incomplete
from lti_tool.training.home import Place
from lti_tool.training.models import ReviewPhrase
from lti_tool.training.writing import LONGEST_FEEDBACK, clean_text

MOST_PHRASES = 100
LONGEST_TITLE = 100
_TITLE_FROM_TEXT = 50


@dataclass(frozen=True)
class Phrase:
    """One of somebody's own sentences."""

    id: str
    title: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class PhrasesPage:
    """A trainer's own sentences, to rename and remove."""

    place: Place
    phrases: Sequence[Phrase]


def phrases_of(session: Session, person_id: str) -> Sequence[Phrase]:
    """Return somebody's own sentences, the newest first."""
    query = select(ReviewPhrase).where(ReviewPhrase.person_id == person_id)
    rows = session.scalars(query.order_by(ReviewPhrase.kept_at.desc(), ReviewPhrase.id))
    return [Phrase(row.id, row.title, row.text) for row in rows]


class PhraseService:
    """Keeps a trainer's own sentences; nobody else sees them.

    Args:
        database: its own short transactions.
        clock: the time.
        access: only trainers have any.
    """

    def __init__(self, database: Database, clock: Clock, access: Access) -> None:
        self._database = database
        self._clock = clock
        self._access = access

    def page(self, viewer: Viewer, cohort_id: str) -> PhrasesPage:
        """Return the viewer's sentences. Raises NotFound when the viewer trains nobody in this cohort."""
        with self._database.session() as session:
            standing = self._access.trainer(session, viewer, cohort_id)
            return PhrasesPage(Place.of(standing), phrases_of(session, viewer.person_id))

    def keep(self, viewer: Viewer, submission_id: str, text: str) -> None:
        """Keep a text for later, called by its first words; the same text twice is one.

        Args:
            submission_id: the work that is being reviewed.

        Raises:
            Incomplete: nothing was written, it is too long, or there are as many as there may be.
            NotFound: not work that the viewer may review.
        """
        text = clean_text(text).strip()
        if not text:
            raise Incomplete({"feedback": _l("Schrijf eerst de zin die je wilt bewaren.")})
        if len(text) > LONGEST_FEEDBACK:
            raise Incomplete({"feedback": _l("Deze tekst is te lang om te bewaren. Hij staat hieronder nog.")})
        with self._database.session() as session:
            self._access.to_review(session, viewer, submission_id)
            there = phrases_of(session, viewer.person_id)
            if any(phrase.text == text for phrase in there):
                return
            if len(there) >= MOST_PHRASES:
                full = _l("Je hebt al %(most)s zinnen. Verwijder er eerst een.", most=MOST_PHRASES)
                raise Incomplete({"feedback": full})
            row = ReviewPhrase(id=new_id(), person_id=viewer.person_id, title=_title(text), text=text, kept_at=self._clock())
            session.add(row)

    def rename(self, viewer: Viewer, cohort_id: str, phrase_id: str, title: str) -> None:
        """Call a sentence otherwise.

        Raises:
            Incomplete: no name, or one that is too long.
            NotFound: not the viewer's sentence, or the viewer trains nobody in this cohort.
        """
        title = " ".join(clean_text(title).split())
        with self._database.session() as session:
            row = self._own(session, viewer, cohort_id, phrase_id)
            if not title or len(title) > LONGEST_TITLE:
                wrong = _l("Geef de zin een naam van 1 tot %(most)s tekens.", most=LONGEST_TITLE)
                raise Incomplete({f"title-{phrase_id}": wrong})
            row.title = title

    def remove(self, viewer: Viewer, cohort_id: str, phrase_id: str) -> None:
        """Remove a sentence; feedback in which it was used stays as it is. Raises NotFound, as `rename`."""
        with self._database.session() as session:
            session.delete(self._own(session, viewer, cohort_id, phrase_id))

    def _own(self, session: Session, viewer: Viewer, cohort_id: str, phrase_id: str) -> ReviewPhrase:
        self._access.trainer(session, viewer, cohort_id)
        row = session.get(ReviewPhrase, phrase_id)
        if row is None or row.person_id != viewer.person_id:
            raise NotFound("no such sentence of the viewer")
        return row


def _title(text: str) -> str:
    line = " ".join(text.split())
    if len(line) <= _TITLE_FROM_TEXT:
        return line
    return f"{line[:_TITLE_FROM_TEXT].rsplit(maxsplit=1)[0]} …"
