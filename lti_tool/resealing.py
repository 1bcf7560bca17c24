"""A new secret takes the place of the old one: nobody is logged out, nothing is unreadable at any moment.

The order, so that processes that run meanwhile understand each other: the new secret is made known (accepted, not used);
once everybody has seen it, it signs and encrypts; what the old one encrypted is encrypted anew; and when nothing of the old
one is left, it is forgotten. Whatever is interrupted, however hard, is continued by the next call: every value says by
itself which secret made it, and the file is replaced wholly or not at all.
"""

import fcntl
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Column, Table, select, tuple_

from lti_tool.clock import Clock
from lti_tool.config import COMING, Settings, secret_file, secret_text
from lti_tool.database import Database
from lti_tool.errors import Refused, SettingsError
from lti_tool.kept_secrets import LOOK_AGAIN, write_secrets
from lti_tool.migrations.models import metadata
from lti_tool.vault import Vault

BATCH = 100
FOLLOWED_AFTER = 2 * LOOK_AGAIN + 1
"""Seconds after which every running process goes by the file as it is."""


@dataclass(frozen=True)
class Resealed:
    """What came of it."""

    made: bool
    """Whether a secret was made, and not only continued what had begun."""
    values: int
    """How many values were encrypted anew."""


class SecretRotation:
    """Replaces the secret, encrypts anew, forgets.

    Args:
        settings: of this installation.
        database: one short transaction for each batch.
        vault: reads with all secrets, writes with the present one. It follows the file.
        clock: the time.
        wait: lets so many seconds go by.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        vault: Vault,
        clock: Clock,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._database = database
        self._vault = vault
        self._clock = clock
        self._wait = wait

    def rotate(self, told: Callable[[str], None]) -> Resealed:
        """Let a new secret take over, or finish what an earlier call began.

        With the secret in ``ICC_SECRET_KEY`` it makes none: it encrypts anew what ``ICC_SECRET_KEY_PREVIOUS`` encrypted.

        Args:
            told: is told what is done now, in a line.

        Raises:
            Refused: another command does the same at this moment.
            SettingsError: the file cannot be written, or a value is of a secret that nobody knows any more.
        """
        made = False
        if self._settings.secret_key is None:
            with self._alone():
                made = self._take_over(told)
        return Resealed(made, self.reseal(told))

    def reseal(self, told: Callable[[str], None] = lambda _line: None) -> int:
        """Encrypt anew whatever another secret than the present one encrypted; return how many values that were.

        Raises:
            SettingsError: one is of a secret that nobody knows any more; all before it are done.
        """
        count = 0
        for table, column in sealed_columns():
            done = sum(self._reseal_batch(table, column, batch) for batch in self._batches(table, column))
            if done:
                told(f"{table.name}.{column.name}: {done} encrypted anew")
            count += done
        return count

    def forget(self, *, at_once: bool = False) -> int:
        """Accept previous secrets no longer; return how many were forgotten.

        Args:
            at_once: although forms may still be open that an old secret signed.

        Raises:
            Refused: something is still encrypted with one of them, or it is too early.
        """
        left = sum(1 for _value in self._of_others())
        if left:
            raise Refused(f"{left} values are still encrypted with a previous secret: run `icc-bridge keys rotate --secret`")
        if self._settings.secret_key is not None:
            raise Refused(
                "nothing is encrypted with a previous secret any more: take ICC_SECRET_KEY_PREVIOUS out of the settings"
            )
        with self._alone():
            path, lines = secret_file(self._settings), secret_text(self._settings).splitlines()
            if any(line.startswith(COMING) for line in lines):
                raise Refused("a new secret has not taken over yet: run `icc-bridge keys rotate --secret`")
            if len(lines) == 1:
                return 0
            age = self._clock().timestamp() - path.stat().st_mtime
            if age < self._settings.session_hours * 3600 and not at_once:
                raise Refused(
                    f"forms that were opened before the secret changed can be open for {self._settings.session_hours} "
                    "hours: wait, or add --at-once and let people open those again"
                )
            write_secrets(self._settings, lines[:1])
        return len(lines) - 1

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one command at a time change the file: two would each forget the other's secret."""
        with (self._settings.data_dir / "secret.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Refused("another command is changing the secret at this moment: wait for it") from None
            yield

    def _take_over(self, told: Callable[[str], None]) -> bool:
        lines = secret_text(self._settings).splitlines()
        coming = [line for line in lines if line.startswith(COMING)]
        made = False
        if not coming:
            if len(lines) > 1 and next(self._of_others(), None) is not None:
                return False
            coming = [f"{COMING}{secrets.token_urlsafe(48)}"]
            write_secrets(self._settings, [*lines, *coming])
            told("a new secret is made and known; running processes take a few seconds to see it")
            made = True
        self._wait(FOLLOWED_AFTER)
        known = [line for line in lines if not line.startswith(COMING)]
        write_secrets(self._settings, [coming[0].removeprefix(COMING), *known])
        told("the new secret signs and encrypts")
        self._wait(FOLLOWED_AFTER)
        return made

    def _batches(self, table: Table, column: Column[str]) -> Iterator[list[tuple[tuple[object, ...], str]]]:
        """Yield what is sealed in one column, by the rows' keys."""
        key = list(table.primary_key.columns)
        last: tuple[object, ...] | None = None
        while True:
            query = select(*key, column).where(column.is_not(None), column != "").order_by(*key).limit(BATCH)
            if last is not None:
                query = query.where(tuple_(*key) > tuple_(*last) if len(key) > 1 else key[0] > last[0])
            with self._database.reading() as session:
                rows = [(tuple(row[:-1]), str(row[-1])) for row in session.execute(query)]
            if not rows:
                return
            yield rows
            last = rows[-1][0]

    def _reseal_batch(self, table: Table, column: Column[str], rows: list[tuple[tuple[object, ...], str]]) -> int:
        anew = []
        for key, sealed in rows:
            if self._vault.is_current(sealed):
                continue
            try:
                anew.append((key, sealed, self._vault.encrypt(self._vault.decrypt(sealed))))
            except SettingsError:
                raise SettingsError(
                    f"a value in {table.name}.{column.name} was encrypted with a secret that is not here any more: put that "
                    "one into ICC_SECRET_KEY_PREVIOUS (or secret.key, on a line of its own)"
                ) from None
        done = 0
        if anew:
            with self._database.session() as session:
                for key, old, new in anew:
                    # whoever wrote another value meanwhile keeps it
                    same = [one == value for one, value in zip(table.primary_key.columns, key, strict=True)]
                    changed = table.update().where(*same, column == old).values({column.name: new}).returning(column)
                    done += len(session.execute(changed).all())
        return done

    def _of_others(self) -> Iterator[str]:
        for table, column in sealed_columns():
            for batch in self._batches(table, column):
                yield from (sealed for _key, sealed in batch if not self._vault.is_current(sealed))


def sealed_columns() -> list[tuple[Table, Column[str]]]:
    """Return every column whose values the vault encrypts."""
    return [(table, column) for table in metadata.sorted_tables for column in table.columns if column.info.get("sealed")]
