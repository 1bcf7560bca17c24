"""How the issuer's pages call the people of awards: by the name for the certificate, else as the school does.

For the issuer alone: on the pages of trainers and participants the name for the certificate is not used.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.certificates.models import Award
from lti_tool.courses.models import Person
from lti_tool.errors import Words
from lti_tool.training.people import names_of, participant_name


def called(session: Session, awards: Sequence[Award]) -> Mapping[str, Words]:
    """Return how the people of these awards are called, by the award's id; two queries, however many awards."""
    people = {award.person_id for award in awards}
    query = select(Person.id, Person.certificate_name).where(Person.id.in_(people), Person.certificate_name.is_not(None))
    confirmed = {person_id: name for person_id, name in session.execute(query) if name}
    others = names_of(session, people - confirmed.keys())
    names = {**others, **confirmed}
    return {award.id: participant_name(names.get(award.person_id), award.enrolment_id) for award in awards}
