"""What the doctor looks at in an installation whose database can be used: its keys, its clock, its jobs.

A checkup yields findings and never raises for what it finds. One more is one more function in `CHECKUPS`, or in
`WITHOUT_DATABASE` when it needs none.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from cryptography import x509
from sqlalchemy import func, make_url, select

from lti_tool.app import Parts
from lti_tool.certificates.models import IssuingKey
from lti_tool.errors import OutsideError
from lti_tool.jobs.beats import alive
from lti_tool.mailing import MailTrouble, Tls, advice_for
from lti_tool.platforms.models import PlatformStatus, ToolKey
from lti_tool.readiness import LEAST_FREE_MB, MOST_CLOCK_DIFFERENCE
from lti_tool.safety import is_public
from lti_tool.training.clamav import ClamAv, ScannerDown

ROTATE_AFTER = timedelta(days=400)
"""Issuing keys are rotated once a year, and a month late is late."""
EXPIRES_SOON = timedelta(days=30)
ASKED_PLATFORMS = 3
ASKED_SECONDS = (3.0, 3.0)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    name: str
    good: bool
    value: str

    def row(self) -> dict[str, object]:
        """Return it as a row for a table."""
        return {"what": self.name, "good": self.good, "value": self.value}


def issuing_keys(parts: Parts) -> Iterator[Finding]:
    """Say how old the issuer's keys are, and when the certificate of the seal's key ends."""
    now = parts.clock()
    with parts.database.reading() as session:
        rows = session.scalars(select(IssuingKey).where(IssuingKey.retired_at.is_(None), IssuingKey.private_pem != "")).all()
    if not rows:
        yield Finding("issuing keys", good=True, value="none yet; they are made with the first certificate")
        return
    begun = max(row.active_from or row.created_at for row in rows)
    old = now - begun > ROTATE_AFTER
    advice = "; run icc-bridge keys rotate --issuing" if old else ""
    yield Finding("issuing keys", good=not old, value=f"since {begun:%Y-%m-%d}{advice}")
    ends = [_end(row.certificate_pem) for row in rows if row.certificate_pem]
    if ends:
        soon = min(ends) - now < EXPIRES_SOON
        advice = "; run icc-bridge keys rotate --issuing" if soon else ""
        yield Finding("seal certificate", good=not soon, value=f"until {min(ends):%Y-%m-%d}{advice}")


def clock(parts: Parts) -> Iterator[Finding]:
    """Compare our clock with others: the database server's, or what learning environments say in their answers."""
    ours = parts.clock()
    whose, away = ("the database server's", _from_database(parts, ours))
    if away is None:
        whose, away = ("a learning environment's", _from_platforms(parts))
    shown = f"{ours:%Y-%m-%d %H:%M:%S} UTC"
    if away is None:
        yield Finding("clock", good=True, value=f"{shown}; there was no other to compare with")
        return
    good = away <= MOST_CLOCK_DIFFERENCE
    advice = "" if good else "; set it right, with NTP: launches are refused when clocks differ by more than a minute"
    yield Finding("clock", good=good, value=f"{shown}, {away.total_seconds():.0f} s from {whose}{advice}")


def jobs(parts: Parts) -> Iterator[Finding]:
    """Say how many processes run jobs; that none does is no fault before the first start."""
    with parts.database.reading() as session:
        count = alive(session, parts.clock())
    yield Finding("jobs", good=True, value=f"{count} processes run them" if count else "no process runs them now")


def scanner(parts: Parts) -> Iterator[Finding]:
    """Say whether the virus scanner answers, where there is one."""
    if parts.settings.clamav_url:
        try:
            yield Finding("virus scanner", good=True, value=ClamAv(parts.settings.clamav_url).version())
        except ScannerDown as error:
            then = {"refuse": "files are refused", "allow": "files are taken unscanned"}[parts.settings.clamav_when_down]
            yield Finding("virus scanner", good=False, value=f"{error}; meanwhile {then}")


def webhooks(parts: Parts) -> Iterator[Finding]:
    """Say which webhooks of the API are paused, where there are webhooks."""
    rows = parts.api.webhooks.rows()
    if rows:
        paused = [str(row["id"]) for row in rows if row["state"] == "paused"]
        advice = f"paused: {', '.join(paused)}; icc-bridge api webhook list says why" if paused else f"{len(rows)} told"
        yield Finding("webhooks", good=not paused, value=advice)


