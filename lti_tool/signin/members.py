"""Who belongs to the staff: added, given roles, switched off and on. Every change stands in the audit trail."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.audit import AuditTrail
from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import Invalid, NotFound
from lti_tool.ids import new_id
from lti_tool.platforms.fields import text_field
from lti_tool.signin.links import Link, SignInLinks
from lti_tool.signin.models import Member, Passkey, StaffIdentity, StaffSession
from lti_tool.signin.roles import Role, StaffMember, roles_of
from lti_tool.signin.sessions import StaffSessions

COMMAND_LINE = "command-line"
"""Who does what is done on the command line, in the audit trail."""
LONGEST_NAME = 200


@dataclass(frozen=True)
class MemberLine:
    """Somebody of the staff with how things stand, as an operator sees it."""

    id: str
    name: str
    roles: frozenset[Role]
    created_at: datetime
    disabled_at: datetime | None
    passkeys: int
    identities: int
    sessions: int
    """That are kept, open or not yet cleaned up."""
    seen_at: datetime | None
    """When a session of theirs was used last, of those that are kept."""

    def row(self) -> dict[str, object]:
        """Return it as a row for a table."""
        return {
            "id": self.id,
            "name": self.name,
            "roles": [str(role) for role in sorted(self.roles)],
            "state": "disabled" if self.disabled_at else "active",
            "passkeys": self.passkeys,
            "accounts": self.identities,
            "sessions": self.sessions,
            "seen_at": self.seen_at,
        }


class StaffService:
    """Adds members of the staff and changes what they may.

    Args:
        database: where they are.
        clock: the time.
        audit: every change is noted there.
        sessions: of whom may no longer do something, are ended.
        links: with which somebody new gets in.
    """

    def __init__(
        self, database: Database, clock: Clock, audit: AuditTrail, sessions: StaffSessions, links: SignInLinks
    ) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit
        self._sessions = sessions
        self._links = links

    def invite(self, name: str, roles: Iterable[str], by: str = COMMAND_LINE) -> tuple[StaffMember, Link]:
        """Add somebody, with a one-time link that signs them in.

        Args:
            name: how colleagues call them.
            roles: words of `signin.roles.Role`; at least one.
            by: the operator's id.

        Raises:
            Invalid: the name or a role is wrong; `field` names it.
        """
        member = StaffMember(new_id(), text_field("name", name, LONGEST_NAME), _some(roles))
        with self._database.session() as session:
            row = Member(id=member.id, name=member.name, roles=_kept(member.roles), created_at=self._clock())
            session.add(row)
            session.flush()
            link = self._links.make(session, member.id, by)
            self._audit.done(session, by, "signin.invite", member.id)
        return member, link

    def link(self, member_id: str, by: str = COMMAND_LINE) -> Link:
        """Make a new one-time link for somebody, in the place of an unused one.

        Raises:
            NotFound: nobody has this id.
            Invalid: this person is switched off.
        """
        with self._database.session() as session:
            row = self._row(session, member_id)
            if row.disabled_at is not None:
                raise Invalid(
                    "this person is disabled; enable them first",
                    explanation=_l("De toegang van deze persoon staat uit. Zet die eerst aan."),
                    field="member",
                )
            link = self._links.make(session, member_id, by)
            self._audit.done(session, by, "signin.make_link", member_id)
        return link

    def give_roles(self, member_id: str, roles: Iterable[str], by: str = COMMAND_LINE) -> StaffMember:
        """Give somebody these roles and no others; they count from the next page on.

        Raises:
            NotFound: nobody has this id.
            Invalid: a role is wrong, or nobody would be operator any more.
        """
        given = _some(roles)
        with self._database.session() as session:
            everybody = self._everybody(session)
            row = _one_of(everybody, member_id)
            if Role.OPERATOR not in given:
                _keep_an_operator(everybody, row)
            row.roles = _kept(given)
            self._audit.done(session, by, f"signin.roles:{'+'.join(row.roles)}", member_id)
            return StaffMember(row.id, row.name, given)

    def disable(self, member_id: str, by: str = COMMAND_LINE) -> None:
        """Let somebody in no more: their sessions end at once. Nothing of them is deleted.

        Raises:
            NotFound: nobody has this id.
            Invalid: nobody would be operator any more.
        """
        with self._database.session() as session:
            everybody = self._everybody(session)
            row = _one_of(everybody, member_id)
            if row.disabled_at is None:
                _keep_an_operator(everybody, row)
                row.disabled_at = self._clock()
                self._sessions.end(session, member_id)
                self._audit.done(session, by, "signin.disable", member_id)

    def let_go(self, session: Session, member_id: str) -> None:
        """See, in the transaction that erases somebody, that they may go; the whole staff is held until it ends.

        Raises:
            NotFound: nobody has this id.
            Invalid: nobody would be operator any more.
        """
        everybody = self._everybody(session)
        _keep_an_operator(everybody, _one_of(everybody, member_id))

    def enable(self, member_id: str, by: str = COMMAND_LINE) -> None:
        """Let somebody in again. Raises NotFound when nobody has this id."""
        with self._database.session() as session:
            row = self._row(session, member_id)
            if row.disabled_at is not None:
                row.disabled_at = None
                self._audit.done(session, by, "signin.enable", member_id)

    def end_sessions(self, member_id: str, by: str = COMMAND_LINE) -> int:
        """End all sessions of somebody and return how many that were. Raises NotFound when nobody has this id."""
        with self._database.session() as session:
            self._row(session, member_id)
            count = self._sessions.end(session, member_id)
            self._audit.done(session, by, "signin.end_sessions", member_id)
        return count

    def list(self) -> Sequence[MemberLine]:
        """Return everybody, by name; who is switched off comes last."""
        counts = [
            select(func.count()).where(kind.member_id == Member.id).scalar_subquery()
            for kind in (Passkey, StaffIdentity, StaffSession)
        ]
        seen = select(func.max(StaffSession.seen_at)).where(StaffSession.member_id == Member.id).scalar_subquery()
        query = select(Member, *counts, seen).order_by(Member.disabled_at.is_not(None), func.lower(Member.name), Member.id)
        with self._database.reading() as session:
            return [
                MemberLine(
                    row.id,
                    row.name,
                    roles_of(row.roles),
                    row.created_at,
                    row.disabled_at,
                    passkeys,
                    identities,
                    sessions,
                    at,
                )
                for row, passkeys, identities, sessions, at in session.execute(query)
            ]

    def show(self, member_id: str) -> MemberLine:
        """Return one of the staff. Raises NotFound when nobody has this id."""
        found = next((line for line in self.list() if line.id == member_id), None)
        if found is None:
            raise NotFound("nobody of the staff has this id")
        return found

    @staticmethod
    def _everybody(session: Session) -> dict[str, Member]:
        """Return the whole staff, locked, so that two operators cannot switch each other off at the same moment."""
        return {row.id: row for row in session.scalars(select(Member).order_by(Member.id).with_for_update())}

    @staticmethod
    def _row(session: Session, member_id: str) -> Member:
        found = session.get(Member, member_id, with_for_update=True)
        if found is None:
            raise NotFound("nobody of the staff has this id")
        return found


def _one_of(everybody: Mapping[str, Member], member_id: str) -> Member:
    if member_id not in everybody:
        raise NotFound("nobody of the staff has this id")
    return everybody[member_id]


def _keep_an_operator(everybody: Mapping[str, Member], leaving: Member) -> None:
    others = [row for row in everybody.values() if row is not leaving and row.disabled_at is None]
    if Role.OPERATOR in leaving.roles and not any(Role.OPERATOR in row.roles for row in others):
        raise Invalid(
            "this is the last operator; make somebody else operator first",
            explanation=_l("Dit is de laatste beheerder. Maak eerst iemand anders beheerder."),
            field="roles",
        )


def _some(words: Iterable[str]) -> frozenset[Role]:
    found = roles_of(words)
    if not found:
        raise Invalid("roles: at least one is needed", explanation=_l("Kies minstens één rol."), field="roles")
    return found


def _kept(roles: Iterable[Role]) -> list[str]:
    return sorted(role.value for role in roles)
