"""What passes between this room and those above it.

Upwards go events: an outcome that changed, a name that was confirmed, a cohort that was approved. `app.py` hands the
followers over; they are called one after the other in the transaction of the change itself, so a follower that raises
undoes the change. They call nothing outside: they write rows and enqueue jobs.

Downwards come the `Extras`: what the pages show of the certificate and of the learning environments.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any, Literal, NamedTuple, TypeAlias

from sqlalchemy.orm import Session

from lti_tool.errors import Words
from lti_tool.training.access import Standing
from mappings.progress import OutcomeState

CardState = Literal[
    "none",
    "waiting_approval",
    "waiting_proposal",
    "waiting_decision",
    "declined",
    "waiting_name",
    "queued",
    "issued",
    "revoked",
    "erased",
]
MarkState = Literal["none", "waiting", "sent", "refused", "changed", "kept"]
NativeState = Literal["imported", "reopened", "differs", "older", "left"]


@dataclass(frozen=True)
class OutcomeChanged:
    """That a participant's work for an assignment amounts to something else now, or was reviewed again.

    `feedback` is the trainer's, None when nobody reviewed. Its text may be personal: it is not in the repr.
    """

    submission_id: str
    enrolment_id: str
    person_id: str
    cohort_id: str
    assignment_key: str
    state: OutcomeState
    feedback: str | None
    at: datetime

    def __repr__(self) -> str:
        return f"OutcomeChanged({self.submission_id!r}, {self.assignment_key!r}, {self.state.value!r})"


OutcomeFollower: TypeAlias = Callable[[Session, OutcomeChanged], None]
"""Told of every hand-in that changes the outcome, and of every review."""

AttendanceFollower: TypeAlias = Callable[[Session, str], None]
"""Told the id of an enrolment whose contact hours changed."""

PersonFollower: TypeAlias = Callable[[Session, str], None]
"""Told the id of a person who confirmed the name for the certificate."""

AspectFollower: TypeAlias = Callable[[Session, str], None]
"""Told the enrolment's id of a participant with whom a trainer shared how they see the aspects."""

CohortFollower: TypeAlias = Callable[[Session, str], None]
"""Told the id of a cohort that the issuer approved."""


@dataclass(frozen=True)
class CertificateCard:
    """How far somebody's certificate is."""

    state: CardState
    url: str | None = None
    """The certificate's page, once it is issued."""
    certificate_id: str | None = None
    own_url: str | None = None
    """The holder's own page about it, as a path."""
    name_refused: bool = False
    """The name that was confirmed could not be printed, and is asked again."""

    @property
    def made(self) -> bool:
        """Whether there is a certificate, so that the name on it stays."""
        return self.certificate_id is not None or self.state == "issued"


class ScoreMark(NamedTuple):
    """What one learning environment holds of one piece of work. A named tuple: a board has thousands of them."""

    state: MarkState
    code: str | None
    """Code of what went wrong, for whoever can solve it."""
    at: datetime | None
    platform_name: str
    score_id: str | None = None
    """With which the trainer can send it again; None when nothing can be sent."""
    room: str = "sync"
    """Which room sent it, and sends it again: ``sync`` a score, ``moodle`` what a native activity should hold."""
    reason: Words | None = None
    """What went wrong, for people."""
    who: Words | None = None
    """Who can do something about it."""
    ours: tuple[float, float] | None = None
    """Our result: the score, and of how much."""
    held: tuple[float, float] | None = None
    """What the learning environment holds instead: the score, and of how much."""
    advice: Words | None = None
    """What somebody has to do there before ours can take the place of a grade that was changed by hand."""

    @property
    def stuck(self) -> bool:
        """Whether somebody has to do something."""
        return self.state in ("refused", "changed")


@dataclass(frozen=True)
class CourseList:
    """Who is in a course of the cohort and has not begun, as its learning environment lists them."""

    course_id: str
    school: str
    course_title: str
    participants: int
    """How many follow the course, whether they began or not."""
    names: Sequence[str] = field(repr=False)
    """Of those who have not begun, where the school shares names."""
    unnamed: int
    """How many besides have not begun."""
    read_at: datetime | None
    """When the list was read last; None: never."""
    reading: bool
    """Whether it is read now, or in a moment."""
    readable: bool
    """Whether it is known where the list is."""
    code: str | None
    """Code of why it could not be read, for whoever can solve it; None when it could."""
    reason: Words | None
    """Why, for people."""
    who: Words | None
    """Who can do something about it."""

    @property
    def not_begun(self) -> int:
        """How many are in the course and have not begun."""
        return len(self.names) + self.unnamed


