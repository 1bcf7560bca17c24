"""The pages of the registration as an administrator sees them, and the address of our keys."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete
from werkzeug.test import TestResponse

from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.demo.school import PERSONALITIES, School, SchoolServer, SigningKey
from lti_tool.demo.school import KeyRing as SchoolKeys
from lti_tool.errors import IccError
from lti_tool.platforms.asking import SCOPES
from lti_tool.platforms.invites import InviteService
from lti_tool.platforms.keys import KeyRing
from lti_tool.platforms.models import Deployment
from lti_tool.platforms.registration import RegistrationService
from lti_tool.platforms.service import PlatformService
from lti_tool.platforms.views import blueprint
from lti_tool.registry import provide
from lti_tool.vault import Vault
from lti_tool.web.setup import init_web
from tests.clock import FakeClock
from tests.conftest import SECRET


@pytest.fixture
def key_ring(database: Database, vault: Vault, clock: FakeClock) -> KeyRing:
    return KeyRing(database, vault, clock)


@pytest.fixture
def app(
    settings: Settings, registration: RegistrationService, invites: InviteService, key_ring: KeyRing, clock: FakeClock
) -> Flask:
    app = Flask("lti_tool", static_folder=None)
    app.secret_key = SECRET
    app.testing = True
    provide(app, settings, registration, invites, key_ring)
    init_web(app, clock=clock)
    app.register_blueprint(blueprint)
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that keeps no cookies, as in a frame, and asks for Dutch."""
    client = app.test_client(use_cookies=False)
    client.environ_base |= {"HTTP_ACCEPT_LANGUAGE": "nl", "HTTP_ACCEPT": "text/html"}
    return client


@pytest.fixture
def token(invites: InviteService) -> str:
    return invites.create("Lyceum De Maasbrug").token


def address(school: School, token: str, **more: str) -> str:
    query = {
        "openid_configuration": f"{school.url}/.well-known/openid-configuration",
        "registration_token": school.launches.registration_token(),
        **more,
    }
    return f"/lti/register/{token}?{urlencode(query)}"


def hidden_fields(page: TestResponse) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text)
    return {name: value.replace("&amp;", "&") for name, value in found}


def form_of(client: FlaskClient, school: School, token: str, **more: str) -> dict[str, str]:
    return hidden_fields(client.get(address(school, token, **more)))


def policy(page: TestResponse) -> str:
    return page.headers["Content-Security-Policy"]


def test_the_page_shows_everything_that_is_asked_and_why(client: FlaskClient, school: School, token: str) -> None:
    page = client.get(address(school, token))
    assert page.status_code == 200
    assert "Lyceum De Maasbrug" in page.text
    assert school.url in page.text
    for name in (*SCOPES, "iss", "sub", "name", "LtiResourceLinkRequest", "LtiDeepLinkingRequest"):
        assert f'<code class="icc-meta d-block text-break">{name}</code>' in page.text
    assert page.text.count("<dt>") == page.text.count("<dd>") == 10
    assert "Geen e-mailadres" in page.text
    assert "Koppel" in page.text
    assert list(school.registrations) == []
    assert page.headers["Cache-Control"] == "no-store"


def test_only_the_learning_environment_may_frame_the_page(client: FlaskClient, school: School, token: str) -> None:
    assert policy(client.get(address(school, token))).endswith(f"frame-ancestors {school.url}")


def test_the_language_is_chosen_without_a_cookie(client: FlaskClient, school: School, token: str) -> None:
    dutch = client.get(address(school, token))
    assert '<html lang="nl"' in dutch.text
    links = re.findall(r'<a href="([^"]+)" lang="en"', dutch.text)
    assert len(links) == 1
    english = client.get(links[0].replace("&amp;", "&"))
    assert '<html lang="en"' in english.text
    assert hidden_fields(english)["lang"] == "en"
    assert hidden_fields(english)["openid_configuration"] == hidden_fields(dutch)["openid_configuration"]
    connected = client.post(f"/lti/register/{token}", data=hidden_fields(english), follow_redirects=True)
    assert '<html lang="en"' in connected.text


def test_an_unknown_language_is_ignored(client: FlaskClient, school: School, token: str) -> None:
    assert '<html lang="nl"' in client.get(address(school, token, lang="xx")).text


