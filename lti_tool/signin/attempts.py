"""Sign-ins under way: each is a row that its answer takes away: nothing counts twice, late, or in another browser."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import delete

from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.ids import digest
from lti_tool.signin.models import SignInAttempt

ATTEMPT_LIFE = timedelta(minutes=10)
"""Long enough to type a password and a code at a provider."""


class Purpose(StrEnum):
    """What an answer is for."""

    OIDC = "oidc"
    """Signing in, or adding an account elsewhere."""
    PASSKEY = "passkey"
    """Signing in with a passkey."""
    NEW_PASSKEY = "new-passkey"
    """Adding a passkey."""


@dataclass(frozen=True)
class Attempt:
    """What was under way when an answer came."""

    member_id: str | None = None
    """Who adds a way to sign in; None: somebody signs in."""
    link_digest: str | None = None
    """The one-time link that is to be used with it."""
    next_path: str | None = None


class Attempts:
    """Remembers what was begun, until it is answered.

    Args:
        database: for its own short transactions: nothing outside is called in between.
        clock: the time.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def begin(self, purpose: Purpose, key: str, browser: str, attempt: Attempt) -> None:
        """Remember what was begun.

        Args:
            key: the secret that the answer will bring along.
            browser: the secret of the browser that begins.
        """
        now = self._clock()
        with self._database.session() as session:
            session.add(
                SignInAttempt(
                    key_digest=digest(key),
                    purpose=purpose,
                    browser_digest=digest(browser),
                    member_id=attempt.member_id,
                    link_digest=attempt.link_digest,
                    next_path=attempt.next_path,
                    created_at=now,
                    expires_at=now + ATTEMPT_LIFE,
                )
            )

    def take(self, purpose: Purpose, key: str, browser: str | None) -> Attempt | None:
        """Return what an answer belongs to, and forget it; None when nothing (any more) waits for it in this browser."""
        if not key or not browser:
            return None
        taken = (
            delete(SignInAttempt)
            .where(
                SignInAttempt.key_digest == digest(key),
                SignInAttempt.purpose == purpose,
                SignInAttempt.browser_digest == digest(browser),
                SignInAttempt.expires_at > self._clock(),
            )
            .returning(SignInAttempt.member_id, SignInAttempt.link_digest, SignInAttempt.next_path)
        )
        with self._database.session() as session:
            row = session.execute(taken).first()
        return None if row is None else Attempt(row.member_id, row.link_digest, row.next_path)

    def clean_up(self) -> int:
        """Forget what nobody answered, and return how many that were."""
        old = delete(SignInAttempt).where(SignInAttempt.expires_at <= self._clock()).returning(SignInAttempt.key_digest)
        with self._database.session() as session:
            return len(session.execute(old).all())
