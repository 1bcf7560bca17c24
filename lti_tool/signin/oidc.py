"""Accounts elsewhere: signing in with one, adding one, and a one-time link that is accepted with one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from lti_tool.audit import AuditTrail
from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import OutsideError, Refused
from lti_tool.ids import new_id
from lti_tool.signin.attempts import Attempt, Attempts, Purpose
from lti_tool.signin.errors import AccountClosed, AttemptGone, IdentityTaken, ProofTooOld, SubjectUnknown
from lti_tool.signin.links import SignInLinks
from lti_tool.signin.models import Member, StaffIdentity, Way
from lti_tool.signin.provider import Departure, Identity, Provider
from lti_tool.signin.service import SignInService, Visit
from lti_tool.signin.sessions import OpenedSession


@dataclass(frozen=True)
class Arrival:
    """Where somebody is who came back from the provider."""

    opened: OpenedSession | None
    """The session of whoever signed in; None: an account was added."""
    next_path: str | None = None


@dataclass(frozen=True)
class IdentityLine:
    """An account elsewhere, as its owner sees it: whose it is there is not kept in readable form."""

    id: str
    where: str
    """What the installation calls the provider; of one that it no longer has, the host."""
    current: bool
    """Whether it is at the provider that the installation has now."""
    created_at: datetime
    used_at: datetime | None


class OidcSignIn:
    """Signs in with the provider of the installation.

    Args:
        database: for its own transactions; the provider is called outside them.
        clock: the time.
        audit: every account that is added or removed is noted there.
        provider: says who somebody is.
        attempts: what was begun.
        links: one-time links, which an account can be bound with.
        service: opens the sessions.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        audit: AuditTrail,
        provider: Provider,
        attempts: Attempts,
        links: SignInLinks,
        service: SignInService,
    ) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit
        self._attempts = attempts
        self._links = links
        self._service = service
        self.provider = provider

    def depart(self, browser: str, attempt: Attempt, *, again: bool = False) -> Departure:
        """Begin: return where somebody has to say who they are.

        Args:
            browser: the secret of the browser that begins.
            attempt: what it is for.
            again: whether the provider is to ask anew for a password or whatever it asks for.

        Raises:
            ProviderFailed: the provider does not answer.
            LinkUnknown, LinkUsed, LinkExpired: the link of the attempt does not work any more.
        """
        if attempt.link_digest is not None:
            self._links.look(attempt.link_digest)
        departure = self.provider.depart(again=again)
        self._attempts.begin(Purpose.OIDC, departure.state, browser, attempt)
        return departure

    def arrive(self, answer: Mapping[str, str], browser: str | None, visit: Visit, present_id: str | None) -> Arrival:
        """End what was begun, with the answer that somebody brought back. It counts once.

        Args:
            answer: the parameters of the callback.
            browser: the secret of the browser that comes back.
            visit: the browser, for the session.
            present_id: who is signed in there, if somebody is.

        Raises:
            SignInRefused: nobody was signed in; each kind says why.
            ProviderFailed: the provider does not answer.
        """
        try:
            attempt = self._attempts.take(Purpose.OIDC, answer.get("state", ""), browser)
            if attempt is None:
                raise AttemptGone("nothing waits for this state in this browser")
            if attempt.member_id is not None and attempt.member_id != present_id:
                raise AttemptGone("somebody else is signed in than who began to add an account")
            identity = self.provider.identify(answer)
            if attempt.member_id is not None:
                self._add(attempt.member_id, identity)
                return Arrival(None)
            if present_id is not None and attempt.link_digest is None and not self._service.is_proof(identity.proved_at):
                raise ProofTooOld("the provider let somebody through who signed in there long ago")
            return Arrival(self._sign_in(identity, attempt, visit), attempt.next_path)
        except (Refused, OutsideError) as refused:
            self._service.failed(Way.OIDC, refused, present_id)
            raise

    def of(self, member_id: str) -> Sequence[IdentityLine]:
        """Return the accounts elsewhere with which somebody signs in, the oldest first."""
        query = select(StaffIdentity).where(StaffIdentity.member_id == member_id).order_by(StaffIdentity.created_at)
        with self._database.reading() as session:
            rows = session.scalars(query).all()
        lines = []
        for row in rows:
            current = self.provider.there and row.issuer == self.provider.issuer
            where = self.provider.name if current else urlsplit(row.issuer).netloc
            lines.append(IdentityLine(row.id, where, current, row.created_at, row.used_at))
        return lines

    def remove(self, member_id: str, identity_id: str) -> bool:
        """Let an account elsewhere sign somebody in no more; return whether it did."""
        gone = (
            delete(StaffIdentity)
            .where(StaffIdentity.member_id == member_id, StaffIdentity.id == identity_id)
            .returning(StaffIdentity.id)
        )
        with self._database.session() as session:
            found = session.scalar(gone) is not None
            if found:
                self._audit.done(session, member_id, "signin.remove_account", identity_id)
        return found

    def _sign_in(self, identity: Identity, attempt: Attempt, visit: Visit) -> OpenedSession:
        try:
            with self._database.session() as session:
                known = _find(session, identity)
                if attempt.link_digest is not None:
                    member_id = self._links.use(session, attempt.link_digest)
                    if known is None:
                        self._bind(session, member_id, identity)
                    elif known.member_id != member_id:
                        raise IdentityTaken("the account is another member's")
                elif known is None:
                    raise SubjectUnknown("nobody of the staff has this account")
                else:
                    member_id = known.member_id
                    if session.get_one(Member, member_id).disabled_at is not None:
                        raise AccountClosed("this member of the staff is disabled")
                if known is not None:
                    known.used_at = self._clock()
                return self._service.open(session, member_id, Way.OIDC, visit, identity.proved_at)
        except IntegrityError:
            raise IdentityTaken("the account was added a moment ago") from None

    def _add(self, member_id: str, identity: Identity) -> None:
        try:
            with self._database.session() as session:
                known = _find(session, identity)
                if known is None:
                    self._bind(session, member_id, identity)
                elif known.member_id != member_id:
                    raise IdentityTaken("the account is another member's")
        except IntegrityError:
            raise IdentityTaken("the account was added a moment ago") from None

    def _bind(self, session: Session, member_id: str, identity: Identity) -> None:
        now = self._clock()
        row = StaffIdentity(
            id=new_id(), member_id=member_id, issuer=identity.issuer, subject=identity.subject, created_at=now, used_at=now
        )
        session.add(row)
        session.flush()
        self._audit.done(session, member_id, "signin.add_account", row.id)


def _find(session: Session, identity: Identity) -> StaffIdentity | None:
    return session.scalar(
        select(StaffIdentity).where(StaffIdentity.issuer == identity.issuer, StaffIdentity.subject == identity.subject)
    )
