"""A submission review: a gradebook asks for the work of one person on one line item (AGS 2.0, submission review).

The person comes as the platform knows them (`for_user`); from here on it is our account, so that no address holds a
`sub`. A line item that belongs to no link is found by its address.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.courses.models import Account, Placement
from lti_tool.courses.service import Learned
from lti_tool.launch.claims import LaunchClaims
from lti_tool.launch.errors import ClaimsIncomplete


def reviewed_account(session: Session, claims: LaunchClaims, platform_id: str) -> str | None:
    """Return the id of the account whose work is asked for; None when the person never was here."""
    for_user = claims.for_user
    if for_user is None:
        return None
    query = select(Account.id).where(Account.platform_id == platform_id, Account.subject == for_user.user_id)
    return session.scalar(query)


def reviewed_placement(session: Session, claims: LaunchClaims, learned: Learned) -> str:
    """Return the id of the placement whose work is asked for.

    Raises:
        ClaimsIncomplete: no link, and a line item of no placement of ours in this course.
    """
    if learned.placement_id is not None:
        return learned.placement_id
    lineitem = claims.grading.lineitem if claims.grading else None
    query = select(Placement.id).where(Placement.course_id == learned.course_id, Placement.lineitem_url == lineitem)
    found = session.scalar(query.order_by(Placement.last_launch_at.desc()).limit(1)) if lineitem else None
    if found is None:
        raise ClaimsIncomplete("a review of a line item that no link of ours has")
    return found
