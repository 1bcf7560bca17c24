"""The platforms' public keys: fetched rarely, shared by all processes, never lost to an outage.

A set is read when the platform is registered, and again every half hour by a job (`keep_fresh`), so launches find their key
in memory and wait for nobody. An unknown key id makes us ask at once, at most every 60 seconds a platform, and one call
serves all who wait for it. An answer that is no usable key set never replaces one that was; on an outage the last good set
serves on. A key that the platform withdrew is trusted for an hour at most, as long as the platform answers: a set of that
age is asked for before it counts again, should no job have done so. (Security Framework 1.1, 6.3.)
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.exc import IntegrityError

from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import BadAnswer, OutsideError, Refused, Unreachable
from lti_tool.outgoing import Outgoing, origin
from lti_tool.platforms.models import Platform, PlatformKeySet, PlatformStatus
from lti_tool.platforms.service import INFO_COLUMNS, PlatformInfo, info_of_values
from lti_tool.statements import Statement

ASK_AGAIN_AFTER = timedelta(seconds=60)
ASK_FIRST_AGAIN_AFTER = timedelta(seconds=5)
"""While there is no set at all: every launch fails until there is one."""
FRESH_FOR = timedelta(hours=1)
REFRESH_AFTER = timedelta(minutes=30)
"""The age at which `keep_fresh` reads a set again: long before a launch would have to."""
RETRY_AFTER = timedelta(minutes=5)
"""How long `keep_fresh` leaves a platform alone that did not give its set."""
WAIT_AGAIN_AFTER = timedelta(minutes=15)
"""How seldom a launch that knows its key waits for a platform that gives no set: the job asks meanwhile."""
KEEP_FRESH_EVERY = 60.0
LEAST_BITS = 2048
MOST_KEYS = 50
_MEMBERS = ("kty", "kid", "use", "alg", "n", "e")
"""What is kept of a key: a platform that publishes a private half by mistake does not make us keep it."""

log = structlog.get_logger(__name__)


class KeyRefused(Refused):
    """The platform publishes no key of that id, or one that may not be used; the detail says why."""

    code = "L-KEY"


class _Unusable(BadAnswer):
    """A key set in which no key may be used; says why, by key id."""

    def __init__(self, detail: str, unfit: Mapping[str, str]) -> None:
        super().__init__(detail)
        self.unfit = unfit


@dataclass(frozen=True)
class KeysSeen:
    """What a platform publishes: how many keys can be used, and of each other one why not."""

    usable: int
    unfit: Sequence[str]


@dataclass(frozen=True)
class _KeySet:
    """What is known of a platform's keys: `keys` may be used, `unfit` may not and says why."""

    keys: Mapping[str, jwt.PyJWK]
    unfit: Mapping[str, str]
    fetched_at: datetime | None
    attempted_at: datetime | None


_NOTHING = _KeySet({}, {}, None, None)
_Id = tuple[str, str]


