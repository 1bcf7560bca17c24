"""The launch: verified wholly, then consumed once and remembered, in one transaction with whatever follows from it.

Nothing is stored before everything holds: a refused launch leaves no account, no course, no session, and its state as
it was. `LaunchState` goes from pending to consumed by one conditional UPDATE: of two equal posts exactly one wins.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.courses.service import CourseService, LaunchFacts
from lti_tool.database import Database
from lti_tool.ids import digest
from lti_tool.launch.claims import LaunchClaims, MessageType
from lti_tool.launch.cookies import browser_cookie
from lti_tool.launch.errors import (
    CookieMissing,
    LaunchExpired,
    LaunchRefused,
    OtherBrowser,
    PlatformRefused,
    StateUnknown,
    StateUsed,
    TokenUnreadable,
    TrainersOnly,
)
from lti_tool.launch.exchange import Expected
from lti_tool.launch.login import Announced, LoginDesk, check_status
from lti_tool.launch.models import DeepLinkingRequest, LaunchState, Layer
from lti_tool.launch.pylti import LaunchVerifier
from lti_tool.launch.sessions import Opened, Seat, SessionService
from lti_tool.launch.traces import TraceNotWritten, TraceService
from lti_tool.platforms.keysets import PlatformKeys
from lti_tool.platforms.models import Deployment, Platform, PlatformStatus
from lti_tool.platforms.service import INFO_COLUMNS, PlatformInfo, PlatformService, info_of_values
from mappings.roles import Role, course_role, is_test_user

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


@dataclass(frozen=True)
class Destination:
    """A page of the tool: the name of its endpoint and the values in its address."""

    endpoint: str
    values: Mapping[str, str]


LaunchFollower = Callable[[Session, Launch], Destination | None]
"""Called in the launch's transaction; it may say where the launch leads, else that is the placement's own page."""


@dataclass(frozen=True)
class Landed:
    """What a launch led to: the launch, the session it opened and the page it is for."""

    launch: Launch
    session: Opened
    page: Destination


@dataclass(frozen=True)
class Pending:
    """A login that waits for its launch, and its platform."""

    expected: Expected
    state_digest: str
    platform: PlatformInfo
    layer: Layer
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

    def answer_login(self, announced: Announced, browser: str) -> str:
        """Keep a login's state and return where to send the browser. Raises LaunchRefused; see `LoginDesk.answer`."""
        return self._login.answer(announced, browser)

    def launch(self, form: Mapping[str, str], browser: str | None, session_secret: str | None) -> Landed:
        """Verify a launch and open its session.

        Args:
            form: what was posted to the launch URL.
            browser: the secret in the browser's own cookie, if it sent one.
            session_secret: the secret in its session cookie, if it sent one.

        Raises:
            LaunchRefused: it does not hold; nothing was stored.
        """
        pending = self._find(form.get("state") or "", browser, error=form.get("error"))
        id_token = form.get("id_token") or ""
        try:
            try:
                return self._follow(pending, id_token, session_secret)
            except TraceNotWritten:
                return self._follow(pending, id_token, session_secret, traced=False)
        except LaunchRefused as refused:
            refused.platform, refused.layer = pending.platform, pending.layer
            raise

    def clean_up(self) -> int:
        """Delete the states of a day ago and return how many; `SessionService.clean_up` deletes the sessions."""
        old = self._clock() - STATES_KEPT
        with self._database.session() as session:
            gone = session.execute(
                delete(LaunchState).where(LaunchState.expires_at <= old).returning(LaunchState.state_digest)
            )
            return len(gone.all())

    def _find(self, state: str, browser: str | None, *, error: str | None) -> Pending:
        """Return the login that a launch belongs to, without changing it."""
        row = None
        if state:
            with self._database.reading() as session:
                row = session.connection().execute(_PENDING, {"state": digest(state)}).first()
        platform = info_of_values(row[: len(INFO_COLUMNS)]) if row else None
        try:
            if error:
                raise PlatformRefused(f"the platform answered {error if error in _KNOWN_ERRORS else 'an error'}")
            if row is None or platform is None:
                raise StateUnknown("no such state")
            if browser is None:
                raise CookieMissing("the browser cookie did not come back")
            if digest(browser) != row.browser_digest:
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
            expected, row.state_digest, platform, Layer(row.layer), deployment_known=row.known_deployment is not None
        )

    def _follow(self, pending: Pending, id_token: str, session_secret: str | None, *, traced: bool = True) -> Landed:
        if not id_token:
            raise TokenUnreadable("no id_token")
        platform = pending.platform

        def known(deployment_id: str) -> bool:
            if pending.deployment_known and deployment_id == pending.expected.deployment_id:
                return True
            with self._database.reading() as session:
                return self._platforms.knows_deployment(session, platform.id, deployment_id)

        claims = self._verifier.verify(id_token, pending.expected, platform, known)
        # a test user does not exist: it follows no training
        role = Role.VISITOR if is_test_user(claims.roles) else course_role(claims.roles)
        if claims.message_type == MessageType.DEEP_LINKING and role is not Role.TRAINER:
            raise TrainersOnly("a deep-linking request of somebody who is no trainer in the course")
        now = self._clock()
        with self._database.session() as session:
            self._consume(session, pending, now)
            learned = self._courses.learn(session, facts_of(claims, platform.id, role))
            return_url = claims.presentation.return_url if claims.presentation else None
            seat = Seat(learned.course_id, role, return_url)
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
            if launch.message_type is MessageType.DEEP_LINKING:
                launch = replace(launch, deep_linking_id=self._await_choice(session, claims, launch, opened, now))
            said = [follower(session, launch) for follower in self._followers]
            noting = now - self._noted.get(platform.id, NEVER) >= NOTED_EVERY
            if noting:
                session.connection().execute(_NOTE, {"platform": platform.id, "now": now, "before": now - NOTED_EVERY})
            if traced:
                self._traces.launched(
                    session, platform.id, message=claims.message_type, role=role, layer=pending.layer, now=now
                )
        if noting:
            self._noted[platform.id] = now
        return Landed(launch, opened, next(filter(None, said), _own_page(launch)))

    def _consume(self, session: Session, pending: Pending, now: datetime) -> None:
        key = {"state": pending.state_digest, "now": now}
        if session.connection().execute(_CONSUME, key).first() is None:
            check_status(self._platforms.of(session, pending.platform.id))
            raise StateUsed("this state was used a moment ago")

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
_PENDING = (
    select(*INFO_COLUMNS, *LaunchState.__table__.c, Deployment.id.label("known_deployment"))
    .select_from(LaunchState)
    .join(Platform, Platform.id == LaunchState.platform_id)
    .outerjoin(
        Deployment,
        (Deployment.platform_id == LaunchState.platform_id) & (Deployment.deployment_id == LaunchState.deployment_id),
    )
    .where(LaunchState.state_digest == bindparam("state"))
)
"""A state, its platform, and whether the deployment that the login named is registered."""
_CONSUME = (
    update(LaunchState)
    .where(
        LaunchState.state_digest == bindparam("state"),
        LaunchState.consumed_at.is_(None),
        LaunchState.expires_at > bindparam("now"),
        exists().where(Platform.id == LaunchState.platform_id, Platform.status == PlatformStatus.ACTIVE),
    )
    .values(consumed_at=bindparam("now"))
    .returning(LaunchState.state_digest)
)
_NOTE = (
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
    return Destination("training.placement", {"placement_id": launch.placement_id or ""})


def facts_of(claims: LaunchClaims, platform_id: str, role: Role) -> LaunchFacts:
    """Return what a launch teaches about people and places."""
    context, link, grading = claims.context, claims.resource_link, claims.grading
    shows_link = claims.message_type == MessageType.RESOURCE_LINK
    return LaunchFacts(
        platform_id=platform_id,
        subject=claims.sub,
        role=role,
        name=claims.full_name or None,
        locale=claims.presentation.locale if claims.presentation else None,
        context_id=context.id if context else None,
        context_title=(context.title or context.label) if context else "",
        resource_link_id=link.id if link and shows_link else None,
        resource_link_title=link.title if link else "",
        offers_grading=grading is not None,
        lineitem_url=grading.lineitem if grading else None,
        lineitems_url=grading.lineitems if grading else None,
        ags_scopes=grading.scope if grading else (),
        memberships_url=claims.memberships.context_memberships_url if claims.memberships else None,
    )
