"""The page about the connection: for the administrators of a platform, about that platform and no other."""

import re
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from lti_tool.app import Parts, create_app
from lti_tool.clock import Clock, utc_now
from lti_tool.connection.selftest import AT_ONCE, TESTS_A_MINUTE, WAIT_SECONDS
from lti_tool.courses.models import Person
from lti_tool.ids import digest
from lti_tool.launch.errors import DeploymentUnknown, StateUsed
from lti_tool.launch.models import Layer, Step
from lti_tool.platforms.models import RegistrationInvite
from lti_tool.platforms.service import PlatformInfo
from mappings.roles import Role
from tests.clock import FakeClock
from tests.connection.conftest import Connected, sign_in
from tests.scripted_platform import Reply, ScriptedPlatform

FORM_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
WORDS_OF_TEST = "Wat er getest is"


def token_on(page: TestResponse) -> str:
    found = FORM_TOKEN.search(page.text)
    assert found, page.text
    return found[1]


def used(parts: Parts, token: str, when: datetime, platform_id: str) -> None:
    """Let a platform have been connected with an invitation."""
    with parts.database.session() as session:
        session.execute(
            update(RegistrationInvite)
            .where(RegistrationInvite.token_digest == digest(token))
            .values(used_at=when, platform_id=platform_id)
        )


def run_test(client: FlaskClient, **headers: str) -> TestResponse:
    token = token_on(client.get("/connection"))
    return client.post("/connection/check", data={"csrf_token": token}, headers=headers)


@pytest.fixture
def admin(app: Flask, parts: Parts, silent_platform: PlatformInfo) -> FlaskClient:
    """The administrator of a platform that does not answer."""
    return sign_in(app, parts, silent_platform)


def test_an_administrator_sees_how_the_connection_stands(
    parts: Parts, silent_platform: PlatformInfo, admin: FlaskClient
) -> None:
    code = parts.traces.refused(Step.LAUNCH, DeploymentUnknown("not registered"), platform_id=silent_platform.id)
    with parts.database.session() as session:
        parts.traces.launched(
            session,
            silent_platform.id,
            message="LtiResourceLinkRequest",
            role=Role.PARTICIPANT,
            layer=Layer.WINDOW,
            now=utc_now(),
        )
    page = admin.get("/connection")
    assert page.status_code == 200
    for words in (
        "Koppeling met De Maasbrug",
        "client-9",
        code,
        "Je school is nog niet helemaal gekoppeld",
        "L-DEPLOY",
        "not registered",
        "Opdracht geopend, deelnemer, in een eigen venster",
        "Activeer de tool na het koppelen",
        "Receive a grade",
    ):
        assert words in page.text


def test_a_platform_without_history_says_so(admin: FlaskClient) -> None:
    page = admin.get("/connection").text
    assert "De laatste 30 dagen is niemand geweigerd." in page
    assert "De laatste 30 dagen opende niemand een opdracht." in page


@pytest.mark.parametrize("role", list(Role))
def test_for_everybody_else_there_is_no_such_page(
    app: Flask, parts: Parts, silent_platform: PlatformInfo, role: Role
) -> None:
    client = sign_in(app, parts, silent_platform, administers=False, role=role)
    assert client.get("/connection").status_code == 404
    other = sign_in(app, parts, silent_platform)
    refused = client.post("/connection/check", data={"csrf_token": token_on(other.get("/connection"))})
    assert refused.status_code in (400, 404)
    assert WORDS_OF_TEST not in refused.text


def test_without_a_session_there_is_nothing_to_see(app: Flask) -> None:
    assert app.test_client().get("/connection").status_code == 401
    assert app.test_client().post("/connection/check").status_code == 400


def test_a_test_needs_a_form_of_our_own(admin: FlaskClient) -> None:
    assert admin.post("/connection/check").status_code == 400
    assert admin.post("/connection/check", data={"csrf_token": "x"}).status_code == 400


