"""From an error to the one line that the command line says about it.

Messages of the database name its host and user, never the password or a row; those of errors nobody foresaw may hold
anything, so only their kind and place are told.
"""

import os
import traceback
from pathlib import Path

from alembic.util.exc import CommandError
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from lti_tool.certificates.problems import CertificateProblem
from lti_tool.errors import IccError
from mappings.errors import MappingError

HOME = Path(__file__).parents[2]


def line_of(error: Exception) -> str | None:
    """Return what to say about an error, None when it is one that nobody foresaw."""
    if isinstance(error, IccError):
        return error.detail or _spaced(type(error).__name__)
    if isinstance(error, (MappingError, CertificateProblem)):
        return str(error)
    if isinstance(error, CommandError):
        return f"the database was made by another version of ICC Bridge ({_first_line(error)})"
    if isinstance(error, DBAPIError):
        return f"the database cannot be used: {_first_line(error.orig)}"
    if isinstance(error, SQLAlchemyError):
        return f"the database cannot be used: {_spaced(type(error).__name__)}"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return None


def unforeseen(error: Exception) -> str:
    """Return what to say about an error that is a mistake of ours.

    Raises:
        Exception: the error itself, when somebody is looking for it (``ICC_LOG_LEVEL=DEBUG``).
    """
    if os.environ.get("ICC_LOG_LEVEL") == "DEBUG":
        raise error
    return f"unexpected {type(error).__name__} at {_place(error)}; ICC_LOG_LEVEL=DEBUG shows the whole trace"


def _first_line(error: BaseException | None) -> str:
    lines = str(error).strip().splitlines() if error is not None else []
    return lines[0] if lines else "unknown reason"


def _place(error: Exception) -> str:
    """Return the last line of our own that the error came through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(HOME) and ".venv" not in frame.filename]
    last = (own or frames)[-1:]
    return "".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in last) or "an unknown place"


def _spaced(name: str) -> str:
    """Turn a class's name into words: ``NotAllowed`` into ``not allowed``."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
