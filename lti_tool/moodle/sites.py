"""Connecting a platform's Moodle by a web service token, and a client for what was connected.

The site must be the platform itself: its wwwroot is the issuer of its launches (measured), and only then is a launch's
`sub` a user id of that Moodle, which is all that connects people here to people there.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from lti_tool.allowance import Allowance
from lti_tool.clock import Clock
from lti_tool.courses.models import Course
from lti_tool.courses.upsert import insert_unless_there
from lti_tool.database import Database
from lti_tool.errors import IccError
from lti_tool.moodle.errors import NoMoodle, NotConnected, NotUsable
from lti_tool.moodle.models import MoodleCourse, MoodleSite
from lti_tool.moodle.problems import ADDRESS, OF_THE_SITE, WRONG_ADDRESS, code_of
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.service import PlatformService
from lti_tool.vault import Vault
from moodle_client import NO_RETRIES, Manners, MoodleClient, MoodleError, SiteInfo

log = structlog.get_logger(__name__)

TRIES_A_MINUTE = 6
"""Of one platform, on pages: nobody guesses tokens here."""
IN_A_HURRY = Manners(timeout=(5.0, 15.0), retry=NO_RETRIES)
"""For pages, where somebody waits."""


@dataclass(frozen=True)
class Connected:
    """A connected Moodle, as far as may be shown."""

    platform_id: str
    url: str
    user_id: int
    release: str
    connected_at: datetime
    checked_at: datetime | None
    problem: str | None
    """Code of what is wrong with it (`moodle.problems`); None: it answered last time."""


class MoodleSites:
    """The connected Moodles.

    Args:
        database: its own short transactions.
        vault: encrypts the tokens at rest.
        clock: the time.
        platforms: registrations by id.
        outgoing: connects where we may.
        allow_http: also an address without https (demo and labs).
        manners: time-outs and retries of the client; its own by default.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        platforms: PlatformService,
        outgoing: Outgoing,
        *,
        allow_http: bool = False,
        manners: Manners | None = None,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._platforms = platforms
        self._outgoing = outgoing
        self._allow_http = allow_http
        self._manners = manners
        self._allowance = Allowance(TRIES_A_MINUTE, clock)

    def connect(self, platform_id: str, token: str, url: str | None = None, *, manners: Manners | None = None) -> Connected:
        """Ask a Moodle who the token belongs to, and keep the token, encrypted; it takes the place of an earlier one.

        Args:
            platform_id: the registration.
            token: the web service token.
            url: the site's address; the platform's issuer by default, which it has to be.
            manners: other time-outs and retries than usual.

        Raises:
            PlatformUnknown: no such platform.
            NoMoodle: the platform is no Moodle, the address is not the platform's, or the token is none.
            NotUsable: the site did not accept the token, or did not answer as a Moodle.
        """
        platform = self._platforms.get(platform_id)
        if not platform.profile.web_services:
            raise NoMoodle(f"platform {platform_id} is registered as {platform.family}: it has no web services to connect")
        url = (url or platform.issuer).strip().rstrip("/")
        if not _same(url, platform.issuer):
            raise NoMoodle(f"expected the address of the platform itself, {platform.issuer}", field="url")
        info = self._introduce(url, token, manners)
        if not _same(info.url, platform.issuer):
            raise NotUsable(WRONG_ADDRESS, f"the Moodle there says that it is {info.url}, not {platform.issuer}")
        now = self._clock()
        found = {
            "url": url,
            "token_sealed": self._vault.encrypt(token.strip()),
            "user_id": info.user_id,
            "release": info.release[:100],
            "connected_at": now,
            "checked_at": now,
            "problem": None,
            "fails": 0,
            "paused_until": None,
        }
        with self._database.session() as session:
            if not insert_unless_there(session, MoodleSite, {"platform_id": platform_id, **found}):
                row = session.get_one(MoodleSite, platform_id, with_for_update=True)
                for name, value in found.items():
                    setattr(row, name, value)
            connected = _shown(session.get_one(MoodleSite, platform_id, populate_existing=True))
        with self._database.session() as session:
            # what waited for a token, or for a better one, waits no longer
            of_platform = select(Course.id).where(Course.platform_id == platform_id)
            session.execute(
                update(MoodleCourse).where(MoodleCourse.course_id.in_(of_platform)).values(next_sync_at=now, fails=0)
            )
        log.info("moodle.connected", platform=platform_id, user=info.user_id)
        return connected

    def connect_for_page(self, platform_id: str, token: str) -> Connected | int:
        """Connect as somebody on a page asks, who waits for it; return the seconds to wait when that was tried too often.

        Raises as `connect`.
        """
        return self._allowance.take(platform_id) or self.connect(platform_id, token, manners=IN_A_HURRY)

    def disconnect(self, platform_id: str) -> None:
        """Forget a token. What was read stays, and so do the mappings: a new token goes on with them.

        Raises:
            NotConnected: there is none.
        """
        with self._database.session() as session:
            session.delete(self._row(session, platform_id))
        log.info("moodle.disconnected", platform=platform_id)

    def get(self, platform_id: str) -> Connected:
        """Return a connected Moodle. Raises NotConnected."""
        with self._database.reading() as session:
            return _shown(self._row(session, platform_id))

    def list(self) -> Sequence[Connected]:
        """Return all connected Moodles, the oldest first."""
        with self._database.reading() as session:
            return [_shown(row) for row in session.scalars(select(MoodleSite).order_by(MoodleSite.connected_at))]

    @contextmanager
    def client(self, platform_id: str, *, manners: Manners | None = None) -> Iterator[MoodleClient]:
        """Open a client of a connected Moodle, for a `with`; not within a transaction. Its own errors pass through.

        Args:
            manners: other time-outs and retries than usual.

        Raises:
            NotConnected: the platform has no token here.
            MoodleError: as the client says; a problem of the whole site is remembered.
        """
        with self._database.reading() as session:
            row = self._row(session, platform_id)
            url, token = row.url, self._vault.decrypt(row.token_sealed)
        try:
            with self._open(url, token, manners) as client:
                yield client
        except MoodleError as error:
            if code_of(error) in OF_THE_SITE:
                self.remember(platform_id, code_of(error))
            raise

    def remember(self, platform_id: str, problem: str | None) -> None:
        """Keep what is wrong with a site as a whole; None: it answers as it should. Courses wait no longer then."""
        now = self._clock()
        with self._database.session() as session:
            row = session.get(MoodleSite, platform_id, with_for_update=True)
            if row is not None:
                row.problem, row.checked_at = problem, now
                if problem is None:
                    row.fails, row.paused_until = 0, None

    def _introduce(self, url: str, token: str, manners: Manners | None = None) -> SiteInfo:
        try:
            with self._open(url, token, manners) as client:
                return client.site.info()
        except ValueError:
            raise NoMoodle("this is not a web service token", field="token") from None
        except MoodleError as error:
            raise NotUsable(code_of(error), str(error)) from None
        except IccError as error:
            raise NotUsable(ADDRESS, error.detail) from None

    @contextmanager
    def _open(self, url: str, token: str, manners: Manners | None = None) -> Iterator[MoodleClient]:
        manners = manners or self._manners
        with (
            self._outgoing.session() as session,
            MoodleClient(url, token, allow_http=self._allow_http, manners=manners, session=session) as client,
        ):
            yield client

    @staticmethod
    def _row(session: Session, platform_id: str) -> MoodleSite:
        row = session.get(MoodleSite, platform_id)
        if row is None:
            raise NotConnected(f"platform {platform_id} has no token for its web services")
        return row


def _shown(row: MoodleSite) -> Connected:
    return Connected(row.platform_id, row.url, row.user_id, row.release, row.connected_at, row.checked_at, row.problem)


def _same(url: str, issuer: str) -> bool:
    return url.strip().rstrip("/").casefold() == issuer.strip().rstrip("/").casefold()
