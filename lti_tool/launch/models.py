"""A launch's state (pending until it is consumed, exactly once) and the session that a launch opens."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.database import Base
from lti_tool.ids import ID_LENGTH, new_id


class Layer(StrEnum):
    """What ties a launch to the browser that began its login."""

    COOKIE = "cookie"
    """Our own cookie, inside the platform's frame or at the top."""
    STORAGE = "storage"
    """The platform's storage, asked by messages between the frames (LTI Platform Storage 0.1)."""
    WINDOW = "window"
    """Our own cookie in a window of its own, because the frame kept none."""


class Step(StrEnum):
    """What was under way."""

    LOGIN = "login"
    LAUNCH = "launch"
    REGISTER = "register"


LAUNCHED = "launched"
"""The outcome of a launch that succeeded; any other is the code of an error."""


class LaunchState(Base):
    """One OIDC login that waits for its launch. Consumed with one UPDATE … WHERE consumed_at IS NULL."""

    __tablename__ = "launch_state"

    state_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    nonce_digest: Mapped[str] = mapped_column(String(64), unique=True)
    platform_id: Mapped[str] = mapped_column(ForeignKey("platform.id", ondelete="CASCADE"), index=True)
    browser_digest: Mapped[str] = mapped_column(String(64))
    """Digest of the secret that the login left in the browser, in its cookie or in the platform's storage: the launch must
    come with the same one."""
    target_link_uri: Mapped[str] = mapped_column(String(2000))
    deployment_id: Mapped[str | None] = mapped_column(String(255))
    """`lti_deployment_id` of the login, when the platform sent it."""
    layer: Mapped[Layer] = mapped_column(String(10), default=Layer.COOKIE, server_default=Layer.COOKIE.value)
    storage_target: Mapped[str | None] = mapped_column(String(255))
    """The frame of the platform that keeps the secret (`lti_storage_target`); None: the browser's cookie does."""
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
    administers: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the last launch showed an administrator of the platform: then its page about the connection is open."""
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


class LaunchTrace(Base):
    """What became of one login or launch: for whoever has to find out why somebody did not get in. Nothing personal."""

    __tablename__ = "launch_trace"
    __table_args__ = (Index(None, "platform_id", "created_at"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(20), index=True)
    """The short code that the error page shows, such as ``LTI-7F3K2M``."""
    platform_id: Mapped[str | None] = mapped_column(ForeignKey("platform.id", ondelete="CASCADE"))
    """None: the platform is not known, or not registered."""
    step: Mapped[str] = mapped_column(String(10))
    """A `Step`."""
    outcome: Mapped[str] = mapped_column(String(30))
    """`LAUNCHED`, or the code of the error that the reader saw, such as ``L-SIGNATURE``."""
    detail: Mapped[str] = mapped_column(String(300), default="")
    """One line for an administrator: claims and addresses by name, never a value that says who somebody is."""
    message: Mapped[str | None] = mapped_column(String(50))
    """The message type, once the token was verified."""
    role: Mapped[str | None] = mapped_column(String(20))
    layer: Mapped[str | None] = mapped_column(String(10))
    """A `Layer`: what tied the launch to the browser."""
    created_at: Mapped[datetime] = mapped_column(index=True)
