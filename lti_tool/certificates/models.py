"""Issuing keys, the award, the certificate and the status list."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.database import Base
from lti_tool.ids import ID_LENGTH, new_id


class IssuingKey(Base):
    """A key of the issuer, apart from the LTI keys. Public halves stay for ever; private ones are encrypted at rest."""

    __tablename__ = "issuing_key"

    kid: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    """`ed25519` (Data Integrity), `rs256` (VC-JWT) or `seal` (PDF)."""
    private_pem: Mapped[str] = mapped_column(Text)
    public_jwk: Mapped[dict[str, Any]]
    certificate_pem: Mapped[str | None] = mapped_column(Text)
    """The X.509 certificate of a `seal` key."""
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class AwardState(StrEnum):
    """How far an award is."""

    WAITING_APPROVAL = "waiting_approval"
    """The cohort is not approved by the issuer yet."""
    WAITING_NAME = "waiting_name"
    """The participant has not confirmed the name yet."""
    QUEUED = "queued"
    """A job will issue it."""
    ISSUED = "issued"


class Award(Base):
    """That a person met the award rule of an achievement. Once a person and achievement version."""

    __tablename__ = "award"
    __table_args__ = (UniqueConstraint("person_id", "achievement_key", "achievement_version"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    enrolment_id: Mapped[str] = mapped_column(ForeignKey("enrolment.id"), index=True)
    achievement_key: Mapped[str] = mapped_column(String(100))
    achievement_version: Mapped[int]
    state: Mapped[AwardState] = mapped_column(String(20), index=True)
    job: Mapped[int] = mapped_column(default=0)
    claimed_until: Mapped[datetime | None]
    fails: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(50))
    met_at: Mapped[datetime]

    certificate: Mapped["Certificate | None"] = relationship(back_populates="award")


class StatusList(Base):
    """A BitstringStatusList of 131,072 slots; the signed credential is made from the revoked certificates."""

    __tablename__ = "status_list"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    created_at: Mapped[datetime]


class Certificate(Base):
    """An issued certificate in its forms; never changed but for its revocation."""

    __tablename__ = "certificate"
    __table_args__ = (UniqueConstraint("status_list", "status_index"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    award_id: Mapped[str] = mapped_column(ForeignKey("award.id"), unique=True)
    snapshot: Mapped[str] = mapped_column(Text)
    """The frozen facts it rests on, as canonical JSON."""
    snapshot_sha256: Mapped[str] = mapped_column(String(64))
    credential: Mapped[str] = mapped_column(Text)
    """The Open Badges 3.0 credential with its Data Integrity proof, as served."""
    jwt: Mapped[str] = mapped_column(Text)
    pdf: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The sealed PDF; None until it was asked for the first time."""
    status_list: Mapped[int] = mapped_column(ForeignKey("status_list.number"))
    status_index: Mapped[int]
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None] = mapped_column(String(500))

    award: Mapped[Award] = relationship(back_populates="certificate")
