"""The session that a launch opens: a row in the database, found by the secret in the browser's cookie.

In a frame without cookies the page itself holds the secret (`frame_session`).

It holds one account and its seats: which role a launch showed in which course. Rights rest on the seats of the last
hours, not on what somebody once was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import g, request
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.courses.models import Account, Person
from lti_tool.courses.upsert import insert_or_update
from lti_tool.database import Database
from lti_tool.errors import NotAllowed, NotFound, SessionExpired
from lti_tool.ids import digest, new_id, new_secret
from lti_tool.launch.cookies import ENDED_KEPT, session_cookie
from lti_tool.launch.frame_session import SECRET, session_secret
from lti_tool.launch.login import check_status
from lti_tool.launch.models import SessionSeat, ToolSession
from lti_tool.launch.viewer import OtherViewers, Viewer
from lti_tool.platforms.models import Platform
from lti_tool.platforms.recognition import origins_of
from lti_tool.platforms.service import INFO_COLUMNS, PlatformInfo, info_of_values
from lti_tool.registry import find, use
from lti_tool.statements import Statement
from lti_tool.web.own_window import stands_alone
from mappings.roles import Role

__all__ = [
    "Ended",
    "Opened",
    "Seat",
    "SessionService",
    "Viewer",
    "current_administrator",
    "current_viewer",
    "framers",
    "session_id_of_request",
]


@dataclass(frozen=True)
class Ended:
    """Where somebody came from whose session has ended: all that is left of it."""

    platform: PlatformInfo
    locale: str
    course_url: str | None
    """Of the newest launch; None when the platform did not say."""


@dataclass(frozen=True)
class Seat:
    """What one launch shows of the account: its role in a course, and whether it administers the whole platform."""

    course_id: str
    role: Role
    return_url: str | None
    administers: bool = False


@dataclass(frozen=True)
class Opened:
    """A session that is open, with the secret for the browser's cookie."""

    session_id: str
    secret: str

    def __repr__(self) -> str:
        return f"Opened(session_id={self.session_id!r}, …)"


class SessionService:
    """Opens, finds and ends sessions.

    Args:
        settings: `session_hours` after the last launch a session ends.
        database: where the sessions are.
        clock: the time.
    """

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self.cookie = session_cookie(settings)
        self._life = timedelta(hours=settings.session_hours)
        self._default_locale = settings.default_locale
        self._database = database
        self._clock = clock

    def open(self, session: Session, account_id: str, seat: Seat, present: str | None) -> Opened:
        """Open a session for a launch: keep the browser's if it is the same account's, replace it if it is another's.

        Args:
            present: the secret that the browser's session cookie holds, if any.
        """
        now = self._clock()
        ends = now + self._life
        connection = session.connection()
        found = _PRESENT.first(connection, {"secret_digest": digest(present)}) if present else None
        if found is not None and present is not None and found.account_id == account_id and found.expires_at > now:
            _RENEW.rows(connection, {"session_id": found.id, "expires_at": ends, "administers": seat.administers})
            opened = Opened(found.id, present)
        else:
            if found is not None:
                _END.rows(connection, {"session_id": found.id})
            opened = Opened(new_id(), new_secret())
            key = {"id": opened.session_id, "secret_digest": digest(opened.secret), "account_id": account_id}
            _NEW.rows(connection, {**key, "administers": seat.administers, "created_at": now, "expires_at": ends})
        row = {"session_id": opened.session_id, "course_id": seat.course_id}
        shown = {"role": seat.role.value, "return_url": seat.return_url, "launched_at": now}
        insert_or_update(session, SessionSeat, {**row, **shown})
        return opened

    def load(self, secret: str | None) -> Viewer:
        """Return who the secret of a session cookie belongs to.

        Raises:
            SessionExpired: nobody (any more).
            PlatformDisabled: the connection with the person's learning environment was switched off.
        """
        if not secret:
            raise SessionExpired("no session cookie")
        now = self._clock()
        key = {"secret_digest": digest(secret), "now": now, "since": now - self._life}
        rows = self._database.run(_VIEWER, key)
        if not rows:
            raise SessionExpired("no such session")
        first = rows[0]
        platform = info_of_values(first[: len(INFO_COLUMNS)])
        check_status(platform)
        seats = [row for row in rows if row.course_id is not None]
        return Viewer(
            session_id=first.session_id,
            maybe_account_id=first.account_id,
            person_id=first.person_id,
            maybe_platform=platform,
            locale=first.locale or self._default_locale,
            administers=first.administers,
            seats={seat.course_id: Role(seat.role) for seat in seats},
            return_urls={seat.course_id: seat.return_url for seat in seats if seat.return_url},
        )

    def ended(self, secret: str | None) -> Ended | None:
        """Return where somebody came from whose session ended within the last day; None for everybody else."""
        if not secret:
            return None
        with self._database.reading() as session:
            row = _ENDED.first(session.connection(), {"secret_digest": digest(secret), "now": self._clock()})
        if row is None:
            return None
        return Ended(info_of_values(row[: len(INFO_COLUMNS)]), row.locale or self._default_locale, row.return_url)

    def launched_from(self, secret: str | None) -> str | None:
        """Return the name of the platform whose launch opened a session that is open or ended within the last day."""
        if not secret:
            return None
        query = (
            select(Platform.name)
            .join(Account, Account.platform_id == Platform.id)
            .join(ToolSession, ToolSession.account_id == Account.id)
            .where(ToolSession.secret_digest == digest(secret))
        )
        with self._database.reading() as session:
            return session.scalar(query)

    def close(self, secret: str | None) -> None:
        """End a session; one that is not there is ended already."""
        if secret:
            with self._database.session() as session:
                session.execute(delete(ToolSession).where(ToolSession.secret_digest == digest(secret)))

    def clean_up(self) -> int:
        """Delete the sessions that ended a day ago, with what hangs on them, and return how many."""
        with self._database.session() as session:
            old = self._clock() - ENDED_KEPT
            ended = delete(ToolSession).where(ToolSession.expires_at <= old).returning(ToolSession.id)
            return len(session.execute(ended).all())