class PlatformKeys:
    """The public keys of all platforms.

    Args:
        database: keeps the last good set of each platform, and when we asked last.
        outgoing: fetches them.
        clock: the time.
    """

    def __init__(self, database: Database, outgoing: Outgoing, clock: Clock) -> None:
        self._database = database
        self._outgoing = outgoing
        self._clock = clock
        self._known: dict[_Id, _KeySet] = {}
        self._locks: dict[_Id, threading.Lock] = {}

    def key_for(self, platform: PlatformInfo, kid: str) -> jwt.PyJWK:
        """Return the platform's RS256 key of this id. It may call the platform: use it in no transaction.

        Raises:
            KeyRefused: no such key is published, or it is no RSA key of at least 2048 bits for RS256 signatures.
            OutsideError: the key is not known, and the platform's key set cannot be had at the moment.
        """
        known = self._known.get(_id(platform), _NOTHING)
        if kid in known.keys and self._is_fresh(known):
            return known.keys[kid]
        lock = self._lock(platform)
        # who needs a key that is known does not wait for one who asks for another
        if not lock.acquire(blocking=kid not in known.keys):
            return known.keys[kid]
        try:
            return self._look(platform, kid)
        finally:
            lock.release()

    def keep_fresh(self) -> int:
        """Read the sets that are due, and those of platforms that have none; return how many were read (a job)."""
        now = self._clock()
        none = PlatformKeySet.platform_id.is_(None)
        due = or_(PlatformKeySet.fetched_at.is_(None), PlatformKeySet.fetched_at <= now - REFRESH_AFTER)
        query = (
            select(*INFO_COLUMNS)
            .outerjoin(PlatformKeySet, PlatformKeySet.platform_id == Platform.id)
            .where(
                Platform.status == PlatformStatus.ACTIVE,
                or_(none, due & (PlatformKeySet.attempted_at <= now - RETRY_AFTER)),
            )
            .order_by(Platform.id)
        )
        return sum(self.warm_up(info_of_values(row)) for row in self._database.run(Statement(query), {}))

    def warm_up(self, platform: PlatformInfo) -> bool:
        """Read a platform's set if it can be had, and return whether it was; call it in no transaction."""
        try:
            with self._lock(platform):
                self._fetch(platform)
        except OutsideError as error:
            log.warning("keys.not_fetched", platform=platform.id, code=error.code, detail=error.detail)
            return False
        return True

    def look(self, platform: PlatformInfo) -> KeysSeen:
        """Fetch the key set now and return what is in it. A set without a usable key replaces none, as always.

        Raises:
            OutsideError: it cannot be had.
        """
        with self._lock(platform):
            try:
                found = self._fetch(platform)
            except _Unusable as error:
                return KeysSeen(0, tuple(error.unfit.values()))
        return KeysSeen(len(found.keys), tuple(found.unfit.values()))

    def _lock(self, platform: PlatformInfo) -> threading.Lock:
        return self._locks.setdefault(_id(platform), threading.Lock())

    def _look(self, platform: PlatformInfo, kid: str) -> jwt.PyJWK:
        known = self._read(platform)
        failure: OutsideError | None = None
        if not (kid in known.keys and self._is_fresh(known)) and self._may_ask(known, knows_key=kid in known.keys):
            try:
                known = self._fetch(platform)
            except OutsideError as error:
                log.warning("keys.not_fetched", platform=platform.id, code=error.code, detail=error.detail)
                failure = error
        if kid in known.keys:
            return known.keys[kid]
        unfit = failure.unfit if isinstance(failure, _Unusable) else known.unfit
        if kid in unfit:
            raise KeyRefused(unfit[kid])
        if failure is not None:
            raise failure
        if known.fetched_at is None or (known.attempted_at or known.fetched_at) > known.fetched_at:
            raise Unreachable(f"{origin(platform.jwks_url)} gave no key set a moment ago")
        raise KeyRefused("the platform publishes no key of that id")

    def _is_fresh(self, known: _KeySet) -> bool:
        return known.fetched_at is not None and self._clock() < known.fetched_at + FRESH_FOR

    def _may_ask(self, known: _KeySet, *, knows_key: bool) -> bool:
        pause = ASK_AGAIN_AFTER if known.fetched_at is not None else ASK_FIRST_AGAIN_AFTER
        if knows_key:
            pause = WAIT_AGAIN_AFTER
        return known.attempted_at is None or self._clock() >= known.attempted_at + pause

    def _read(self, platform: PlatformInfo) -> _KeySet:
        """Return what the database knows: another process may have asked meanwhile."""
        found = self._database.run(_STORED, {"platform_id": platform.id})
        if not found:
            return _NOTHING
        jwks, fetched_at, attempted_at = found[0]
        known = self._known.get(_id(platform), _NOTHING)
        if known.fetched_at == fetched_at and known.attempted_at == attempted_at:
            return known
        keys, unfit = _sort((jwks or {}).get("keys", ()))
        known = self._known[_id(platform)] = _KeySet(keys, unfit, fetched_at, attempted_at)
        return known

    def _fetch(self, platform: PlatformInfo) -> _KeySet:
        try:
            published = self._ask(platform)
            keys, unfit = _sort(published)
            if not keys:
                reason = next(iter(unfit.values()), "none of them can be read")
                raise _Unusable(f"{origin(platform.jwks_url)} publishes no usable key: {reason}", unfit)
        except OutsideError:
            self._write(platform, None)
            raise
        now = self._write(platform, {"keys": published})
        self._known[_id(platform)] = _KeySet(keys, unfit, now, now)
        return self._known[_id(platform)]

    def _ask(self, platform: PlatformInfo) -> list[dict[str, Any]]:
        answer = self._outgoing.call("GET", platform.jwks_url, headers={"Accept": "application/json"})
        where = origin(platform.jwks_url)
        if answer.status == 429 or answer.status >= 500:
            raise Unreachable(f"{where} answered {answer.status} to the request for its keys")
        if answer.status != 200:
            raise BadAnswer(f"{where} answered {answer.status} to the request for its keys")
        jwks = answer.json()
        keys = jwks.get("keys") if isinstance(jwks, dict) else None
        if not isinstance(keys, list) or not keys or len(keys) > MOST_KEYS:
            raise BadAnswer(f"{where} publishes no key set")
        return [{name: key[name] for name in _MEMBERS if name in key} for key in keys if isinstance(key, dict)]

    def _write(self, platform: PlatformInfo, jwks: dict[str, Any] | None) -> datetime:
        """Keep when we asked, and what came if it was good."""
        now = self._clock()
        values: dict[str, Any] = {"attempted_at": now}
        if jwks is not None:
            values |= {"jwks": jwks, "fetched_at": now}
        change = update(PlatformKeySet).where(PlatformKeySet.platform_id == platform.id).values(values)
        with self._database.session() as session:
            found = session.scalar(change.returning(PlatformKeySet.platform_id)) is not None
        if not found:
            try:
                with self._database.session() as session:
                    session.add(PlatformKeySet(platform_id=platform.id, **values))
            except IntegrityError:  # another process made the row at the same moment
                with self._database.session() as session:
                    session.execute(change)
        return now


