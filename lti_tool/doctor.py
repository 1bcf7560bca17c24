"""The doctor: is this installation in order, and what are its settings.

`serve` and `worker` ask the same questions before they start, and stop at the first that has a bad answer.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from io import BytesIO
from pathlib import Path

from alembic.util.exc import CommandError
from sqlalchemy import select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from lti_tool.app import Parts, compose
from lti_tool.certificates.eseal import load_eseal
from lti_tool.certificates.models import IssuingKey
from lti_tool.checkups import CHECKUPS, EXPIRES_SOON, WITHOUT_DATABASE, Finding
from lti_tool.config import Settings, prepare_data_dir
from lti_tool.errors import IccError, SettingsError
from lti_tool.platforms.models import ToolKey
from lti_tool.safety import check_safe, unsafe
from lti_tool.shown_settings import shown_settings
from lti_tool.signin.roles import Role

DRIVERS = ("sqlite", "postgresql+psycopg")
NO_FILE = (None, "", ":memory:")
UPGRADE = "run icc-bridge db upgrade"


def examine(settings: Settings) -> list[Finding]:
    """Look at settings, data folder, database, secret, files, trainings, clock, keys, jobs, staff, disks and mail."""
    return [*_settings(settings), *unknown(os.environ), *_parts(settings)]


def check_database_url(settings: Settings) -> URL:
    """Return the database's URL.

    Raises:
        SettingsError: it is no URL, or names a driver that is not used here.
    """
    try:
        url = make_url(settings.sqlalchemy_url)
    except (ArgumentError, ValueError):
        url = None
    # In memory each of the two engines over it, ours and the jobs', would have a database of its own.
    if url is None or url.drivername not in DRIVERS or (url.drivername == "sqlite" and url.database in NO_FILE):
        raise SettingsError("ICC_DATABASE_URL: expected sqlite:////path/file.sqlite or postgresql://user:password@host/name")
    return url


def check_there(settings: Settings) -> None:
    """See that a database has been made, so that a command in the wrong folder does not make an empty one.

    Raises:
        SettingsError: it is a SQLite file, and there is none; or the URL is wrong.
    """
    url = check_database_url(settings)
    if url.drivername == "sqlite" and url.database and not Path(url.database).exists():
        raise SettingsError(f"there is no database {url.database} yet: {UPGRADE} (ICC_DATA_DIR says where it is)")


def check_usable(parts: Parts) -> None:
    """See that the database can be used and is up to date.

    Raises:
        SettingsError: it is not.
    """
    try:
        current = parts.database.is_current()
    except DBAPIError as error:
        raise SettingsError(f"the database cannot be used: {str(error.orig).strip().splitlines()[0]}") from None
    except CommandError as error:
        raise SettingsError(f"the database was made by another version of ICC Bridge ({error})") from None
    if current:
        return
    if parts.database.is_newer():
        if not parts.settings.allow_newer_schema:
            raise SettingsError(
                "the database was made by a newer version of ICC Bridge: install that; "
                "ICC_ALLOW_NEWER_SCHEMA=true lets the version just before it run on it while you roll back"
            )
        return
    raise SettingsError(f"the database's schema is not the newest: {UPGRADE}")


def check_startable(settings: Settings) -> None:
    """See, before a server or worker starts, that everything it needs can be used.

    Raises:
        SettingsError: something cannot; the first that was found.
    """
    prepare_data_dir(settings)
    check_safe(settings)
    check_there(settings)
    parts = compose(settings)
    try:
        check_usable(parts)
        check_secret(parts)
        _check_files(parts)
        parts.engine.prepare()
    finally:
        parts.close()


def _settings(settings: Settings) -> Iterator[Finding]:
    for name, value in shown_settings(settings):
        yield Finding(name, good=True, value=value)


def unknown(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what looks like a setting and is none, such as one that was misspelt: it does nothing, and nobody would know.

    Args:
        environment: of the process; no value of it is shown.
    """
    known = {f"ICC_{field.upper()}" for field in Settings.model_fields}
    for name in sorted(name for name in environment if name.startswith("ICC_") and name not in known):
        close = get_close_matches(name, known, 1)
        meant = f"did you mean {close[0]}?" if close else "docs/settings.md lists all"
        yield Finding(name, good=False, value=f"there is no such setting; {meant}")


