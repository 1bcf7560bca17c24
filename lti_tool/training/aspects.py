"""The aspects (competences) of a training: where participants stand at the start and at the end, and how trainers see it.

It serves the conversation and decides nothing. The scale is the training's levels, which its data describes for each aspect,
and a step between each two of them. The start can be changed until the end is begun; the end can be begun in the last phase.
A participant sees what trainers said as it was when one of them shared it last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.courses.upsert import insert_or_update
from lti_tool.database import Database
from lti_tool.errors import NotFound, Words
from lti_tool.launch.sessions import Viewer
from lti_tool.training.access import Access, Standing, hold
from lti_tool.training.aspect_marks import Mark, Said, Side, add, history_of, shared_at_of, steps_of_many
from lti_tool.training.aspect_picture import Picture, picture_of, scale_of
from lti_tool.training.errors import Incomplete, Moved
from lti_tool.training.home import Place
from lti_tool.training.models import AspectSharing, Enrolment
from lti_tool.training.outcomes import AspectFollower
from lti_tool.training.people import names_of, participant_name
from lti_tool.training.showing import outcomes, own_work
from lti_tool.training.writing import LONGEST_REMARK, clean_text
from mappings.progress import last_phase_open
from mappings.training import Aspect, Training


@dataclass(frozen=True)
class OwnPage:
    """A participant's own page."""

    place: Place
    picture: Picture
    side: Side
    """What the form is for."""
    open: bool
    """Whether that can be filled in now."""
    end_open: bool
    history: Sequence[Mark] = field(repr=False)
    """All that the participant said, the newest first."""


@dataclass(frozen=True)
class TrainerPage:
    """One participant's aspects, for a trainer."""

    place: Place
    enrolment_id: str
    name: Words
    picture: Picture
    unshared: bool
    """Whether a trainer said something that the participant does not see yet."""


@dataclass(frozen=True)
class Spread:
    """How many participants chose each step, for one aspect."""

    aspect: Aspect
    start: tuple[int, ...]
    end: tuple[int, ...]


@dataclass(frozen=True)
class CohortPage:
    """The aspects of all participants that a trainer sees, without names beside numbers."""

    place: Place
    participants: int
    spreads: tuple[Spread, ...]
    started: int
    """How many said something at the start."""
    ended: int
    people: Sequence[tuple[str, Words]]
    """Enrolment and name, by name."""


