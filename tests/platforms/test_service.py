"""Registrations by hand: what is taken, what is refused, and how a login finds one."""

from typing import Any

import pytest
from sqlalchemy import func, select

from lti_tool.database import Database
from lti_tool.errors import Invalid
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.errors import PlatformAmbiguous, PlatformUnknown
from lti_tool.platforms.models import Deployment, Platform, PlatformStatus
from lti_tool.platforms.service import PlatformInfo, PlatformService
from tests.clock import FakeClock

MOODLE: dict[str, Any] = {
    "name": "Lyceum De Maasbrug",
    "issuer": "http://127.0.0.1:8800",
    "client_id": "GlcMUzd0eCnDLdX",
    "auth_url": "http://127.0.0.1:8800/mod/lti/auth.php",
    "token_url": "http://127.0.0.1:8800/mod/lti/token.php",
    "jwks_url": "http://127.0.0.1:8800/mod/lti/certs.php",
    "deployment_ids": ["1"],
    "family": "moodle",
}


def add(platforms: PlatformService, **changes: object) -> PlatformInfo:
    return platforms.add(**{**MOODLE, **changes})


def test_a_platform_that_was_added_is_found(database: Database, platforms: PlatformService) -> None:
    added = add(platforms)
    with database.session() as session:
        assert platforms.find(session, added.issuer, added.client_id) == added
        assert platforms.find(session, added.issuer, None) == added
        assert platforms.of(session, added.id) == added
    assert platforms.get(added.id) == added
    assert list(platforms.list()) == [added]
    assert added.status is PlatformStatus.ACTIVE
    assert added.profile.family == "moodle"
    assert added.origin == added.auth_origin == "http://127.0.0.1:8800"


def test_another_issuer_or_client_is_unknown(database: Database, platforms: PlatformService) -> None:
    added = add(platforms)
    for issuer, client in (("http://127.0.0.1:8800/", added.client_id), (added.issuer, "other"), ("x", None)):
        with database.session() as session, pytest.raises(PlatformUnknown):
            platforms.find(session, issuer, client)
    with pytest.raises(PlatformUnknown):
        platforms.get("nothing")


def test_two_registrations_at_one_issuer_need_the_client_id(database: Database, platforms: PlatformService) -> None:
    first, second = add(platforms), add(platforms, client_id="second")
    with database.session() as session:
        assert platforms.find(session, first.issuer, "second") == second
        with pytest.raises(PlatformAmbiguous):
            platforms.find(session, first.issuer, None)


def test_the_same_registration_twice_is_refused(database: Database, platforms: PlatformService) -> None:
    add(platforms)
    with pytest.raises(Invalid, match="registered already") as caught:
        add(platforms, name="Other")
    assert caught.value.field == "client_id"
    with database.session() as session:
        assert session.scalar(select(func.count()).select_from(Platform)) == 1
        assert session.scalar(select(func.count()).select_from(Deployment)) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("name", "x" * 201),
        ("name", "De\nMaasbrug"),
        ("issuer", "lms.example.org"),
        ("issuer", "https://["),
        ("issuer", "https://lms.example.org?x=1"),
        ("client_id", ""),
        ("auth_url", "ftp://lms.example.org/auth"),
        ("token_url", "javascript:alert(1)"),
        ("jwks_url", ""),
        ("deployment_ids", []),
        ("deployment_ids", ["1", " "]),
        ("deployment_ids", ["x" * 256]),
        ("family", "mooodle"),
    ],
)
def test_what_is_wrong_is_named(sqlite_database: Database, clock: FakeClock, field: str, value: object) -> None:
    platforms = PlatformService(sqlite_database, clock, Outgoing(allow_private=True))
    with pytest.raises(Invalid) as caught:
        add(platforms, **{field: value})
    assert caught.value.field == field
    assert field in caught.value.detail or field == "deployment_ids"
    assert list(platforms.list()) == []


@pytest.mark.parametrize(
    "url", ["http://lms.example.org/token", "https://127.0.0.1/token", "https://10.0.0.1/token", "https://localhost/"]
)
def test_http_and_private_addresses_need_the_setting(sqlite_database: Database, clock: FakeClock, url: str) -> None:
    outgoing = Outgoing(resolver=lambda host, _port: [host] if host[0].isdigit() else ["127.0.0.1"])
    with pytest.raises(Invalid, match="auth_url") as caught:
        add(PlatformService(sqlite_database, clock, outgoing), auth_url=url)
    assert caught.value.field == "auth_url"


def test_a_family_is_known_by_what_the_platform_calls_itself(platforms: PlatformService) -> None:
    assert add(platforms, family="Moodle").family == "moodle"
    assert add(platforms, client_id="b", family="generic").family == "generic"


def test_the_audience_is_the_token_address_unless_said_otherwise(platforms: PlatformService) -> None:
    assert add(platforms).assertion_audience == MOODLE["token_url"]
    other = add(platforms, client_id="b", token_audience="https://api.example.org/token")
    assert other.assertion_audience == "https://api.example.org/token"


def test_a_platform_is_switched_off_and_on(platforms: PlatformService) -> None:
    added = add(platforms)
    platforms.disable(added.id)
    assert platforms.get(added.id).status is PlatformStatus.DISABLED
    platforms.enable(added.id)
    assert platforms.get(added.id).status is PlatformStatus.ACTIVE
    with pytest.raises(PlatformUnknown):
        platforms.disable("nothing")


def test_deployments_belong_to_their_own_platform(database: Database, platforms: PlatformService) -> None:
    first, second = add(platforms, deployment_ids=["1", "2", "1"]), add(platforms, client_id="b", deployment_ids=["3"])
    with database.session() as session:
        assert platforms.knows_deployment(session, first.id, "2")
        assert not platforms.knows_deployment(session, first.id, "3")
        assert not platforms.knows_deployment(session, second.id, "1")
    platforms.add_deployment(first.id, "4")
    platforms.add_deployment(first.id, " 4 ")
    assert platforms.deployments(first.id) == ["1", "2", "4"]
    with pytest.raises(Invalid):
        platforms.add_deployment(first.id, " ")
    with pytest.raises(PlatformUnknown):
        platforms.add_deployment("nothing", "1")


def test_the_deployment_of_a_platform_is_known_when_it_has_one(platforms: PlatformService) -> None:
    one, several = add(platforms, deployment_ids=["7"]), add(platforms, client_id="b", deployment_ids=["7", "8"])
    assert platforms.only_deployment(one) == "7"
    assert platforms.only_deployment(several) is None
    platforms.add_deployment(one.id, "9")
    assert platforms.only_deployment(one) is None
