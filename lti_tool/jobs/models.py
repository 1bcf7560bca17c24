"""Signs of life of the processes that run jobs."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.database import Base


class EngineBeat(Base):
    """A process that runs jobs, and when it said so last. It takes its row away when it ends in good order."""

    __tablename__ = "engine_beat"

    executor: Mapped[str] = mapped_column(String(60), primary_key=True)
    """The executor's id: of the data folder and a number, never of a person."""
    seen_at: Mapped[datetime] = mapped_column(index=True)
