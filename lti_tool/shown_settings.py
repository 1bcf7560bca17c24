"""The settings as they may be shown: to whoever runs the installation, and in what is passed on."""

from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr

from lti_tool.config import Settings


def shown_settings(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield every setting's name and value as they may be shown: without secrets and passwords."""
    for name in type(settings).model_fields:
        yield f"ICC_{name.upper()}", _shown(getattr(settings, name))


def _shown(value: object) -> str:
    """Return a setting as it may be shown: secrets and passwords are not."""
    if value is None:
        return "default"
    if isinstance(value, SecretStr):
        return "set"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "default"
    parts = urlsplit(str(value)) if "://" in str(value) else None
    if parts is not None and parts.password:
        user = f"{parts.username}:…@" if parts.username else ":…@"
        return urlunsplit(parts._replace(netloc=f"{user}{parts.netloc.rpartition('@')[2]}"))
    return str(value)
