"""What is known of one family of learning environments: how its LTI services differ from what the specification leaves open.

LTI Advantage: Assignment and Grade Services 2.0, Names and Role Provisioning Services 2.0, Platform Storage 0.1, Security
Framework 1.0 (client assertion).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mappings.texts import Text

GENERIC: Final = "generic"
"""The family of a platform that is not known."""

TOKEN_URL: Final = "token_url"  # noqa: S105  # a word in the data files, no secret
ISSUER: Final = "issuer"

_LOOKED_AT: Final = 2000
"""How many bytes of an answer are looked at for the words of a signal."""


class Reader(StrEnum):
    """Who has to do something when a platform is connected."""

    ADMIN = "admin"
    """The administrator of the learning environment."""
    TRAINER = "trainer"
    """The trainer, in the course."""


@dataclass(frozen=True, slots=True)
class Advice:
    """Something a person has to do or know once."""

    key: str
    reader: Reader
    text: Text


class AnswerMeaning(StrEnum):
    """What an answer means although its status says otherwise."""

    LATER = "later"
    """Nothing is wrong with the request; ask again after a while."""
    CONFLICT = "conflict"
    """The platform holds something newer, which AGS 2.0 says with 409."""


@dataclass(frozen=True, slots=True)
class Signal:
    """An answer with this status and these words in it means something else than its status."""

    status: int
    words: str
    means: AnswerMeaning


@dataclass(frozen=True, slots=True)
class FormField:
    """One field of the platform's own form for tools: its label there, and what to enter."""

    label: str
    value: str
    """May hold `{base}`, the tool's address without a slash at the end, and `{host}`, its host and port."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """The addresses that all schools of a family share. `{client_id}` stands for the client id."""

    issuer: str
    auth_url: str
    token_url: str
    jwks_url: str


@dataclass(frozen=True, slots=True)
class Registering:
    """How a tool becomes known at a platform of this family."""

    dynamic: bool
    """Whether the platform takes the address of an invitation (LTI Dynamic Registration 1.0)."""
    shared_client: bool
    """Whether one client id serves many schools, each with a deployment of its own: a course is known within that."""
    where: Text
    """Where its administrator finds the form."""
    fields: tuple[FormField, ...]
    addresses: Addresses | None
    """None: each school has its own."""

    def filled_in(self, base_url: str, host: str) -> Mapping[str, str]:
        """Return what to enter, by the labels of the platform's own form, in order."""
        return {field.label: field.value.format(base=base_url, host=host) for field in self.fields}


@dataclass(frozen=True, slots=True)
class Completion:
    """What ticking an activity off has to do with its result, on a platform of this family."""

    about: Text
    """In a sentence or two, for a trainer."""
    rule: Text | None
    """What the rule is called by which the platform does so; None where it does not complete by the grade."""
    steps: tuple[Text, ...]
    """How a trainer looks whether an activity has the rule, and sets it."""
    whole: Text | None
    """What is different for an activity that shows a whole training, whose result grows phase by phase; None as above."""


@dataclass(frozen=True, slots=True)
class PlatformProfile:
    """How to talk to one family of platforms."""

    family: str
    name: str
    basis: Text
    """What the facts rest on: measured, documented, or not checked. Shown to administrators."""
    product_family_codes: tuple[str, ...]
    """What the platform calls itself in `tool_platform.product_family_code`; compared without case."""
    token_audience: str
    """`token_url`, `issuer`, or the address itself; `audience` resolves it."""
    assertion_backdate_seconds: int
    """How far `iat` of a client assertion lies before now, for platforms that refuse a clock ahead of theirs."""
    renew_statuses: tuple[int, ...]
    """HTTP statuses of a service that mean: this access token counts no longer."""
    lineitem_media_type: str
    lineitem_container_media_type: str
    score_media_type: str
    result_container_media_type: str
    membership_media_type: str
    membership_accept: str
    """What to send as `Accept` when asking for members; the other services get exactly the media type of the answer."""
    lineitems_paging: bool
    """Whether `limit` and the `Link` header of line items can be used."""
    results_limit: bool
    """Whether results can be asked with `limit`."""
    results_user_filter: bool
    """Whether results that are asked for one user are whole; without it everybody's are asked."""
    memberships_paging: bool
    """Whether `limit` and the `Link` header of memberships can be used."""
    memberships_role_filter: bool
    """Whether `role` can be trusted, on every page."""
    score_gap_seconds: int
    """Seconds between two posts for one account on one line item; timestamps may be compared by the whole second."""
    serial_per_user: bool
    """Whether posts for one user have to wait for each other, whatever the line item."""
    max_parallel: int
    """How many requests at once."""
    wipes_without_grade: bool
    """Whether a post without a score, or without `FullyGraded`, clears the grade."""
    rate_limit_statuses: tuple[int, ...]
    """HTTP statuses that mean: later."""
    completes_by_grade: bool
    """Whether completion follows from the grade, not from `activityProgress`."""
    completion: Completion
    score_extensions: Mapping[str, object]
    """Members of the platform's own that go along with every score."""
    item_title_max: int
    """How many characters the title of a deep-linked item may have."""
    storage_frame: str | None
    """The frame that speaks Platform Storage, as the platform names it at login; None: it has none that is known."""
    frame_hosts: tuple[str, ...]
    """Where the pages around the tool may come from when that is not the issuer's host: sources for frame-ancestors."""
    submission_review: bool
    """Whether a gradebook of this family opens the work of one person (LTI Submission Review 1.0)."""
    context_history: bool
    """Whether `$Context.id.history` is known, by which a copied course shows what it was copied from."""
    web_services: bool
    """Whether what people do in its native activities can be read, once its web services are connected (`moodle_client`)."""
    signals: tuple[Signal, ...]
    registering: Registering
    advice: tuple[Advice, ...]

    def audience(self, *, token_url: str, issuer: str) -> str:
        """Return the audience of a client assertion: one address, as the platform wants it."""
        return {TOKEN_URL: token_url, ISSUER: issuer}.get(self.token_audience, self.token_audience)

    def meaning_of(self, status: int, body: bytes) -> AnswerMeaning | None:
        """Return what an answer means in this family's own way; None: what its status says."""
        if status in self.rate_limit_statuses:
            return AnswerMeaning.LATER
        text = body[:_LOOKED_AT].decode(errors="replace") if self.signals else ""
        return next((signal.means for signal in self.signals if signal.status == status and signal.words in text), None)

    def advice_for(self, reader: Reader) -> tuple[Advice, ...]:
        """Return what one kind of reader has to do or know, in order."""
        return tuple(advice for advice in self.advice if advice.reader is reader)
