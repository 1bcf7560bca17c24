"""Verification of a certificate in any of its forms, offline: `verify(data, trust, now)`.

In this order, and not further than a finding allows: read it, is the issuer trusted, is the key the issuer's, does the
signature hold, does it cover everything, does it follow the standard, is it in time, is it revoked. A PDF has its seal
checked before anything else. Whatever is presented, the answer is a verdict and never an exception.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

import structlog
from openbadgeslib.errors import LibOpenBadgesException
from openbadgeslib.ob3 import OB3LdpVerifier, verify_data_integrity_proof

from lti_tool.certificates.authenticity import check_token, proof_key, public_pem, token_key, trusted_issuer
from lti_tool.certificates.conformance import schema_problems
from lti_tool.certificates.findings import Finding, Stopped
from lti_tool.certificates.presented import (
    PresentedJwt,
    PresentedPdf,
    TooLarge,
    Unreadable,
    parse_object,
    read_presented,
)
from lti_tool.certificates.reading import TYPE, claims_agree, facts_of, has_type, period_of, text_of, without_claims
from lti_tool.certificates.revocation import SKEW, look_up
from lti_tool.certificates.trust import Trust
from lti_tool.certificates.verdict import Verdict, VerdictState

log = structlog.get_logger(__name__)

_DATES_BY_THE_LIBRARY = ("Credential has expired", "Credential is not yet valid")
"""openbadgeslib judges the dates last, by the machine's clock; here they are judged by the moment that was given."""
_GRAVEST_FIRST = (
    VerdictState.ALTERED,
    VerdictState.REVOKED,
    VerdictState.REPLACED,
    VerdictState.EXPIRED,
    VerdictState.UNKNOWN,
)
_FOR_VALID = {
    Finding.READ,
    Finding.ISSUER_KNOWN,
    Finding.KEY_KNOWN,
    Finding.SIGNED,
    Finding.COVERED,
    Finding.CONFORMANT,
    Finding.IN_TIME,
    Finding.NOT_REVOKED,
}


def verify(data: bytes, trust: Trust, now: datetime) -> Verdict:
    """Verify a certificate: its JSON, its JWT or its sealed PDF.

    Args:
        data: the whole file, from anybody.
        trust: whose certificates count, with the status lists that are at hand.
        now: the moment, to judge dates by.
    """
    run = _Run(trust, now)
    try:
        run.on(data)
    except Stopped as stopped:
        run.findings.append(stopped.finding)
    except Exception as error:  # noqa: BLE001 - whatever a hostile file makes a library raise, it cannot be verified
        log.warning("certificate_not_verified", error=type(error).__name__)
        run.findings.append(Finding.NOT_READ)
    return run.verdict()


def refused(finding: Finding) -> Verdict:
    """Return the verdict on a file that was not even read, for one finding."""
    return Verdict(state=finding.leads_to or VerdictState.UNKNOWN, checks=(finding.check,))


