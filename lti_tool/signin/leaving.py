"""Somebody whose data are to be erased and who is of the staff: they are erased as a member, with the person in one go.

Otherwise the name would stay in the list of the staff, and nothing would tell any more that whoever approves a certificate
accepted the work.
"""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.courses.leaving import Leaving
from lti_tool.errors import Refused
from lti_tool.signin.models import Member


class StillOfTheStaff(Refused):
    """Somebody is to be erased as a person who signs in here as a member of the staff."""

    code = "R-STAFF"
    status = 409
    title = _l("Dit is een medewerker")
    explanation = _l("Deze persoon logt hier in als medewerker. Er is niets gewist.")
    who = _l("De medewerker zelf, of wie ICC Bridge beheert, kan dit oplossen.")
    steps = (
        _l("Ben je het zelf? Laat je bij Mijn account wissen: dan gaat ook alles wat je als trainer deed."),
        _l("Is het iemand anders? Vraag een beheerder om die bij Medewerkers te wissen."),
    )


def forget(session: Session, leaving: Leaving) -> Sequence[str]:
    """Refuse to erase a person who is of the staff (an `lti_tool.courses.leaving.Eraser`).

    Raises:
        StillOfTheStaff: the person is.
    """
    if session.scalar(select(Member.id).where(Member.person_id == leaving.person_id)) is not None:
        raise StillOfTheStaff("this person signs in as a member of the staff; erase the member")
    return ()
