"""Finding people by what an operator knows of them: an account, a number at a school, a certificate."""

from sqlalchemy import select

from lti_tool.certificates.models import Award, Certificate
from lti_tool.courses.models import Account
from lti_tool.database import Database
from lti_tool.errors import NotFound


class PeopleService:
    """Finds people by what an operator knows of them.

    Args:
        database: for its own short transactions.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_account(self, account_id: str) -> str:
        """Return the person of an account. Raises NotFound."""
        with self._database.reading() as session:
            return _found(session.scalar(select(Account.person_id).where(Account.id == account_id)))

    def of_subject(self, platform_id: str, subject: str) -> str:
        """Return the person with this number on a platform. Raises NotFound."""
        query = select(Account.person_id).where(Account.platform_id == platform_id, Account.subject == subject)
        with self._database.reading() as session:
            return _found(session.scalar(query))

    def of_certificate(self, certificate_id: str) -> str:
        """Return the holder of a certificate. Raises NotFound."""
        query = (
            select(Award.person_id)
            .join(Certificate, Certificate.award_id == Award.id)
            .where(Certificate.id == certificate_id)
        )
        with self._database.reading() as session:
            return _found(session.scalar(query))


def _found(person_id: str | None) -> str:
    if person_id is None:
        raise NotFound("nobody with this account or certificate")
    return person_id
