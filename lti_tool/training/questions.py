"""The learning question through the whole training: as it was handed in first, and each time that it was made sharper.

The first assignment asks for it at the top of the text; from then on its maker can sharpen it at any time. What was handed
in again with the same question at its top changes nothing; with another one it is the newest.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.database import Database, among
from lti_tool.errors import NotFound, Words
from lti_tool.ids import new_id
from lti_tool.launch.sessions import Viewer
from lti_tool.training.access import Access, Standing, hold
from lti_tool.training.errors import Incomplete
from lti_tool.training.models import Enrolment, LearningQuestion, Review, Submission, SubmissionVersion
from lti_tool.training.reviewing import Verdict
from lti_tool.training.writing import LONGEST_QUESTION, clean_text, learning_question

LEARNING_QUESTION = "leervraag"
"""The assignment whose text opens with the learning question; a training without it simply shows none."""
LONGEST_WHY = 1_000
_ENOUGH = 2_000
"""Characters of a text that hold its learning question."""


@dataclass(frozen=True)
class QuestionStep:
    """The learning question as it was from some moment on."""

    id: str | None
    """Of one that was sharpened apart; None: it stood in what was handed in."""
    text: str
    why: str
    """What made it sharper, in its maker's words; may be empty."""
    at: datetime


Growth = tuple[QuestionStep, ...]
"""All of them, the oldest first."""


def growth_of(session: Session, enrolment_ids: Collection[str]) -> Mapping[str, Growth]:
    """Return how the learning questions of participants grew, in two queries; who has none is missing."""
    if not enrolment_ids:
        return {}
    found: dict[str, list[QuestionStep]] = defaultdict(list)
    for enrolment_id, step in (*_handed_in(session, enrolment_ids), *_sharpened(session, enrolment_ids)):
        found[enrolment_id].append(step)
    return {enrolment_id: _without_repeats(steps) for enrolment_id, steps in found.items()}


def question_of(session: Session, enrolment_id: str) -> str | None:
    """Return somebody's learning question as it is now; None while there is none."""
    growth = growth_of(session, [enrolment_id]).get(enrolment_id)
    return growth[-1].text if growth else None


@dataclass(frozen=True)
class QuestionPage:
    """A participant's learning question."""

    standing: Standing
    growth: Growth

    @property
    def now(self) -> str:
        """The question as it is now; empty while there is none."""
        return self.growth[-1].text if self.growth else ""


class QuestionService:
    """Shows and sharpens learning questions.

    Args:
        database: its own short transactions.
        clock: the time.
        access: who may.
    """

    def __init__(self, database: Database, clock: Clock, access: Access) -> None:
        self._database = database
        self._clock = clock
        self._access = access

    def page(self, viewer: Viewer, cohort_id: str) -> QuestionPage:
        """Return the viewer's learning question. Raises NotFound: the viewer takes no part, or the training has none."""
        with self._database.reading() as session:
            standing = self._own(session, viewer, cohort_id)
            own = standing.enrolment_id or ""
            return QuestionPage(standing, growth_of(session, [own]).get(own, ()))

    def sharpen(self, viewer: Viewer, cohort_id: str, text: str, why: str) -> None:
        """Make this the viewer's learning question; what it was before is kept.

        Raises:
            Incomplete: there is none, it is too long, or it is the same as before; nothing was kept.
            NotFound: as `page`.
        """
        text, why = " ".join(clean_text(text).split()), clean_text(why).strip()
        with self._database.session() as session:
            standing = self._own(session, hold(session, viewer), cohort_id)
            own = standing.enrolment_id or ""
            # two that come at once are written one after the other
            session.execute(select(Enrolment.id).where(Enrolment.id == own).with_for_update(key_share=True))
            growth = growth_of(session, [own]).get(own, ())
            problems = _problems(text, why, growth)
            if problems:
                raise Incomplete(problems)
            now = max([self._clock(), *(step.at + timedelta(microseconds=1) for step in growth[-1:])])
            session.add(LearningQuestion(id=new_id(), enrolment_id=own, text=text, why=why, written_at=now))

    def remove(self, viewer: Viewer, cohort_id: str, question_id: str) -> None:
        """Remove one that the viewer sharpened, such as one written by mistake. Raises NotFound: it is none of theirs."""
        with self._database.session() as session:
            standing = self._own(session, hold(session, viewer), cohort_id)
            row = session.get(LearningQuestion, question_id)
            if row is None or row.enrolment_id != standing.enrolment_id:
                raise NotFound("no such question")
            session.delete(row)

    def _own(self, session: Session, viewer: Viewer, cohort_id: str) -> Standing:
        standing = self._access.participant(session, viewer, cohort_id)
        standing.assignment(LEARNING_QUESTION)
        return standing


def _handed_in(session: Session, enrolment_ids: Collection[str]) -> Sequence[tuple[str, QuestionStep]]:
    """Return what stood at the top of each version that counts or came before the one that does."""
    accepted = exists().where(Review.version_id == SubmissionVersion.id, Review.verdict == Verdict.ACCEPTED.value)
    query = (
        select(
            Submission.enrolment_id,
            func.substr(SubmissionVersion.text, 1, _ENOUGH),
            SubmissionVersion.handed_in_at,
            accepted,
        )
        .join(Submission, Submission.id == SubmissionVersion.submission_id)
        .where(Submission.assignment_key == LEARNING_QUESTION, among(Submission.enrolment_id, enrolment_ids))
        .order_by(Submission.enrolment_id, SubmissionVersion.number)
    )
    found: list[tuple[str, QuestionStep]] = []
    last: dict[str, str] = {}
    done: set[str] = set()
    for enrolment_id, text, at, counts in session.execute(query):
        question = learning_question(text)
        if enrolment_id not in done and question and last.get(enrolment_id) != question:
            found.append((enrolment_id, QuestionStep(None, question, "", at)))
            last[enrolment_id] = question
        if counts:
            done.add(enrolment_id)
    return found


def _sharpened(session: Session, enrolment_ids: Collection[str]) -> Sequence[tuple[str, QuestionStep]]:
    rows = session.scalars(select(LearningQuestion).where(among(LearningQuestion.enrolment_id, enrolment_ids)))
    return [(row.enrolment_id, QuestionStep(row.id, row.text, row.why, row.written_at)) for row in rows]


def _without_repeats(steps: Sequence[QuestionStep]) -> Growth:
    kept: list[QuestionStep] = []
    for step in sorted(steps, key=lambda step: step.at):
        if not kept or kept[-1].text != step.text:
            kept.append(step)
    return tuple(kept)


def _problems(text: str, why: str, growth: Growth) -> dict[str, Words]:
    problems: dict[str, Words] = {}
    if not text:
        problems["question"] = _l("Schrijf je leervraag op.")
    elif len(text) > LONGEST_QUESTION:
        problems["question"] = _l(
            "Je vraag heeft %(found)s tekens, en er passen er %(most)s in. Maak hem korter.",
            found=len(text),
            most=LONGEST_QUESTION,
        )
    elif growth and growth[-1].text == text:
        problems["question"] = _l("Dit is nog dezelfde vraag. Maak hem scherper, of laat hem zo.")
    if len(why) > LONGEST_WHY:
        problems["why"] = _l(
            "Dit zijn %(found)s tekens, en er passen er %(most)s in. Maak het korter.", found=len(why), most=LONGEST_WHY
        )
    return problems
