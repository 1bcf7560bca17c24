"""Issued certificates: their page and forms, the issuer's documents, revocation."""

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lti_tool.certificates.credential import build_achievement
from lti_tool.certificates.deciding import checked_reason, note_decision
from lti_tool.certificates.documents import did_document, key_set, single_jwk
from lti_tool.certificates.freezing import awarded_achievement
from lti_tool.certificates.identity import achievement_url, status_list_url
from lti_tool.certificates.issue_log import append_again
from lti_tool.certificates.key_store import IssuerKeyStore
from lti_tool.certificates.models import Award, Certificate, DecisionKind, StatusList
from lti_tool.certificates.pdf import as_sealed, render_pdf
from lti_tool.certificates.proofs import SignedDocument, sign_status_list
from lti_tool.certificates.snapshot import IssuerFacts, Language, Snapshot, snapshot_from_json
from lti_tool.certificates.status import TTL, build_status_list
from lti_tool.certificates.trust import Trust
from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.errors import Invalid, NotFound, Refused
from lti_tool.statements import Statement
from lti_tool.training.models import Enrolment
from mappings.award import CertificateTexts
from mappings.training import Training


class CertificateUnknown(NotFound):
    """There is no such certificate."""

    code = "C-UNKNOWN"
    title = _l("Dit certificaat kennen we niet")
    explanation = _l("Bij dit nummer hoort geen certificaat. Misschien is het adres niet helemaal overgenomen.")
    who = _l("Je kunt dit zelf oplossen.")
    steps = (_l("Scan de QR-code op het certificaat opnieuw, of neem het hele adres over."),)


class HolderErased(Refused):
    """There was such a certificate; its holder had everything erased that tells about the person."""

    code = "C-ERASED"
    status = 410
    title = _l("De gegevens van dit certificaat zijn gewist")
    explanation = _l(
        "Dit certificaat is toegekend, en de houder heeft de naam en de bestanden hier laten wissen. Wie het bestand heeft,"
        " kan het nog steeds controleren: het nummer en de lijst met ingetrokken certificaten zijn er nog."
    )
    who = _l("De houder van het certificaat kan je verder helpen.")
    steps = (_l("Vraag de houder om het pdf-bestand en controleer dat bestand."),)


class NotShared(Refused):
    """The holder does not share the forms with the name."""

    code = "C-NOT-SHARED"
    status = 403
    title = _l("De houder deelt dit bestand niet")
    explanation = _l(
        "De pagina van het certificaat zegt wel of het geldig is en wat ervoor gedaan is, maar niet van wie het is."
    )
    who = _l("De houder van het certificaat kan je verder helpen.")
    steps = (_l("Vraag de houder om het bestand, of om delen weer aan te zetten."),)


@dataclass(frozen=True)
class CertificatePage:
    """What the verification page shows."""

    snapshot: Snapshot
    shared: bool
    """Whether it shows who it is about, and gives the forms."""
    replaced_by: str | None
    """The page of the one that took its place; then `revoked_at` is when, and `revoked_reason` why."""
    revoked_at: datetime | None
    revoked_reason: str | None
    checked_at: datetime
    status_list: int
    achievement_url: str
    texts: CertificateTexts | None


@dataclass(frozen=True)
class Document:
    """A file to download."""

    file_name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class AchievementPage:
    """An achievement for people and for machines."""

    training: Training
    as_json: Mapping[str, Any]


