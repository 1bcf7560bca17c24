"""The draft of a piece of work. Of two pages on which it is written at once, what was typed last counts.

A page knows with which revision of the draft it began. When another page has changed it since, the older text is kept
beside the draft (`draft_copies`) and can be taken back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import NotFound, Words
from lti_tool.ids import digest
from lti_tool.launch.sessions import Viewer
from lti_tool.training import draft_copies, submissions
from lti_tool.training.access import Access, hold
from lti_tool.training.draft_copies import Content
from lti_tool.training.errors import Moved
from lti_tool.training.models import Submission
from lti_tool.training.outcomes import OutcomeFollower
from lti_tool.training.rich_text import read_rich
from lti_tool.training.writing import LONGEST_LINK, LONGEST_TEXT, clean_link, is_link
from mappings.progress import OutcomeState
from mappings.training import HandIn, Requirement

_NO_LINK = _l("Dit is geen link die we kunnen openen. Een goede link begint met https://.")
_ACCEPTED = _l("Dit werk is al akkoord. Er is niets veranderd.")


@dataclass(frozen=True)
class Seen:
    """What the page on which something was typed knows of the draft."""

    revision: int | None = None
    """With which it began; None from a page that does not say."""
    page: str | None = None
    """Which page it is: random, another each time that the form is shown."""
    age: timedelta = timedelta()
    """How long ago the last letter was typed."""


UNSEEN = Seen()
"""Of a page that says nothing: what it sends is the newest."""


class Fate(StrEnum):
    """What became of what was typed."""

    NOTHING = "nothing"
    """There was nothing to keep."""
    DRAFT = "draft"
    """It is the draft."""
    DRAFT_BESIDE = "draft_beside"
    """It is the draft, and what another page had typed is kept beside it."""
    BESIDE = "beside"
    """The draft of another page is newer; this is kept beside it."""


@dataclass(frozen=True)
class Kept:
    """What was kept within a transaction."""

    enrolment_id: str | None
    """Of whom it is."""
    submission: Submission | None
    """None while nothing was begun."""
    hand_in: HandIn
    problems: dict[str, Words]
    """What could not be kept as it is, by the name of its field."""
    fate: Fate


@dataclass(frozen=True)
class DraftState:
    """How the draft of one piece of work stands."""

    owner: str
    """Whose draft of what it is, without telling: the same in every session of that person."""
    revision: int
    page: str | None
    typed_at: datetime | None
    saved_at: datetime | None
    """None while there is nothing newer than the last version."""


@dataclass(frozen=True)
class Saved:
    """What became of a draft that was saved by itself."""

    state: DraftState
    fate: Fate
    problems: dict[str, Words]


class DraftService:
    """Keeps drafts.

    Args:
        database: its own short transactions.
        clock: the time.
        access: who may.
        followers: told when the outcome changes, in the same transaction.
    """

    def __init__(self, database: Database, clock: Clock, access: Access, followers: Sequence[OutcomeFollower] = ()) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._followers = tuple(followers)

    def state(self, viewer: Viewer, cohort_id: str, assignment_key: str) -> DraftState:
        """Return how the viewer's draft stands. Raises NotFound: not the viewer's assignment."""
        with self._database.reading() as session:
            standing = self._access.participant(session, viewer, cohort_id)
            standing.assignment(assignment_key)
            return _state(standing.enrolment_id, assignment_key, submissions.find(session, standing, assignment_key))

    def save(
        self,
        viewer: Viewer,
        cohort_id: str,
        assignment_key: str,
        text: str,
        link: str,
        seen: Seen,
        html: str | None = None,
    ) -> Saved:
        """Keep what the viewer typed so far.

        Raises:
            Moved: the work was accepted already; nothing was kept.
            NotFound: not the viewer's assignment.
        """
        with self._database.session() as session:
            kept = self.keep(session, viewer, cohort_id, assignment_key, text, link, seen, html)
            return Saved(_state(kept.enrolment_id, assignment_key, kept.submission), kept.fate, kept.problems)

    def keep(
        self,
        session: Session,
        viewer: Viewer,
        cohort_id: str,
        assignment_key: str,
        text: str,
        link: str,
        seen: Seen,
        html: str | None = None,
    ) -> Kept:
        """Keep what the viewer typed, in the caller's transaction; what fits is kept, whatever is wrong with the rest.

        Args:
            html: the text as the editor sends it, which then counts; None without an editor.

        Raises:
            Moved: the work was accepted already; nothing was kept.
            NotFound: not the viewer's assignment.
        """
        standing = self._access.participant(session, hold(session, viewer), cohort_id)
        now, own = self._clock(), standing.enrolment_id
        hand_in = standing.assignment(assignment_key).hand_in
        text, rich = read_rich(text, html) if hand_in.text is not Requirement.NONE else ("", "")
        link = clean_link(link) if hand_in.link is not Requirement.NONE else ""
        problems = _problems(max(len(text), len(rich) // 2), link)
        if not text.strip() and not link and submissions.find(session, standing, assignment_key) is None:
            return Kept(own, None, hand_in, problems, Fate.NOTHING)
        submission = _lock_open(session, own, assignment_key, now)
        before = _draft(submission)
        if "text" in problems:
            text, rich = before.text, before.html
        elif html is None and text == before.text:
            rich = before.html
        if len(link) > LONGEST_LINK:
            link = submission.draft_link
        content = Content(text, link, rich)
        if content == before:
            if submission.draft_saved_at is not None:
                submission.draft_saved_at = now
            return Kept(own, submission, hand_in, problems, Fate.DRAFT)
        if html is None and before.html:
            # typed where there was no editor: its headings and lists would be lost
            _set_draft_aside(session, submission)
        fate = self._settle(session, submission, content, seen, now)
        return Kept(own, submission, hand_in, problems, fate)

    def take_back(self, viewer: Viewer, cohort_id: str, assignment_key: str, copy_id: str) -> None:
        """Make a text that was kept beside the draft the draft; what was the draft is kept in its place.

        Raises:
            Moved: the work was accepted already; nothing was changed.
            NotFound: not the viewer's assignment, or no such text.
        """
        with self._database.session() as session:
            submission = self._own(session, viewer, cohort_id, assignment_key)
            copy = draft_copies.take_away(session, submission.id, copy_id)
            _set_draft_aside(session, submission)
            self._write(session, submission, Content(copy.text, copy.link, copy.html), None, self._clock())

    def remove(self, viewer: Viewer, cohort_id: str, assignment_key: str, copy_id: str) -> None:
        """Remove a text that was kept beside the draft. Raises Moved or NotFound, as `take_back`."""
        with self._database.session() as session:
            submission = self._own(session, viewer, cohort_id, assignment_key)
            draft_copies.take_away(session, submission.id, copy_id)

    def _own(self, session: Session, viewer: Viewer, cohort_id: str, assignment_key: str) -> Submission:
        standing = self._access.participant(session, hold(session, viewer), cohort_id)
        standing.assignment(assignment_key)
        if submissions.find(session, standing, assignment_key) is None:
            raise NotFound("nothing was begun")
        return _lock_open(session, standing.enrolment_id, assignment_key, self._clock())

    def _settle(self, session: Session, submission: Submission, content: Content, seen: Seen, now: datetime) -> Fate:
        typed_at = now - seen.age
        if not _changed_elsewhere(submission, seen):
            self._write(session, submission, content, seen.page, typed_at)
            return Fate.DRAFT
        if submission.draft_typed_at is not None and typed_at < submission.draft_typed_at:
            draft_copies.set_aside(session, submission.id, seen.page, content, typed_at)
            return Fate.BESIDE
        aside = _set_draft_aside(session, submission)
        self._write(session, submission, content, seen.page, typed_at)
        return Fate.DRAFT_BESIDE if aside else Fate.DRAFT

    def _write(
        self, session: Session, submission: Submission, content: Content, page: str | None, typed_at: datetime
    ) -> None:
        now = self._clock()
        submission.draft_text, submission.draft_link, submission.draft_html = content.text, content.link, content.html
        submission.draft_revision += 1
        submission.draft_page, submission.draft_typed_at = page, typed_at
        submission.draft_saved_at = now
        if submission.state == OutcomeState.OPEN:
            submissions.change_state(session, submission, OutcomeState.DRAFT, now, self._followers)


def owner_of(enrolment_id: str | None, assignment_key: str) -> str:
    """Return the name under which a device keeps what could not be saved: of one person's work, without telling whose."""
    return digest(f"{enrolment_id}/{assignment_key}")[:22]


