"""The service addresses that launches of a platform have taught us: for whoever tries whether they work."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from lti_tool.courses.models import Course, Placement


@dataclass(frozen=True)
class ServiceAddresses:
    """The newest address of each service; None when no launch told one."""

    lineitems_url: str | None = None
    lineitem_url: str | None = None
    memberships_url: str | None = None


def addresses_of(session: Session, platform_id: str) -> ServiceAddresses:
    """Return the service addresses of a platform that the newest launches told."""

    def newest(column: InstrumentedAttribute[str | None]) -> str | None:
        return session.scalar(
            select(column)
            .join(Course, Course.id == Placement.course_id)
            .where(Course.platform_id == platform_id, column.is_not(None))
            .order_by(Placement.last_launch_at.desc())
            .limit(1)
        )

    return ServiceAddresses(
        newest(Placement.lineitems_url), newest(Placement.lineitem_url), newest(Placement.memberships_url)
    )
