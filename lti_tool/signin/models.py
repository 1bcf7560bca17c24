"""The staff, their ways to sign in, their sessions, and sign-ins under way."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.database import Base
from lti_tool.ids import ID_LENGTH, new_id
from lti_tool.vault import SEALED

MEMBER = "staff_member.id"


class Way(StrEnum):
    """How somebody signed in."""

    LINK = "link"
    """With a one-time link that an operator handed out."""
    PASSKEY = "passkey"
    """With a passkey (WebAuthn)."""
    OIDC = "oidc"
    """With an account elsewhere (OpenID Connect)."""


class Member(Base):
    """Somebody of the staff."""

    __tablename__ = "staff_member"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    roles: Mapped[list[str]]
    """Values of `signin.roles.Role`, sorted."""
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    person_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"), unique=True, index=True)
    """Who that is in cohorts, since somebody became trainer of one: a person without an account."""


class StaffIdentity(Base):
    """An account elsewhere that signs somebody in: the provider's issuer and its `sub`, and nothing else of it."""

    __tablename__ = "staff_identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    member_id: Mapped[str] = mapped_column(ForeignKey(MEMBER, ondelete="CASCADE"), index=True)
    issuer: Mapped[str] = mapped_column(String(500))
    subject: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A passkey of somebody (WebAuthn Level 2, 4: a public key credential)."""

    __tablename__ = "staff_passkey"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    member_id: Mapped[str] = mapped_column(ForeignKey(MEMBER, ondelete="CASCADE"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    """In base64url; at most 1023 bytes (WebAuthn, 4)."""
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    """In COSE form."""
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(100))
    """What its owner calls it."""
    backed_up: Mapped[bool] = mapped_column(server_default=false())
    """Whether it is kept in an account of its owner, and so on several devices."""
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInLink(Base):
    """A one-time link that signs somebody in. Used with one UPDATE … WHERE used_at IS NULL."""

    __tablename__ = "staff_link"

    token_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey(MEMBER, ondelete="CASCADE"), index=True)
    made_by: Mapped[str] = mapped_column(String(ID_LENGTH))
    """The operator who made it, or `signin.members.COMMAND_LINE`."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class StaffSession(Base):
    """A session of somebody in one browser, opened by signing in."""

    __tablename__ = "staff_session"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    secret_digest: Mapped[str] = mapped_column(String(64), unique=True)
    """Digest of the cookie's value."""
    member_id: Mapped[str] = mapped_column(ForeignKey(MEMBER, ondelete="CASCADE"), index=True)
    way: Mapped[Way] = mapped_column(String(10))
    browser: Mapped[str] = mapped_column(String(60))
    """Such as ``Firefox, Linux``, so that its owner recognises it."""
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    proved_at: Mapped[datetime | None]
    """When its owner proved last who they are; None: when it was opened."""


class WantedForm(Base):
    """A form that waits until whoever sent it has proved again who they are; the newest of a session."""

    __tablename__ = "staff_wanted"

    session_id: Mapped[str] = mapped_column(ForeignKey("staff_session.id", ondelete="CASCADE"), primary_key=True)
    path: Mapped[str] = mapped_column(String(500))
    """Where it goes."""
    fields_sealed: Mapped[str] = mapped_column(Text, info=SEALED)
    """Names and values, as JSON: somebody may have typed a name."""
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SignInAttempt(Base):
    """A sign-in, or the adding of a way to sign in, that waits for an answer; it is deleted when that comes."""

    __tablename__ = "staff_attempt"

    key_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Digest of the `state` that goes to the provider, or of the challenge that goes to the passkey."""
    purpose: Mapped[str] = mapped_column(String(20))
    """A `signin.attempts.Purpose`."""
    browser_digest: Mapped[str] = mapped_column(String(64))
    """Digest of the cookie of the browser that began: it must be the one that answers."""
    member_id: Mapped[str | None] = mapped_column(ForeignKey(MEMBER, ondelete="CASCADE"), index=True)
    """Who adds a way to sign in; None: somebody signs in."""
    link_digest: Mapped[str | None] = mapped_column(String(64))
    """The one-time link that is to be used with it, if any."""
    next_path: Mapped[str | None] = mapped_column(String(500))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