def _state(enrolment_id: str | None, assignment_key: str, submission: Submission | None) -> DraftState:
    owner = owner_of(enrolment_id, assignment_key)
    if submission is None:
        return DraftState(owner, 0, None, None, None)
    return DraftState(
        owner, submission.draft_revision, submission.draft_page, submission.draft_typed_at, submission.draft_saved_at
    )


def _lock_open(session: Session, enrolment_id: str | None, assignment_key: str, now: datetime) -> Submission:
    submission = submissions.lock_or_begin(session, enrolment_id, assignment_key, now)
    if submission.state == OutcomeState.ACCEPTED:
        raise Moved("accepted already", explanation=_ACCEPTED)
    return submission


def _changed_elsewhere(submission: Submission, seen: Seen) -> bool:
    """Return whether another page changed the draft since this one began; an answer that got lost is no other page."""
    if seen.revision is None or seen.revision == submission.draft_revision:
        return False
    return seen.page is None or seen.page != submission.draft_page


def _set_draft_aside(session: Session, submission: Submission) -> bool:
    typed_at = submission.draft_typed_at or submission.draft_saved_at or submission.changed_at
    return draft_copies.set_aside(session, submission.id, submission.draft_page, _draft(submission), typed_at)


def _draft(submission: Submission) -> Content:
    return Content(submission.draft_text, submission.draft_link, submission.draft_html)


def _problems(length: int, link: str) -> dict[str, Words]:
    problems: dict[str, Words] = {}
    if length > LONGEST_TEXT:
        problems["text"] = _l(
            "Je tekst is te lang om te bewaren: %(found)s tekens, en er passen er %(most)s in. Maak hem korter.",
            found=length,
            most=LONGEST_TEXT,
        )
    if link and not is_link(link):
        problems["link"] = _NO_LINK
    return problems