def test_the_test_says_what_is_wrong_and_has_a_report_to_copy(admin: FlaskClient) -> None:
    result = run_test(admin)
    assert result.status_code == 200
    for words in ("Er klopt iets niet aan de koppeling", WORDS_OF_TEST, "Sleutels van de leeromgeving", "Klok"):
        assert words in result.text
    report = re.search(r"<textarea[^>]*readonly[^>]*>\n(.*?)</textarea>", result.text, re.DOTALL)
    assert report
    assert "Zelftest van de koppeling met ICC Bridge: Fout" in report[1]
    assert "[Fout] Sleutels van de leeromgeving" in report[1]
    assert max(map(len, report[1].splitlines())) <= 100


def test_a_connection_that_works_is_in_order(app: Flask, parts: Parts, connected: Connected) -> None:
    result = run_test(sign_in(app, parts, connected.platform))
    assert "De koppeling is in orde" in result.text
    for secret in ("Höfen", "Zoë", "Bearer", "eyJ"):
        assert secret not in result.text


def test_the_test_speaks_the_readers_language(app: Flask, parts: Parts, silent_platform: PlatformInfo) -> None:
    client = sign_in(app, parts, silent_platform)
    with parts.database.session() as session:
        session.execute(update(Person).values(locale="en"))
    result = run_test(client)
    assert "Something is wrong with the connection" in result.text
    assert "Self-test of the connection with ICC Bridge: Wrong" in result.text
    assert "Sleutels" not in result.text


def test_no_page_shows_anything_of_another_platform(
    app: Flask, parts: Parts, connected: Connected, silent_platform: PlatformInfo
) -> None:
    theirs = parts.traces.refused(Step.LAUNCH, StateUsed("theirs alone"), platform_id=silent_platform.id)
    nobodys = parts.traces.refused(Step.LOGIN, StateUsed("nobody's at all"))
    ours = parts.traces.refused(Step.LAUNCH, StateUsed("ours alone"), platform_id=connected.platform.id)
    client = sign_in(app, parts, connected.platform)
    pages = [client.get("/connection"), run_test(client)]
    for strange in (theirs, nobodys, "De Maasbrug", "client-9", "theirs alone", silent_platform.id):
        assert all(strange not in page.text for page in pages)
    assert ours in pages[0].text
    for path in (f"/connection/{silent_platform.id}", f"/connection?platform={silent_platform.id}"):
        assert "De Maasbrug" not in client.get(path).text


def test_the_page_is_for_the_frames_of_that_platform_alone(admin: FlaskClient) -> None:
    policy = admin.get("/connection").headers["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors http://127.0.0.1:9")


def test_too_many_tests_have_to_wait(
    compose_at: Callable[[Clock], Parts], silent_address: Mapping[str, str], clock: FakeClock
) -> None:
    parts = compose_at(clock)
    platform = parts.platforms.add(**silent_address, deployment_ids=["1"])
    admin = sign_in(create_app(parts), parts, platform)
    token = token_on(admin.get("/connection"))
    clock.advance(seconds=20)
    answers = [admin.post("/connection/check", data={"csrf_token": token}) for _ in range(TESTS_A_MINUTE + 1)]
    assert [answer.status_code for answer in answers] == [200] * TESTS_A_MINUTE + [429]
    assert answers[-1].headers["Retry-After"] == "40"
    assert "Even rustig aan" in answers[-1].text
    clock.advance(minutes=1)
    assert admin.post("/connection/check", data={"csrf_token": token}).status_code == 200


def test_only_some_tests_run_at_once(parts: Parts, silent_platform: PlatformInfo, ourselves: ScriptedPlatform) -> None:
    gate = threading.Event()
    ourselves.answer("GET /.well-known/jwks.json", Reply(404, gate=gate))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = [pool.submit(parts.self_test.run_for_page, silent_platform) for _ in range(AT_ONCE)]
        ourselves.wait_for("/.well-known/jwks.json", AT_ONCE)
        assert parts.self_test.run_for_page(silent_platform) == WAIT_SECONDS
        gate.set()
        assert not any(isinstance(one.result(10), int) for one in running)
    assert not isinstance(parts.self_test.run_for_page(silent_platform), int)


