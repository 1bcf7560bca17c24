"""Clients, what they asked with an idempotency key, their webhooks, and what these are to be told."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.database import Base
from lti_tool.ids import ID_LENGTH, new_id
from lti_tool.vault import SEALED


class ApiClient(Base):
    """A system of the issuer that may use the API, as far as its scopes go."""

    __tablename__ = "api_client"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(8), unique=True)
    """The first letters of the token, by which people recognise it; not secret."""
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    """When it asked for something last, to a minute."""


class ApiAnswer(Base):
    """What was answered to a request with an idempotency key: the same request again gets the same answer."""

    __tablename__ = "api_answer"

    client_id: Mapped[str] = mapped_column(ForeignKey("api_client.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    request_digest: Mapped[str] = mapped_column(String(64))
    """Of method, address and body."""
    begun_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    """None while it is being worked on."""
    body: Mapped[bytes | None] = mapped_column(LargeBinary)


class Webhook(Base):
    """An address of a client that is told what happens to certificates."""

    __tablename__ = "webhook"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    client_id: Mapped[str] = mapped_column(ForeignKey("api_client.id", ondelete="CASCADE"), index=True)
    url: Mapped[str] = mapped_column(String(500))
    events: Mapped[list[str]]
    secret_sealed: Mapped[str] = mapped_column(Text, info=SEALED)
    created_at: Mapped[datetime]
    told_until: Mapped[int]
    """The number of the last entry of the issue log that was looked at for it."""
    paused_at: Mapped[datetime | None]
    """Since when nothing is sent, because a day went by without an answer that takes it."""
    paused_why: Mapped[str | None] = mapped_column(String(50))


class DeliveryState(StrEnum):
    """How far a message is."""

    WAITING = "waiting"
    DELIVERED = "delivered"


class WebhookDelivery(Base):
    """One message to one webhook. A queued job carries its id and `job` number only."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("webhook_id", "entry"),
        Index("ix_webhook_delivery_state_due_at", "state", "due_at"),
        Index("ix_webhook_delivery_webhook_id_created_at_id", "webhook_id", "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    """What the receiver knows it again by (``webhook-id``), however often it is sent."""
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    entry: Mapped[int]
    """Of the issue log."""
    event: Mapped[str] = mapped_column(String(40))
    data: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    state: Mapped[DeliveryState] = mapped_column(String(20))
    due_at: Mapped[datetime]
    fails: Mapped[int] = mapped_column(default=0, server_default="0")
    failing_since: Mapped[datetime | None]
    last_problem: Mapped[str | None] = mapped_column(String(50))
    """Such as ``503`` or ``timeout``."""
    delivered_at: Mapped[datetime | None]
    job: Mapped[int] = mapped_column(default=0, server_default="0")
    claimed_until: Mapped[datetime | None]

    webhook: Mapped[Webhook] = relationship()
