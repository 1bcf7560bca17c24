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