# Made once: to build a statement costs more than to run it.
_PRESENT = Statement(
    select(ToolSession.id, ToolSession.account_id, ToolSession.expires_at)
    .where(ToolSession.secret_digest == bindparam("secret_digest"))
    .with_for_update()
)
_NEW = Statement(insert(ToolSession))
_RENEW = Statement(update(ToolSession).where(ToolSession.id == bindparam("session_id")))
_END = Statement(delete(ToolSession).where(ToolSession.id == bindparam("session_id")))
_VIEWER = Statement(
    select(
        *INFO_COLUMNS,
        ToolSession.id.label("session_id"),
        ToolSession.account_id,
        ToolSession.administers,
        Account.person_id,
        Person.locale,
        SessionSeat.course_id,
        SessionSeat.role,
        SessionSeat.return_url,
    )
    .select_from(ToolSession)
    .join(Account, Account.id == ToolSession.account_id)
    .join(Person, Person.id == Account.person_id)
    .join(Platform, Platform.id == Account.platform_id)
    .outerjoin(SessionSeat, (SessionSeat.session_id == ToolSession.id) & (SessionSeat.launched_at > bindparam("since")))
    .where(ToolSession.secret_digest == bindparam("secret_digest"), ToolSession.expires_at > bindparam("now"))
    .order_by(SessionSeat.launched_at)
)
"""A session with its person and platform, once for each seat of the last hours, or once without any."""


_ENDED = Statement(
    select(*INFO_COLUMNS, Person.locale, SessionSeat.return_url)
    .select_from(ToolSession)
    .join(Account, Account.id == ToolSession.account_id)
    .join(Person, Person.id == Account.person_id)
    .join(Platform, Platform.id == Account.platform_id)
    .join(SessionSeat, SessionSeat.session_id == ToolSession.id)
    .where(ToolSession.secret_digest == bindparam("secret_digest"), ToolSession.expires_at <= bindparam("now"))
    .order_by(SessionSeat.launched_at.desc())
    .limit(1)
)


def current_viewer() -> Viewer:
    """Return who looks at this page, and tell the page: language, who may frame it, and the session of its forms.

    A launch comes first. Where the browser has no session of one, not even one that has just ended, it may be somebody who
    signed in otherwise (`OtherViewers`).

    Raises:
        SessionExpired: there is no valid session.
        PlatformDisabled: the connection with the person's learning environment was switched off.
        Refused: somebody signed in otherwise, whom these pages are not for.
    """
    viewer: Viewer | None = g.get("viewer")
    if viewer is None:
        viewer = g.viewer = _find_viewer()
        g.session_id = viewer.session_id
        if viewer.locale is not None:
            g.locale = viewer.locale
        if viewer.maybe_platform is not None:
            g.frame_ancestors = framers(viewer.maybe_platform, tuple(viewer.return_urls.values()))
            g.platform_name = viewer.maybe_platform.name
        if viewer.return_urls:
            g.back_url = list(viewer.return_urls.values())[-1]
    return viewer


def _find_viewer() -> Viewer:
    sessions = use(SessionService)
    secret = session_secret(request, sessions.cookie)
    try:
        return sessions.load(secret)
    except SessionExpired:
        ended = sessions.ended(secret)
        # a page in a frame says which session it is of, and is nobody else's
        others = find(OtherViewers) if ended is None and SECRET not in request.headers else None
        other = others.find() if others is not None else None
        if other is not None:
            return other
        _lead_back(ended)
        raise


def current_administrator() -> Viewer:
    """Return who looks at this page, as far as the last launch showed an administrator of the whole platform.

    Raises:
        NotFound: it did not.
        SessionExpired, PlatformDisabled: as `current_viewer`.
    """
    viewer = current_viewer()
    if not viewer.administers:
        raise NotFound("no administrator of the platform")
    return viewer


def _lead_back(ended: Ended | None) -> None:
    """Tell the page of an ended session: language, who may frame it, and the way to the course."""
    if ended is not None:
        g.locale, g.back_url = ended.locale, ended.course_url
        g.platform_name, g.frame_ancestors = ended.platform.name, framers(ended.platform)


def session_id_of_request() -> str | None:
    """Return the id of this request's session, if there is a valid one: what form tokens are bound to.

    Pages for everybody ask too: whom the pages of the training are not for is nobody in particular there.
    """
    try:
        return current_viewer().session_id
    except (SessionExpired, NotAllowed, NotFound):
        stands_alone(because_of_who_looks=False)
        return None


def framers(platform: PlatformInfo, pages: Sequence[str] = ()) -> list[str]:
    """Return the origins of a platform that may show our pages in a frame.

    Args:
        pages: addresses of the platform's pages, as verified launches of this session gave them.
    """
    return list(dict.fromkeys((*platform.framers, *origins_of(pages))))
