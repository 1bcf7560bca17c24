"""Courses that are copies of others: what their links name, where they come from, and what a trainer chose instead.

A learning environment copies a course with its links: same custom parameters, new course, new link. So a link of a copy
names the cohort of the old course. Custom parameters can be edited by teachers, and a cohort counts only where a trainer
of it brought it, so such a link shows nothing until a trainer of the copy has said which cohort takes the old one's
place. That is asked once a course: the choice holds for every link that names the old cohort, launched or not.

Nothing here runs for a link whose placement is configured.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.courses.contexts import beside
from lti_tool.courses.models import CopyChoice, Course, Placement
from lti_tool.courses.service import NO_CONTEXT
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.ids import ID_LENGTH
from lti_tool.platforms.asking import HISTORY
from mappings.training import CERTIFICATE_ITEM, WHOLE_ITEM

WHOLE_TRAINING = WHOLE_ITEM
"""Custom parameter `assignment` of a link that shows the whole training."""
CERTIFICATE = CERTIFICATE_ITEM
"""The same of a link that shows the certificate; a placement keeps it in the place of an assignment's key."""
_LONGEST_ITEM = 100
_MOST_CONTEXTS = 50


@dataclass(frozen=True)
class Named:
    """What the custom parameters of a link name. They came from outside: the cohort may not exist."""

    cohort_id: str
    item: str
    """The key of an assignment, `WHOLE_TRAINING` or `CERTIFICATE`."""


def named_in(custom: Mapping[str, str]) -> Named | None:
    """Return what custom parameters name; None when they name no cohort."""
    cohort_id, item = custom.get("cohort", ""), custom.get("assignment") or WHOLE_TRAINING
    if not 0 < len(cohort_id) <= ID_LENGTH or not (cohort_id.isascii() and cohort_id.isalnum()):
        return None
    return Named(cohort_id, item[:_LONGEST_ITEM])


def history_in(custom: Mapping[str, str]) -> Sequence[str]:
    """Return the contexts that this one is a copy of, the nearest first (`Context.id.history`: ids between commas)."""
    ids = (part.strip() for part in custom.get(HISTORY, "").split(","))
    # a platform that does not know the variable leaves its name
    return [context_id for context_id in ids if context_id and not context_id.startswith("$")][:_MOST_CONTEXTS]


class CopyService:
    """What is known of copies. Each method takes part in the caller's transaction.

    Args:
        clock: the time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def notice(self, session: Session, placement: Placement, named: Named, history: Sequence[str]) -> None:
        """Keep what a link names that it may not show (yet), and which course this one is a copy of, if we know it.

        What lies outside any course is no copy of one.
        """
        course = session.get_one(Course, placement.course_id)
        if course.context_id == NO_CONTEXT:
            return
        placement.proposed_cohort_id, placement.proposed_item = named.cohort_id, named.item
        if course.copied_from_id is None and history:
            names = beside(course.context_id, history)
            query = select(Course.context_id, Course.id).where(
                Course.platform_id == course.platform_id, Course.context_id.in_(names), Course.id != course.id
            )
            known: dict[str, str] = dict(session.execute(query).all())
            course.copied_from_id = next((known[name] for name in names if name in known), None)

    def origin(self, session: Session, course: Course) -> Course | None:
        """Return the course that a course is a copy of, if that is known and still there."""
        return session.get(Course, course.copied_from_id) if course.copied_from_id else None

    def chosen(self, session: Session, course_id: str, named_cohort_id: str) -> str | None:
        """Return the id of the cohort that takes the place of a named one in a course, once that was chosen."""
        found = session.get(CopyChoice, (course_id, named_cohort_id))
        return found.cohort_id if found else None

    def old_cohort(self, session: Session, course: Course, named_cohort_id: str) -> str:
        """Return the id of the cohort that links with this name showed in the course before.

        In a copy of a copy that is what was chosen in the first copy, whatever its links still name.
        """
        chosen = self.chosen(session, course.copied_from_id, named_cohort_id) if course.copied_from_id else None
        return chosen or named_cohort_id

    def choose(self, session: Session, course: Course, named_cohort_id: str, cohort_id: str, person_id: str) -> None:
        """Let a cohort take the place of a named one in a course, under all names that it had in the course before."""
        for name in sorted(self._names(session, course, named_cohort_id)):
            insert_unless_there(
                session,
                CopyChoice,
                {
                    "course_id": course.id,
                    "named_cohort_id": name,
                    "cohort_id": cohort_id,
                    "chosen_by_id": person_id,
                    "chosen_at": self._clock(),
                },
            )

    def waiting(self, session: Session, course: Course, named_cohort_id: str) -> Sequence[Placement]:
        """Return the placements of a course that show nothing yet and name this cohort, under any of its names; locked."""
        query = select(Placement).where(
            Placement.course_id == course.id,
            Placement.cohort_id.is_(None),
            Placement.proposed_cohort_id.in_(self._names(session, course, named_cohort_id)),
        )
        return session.scalars(query.order_by(Placement.id).with_for_update()).all()

    def _names(self, session: Session, course: Course, named_cohort_id: str) -> Collection[str]:
        old = self.old_cohort(session, course, named_cohort_id)
        before = select(CopyChoice.named_cohort_id).where(
            CopyChoice.course_id == course.copied_from_id, CopyChoice.cohort_id == old
        )
        return {named_cohort_id, old, *session.scalars(before)}
