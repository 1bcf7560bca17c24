"""Bytes of erased people that are still to be removed from the file store."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.database import Base


class FileToRemove(Base):
    """Where bytes lie whose owner was erased. Written with the erasure, gone once the bytes are."""

    __tablename__ = "file_to_remove"

    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    since: Mapped[datetime]


class RetentionRun(Base):
    """When what is over its term was removed last, and who does it now."""

    __tablename__ = "retention_run"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    done_at: Mapped[datetime | None]
    claimed_until: Mapped[datetime | None]
