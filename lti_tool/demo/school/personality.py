"""Which learning environment the school is: its habits on the wire as data, read at a few places of the services.

``personalities`` holds one of each. Moodle's was measured; the others follow what their suppliers publish and what
others say of them, and are as strict as that where nothing is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .models import Json, Role
from .storage import StorageOptions

MEMBERSHIP_ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
_ADMIN_ROLES = (
    "http://purl.imsglobal.org/vocab/lis/v2/institution/person#Administrator",
    MEMBERSHIP_ROLE + "Instructor",
    "http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator",
)
_EVERYBODY_ELSE = (MEMBERSHIP_ROLE + "Instructor",)


@dataclass(frozen=True)
class Tokens:
    """The token service, and what becomes of a bearer."""

    audience: str | None = None
    """What ``aud`` of a client assertion must be; None: the address of the token service."""
    audience_lists: bool = True
    """Whether ``aud`` may be a list at all."""
    own_words: bool = False
    """Whether errors are exceptions in words, in JSON under ``text/html``; otherwise OAuth's codes."""
    stale: int = 401
    """The status for a token that is unknown or has expired."""
    unscoped: int = 401
    """The status for a token without the scope."""


@dataclass(frozen=True)
class IdTokens:
    """What stands in an id_token."""

    seconds: int = 60
    context_type: str = "http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"
    roles: Mapping[Role, tuple[str, ...]] = field(default_factory=dict)
    """The roles claim; who is not in it is an Instructor."""
    admin_roles: tuple[str, ...] = _ADMIN_ROLES
    audience_list: bool = False
    """Whether ``aud`` is a list, with ``azp``."""
    lms: str | None = None
    """``ext.lms``, where there is one."""
    basic_outcomes: bool = False
    custom_numbers: bool = False
    """Whether a variable whose value is a number arrives as a number."""
    custom_doubled: bool = False
    """Whether custom names also arrive in small letters, and the memberships' address among them."""
    members_from_the_start: bool = True
    """Whether the memberships claim is there before the course has an activity of the tool."""

    def roles_of(self, role: Role) -> tuple[str, ...]:
        """The roles claim of somebody with ``role`` in the course."""
        return self.roles.get(role, _EVERYBODY_ELSE)


@dataclass(frozen=True)
class Members:
    """Names and roles."""

    media_type: str = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
    roles: Mapping[Role, tuple[str, ...]] = field(default_factory=dict)
    active: str = "Active"
    inactive: str | None = None
    """The status of somebody suspended; None: they are not listed."""
    escaped: bool = False
    """Whether names are escaped for HTML."""
    filters_roles: bool = False
    forgets_role: bool = False
    """Whether the next page of a filtered list goes on unfiltered."""

    def roles_of(self, role: Role) -> tuple[str, ...]:
        """The roles of a member with ``role`` in the course."""
        return self.roles.get(role, _EVERYBODY_ELSE)


@dataclass(frozen=True)
class Scores:
    """What the gradebook does with scores, and what it says of those it does not take."""

    echoes: bool = False
    """Whether a refusal repeats the whole request in the status line, over an empty list."""
    nobody: int = 404
    """The status for somebody who is not at the school."""
    stranger: int = 403
    """The status for somebody who is not in the course, or may not be graded there."""
    numbers_only: bool = False
    """Whether an id that is no number breaks the service."""
    own_clock: bool = False
    """Whether an activity's own item keeps the school's present second as stamp, not the score's."""
    takes_equal: bool = False
    """Whether a score with the stamp of the one that is there is taken."""
    earlier: int = 409
    earlier_words: str = "a score of this moment or a later one is there"
    keeps_comment: bool = False
    """Whether a score without comment leaves the comment that is there."""
    clips: bool = True
    """Whether more than the maximum becomes the maximum."""
    races: bool = False
    """Whether two first scores of one person at once break each other."""
    extension: str | None = None
    """The name of the supplier's own member; its ``new_submission`` makes a new attempt unless it is false."""
    answers: bool = False
    """Whether a score that was taken is answered with the address of the result."""


@dataclass(frozen=True)
class Lists:
    """Line items and results as lists."""

    exact_types: bool = False
    """Whether ``Accept`` and ``Content-Type`` are compared letter by letter, and ``application/json`` is refused."""
    page: int | None = None
    """How long a page is when nobody asks; None: everything."""
    members_page: int | None = None
    broken_links: bool = False
    """Whether the Link header of line items cannot be followed."""
    results_limit: bool = True
    results_lose_comment: bool = False
    """Whether results asked for one person come without the comment."""


@dataclass(frozen=True)
class Choosing:
    """Deep linking."""

    accept_multiple: bool = True
    data: str | None = None
    """What comes along and has to go back exactly."""
    title_required: bool = False
    url_required: bool = False
    highest_maximum: int | None = None
    """Where a maximum is a whole number up to this; None: any number above 0."""


@dataclass(frozen=True)
class Busy:
    """How the learning environment says that it is asked too often."""

    status: int = 429
    body: str = '{"error": "too many requests"}'
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Registering:
    """How a tool becomes known."""

    dynamic: bool = True
    tells_deployment: bool = True
    """Whether the answer to a dynamic registration has the deployment id; otherwise the administrator passes it on."""
    by_configuration: bool = False
    """Whether the administrator may give the address of a JSON configuration."""


@dataclass(frozen=True)
class Personality:
    """One learning environment."""

    key: str
    name: str
    code: str
    """``product_family_code`` in launches."""
    version: str
    registration_code: str = ""
    """The same in the openid-configuration, where it differs."""
    registration_version: str = ""
    issuer: str | None = None
    """The issuer that all its schools share; None: the school's own address."""
    type_query: bool = False
    """Whether the addresses of services end in ``?type_id=``."""
    key_alg: bool = True
    """Whether published keys name their algorithm."""
    needs_user_agent: bool = False
    context_history: bool = True
    submission_review: bool = False
    web_services: bool = False
    """Whether it has activities of its own here, and Moodle's web services to read them."""
    tokens: Tokens = field(default_factory=Tokens)
    id_tokens: IdTokens = field(default_factory=IdTokens)
    members: Members = field(default_factory=Members)
    scores: Scores = field(default_factory=Scores)
    lists: Lists = field(default_factory=Lists)
    choosing: Choosing = field(default_factory=Choosing)
    storage: StorageOptions = field(default_factory=StorageOptions)
    busy: Busy = field(default_factory=Busy)
    registering: Registering = field(default_factory=Registering)

    def product(self, *, at_registration: bool = False) -> Json:
        """Code and version, as this learning environment names itself."""
        if at_registration:
            return {
                "product_family_code": self.registration_code or self.code,
                "version": self.registration_version or self.version,
            }
        return {"product_family_code": self.code, "version": self.version}
