"""Connecting a Moodle by a token: the right one, all the wrong ones, and that the token shows up nowhere."""

import logging

import pytest
import structlog
from sqlalchemy import select

from lti_tool.database import Database
from lti_tool.errors import SettingsError
from lti_tool.moodle.errors import NoMoodle, NotConnected, NotUsable
from lti_tool.moodle.models import MoodleSite
from lti_tool.moodle.problems import (
    ADDRESS,
    FUNCTION_MISSING,
    MAINTENANCE,
    SERVICES_OFF,
    TOKEN_REFUSED,
    UNREACHABLE,
    WRONG_ADDRESS,
)
from lti_tool.moodle.sites import MoodleSites
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.errors import PlatformUnknown
from lti_tool.platforms.models import Platform
from lti_tool.platforms.service import PlatformService
from lti_tool.vault import Vault
from moodle_client import AuthError, FunctionUnavailable, NotFound
from tests.builders import Builder
from tests.clock import START, FakeClock
from tests.conftest import SECRET
from tests.moodle.conftest import NEVER_WAIT
from tests.moodle_client.recorded_moodle import Account, Drop, Fault, RecordedMoodle, Replay, Reply
from tests.moodle_client.recorded_moodle.school import ALL_FUNCTIONS


def row_of(database: Database, platform: Platform) -> MoodleSite:
    with database.reading() as session:
        return session.get_one(MoodleSite, platform.id)


def strict(database: Database, clock: FakeClock, *, allow_private: bool) -> MoodleSites:
    """Sites that take https only, and private addresses when asked to."""
    outgoing = Outgoing(allow_private=allow_private)
    platforms = PlatformService(database, clock, outgoing)
    return MoodleSites(database, Vault(SECRET), clock, platforms, outgoing, manners=NEVER_WAIT)


def test_a_moodle_is_connected_with_the_token_of_its_account(
    sites: MoodleSites, platform: Platform, moodle: RecordedMoodle
) -> None:
    site = sites.connect(platform.id, f"{moodle.token}\n")
    assert (site.url, site.user_id, site.release) == (moodle.url, 7, "4.5 (Build: 20241007)")
    assert (site.connected_at, site.checked_at, site.problem) == (START, START, None)
    assert sites.get(platform.id) == site
    assert sites.list() == [site]
    assert moodle.calls == ["core_webservice_get_site_info"]
    with sites.client(platform.id) as client:
        assert client.courses.contents(2)


def test_the_address_may_be_typed_with_a_slash_or_in_capitals(
    sites: MoodleSites, platform: Platform, moodle: RecordedMoodle
) -> None:
    assert sites.connect(platform.id, moodle.token, f" {moodle.url.upper().replace('HTTP', 'http')}/ ").user_id == 7


def test_the_token_is_encrypted_in_the_row(
    sites: MoodleSites, platform: Platform, moodle: RecordedMoodle, database: Database, clock: FakeClock
) -> None:
    sites.connect(platform.id, moodle.token)
    sealed = row_of(database, platform).token_sealed
    assert moodle.token not in sealed
    assert Vault(SECRET).decrypt(sealed) == moodle.token
    outgoing = Outgoing(allow_private=True)
    platforms = PlatformService(database, clock, outgoing)
    elsewhere = MoodleSites(database, Vault("another secret, just as long as the first"), clock, platforms, outgoing)
    with pytest.raises(SettingsError), elsewhere.client(platform.id):
        pass


