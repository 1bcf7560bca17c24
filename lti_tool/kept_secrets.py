"""The installation's secrets as they are now: a file that changes is followed, so that running processes need no restart."""

import os
import secrets
import time
from collections.abc import Callable, Sequence

from lti_tool.config import Settings, secret_file, secrets_of
from lti_tool.errors import SettingsError

LOOK_AGAIN = 2.0
"""Seconds after which a process looks whether the file has changed."""


class KeptSecrets:
    """Gives the secrets, first the one that encrypts and signs.

    Args:
        settings: of this installation.
        monotonic: seconds that only grow.

    Raises:
        SettingsError: they cannot be read or made.
    """

    def __init__(self, settings: Settings, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._monotonic = monotonic
        self._looked = monotonic()
        self._secrets = secrets_of(settings)

    def __repr__(self) -> str:
        return "KeptSecrets(…)"

    def __call__(self) -> tuple[str, ...]:
        """Return them; a file that cannot be read at the moment leaves them as they were."""
        if self._settings.secret_key is None and self._monotonic() >= self._looked + LOOK_AGAIN:
            self._looked = self._monotonic()
            try:
                self._secrets = secrets_of(self._settings)
            except SettingsError:
                return self._secrets
        return self._secrets


def write_secrets(settings: Settings, lines: Sequence[str]) -> None:
    """Replace the file wholly or not at all, whenever the power goes.

    Raises:
        SettingsError: it cannot be written.
    """
    path = secret_file(settings)
    beside = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write("\n".join(lines))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise SettingsError(f"{path} cannot be written ({error.strerror})") from None
