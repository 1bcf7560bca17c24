"""Clients of the API: made by an operator, known by a token that is shown once.

A token is ``icc_PREFIX_SECRET``. Kept are its prefix, to recognise it, and its digest.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from lti_tool.api.errors import NoToken
from lti_tool.api.models import ApiClient
from lti_tool.audit import note_done
from lti_tool.clock import Clock
from lti_tool.courses.words import clean_words
from lti_tool.database import Database
from lti_tool.errors import Invalid, NotFound
from lti_tool.ids import digest, new_id, new_secret

READ_COHORTS, READ_CERTIFICATES = "read:cohorts", "read:certificates"
WRITE_CERTIFICATES, WEBHOOKS = "write:certificates", "webhooks"
SCOPES: Mapping[str, str] = {
    READ_COHORTS: "cohorts, and how far their participants are (by id, without names)",
    READ_CERTIFICATES: "awards and certificates (without names)",
    WRITE_CERTIFICATES: "issue, revoke and replace certificates",
    WEBHOOKS: "be told of certificates that are issued, revoked or replaced",
}
LONGEST_DAYS = 3 * 366
_TOKEN = re.compile(r"icc_[A-Za-z0-9]{8}_[\w-]{43}", re.ASCII)
_USED_TO = timedelta(minutes=1)


@dataclass(frozen=True)
class Client:
    """A client whose token was good."""

    id: str
    name: str
    scopes: frozenset[str]


@dataclass(frozen=True)
class Made:
    """A client that was just made; the token is never shown again."""

    id: str
    token: str

    def __repr__(self) -> str:
        return f"Made(id={self.id!r}, …)"


class ClientService:
    """Makes, lists, ends and recognises clients.

    Args:
        database: its own short transactions.
        clock: the time.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, name: str, scopes: Collection[str], days: int, *, staff_id: str | None = None) -> Made:
        """Make a client.

        Args:
            name: of the system, for people.
            scopes: of `SCOPES`.
            days: after which its token ends.
            staff_id: of the member of the staff who is signed in; then it stands in the audit trail.

        Raises:
            Invalid: no name, no or unknown scopes, or too many days; `field` is `name`, `scope` or `days`.
        """
        name = clean_words(name, longest=100)
        unknown = set(scopes) - SCOPES.keys()
        if not name:
            raise Invalid("a client needs a name", explanation=_l("Geef het systeem een naam."), field="name")
        if not scopes or unknown:
            raise Invalid(
                f"scopes are {', '.join(SCOPES)}; unknown: {', '.join(sorted(unknown)) or 'none was given'}",
                explanation=_l("Kies minstens één ding dat het systeem mag."),
                field="scope",
            )
        if not 1 <= days <= LONGEST_DAYS:
            raise Invalid(
                f"a token is valid for 1 to {LONGEST_DAYS} days",
                explanation=_l("Een sleutel geldt 1 tot %(most)s dagen.", most=LONGEST_DAYS),
                field="days",
            )
        now, prefix = self._clock(), new_id()[:8]
        token = f"icc_{prefix}_{new_secret()}"
        row = ApiClient(
            id=new_id(),
            name=name,
            prefix=prefix,
            token_digest=digest(token),
            scopes=sorted(set(scopes)),
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        with self._database.session() as session:
            session.add(row)
            if staff_id is not None:
                note_done(session, now, staff_id, "api.client_add", row.id)
        return Made(row.id, token)

    def rows(self) -> Sequence[Mapping[str, object]]:
        """Return all clients without their tokens, the oldest first."""
        now = self._clock()
        with self._database.reading() as session:
            found = session.scalars(select(ApiClient).order_by(ApiClient.created_at, ApiClient.id)).all()
        return [
            {
                "id": one.id,
                "name": one.name,
                "token": f"icc_{one.prefix}_…",
                "scopes": list(one.scopes),
                "state": "revoked" if one.revoked_at else "expired" if one.expires_at <= now else "active",
                "expires": one.expires_at,
                "used": one.used_at,
            }
            for one in found
        ]

    def revoke(self, client_id: str, *, staff_id: str | None = None) -> None:
        """End a client, by its id or the prefix of its token; nothing of what it did changes, and its webhooks stop.

        Args:
            staff_id: of the member of the staff who is signed in; then it stands in the audit trail.

        Raises:
            NotFound: there is none.
        """
        with self._database.session() as session:
            known = (ApiClient.id == client_id) | (ApiClient.prefix == client_id)
            client = session.scalar(select(ApiClient).where(known).with_for_update())
            if client is None:
                raise NotFound(f"there is no client {client_id!r}")
            if client.revoked_at is None:
                client.revoked_at = self._clock()
                if staff_id is not None:
                    note_done(session, client.revoked_at, staff_id, "api.client_revoke", client.id)

    def recognise(self, authorization: str) -> Client:
        """Return whose token an ``Authorization`` header brings.

        Raises:
            NoToken: nobody's.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not _TOKEN.fullmatch(token.strip()):
            raise NoToken("no token")
        now = self._clock()
        with self._database.reading() as session:
            row = session.scalar(select(ApiClient).where(ApiClient.token_digest == digest(token.strip())))
        if row is None or row.revoked_at is not None or row.expires_at <= now:
            raise NoToken("not a token that counts")
        if row.used_at is None or row.used_at <= now - _USED_TO:
            self._note_use(row.id, now)
        return Client(row.id, row.name, frozenset(row.scopes))

    def _note_use(self, client_id: str, now: datetime) -> None:
        with self._database.session() as session:
            session.execute(update(ApiClient).where(ApiClient.id == client_id).values(used_at=now))
