"""The launch: verified wholly, then consumed once and remembered, in one transaction with whatever follows from it.

Nothing is stored before everything holds: a refused launch leaves no account, no course, no session, and its state as
it was. `LaunchState` goes from pending to consumed by one conditional UPDATE: of two equal posts exactly one wins.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, update
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.courses.service import CourseService
from lti_tool.courses.words import reduce_locale
from lti_tool.database import Database
from lti_tool.ids import digest
from lti_tool.launch.claims import LaunchClaims, MessageType
from lti_tool.launch.cookies import browser_cookie
from lti_tool.launch.errors import (
    CookieMissing,
    CookiesOff,
    LaunchExpired,
    LaunchRefused,
    OtherBrowser,
    PlatformRefused,
    StateUnknown,
    StateUsed,
    StorageUnproven,
    TokenUnreadable,
    TrainersOnly,
)
from lti_tool.launch.exchange import Expected
from lti_tool.launch.facts import facts_of, role_of, shown_by
from lti_tool.launch.login import Announced, LoginDesk, check_status
from lti_tool.launch.models import DeepLinkingRequest, Layer
from lti_tool.launch.pylti import LaunchVerifier
from lti_tool.launch.reviews import reviewed_account, reviewed_placement
from lti_tool.launch.sessions import Opened, Seat, SessionService
from lti_tool.launch.states import consume_state, delete_states, find_state
from lti_tool.launch.storage import PARENT, VALUE, ForStorage, Unproven, storage_key
from lti_tool.launch.traces import TraceNotWritten, TraceService
from lti_tool.platforms.keysets import PlatformKeys
from lti_tool.platforms.models import Platform
from lti_tool.platforms.recognition import recognise
from lti_tool.platforms.service import PlatformInfo, PlatformService
from lti_tool.statements import Statement
from mappings.roles import Role, administers_platform, is_test_user

CHOOSING_TIME = timedelta(hours=4)
"""How long a trainer may take to choose what to embed."""
NEVER = datetime.min.replace(tzinfo=UTC)
NOTED_EVERY = timedelta(minutes=1)
"""When a platform was launched from last is kept by the minute: launches need not wait for each other."""
STATES_KEPT = timedelta(days=1)
"""How long an old state stays, so that a page that is opened again says why it no longer works."""
_KNOWN_ERRORS = frozenset(
    (
        "access_denied",
        "account_selection_required",
        "consent_required",
        "interaction_required",
        "invalid_request",
        "invalid_request_object",
        "invalid_scope",
        "launch_no_longer_valid",
        "login_required",
        "server_error",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_response_type",
    )
)


@dataclass(frozen=True)
class Launch:
    """One verified launch: who, where, as what."""

    message_type: MessageType
    platform: PlatformInfo
    account_id: str
    person_id: str
    course_id: str
    placement_id: str | None
    role: Role
    custom: Mapping[str, str]
    deep_linking_id: str | None
    reviewed_id: str | None = None
    """The account whose work a submission review asks for; None when it is somebody who never was here."""


@dataclass(frozen=True)
class Destination:
    """A page of the tool: the name of its endpoint and the values in its address."""

    endpoint: str
    values: Mapping[str, Any]


LaunchFollower = Callable[[Session, Launch], Destination | None]
"""Called in the launch's transaction; it may say where the launch leads, else that is the placement's own page."""


@dataclass(frozen=True)
class Landed:
    """What a launch led to: the launch, the session it opened and the page it is for."""

    launch: Launch
    session: Opened
    page: Destination
    layer: Layer = Layer.COOKIE


@dataclass(frozen=True)
class Pending:
    """A login that waits for its launch, and its platform."""

    expected: Expected
    state_digest: str
    platform: PlatformInfo
    layer: Layer
    storage_target: str | None
    proven: bool
    """Whether the browser showed the login's secret; only a page that asks the platform's storage may still owe it."""
    deployment_known: bool
    """Whether the deployment that the login named is registered."""


class LaunchService:
    """Logins and launches.

    Args:
        settings: our own address and lifetimes.
        database: where states, sessions and requests are.
        clock: the time.
        platforms: the registrations.
        keys: the platforms' public keys.
        courses: learns who and where.
        sessions: opens the session.
        traces: keeps what became of it.
        followers: called in the launch's transaction, in this order.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        platforms: PlatformService,
        keys: PlatformKeys,
        courses: CourseService,
        sessions: SessionService,
        traces: TraceService,
        followers: Sequence[LaunchFollower] = (),
    ) -> None:
        self.cookie = browser_cookie(settings)
        self._database = database
        self._clock = clock
        self._platforms = platforms
        self._courses = courses
        self._sessions = sessions
        self._traces = traces
        self._followers = tuple(followers)
        self._noted: dict[str, datetime] = {}
        self._verifier = LaunchVerifier(settings, keys, clock)
        self._login = LoginDesk(settings, database, clock, platforms, self._verifier)

    def read_login(self, params: Mapping[str, str]) -> Announced:
        """Read a login and find its platform. Raises LaunchRefused; see `LoginDesk.read`."""
        return self._login.read(params)

    def answer_login(self, announced: Announced, browser: str, layer: Layer = Layer.COOKIE) -> str:
        """Keep a login's state and return where to send the browser. Raises LaunchRefused; see `LoginDesk.answer`."""
        return self._login.answer(announced, browser, layer)

    def answer_into_storage(self, announced: Announced) -> ForStorage:
        """Keep a login's state for the platform's storage. Raises LaunchRefused; see `LoginDesk.answer_into_storage`."""
        return self._login.answer_into_storage(announced)

    def launch(self, form: Mapping[str, str], browser: str | None, session_secret: str | None) -> Landed:
        """Verify a launch and open its session.

        Args:
            form: what was posted to the launch URL; by our own page also what the platform's storage held.
            browser: the secret in the browser's own cookie, if it sent one.
            session_secret: the secret in its session cookie, if it sent one.

        Raises:
            LaunchRefused: it does not hold; nothing was stored.
            StorageUnproven: it holds, and the platform's storage has still to be asked; nothing was stored.
        """
        pending = self._find(form.get("state") or "", browser, form.get(VALUE), error=form.get("error"))
        try:
            claims = self._verified(pending, form.get("id_token") or "")
            if not pending.proven:
                raise StorageUnproven("the platform's storage did not answer", _unproven(pending, claims))
            present = None if pending.layer is Layer.STORAGE else session_secret
            try:
                return self._follow(pending, claims, present)
            except TraceNotWritten:
                return self._follow(pending, claims, present, traced=False)
        except LaunchRefused as refused:
            refused.platform, refused.layer = pending.platform, pending.layer
            raise

    def clean_up(self) -> int:
        """Delete the states of a day ago and return how many; `SessionService.clean_up` deletes the sessions."""
        old = self._clock() - STATES_KEPT
        with self._database.session() as session:
            return delete_states(session, old)

    def _find(self, state: str, browser: str | None, stored: str | None, *, error: str | None) -> Pending:
        """Return the login that a launch belongs to, without changing it."""
        found = find_state(self._database, digest(state)) if state else None
        row, platform = found or (None, None)
        try:
            if error:
                raise PlatformRefused(f"the platform answered {error if error in _KNOWN_ERRORS else 'an error'}")
            if row is None or platform is None:
                raise StateUnknown("no such state")
            secret = stored if row.layer == Layer.STORAGE else browser
            if secret is None and row.layer != Layer.STORAGE:
                missing = CookiesOff if row.layer == Layer.WINDOW else CookieMissing
                raise missing("the browser cookie did not come back")
            if secret is not None and digest(secret) != row.browser_digest:
                raise OtherBrowser("the login was begun in another browser")
            if row.consumed_at is not None:
                raise StateUsed("this state was used")
            if row.expires_at <= self._clock():
                raise LaunchExpired("the login is too old")
            check_status(platform)
        except LaunchRefused as refused:
            refused.platform, refused.layer = platform, Layer(row.layer) if row else None
            raise
        expected = Expected(state, row.nonce_digest, row.target_link_uri, row.deployment_id)
        return Pending(
            expected,
            row.state_digest,
            platform,
            Layer(row.layer),
            row.storage_target,
            proven=secret is not None,
            deployment_known=row.known_deployment is not None,
        )

    def _verified(self, pending: Pending, id_token: str) -> LaunchClaims:
        if not id_token:
            raise TokenUnreadable("no id_token")
        platform = pending.platform

        def known(deployment_id: str) -> bool:
            if pending.deployment_known and deployment_id == pending.expected.deployment_id:
                return True
            with self._database.reading() as session:
                return self._platforms.knows_deployment(session, platform.id, deployment_id)

        claims = self._verifier.verify(id_token, pending.expected, platform, known)
        if claims.message_type == MessageType.DEEP_LINKING and role_of(claims) is not Role.TRAINER:
            raise TrainersOnly("a deep-linking request of somebody who is no trainer in the course")
        return claims

    def _follow(self, pending: Pending, claims: LaunchClaims, session_secret: str | None, *, traced: bool = True) -> Landed:
        platform, role = pending.platform, role_of(claims)
        administers = administers_platform(claims.roles) and not is_test_user(claims.roles)
        now = self._clock()
        with self._database.session() as session:
            if not consume_state(session, pending.state_digest, now):
                check_status(self._platforms.of(session, platform.id))
                raise StateUsed("this state was used a moment ago")
            recognise(session, platform, shown_by(claims))
            learned = self._courses.learn(session, facts_of(claims, platform, role))
            return_url = claims.presentation.return_url if claims.presentation else None
            seat = Seat(learned.course_id, role, return_url, administers=administers)
            opened = self._sessions.open(session, learned.account_id, seat, session_secret)
            launch = Launch(
                message_type=MessageType(claims.message_type),
                platform=platform,
                account_id=learned.account_id,
                person_id=learned.person_id,
                course_id=learned.course_id,
                placement_id=learned.placement_id,
                role=role,
                custom=claims.custom,
                deep_linking_id=None,
            )
            if launch.message_type is MessageType.SUBMISSION_REVIEW:
                placement_id = reviewed_placement(session, claims, learned)
                reviewed_id = reviewed_account(session, claims, platform.id)
                launch = replace(launch, placement_id=placement_id, reviewed_id=reviewed_id)
            if launch.message_type is MessageType.DEEP_LINKING:
                launch = replace(launch, deep_linking_id=self._await_choice(session, claims, launch, opened, now))
            said = [follower(session, launch) for follower in self._followers]
            noting = now - self._noted.get(platform.id, NEVER) >= NOTED_EVERY
            if noting:
                _NOTE.rows(session.connection(), {"platform": platform.id, "now": now, "before": now - NOTED_EVERY})
            if traced:
                self._traces.launched(
                    session, platform.id, message=claims.message_type, role=role, layer=pending.layer, now=now
                )
        if noting:
            self._noted[platform.id] = now
        return Landed(launch, opened, next(filter(None, said), _own_page(launch)), pending.layer)

    @staticmethod
    def _await_choice(session: Session, claims: LaunchClaims, launch: Launch, opened: Opened, now: datetime) -> str:
        request = DeepLinkingRequest(
            session_id=opened.session_id,
            platform_id=launch.platform.id,
            deployment_id=claims.deployment_id,
            course_id=launch.course_id,
            settings=claims.deep_linking or {},
            created_at=now,
            expires_at=now + CHOOSING_TIME,
        )
        session.add(request)
        session.flush()
        return request.id


