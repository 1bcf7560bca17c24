"""Asking a platform what works: each way in which it may answer, and that nothing is changed by asking."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from lti_tool.app import Parts
from lti_tool.clock import Clock, utc_now
from lti_tool.connection.probing import Probed, Prober
from lti_tool.connection.questions import Outcome
from lti_tool.courses.known import ServiceAddresses, addresses_of
from lti_tool.courses.models import Placement
from lti_tool.demo.school import PERSONALITIES, School, SchoolServer
from lti_tool.platforms.models import Platform
from lti_tool.platforms.registration import SCOPES
from lti_tool.platforms.scopes import MEMBERSHIP_READONLY, SCORE
from tests.connection.conftest import Connected, connect
from tests.scripted_platform import Reply, ScriptedPlatform


def probe(connected: Connected, *, deadline: float = 25.0) -> Probed:
    parts = connected.parts
    with parts.database.session() as session:
        addresses = addresses_of(session, connected.platform.id)
    prober = Prober(parts.settings, parts.database, parts.key_ring, parts.platforms, parts.clock, deadline)
    return prober.probe(connected.platform, addresses)


def test_everything_works_and_only_numbers_come_back(connected: Connected) -> None:
    probed = probe(connected)
    assert (probed.their_keys.done, probed.their_keys.count, probed.unfit_keys) == (True, 1, ())
    assert (probed.our_keys.done, probed.our_keys.count) == (True, 1)
    assert set(probed.tokens) == set(SCOPES)
    assert all(tried.done for tried in probed.tokens.values())
    assert [tried.outcome for tried in (probed.line_items, probed.results, probed.roster)] == [Outcome.DONE] * 3
    assert (probed.line_items.count, probed.results.count, probed.roster.count) == (1, 0, 1)
    assert "Höfen" not in repr(probed)


@pytest.mark.parametrize("family", list(PERSONALITIES))
def test_everything_works_with_every_kind_of_learning_environment(
    parts: Parts, listening: SchoolServer, family: str
) -> None:
    school = listening.fresh(utc_now, PERSONALITIES[family])
    probed = probe(connect(parts, school, family=family))
    assert all(tried.done for tried in (probed.their_keys, probed.our_keys, *probed.tokens.values())), probed
    assert all(tried.done for tried in (probed.line_items, probed.results, probed.roster)), probed


def test_asking_makes_and_changes_nothing_at_the_school(connected: Connected) -> None:
    before = connected.school.describe()
    probe(connected)
    after = connected.school.describe()
    before.pop("requests"), after.pop("requests")
    assert after == before
    assert connected.asked().get("scores", 0) == 0


def test_without_an_opened_activity_its_services_are_not_tried(parts: Parts, school: School) -> None:
    connected = connect(parts, school, opened=False)
    probed = probe(connected)
    assert {probed.line_items.outcome, probed.results.outcome, probed.roster.outcome} == {Outcome.NOT_TRIED}
    assert probed.their_keys.done
    assert connected.asked().get("lineitems", 0) == 0


def test_without_a_column_of_its_own_the_results_of_the_first_column_are_read(connected: Connected) -> None:
    with connected.parts.database.session() as session:
        session.execute(update(Placement).values(lineitem_url=None))
    probed = probe(connected)
    assert (probed.line_items.count, probed.results.outcome) == (1, Outcome.DONE)
    assert connected.asked()["results"] == 1


def test_a_token_goes_to_no_other_host_than_the_platforms(connected: Connected, ourselves: ScriptedPlatform) -> None:
    with connected.parts.database.session() as session:
        session.execute(update(Placement).values(lineitem_url=f"{ourselves.url}/lineitem"))
    assert probe(connected).results.outcome is Outcome.ODD
    assert ourselves.calls("/lineitem/results") == []


def test_the_addresses_are_those_of_that_very_platform(connected: Connected, parts: Parts) -> None:
    url = "http://127.0.0.1:9"
    other = parts.platforms.add("Andere", url, "c", f"{url}/auth", f"{url}/token", f"{url}/jwks", ["1"])
    with parts.database.session() as session:
        assert addresses_of(session, other.id) == ServiceAddresses()
        assert addresses_of(session, connected.platform.id).lineitem_url


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [("status", Outcome.SILENT), ("html", Outcome.ODD), ("drop", Outcome.SILENT), ("nokeys", Outcome.ODD)],
)
def test_keys_that_cannot_be_had(connected: Connected, kind: str, outcome: Outcome) -> None:
    connected.school.faults.add("certs", kind, times=None)
    probed = probe(connected)
    assert probed.their_keys.outcome is outcome
    assert probed.their_keys.detail


def test_keys_that_cannot_be_used_say_why(connected: Connected, ourselves: ScriptedPlatform) -> None:
    ourselves.answer(
        "GET /keys", Reply(200, {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}, {"kty": "EC", "kid": "1"}]})
    )
    platform = connected.parts.platforms.add(
        "Andere",
        ourselves.url,
        "c",
        f"{ourselves.url}/auth",
        f"{ourselves.url}/token",
        f"{ourselves.url}/keys",
        ["1"],
    )
    probed = probe(Connected(connected.school, platform, connected.parts))
    assert (probed.their_keys.done, probed.their_keys.count) == (True, 0)
    assert list(probed.unfit_keys) == [
        "a key of the platform has no kid",
        "the platform's key is no RSA key for RS256 signatures",
    ]


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(200, {"keys": [{"kid": "somebody-elses"}]}), Outcome.ODD),
        (Reply(200, b"<html>"), Outcome.ODD),
        (Reply(200, {"keys": "none"}), Outcome.ODD),
        (Reply(404), Outcome.REFUSED),
    ],
)
def test_our_own_address_that_does_not_show_our_keys(
    connected: Connected, ourselves: ScriptedPlatform, reply: Reply, outcome: Outcome
) -> None:
    ourselves.answer("GET /.well-known/jwks.json", reply)
    assert probe(connected).our_keys.outcome is outcome


def test_an_address_that_is_only_local_is_told(connected: Connected) -> None:
    parts = connected.parts
    settings = parts.settings.model_copy(update={"allow_private_platforms": False})
    prober = Prober(settings, parts.database, parts.key_ring, parts.platforms, parts.clock)
    probed = prober.probe(connected.platform, ServiceAddresses())
    assert probed.our_keys.outcome is Outcome.ADDRESS
    assert probed.their_keys.outcome is Outcome.ADDRESS


@pytest.mark.parametrize(("kind", "outcome"), [("status", Outcome.SILENT), ("html", Outcome.ODD), ("drop", Outcome.SILENT)])
def test_tokens_that_cannot_be_had(connected: Connected, kind: str, outcome: Outcome) -> None:
    connected.school.faults.add("token", kind, times=None)
    probed = probe(connected)
    assert {tried.outcome for tried in probed.tokens.values()} == {outcome}
    assert probed.line_items.outcome is outcome


def test_a_platform_that_does_not_know_us_gives_no_token(connected: Connected) -> None:
    with connected.parts.database.session() as session:
        session.get_one(Platform, connected.platform.id).client_id = "nobody"
    stranger = Connected(connected.school, connected.parts.platforms.get(connected.platform.id), connected.parts)
    probed = probe(stranger)
    assert {tried.outcome for tried in probed.tokens.values()} == {Outcome.NO_TOKEN}
    assert probed.roster.outcome is Outcome.NO_TOKEN


def test_a_scope_that_is_not_allowed_is_told_from_the_others(connected: Connected, ourselves: ScriptedPlatform) -> None:
    ourselves.answer("POST /token", Reply(200, {"access_token": "t", "scope": SCORE}))
    ourselves.answer("GET /keys", Reply(404))
    url = ourselves.url
    platform = connected.parts.platforms.add("Andere", url, "c", f"{url}/auth", f"{url}/token", f"{url}/keys", ["1"])
    probed = probe(Connected(connected.school, platform, connected.parts))
    assert probed.tokens[SCORE].done
    assert probed.tokens[MEMBERSHIP_READONLY].outcome is Outcome.SCOPE


@pytest.mark.parametrize(
    ("status", "outcome"), [(401, Outcome.DENIED), (403, Outcome.REFUSED), (404, Outcome.REFUSED), (503, Outcome.SILENT)]
)
def test_services_that_turn_us_away(connected: Connected, status: int, outcome: Outcome) -> None:
    for service in ("lineitems", "results", "memberships"):
        connected.school.faults.add(service, "status", times=None, status=status)
    probed = probe(connected)
    assert {probed.line_items.outcome, probed.results.outcome, probed.roster.outcome} == {outcome}
    assert probed.line_items.status in (status, None)
    assert all(tried.done for tried in probed.tokens.values())


def test_a_service_that_answers_with_a_page_is_odd(connected: Connected) -> None:
    connected.school.faults.add("memberships", "html", times=None)
    assert probe(connected).roster.outcome is Outcome.ODD


def test_the_clocks_of_one_machine_agree(connected: Connected) -> None:
    ahead = probe(connected).clock_ahead
    assert ahead is not None
    assert abs(ahead) < 5


def test_a_clock_that_differs_is_measured(compose_at: Callable[[Clock], Parts], school: School) -> None:
    late = connect(compose_at(lambda: utc_now() - timedelta(seconds=40)), school)
    ahead = probe(late).clock_ahead
    assert ahead is not None
    assert 35 < ahead < 45


def test_an_end_comes_whatever_happens(connected: Connected, ourselves: ScriptedPlatform) -> None:
    gate = threading.Event()
    ourselves.answer("GET /keys", Reply(200, {"keys": []}, gate=gate))
    ourselves.answer("POST /token", Reply(200, {}, gate=gate))
    url = ourselves.url
    platform = connected.parts.platforms.add("Traag", url, "c", f"{url}/auth", f"{url}/token", f"{url}/keys", ["1"])
    begun = utc_now()
    probed = probe(Connected(connected.school, platform, connected.parts), deadline=0.5)
    assert utc_now() - begun < timedelta(seconds=4)
    gate.set()
    assert probed.their_keys.outcome is Outcome.SILENT
    assert "not done within" in probed.their_keys.detail
    assert {tried.outcome for tried in probed.tokens.values()} == {Outcome.SILENT}
