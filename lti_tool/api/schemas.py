"""What is sent and answered, as pydantic models; the OpenAPI document is made of them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

State = Literal["valid", "revoked", "replaced"]
Event = Literal["certificate.issued", "certificate.revoked", "certificate.replaced"]
_PLAIN = r"^[^\x00-\x1f\x7f]*$"
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=_PLAIN)]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{22}$")]
Cursor = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9_-]+$")]
PersonName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=200, pattern=_PLAIN)]


class Strict(BaseModel):
    """What clients send: nothing that is not named."""

    model_config = ConfigDict(extra="forbid")


class PageQuery(Strict):
    """A page of a list."""

    limit: int = Field(50, ge=1, le=200, description="Rows at most.")
    cursor: Cursor | None = Field(None, description="`next` of the page before.")


class CertificatesQuery(PageQuery):
    """Which certificates."""

    cohort: Id | None = Field(None, description="Only of this cohort.")
    state: State | None = Field(None, description="Only in this state.")


class AwardsQuery(PageQuery):
    """Which awards."""

    cohort: Id | None = Field(None, description="Only of this cohort.")


class Cohort(BaseModel):
    """An edition of a training."""

    id: str
    name: str
    training: str = Field(description="Key of the training, such as `icc-vo`.")
    created_at: datetime
    approved_at: datetime | None = Field(description="Since when it counts for certificates.")
    participants: int
    trainers: int


class Cohorts(BaseModel):
    """A page of cohorts, the oldest first."""

    items: list[Cohort]
    next: str | None = Field(description="Cursor of the next page; null on the last one.")


class Outcome(BaseModel):
    """What one assignment amounts to for one participant."""

    assignment: str
    state: str = Field(description="open, draft, submitted, returned or accepted.")
    changed_at: datetime | None


class Progress(BaseModel):
    """How far one participant is; people appear as ids only."""

    enrolment: str
    enrolled_at: datetime
    accepted: int = Field(description="Assignments accepted.")
    of: int = Field(description="Assignments of the training.")
    outcomes: list[Outcome]
    award: str | None = Field(description="Id of the award, once the rule is met.")
    award_state: str | None
    certificate: str | None


class CohortProgress(BaseModel):
    """A page of participants of a cohort, in the order in which they came."""

    items: list[Progress]
    next: str | None


class Award(BaseModel):
    """That somebody met the award rule, and what the certificate waits for."""

    id: str
    cohort: str
    enrolment: str
    achievement: str
    achievement_version: int
    state: str = Field(
        description="waiting_approval, waiting_proposal, waiting_decision, declined, waiting_name, queued or issued."
    )
    met_at: datetime
    certificate: str | None = Field(description="The valid one, or the last.")


class Awards(BaseModel):
    """A page of awards, the oldest first."""

    items: list[Award]
    next: str | None


class Certificate(BaseModel):
    """An issued certificate, without the name on it."""

    id: str
    url: str = Field(description="Its page, where anybody can check it.")
    state: State
    award: str
    cohort: str
    achievement: str
    achievement_version: int
    issued_at: datetime
    ended_at: datetime | None = Field(description="When it was revoked or replaced.")
    ended_reason: str | None
    replaced_by: str | None = Field(description="Id of the certificate that took its place.")
    shared: bool = Field(description="Whether strangers see who it is about.")
    erased: bool = Field(description="Whether its holder was erased.")


class Certificates(BaseModel):
    """A page of certificates, the oldest first."""

    items: list[Certificate]
    next: str | None


class IssueRequest(Strict):
    """Have the certificate of an award made."""

    reason: Reason = Field(description="Why; kept with the decision.")
    name: PersonName | None = Field(None, description="The name, where the participant has not confirmed one.")


class RevokeRequest(Strict):
    """Revoke a certificate."""

    reason: Reason = Field(description="Why; shown on its page.")


class ReplaceRequest(Strict):
    """Replace a certificate by one with another name."""

    reason: Reason = Field(description="Why; shown on the old one's page.")
    name: PersonName | None = Field(None, description="The name; null: the one that the participant asked for.")


class WebhookRequest(Strict):
    """Be told at an address."""

    url: Annotated[str, StringConstraints(max_length=500, pattern=r"^https?://[^\s\x00-\x1f]+$")]
    events: list[Event] = Field(min_length=1, max_length=3)


class Webhook(BaseModel):
    """An address that is told."""

    id: str
    url: str
    events: list[Event]
    created_at: datetime
    paused_at: datetime | None = Field(description="Since when nothing is sent, until it is resumed.")
    paused_why: str | None
    waiting: int = Field(description="Messages that have not arrived yet.")


class NewWebhook(Webhook):
    """An address that is told from now on."""

    secret: str = Field(description="Signs the messages (Standard Webhooks); shown only now.")


class Webhooks(BaseModel):
    """All webhooks of the client."""

    items: list[Webhook]


class Delivery(BaseModel):
    """A message, and whether it arrived."""

    id: str = Field(description="`webhook-id` of the message.")
    event: Event
    certificate: str
    created_at: datetime
    state: Literal["waiting", "delivered"]
    fails: int
    last_problem: str | None
    next_try_at: datetime | None
    delivered_at: datetime | None


class Deliveries(BaseModel):
    """A page of messages, the oldest first."""

    items: list[Delivery]
    next: str | None


class Problem(BaseModel):
    """What went wrong (RFC 9457), in the language of Accept-Language."""

    title: str
    status: int
    detail: str
    code: str = Field(description="The kind of problem, such as `A-SCOPE`.")
    reference: str = Field(description="Leads the operator to the log.")
    who: str = Field(description="Who can solve it.")
    steps: list[str]
    reason: str | None = Field(None, description="What exactly was wrong, for whoever wrote the client.")