@dataclass(frozen=True)
class NativeMark:
    """What an activity of a learning environment holds of one piece of work that was (also) handed in there."""

    state: NativeState
    """imported: it is here as a version; reopened: and is open again there; differs: it was accepted, and changed there
    afterwards; older: what was handed in here is newer, and counts; left: its maker is not in the course there any more."""
    counts: str
    """A `mappings.activities.Counts`: what of the activity counts."""
    platform_name: str
    activity: str
    """What the activity is called there."""
    url: str
    """Where a trainer sees it."""
    at: datetime | None
    """When it was handed in, graded or completed there."""


@dataclass(frozen=True)
class NativeFileShown:
    """A file that was handed in elsewhere: it is fetched when somebody opens it."""

    id: str
    name: str
    size: int
    problem: Words | None
    """Why it could not be fetched last time, for people."""


@dataclass(frozen=True)
class NativeActivity:
    """An activity of a learning environment in which an assignment can be handed in as well."""

    title: str
    url: str


@dataclass(frozen=True)
class ActivityTrouble:
    """That something about an activity that counts is not as usual."""

    activity: str
    what: Words
    bad: bool
    """Whether nothing new of it can be read."""


@dataclass(frozen=True)
class NativeCourse:
    """How a course stands in which activities of the learning environment count."""

    course_id: str
    school: str
    course_title: str
    activities: int
    """How many count."""
    unknown: int
    """How many people did something that counts, and never opened the tool."""
    no_place: int
    """How many opened it, and take no part in this cohort through this course."""
    left: int
    """How many did something that counts, and are not in the course any more."""
    troubles: Sequence[ActivityTrouble]
    read_at: datetime | None
    """When it was read last, with success; None: never."""
    reading: bool
    """Whether it is read now, or in a moment."""
    next_at: datetime | None
    """When it is read next, by itself."""
    code: str | None
    """Code of why it could not be read (wholly), for whoever can solve it; None when it could."""
    reason: Words | None
    """Why, for people."""
    who: Words | None
    """Who can do something about it."""
    steps: Sequence[Words]
    """What to do."""


@dataclass(frozen=True)
class SharedMark:
    """That somebody shares a piece of work with the cohort."""

    piece_id: str
    at: datetime
    reactions: int


@dataclass(frozen=True)
class News:
    """How much came since somebody looked last at what the cohort shares."""

    pieces: int
    reactions: int
    """On the person's own pieces; for a trainer of the cohort, on all."""
    shelf: int

    @property
    def total(self) -> int:
        """All of it together."""
        return self.pieces + self.reactions + self.shelf


NO_CARD = CertificateCard("none")


def _no_card(_session: Session, _enrolment_id: str) -> CertificateCard:
    return NO_CARD


def _no_cards(_session: Session, _enrolment_ids: Sequence[str]) -> Mapping[str, CertificateCard]:
    return {}


def _no_scores(_session: Session, _submission_ids: Sequence[str]) -> Mapping[str, Sequence[ScoreMark]]:
    return {}


def _no_lists(_session: Session, _cohort_id: str, _course_ids: Collection[str] | None) -> Sequence[CourseList]:
    return ()


def _none_mappable(_session: Session, _cohort_id: str, _course_ids: Collection[str] | None) -> Collection[str]:
    return ()


def _no_natives(_session: Session, _submission_ids: Sequence[str]) -> Mapping[str, Sequence[NativeMark]]:
    return {}


def _no_native_files(_session: Session, _version_ids: Sequence[str]) -> Mapping[str, Sequence[NativeFileShown]]:
    return {}


def _no_native_courses(_session: Session, _cohort_id: str, _course_ids: Collection[str] | None) -> Sequence[NativeCourse]:
    return ()


def _no_native_places(_session: Session, _enrolment_id: str, _assignment_key: str) -> Sequence[NativeActivity]:
    return ()


def _keeps_nothing(_session: Session, _file_id: str) -> bool:
    return False


def _nothing_shared(_session: Session, _submission_id: str) -> SharedMark | None:
    return None


def _no_nudges(_session: Session, _enrolment_ids: Sequence[str]) -> Mapping[str, datetime]:
    return {}


