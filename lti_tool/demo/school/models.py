"""What the school's learning environment keeps: people, courses, tools, activities, grade items and grades.

The shapes follow Moodle 4.5: an activity has an instance id (``resource_link.id``) and a course-module id (``cmid``),
a grade item has an id of its own, and all of them are integers travelling as strings.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

Json = dict[str, Any]


class Role(StrEnum):
    """A role inside one course, in Moodle's words."""

    STUDENT = "student"
    TEACHER = "editingteacher"
    ASSISTANT = "teacher"
    MANAGER = "manager"


class ToolState(StrEnum):
    """How far a registered tool is: a pending one works, but is not offered in the activity chooser."""

    PENDING = "pending"
    ACTIVE = "active"
    REJECTED = "rejected"


class CompletionRule(StrEnum):
    """What ticks an activity off; a new activity has no rule until the trainer sets one."""

    NONE = "none"
    GRADE = "grade"
    PASS_GRADE = "passgrade"  # noqa: S105 - the name of a rule
    MANUAL = "manual"
    SUBMIT = "submit"
    """Handing in; only for activities of the learning environment's own."""


class Completion(StrEnum):
    """Whether an activity is finished for one person, as Moodle's completion states 0 to 3."""

    OPEN = "open"
    DONE = "done"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(slots=True)
class Person:
    id: str
    username: str
    given: str
    family: str
    email: str
    idnumber: str = ""
    locale: str = "nl"
    admin: bool = False

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}".strip()


@dataclass(slots=True)
class Enrolment:
    role: Role
    suspended: bool = False


@dataclass(slots=True)
class Course:
    id: str
    label: str
    title: str
    idnumber: str
    summary: str
    start: datetime
    enrolments: dict[str, Enrolment] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    """Link ids in the order of the course page."""
    history: list[str] = field(default_factory=list)
    """Ids of the courses that this one is a copy of, the nearest first."""
    sections: list[str] = field(default_factory=lambda: ["Algemeen"])
    """The headings of the course page, for activities of the learning environment's own; tools stand under the first."""


@dataclass(slots=True)
class Registration:
    """A tool type; its id is also the deployment id and the ``type_id`` of every service address."""

    id: str
    client_id: str
    name: str
    login_url: str
    redirect_uris: list[str]
    target_link_uri: str
    domain: str
    state: ToolState = ToolState.ACTIVE
    jwks_url: str | None = None
    jwks: Json | None = None
    """Public keys given by hand; they go before ``jwks_url``."""
    deep_link_uri: str | None = None
    description: str = ""
    logo_uri: str = ""
    scopes: list[str] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)
    custom: dict[str, str] = field(default_factory=dict)
    registered_at: datetime | None = None

    @property
    def deployment_id(self) -> str:
        return self.id

    @property
    def sends_name(self) -> bool:
        return not {"name", "given_name", "family_name"}.isdisjoint(self.claims)

    @property
    def sends_email(self) -> bool:
        return "email" in self.claims


@dataclass(slots=True)
class Link:
    """An activity in a course: an LTI resource link."""

    id: str
    cmid: str
    course_id: str
    registration_id: str
    title: str
    text: str = ""
    url: str | None = None
    custom: dict[str, str] = field(default_factory=dict)
    icon: str = "task"
    completion_rule: CompletionRule = CompletionRule.NONE
    pass_grade: float | None = None
    completion: dict[str, Completion] = field(default_factory=dict)


@dataclass(slots=True)
class LineItem:
    """A grade item; ``link_id`` is the coupling AGS knows, ``activity_id`` the activity whose own item this is."""

    id: str
    course_id: str
    registration_id: str
    label: str
    maximum: float
    resource_id: str = ""
    tag: str = ""
    link_id: str | None = None
    activity_id: str | None = None
    review_url: str | None = None
    review_custom: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Grade:
    """What the gradebook holds for one person on one item; ``stamp`` is the second a newer score must exceed."""

    item_id: str
    person_id: str
    raw: float | None = None
    final: float | None = None
    feedback: str | None = None
    stamp: int | None = None
    overridden_at: datetime | None = None
    locked: bool = False
    received_at: datetime | None = None
    posts: int = 0
    """Accepted score posts, for whoever wants to know that a score arrived once."""
    attempts: int = 0
    """Attempts that scores made for the student, where a score can (Canvas)."""

    @property
    def empty(self) -> bool:
        return self.final is None and not self.feedback


@dataclass(frozen=True, slots=True)
class Received:
    """One score that the gradebook took, in the order in which it took them."""

    at: datetime
    item_id: str
    person_id: str
    score: Json


@dataclass(frozen=True, slots=True)
class Refusal:
    """One request that was turned away, and the exact rule it broke."""

    at: datetime
    service: str
    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a service of the platform, as it was answered (``status`` 0: no answer was sent)."""

    at: datetime
    service: str
    method: str
    path: str
    status: int
    body: str = ""


@dataclass(slots=True)
class DeepLinkingOptions:
    """What the next deep-linking requests ask for; Moodle accepts several items and sends no ``data``."""

    accept_multiple: bool = True
    accept_types: list[str] = field(default_factory=lambda: ["ltiResourceLink"])
    data: str | None = None
    auto_create: bool = False