def mail(parts: Parts) -> Iterator[Finding]:
    """Connect to the mail server as it is done to send (TLS, login), where there is one; nothing is sent."""
    if parts.mailer is None:
        return
    server = parts.mailer.server
    try:
        parts.mailer.check()
    except MailTrouble as trouble:
        yield Finding("mail", good=False, value=f"{server}: {advice_for(trouble)}")
    else:
        protected = {Tls.NONE: "without TLS", Tls.IMPLICIT: "over TLS", Tls.STARTTLS: "over STARTTLS"}[server.tls]
        known = f", logged in as {server.user}" if server.user else ", without a login"
        yield Finding(
            "mail", good=True, value=f"{server} answers {protected}{known}; icc-bridge mail test ADDRESS sends one"
        )


def disks(parts: Parts) -> Iterator[Finding]:
    """Say how much is free on each disk on which data lie: of the data folder, the database and the files."""
    seen: set[int] = set()
    for name, folder in _folders(parts):
        try:
            device, free = folder.stat().st_dev, shutil.disk_usage(folder).free // 1_000_000
        except OSError as error:
            yield Finding(name, good=False, value=f"{folder} cannot be looked at ({error.strerror})")
            continue
        if device not in seen:
            seen.add(device)
            good = free >= LEAST_FREE_MB
            advice = "" if good else f"; less than {LEAST_FREE_MB} MB: make room, or nothing can be handed in soon"
            yield Finding(name, good=good, value=f"{free} MB free in {folder}{advice}")


def tool_keys(parts: Parts) -> Iterator[Finding]:
    """Say since when the key signs that learning environments know us by."""
    with parts.database.reading() as session:
        begun = session.scalar(select(func.max(ToolKey.active_from)).where(ToolKey.retired_at.is_(None)))
    if begun is not None:
        old = parts.clock() - begun > ROTATE_AFTER
        advice = "; run icc-bridge keys rotate" if old else ""
        yield Finding("LTI key", good=not old, value=f"since {begun:%Y-%m-%d}{advice}")


def security_contact(parts: Parts) -> Iterator[Finding]:
    """Say whom people tell about a hole; that a public installation names nobody is mentioned, and no fault."""
    contacts = parts.settings.security_contact
    if contacts:
        yield Finding("security.txt", good=True, value=", ".join(contacts))
    elif is_public(parts.settings):
        value = "none; ICC_SECURITY_CONTACT says whom people tell about a hole (RFC 9116)"
        yield Finding("security.txt", good=True, value=value)


CHECKUPS: tuple[Callable[[Parts], Iterator[Finding]], ...] = (clock, tool_keys, issuing_keys, jobs, scanner, webhooks)
WITHOUT_DATABASE: tuple[Callable[[Parts], Iterator[Finding]], ...] = (disks, mail, security_contact)


def _folders(parts: Parts) -> Iterator[tuple[str, Path]]:
    settings = parts.settings
    yield "disk", settings.data_dir.resolve()
    database = make_url(settings.sqlalchemy_url)
    if database.drivername == "sqlite" and database.database:
        yield "disk of the database", Path(database.database).resolve().parent
    scheme, _, path = settings.files_location.partition("://")
    if scheme == "file" and Path(path).is_dir():
        yield "disk of the files", Path(path).resolve()


def _end(pem: str) -> datetime:
    return x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc


def _from_database(parts: Parts, ours: datetime) -> timedelta | None:
    if parts.database.sqlite:
        return None
    with parts.database.reading() as session:
        theirs = session.scalar(select(func.now()))
    return abs(theirs.astimezone(UTC) - ours) if theirs is not None else None


def _from_platforms(parts: Parts) -> timedelta | None:
    """Return the least difference with some platforms: one of them may be wrong itself."""
    active = [platform for platform in parts.platforms.list() if platform.status is PlatformStatus.ACTIVE]
    found: list[timedelta] = []
    for platform in active[:ASKED_PLATFORMS]:
        try:
            answer = parts.outgoing.call("HEAD", platform.jwks_url, timeout=ASKED_SECONDS)
            theirs = parsedate_to_datetime(answer.headers.get("Date", ""))
        except (OutsideError, ValueError):
            continue
        found.append(abs(theirs.astimezone(UTC) - parts.clock()))
    return min(found, default=None)