def test_coming_back_to_the_address_of_a_test_leads_to_where_it_begins(admin: FlaskClient) -> None:
    answer = admin.get("/connection/check")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/connection")


def test_other_pages_link_to_it_for_administrators_alone(
    app: Flask, parts: Parts, silent_platform: PlatformInfo, admin: FlaskClient
) -> None:
    here = admin.get("/connection").text
    assert '<a href="/connection" aria-current="page">Koppeling</a>' in here
    assert "Koppeling</a>" not in sign_in(app, parts, silent_platform, administers=False).get("/connection").text


class TestRightAfterConnecting:
    """The administrator has registered the tool and has not launched it yet: the invitation is the proof."""

    @pytest.fixture
    def token(self, parts: Parts, silent_platform: PlatformInfo) -> str:
        token = parts.invites.create("De Maasbrug").token
        used(parts, token, utc_now(), silent_platform.id)
        return token

    @pytest.fixture
    def client(self, app: Flask, parts: Parts) -> FlaskClient:
        """A browser that keeps no cookies, as in a frame."""
        client = app.test_client(use_cookies=False)
        client.environ_base |= {"HTTP_ACCEPT_LANGUAGE": "nl", "HTTP_HOST": parts.settings.host}
        return client

    def test_the_page_after_connecting_offers_the_test(self, client: FlaskClient, token: str) -> None:
        page = client.get(f"/lti/register/{token}/connected?lang=nl")
        assert f'action="/lti/register/{token}/check"' in page.text
        result = client.post(f"/lti/register/{token}/check", data={"csrf_token": token_on(page), "lang": "nl"})
        assert result.status_code == 200
        assert WORDS_OF_TEST in result.text
        assert f'href="/lti/register/{token}/connected?lang=nl"' in result.text
        assert result.headers["Content-Security-Policy"].endswith("frame-ancestors http://127.0.0.1:9")

    def test_it_speaks_the_language_that_was_chosen(self, client: FlaskClient, token: str) -> None:
        page = client.get(f"/lti/register/{token}/connected?lang=en")
        assert "Test the connection" in page.text
        result = client.post(f"/lti/register/{token}/check", data={"csrf_token": token_on(page), "lang": "en"})
        assert "What was tested" in result.text

    def test_a_day_later_the_invitation_proves_nothing(
        self, client: FlaskClient, parts: Parts, silent_platform: PlatformInfo, token: str
    ) -> None:
        page = client.get(f"/lti/register/{token}/connected")
        used(parts, token, utc_now() - timedelta(days=1), silent_platform.id)
        refused = client.post(f"/lti/register/{token}/check", data={"csrf_token": token_on(page)})
        assert refused.status_code == 404
        assert "/check" not in client.get(f"/lti/register/{token}/connected").text

    def test_an_invitation_that_nobody_used_or_made_proves_nothing(
        self, client: FlaskClient, parts: Parts, token: str
    ) -> None:
        form = {"csrf_token": token_on(client.get(f"/lti/register/{token}/connected"))}
        unused = parts.invites.create("Andere").token
        for wrong in (unused, "nothing"):
            assert client.post(f"/lti/register/{wrong}/check", data=form).status_code == 404

    def test_it_needs_a_form_of_our_own(self, client: FlaskClient, token: str) -> None:
        assert client.post(f"/lti/register/{token}/check").status_code == 400

    def test_coming_back_leads_to_the_page_after_connecting(self, client: FlaskClient, token: str) -> None:
        answer = client.get(f"/lti/register/{token}/check")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/lti/register/{token}/connected")
