"""C7: dynamic registration, when the learning environment, or who says so, is not what it claims."""

import json
import socket
from typing import Any
from urllib.parse import urlencode

import pytest

from lti_tool.demo.browser import Page
from lti_tool.demo.school import FaultKind, Service
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.asking import TOOL_CONFIGURATION
from tests.certification.conftest import Run
from tests.certification.premises import Premises, Visitor
from tests.certification.refusals import Attempt, is_refused
from tests.demo.conftest import recording
from tests.scripted_platform import Reply, ScriptedPlatform

CONFIGURATION = "/mod/lti/openid-configuration.php"
REGISTRATION = "/mod/lti/openid-registration.php"
TROUBLE: tuple[tuple[FaultKind, dict[str, float], str, str], ...] = (
    (FaultKind.HTML, {}, "P-CONFIG", "P-ANSWER"),
    (FaultKind.EMPTY, {}, "P-CONFIG", "P-ANSWER"),
    (FaultKind.HUGE, {}, "P-CONFIG", "P-ANSWER"),
    (FaultKind.STATUS, {"status": 500}, "P-SILENT", "P-SILENT"),
    (FaultKind.DROP, {}, "P-SILENT", "P-SILENT"),
    (FaultKind.SLOW, {"seconds": 30}, "P-SILENT", "P-SILENT"),
)
"""How its configuration or its answer goes wrong, and the code of either."""
NEW = Reply(200, {"client_id": "new-client", TOOL_CONFIGURATION: {"deployment_id": "1"}})


@pytest.fixture
def moodle(scripted: ScriptedPlatform) -> ScriptedPlatform:
    """A platform with the configuration of a real Moodle, that takes every registration."""
    scripted.answer(f"GET {CONFIGURATION}", Reply(200, _configuration(scripted.url)))
    scripted.answer(f"POST {REGISTRATION}", NEW)
    return scripted


def test_c7_84_dynamic_registration(run: Run, hasty: Outgoing, moodle: ScriptedPlatform) -> None:
    premises = run(hasty)
    _a_token_is_used_once(premises)
    _nobody_takes_the_name_of_another(premises, moodle)
    _a_configuration_without_an_endpoint(premises, moodle)
    _trouble_at_the_learning_environment(premises, moodle)
    _an_answer_without_a_deployment(premises, moodle)
    _a_private_address_is_not_called(run, moodle)


def _a_token_is_used_once(premises: Premises) -> None:
    """The invitation is ours, the registration token the school's; neither works twice."""
    first, second = _invite(premises), _invite(premises)
    address = premises.school.start_registration(f"{premises.url}/lti/register/{first}")
    done = premises.visitor().browser.get(address).form(with_field="csrf_token").submit()
    assert (done.status, f"{premises.school.name} is gekoppeld" in done.text) == (200, True)
    is_refused(premises, lambda visitor: visitor.send("GET", address), "P-USED", status=410, framer="*")
    spent = address.replace(first, second)
    is_refused(premises, _register(spent), "P-TOKEN", status=502, framer=premises.school.url)
    assert len(premises.school.registrations) == 2


def _nobody_takes_the_name_of_another(premises: Premises, moodle: ScriptedPlatform) -> None:
    moodle.answer(f"GET {CONFIGURATION}", Reply(200, _configuration(moodle.url) | {"issuer": premises.school.url}))
    for client_id in (premises.registration.client_id, "another"):
        moodle.answer(f"POST {REGISTRATION}", Reply(200, {"client_id": client_id}))
        framers = f"{premises.school.url} {moodle.url}"
        is_refused(premises, _register(_address(premises, moodle)), "P-ISSUER", status=502, framer=framers)
    moodle.answer(f"GET {CONFIGURATION}", Reply(200, _configuration(moodle.url)))
    moodle.answer(f"POST {REGISTRATION}", NEW)


def _a_configuration_without_an_endpoint(premises: Premises, moodle: ScriptedPlatform) -> None:
    whole = _configuration(moodle.url)
    for lacks in ("registration_endpoint", "authorization_endpoint", "token_endpoint", "jwks_uri", "issuer"):
        cut = {name: value for name, value in whole.items() if name != lacks}
        moodle.answer(f"GET {CONFIGURATION}", Reply(200, cut))
        address = _address(premises, moodle)
        is_refused(premises, _opening(address), "P-CONFIG", status=502, framer="*")
    moodle.answer(f"GET {CONFIGURATION}", Reply(200, whole))


