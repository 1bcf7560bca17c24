"""People and places as launches teach them: account, person, course, who is in it, placement."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lti_tool.database import Base
from lti_tool.ids import ID_LENGTH, new_id


class Person(Base):
    """The human behind one or more accounts."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    certificate_name: Mapped[str | None] = mapped_column(String(200))
    """The name for the certificate, as the person confirmed it."""
    certificate_name_at: Mapped[datetime | None]
    locale: Mapped[str | None] = mapped_column(String(10))
    """The language the person chose or the last launch asked for: nl or en."""
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]
    """Since when nothing is known of the person: what others did with the work still has somebody it belongs to."""

    accounts: Mapped[list["Account"]] = relationship(back_populates="person")


class Account(Base):
    """An LTI user of a platform, known by `sub` alone."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("platform_id", "subject"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    platform_id: Mapped[str] = mapped_column(ForeignKey("platform.id", ondelete="CASCADE"), index=True)
    subject: Mapped[str] = mapped_column(String(255))
    """The claim `sub`: at most 255 ASCII characters, case-sensitive (OpenID Connect core, 2)."""
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id"), index=True)
    display_name: Mapped[str | None] = mapped_column(String(200))
    """The name that the platform sends, if the school shares it: for trainers, to see whose work it is."""
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]

    person: Mapped[Person] = relationship(back_populates="accounts")


class ErasedAccount(Base):
    """That an account was erased, and has not come back; whose it was the digest does not tell."""

    __tablename__ = "erased_account"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """See `lti_tool.courses.leaving.Forgotten`."""
    erased_at: Mapped[datetime]


class Course(Base):
    """An LTI context on a platform."""

    __tablename__ = "course"
    __table_args__ = (UniqueConstraint("platform_id", "context_id"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    platform_id: Mapped[str] = mapped_column(ForeignKey("platform.id", ondelete="CASCADE"), index=True)
    context_id: Mapped[str] = mapped_column(String(255))
    title: Mapped[str] = mapped_column(String(500), default="")
    copied_from_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    """The course that this one is a copy of, as the platform says (`Context.id.history`); it may be gone by now."""
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class CourseCohort(Base):
    """A cohort that a trainer of it brought into a course. A placement may show only such a cohort."""

    __tablename__ = "course_cohort"

    course_id: Mapped[str] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    cohort_id: Mapped[str] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"), primary_key=True, index=True)
    bound_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    bound_at: Mapped[datetime]


class CopyChoice(Base):
    """In a copied course: the cohort that takes the place of the one that its links name. A trainer confirmed it, once."""

    __tablename__ = "copy_choice"

    course_id: Mapped[str] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    named_cohort_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    """What custom parameters name. It came from outside and may not exist."""
    cohort_id: Mapped[str] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"), index=True)
    chosen_by_id: Mapped[str] = mapped_column(ForeignKey("person.id"))
    chosen_at: Mapped[datetime]


class CourseMember(Base):
    """An account seen in a course by a launch, with the role it had there last."""

    __tablename__ = "course_member"

    course_id: Mapped[str] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(20))
    """A `mappings.roles.Role`: trainer, participant or visitor."""
    last_seen_at: Mapped[datetime]


class Placement(Base):
    """An LTI resource link that shows an assignment, or the whole training, of a cohort in a course.

    Until a trainer has said what it shows (links placed without deep linking) `cohort_id` is None.
    """

    __tablename__ = "placement"
    __table_args__ = (UniqueConstraint("course_id", "resource_link_id"),)

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=new_id)
    course_id: Mapped[str] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"), index=True)
    resource_link_id: Mapped[str] = mapped_column(String(255))
    title: Mapped[str] = mapped_column(String(500), default="")
    cohort_id: Mapped[str | None] = mapped_column(ForeignKey("cohort.id"), index=True)
    assignment_key: Mapped[str | None] = mapped_column(String(100))
    """The assignment it shows, or `certificate`; None shows the whole training."""
    proposed_cohort_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    """The cohort that its custom parameters name but may not choose: a copied course, until a trainer has confirmed it.
    It came from outside and may not exist."""
    proposed_item: Mapped[str | None] = mapped_column(String(100))
    """The item (assignment or whole training) that its custom parameters name."""
    lineitem_url: Mapped[str | None] = mapped_column(String(1000))
    """The line item of this very link: the one of its launch (AGS claim `lineitem`), else the one that was found or made."""
    lineitem_sought_until: Mapped[datetime | None]
    """Somebody is looking for the line item, and makes it if there is none; until then nobody else does."""
    lineitems_url: Mapped[str | None] = mapped_column(String(1000))
    ags_scopes: Mapped[list[str]] = mapped_column(default=list)
    """AGS scopes of the last launch's endpoint claim; empty when the platform offers none."""
    memberships_url: Mapped[str | None] = mapped_column(String(1000))
    created_at: Mapped[datetime]
    last_launch_at: Mapped[datetime]

    course: Mapped[Course] = relationship()
