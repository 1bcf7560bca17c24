"""A registered learning environment (platform), its deployments, the invitation to register, keys on both sides."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.database import Base
from lti_tool.ids import ID_LENGTH, new_id
from lti_tool.vault import SEALED


class PlatformStatus(StrEnum):
    """Whether launches of a platform are accepted."""

    ACTIVE = "active"
    DISABLED = "disabled"


class Platform(Base):
    """A registration at a learning environment: issuer and client id together are unique (LTI 1.3 core, 3.1.3)."""

    __tablename__ = "platform"
    __table_args__ = (UniqueConstraint("issuer", "client_id"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    """What the school calls itself; shown to administrators and on error pages."""
    issuer: Mapped[str] = mapped_column(String(500))
    client_id: Mapped[str] = mapped_column(String(200))
    auth_url: Mapped[str] = mapped_column(String(1000))
    token_url: Mapped[str] = mapped_column(String(1000))
    jwks_url: Mapped[str] = mapped_column(String(1000))
    token_audience: Mapped[str | None] = mapped_column(String(1000))
    """Audience of our client assertion when it is not the token URL (facts: Brightspace)."""
    family: Mapped[str] = mapped_column(String(50), default="generic")
    """Which profile of `mappings.platforms` holds: moodle, generic …"""
    product: Mapped[str | None] = mapped_column(String(200))
    """Product and version as the last launch said (claim `tool_platform`)."""
    frame_origins: Mapped[list[str] | None]
    """Where the pages around the tool came from in verified launches, when that is not the issuer's own host."""
    status: Mapped[PlatformStatus] = mapped_column(String(20), default=PlatformStatus.ACTIVE)
    created_at: Mapped[datetime]
    last_launch_at: Mapped[datetime | None]

    deployments: Mapped[list["Deployment"]] = relationship(back_populates="platform", cascade="all, delete-orphan")


class Deployment(Base):
    """An LTI deployment of a platform: launches of any other are refused."""

    __tablename__ = "deployment"
    __table_args__ = (UniqueConstraint("platform_id", "deployment_id"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    platform_id: Mapped[str] = mapped_column(ForeignKey("platform.id", ondelete="CASCADE"), index=True)
    deployment_id: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime]

    platform: Mapped[Platform] = relationship(back_populates="deployments")


class RegistrationInvite(Base):
    """A one-time URL with which a school registers the tool by itself; valid for some days, used once."""

    __tablename__ = "registration_invite"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    """A registration with it is under way; expired means that nobody works on it (a process that died)."""
    used_at: Mapped[datetime | None]
    platform_id: Mapped[str | None] = mapped_column(ForeignKey("platform.id", ondelete="SET NULL"))
    revoked_at: Mapped[datetime | None]
    """When whoever made it took it back, before it was used."""


class ToolKey(Base):
    """One of our RSA keys for messages to platforms; the private half is encrypted at rest."""

    __tablename__ = "tool_key"

    kid: Mapped[str] = mapped_column(String(64), primary_key=True)
    private_pem: Mapped[str] = mapped_column(Text, info=SEALED)
    public_jwk: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    active_from: Mapped[datetime]
    """Signed with from this moment on; published before."""
    retired_at: Mapped[datetime | None]
    """No longer signed with; still published for a while."""


class PlatformKeySet(Base):
    """The last good key set of a platform, shared by all processes."""

    __tablename__ = "platform_key_set"

    platform_id: Mapped[str] = mapped_column(ForeignKey("platform.id", ondelete="CASCADE"), primary_key=True)
    jwks: Mapped[dict[str, Any] | None]
    fetched_at: Mapped[datetime | None]
    attempted_at: Mapped[datetime]
    """Last time we tried, successful or not: an unknown key id makes us ask again at most every 60 seconds."""