def _trouble_at_the_learning_environment(premises: Premises, moodle: ScriptedPlatform) -> None:
    """Neither what it says of itself nor its answer is believed, waited for or read without end."""
    url = premises.school.url
    at_school = {"openid_configuration": f"{url}/.well-known/openid-configuration", "registration_token": "token"}
    faults = premises.school.faults
    for kind, how, at_first, at_last in TROUBLE:
        for service, code in ((Service.CONFIGURATION, at_first), (Service.REGISTRATION, at_last)):
            address = f"{premises.url}/lti/register/{_invite(premises)}?{urlencode(at_school)}"
            faults.add(service, kind, times=None, **how)  # type: ignore[arg-type]  # of each kind
            if service is Service.CONFIGURATION:
                is_refused(premises, _opening(address), code, status=502, framer="*")
            else:
                is_refused(premises, _register(address), code, status=502)
            faults.clear()
            premises.clock.advance(minutes=1)  # registrations are limited
    elsewhere = Reply(302, b"", {"Location": f"{moodle.url}/elsewhere"})
    moodle.answer(f"GET {CONFIGURATION}", elsewhere)
    is_refused(premises, _opening(_address(premises, moodle)), "P-CONFIG", status=502, framer="*")
    moodle.answer(f"GET {CONFIGURATION}", Reply(200, _configuration(moodle.url)))
    moodle.answer(f"POST {REGISTRATION}", elsewhere)
    page = _register(_address(premises, moodle))(premises.visitor())
    assert (page.status, "P-DECLINED · LTI-" in page.text) == (502, True)
    assert moodle.calls("/elsewhere") == []


def _an_answer_without_a_deployment(premises: Premises, moodle: ScriptedPlatform) -> None:
    moodle.answer(f"POST {REGISTRATION}", Reply(200, {"client_id": "no-deployment"}))
    page = premises.visitor().browser.get(_address(premises, moodle)).form(with_field="csrf_token").submit()
    assert page.status == 200
    assert "Er ontbreekt nog een nummer" in page.text
    assert "Tot dan kan niemand de training openen." in page.text


def _a_private_address_is_not_called(run: Run, moodle: ScriptedPlatform) -> None:
    leads_to = {"lms.example.org": "93.184.215.14"}
    calls = len(moodle.calls(CONFIGURATION))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        port = listener.getsockname()[1]
        premises = run(Outgoing(resolver=lambda host, _port: [leads_to.get(host, host)], timeout=(0.3, 0.3)))
        for url in (
            f"https://127.0.0.1:{port}/",
            f"https://[::1]:{port}/",
            "https://169.254.169.254/latest/meta-data/",
            "https://10.0.0.5/",
            f"{moodle.url}{CONFIGURATION}",
            "file:///etc/passwd",
            "https://lms.example.org@127.0.0.1/",
        ):
            address = _to(premises, url)
            page = _opening(address)(premises.visitor())
            assert "mag ICC Bridge niet aanroepen" in page.text
            assert ("P-CONFIG · " in page.text, page.status) == (True, 502)
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert len(moodle.calls(CONFIGURATION)) == calls


def _configuration(url: str) -> dict[str, Any]:
    text = json.dumps(recording("openid-configuration")["body"]).replace("http://127.0.0.1:8800", url)
    found: dict[str, Any] = json.loads(text)
    return found


def _invite(premises: Premises) -> str:
    return premises.parts.invites.create(premises.school.name).token


def _address(premises: Premises, moodle: ScriptedPlatform) -> str:
    return _to(premises, f"{moodle.url}{CONFIGURATION}")


def _to(premises: Premises, url: str) -> str:
    query = urlencode({"openid_configuration": url, "registration_token": "token"})
    return f"{premises.url}/lti/register/{_invite(premises)}?{query}"


def _opening(address: str) -> Attempt:
    return lambda visitor: visitor.send("GET", address)


def _register(address: str) -> Attempt:
    def attempt(visitor: Visitor) -> Page:
        form = visitor.send("GET", address).form(with_field="csrf_token")
        return visitor.send("POST", form.action, data=form.values)

    return attempt
