"""Issuing keys, the award and its decisions, the certificate, the status list, and the log of what was issued."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.database import Base
from lti_tool.ids import ID_LENGTH, new_id
from lti_tool.vault import SEALED


class IssuingKey(Base):
    """A key of the issuer, apart from the LTI keys. Public halves stay for ever; private ones are encrypted at rest."""

    __tablename__ = "issuing_key"

    kid: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    """`ed25519` (Data Integrity), `rs256` (VC-JWT) or `seal` (PDF)."""
    private_pem: Mapped[str] = mapped_column(Text, info=SEALED)
    public_jwk: Mapped[dict[str, Any]]
    certificate_pem: Mapped[str | None] = mapped_column(Text)
    """The X.509 certificate of a `seal` key."""
    created_at: Mapped[datetime]
    active_from: Mapped[datetime | None]
    """From when it signs; None: since it was made."""
    retired_at: Mapped[datetime | None]
    """Since when its private half is gone."""


class AwardState(StrEnum):
    """How far an award is."""

    WAITING_APPROVAL = "waiting_approval"
    """The cohort is not approved by the issuer yet."""
    WAITING_PROPOSAL = "waiting_proposal"
    """A trainer has to propose it."""
    WAITING_DECISION = "waiting_decision"
    """A trainer proposed it; the issuer has to approve or decline."""
    DECLINED = "declined"
    """The issuer declined; a trainer may propose it again."""
    WAITING_NAME = "waiting_name"
    """The participant has not confirmed the name yet."""
    QUEUED = "queued"
    """A job will issue it."""
    ISSUED = "issued"


class Award(Base):
    """That a person met the award rule of an achievement. Once a person and achievement version."""

    __tablename__ = "award"
    __table_args__ = (
        UniqueConstraint("person_id", "achievement_key", "achievement_version"),
        Index("ix_award_met_at_id", "met_at", "id"),
    )

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
    proposed_at: Mapped[datetime | None]
    """When a trainer proposed it last; None: nobody did, or it was declined since."""
    approved_at: Mapped[datetime | None]
    """When the issuer approved it."""


class DecisionKind(StrEnum):
    """What somebody decided."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DECLINED = "declined"
    REVOKED = "revoked"
    REPLACED = "replaced"
    BY_HAND = "by_hand"
    """The issuer had it made by hand, with the name that was given or after a problem was solved."""
    NAME_KEPT = "name_kept"
    """The participant asked for another name, and the issuer left it as it was."""
    ERASED = "erased"


