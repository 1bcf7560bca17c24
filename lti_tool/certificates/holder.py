"""The holder's own certificate: to open, keep, share or not, and to ask for another name on it."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lti_tool.certificates.deciding import decisions_of
from lti_tool.certificates.explaining import award_of, current_certificate
from lti_tool.certificates.models import Certificate, DecisionKind
from lti_tool.certificates.names import name_problem
from lti_tool.certificates.snapshot import Snapshot, snapshot_from_json
from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.errors import NotFound
from lti_tool.launch.sessions import Viewer
from lti_tool.training.access import Access
from lti_tool.training.errors import Incomplete, Moved
from lti_tool.training.home import Place
from lti_tool.training.naming import FIELD, clean_name, problem_with

_LINKEDIN = "https://www.linkedin.com/profile/add"


@dataclass(frozen=True)
class HolderPage:
    """What the page "Mijn certificaat" shows."""

    place: Place
    certificate_id: str
    url: str
    """The public page."""
    snapshot: Snapshot
    shared: bool
    revoked_at: datetime | None
    revoked_reason: str | None
    wanted_name: str | None
    """The name that was asked for and not decided upon."""
    name_kept: str | None
    """Why the issuer left the name as it was, when it was asked last."""
    linkedin_url: str


class HolderService:
    """Reads and changes what the holder decides about.

    Args:
        settings: our address and time zone.
        database: for its own short transactions.
        clock: the time.
        access: who takes part.
    """

    def __init__(self, settings: Settings, database: Database, clock: Clock, access: Access) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._access = access

    def page(self, viewer: Viewer, cohort_id: str) -> HolderPage | None:
        """Return the viewer's own certificate, None while there is none, or none any more.

        Raises:
            TakesNoPart: the viewer only reviews here.
            NotFound: the viewer is nothing here.
        """
        with self._database.reading() as session:
            standing = self._access.participant(session, viewer, cohort_id)
            certificate = self._find(session, viewer, cohort_id)
            if certificate is None:
                return None
            snapshot = snapshot_from_json(certificate.snapshot)
            answers = [one for one in decisions_of(session, certificate.award_id) if one.kind is DecisionKind.NAME_KEPT]
            return HolderPage(
                place=Place.of(standing),
                certificate_id=certificate.id,
                url=snapshot.url,
                snapshot=snapshot,
                shared=certificate.shared,
                revoked_at=certificate.revoked_at,
                revoked_reason=certificate.revoked_reason,
                wanted_name=certificate.wanted_name,
                name_kept=answers[-1].reason if answers and certificate.wanted_name is None else None,
                linkedin_url=linkedin_url(snapshot, ZoneInfo(self._settings.time_zone)),
            )

    def own(self, viewer: Viewer, cohort_id: str) -> Certificate:
        """Return the viewer's own certificate, shared or not. Raises NotFound when there is none."""
        with self._database.reading() as session:
            self._access.participant(session, viewer, cohort_id)
            certificate = self._find(session, viewer, cohort_id)
        if certificate is None:
            raise NotFound("no certificate of the viewer's own")
        return certificate

    def share(self, viewer: Viewer, cohort_id: str, *, shared: bool) -> None:
        """Let strangers see who the certificate is about, or not. Raises NotFound when there is none."""
        with self._database.session() as session:
            self._access.participant(session, viewer, cohort_id)
            certificate = self._find(session, viewer, cohort_id, lock=True)
            if certificate is None:
                raise NotFound("no certificate of the viewer's own")
            certificate.shared = shared

    def ask_name(self, viewer: Viewer, cohort_id: str, name: str) -> None:
        """Ask the issuer for a certificate with another name.

        Raises:
            Incomplete: not a name that can be printed.
            Moved: the certificate is not valid any more.
            NotFound: there is none.
        """
        name = clean_name(name)
        problem = problem_with(name) or name_problem(name)
        with self._database.session() as session:
            self._access.participant(session, viewer, cohort_id)
            certificate = self._find(session, viewer, cohort_id, lock=True)
            if certificate is None:
                raise NotFound("no certificate of the viewer's own")
            if problem is not None:
                raise Incomplete({FIELD: problem})
            if certificate.revoked_at is not None:
                raise Moved("the certificate is not valid any more")
            if name == snapshot_from_json(certificate.snapshot).name:
                certificate.wanted_name, certificate.wanted_at = None, None
            else:
                certificate.wanted_name, certificate.wanted_at = name, self._clock()

    def _find(self, session: Session, viewer: Viewer, cohort_id: str, *, lock: bool = False) -> Certificate | None:
        training = self._access.standing(session, viewer, cohort_id).training
        award = award_of(session, viewer.person_id, training)
        found = current_certificate(session, award.id) if award else None
        if found is not None and lock:
            session.refresh(found, with_for_update=True)
        return found if found is not None and found.erased_at is None else None


def linkedin_url(snapshot: Snapshot, zone: ZoneInfo) -> str:
    """Return the address that adds a certificate to a LinkedIn profile; LinkedIn learns of it when somebody follows it."""
    day = snapshot.awarded_at.astimezone(zone)
    fields = {
        "startTask": "CERTIFICATION_NAME",
        "name": snapshot.text(snapshot.achievement.name),
        "organizationName": snapshot.issuer.name,
        "issueYear": day.year,
        "issueMonth": day.month,
        "certUrl": snapshot.url,
        "certId": snapshot.certificate_id,
    }
    return f"{_LINKEDIN}?{urlencode(fields)}"
