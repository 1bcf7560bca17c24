"""Badges as people and platforms fetch them: the image of a certificate or achievement, and the hosted Open Badges 2.0."""

import json
from collections.abc import Mapping
from typing import Any

from lti_tool.certificates.badge import BadgeWords, baked_png, baked_svg, plain_png
from lti_tool.certificates.freezing import awarded_achievement
from lti_tool.certificates.hosted import assertion, badge_class, issuer_profile, revoked_assertion
from lti_tool.certificates.service import CertificateService
from lti_tool.certificates.snapshot import IssuerFacts, Language, Snapshot, snapshot_from_json
from lti_tool.config import Settings
from mappings.training import Training


class BadgeService:
    """Makes badges.

    Args:
        settings: our address and the issuer.
        certificates: has the certificates and achievements.
    """

    def __init__(self, settings: Settings, certificates: CertificateService) -> None:
        self._settings = settings
        self._certificates = certificates

    def png(self, certificate_id: str) -> bytes:
        """Return the badge with the certificate in it, in both generations of Open Badges.

        Raises:
            CertificateUnknown: there is none.
            HolderErased: its forms are gone.
        """
        certificate = self._certificates.kept(certificate_id)
        snapshot = snapshot_from_json(certificate.snapshot)
        return baked_png(_words(snapshot), certificate.jwt, json.dumps(assertion(snapshot), ensure_ascii=False))

    def svg(self, certificate_id: str) -> bytes:
        """Return the badge as SVG with the certificate in it.

        Raises:
            CertificateUnknown: there is none.
            HolderErased: its forms are gone.
        """
        certificate = self._certificates.kept(certificate_id)
        return baked_svg(_words(snapshot_from_json(certificate.snapshot)), certificate.jwt)

    def of_achievement(self, key: str, version: int, language: Language) -> bytes:
        """Return the badge of an achievement, with nothing in it.

        Raises:
            NotFound: no training awards it in this version.
        """
        training = self._training(key, version)
        heading, name = training.certificate.heading.get(language), training.achievement.name.get(language)
        return plain_png(BadgeWords(heading, name, self._settings.issuer_name, language.value))

    def assertion(self, certificate_id: str) -> tuple[Mapping[str, Any], bool]:
        """Return the hosted Open Badges 2.0 assertion of a certificate, and whether it holds.

        Raises:
            CertificateUnknown: there is none.
            HolderErased: it holds, and there is nothing to tell any more.
        """
        certificate = self._certificates.get(certificate_id)
        if certificate.revoked_at is not None:
            return revoked_assertion(self._settings.base_url, certificate_id, certificate.revoked_reason), False
        return assertion(snapshot_from_json(self._certificates.kept(certificate_id).snapshot)), True

    def badge_class(self, key: str, version: int, language: Language) -> Mapping[str, Any]:
        """Return the Open Badges 2.0 badge class of an achievement.

        Raises:
            NotFound: no training awards it in this version.
        """
        achievement = awarded_achievement(self._training(key, version))
        return badge_class(achievement, base_url=self._settings.base_url, language=language)

    def issuer(self) -> Mapping[str, Any]:
        """Return the Open Badges 2.0 profile of the issuer."""
        settings = self._settings
        return issuer_profile(
            IssuerFacts(settings.issuer_name, settings.issuer_url), settings.base_url, settings.issuer_email
        )

    def _training(self, key: str, version: int) -> Training:
        return self._certificates.achievement(key, version).training


def _words(snapshot: Snapshot) -> BadgeWords:
    return BadgeWords(
        heading=snapshot.text(snapshot.lines.heading),
        achievement=snapshot.text(snapshot.achievement.name),
        issuer=snapshot.issuer.name,
        language=snapshot.language.value,
    )