class AwardDecision(Base):
    """Who decided what about an award, when and why. Rows are added and never changed."""

    __tablename__ = "award_decision"
    __table_args__ = (UniqueConstraint("award_id", "number"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    award_id: Mapped[str] = mapped_column(ForeignKey("award.id"), index=True)
    number: Mapped[int]
    """1, 2, 3 … of the award."""
    kind: Mapped[DecisionKind] = mapped_column(String(20))
    by_id: Mapped[str | None] = mapped_column(ForeignKey("person.id"))
    """The trainer or the holder; None: an operator of the issuer."""
    by_name: Mapped[str | None] = mapped_column(String(200))
    """The operator, as named on the command line, or the member of the staff; gone when that one was erased."""
    by_staff_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    """Of the member of the staff who was signed in; a bare id, so that the decision outlives the account."""
    reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
    decided_at: Mapped[datetime]


class BatchState(StrEnum):
    """How far a batch is."""

    RUNNING = "running"
    STOPPED = "stopped"
    """A member of the staff stopped it; what was issued stays issued."""
    DONE = "done"


class IssuingBatch(Base):
    """Awards of a cohort that a member of the staff has issued one after the other, by a job that survives restarts.

    A queued job carries the row's id and `job` number only; a job with an older number does nothing.
    """

    __tablename__ = "issuing_batch"
    __table_args__ = (
        Index(
            "uq_issuing_batch_cohort_id_running",
            "cohort_id",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
        Index("ix_issuing_batch_cohort_id_started_at", "cohort_id", "started_at"),
        Index("ix_issuing_batch_state", "state"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    cohort_id: Mapped[str] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    staff_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    """Who began it, and approves what waits for a decision."""
    staff_name: Mapped[str] = mapped_column(String(200))
    state: Mapped[BatchState] = mapped_column(String(20))
    wants_stop: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Somebody wants it stopped; the job does so before the next award."""
    total: Mapped[int]
    """How many awards were ready at the start."""
    issued: Mapped[int] = mapped_column(default=0, server_default="0")
    failed: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many of these could not be issued after all."""
    job: Mapped[int] = mapped_column(default=0, server_default="0")
    """Number of the newest job of this row."""
    claimed_until: Mapped[datetime | None]
    """The lease of the running job."""
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class IssuingBatchItem(Base):
    """One award of a batch."""

    __tablename__ = "issuing_batch_item"
    __table_args__ = (Index("ix_issuing_batch_item_due", "batch_id", "due", "position"),)

    batch_id: Mapped[str] = mapped_column(ForeignKey("issuing_batch.id", ondelete="CASCADE"), primary_key=True)
    award_id: Mapped[str] = mapped_column(ForeignKey("award.id", ondelete="CASCADE"), primary_key=True, index=True)
    position: Mapped[int]
    due: Mapped[bool]
    """Whether it still has to be tried."""
    why: Mapped[str | None] = mapped_column(String(50))
    """Why it was not issued, a `certificates.readiness.Why`; None: it was, or its turn has not come."""


class StatusList(Base):
    """A BitstringStatusList of 131,072 slots; the signed credential is made from the revoked certificates."""

    __tablename__ = "status_list"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    created_at: Mapped[datetime]


class Certificate(Base):
    """An issued certificate in its forms; what it says never changes. An award has one that is valid, at most."""

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("status_list", "status_index"),
        Index(
            "uq_certificate_award_id_valid",
            "award_id",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
        Index("ix_certificate_issued_at_id", "issued_at", "id"),
        Index(
            "ix_certificate_wanted",
            "award_id",
            sqlite_where=text("wanted_name IS NOT NULL"),
            postgresql_where=text("wanted_name IS NOT NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    award_id: Mapped[str] = mapped_column(ForeignKey("award.id"), index=True)
    snapshot: Mapped[str] = mapped_column(Text)
    """The frozen facts it rests on, as canonical JSON; empty once the holder was erased, as all its forms."""
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
    replaced_by_id: Mapped[str | None] = mapped_column(ForeignKey("certificate.id"))
    """The one that took its place, with another name; then it is revoked too."""
    shared: Mapped[bool] = mapped_column(default=True, server_default=true())
    """Whether strangers see who it is about; the holder decides. Verdict and achievement are always public."""
    erased_at: Mapped[datetime | None]
    """Since when the holder is erased from it; id, hashes and status stay."""
    wanted_name: Mapped[str | None] = mapped_column(String(200))
    """The name that the participant asked for instead; the issuer decides (`certificate replace`)."""
    wanted_at: Mapped[datetime | None]

    award: Mapped[Award] = relationship()


class IssueLogEntry(Base):
    """One line of the append-only log; each holds the hash of the one before, so that no line can be slipped in later."""

    __tablename__ = "issue_log"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """1, 2, 3 … without a gap."""
    at: Mapped[datetime]
    """When it was written."""
    what: Mapped[str] = mapped_column(String(20))
    """`issued`, `revoked` or `replaced`."""
    certificate_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    credential_sha256: Mapped[str] = mapped_column(String(64))
    previous_sha256: Mapped[str] = mapped_column(String(64))
    """Of the entry before; zeros in the first one."""


class IssueLogDay(Base):
    """The Merkle root over all entries up to the end of a day (UTC), kept and published once the day is over."""

    __tablename__ = "issue_log_day"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    """As `2026-11-25`."""
    size: Mapped[int]
    """How many entries there were."""
    root_sha256: Mapped[str] = mapped_column(String(64))


class PortfolioDelivery(Base):
    """A delivery of a certificate to a portfolio, from asking for leave to its end; forgotten after a month."""

    __tablename__ = "portfolio_delivery"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    certificate_id: Mapped[str] = mapped_column(ForeignKey("certificate.id"), index=True)
    host: Mapped[str] = mapped_column(String(300), index=True)
    endpoints: Mapped[dict[str, Any]]
    client_id: Mapped[str] = mapped_column(String(500))
    secret_sealed: Mapped[str | None] = mapped_column(Text, info=SEALED)
    state_digest: Mapped[str] = mapped_column(String(64), unique=True)
    verifier_sealed: Mapped[str] = mapped_column(Text, info=SEALED)
    """Empty once it was used."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(String(50))
    """Code of what went wrong; None: it arrived, or has not come back yet."""