_STORED = Statement(
    select(PlatformKeySet.jwks, PlatformKeySet.fetched_at, PlatformKeySet.attempted_at).where(
        PlatformKeySet.platform_id == bindparam("platform_id")
    )
)


def _id(platform: PlatformInfo) -> _Id:
    return platform.id, platform.jwks_url


def _sort(published: object) -> tuple[dict[str, jwt.PyJWK], dict[str, str]]:
    """Return the keys that may be used, and of the others why not, by key id; the first of an id counts."""
    keys: dict[str, jwt.PyJWK] = {}
    unfit: dict[str, str] = {}
    for jwk in published if isinstance(published, list) else ():
        kid = jwk.get("kid") if isinstance(jwk, dict) else None
        if not isinstance(kid, str) or not kid:
            unfit[""] = "a key of the platform has no kid"
            continue
        if kid in keys:
            continue
        try:
            keys[kid] = _parse(jwk)
            unfit.pop(kid, None)
        except KeyRefused as error:
            unfit[kid] = error.detail
    return keys, unfit


def _parse(jwk: Mapping[str, Any]) -> jwt.PyJWK:
    # some platforms publish no alg (Brightspace); LTI's own is RS256
    if jwk.get("kty") != "RSA" or jwk.get("alg", "RS256") != "RS256" or jwk.get("use", "sig") != "sig":
        raise KeyRefused("the platform's key is no RSA key for RS256 signatures")
    try:
        parsed = jwt.PyJWK({name: jwk[name] for name in ("kty", "n", "e")}, algorithm="RS256")
    except (jwt.PyJWTError, KeyError, ValueError, TypeError):
        raise KeyRefused("the platform's key cannot be read") from None
    if not isinstance(parsed.key, RSAPublicKey) or parsed.key.key_size < LEAST_BITS:
        raise KeyRefused(f"the platform's key is shorter than {LEAST_BITS} bits")
    return parsed