def test_connecting_leads_to_what_to_do_next(client: FlaskClient, school: School, token: str) -> None:
    answer = client.post(f"/lti/register/{token}", data=form_of(client, school, token))
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"])
    assert page.status_code == 200
    assert "Lyceum De Maasbrug is gekoppeld" in page.text
    for word in ("Activeer", "activiteitenkiezer", "Receive a grade"):
        assert word in page.text
    assert "data-lti-close" in page.text
    assert "deployment-id" not in page.text
    assert policy(page).endswith(f"frame-ancestors {school.url}")
    assert len(school.registrations) == 1
    assert client.get(answer.headers["Location"]).text == page.text


def test_the_closing_script_is_static_and_says_the_word(client: FlaskClient, school: School, token: str) -> None:
    page = client.get(address(school, token))
    assert "script-src 'self'" in policy(page)
    scripts = re.findall(r'<script[^>]*src="([^"]+registration\.js)"></script>', page.text)
    assert len(scripts) == 1
    script = client.get(scripts[0])
    assert script.status_code == 200
    assert 'postMessage({ subject: "org.imsglobal.lti.close" }, "*")' in script.text


def test_a_form_sent_twice_leads_to_the_same_page(client: FlaskClient, school: School, token: str) -> None:
    form = form_of(client, school, token)
    first = client.post(f"/lti/register/{token}", data=form)
    second = client.post(f"/lti/register/{token}", data=form)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(school.registrations) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"csrf_token": ""},
        {"csrf_token": "nonsense"},
        {"openid_configuration": "https://evil.example.org/openid-configuration"},
        {"registration_token": "another"},
        {"framers": "*"},
    ],
)
def test_a_form_that_is_not_ours_is_refused(
    client: FlaskClient, school: School, token: str, invites: InviteService, changes: dict[str, str]
) -> None:
    answer = client.post(f"/lti/register/{token}", data={**form_of(client, school, token), **changes})
    assert answer.status_code == 400
    assert "P-FORM" in answer.text
    assert list(school.registrations) == []
    assert invites.name_of(token)


def test_the_form_of_another_invitation_is_refused(
    client: FlaskClient, school: School, token: str, invites: InviteService
) -> None:
    other = invites.create("Other").token
    answer = client.post(f"/lti/register/{other}", data=form_of(client, school, token))
    assert (answer.status_code, list(school.registrations)) == (400, [])


def test_a_form_that_is_too_old_is_refused(app: Flask, client: FlaskClient, school: School, token: str) -> None:
    form = form_of(client, school, token)
    app.config["REGISTRATION_FORM_LIFE"] = -1
    answer = client.post(f"/lti/register/{token}", data=form)
    assert (answer.status_code, list(school.registrations)) == (400, [])
    assert "P-FORM" in answer.text


def test_a_form_signed_with_another_secret_is_refused(app: Flask, client: FlaskClient, school: School, token: str) -> None:
    form = form_of(client, school, token)
    app.secret_key = "another secret, also long enough to be one"
    assert client.post(f"/lti/register/{token}", data=form).status_code == 400


def test_an_invitation_that_is_opened_in_the_browser_says_where_to_paste_it(
    client: FlaskClient, token: str, invites: InviteService
) -> None:
    page = client.get(f"/lti/register/{token}")
    assert page.status_code == 200
    assert "Plak deze link" in page.text
    assert "<form" not in page.text
    assert invites.name_of(token)


def test_what_is_wrong_with_an_invitation_is_told(
    client: FlaskClient, school: School, token: str, invites: InviteService, clock: FakeClock
) -> None:
    unknown = client.get(address(school, "something"))
    assert (unknown.status_code, "P-INVITE" in unknown.text) == (404, True)
    clock.advance(days=7)
    expired = client.get(address(school, token))
    assert (expired.status_code, "P-EXPIRED" in expired.text) == (410, True)
    used_token = invites.create("Used").token
    client.post(f"/lti/register/{used_token}", data=form_of(client, school, used_token))
    used = client.get(address(school, used_token))
    assert (used.status_code, "P-USED" in used.text) == (410, True)
    assert "frame-ancestors *" in policy(used)


def test_an_invitation_that_is_being_used_says_so(
    client: FlaskClient, school: School, token: str, invites: InviteService
) -> None:
    form = form_of(client, school, token)
    invites.claim(token)
    answer = client.post(f"/lti/register/{token}", data=form)
    assert (answer.status_code, "P-BUSY" in answer.text) == (409, True)


@pytest.mark.parametrize(
    ("service", "kind", "code"),
    [
        ("configuration", "html", "P-CONFIG"),
        ("configuration", "status", "P-SILENT"),
        ("configuration", "huge", "P-CONFIG"),
        ("configuration", "drop", "P-SILENT"),
    ],
)
def test_a_learning_environment_that_fails_is_told_before_anything_is_asked(
    client: FlaskClient, school: School, token: str, service: str, kind: str, code: str
) -> None:
    school.faults.add(service, kind)
    page = client.get(address(school, token))
    assert page.status_code == 502
    assert code in page.text
    assert "De link blijft bruikbaar" in page.text


