"""The doctor: is this installation in order, and what are its settings."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from pydantic import SecretStr

from lti_tool.app import compose
from lti_tool.config import Settings
from lti_tool.errors import IccError

LEAST_FREE_MB = 500


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    good: bool
    value: str

    def row(self) -> dict[str, object]:
        """Return it as a row for a table."""
        return {"what": self.name, "good": self.good, "value": self.value}


def examine(settings: Settings) -> list[Finding]:
    """Look at the settings, the database, the files, the training files and the disk."""
    return [*_settings(settings), *_parts(settings), _disk(settings)]


def _settings(settings: Settings) -> Iterator[Finding]:
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        shown = "set" if isinstance(value, SecretStr) else "default" if value is None else str(value)
        if name == "database_url" and value is not None:
            shown = value.split("://", 1)[0] + "://…"
        yield Finding(f"ICC_{name.upper()}", good=True, value=shown)


def _parts(settings: Settings) -> Iterator[Finding]:
    try:
        parts = compose(settings)
    except IccError as error:
        yield Finding("application", good=False, value=error.detail)
        return
    try:
        current = parts.database.is_current()
        yield Finding("database", good=current, value="up to date" if current else "run icc-bridge db upgrade")
        parts.files.discard(parts.files.put(BytesIO(b"probe"), max_bytes=100).path)
        yield Finding("files", good=True, value="can be written")
        names = ", ".join(sorted(parts.trainings))
        yield Finding("trainings", good=True, value=names)
    except IccError as error:
        yield Finding("database or files", good=False, value=error.detail)
    finally:
        parts.close()


def _disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.data_dir).free // 1_000_000
    return Finding("disk", good=free >= LEAST_FREE_MB, value=f"{free} MB free in ICC_DATA_DIR")