class CertificateService:
    """Shows, lists and revokes certificates.

    Args:
        settings: our address and the issuer.
        database: where they are.
        clock: the time.
        trainings: by key, for achievements and texts.
        keys: the issuer's.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        trainings: Mapping[str, Training],
        keys: IssuerKeyStore,
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._trainings = trainings
        self._keys = keys
        self._lists: dict[int, tuple[datetime, frozenset[int], SignedDocument]] = {}
        self._lock = threading.Lock()

    def list(self) -> Sequence[Certificate]:
        """Return all certificates, the oldest first."""
        with self._database.reading() as session:
            return session.scalars(select(Certificate).order_by(Certificate.issued_at, Certificate.id)).all()

    def rows(self, cohort_id: str | None = None) -> Sequence[Mapping[str, object]]:
        """Return awards with how far they are, for a list; people appear as ids only.

        Args:
            cohort_id: only of this cohort.
        """
        query = (
            select(Award, Enrolment.cohort_id, Certificate)
            .join(Enrolment, Enrolment.id == Award.enrolment_id)
            .outerjoin(Certificate, Certificate.award_id == Award.id)
            .order_by(Award.met_at, Award.id, Certificate.replaced_by_id.is_(None), Certificate.issued_at)
        )
        if cohort_id is not None:
            query = query.where(Enrolment.cohort_id == cohort_id)
        with self._database.reading() as session:
            return [
                {
                    "award": award.id,
                    "state": _state(award, certificate),
                    "cohort": cohort_id,
                    "certificate": certificate.id if certificate else None,
                    "issued_at": certificate.issued_at if certificate else None,
                    "url": self._url(certificate.id) if certificate else None,
                    "problem": "another name is asked for" if certificate and certificate.wanted_name else award.last_error,
                }
                for award, cohort_id, certificate in session.execute(query)
            ]

    def get(self, certificate_id: str) -> Certificate:
        """Return a certificate.

        Raises:
            CertificateUnknown: there is none.
        """
        with self._database.reading() as session:
            return self._get(session, certificate_id)

    def shared(self, certificate_id: str) -> Certificate:
        """Return a certificate for somebody who is not its holder.

        Raises:
            CertificateUnknown: there is none.
            HolderErased: its forms are gone.
            NotShared: the holder does not share it.
        """
        certificate = self.kept(certificate_id)
        if not certificate.shared:
            raise NotShared("the holder does not share it")
        return certificate

    def kept(self, certificate_id: str) -> Certificate:
        """Return a certificate that still has its forms.

        Raises:
            CertificateUnknown: there is none.
            HolderErased: they are gone.
        """
        certificate = self.get(certificate_id)
        if certificate.erased_at is not None:
            raise HolderErased("the holder was erased")
        return certificate

    def page(self, certificate_id: str) -> CertificatePage:
        """Return what the verification page shows.

        The signature was checked when the certificate was issued and the row is what was signed; a verifier who trusts
        nobody checks again with the issuer's keys.

        Raises:
            CertificateUnknown: there is none.
            HolderErased: there is nothing to show any more.
        """
        found = self._database.run(_SHOWN, {"certificate_id": certificate_id})
        if not found:
            raise CertificateUnknown("no such certificate")
        certificate = found[0]
        if certificate.erased_at is not None:
            raise HolderErased("the holder was erased")
        snapshot = snapshot_from_json(certificate.snapshot)
        training = self._trainings.get(snapshot.training_key)
        return CertificatePage(
            snapshot=snapshot,
            shared=certificate.shared,
            replaced_by=self._url(certificate.replaced_by_id) if certificate.replaced_by_id else None,
            revoked_at=certificate.revoked_at,
            revoked_reason=certificate.revoked_reason,
            checked_at=self._clock(),
            status_list=certificate.status_list,
            achievement_url=achievement_url(self._settings.base_url, snapshot.achievement.key, snapshot.achievement.version),
            texts=training.certificate if training else None,
        )

    def pdf(self, certificate_id: str) -> Document:
        """Return the sealed PDF, made at the first request and kept from then on.

        Raises:
            CertificateUnknown: there is none.
            HolderErased: it is gone.
            CertificateProblem: it cannot be made.
        """
        certificate = self.kept(certificate_id)
        snapshot = snapshot_from_json(certificate.snapshot)
        content = certificate.pdf
        if content is None:
            # pyHanko, with aiohttp, takes a quarter of the time that a start takes; few processes ever seal
            from lti_tool.certificates.seal import Sealer

            seal = self._keys.seal()
            rendered = render_pdf(as_sealed(snapshot, certified=seal.certified), certificate.credential)
            sealed = Sealer(seal).seal(rendered, now=self._clock(), language=snapshot.language)
            with self._database.session() as session:
                row = session.get_one(Certificate, certificate_id, with_for_update=True)
                if row.erased_at is not None:
                    raise HolderErased("the holder was erased meanwhile")
                if row.pdf is None:
                    row.pdf = sealed
                content = row.pdf
        training = self._trainings.get(snapshot.training_key)
        name = snapshot.text(training.certificate.file_name) if training else "certificate"
        return Document(name, content)

    def revoke(self, certificate_id: str, reason: str, by: str | None = None, *, staff_id: str | None = None) -> None:
        """Revoke a certificate; the page, the list and the command line say so from now on.

        Args:
            reason: shown on its page.
            by: who decided, for the file.
            staff_id: of the member of the staff who is signed in.

        Raises:
            CertificateUnknown: there is none.
            Invalid: no reason, or it was revoked before.
        """
        reason, now = checked_reason(reason), self._clock()
        with self._database.session() as session:
            certificate = self._get(session, certificate_id, lock=True)
            if certificate.revoked_at is not None:
                raise Invalid("the certificate was revoked before")
            certificate.revoked_at, certificate.revoked_reason = now, reason
            certificate.wanted_name, certificate.wanted_at = None, None
            append_again(session, now, "revoked", certificate.id)
            note_decision(
                session,
                now,
                certificate.award_id,
                DecisionKind.REVOKED,
                by_name=by,
                staff_id=staff_id,
                reason=reason,
            )

    def did_document(self) -> Mapping[str, Any]:
        """Return the issuer's did:web document."""
        return did_document(self._settings.base_url, self._keys.keys().public_jwks)

    def jwks(self) -> Mapping[str, Any]:
        """Return the issuer's key set."""
        return key_set(self._settings.base_url, self._keys.keys().public_jwks)

    def jwk(self, kid: str) -> Mapping[str, Any]:
        """Return one key.

        Raises:
            NotFound: there is none.
        """
        found = single_jwk(self._settings.base_url, kid, self._keys.keys().public_jwks)
        if found is None:
            raise NotFound("no such key")
        return found

    def status_list(self, number: int) -> SignedDocument:
        """Return a signed status list, as JSON and as JWT; the same one for a while, unless something was revoked.

        Raises:
            NotFound: there is none.
        """
        now = self._clock()
        revoked = self._revoked(number)
        with self._lock:
            known = self._lists.get(number)
            if known is not None and known[1] == revoked and now < known[0] + TTL:
                return known[2]
            made = build_status_list(self._settings.base_url, number, sorted(revoked), now=now)
            signed = sign_status_list(made, self._keys.signer(), now)
            self._lists[number] = now, revoked, signed
            return signed

    def trust(self) -> Trust:
        """Return what it takes to verify certificates of this installation offline: its keys and its status lists."""
        with self._database.reading() as session:
            numbers = session.scalars(select(StatusList.number)).all()
            replaced = select(Certificate.id, Certificate.replaced_by_id).where(Certificate.replaced_by_id.is_not(None))
            successors = {self._url(old): self._url(new) for old, new in session.execute(replaced) if new}
        lists = [json.loads(self.status_list(number).json) for number in numbers]
        return Trust.from_documents([self.did_document()], status_lists=lists, key_sets=[self.jwks()], successors=successors)

    def status_tokens(self) -> Mapping[str, str]:
        """Return every status list as VC-JWT, by its address."""
        with self._database.reading() as session:
            numbers = session.scalars(select(StatusList.number)).all()
        return {status_list_url(self._settings.base_url, number): self.status_list(number).jwt for number in numbers}

    def achievement(self, key: str, version: int, language: Language = Language.NL) -> AchievementPage:
        """Return an achievement, for machines in one language.

        Raises:
            NotFound: no training awards it in this version.
        """
        for training in self._trainings.values():
            if (training.achievement.key, training.achievement.version) == (key, version):
                return AchievementPage(training, self._achievement_json(training, language))
        raise NotFound("no such achievement")

    def _achievement_json(self, training: Training, language: Language) -> Mapping[str, Any]:
        return build_achievement(
            awarded_achievement(training),
            [(result.key, result.name) for result in training.achievement.results],
            IssuerFacts(self._settings.issuer_name, self._settings.issuer_url),
            hours=training.achievement.hours,
            base_url=self._settings.base_url,
            language=language,
        )

    def _url(self, certificate_id: str) -> str:
        return f"{self._settings.base_url}/c/{certificate_id}"

    def _revoked(self, number: int) -> frozenset[int]:
        with self._database.reading() as session:
            if session.get(StatusList, number) is None:
                raise NotFound("no such status list")
            query = select(Certificate.status_index).where(
                Certificate.status_list == number, Certificate.revoked_at.is_not(None)
            )
            return frozenset(session.scalars(query))

    @staticmethod
    def _get(session: Session, certificate_id: str, *, lock: bool = False) -> Certificate:
        found = session.get(Certificate, certificate_id, with_for_update=lock)
        if found is None:
            raise CertificateUnknown("no such certificate")
        return found


# Made once, and without the certificate's forms: its page is what is asked most.
_SHOWN = Statement(
    select(
        Certificate.snapshot,
        Certificate.shared,
        Certificate.replaced_by_id,
        Certificate.revoked_at,
        Certificate.revoked_reason,
        Certificate.erased_at,
        Certificate.status_list,
    ).where(Certificate.id == bindparam("certificate_id"))
)


def _state(award: Award, certificate: Certificate | None) -> str:
    if certificate is None:
        return str(award.state)
    if certificate.replaced_by_id is not None:
        return "replaced"
    if certificate.revoked_at is not None:
        return "revoked"
    return "erased" if certificate.erased_at is not None else str(award.state)