def test_the_token_is_in_no_repr_no_log_and_no_error(
    sites: MoodleSites, platform: Platform, moodle: RecordedMoodle, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    seen: list[str] = []
    with structlog.testing.capture_logs() as logged:
        seen.append(repr(sites.connect(platform.id, moodle.token)))
        for fault in (Drop(), Replay("invalid token"), Reply(200, b"<html>"), Reply(403)):
            moodle.faults = lambda _number, fault=fault: fault  # type: ignore[misc]
            with pytest.raises(NotUsable) as refused:
                sites.connect(platform.id, moodle.token)
            error = refused.value
            seen += [str(error), repr(error), str(vars(error)), repr(error.__cause__), repr(error.__context__)]
        moodle.faults = lambda _number: Replay("invalid token")
        with sites.client(platform.id) as client:
            seen.append(f"{client!r} {vars(client)}")
        with pytest.raises(AuthError) as failed, sites.client(platform.id) as client:
            client.site.info()
        seen += [str(failed.value), str(vars(failed.value))]
    seen += [repr(sites), str(vars(sites)), str(logged), caplog.text]
    assert len(seen) > 20
    assert len(logged) == 1
    assert [text for text in seen if moodle.token in text] == []


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (Replay("invalid token"), TOKEN_REFUSED),
        (Replay("ws user suspended"), TOKEN_REFUSED),
        (Replay("ip restricted token"), TOKEN_REFUSED),
        (Replay("expired token"), TOKEN_REFUSED),
        (Replay("service disabled"), TOKEN_REFUSED),
        (Replay("enablewebservices=0"), SERVICES_OFF),
        (Replay("rest protocol off"), SERVICES_OFF),
        (Replay("maintenance (db setting)"), MAINTENANCE),
        (Replay("climaintenance.html present"), MAINTENANCE),
        (Reply(404, b"<html>not found</html>", {"Content-Type": "text/html"}), WRONG_ADDRESS),
        (Reply(302, b"", {"Location": "https://elsewhere.example/"}), WRONG_ADDRESS),
        (Reply(200, b"<!DOCTYPE html><p>Welcome", {"Content-Type": "text/html"}), UNREACHABLE),
        (Reply(502), UNREACHABLE),
        (Drop(), UNREACHABLE),
    ],
    ids=str,
)
def test_what_is_wrong_is_told_and_nothing_is_kept(
    fault: Fault, problem: str, sites: MoodleSites, platform: Platform, moodle: RecordedMoodle
) -> None:
    moodle.faults = lambda _number: fault
    with pytest.raises(NotUsable) as refused:
        sites.connect(platform.id, moodle.token)
    assert refused.value.problem == problem
    assert sites.list() == []


def test_a_wrong_token_is_refused(sites: MoodleSites, platform: Platform) -> None:
    with pytest.raises(NotUsable) as refused:
        sites.connect(platform.id, "0123456789abcdef0123456789abcdef")
    assert refused.value.problem == TOKEN_REFUSED
    assert "invalidtoken" in refused.value.detail


@pytest.mark.parametrize("token", ["", "  \n", "two words", "é", "a\nb"])
def test_what_is_no_token_is_refused_without_asking_anybody(
    token: str, sites: MoodleSites, platform: Platform, moodle: RecordedMoodle
) -> None:
    with pytest.raises(NoMoodle) as refused:
        sites.connect(platform.id, token)
    assert refused.value.field == "token"
    assert moodle.seen == []


def test_only_the_platforms_own_address_is_connected(sites: MoodleSites, platform: Platform, moodle: RecordedMoodle) -> None:
    with RecordedMoodle() as other, pytest.raises(NoMoodle) as refused:
        sites.connect(platform.id, moodle.token, other.url)
    assert refused.value.field == "url"
    assert other.seen == []


def test_a_moodle_that_says_it_is_another_one_is_refused(sites: MoodleSites, build: Builder, moodle: RecordedMoodle) -> None:
    by_name = build.platform(issuer=moodle.url.replace("127.0.0.1", "localhost"))
    with pytest.raises(NotUsable) as refused:
        sites.connect(by_name.id, moodle.token)
    assert refused.value.problem == WRONG_ADDRESS
    assert moodle.url in refused.value.detail