class AspectService:
    """Reads and keeps what is said of aspects.

    Args:
        database: its own short transactions.
        clock: the time.
        access: who may.
        followers: told when a trainer shares something new, in the same transaction.
    """

    def __init__(self, database: Database, clock: Clock, access: Access, followers: Sequence[AspectFollower] = ()) -> None:
        self._followers = tuple(followers)
        self._database = database
        self._clock = clock
        self._access = access

    def own(self, viewer: Viewer, cohort_id: str, side: Side | None = None) -> OwnPage:
        """Return the viewer's own page.

        Args:
            side: what the form is for; by default the end once it can be begun and the start was said.

        Raises:
            NotFound: the viewer takes no part, or the training has no aspects.
        """
        with self._database.reading() as session:
            standing = self._participant(session, viewer, cohort_id)
            own = standing.enrolment_id or ""
            history = history_of(session, own)
            picture = picture_of(session, standing.training, own, history)
            end_open = _end_open(session, standing, history)
        if side is None or side is Side.TRAINER:
            side = Side.END if end_open and picture.has(Side.START) else Side.START
        return OwnPage(
            place=Place.of(standing),
            picture=picture,
            side=side,
            open=end_open if side is Side.END else not _begun(history, Side.END),
            end_open=end_open,
            history=[mark for mark in reversed(history) if mark.side is not Side.TRAINER],
        )

    def say(self, viewer: Viewer, cohort_id: str, side: Side, changed: Mapping[str, Said]) -> None:
        """Keep what the viewer says of themselves.

        Args:
            changed: by aspect, what differs from what the page showed.

        Raises:
            Incomplete: a remark is too long, or a step is none of the scale; nothing was kept.
            Moved: the start is fixed, or the end cannot be begun yet; nothing was kept.
            NotFound: as `own`, or no such aspect.
        """
        with self._database.session() as session:
            standing = self._participant(session, hold(session, viewer), cohort_id)
            own = standing.enrolment_id or ""
            _lock(session, own)
            history = history_of(session, own)
            if side is Side.START and _begun(history, Side.END):
                raise Moved("the start is fixed", explanation=_l("Je bent al aan het eind begonnen. Het begin ligt vast."))
            if side is Side.END and not _end_open(session, standing, history):
                raise Moved("too early", explanation=_l("Het eind vul je in als de laatste fase open is."))
            self._keep(session, standing.training, own, side, changed, standing.person_id)

    def of_participant(self, viewer: Viewer, cohort_id: str, enrolment_id: str) -> TrainerPage:
        """Return somebody's aspects for a trainer. Raises NotFound: nobody whom the viewer trains in this cohort."""
        with self._database.reading() as session:
            standing, enrolment = self._trained(session, viewer, cohort_id, enrolment_id)
            history = history_of(session, enrolment_id)
            picture = picture_of(session, standing.training, enrolment_id, history, for_trainer=True)
            names = names_of(session, [enrolment.person_id])
        last = max((mark.at for mark in history if mark.side is Side.TRAINER), default=None)
        return TrainerPage(
            place=Place.of(standing),
            enrolment_id=enrolment_id,
            name=participant_name(names.get(enrolment.person_id), enrolment_id),
            picture=picture,
            unshared=last is not None and (picture.shared_at is None or last > picture.shared_at),
        )

    def say_of(self, viewer: Viewer, cohort_id: str, enrolment_id: str, changed: Mapping[str, Said], *, share: bool) -> None:
        """Keep what a trainer says of a participant, and share it with them if asked.

        Raises:
            Incomplete: as `say`.
            NotFound: nobody whom the viewer trains in this cohort, or no such aspect.
        """
        with self._database.session() as session:
            standing, _enrolment = self._trained(session, viewer, cohort_id, enrolment_id)
            _lock(session, enrolment_id)
            self._keep(session, standing.training, enrolment_id, Side.TRAINER, changed, viewer.person_id)
            last = max((mark.at for mark in history_of(session, enrolment_id) if mark.side is Side.TRAINER), default=None)
            if share and last is not None and last != shared_at_of(session, enrolment_id):
                row = {"enrolment_id": enrolment_id, "shared_at": last, "by_id": viewer.person_id}
                insert_or_update(session, AspectSharing, row)
                for follower in self._followers:
                    follower(session, enrolment_id)

    def of_cohort(self, viewer: Viewer, cohort_id: str) -> CohortPage:
        """Return how the participants that the viewer trains spread over the scale. Raises NotFound: no trainer here."""
        with self._database.reading() as session:
            standing = self._access.trainer(session, viewer, cohort_id)
            scale_of(standing.training)
            rows = session.execute(select(Enrolment.id, Enrolment.person_id).where(standing.reviewable())).all()
            steps = steps_of_many(session, [row.id for row in rows])
            names = names_of(session, [row.person_id for row in rows])
        people = [(row.id, participant_name(names.get(row.person_id), row.id)) for row in rows]
        return CohortPage(
            place=Place.of(standing),
            participants=len(rows),
            spreads=tuple(
                Spread(
                    aspect, _count(steps, standing, Side.START, aspect.key), _count(steps, standing, Side.END, aspect.key)
                )
                for aspect in standing.training.aspects
            ),
            started=len({enrolment_id for enrolment_id, side, _key in steps if side is Side.START}),
            ended=len({enrolment_id for enrolment_id, side, _key in steps if side is Side.END}),
            people=sorted(people, key=lambda one: str(one[1]).casefold()),
        )

    def _keep(
        self,
        session: Session,
        training: Training,
        enrolment_id: str,
        side: Side,
        changed: Mapping[str, Said],
        by_id: str,
    ) -> None:
        scale = scale_of(training)
        problems: dict[str, Words] = {}
        cleaned: dict[str, Said] = {}
        for key, said in changed.items():
            if all(aspect.key != key for aspect in training.aspects):
                raise NotFound("no such aspect")
            if said.step is not None and not 1 <= said.step <= scale:
                problems[f"step-{key}"] = _l("Kies een van de stappen.")
            remark = clean_text(said.remark).strip()
            if len(remark) > LONGEST_REMARK:
                problems[f"remark-{key}"] = _l(
                    "Dit zijn %(found)s tekens, en er passen er %(most)s in. Maak het korter.",
                    found=len(remark),
                    most=LONGEST_REMARK,
                )
            cleaned[key] = Said(said.step, remark)
        if problems:
            raise Incomplete(problems)
        add(session, enrolment_id, side, cleaned, by_id, self._clock())

    def _participant(self, session: Session, viewer: Viewer, cohort_id: str) -> Standing:
        standing = self._access.participant(session, viewer, cohort_id)
        scale_of(standing.training)
        return standing

    def _trained(self, session: Session, viewer: Viewer, cohort_id: str, enrolment_id: str) -> tuple[Standing, Enrolment]:
        standing = self._access.trainer(session, viewer, cohort_id)
        scale_of(standing.training)
        enrolment = session.scalar(select(Enrolment).where(Enrolment.id == enrolment_id, standing.reviewable()))
        if enrolment is None:
            raise NotFound("nobody whom the viewer trains here")
        return standing, enrolment


def _begun(history: Sequence[Mark], side: Side) -> bool:
    return any(mark.side is side for mark in history)


def _end_open(session: Session, standing: Standing, history: Sequence[Mark]) -> bool:
    reached = outcomes(own_work(session, standing.enrolment_id or ""))
    return _begun(history, Side.END) or last_phase_open(standing.training, reached)


def _lock(session: Session, enrolment_id: str) -> None:
    session.execute(select(Enrolment.id).where(Enrolment.id == enrolment_id).with_for_update(key_share=True))


def _count(steps: Mapping[tuple[str, Side, str], int], standing: Standing, side: Side, key: str) -> tuple[int, ...]:
    chosen = [step for (_enrolment, one, aspect), step in steps.items() if one is side and aspect == key]
    return tuple(chosen.count(step) for step in range(1, scale_of(standing.training) + 1))
