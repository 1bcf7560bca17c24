"""What an archive says about itself: at its beginning where it comes from, at its end what is in it."""

from datetime import datetime
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from lti_tool.backup.errors import DamagedArchive

HEADER = "backup.json"
MANIFEST = "manifest.json"
DATABASE = "database"
SECRET = "secret.key"  # noqa: S105  # a name in the archive
FILES = "files/"
EXTRAS = "settings/"
"""Files that settings name: own trainings, the eSeal."""
EngineName = Literal["sqlite", "postgresql"]

M = TypeVar("M", bound=BaseModel)


class Header(BaseModel):
    """Where an archive comes from."""

    model_config = ConfigDict(frozen=True)

    format: Literal["icc-bridge-backup"] = "icc-bridge-backup"
    format_version: Literal[1] = 1
    version: str
    """Of ICC Bridge."""
    revision: str
    """Of the database's schema."""
    engine: EngineName
    created_at: datetime
    """When the database was copied; what came after that is not in it."""
    settings: dict[str, str]
    """The installation's settings, without what is secret in them."""


class Member(BaseModel):
    """One file in an archive."""

    model_config = ConfigDict(frozen=True)

    size: int
    """In bytes."""
    sha256: str


class Manifest(BaseModel):
    """What is in an archive."""

    model_config = ConfigDict(frozen=True)

    rows: dict[str, int]
    """How many rows each table has."""
    members: dict[str, Member]
    """Every file before this one, by its name in the archive."""
    deleted_meanwhile: list[str] = []
    """Handed-in files that the copied database names and that were deleted by people before they were copied."""
    missing: list[str] = []
    """Handed-in files that the database names and the file store had lost before."""
    altered: list[str] = []
    """Handed-in files whose content is not what was handed in, by its hash in the database."""

    @property
    def files(self) -> int:
        """How many handed-in files there are."""
        return sum(name.startswith(FILES) for name in self.members)


def read_model(kind: type[M], content: bytes) -> M:
    """Return what a member of an archive says.

    Raises:
        DamagedArchive: it is not what this version of ICC Bridge writes.
    """
    try:
        return kind.model_validate_json(content)
    except ValidationError:
        raise DamagedArchive("this backup was not made by this version of ICC Bridge or an earlier one") from None