# Made once: to build a statement costs more than to run it.
_NOTE = Statement(
    update(Platform)
    .where(
        Platform.id == bindparam("platform"),
        or_(Platform.last_launch_at.is_(None), Platform.last_launch_at < bindparam("before")),
    )
    .values(last_launch_at=bindparam("now"))
)


def _own_page(launch: Launch) -> Destination:
    """Return where a launch leads when no follower says otherwise."""
    if launch.message_type is MessageType.DEEP_LINKING:
        return Destination("embedding.picker", {"request_id": launch.deep_linking_id or ""})
    if launch.message_type is MessageType.SUBMISSION_REVIEW:
        return Destination("training.reviewed", {"placement_id": launch.placement_id, "account_id": launch.reviewed_id})
    return Destination("training.placement", {"placement_id": launch.placement_id or ""})


def _unproven(pending: Pending, claims: LaunchClaims) -> Unproven:
    presentation, request = claims.presentation, claims.deep_linking or {}
    answer_url = request.get("deep_link_return_url")
    return Unproven(
        platform=pending.platform,
        key=storage_key(pending.expected.state),
        target=pending.storage_target or PARENT,
        locale=reduce_locale(presentation.locale) if presentation else None,
        return_url=presentation.return_url if presentation else None,
        answer_url=answer_url if isinstance(answer_url, str) else None,
    )