def test_a_platform_that_is_no_moodle_has_nothing_to_connect(
    sites: MoodleSites, build: Builder, moodle: RecordedMoodle
) -> None:
    canvas = build.platform(issuer=moodle.url, family="canvas")
    with pytest.raises(NoMoodle, match="registered as canvas"):
        sites.connect(canvas.id, moodle.token)
    with pytest.raises(PlatformUnknown):
        sites.connect("unknown", moodle.token)
    assert moodle.seen == []


def test_an_address_without_https_is_refused(
    database: Database, clock: FakeClock, platform: Platform, moodle: RecordedMoodle
) -> None:
    with pytest.raises(NotUsable) as refused:
        strict(database, clock, allow_private=True).connect(platform.id, moodle.token)
    assert refused.value.problem == WRONG_ADDRESS
    assert "https://" in refused.value.detail
    assert moodle.seen == []


def test_an_address_in_a_private_network_is_refused(database: Database, clock: FakeClock, build: Builder) -> None:
    inside = build.platform(issuer="https://127.0.0.1:9")
    with pytest.raises(NotUsable) as refused:
        strict(database, clock, allow_private=False).connect(inside.id, "abc")
    assert refused.value.problem == ADDRESS
    assert "private network" in refused.value.detail


def test_a_new_token_takes_the_place_of_the_old_one(
    sites: MoodleSites, platform: Platform, moodle: RecordedMoodle, database: Database, clock: FakeClock
) -> None:
    moodle.accounts["newer"] = Account("wsintegratie")
    sites.connect(platform.id, moodle.token)
    sites.remember(platform.id, TOKEN_REFUSED)
    clock.advance(days=30)
    site = sites.connect(platform.id, "newer")
    assert (site.problem, site.connected_at) == (None, clock.now)
    assert Vault(SECRET).decrypt(row_of(database, platform).token_sealed) == "newer"
    assert len(sites.list()) == 1


def test_a_token_that_is_refused_leaves_the_one_that_works(
    sites: MoodleSites, platform: Platform, moodle: RecordedMoodle
) -> None:
    sites.connect(platform.id, moodle.token)
    with pytest.raises(NotUsable):
        sites.connect(platform.id, "wrong")
    with sites.client(platform.id) as client:
        assert client.site.info().user_id == 7


def test_disconnecting_forgets_the_token(
    sites: MoodleSites, platform: Platform, moodle: RecordedMoodle, database: Database
) -> None:
    sites.connect(platform.id, moodle.token)
    sites.disconnect(platform.id)
    with database.reading() as session:
        assert session.scalars(select(MoodleSite)).all() == []
    for call in (sites.get, sites.disconnect):
        with pytest.raises(NotConnected):
            call(platform.id)
    with pytest.raises(NotConnected), sites.client(platform.id):
        pass


def test_what_is_wrong_with_the_whole_site_is_remembered(
    sites: MoodleSites, platform: Platform, moodle: RecordedMoodle, clock: FakeClock
) -> None:
    moodle.accounts["short"] = Account("wsintegratie", ALL_FUNCTIONS - {"core_course_get_contents"})
    sites.connect(platform.id, "short")
    clock.advance(minutes=5)
    with pytest.raises(FunctionUnavailable), sites.client(platform.id) as client:
        client.courses.contents(2)
    assert (sites.get(platform.id).problem, sites.get(platform.id).checked_at) == (FUNCTION_MISSING, clock.now)
    del moodle.accounts["short"]
    with pytest.raises(AuthError), sites.client(platform.id) as client:
        client.site.info()
    assert sites.get(platform.id).problem == TOKEN_REFUSED
    sites.remember(platform.id, None)
    assert sites.get(platform.id).problem is None


def test_what_is_wrong_with_one_course_says_nothing_about_the_site(
    sites: MoodleSites, platform: Platform, moodle: RecordedMoodle
) -> None:
    sites.connect(platform.id, moodle.token)
    with pytest.raises(NotFound), sites.client(platform.id) as client:
        client.courses.contents(999)
    assert sites.get(platform.id).problem is None