@pytest.mark.parametrize(("kind", "code"), [("status", "P-SILENT"), ("html", "P-ANSWER"), ("drop", "P-SILENT")])
def test_a_registration_that_fails_can_be_done_again(
    client: FlaskClient, school: School, token: str, kind: str, code: str
) -> None:
    form = form_of(client, school, token)
    school.faults.add("registration", kind)
    failed = client.post(f"/lti/register/{token}", data=form)
    assert (failed.status_code, code in failed.text) == (502, True)
    assert policy(failed).endswith(f"frame-ancestors {school.url}")
    assert client.post(f"/lti/register/{token}", data=form_of(client, school, token)).status_code == 303


def test_a_spent_token_of_the_school_is_told_in_words(
    client: FlaskClient, school: School, invites: InviteService, token: str
) -> None:
    form = form_of(client, school, token)
    client.post(f"/lti/register/{token}", data=form)
    other = invites.create("Other").token
    again = client.get(
        f"/lti/register/{other}?{urlencode({name: form[name] for name in ('openid_configuration', 'registration_token')})}"
    )
    answer = client.post(f"/lti/register/{other}", data=hidden_fields(again))
    assert (answer.status_code, "P-TOKEN" in answer.text) == (502, True)
    assert form["registration_token"] not in answer.text


def test_a_missing_deployment_is_told(
    client: FlaskClient, school: School, token: str, platforms: PlatformService, database: Database
) -> None:
    answer = client.post(f"/lti/register/{token}", data=form_of(client, school, token))
    with database.session() as session:
        session.execute(delete(Deployment))
    assert "deployment-id" in client.get(answer.headers["Location"]).text
    assert platforms.deployments(platforms.list()[0].id) == []


def test_the_page_of_what_to_do_next_is_for_who_has_the_link(client: FlaskClient, token: str) -> None:
    for path in (f"/lti/register/{token}/connected", "/lti/register/something/connected"):
        assert client.get(path).status_code == 404


