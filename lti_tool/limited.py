"""How many requests the rate limits refused, counted in the database: every process then tells the number of all."""

from collections.abc import Mapping

import structlog
from sqlalchemy import BigInteger, String, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.database import Base, Database

_log = structlog.get_logger(__name__)


class LimitedRequests(Base):
    """How many requests one limit refused, since there is one."""

    __tablename__ = "limited_requests"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    """The endpoint, blueprint or kind of client that the limit is for."""
    refused: Mapped[int] = mapped_column(BigInteger)


class LimitCounts:
    """Counts what the limits refused.

    Args:
        database: its own short transactions.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, name: str, count: int) -> None:
        """Add to the count of a limit. A database that does not take it changes nothing for the request that tells it."""
        try:
            if not self._added(name, count):
                try:
                    with self._database.session() as session:
                        session.add(LimitedRequests(name=name, refused=count))
                except IntegrityError:  # another process was first
                    self._added(name, count)
        except SQLAlchemyError as error:
            _log.warning("limits.not_counted", name=name, count=count, error=type(error).__name__)

    def read(self) -> Mapping[str, int]:
        """Return how many were refused, by the limit's name."""
        with self._database.reading() as session:
            return {row.name: row.refused for row in session.scalars(select(LimitedRequests).order_by(LimitedRequests.name))}

    def _added(self, name: str, count: int) -> bool:
        counted = (
            update(LimitedRequests)
            .where(LimitedRequests.name == name)
            .values(refused=LimitedRequests.refused + count)
            .returning(LimitedRequests.name)
        )
        with self._database.session() as session:
            return session.scalar(counted) is not None
