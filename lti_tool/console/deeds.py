"""What the issuer does with a dossier: each deed once, also when its form is sent twice, and only what its page spoke of.

The form brings how many decisions there were when it was shown. What the same member of the staff decided since then is
this very form sent again; anything else means that the page was not about how things are now.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select

from lti_tool.certificates.by_hand import ByHandService, makeable
from lti_tool.certificates.deciding import DecisionService, NotDue
from lti_tool.certificates.erasing import ErasureService
from lti_tool.certificates.models import Award, AwardDecision, AwardState, Certificate, DecisionKind
from lti_tool.certificates.problems import NameNotPrintable
from lti_tool.certificates.replacing import ReplacementService
from lti_tool.certificates.service import CertificateService
from lti_tool.console.errors import Meanwhile
from lti_tool.database import Database
from lti_tool.errors import Invalid, Refused
from lti_tool.signin.gate import StaffMember
from lti_tool.web.locales import say


class Deed(StrEnum):
    """What can be done with a dossier."""

    APPROVE = "approve"
    DECLINE = "decline"
    ISSUE = "issue"
    REPLACE = "replace"
    KEEP_NAME = "keep-name"
    REVOKE = "revoke"
    ERASE = "erase"


KINDS: Mapping[Deed, DecisionKind] = {
    Deed.APPROVE: DecisionKind.APPROVED,
    Deed.DECLINE: DecisionKind.DECLINED,
    Deed.ISSUE: DecisionKind.BY_HAND,
    Deed.REPLACE: DecisionKind.REPLACED,
    Deed.KEEP_NAME: DecisionKind.NAME_KEPT,
    Deed.REVOKE: DecisionKind.REVOKED,
    Deed.ERASE: DecisionKind.ERASED,
}
"""As what each is kept."""


@dataclass(frozen=True)
class Given:
    """What the form of a deed holds."""

    certificate_id: str = ""
    reason: str = ""
    name: str = ""
    sure: bool = False
    """The box was ticked that asks whether one is sure."""


def possible(award: Award, certificate: Certificate | None, *, approved: bool) -> tuple[Deed, ...]:
    """Return what can be done with a dossier as it is now.

    Args:
        certificate: the one that nothing took the place of, if there is one.
        approved: whether the cohort is approved.
    """
    if award.state == AwardState.WAITING_DECISION:
        return (Deed.APPROVE, Deed.DECLINE)
    if certificate is None:
        return (Deed.ISSUE,) if makeable(award, approved=approved) else ()
    if certificate.erased_at is not None:
        return () if certificate.revoked_at is not None else (Deed.REVOKE,)
    if certificate.revoked_at is not None:
        return (Deed.ERASE,)
    asked = (Deed.KEEP_NAME,) if certificate.wanted_name is not None else ()
    return (Deed.REPLACE, *asked, Deed.REVOKE, Deed.ERASE)


class IssuerDeeds:
    """Does what the issuer decides.

    Args:
        database: to see what was decided.
        decisions: approves and declines.
        by_hand: has certificates made.
        certificates: revokes.
        replacements: replaces.
        erasures: erases holders.
    """

    def __init__(
        self,
        database: Database,
        decisions: DecisionService,
        by_hand: ByHandService,
        certificates: CertificateService,
        replacements: ReplacementService,
        erasures: ErasureService,
    ) -> None:
        self._database = database
        self._decisions = decisions
        self._by_hand = by_hand
        self._certificates = certificates
        self._replacements = replacements
        self._erasures = erasures
        self._doing: Mapping[Deed, Callable[[str, Given, StaffMember], None]] = {
            Deed.APPROVE: self._approve,
            Deed.DECLINE: self._decline,
            Deed.ISSUE: self._issue,
            Deed.REPLACE: self._replace,
            Deed.KEEP_NAME: self._keep_name,
            Deed.REVOKE: self._revoke,
            Deed.ERASE: self._erase,
        }

    def do(self, deed: Deed, award_id: str, seen: int, given: Given, member: StaffMember) -> None:
        """Do a deed, or nothing when it is done already by this very form.

        Args:
            seen: how many decisions there were when the form was shown.
            given: what the form holds.
            member: who does it.

        Raises:
            Meanwhile: somebody decided something else since the form was shown.
            Invalid: something in the form is missing or wrong; `field` names it.
            NotDue, SameEyes, NotFound: as the services say.
        """
        if self._is_done(deed, award_id, seen, member):
            return
        try:
            self._doing[deed](award_id, given, member)
        except (NotDue, Invalid) as problem:
            # the same form, sent twice at the same moment: the other one was first
            if self._is_done(deed, award_id, seen, member):
                return
            raise problem

    def _is_done(self, deed: Deed, award_id: str, seen: int, member: StaffMember) -> bool:
        later = select(AwardDecision.kind, AwardDecision.by_staff_id).where(
            AwardDecision.award_id == award_id, AwardDecision.number > seen
        )
        with self._database.reading() as session:
            found = session.execute(later).all()
        if found and (KINDS[deed], member.id) not in found:
            raise Meanwhile("somebody decided something else since the form was shown")
        return bool(found)

    def _approve(self, award_id: str, _given: Given, member: StaffMember) -> None:
        self._decisions.approve(award_id, member.name, staff_id=member.id)

    def _decline(self, award_id: str, given: Given, member: StaffMember) -> None:
        self._decisions.decline(award_id, member.name, given.reason, staff_id=member.id)

    def _issue(self, award_id: str, given: Given, member: StaffMember) -> None:
        self._by_hand.issue(award_id, given.reason, member.name, name=given.name or None, staff_id=member.id)

    def _replace(self, award_id: str, given: Given, member: StaffMember) -> None:
        certificate_id = self._of(award_id, given)
        try:
            self._replacements.replace(certificate_id, given.name, given.reason, member.name, staff_id=member.id)
        except NameNotPrintable as problem:
            raise Invalid("this name cannot be printed", explanation=say(problem.words), field="name") from None

    def _keep_name(self, award_id: str, given: Given, member: StaffMember) -> None:
        self._replacements.keep_name(self._of(award_id, given), given.reason, member.name, staff_id=member.id)

    def _revoke(self, award_id: str, given: Given, member: StaffMember) -> None:
        self._certificates.revoke(self._of(award_id, given), given.reason, member.name, staff_id=member.id)

    def _erase(self, award_id: str, given: Given, member: StaffMember) -> None:
        certificate_id = self._of(award_id, given)
        if not given.sure:
            raise Invalid("not sure", field="sure")
        self._erasures.erase_holder(certificate_id, member.name, staff_id=member.id)

    def _of(self, award_id: str, given: Given) -> str:
        """Return the id of the certificate that the form is about; it has to be of this dossier."""
        query = select(func.count()).where(Certificate.id == given.certificate_id, Certificate.award_id == award_id)
        with self._database.reading() as session:
            if not session.scalar(query):
                raise Refused("this certificate is not of this dossier")
        return given.certificate_id