def test_our_keys_are_published_and_may_be_cached(client: FlaskClient, key_ring: KeyRing) -> None:
    answer = client.get("/.well-known/jwks.json")
    assert answer.status_code == 200
    assert answer.json == key_ring.jwks()
    assert answer.content_type == "application/json"
    assert answer.cache_control.max_age == 3600
    assert answer.cache_control.public
    again = client.get("/.well-known/jwks.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_a_new_key_is_published_at_once(client: FlaskClient, key_ring: KeyRing) -> None:
    before: dict[str, Any] = client.get("/.well-known/jwks.json").get_json()
    kid = key_ring.rotate()
    after: dict[str, Any] = client.get("/.well-known/jwks.json").get_json()
    assert {key["kid"] for key in after["keys"]} == {before["keys"][0]["kid"], kid}


def test_a_registration_that_fails_is_told_and_its_code_is_on_the_page(
    client: FlaskClient, school: School, registration: RegistrationService, token: str
) -> None:
    told: list[tuple[str, str]] = []

    def refused(error: IccError) -> str:
        told.append((error.code, error.detail))
        return f"LTI-22222{len(told)}"

    registration.refused = refused
    school.faults.add("configuration", "html")
    pages = [client.get(address(school, token)), client.get(address(school, "something"))]
    pages.append(client.post(f"/lti/register/{token}", data={"csrf_token": "x"}))
    pages.append(client.get("/lti/register/something/connected"))
    assert [code for code, _detail in told] == ["P-CONFIG", "P-INVITE", "P-FORM", "P-INVITE"]
    for number, page in enumerate(pages, 1):
        assert f'<p class="icc-reference">LTI-22222{number}</p>' in page.text
    assert token not in repr(told)


def test_a_reason_in_the_words_of_the_platform_is_shown_to_its_administrator_alone(
    client: FlaskClient, school: School, registration: RegistrationService, token: str
) -> None:
    told: list[str] = []

    def refused(error: IccError) -> str:
        told.append(error.detail)
        return "LTI-222222"

    registration.refused = refused
    form = form_of(client, school, token)
    school.faults.add("registration", "status", status=400)
    assert client.post(f"/lti/register/{token}", data=form).status_code == 502
    assert told == [f"{school.url} answered 400 to our registration"]


@pytest.fixture
def brightspace(listening: SchoolServer, school_key: SigningKey, clock: FakeClock) -> Iterator[School]:
    """A school whose learning environment tells no deployment id at registration."""
    school = listening.fresh(clock, PERSONALITIES["brightspace"])
    school.keys = SchoolKeys([school_key])
    yield school
    school.faults.clear()


def connect_without_deployment(client: FlaskClient, school: School, token: str) -> TestResponse:
    answer = client.post(f"/lti/register/{token}", data=form_of(client, school, token))
    page = client.get(answer.headers["Location"])
    assert "deployment-id" in page.text
    return page


def test_the_administrator_fills_in_the_deployment_that_the_platform_did_not_tell(
    client: FlaskClient, brightspace: School, token: str, platforms: PlatformService
) -> None:
    page = connect_without_deployment(client, brightspace, token)
    (platform,) = platforms.list()
    assert (platform.family, list(platforms.deployments(platform.id))) == ("brightspace", [])
    answer = client.post(f"/lti/register/{token}/connected", data={**hidden_fields(page), "deployment_id": " d-1 "})
    assert answer.status_code == 303
    assert "deployment-id mee" not in client.get(answer.headers["Location"]).text
    assert platforms.deployments(platform.id) == ["d-1"]


def test_only_the_first_deployment_is_taken_from_the_page(
    client: FlaskClient, brightspace: School, token: str, platforms: PlatformService
) -> None:
    form = hidden_fields(connect_without_deployment(client, brightspace, token))
    for given in ("d-1", "d-2"):
        client.post(f"/lti/register/{token}/connected", data={**form, "deployment_id": given})
    assert platforms.deployments(platforms.list()[0].id) == ["d-1"]


@pytest.mark.parametrize("given", ["", " ", "x" * 256, "a\tb"])
def test_a_deployment_that_cannot_be_one_is_said_at_the_field(
    client: FlaskClient, brightspace: School, token: str, platforms: PlatformService, given: str
) -> None:
    form = hidden_fields(connect_without_deployment(client, brightspace, token))
    page = client.post(f"/lti/register/{token}/connected", data={**form, "deployment_id": given})
    assert page.status_code == 400
    assert 'aria-invalid="true"' in page.text
    assert platforms.deployments(platforms.list()[0].id) == []


def test_a_deployment_form_of_somebody_else_is_refused(
    client: FlaskClient, brightspace: School, token: str, platforms: PlatformService
) -> None:
    connect_without_deployment(client, brightspace, token)
    for seal in ("", "nonsense", form_of(client, brightspace, token).get("csrf_token", "")):
        page = client.post(f"/lti/register/{token}/connected", data={"csrf_token": seal, "deployment_id": "d-1"})
        assert page.status_code in (400, 403, 404)
    assert client.post("/lti/register/unknown/connected", data={"deployment_id": "d-1"}).status_code == 404
    assert platforms.deployments(platforms.list()[0].id) == []


def test_canvas_is_told_how_to_make_the_developer_key(client: FlaskClient) -> None:
    answer = client.get("/lti/configuration/canvas.json")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    told = answer.get_json()
    assert told["oidc_initiation_url"] == "http://localhost:8401/lti/login"
    assert told["target_link_uri"] == "http://localhost:8401/lti/launch"
    assert told["public_jwk_url"] == "http://localhost:8401/.well-known/jwks.json"
    assert told["scopes"] == list(SCOPES)
    assert told["custom_fields"] == {"context_history": "$Context.id.history"}
    assert told["title"]
    assert told["description"]
    (extension,) = told["extensions"]
    assert (extension["platform"], extension["domain"]) == ("canvas.instructure.com", "localhost:8401")
    assert extension["privacy_level"] == "name_only"
    placements = extension["settings"]["placements"]
    assert [one["placement"] for one in placements] == ["course_assignments_menu", "assignment_selection", "link_selection"]
    assert {one["message_type"] for one in placements} == {"LtiDeepLinkingRequest"}
    assert {one["target_link_uri"] for one in placements} == {"http://localhost:8401/lti/launch"}


def test_a_school_that_shares_its_issuer_may_frame_the_pages(
    client: FlaskClient, listening: SchoolServer, school_key: SigningKey, token: str, clock: FakeClock
) -> None:
    school = listening.fresh(clock, PERSONALITIES["canvas"])
    school.keys = SchoolKeys([school_key])
    page = client.get(address(school, token))
    assert "https://*.instructure.com" in policy(page)
    done = client.post(f"/lti/register/{token}", data=hidden_fields(page), follow_redirects=True)
    assert "https://*.instructure.com" in policy(done)
    assert "Canvas" in done.text or "developer key" in done.text
