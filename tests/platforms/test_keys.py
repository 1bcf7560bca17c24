"""Our own keys: made once, rotated without anybody noticing, secret at rest."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import jwt
import pytest
from sqlalchemy import select

from lti_tool.database import Database
from lti_tool.errors import SettingsError
from lti_tool.platforms.keys import KeyRing
from lti_tool.platforms.models import ToolKey
from lti_tool.vault import Vault
from tests.clock import START, FakeClock


@pytest.fixture
def ring(sqlite_database: Database, vault: Vault, clock: FakeClock) -> KeyRing:
    return KeyRing(sqlite_database, vault, clock)


def published(ring: KeyRing) -> list[str]:
    return [key["kid"] for key in ring.jwks()["keys"]]


def test_the_first_key_signs_at_once_and_its_public_half_verifies(ring: KeyRing) -> None:
    key = ring.signing_key()
    token = key.sign({"sub": "x"})
    (jwk,) = ring.jwks()["keys"]
    assert jwk["kid"] == key.kid == jwt.get_unverified_header(token)["kid"]
    assert (jwk["alg"], jwk["use"], jwk["kty"]) == ("RS256", "sig", "RSA")
    assert set(jwk) == {"kty", "n", "e", "kid", "alg", "use"}
    assert jwt.decode(token, jwt.PyJWK(jwk).key, algorithms=["RS256"]) == {"sub": "x"}
    assert key.private_key.key_size == 2048


def test_two_processes_that_start_at_once_make_one_key(database: Database, vault: Vault, clock: FakeClock) -> None:
    together = threading.Barrier(4)

    def start() -> str:
        ring = KeyRing(database, vault, clock)
        together.wait()
        return ring.signing_key().kid

    with ThreadPoolExecutor(4) as pool:
        kids = {future.result() for future in [pool.submit(start) for _ in range(4)]}
    assert len(kids) == 1
    with database.session() as session:
        assert len(session.scalars(select(ToolKey)).all()) == 1


def test_the_private_half_is_encrypted_and_not_shown(ring: KeyRing, sqlite_database: Database) -> None:
    key = ring.signing_key()
    with sqlite_database.session() as session:
        stored = session.get_one(ToolKey, key.kid).private_pem
    assert "PRIVATE" not in stored
    assert "PRIVATE" not in repr(key)
    assert "rsa" not in repr(ring).lower()


def test_another_secret_cannot_read_the_keys(ring: KeyRing, sqlite_database: Database, clock: FakeClock) -> None:
    ring.signing_key()
    stranger = KeyRing(sqlite_database, Vault("another secret, also long enough to be one"), clock)
    with pytest.raises(SettingsError, match="ICC_SECRET_KEY"):
        stranger.signing_key()


def test_a_new_key_is_published_a_day_before_it_signs(ring: KeyRing, clock: FakeClock) -> None:
    old = ring.signing_key().kid
    new = ring.rotate()
    assert sorted(published(ring)) == sorted([old, new])
    assert ring.signing_key().kid == old
    clock.advance(hours=23, minutes=59)
    assert ring.signing_key().kid == old
    clock.advance(minutes=1)
    assert ring.signing_key().kid == new
    assert old in published(ring)
    clock.advance(days=30)
    assert published(ring) == [new]


def test_rotating_twice_leaves_no_moment_without_a_key(ring: KeyRing, clock: FakeClock) -> None:
    first = ring.signing_key().kid
    second = ring.rotate()
    clock.advance(hours=1)
    third = ring.rotate()
    expected = [first] * 23 + [second] + [third] * 24
    for kid in expected:
        assert ring.signing_key().kid == kid
        clock.advance(hours=1)


def test_rotating_before_any_use_makes_both_keys(ring: KeyRing) -> None:
    new = ring.rotate()
    assert len(published(ring)) == 2
    assert ring.signing_key().kid != new


def test_a_rotation_elsewhere_is_seen_within_a_minute(
    ring: KeyRing, sqlite_database: Database, vault: Vault, clock: FakeClock
) -> None:
    ring.jwks()
    new = KeyRing(sqlite_database, vault, clock).rotate()
    clock.advance(seconds=60)
    assert new in published(ring)


def test_the_list_of_keys_shows_no_private_half(ring: KeyRing, clock: FakeClock) -> None:
    first = ring.signing_key().kid
    clock.advance(hours=1)
    second = ring.rotate()
    rows = ring.rows()
    assert [row["kid"] for row in rows] == [first, second]
    assert [row["active_from"] for row in rows] == [START, START + timedelta(hours=1, days=1)]
    assert "PRIVATE" not in str(rows)
