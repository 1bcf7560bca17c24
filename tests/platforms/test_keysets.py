"""The platforms' keys: what is trusted, how often we ask, and what an outage does."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from lti_tool.database import Database
from lti_tool.demo.school import School, SigningKey
from lti_tool.errors import AddressRefused, BadAnswer, OutsideError, Unreachable
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.keysets import FRESH_FOR, KeyRefused, PlatformKeys
from lti_tool.platforms.models import PlatformKeySet
from lti_tool.platforms.service import PlatformInfo, PlatformService
from tests.clock import FakeClock
from tests.demo.conftest import recording
from tests.scripted_platform import Reply, ScriptedPlatform

Adder = Callable[..., PlatformInfo]


@pytest.fixture
def keys(sqlite_database: Database, outgoing: Outgoing, clock: FakeClock) -> PlatformKeys:
    return PlatformKeys(sqlite_database, outgoing, clock)


@pytest.fixture
def at_school(add_platform: Adder, school: School) -> PlatformInfo:
    return add_platform(school.url, f"{school.url}/lti/certs")


@pytest.fixture
def platform(add_platform: Adder, scripted: ScriptedPlatform) -> PlatformInfo:
    return add_platform(scripted.url)


@cache
def jwk(bits: int = 2048) -> dict[str, Any]:
    public = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key()
    return {**RSAAlgorithm.to_jwk(public, as_dict=True), "kid": f"rsa-{bits}", "alg": "RS256", "use": "sig"}


def publish(scripted: ScriptedPlatform, *keys: dict[str, Any]) -> None:
    scripted.answer("GET /keys", Reply(200, {"keys": list(keys)}))


def asked(scripted: ScriptedPlatform) -> int:
    return len(scripted.calls("/keys"))


def requests_of(school: School) -> int:
    return int(school.describe()["requests"].get("certs", 0))


def test_a_key_that_the_platform_publishes_verifies_its_tokens(
    keys: PlatformKeys, at_school: PlatformInfo, school: School
) -> None:
    token = school.sign_id_token({"sub": "4"})
    found = keys.key_for(at_school, school.keys.active.kid)
    assert jwt.decode(token, found.key, algorithms=["RS256"]) == {"sub": "4"}


def test_the_key_set_of_a_real_moodle_is_read(
    keys: PlatformKeys, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    recorded = recording("jwks")["body"]
    scripted.answer("GET /keys", Reply(200, recorded, {"Content-Type": "application/json; charset=utf-8"}))
    assert keys.key_for(platform, recorded["keys"][0]["kid"]).key.key_size == 2048


def test_keys_are_fetched_once_for_all_launches(keys: PlatformKeys, at_school: PlatformInfo, school: School) -> None:
    for _ in range(3):
        keys.key_for(at_school, school.keys.active.kid)
    assert requests_of(school) == 1


def test_another_process_uses_what_the_first_one_fetched(
    keys: PlatformKeys,
    at_school: PlatformInfo,
    school: School,
    sqlite_database: Database,
    outgoing: Outgoing,
    clock: FakeClock,
) -> None:
    keys.key_for(at_school, school.keys.active.kid)
    PlatformKeys(sqlite_database, outgoing, clock).key_for(at_school, school.keys.active.kid)
    assert requests_of(school) == 1


def test_a_rotated_key_is_fetched_when_it_first_appears(
    keys: PlatformKeys, at_school: PlatformInfo, school: School, other_key: SigningKey, clock: FakeClock
) -> None:
    old = school.keys.active.kid
    keys.key_for(at_school, old)
    school.keys.rotate(new=other_key)
    clock.advance(seconds=60)
    assert keys.key_for(at_school, other_key.kid)
    assert keys.key_for(at_school, old)
    assert requests_of(school) == 2


def test_unknown_key_ids_make_us_ask_at_most_once_a_minute(
    keys: PlatformKeys, at_school: PlatformInfo, school: School, clock: FakeClock
) -> None:
    keys.key_for(at_school, school.keys.active.kid)
    clock.advance(seconds=60)
    for number in range(5):
        with pytest.raises(KeyRefused):
            keys.key_for(at_school, f"made-up-{number}")
        clock.advance(seconds=10)
    assert requests_of(school) == 2
    clock.advance(seconds=10)
    with pytest.raises(KeyRefused):
        keys.key_for(at_school, "made-up")
    assert requests_of(school) == 3


def test_unknown_key_ids_do_not_make_known_keys_forgotten(
    keys: PlatformKeys, at_school: PlatformInfo, school: School, clock: FakeClock
) -> None:
    keys.key_for(at_school, school.keys.active.kid)
    clock.advance(minutes=2)
    school.faults.add("certs", "status", status=503, times=None)
    with pytest.raises(Unreachable):
        keys.key_for(at_school, "made-up")
    with pytest.raises(Unreachable):
        keys.key_for(at_school, "made-up-too")
    assert keys.key_for(at_school, school.keys.active.kid)


@pytest.mark.parametrize("kind", ["status", "html", "empty", "nokeys", "huge", "drop"])
def test_whatever_goes_wrong_the_last_good_set_serves_on(
    keys: PlatformKeys, at_school: PlatformInfo, school: School, clock: FakeClock, kind: str
) -> None:
    kid = school.keys.active.kid
    keys.key_for(at_school, kid)
    school.faults.add("certs", kind, times=None)
    clock.advance(days=3)
    assert keys.key_for(at_school, kid)
    assert requests_of(school) == 2
    assert keys.key_for(at_school, kid)
    assert requests_of(school) == 2


@pytest.mark.parametrize("kind", ["status", "html", "empty", "nokeys", "huge", "drop"])
def test_without_any_good_set_the_platform_is_asked_again_after_seconds(
    keys: PlatformKeys, at_school: PlatformInfo, school: School, clock: FakeClock, kind: str
) -> None:
    kid = school.keys.active.kid
    school.faults.add("certs", kind)
    with pytest.raises(OutsideError):
        keys.key_for(at_school, kid)
    with pytest.raises(Unreachable):
        keys.key_for(at_school, kid)
    assert requests_of(school) == 1
    clock.advance(seconds=5)
    assert keys.key_for(at_school, kid)


def test_an_empty_set_is_never_stored(
    keys: PlatformKeys, platform: PlatformInfo, scripted: ScriptedPlatform, sqlite_database: Database
) -> None:
    publish(scripted)
    with pytest.raises(BadAnswer):
        keys.key_for(platform, "a")
    with sqlite_database.session() as session:
        row = session.get_one(PlatformKeySet, platform.id)
        assert (row.jwks, row.fetched_at) == (None, None)


def test_a_key_that_was_withdrawn_is_trusted_no_longer_than_an_hour(
    keys: PlatformKeys, at_school: PlatformInfo, school: School, other_key: SigningKey, clock: FakeClock
) -> None:
    old = school.keys.active.kid
    keys.key_for(at_school, old)
    school.keys.rotate(keep_old=False, new=other_key)
    clock.advance(seconds=FRESH_FOR.total_seconds() - 1)
    assert keys.key_for(at_school, old)
    clock.advance(seconds=1)
    with pytest.raises(KeyRefused):
        keys.key_for(at_school, old)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"alg": "RS384"}, "RS256"),
        ({"alg": "HS256"}, "RS256"),
        ({"use": "enc"}, "RS256"),
        ({"kty": "oct", "k": "c2VjcmV0"}, "RS256"),
        ({"n": "not base64 ü"}, "cannot be read"),
        ({"n": None}, "cannot be read"),
    ],
)
def test_a_key_for_something_else_is_refused(
    keys: PlatformKeys, platform: PlatformInfo, scripted: ScriptedPlatform, changes: dict[str, Any], reason: str
) -> None:
    publish(scripted, {**jwk(), "kid": "good"}, {**jwk(), "kid": "bad", **changes})
    assert keys.key_for(platform, "good")
    with pytest.raises(KeyRefused, match=reason):
        keys.key_for(platform, "bad")


def test_a_short_rsa_key_is_refused_also_when_it_is_the_only_one(
    keys: PlatformKeys, platform: PlatformInfo, scripted: ScriptedPlatform, clock: FakeClock
) -> None:
    publish(scripted, jwk(1024))
    with pytest.raises(KeyRefused, match="2048 bits"):
        keys.key_for(platform, "rsa-1024")
    clock.advance(minutes=1)
    publish(scripted, jwk(1024), jwk())
    assert keys.key_for(platform, "rsa-2048")
    with pytest.raises(KeyRefused, match="2048 bits"):
        keys.key_for(platform, "rsa-1024")


def test_an_elliptic_key_is_refused(keys: PlatformKeys, platform: PlatformInfo, scripted: ScriptedPlatform) -> None:
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    publish(scripted, {**ECAlgorithm.to_jwk(public, as_dict=True), "kid": "ec"}, jwk())
    with pytest.raises(KeyRefused, match="RS256"):
        keys.key_for(platform, "ec")


def test_a_key_without_algorithm_or_use_is_taken(
    keys: PlatformKeys, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    publish(scripted, {name: jwk()[name] for name in ("kty", "n", "e", "kid")})
    assert keys.key_for(platform, "rsa-2048").algorithm_name == "RS256"


def test_entries_that_are_no_keys_are_passed_over(
    keys: PlatformKeys, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    without_kid = {name: value for name, value in jwk().items() if name != "kid"}
    scripted.answer("GET /keys", Reply(200, {"keys": ["x", None, {"kid": 5}, without_kid, jwk()]}))
    assert keys.key_for(platform, "rsa-2048")


@pytest.mark.parametrize(
    "body", [[], {}, {"keys": {}}, {"keys": "x"}, None, 5, b"\xff\xfe", b"[" * 100_000, {"keys": [jwk()] * 51}]
)
def test_what_is_no_key_set_is_a_bad_answer(
    keys: PlatformKeys, platform: PlatformInfo, scripted: ScriptedPlatform, body: object
) -> None:
    scripted.answer("GET /keys", Reply(200, body))
    with pytest.raises(BadAnswer):
        keys.key_for(platform, "rsa-2048")


def test_the_first_key_of_an_id_counts(keys: PlatformKeys, platform: PlatformInfo, scripted: ScriptedPlatform) -> None:
    second = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    publish(scripted, jwk(), {**jwk(), **RSAAlgorithm.to_jwk(second, as_dict=True)})
    found = keys.key_for(platform, "rsa-2048").key
    assert RSAAlgorithm.to_jwk(found, as_dict=True)["n"] == jwk()["n"]


def test_a_private_half_that_was_published_by_mistake_is_not_stored(
    keys: PlatformKeys, platform: PlatformInfo, scripted: ScriptedPlatform, sqlite_database: Database
) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    publish(scripted, {**RSAAlgorithm.to_jwk(private, as_dict=True), "kid": "oops"})
    assert isinstance(keys.key_for(platform, "oops").key, rsa.RSAPublicKey)
    with sqlite_database.session() as session:
        stored = session.get_one(PlatformKeySet, platform.id).jwks
    assert stored is not None
    assert set(stored["keys"][0]) <= {"kty", "kid", "use", "alg", "n", "e"}


def test_a_redirect_is_not_followed(keys: PlatformKeys, platform: PlatformInfo, scripted: ScriptedPlatform) -> None:
    publish(scripted, jwk())
    scripted.answer("GET /keys", Reply(302, b"", {"Location": f"{scripted.url}/elsewhere"}))
    with pytest.raises(BadAnswer, match="302"):
        keys.key_for(platform, "rsa-2048")
    assert scripted.calls("/elsewhere") == []


def test_a_key_set_in_a_private_network_is_not_asked_for(
    at_school: PlatformInfo, school: School, sqlite_database: Database, clock: FakeClock
) -> None:
    strict = PlatformKeys(sqlite_database, Outgoing(), clock)
    with pytest.raises(AddressRefused):
        strict.key_for(at_school, school.keys.active.kid)
    assert requests_of(school) == 0


def test_many_who_wait_for_a_key_make_one_request(
    keys: PlatformKeys, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    gate = threading.Event()
    scripted.answer("GET /keys", Reply(200, {"keys": [jwk()]}, gate=gate))
    with ThreadPoolExecutor(6) as pool:
        waiting = [pool.submit(keys.key_for, platform, "rsa-2048") for _ in range(6)]
        gate.set()
        assert len({future.result().key_id for future in waiting}) == 1
    assert asked(scripted) == 1


def test_who_needs_a_known_key_does_not_wait_for_a_slow_platform(
    keys: PlatformKeys, platform: PlatformInfo, scripted: ScriptedPlatform, clock: FakeClock
) -> None:
    publish(scripted, jwk())
    keys.key_for(platform, "rsa-2048")
    clock.advance(seconds=FRESH_FOR.total_seconds())
    gate = threading.Event()
    scripted.answer("GET /keys", Reply(200, {"keys": [jwk()]}, gate=gate))
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(keys.key_for, platform, "rsa-2048")
        scripted.wait_for("/keys", 2)
        assert keys.key_for(platform, "rsa-2048")
        assert not slow.done()
        gate.set()
        assert slow.result(5)


def test_two_processes_may_meet_while_they_store(
    database: Database, clock: FakeClock, outgoing: Outgoing, scripted: ScriptedPlatform
) -> None:
    url = scripted.url
    platform = PlatformService(database, clock, outgoing).add(
        "School", url, "us", f"{url}/a", f"{url}/t", f"{url}/keys", ["1"]
    )
    gate = threading.Event()
    scripted.answer("GET /keys", Reply(200, {"keys": [jwk()]}, gate=gate))
    with ThreadPoolExecutor(3) as pool:
        processes = [PlatformKeys(database, outgoing, clock) for _ in range(3)]
        waiting = [pool.submit(process.key_for, platform, "rsa-2048") for process in processes]
        scripted.wait_for("/keys", 3)
        gate.set()
        for future in waiting:
            assert future.result(5)


def test_a_look_counts_the_usable_keys_and_says_why_others_are_not(
    keys: PlatformKeys, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    publish(scripted, jwk(), jwk(1024))
    seen = keys.look(platform)
    assert (seen.usable, len(seen.unfit)) == (1, 1)
    assert "2048 bits" in seen.unfit[0]
    publish(scripted, jwk(1024), {**jwk(), "kid": None})
    seen = keys.look(platform)
    assert (seen.usable, len(seen.unfit)) == (0, 2)
    assert "no kid" in seen.unfit[1]
    publish(scripted)
    with pytest.raises(BadAnswer, match="no key set"):
        keys.look(platform)
    assert keys.key_for(platform, "rsa-2048")


class TestKeptFresh:
    """The job that reads key sets, so that no launch has to."""

    def test_a_first_launch_finds_the_keys_of_a_platform_that_was_registered_a_moment_ago(
        self, keys: PlatformKeys, at_school: PlatformInfo, school: School
    ) -> None:
        assert keys.keep_fresh() == 1
        school.faults.add("certs", "status", status=503, times=None)
        assert keys.key_for(at_school, school.keys.active.kid)
        assert requests_of(school) == 1

    def test_launches_all_day_long_never_ask_the_platform(
        self, keys: PlatformKeys, at_school: PlatformInfo, school: School, clock: FakeClock
    ) -> None:
        for _ in range(24 * 12):
            keys.keep_fresh()
            before = requests_of(school)
            assert keys.key_for(at_school, school.keys.active.kid)
            assert requests_of(school) == before
            clock.advance(minutes=5)
        assert requests_of(school) == 48

    def test_another_process_finds_what_the_job_read(
        self,
        keys: PlatformKeys,
        at_school: PlatformInfo,
        school: School,
        sqlite_database: Database,
        outgoing: Outgoing,
        clock: FakeClock,
    ) -> None:
        web = PlatformKeys(sqlite_database, outgoing, clock)
        for _ in range(4 * 12):
            keys.keep_fresh()
            before = requests_of(school)
            assert web.key_for(at_school, school.keys.active.kid)
            assert requests_of(school) == before
            clock.advance(minutes=5)

    def test_a_withdrawn_key_is_forgotten_within_the_hour(
        self, keys: PlatformKeys, at_school: PlatformInfo, school: School, other_key: SigningKey, clock: FakeClock
    ) -> None:
        old = school.keys.active.kid
        keys.keep_fresh()
        school.keys.rotate(keep_old=False, new=other_key)
        clock.advance(minutes=30)
        keys.keep_fresh()
        with pytest.raises(KeyRefused):
            keys.key_for(at_school, old)
        assert keys.key_for(at_school, other_key.kid)

    def test_while_a_platform_is_away_launches_of_known_keys_do_not_wait_for_it(
        self, keys: PlatformKeys, at_school: PlatformInfo, school: School, clock: FakeClock
    ) -> None:
        keys.keep_fresh()
        school.faults.add("certs", "status", status=503, times=None)
        for _ in range(3 * 60):
            keys.keep_fresh()
            before = requests_of(school)
            assert keys.key_for(at_school, school.keys.active.kid)
            assert requests_of(school) == before
            clock.advance(minutes=1)

    def test_a_platform_that_is_away_is_asked_every_five_minutes(
        self, keys: PlatformKeys, at_school: PlatformInfo, school: School, clock: FakeClock
    ) -> None:
        school.faults.add("certs", "status", status=503, times=None)
        for _ in range(15):
            assert keys.keep_fresh() == 0
            clock.advance(minutes=1)
        assert requests_of(school) == 3
        assert keys.warm_up(at_school) is False

    def test_one_that_is_away_does_not_keep_the_others_from_being_read(
        self, keys: PlatformKeys, add_platform: Adder, at_school: PlatformInfo, school: School, scripted: ScriptedPlatform
    ) -> None:
        add_platform(scripted.url)
        assert keys.keep_fresh() == 1
        assert keys.key_for(at_school, school.keys.active.kid)

    def test_one_that_is_switched_off_is_left_alone(
        self,
        keys: PlatformKeys,
        at_school: PlatformInfo,
        school: School,
        sqlite_database: Database,
        clock: FakeClock,
        outgoing: Outgoing,
    ) -> None:
        PlatformService(sqlite_database, clock, outgoing).disable(at_school.id)
        assert keys.keep_fresh() == 0
        assert requests_of(school) == 0
