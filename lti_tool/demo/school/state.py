"""The school as a platform: its records, keys, faults and logs, and the Python side of the wire services."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from . import claims
from .faults import Faults
from .keys import KeyRing, SigningKey
from .launches import AuthAnswer, Launches
from .models import Call, Course, DeepLinkingOptions, Json, LineItem, Link, Person, Received, Refusal, Registration
from .personalities import MOODLE
from .personality import Personality
from .records import Records, utc_now


@dataclass(slots=True)
class WebServices:
    """Whether programs may read the school, and what they are told."""

    offered: bool
    """Whether web services are switched on."""
    maintenance: bool = False
    """Whether the site is being maintained: programs are sent away, launches go on (measured)."""


class School(Records):
    """A small school with its learning environment.

    Args:
        url: the address people and tools reach it at; also its issuer. ``SchoolServer`` sets it.
        clock: returns the present moment, aware.
        state_file: a JSON file that keeps the school over restarts; None keeps it in memory.
        keys: the signing keys; made when first needed otherwise.
        personality: which learning environment it is.
    """

    def __init__(
        self,
        url: str = "",
        *,
        clock: Callable[[], datetime] = utc_now,
        state_file: Path | None = None,
        keys: KeyRing | None = None,
        personality: Personality = MOODLE,
    ) -> None:
        self.url = url
        self.personality = personality
        self.name = "Zilverbos College"
        self.short_name = "zilverbos"
        self.token_audience = personality.tokens.audience
        """What ``aud`` of a client assertion must be; None: the token address."""
        choosing = personality.choosing
        self.deep_linking = DeepLinkingOptions(accept_multiple=choosing.accept_multiple, data=choosing.data)
        self.storage = personality.storage
        self.keys = keys or KeyRing()
        self.faults = Faults()
        self.refusals: deque[Refusal] = deque(maxlen=500)
        self.calls: deque[Call] = deque(maxlen=2000)
        self.received: deque[Received] = deque(maxlen=2000)
        self.used: dict[str, float] = {}
        """One-time values already seen (jti, nonces, registration tokens), with the moment they may be forgotten."""
        self.tokens: dict[str, tuple[str, frozenset[str], float]] = {}
        """Access tokens: registration id, scopes, and when they expire (seconds since the epoch)."""
        self.scoring: set[tuple[str, str]] = set()
        """Course and person of first scores being stored just now."""
        self.grading_seconds = 0.0
        """How long storing a score takes; more than 0 makes Moodle's race of parallel first scores visible."""
        super().__init__(clock, state_file)
        self.web_services = WebServices(offered=personality.web_services)
        self.launches = Launches(self)

    @property
    def issuer(self) -> str:
        """Who signs: the school itself, or what all schools with this learning environment share."""
        return self.personality.issuer or self.url

    def refuse(self, service: str, status: int, reason: str) -> None:
        """Write down that a request was turned away, and why."""
        self.refusals.append(Refusal(self.now(), service, status, reason))

    def spend(self, value: str, *, keep: timedelta) -> bool:
        """Mark a one-time value as used; False when it was used before."""
        now = self.now().timestamp()
        with self.lock:
            self.used = {key: until for key, until in self.used.items() if until > now}
            if value in self.used:
                return False
            self.used[value] = now + keep.total_seconds()
            return True

    def lineitems_url(self, course_id: str, type_id: str) -> str:
        return f"{self.url}/lti/courses/{course_id}/lineitems{self._query(type_id)}"

    def lineitem_url(self, item: LineItem, service: str = "") -> str:
        """The address of a grade item, or of its ``scores`` or ``results`` (before the query, as Moodle wants)."""
        path = f"/lti/courses/{item.course_id}/lineitems/{item.id}/lineitem" + (f"/{service}" if service else "")
        return f"{self.url}{path}{self._query(item.registration_id)}"

    def _query(self, type_id: str) -> str:
        return f"?type_id={type_id}" if self.personality.type_query else ""

    def launch_claims(self, person: Person, link: Link, *, nonce: str = "", for_user: Person | None = None) -> Json:
        """The claims of an id_token for this launch (``for_user``: a submission review), ready to be varied."""
        return claims.resource_link(self, person, link, nonce=nonce, for_user=for_user)

    def deep_link_claims(self, person: Person, course: Course, registration: Registration, *, nonce: str = "") -> Json:
        """The claims of a deep-linking request with a return address that works."""
        visit = self.launches.open_visit(person, course, registration)
        return claims.deep_linking(
            self, person, course, registration, return_url=self.launches.return_url(visit), nonce=nonce
        )

    def login_params(self, person: Person, link: Link, *, for_user: Person | None = None) -> dict[str, str]:
        """The login-initiation parameters of a launch, valid for any browser that is signed in as ``person``."""
        return self.launches.begin(person, link, for_user=for_user)

    def deep_link_login_params(self, person: Person, course: Course, registration: Registration) -> dict[str, str]:
        """The login-initiation parameters of a deep-linking request."""
        return self.launches.begin_deep_linking(person, course, registration)

    def authenticate(self, params: dict[str, str], person: Person) -> AuthAnswer:
        """Answer an authentication request as the ``auth`` address would for ``person``, without HTTP."""
        return self.launches.authenticate(params, person, session=None)

    def sign_id_token(self, payload: Json, *, headers: Json | None = None, key: SigningKey | None = None) -> str:
        """Sign claims as the school does; ``headers`` and ``key`` make it as wrong as a test needs."""
        return (key or self.keys.active).sign(payload, headers)

    def start_registration(self, registration_url: str) -> str:
        """The address to send the admin's browser to, for a tool that gave ``registration_url``."""
        return self.launches.registration_address(registration_url)

    def describe(self) -> dict[str, Any]:
        """Counters of requests per service, for scripts that watch the school from outside."""
        return {"requests": {service.value: count for service, count in sorted(self.faults.requests.items())}}