class _Run:
    def __init__(self, trust: Trust, now: datetime) -> None:
        self.findings: list[Finding] = []
        self._trust = trust
        self._now = now
        self._credential: Mapping[str, Any] = {}
        self._status_as_of: datetime | None = None

    def on(self, data: bytes) -> None:
        try:
            presented = read_presented(data)
        except TooLarge:
            raise Stopped(Finding.TOO_LARGE) from None
        except Unreadable:
            raise Stopped(Finding.NOT_READ) from None
        match presented:
            case PresentedPdf():
                issuer = self._sealed(presented)
            case PresentedJwt():
                issuer = self._token(presented)
            case _:
                issuer = self._document(presented.document)
        self._standard()
        self._dates()
        self._status(issuer)

    def verdict(self) -> Verdict:
        states = {finding.leads_to for finding in self.findings if finding.leads_to is not None}
        otherwise = VerdictState.VALID if set(self.findings) >= _FOR_VALID else VerdictState.UNKNOWN
        state = next((one for one in _GRAVEST_FIRST if one in states), otherwise)
        proven = Finding.SIGNED in self.findings and Finding.COVERED in self.findings
        successor = self._trust.successors.get(text_of(self._credential.get("id")) or "")
        return Verdict(
            state=state,
            checks=tuple(finding.check for finding in self.findings),
            facts=facts_of(self._credential) if proven and state is not VerdictState.ALTERED else None,
            status_as_of=self._status_as_of,
            successor=successor if state is VerdictState.REPLACED else None,
        )

    def _sealed(self, presented: PresentedPdf) -> str:
        # pyHanko, with aiohttp, takes a quarter of the time that a start takes; few processes ever look at a seal
        from lti_tool.certificates.sealed import attached_credential, find_seal, sealing_issuer

        sealer = sealing_issuer(find_seal(presented.content), self._trust.issuers)
        self.findings.append(Finding.SEALED)
        try:
            document = parse_object(attached_credential(presented.content))
        except Unreadable:
            raise Stopped(Finding.NOT_READ) from None
        issuer = self._document(document)
        if issuer != sealer:
            raise Stopped(Finding.SEAL_OF_ANOTHER)
        return issuer

    def _token(self, presented: PresentedJwt) -> str:
        issuer = self._named_issuer(presented.payload)
        key = token_key(presented, issuer, self._trust)
        self.findings.append(Finding.KEY_KNOWN)
        check_token(presented, key)
        credential = without_claims(presented.payload)
        if "proof" in credential:
            self._check_proof(credential, issuer)
        else:
            self.findings.extend((Finding.SIGNED, Finding.COVERED))
        self._credential = credential
        if not claims_agree(presented.payload):
            self.findings.append(Finding.NOT_CONFORMANT)
        return issuer

    def _document(self, document: dict[str, Any]) -> str:
        issuer = self._named_issuer(document)
        proof_key(document, issuer, self._trust)
        self.findings.append(Finding.KEY_KNOWN)
        self._check_proof(document, issuer)
        self._credential = document
        return issuer

    def _named_issuer(self, document: Mapping[str, Any]) -> str:
        if not has_type(document, TYPE):
            raise Stopped(Finding.NOT_READ)
        self.findings.append(Finding.READ)
        issuer = trusted_issuer(document, self._trust)
        self.findings.append(Finding.ISSUER_KNOWN)
        return issuer

    def _check_proof(self, document: dict[str, Any], issuer: str) -> None:
        pem = public_pem(proof_key(document, issuer, self._trust))
        try:
            OB3LdpVerifier(pubkey_pem=pem).verify(document)
        except LibOpenBadgesException as error:
            if not str(error).startswith(_DATES_BY_THE_LIBRARY):
                self._refuse(document, pem)
        self.findings.extend((Finding.SIGNED, Finding.COVERED))

    def _refuse(self, document: dict[str, Any], pem: bytes) -> NoReturn:
        """Tell a wrong signature from one that holds but does not cover everything."""
        try:
            verify_data_integrity_proof(document, pem)
        except LibOpenBadgesException:
            raise Stopped(Finding.NOT_SIGNED) from None
        self.findings.append(Finding.SIGNED)
        raise Stopped(Finding.NOT_COVERED)

    def _standard(self) -> None:
        self.findings.append(Finding.NOT_CONFORMANT if schema_problems(self._credential) else Finding.CONFORMANT)

    def _dates(self) -> None:
        self.findings.append(self._outside_of_time(self._credential) or Finding.IN_TIME)

    def _outside_of_time(self, credential: Mapping[str, Any]) -> Finding | None:
        period = period_of(credential)
        if period is None:
            return Finding.NOT_CONFORMANT
        if period.until is not None and period.until < self._now - SKEW:
            return Finding.OVER
        return Finding.NOT_YET if period.start > self._now + SKEW else None

    def _status(self, issuer: str) -> None:
        found = look_up(self._credential, issuer, self._trust, self._now)
        self.findings.append(found.finding)
        self._status_as_of = found.as_of
