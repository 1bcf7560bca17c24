"""How the members of a cohort are called before each other: by the name their school shares, or by their school alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from lti_tool.errors import Words
from lti_tool.exchange.access import sees_all
from lti_tool.training.access import Standing
from lti_tool.training.people import names_of, schools_of


@dataclass(frozen=True)
class Who:
    """Somebody of a cohort: the person, and as which participant; without an enrolment, as a trainer."""

    person_id: str
    enrolment_id: str | None


@dataclass(frozen=True)
class Author:
    """Somebody as the others see them."""

    name: Words
    school: str
    """Empty when the name says it already, and of a trainer."""
    named: bool
    """Whether the school shares the name."""


def authors_of(session: Session, standing: Standing, people: Iterable[Who]) -> Mapping[Who, Author]:
    """Return how these people are called before somebody with this standing, in two queries.

    Who trains one course only reads no name and no school of somebody who came through another.
    """
    wanted = set(people)
    courses = None if sees_all(standing) else standing.course_ids
    schools = schools_of(session, [who.enrolment_id for who in wanted if who.enrolment_id is not None], courses)
    names = names_of(session, [who.person_id for who in wanted])
    found = {}
    for who in wanted:
        if who.enrolment_id is None:
            found[who] = _trainer(names.get(who.person_id))
        elif courses is not None and who.enrolment_id not in schools:
            found[who] = Author(_l("Een deelnemer van een andere school"), "", named=False)
        else:
            school = schools[who.enrolment_id].platform_name if who.enrolment_id in schools else ""
            found[who] = _participant(names.get(who.person_id), school)
    return found


def _trainer(name: str | None) -> Author:
    words: Words = _l("%(name)s, trainer", name=name) if name else _l("Een trainer")
    return Author(words, "", named=name is not None)


def _participant(name: str | None, school: str) -> Author:
    if name:
        return Author(name, school, named=True)
    if school:
        return Author(_l("Een deelnemer van %(school)s", school=school), "", named=False)
    return Author(_l("Een deelnemer"), "", named=False)
