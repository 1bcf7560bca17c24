"""Signing in: whichever way it goes, it ends in a new session, in the transaction that used up what proved it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from lti_tool.audit import AuditTrail
from lti_tool.database import Database
from lti_tool.errors import IccError
from lti_tool.signin.errors import LinkRefused
from lti_tool.signin.links import SignInLinks
from lti_tool.signin.models import Way
from lti_tool.signin.sessions import OpenedSession, StaffSessions

NOBODY = "nobody"
"""Who failed to sign in, in the audit trail, as long as nothing says who it was."""


@dataclass(frozen=True)
class Visit:
    """The browser that signs in.

    Args:
        browser: roughly which one, see `signin.browsers`.
        present: the secret of the session that it has, if any; see `StaffSessions.open`.
    """

    browser: str
    present: str | None


class SignInService:
    """Opens a session for whoever proved who they are, and notes it, as it notes what failed.

    Args:
        database: for its own transactions.
        audit: every sign-in and every failed one is noted there.
        sessions: opens them.
        links: one-time links.
    """

    def __init__(self, database: Database, audit: AuditTrail, sessions: StaffSessions, links: SignInLinks) -> None:
        self._database = database
        self._audit = audit
        self._sessions = sessions
        self._links = links

    def by_link(self, token_digest: str, visit: Visit) -> OpenedSession:
        """Sign somebody in with a one-time link.

        Raises:
            LinkUnknown, LinkUsed, LinkExpired: it cannot be used.
        """
        try:
            with self._database.session() as session:
                return self.open(session, self._links.use(session, token_digest), Way.LINK, visit)
        except LinkRefused as refused:
            self.failed(Way.LINK, refused)
            raise

    def open(
        self, session: Session, member_id: str, way: Way, visit: Visit, proved_at: datetime | None = None
    ) -> OpenedSession:
        """Open a session within the transaction that proved who somebody is.

        Args:
            proved_at: when they did, if that was not now.
        """
        opened = self._sessions.open(session, member_id, way, visit.browser, visit.present, proved_at)
        self._audit.done(session, member_id, f"signin.{way.value}", opened.session_id)
        return opened

    def is_proof(self, proved_at: datetime | None) -> bool:
        """Return whether what a provider said when somebody proved who they are holds now; it may not say when."""
        return proved_at is None or self._sessions.holds(proved_at)

    def failed(self, way: Way, refused: IccError, member_id: str | None = None) -> None:
        """Note that somebody did not get in, and why."""
        self._audit.refused(member_id or NOBODY, f"signin.{way.value}", refused.code)

    def sign_out(self, member_id: str, session_id: str) -> None:
        """End a session at its owner's wish."""
        with self._database.session() as session:
            if self._sessions.end(session, member_id, only=session_id):
                self._audit.done(session, member_id, "signin.sign_out", session_id)

    def end_one(self, member_id: str, session_id: str) -> bool:
        """End one of somebody's own sessions, wherever it is; return whether there was one."""
        with self._database.session() as session:
            ended = self._sessions.end(session, member_id, only=session_id)
            if ended:
                self._audit.done(session, member_id, "signin.end_session", session_id)
        return bool(ended)

    def end_all(self, member_id: str) -> int:
        """End all of somebody's own sessions, this one too; return how many there were."""
        with self._database.session() as session:
            count = self._sessions.end(session, member_id)
            self._audit.done(session, member_id, "signin.end_sessions", member_id)
        return count