def _parts(settings: Settings) -> Iterator[Finding]:
    try:
        prepare_data_dir(settings)
    except SettingsError as error:
        yield Finding("data folder", good=False, value=error.detail)
        return
    yield Finding("data folder", good=True, value=f"can be written: {settings.data_dir.resolve()}")
    risks = list(unsafe(settings, os.environ))
    yield Finding("safety", good=not risks, value="; ".join(risks) or "nothing is set that is unsafe")
    try:
        check_there(settings)
        parts = compose(settings)
    except IccError as error:
        yield Finding("application", good=False, value=error.detail)
        return
    try:
        yield Finding("trainings", good=True, value=", ".join(sorted(parts.trainings)))
        yield _try("files", "can be written", lambda: _check_files(parts))
        database = _try("database", "up to date", lambda: check_usable(parts))
        yield database
        if database.good:
            yield _try("secret", "fits the database", lambda: check_secret(parts))
            for checkup in CHECKUPS:
                yield from checkup(parts)
            yield from _sign_in(parts)
        yield from _eseal(settings, parts)
        for checkup in WITHOUT_DATABASE:
            yield from checkup(parts)
    finally:
        parts.close()


def _try(name: str, good: str, check: Callable[[], None]) -> Finding:
    try:
        check()
    except IccError as error:
        return Finding(name, good=False, value=error.detail)
    return Finding(name, good=True, value=good)


def _check_files(parts: Parts) -> None:
    try:
        parts.files.discard(parts.files.put(BytesIO(b"probe"), max_bytes=100).path)
    except IccError as error:
        raise SettingsError(f"ICC_FILES_URL: files cannot be stored ({error.detail})") from None


def check_secret(parts: Parts) -> None:
    """See that the secret opens the keys in the database; there may be none yet.

    Raises:
        SettingsError: it is another one.
    """
    with parts.database.session() as session:
        sealed = [session.scalar(select(ToolKey.private_pem).limit(1))]
        sealed.append(session.scalar(select(IssuingKey.private_pem).where(IssuingKey.private_pem != "").limit(1)))
    for one in sealed:
        if one is not None:
            parts.vault.decrypt(one)


def _eseal(settings: Settings, parts: Parts) -> Iterator[Finding]:
    eseal = load_eseal(settings)
    if eseal is None:
        return
    until = eseal.certificate.not_valid_after_utc
    if eseal.holds(parts.clock()):
        soon = until - parts.clock() < EXPIRES_SOON
        yield Finding("eSeal", good=not soon, value=f"{eseal.subject}, until {until:%Y-%m-%d}{'; renew it' if soon else ''}")
    else:
        yield Finding("eSeal", good=False, value=f"not valid (until {until:%Y-%m-%d}): PDFs are only sealed technically")


def _sign_in(parts: Parts) -> Iterator[Finding]:
    """Say who of the staff can sign in, and how; that nobody can is no fault, as long as everybody comes from a school."""
    active = [line for line in parts.staff.list() if line.disabled_at is None]
    if active:
        operators = sum(Role.OPERATOR in line.roles for line in active)
        own = sum(bool(line.passkeys or line.identities) for line in active)
        value = f"{len(active)} of the staff, {operators} operators; {own} with a passkey or an account of their own"
        yield Finding("sign-in", good=True, value=value)
    else:
        yield Finding("sign-in", good=True, value="nobody yet; icc-bridge staff invite NAME --role operator begins")
    if parts.provider.there:
        yield _try("OpenID provider", f"{parts.provider.name} answers", lambda: _check_provider(parts))


def _check_provider(parts: Parts) -> None:
    """Ask the provider for its discovery document. Raises ProviderFailed when that does not fit."""
    parts.provider.discover()
