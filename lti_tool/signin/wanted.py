"""Forms that wait until whoever sent them has proved again who they are: encrypted, for minutes, the newest of a session."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, select

from lti_tool.clock import Clock
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.database import Database
from lti_tool.signin.attempts import ATTEMPT_LIFE
from lti_tool.signin.models import WantedForm
from lti_tool.vault import Vault

LONGEST_PATH = 500
MOST_CONTENT = 20_000
"""Characters of all names and values; no form that waits is longer than the answer of a passkey."""


@dataclass(frozen=True)
class Wanted:
    """A form that waits."""

    path: str
    fields: Sequence[tuple[str, str]] = field(repr=False)


class WantedForms:
    """Keeps forms.

    Args:
        database: its own short transactions.
        vault: encrypts what they hold.
        clock: the time.
    """

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    def keep(self, session_id: str, wanted: Wanted) -> bool:
        """Keep a form in the place of one before; return whether it could be kept: it may be too long."""
        content = json.dumps(wanted.fields)
        if len(wanted.path) > LONGEST_PATH or len(content) > MOST_CONTENT:
            self.drop(session_id)
            return False
        row = {
            "session_id": session_id,
            "path": wanted.path,
            "fields_sealed": self._vault.encrypt(content),
            "expires_at": self._clock() + ATTEMPT_LIFE,
        }
        with self._database.session() as session:
            session.execute(delete(WantedForm).where(WantedForm.session_id == session_id))
            insert_unless_there(session, WantedForm, row)
        return True

    def of(self, session_id: str) -> Wanted | None:
        """Return the form that waits for a session, if there is one."""
        query = select(WantedForm.path, WantedForm.fields_sealed).where(
            WantedForm.session_id == session_id, WantedForm.expires_at > self._clock()
        )
        with self._database.reading() as session:
            row = session.execute(query).first()
        if row is None:
            return None
        return Wanted(row.path, [(name, value) for name, value in json.loads(self._vault.decrypt(row.fields_sealed))])

    def drop(self, session_id: str) -> None:
        """Forget what waits for a session: it was sent, or something else is wanted."""
        with self._database.session() as session:
            session.execute(delete(WantedForm).where(WantedForm.session_id == session_id))

    def clean_up(self) -> int:
        """Forget what waited too long, and return how many forms."""
        old = delete(WantedForm).where(WantedForm.expires_at <= self._clock()).returning(WantedForm.session_id)
        with self._database.session() as session:
            return len(session.execute(old).all())