def _no_news(_session: Session, _standing: Standing) -> News | None:
    return None


def _none_unread(_standing: Standing) -> int:
    return 0


def _nothing_answered(_standing: Standing, _endpoint: str, _values: Mapping[str, Any]) -> bool:
    return False


def _no_notices(_session: Session, _standing: Standing, _most: int) -> Sequence[Any]:
    return ()


def _nobody_nudged(_session: Session, _enrolment_id: str, _by: str) -> bool:
    return False


@dataclass(frozen=True)
class Extras:
    """The functions that the pages ask; each takes part in the page's transaction and calls nothing outside."""

    certificate: Callable[[Session, str], CertificateCard] = _no_card
    """Of one enrolment, by its id."""
    certificates: Callable[[Session, Sequence[str]], Mapping[str, CertificateCard]] = _no_cards
    """Of many enrolments at once, in a fixed number of queries; one that is missing has none."""
    scores: Callable[[Session, Sequence[str]], Mapping[str, Sequence[ScoreMark]]] = _no_scores
    """Of many submissions at once, in a fixed number of queries."""
    wholes: Callable[[Session, Sequence[str]], Mapping[str, Sequence[ScoreMark]]] = _no_scores
    """Of the training as a whole, of many enrolments at once, in a fixed number of queries."""
    lists: Callable[[Session, str, Collection[str] | None], Sequence[CourseList]] = _no_lists
    """Of the courses that show a cohort, of all of them or of some by their ids, in a fixed number of queries."""
    mappable: Callable[[Session, str, Collection[str] | None], Collection[str]] = _none_mappable
    """The courses of a cohort, by id, whose native activities can stand for assignments; in one query."""
    natives: Callable[[Session, Sequence[str]], Mapping[str, Sequence[NativeMark]]] = _no_natives
    """What activities of learning environments hold of many submissions, in a fixed number of queries."""
    native_files: Callable[[Session, Sequence[str]], Mapping[str, Sequence[NativeFileShown]]] = _no_native_files
    """The files of versions that were handed in elsewhere, by the version's id, in a fixed number of queries."""
    native_courses: Callable[[Session, str, Collection[str] | None], Sequence[NativeCourse]] = _no_native_courses
    """Courses of a cohort in which such activities count, all or some by their ids, in a fixed number of queries."""
    native_places: Callable[[Session, str, str], Sequence[NativeActivity]] = _no_native_places
    """Where else a participant, by the enrolment's id, can hand in an assignment."""
    keeps_file: Callable[[Session, str], bool] = _keeps_nothing
    """Whether a room above still shows a file, by its id, so that it has to stay when its maker takes it out of a draft."""
    shared: Callable[[Session, str], SharedMark | None] = _nothing_shared
    """How a submission, by its id, is shared with the cohort at the moment; in one query."""
    nudged: Callable[[Session, Sequence[str]], Mapping[str, datetime]] = _no_nudges
    """When participants, by enrolment, were reminded last, as far as that is kept; in one query."""
    news: Callable[[Session, Standing], News | None] = _no_news
    """What is new for somebody in what a cohort shares, in one query; None: this cohort shares nothing."""
    unread: Callable[[Standing], int] = _none_unread
    """How many notices somebody has not read in a cohort, for the bar of every page; a short transaction of its own."""
    opened: Callable[[Standing, str, Mapping[str, Any]], bool] = _nothing_answered
    """Marks read what a page (endpoint and values) answers for somebody; whether there was such a notice."""
    notices: Callable[[Session, Standing, int], Sequence[Any]] = _no_notices
    """The newest notices, so many at most, that somebody has not read in a cohort; templates of the room above show them."""
    nudge: Callable[[Session, str, str], bool] = _nobody_nudged
    """Remind a participant (the enrolment) kindly, by a trainer (the account); False: somebody did within a week."""


def together(
    *rooms: Callable[[Session, Sequence[str]], Mapping[str, Sequence[ScoreMark]]],
) -> Callable[[Session, Sequence[str]], Mapping[str, Sequence[ScoreMark]]]:
    """Return what several rooms tell of the same submissions, those of the first room first."""

    def all_marks(session: Session, ids: Sequence[str]) -> Mapping[str, Sequence[ScoreMark]]:
        told = [room(session, ids) for room in rooms]
        return {one: [mark for marks in told for mark in marks.get(one, ())] for one in dict.fromkeys(chain(*told))}

    return all_marks
