"""The openid-configuration: a recorded one is read, and everything that could lead us astray is refused."""

import json
import threading
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel

from lti_tool.errors import AddressRefused
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.configuration import PLATFORM_CONFIGURATION, PlatformConfiguration, fetch_configuration
from lti_tool.platforms.errors import ConfigurationRefused, PlatformSilent, RegistrationFailed
from tests.demo.conftest import recording
from tests.scripted_platform import Reply, ScriptedPlatform

PATH = "/mod/lti/openid-configuration.php"


def recorded(scripted: ScriptedPlatform) -> dict[str, Any]:
    """What a real Moodle 4.5 publishes, at the address of the scripted platform."""
    text = json.dumps(recording("openid-configuration")["body"])
    found: dict[str, Any] = json.loads(text.replace("http://127.0.0.1:8800", scripted.url))
    return found


def fetch(outgoing: Outgoing, scripted: ScriptedPlatform, **changes: object) -> PlatformConfiguration:
    changed = {**recorded(scripted), **changes}
    scripted.answer(f"GET {PATH}", Reply(200, {name: value for name, value in changed.items() if value is not None}))
    return fetch_configuration(outgoing, f"{scripted.url}{PATH}")


def test_the_configuration_of_a_real_moodle_is_read(outgoing: Outgoing, scripted: ScriptedPlatform) -> None:
    url = scripted.url
    assert fetch(outgoing, scripted) == PlatformConfiguration(
        issuer=url,
        auth_url=f"{url}/mod/lti/auth.php",
        token_url=f"{url}/mod/lti/token.php",
        jwks_url=f"{url}/mod/lti/certs.php",
        registration_url=f"{url}/mod/lti/openid-registration.php",
        token_audience=None,
        family="moodle",
        product="Moodle 4.5 (Build: 20241007)",
        issuer_is_own=True,
    )


@pytest.mark.parametrize("own", [None, {}, "moodle", {"product_family_code": 5}, {"product_family_code": "something new"}])
def test_an_unknown_family_is_generic(outgoing: Outgoing, scripted: ScriptedPlatform, own: object) -> None:
    assert fetch(outgoing, scripted, **{PLATFORM_CONFIGURATION: own}).family == "generic"


@pytest.mark.parametrize(
    ("code", "family", "product"),
    [
        ("canvas", "canvas", "Canvas 7"),
        ("Desire2Learn", "brightspace", "Brightspace 7"),
        ("sakailms.org", "sakai", "Sakai 7"),
        ("SchoolBord", "generic", "SchoolBord 7"),
    ],
)
def test_a_platform_is_recognised_by_what_it_calls_itself(
    outgoing: Outgoing, scripted: ScriptedPlatform, code: str, family: str, product: str
) -> None:
    own = {"product_family_code": code, "version": "7"}
    found = fetch(outgoing, scripted, **{PLATFORM_CONFIGURATION: own})
    assert (found.family, found.product) == (family, product)


def test_the_audience_of_tokens_may_be_another(outgoing: Outgoing, scripted: ScriptedPlatform) -> None:
    found = fetch(outgoing, scripted, authorization_server="https://api.brightspace.com/auth/token")
    assert found.token_audience == "https://api.brightspace.com/auth/token"


def test_an_issuer_of_another_host_is_told_apart(outgoing: Outgoing, scripted: ScriptedPlatform) -> None:
    assert not fetch(outgoing, scripted, issuer="https://canvas.example.org").issuer_is_own


@pytest.mark.parametrize("name", ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint"])
@pytest.mark.parametrize("value", [None, "", 5, ["https://x.example.org"], "https://x.example.org/\n", "x" * 1001])
def test_a_missing_or_wrong_member_is_named(
    outgoing: Outgoing, scripted: ScriptedPlatform, name: str, value: object
) -> None:
    with pytest.raises(ConfigurationRefused, match=name):
        fetch(outgoing, scripted, **{name: value})


@pytest.mark.parametrize(
    "issuer",
    [
        "lms.example.org",
        "https://",
        "ftp://lms.example.org",
        "https://a.example/?x=1",
        "https://[",
        "https://a.example:99999",
        "https://a.example:0",
        "https://us:word@a.example",
    ],
)
def test_an_issuer_that_is_no_address_is_refused(outgoing: Outgoing, scripted: ScriptedPlatform, issuer: str) -> None:
    with pytest.raises(ConfigurationRefused, match="issuer"):
        fetch(outgoing, scripted, issuer=issuer)


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint"])
@pytest.mark.parametrize("value", ["javascript:alert(1)", "file:///etc/passwd", "https://a:b@c.example.org/"])
def test_an_endpoint_that_we_do_not_call_is_refused(
    outgoing: Outgoing, scripted: ScriptedPlatform, name: str, value: str
) -> None:
    with pytest.raises(ConfigurationRefused, match=name):
        fetch(outgoing, scripted, **{name: value})


@pytest.mark.parametrize(
    "name", ["id_token_signing_alg_values_supported", "token_endpoint_auth_signing_alg_values_supported"]
)
def test_a_platform_without_our_signatures_is_refused(outgoing: Outgoing, scripted: ScriptedPlatform, name: str) -> None:
    with pytest.raises(ConfigurationRefused, match="RS256"):
        fetch(outgoing, scripted, **{name: ["ES256"]})
    assert fetch(outgoing, scripted, **{name: ["ES256", "RS256"]})
    assert fetch(outgoing, scripted, **{name: None})


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(302, b"", {"Location": "/elsewhere"}), ConfigurationRefused),
        (Reply(404, b"<html>"), ConfigurationRefused),
        (Reply(200, b"<html>Onderhoud</html>"), ConfigurationRefused),
        (Reply(200, b""), ConfigurationRefused),
        (Reply(200, ["issuer"]), ConfigurationRefused),
        (Reply(200, b" " * 1_000_001), ConfigurationRefused),
        (Reply(503, b"<html>"), PlatformSilent),
        (Reply(429, b""), PlatformSilent),
    ],
)
def test_an_answer_that_is_no_configuration_is_refused(
    outgoing: Outgoing, scripted: ScriptedPlatform, reply: Reply, kind: type[RegistrationFailed]
) -> None:
    scripted.answer(f"GET {PATH}", reply)
    with pytest.raises(kind):
        fetch_configuration(outgoing, f"{scripted.url}{PATH}")
    assert scripted.calls("/elsewhere") == []


def test_a_platform_that_says_nothing_is_silent(scripted: ScriptedPlatform) -> None:
    scripted.answer(f"GET {PATH}", Reply(200, {}, gate=threading.Event()))
    with pytest.raises(PlatformSilent):
        fetch_configuration(Outgoing(allow_private=True, timeout=(1, 0.05)), f"{scripted.url}{PATH}")


@pytest.mark.parametrize("url", ["", "not an address", "http://127.0.0.1:9/x", "https://10.0.0.1/x", "file:///etc/passwd"])
def test_a_private_or_wrong_address_is_not_called(scripted: ScriptedPlatform, url: str) -> None:
    app = Flask(__name__)
    Babel(app, default_locale="nl")
    with pytest.raises(ConfigurationRefused) as caught:
        fetch_configuration(Outgoing(), url or f"{scripted.url}{PATH}")
    with app.test_request_context():
        assert str(caught.value.explanation) == str(AddressRefused.explanation)
    assert scripted.asked == []
