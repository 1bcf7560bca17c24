"""Codes, tries, which people were put together, and what that changed, so that it can be taken apart again."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lti_tool.courses.consents import FIRST
from lti_tool.database import Base
from lti_tool.ids import ID_LENGTH, new_id


class LinkCode(Base):
    """A one-time code that somebody shows in one learning environment and types over in another."""

    __tablename__ = "link_code"
    __table_args__ = (Index("ix_link_code_account_id_made_at", "account_id", "made_at"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    mark: Mapped[str] = mapped_column(String(64), unique=True)
    """Its keyed digest."""
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    """When it was used, or made way for a newer one."""
    consent_version: Mapped[int] = mapped_column(server_default=FIRST)
    """Of the words (`lti_tool.courses.consents.LINK_CODE`) that whoever made it agreed to."""


class LinkTries(Base):
    """How often an account typed a code that was none, lately."""

    __tablename__ = "link_tries"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True)
    tries: Mapped[int]
    since: Mapped[datetime]


class AccountLink(Base):
    """That two people turned out to be one: all that was the one's is the other's now."""

    __tablename__ = "account_link"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    kept_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    """Who went on."""
    joined_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    """Who was taken up: without accounts until it is taken apart."""
    linked_at: Mapped[datetime]
    unlinked_at: Mapped[datetime | None]
    code_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    """Of the code, as the audit trail has it (``linking.code``); the code itself is kept for a day."""
    giver_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    """The account in which the code was made: a bare id."""
    taker_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    """The account in which it was typed over: a bare id."""
    consent_version: Mapped[int] = mapped_column(server_default=FIRST)
    """Of the words (`lti_tool.courses.consents.LINKING`) that whoever typed the code over agreed to."""
    code_consent_version: Mapped[int] = mapped_column(server_default=FIRST)
    """Of those that whoever made the code agreed to; the code itself is forgotten after a day."""


class AccountLinkChange(Base):
    """One value that changed when two people were put together, or a row that was added for it."""

    __tablename__ = "account_link_change"
    __table_args__ = (UniqueConstraint("link_id", "position"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    link_id: Mapped[str] = mapped_column(ForeignKey("account_link.id", ondelete="CASCADE"))
    position: Mapped[int]
    """1, 2, 3 … in the order in which they were made."""
    table: Mapped[str] = mapped_column(String(63))
    key: Mapped[list[str]]
    """The row's primary key, after the change."""
    column: Mapped[str | None] = mapped_column(String(63))
    """None: the row was added."""
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)
