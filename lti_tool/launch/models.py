"""A launch's state (pending until it is consumed, exactly once) and the session that a launch opens."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.database import Base
from lti_tool.ids import ID_LENGTH, new_id


class LaunchState(Base):
    """One OIDC login that waits for its launch. Consumed with one UPDATE … WHERE consumed_at IS NULL."""

    __tablename__ = "launch_state"

    state_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    nonce_digest: Mapped[str] = mapped_column(String(64), unique=True)
    platform_id: Mapped[str] = mapped_column(ForeignKey("platform.id", ondelete="CASCADE"), index=True)
    browser_digest: Mapped[str] = mapped_column(String(64))
    """Digest of the browser cookie that the login set or found: the launch must come from the same browser."""
    target_link_uri: Mapped[str] = mapped_column(String(2000))
    deployment_id: Mapped[str | None] = mapped_column(String(255))
    """`lti_deployment_id` of the login, when the platform sent it."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    consumed_at: Mapped[datetime | None]


class ToolSession(Base):
    """A person's session in one browser, opened by a launch."""

    __tablename__ = "tool_session"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    secret_digest: Mapped[str] = mapped_column(String(64), unique=True)
    """Digest of the cookie's value."""
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SessionSeat(Base):
    """What a launch of this session showed: the role in a course. Rights rest on this, not on older launches."""

    __tablename__ = "session_seat"

    session_id: Mapped[str] = mapped_column(ForeignKey("tool_session.id", ondelete="CASCADE"), primary_key=True)
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    """A `mappings.roles.Role`."""
    return_url: Mapped[str | None] = mapped_column(String(2000))
    """Where this person goes back to the course; it may hold a token of the person's own (facts: Moodle's sesskey)."""
    launched_at: Mapped[datetime]


class DeepLinkingRequest(Base):
    """A deep-linking request that waits for the trainer's choice; answered once (Deep Linking 2.0, 2)."""

    __tablename__ = "deep_linking_request"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    session_id: Mapped[str] = mapped_column(ForeignKey("tool_session.id", ondelete="CASCADE"), index=True)
    platform_id: Mapped[str] = mapped_column(ForeignKey("platform.id", ondelete="CASCADE"))
    deployment_id: Mapped[str] = mapped_column(String(255))
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    settings: Mapped[dict[str, Any]]
    """The claim `deep_linking_settings` as it came (return URL, accept_types, accept_multiple, data …)."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answer: Mapped[dict[str, Any] | None]
    """What was answered, so that a form sent twice gets the same page twice."""
