"""Drawing a slot in a status list for a new certificate; a list that is full is followed by the next one."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.certificates.models import Certificate, StatusList
from lti_tool.certificates.problems import StatusListFull
from lti_tool.certificates.status import StatusEntry, random_index
from lti_tool.courses.upsert import insert_unless_there


def draw_slot(session: Session, now: datetime, draw: Callable[[int], int]) -> StatusEntry:
    """Return a free slot of the newest list, opening the next list when that one is full.

    Two transactions may draw the same one; then only one of them can be written.

    Args:
        draw: gives a random number below its argument.
    """
    number = session.scalar(select(func.max(StatusList.number)))
    if number is not None:
        try:
            return StatusEntry(number, random_index(_Taken(session, number), draw))
        except StatusListFull:
            pass
    following = (number or 0) + 1
    insert_unless_there(session, StatusList, {"number": following, "created_at": now})
    return StatusEntry(following, random_index(_Taken(session, following), draw))


class _Taken:
    """The slots of a list that are taken, asked one by one: all of them would be a hundred thousand rows."""

    def __init__(self, session: Session, number: int) -> None:
        self._session = session
        self._number = number

    def __contains__(self, index: object) -> bool:
        query = select(Certificate.id).where(Certificate.status_list == self._number, Certificate.status_index == index)
        return self._session.scalar(query) is not None
