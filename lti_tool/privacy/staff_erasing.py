"""Erasing a member of the staff, in one transaction over all rooms; who trained goes as a person with it. The last operator
stays."""

from collections.abc import Sequence

import structlog
from sqlalchemy import select

from lti_tool.audit import AuditTrail
from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.privacy.erasing import ErasingService
from lti_tool.signin.erasing import LeavingMember, StaffEraser
from lti_tool.signin.members import COMMAND_LINE, StaffService
from lti_tool.signin.models import Member

log = structlog.get_logger(__name__)


class StaffErasingService:
    """Erases members of the staff.

    Args:
        database: one transaction an erasure.
        clock: the time.
        audit: that somebody was erased stands there, with ids.
        staff: who is there, and who may go.
        people: erases the person that a trainer is.
        erasers: what each room offers, in this order; the room that knows the members comes last.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        audit: AuditTrail,
        staff: StaffService,
        people: ErasingService,
        erasers: Sequence[StaffEraser],
    ) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit
        self._staff = staff
        self._people = people
        self._erasers = tuple(erasers)

    def erase(self, member_id: str, by: str = COMMAND_LINE) -> None:
        """Erase somebody: name, ways to sign in, links and sessions go at once; what they decided keeps their id.

        Args:
            by: the operator's id, or the member's own.

        Raises:
            NotFound: nobody has this id.
            Invalid: nobody would be operator any more, or certificates are being awarded in this person's name.
        """
        with self._database.session() as session:
            self._staff.let_go(session, member_id)
            leaving = LeavingMember(member_id, self._clock())
            person_id = session.scalar(select(Member.person_id).where(Member.id == member_id))
            for eraser in self._erasers:
                eraser(session, leaving)
            paths = self._people.erase_in(session, person_id)[1] if person_id is not None else ()
            self._audit.done(session, by, "signin.erase", member_id)
        self._people.remove(paths)
        self._database.settle()
        log.info("privacy.member_erased")
