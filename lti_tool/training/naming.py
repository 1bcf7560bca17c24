"""The name on the certificate: asked when the last phase opens, confirmed by the participant, fixed once issued."""

import unicodedata
from collections.abc import Callable, Sequence
from typing import TypeAlias

from flask_babel import lazy_gettext as _l

from lti_tool.clock import Clock
from lti_tool.courses.models import Person
from lti_tool.database import Database
from lti_tool.errors import Words
from lti_tool.launch.sessions import Viewer
from lti_tool.training.access import Access, hold
from lti_tool.training.errors import Incomplete, Moved
from lti_tool.training.outcomes import Extras, PersonFollower

SHORTEST_NAME = 2
LONGEST_NAME = 200
FIELD = "certificate_name"

NameCheck: TypeAlias = Callable[[str], Words | None]
"""Tells what is wrong with a name for whoever prints it, None when nothing is."""


def clean_name(name: str) -> str:
    """Return a name on one line in NFC, with single spaces; characters are neither added nor taken away otherwise."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def problem_with(name: str) -> Words | None:
    """Return what is wrong with a cleaned name, None when nothing is."""
    if len(name) < SHORTEST_NAME or not any(letter.isalpha() for letter in name):
        return _l("Schrijf je voornaam en achternaam.")
    if len(name) > LONGEST_NAME:
        return _l("Deze naam is te lang: er passen 200 tekens op het certificaat.")
    if "@" in name:
        return _l("Dit lijkt een e-mailadres. Schrijf je voornaam en achternaam.")
    if not all(letter.isprintable() for letter in name):
        return _l("In je naam staan tekens die we niet kunnen drukken. Typ hem opnieuw.")
    return None


class NameService:
    """Confirms names.

    Args:
        database: its own short transactions.
        clock: the time.
        access: who may.
        extras: whether the certificate was issued already.
        followers: told of a confirmed name, in the same transaction.
        printable: whether the certificate can show a name; without it, every name passes.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        access: Access,
        extras: Extras,
        followers: Sequence[PersonFollower] = (),
        printable: NameCheck = lambda _name: None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._extras = extras
        self._followers = tuple(followers)
        self._printable = printable

    def confirm(self, viewer: Viewer, cohort_id: str, name: str) -> str:
        """Keep the name that the viewer wants on the certificate; return it as it will stand there.

        Raises:
            Incomplete: not a name that can be printed.
            Moved: the certificate was issued already; the name on it stays.
            NotFound: the viewer is no participant of this cohort.
        """
        name = clean_name(name)
        problem = problem_with(name) or self._printable(name)
        with self._database.session() as session:
            standing = self._access.participant(session, hold(session, viewer), cohort_id)
            if problem is not None:
                raise Incomplete({FIELD: problem})
            person = session.get_one(Person, standing.person_id, with_for_update={"key_share": True})
            card = self._extras.certificate(session, standing.enrolment_id or "")
            if card.made:
                raise Moved(
                    "certificate issued",
                    explanation=_l(
                        "Je certificaat is al gemaakt. Klopt je naam niet? Vraag op de pagina ervan om een andere."
                    ),
                )
            if person.certificate_name != name or person.certificate_name_at is None:
                person.certificate_name = name
                person.certificate_name_at = self._clock()
            session.flush()
            for follower in self._followers:
                follower(session, standing.person_id)
        return name
