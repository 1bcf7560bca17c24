"""Passkeys (WebAuthn Level 2): added by whoever is signed in, found by the device itself when somebody signs in.

A challenge is used once and in the browser that asked for it. The person is always verified (a finger, a face, a PIN), so a
passkey is two factors in one. Which maker's device it is, is not asked.
"""

import ipaddress
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from lti_tool.audit import AuditTrail
from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.ids import new_id, new_secret
from lti_tool.signin.attempts import Attempt, Attempts, Purpose
from lti_tool.signin.errors import AccountClosed, AttemptGone, PasskeyRefused, SignInRefused
from lti_tool.signin.models import Member, Passkey, Way
from lti_tool.signin.roles import StaffMember
from lti_tool.signin.service import SignInService, Visit
from lti_tool.signin.sessions import OpenedSession

LONGEST_ANSWER = 20_000
LONGEST_NAME = 100
SECONDS = 300
"""How long the browser waits for the person."""
_REQUIRED = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True)
class PasskeyLine:
    """A passkey, as its owner sees it."""

    id: str
    name: str
    backed_up: bool
    created_at: datetime
    used_at: datetime | None


class Passkeys:
    """Adds passkeys and signs in with them.

    Args:
        settings: `base_url` says for which host and from which origin passkeys are.
        database: where the public keys are.
        clock: the time.
        audit: every passkey that is added or removed is noted there.
        attempts: the challenges that wait.
        service: opens the sessions.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        audit: AuditTrail,
        attempts: Attempts,
        service: SignInService,
    ) -> None:
        self._origin = settings.base_url
        self._rp_id = urlsplit(settings.base_url).hostname or ""
        self._database = database
        self._clock = clock
        self._audit = audit
        self._attempts = attempts
        self._service = service

    @property
    def possible(self) -> bool:
        """Whether a passkey can be for this host: it needs a name, an IP address is none (WebAuthn, 5.1.3)."""
        try:
            ipaddress.ip_address(self._rp_id)
        except ValueError:
            return True
        return False

    def ask_new(self, member: StaffMember, browser: str) -> str:
        """Return, as JSON, what the browser has to ask for a new passkey."""
        with self._database.reading() as session:
            present = session.scalars(select(Passkey.credential_id).where(Passkey.member_id == member.id)).all()
        options = webauthn.generate_registration_options(
            rp_id=self._rp_id,
            rp_name="ICC Bridge",
            user_id=member.id.encode(),
            user_name=member.name,
            challenge=self._challenge(Purpose.NEW_PASSKEY, browser, Attempt(member_id=member.id)),
            timeout=SECONDS * 1000,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(base64url_to_bytes(one)) for one in present],
        )
        return options_to_json(options)

    def add(self, member: StaffMember, browser: str | None, answer: str, name: str) -> str:
        """Keep a new passkey and return its id.

        Args:
            answer: what the browser made of `ask_new`, as JSON.
            name: what its owner calls it; a number stands in for none.

        Raises:
            AttemptGone: its challenge is not (any more) waiting in this browser for this person.
            PasskeyRefused: it does not hold, or is there already.
        """
        credential, challenge = _read(answer)
        attempt = self._attempts.take(Purpose.NEW_PASSKEY, challenge, browser)
        if attempt is None or attempt.member_id != member.id:
            raise AttemptGone("nothing waits for this challenge in this browser")
        try:
            verified = webauthn.verify_registration_response(
                credential=credential,
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=self._rp_id,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except Exception as error:  # noqa: BLE001  # it is from outside, and the parsers below raise whatever they do
            raise PasskeyRefused(f"the new passkey was refused ({type(error).__name__})") from None
        row = Passkey(
            id=new_id(),
            member_id=member.id,
            credential_id=bytes_to_base64url(verified.credential_id),
            public_key=verified.credential_public_key,
            sign_count=verified.sign_count,
            name=_name(name) or f"Passkey {len(self.of(member.id)) + 1}",
            backed_up=verified.credential_backed_up,
            created_at=self._clock(),
        )
        try:
            with self._database.session() as session:
                session.add(row)
                session.flush()
                self._audit.done(session, member.id, "signin.add_passkey", row.id)
        except IntegrityError:
            raise PasskeyRefused("this passkey is there already") from None
        return row.id

    def ask(self, browser: str, next_path: str | None) -> str:
        """Return, as JSON, what the browser has to ask of any passkey for this host."""
        options = webauthn.generate_authentication_options(
            rp_id=self._rp_id,
            challenge=self._challenge(Purpose.PASSKEY, browser, Attempt(next_path=next_path)),
            timeout=SECONDS * 1000,
            user_verification=_REQUIRED,
        )
        return options_to_json(options)

    def sign_in(self, browser: str | None, answer: str, visit: Visit) -> tuple[OpenedSession, str | None]:
        """Sign in with a passkey; return the session and where to go on.

        Args:
            answer: what the browser made of `ask`, as JSON.

        Raises:
            AttemptGone: its challenge is not (any more) waiting in this browser.
            PasskeyRefused: it is unknown, or does not hold.
            AccountClosed: its owner is switched off.
        """
        owner: str | None = None
        try:
            credential, challenge = _read(answer)
            attempt = self._attempts.take(Purpose.PASSKEY, challenge, browser)
            if attempt is None:
                raise AttemptGone("nothing waits for this challenge in this browser")
            passkey, member = self._find(str(credential.get("id", "")))
            owner = member.id
            _check_owner(credential, member.id)
            count, backed_up = self._verify(credential, challenge, passkey)
            if member.disabled_at is not None:
                raise AccountClosed("this member of the staff is disabled")
            with self._database.session() as session:
                used = (
                    update(Passkey)
                    .where(Passkey.id == passkey.id, Passkey.sign_count == passkey.sign_count)
                    .values(sign_count=count, backed_up=backed_up, used_at=self._clock())
                    .returning(Passkey.id)
                )
                if session.scalar(used) is None:
                    raise PasskeyRefused("the passkey was used or removed a moment ago")
                return self._service.open(session, member.id, Way.PASSKEY, visit), attempt.next_path
        except SignInRefused as refused:
            self._service.failed(Way.PASSKEY, refused, owner)
            raise

    def of(self, member_id: str) -> Sequence[PasskeyLine]:
        """Return the passkeys of somebody, the oldest first."""
        query = select(Passkey).where(Passkey.member_id == member_id).order_by(Passkey.created_at, Passkey.id)
        with self._database.reading() as session:
            return [
                PasskeyLine(row.id, row.name, row.backed_up, row.created_at, row.used_at) for row in session.scalars(query)
            ]

    def remove(self, member_id: str, passkey_id: str) -> bool:
        """Let a passkey sign somebody in no more; return whether it did."""
        gone = delete(Passkey).where(Passkey.member_id == member_id, Passkey.id == passkey_id).returning(Passkey.id)
        with self._database.session() as session:
            found = session.scalar(gone) is not None
            if found:
                self._audit.done(session, member_id, "signin.remove_passkey", passkey_id)
        return found

    def _challenge(self, purpose: Purpose, browser: str, attempt: Attempt) -> bytes:
        challenge = new_secret()
        self._attempts.begin(purpose, challenge, browser, attempt)
        return base64url_to_bytes(challenge)

    def _find(self, credential_id: str) -> tuple[Passkey, Member]:
        query = select(Passkey, Member).join(Member).where(Passkey.credential_id == credential_id)
        with self._database.reading() as session:
            row = session.execute(query).first()
        if row is None:
            raise PasskeyRefused("nobody of the staff has this passkey")
        return row.Passkey, row.Member

    def _verify(self, credential: dict[str, Any], challenge: str, passkey: Passkey) -> tuple[int, bool]:
        """Return how often the passkey was used, and whether it is kept in an account."""
        try:
            verified = webauthn.verify_authentication_response(
                credential=credential,
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=self._rp_id,
                expected_origin=self._origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        except Exception as error:  # noqa: BLE001  # it is from outside, and the parsers below raise whatever they do
            raise PasskeyRefused(f"the answer of the passkey was refused ({type(error).__name__})") from None
        return verified.new_sign_count, verified.credential_backed_up


def _read(answer: str) -> tuple[dict[str, Any], str]:
    """Return an answer of the browser, and the challenge that it says it is for."""
    try:
        if len(answer) > LONGEST_ANSWER:
            raise ValueError("too long")
        credential = json.loads(answer)
        client_data = json.loads(base64url_to_bytes(credential["response"]["clientDataJSON"]))
        challenge = client_data["challenge"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise PasskeyRefused("the answer of the browser cannot be read") from None
    if not isinstance(credential, dict) or not isinstance(challenge, str):
        raise PasskeyRefused("the answer of the browser cannot be read")
    return credential, challenge.rstrip("=")


def _check_owner(credential: dict[str, Any], member_id: str) -> None:
    """See that a passkey says the same of its owner as we do (WebAuthn, 7.2, step 6)."""
    handle = credential["response"].get("userHandle")
    if not isinstance(handle, str) or handle.rstrip("=") != bytes_to_base64url(member_id.encode()):
        raise PasskeyRefused("the passkey names another owner, or none")


def _name(text: str) -> str:
    return "".join(letter for letter in text.strip() if letter.isprintable())[:LONGEST_NAME]
