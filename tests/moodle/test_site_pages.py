"""The page on which a school's administrator connects the web services: who sees it, and that the token shows up nowhere."""

import html
import logging

import pytest
from flask.testing import FlaskClient

from lti_tool.moodle.checking import CHECKS_A_MINUTE
from lti_tool.moodle.needs import NEEDS
from lti_tool.moodle.problems import TOKEN_REFUSED
from lti_tool.moodle.sites import TRIES_A_MINUTE
from mappings.roles import Role
from moodle_client import Function
from tests.moodle.stage import Stage, post, token_on
from tests.moodle_client.recorded_moodle import Account, Drop, Replay
from tests.moodle_client.recorded_moodle.school import ALL_FUNCTIONS

PAGE = "/connection/services"
CHECK, DISCONNECT = f"{PAGE}/check", f"{PAGE}/disconnect"


@pytest.fixture
def admin(stage: Stage) -> FlaskClient:
    """The browser of the school's administrator."""
    return stage.sign_in(Role.VISITOR, administers=True)


def connect(client: FlaskClient, token: str) -> None:
    assert post(client, PAGE, token=token).status_code == 303


def test_the_page_about_the_connection_leads_there(admin: FlaskClient) -> None:
    assert PAGE in admin.get("/connection").text


def test_a_platform_without_web_services_has_no_such_page(stage: Stage) -> None:
    canvas = stage.build.platform(family="canvas")
    client = stage.sign_in(
        Role.VISITOR, course=stage.build.course(canvas), account=stage.build.account(canvas), administers=True
    )
    assert PAGE not in client.get("/connection").text
    assert client.get(PAGE).status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_for_everybody_else_there_is_none_either(stage: Stage, admin: FlaskClient, role: Role) -> None:
    client = stage.sign_in(role)
    for address in (PAGE, DISCONNECT):
        assert client.get(address).status_code == 404
    form = {"csrf_token": token_on(admin.get(PAGE)), "token": stage.moodle.token}
    for address in (PAGE, CHECK, DISCONNECT):
        assert client.post(address, data=form).status_code in (400, 404)
    assert stage.app.test_client().get(PAGE).status_code == 401
    assert stage.parts.moodle_sites.list() == []


def test_it_says_how_to_set_up_moodle_with_every_function(admin: FlaskClient) -> None:
    page = html.unescape(admin.get(PAGE).text)
    assert [function for function in NEEDS if function.value not in page] == []
    for words in ("webservice/rest:use", "report/progress:view", "IP-adres", "Koppel met een token"):
        assert words in page


def test_a_token_is_connected_and_never_shown(
    stage: Stage, admin: FlaskClient, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = post(admin, PAGE, token=f" {stage.moodle.token}\n")
    assert answer.status_code == 303
    page = admin.get(answer.headers["Location"])
    assert "Moodle is gekoppeld" in page.text
    assert "gebruiker 7 in Moodle" in page.text
    assert "4.5 (Build: 20241007)" in page.text
    assert stage.parts.moodle_sites.get(stage.platform.id).user_id == 7
    seen = [answer.text, answer.headers["Location"], page.text, caplog.text, *capsys.readouterr()]
    assert [text for text in seen if stage.moodle.token in text] == []


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("0123456789abcdef", "Moodle neemt het token niet aan"),
        ("", "Dit is geen token"),
        ("twee woorden", "Dit is geen token"),
        ("é", "Dit is geen token"),
    ],
)
def test_a_wrong_token_is_told_at_its_field_and_not_repeated(
    stage: Stage, admin: FlaskClient, token: str, words: str
) -> None:
    answer = post(admin, PAGE, token=token)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'id="token-error"' in answer.text
    assert not token or f'value="{token}"' not in answer.text
    assert stage.parts.moodle_sites.list() == []


def test_a_moodle_that_does_not_answer_is_told_with_who_can_solve_it(stage: Stage, admin: FlaskClient) -> None:
    stage.moodle.faults = lambda _number: Drop()
    answer = post(admin, PAGE, token=stage.moodle.token)
    assert answer.status_code == 422
    assert "geeft geen antwoord" in answer.text
    assert "Wie de server van de leeromgeving beheert" in answer.text
    assert stage.moodle.token not in answer.text
    assert len(stage.moodle.seen) == 1


def test_a_refused_token_leaves_the_one_that_works(stage: Stage, admin: FlaskClient) -> None:
    connect(admin, stage.moodle.token)
    answer = post(admin, PAGE, token="wrong")
    assert "Het token is niet vervangen" in answer.text
    assert stage.parts.moodle_check.run(stage.platform.id).usable


def test_tokens_are_not_guessed(stage: Stage, admin: FlaskClient) -> None:
    for _ in range(TRIES_A_MINUTE):
        assert post(admin, PAGE, token="wrong").status_code == 422
    assert post(admin, PAGE, token=stage.moodle.token).status_code == 429


def test_what_the_token_can_do_is_shown_with_lights_and_how_to_add_what_is_missing(stage: Stage, admin: FlaskClient) -> None:
    connect(admin, stage.moodle.token)
    stage.moodle.accounts[stage.moodle.token] = Account("wsintegratie", ALL_FUNCTIONS - {Function.SUBMISSIONS})
    result = post(admin, CHECK, PAGE, course="2")
    text = html.unescape(result.text)
    assert result.status_code == 200
    for words in (
        "Het token kan niet alles wat nodig is",
        "Ook in de cursus Cultuur op school.",
        "De functie mod_assign_get_submissions zit niet in de service van het token.",
        "Voeg toe: mod_assign_get_submissions",
        "moodle/course:enrolreview",
        "Verslag voor de helpdesk",
    ):
        assert words in text
    assert stage.moodle.token not in text
    assert "In de service van het token ontbreekt een functie" in admin.get(PAGE).text
    assert admin.get(CHECK).status_code == 303


def test_a_check_without_a_course_looks_at_the_token_only(stage: Stage, admin: FlaskClient) -> None:
    connect(admin, stage.moodle.token)
    for course in ("", "abc", "9" * 30):
        result = post(admin, CHECK, PAGE, course=course)
        assert "Het token kan alles wat nodig is" in result.text
    for _ in range(CHECKS_A_MINUTE - 3):
        assert post(admin, CHECK, PAGE).status_code == 200
    assert post(admin, CHECK, PAGE).status_code == 429


def test_a_token_that_was_revoked_is_told_on_the_page(stage: Stage, admin: FlaskClient) -> None:
    connect(admin, stage.moodle.token)
    stage.moodle.faults = lambda _number: Replay("invalid token")
    assert "Moodle neemt het token niet aan" in post(admin, CHECK, PAGE).text
    assert stage.parts.moodle_sites.get(stage.platform.id).problem == TOKEN_REFUSED
    assert "Moodle neemt het token niet aan" in admin.get(PAGE).text


def test_disconnecting_asks_first(stage: Stage, admin: FlaskClient) -> None:
    assert admin.get(DISCONNECT).status_code == 404
    connect(admin, stage.moodle.token)
    asked = admin.get(DISCONNECT)
    assert "Moodle ontkoppelen?" in asked.text
    assert len(stage.parts.moodle_sites.list()) == 1
    answer = post(admin, DISCONNECT)
    assert stage.parts.moodle_sites.list() == []
    assert "Moodle is ontkoppeld" in admin.get(answer.headers["Location"]).text


def test_an_administrator_sees_the_own_school_only(stage: Stage, admin: FlaskClient) -> None:
    connect(admin, stage.moodle.token)
    other = stage.build.platform()
    client = stage.sign_in(
        Role.VISITOR, course=stage.build.course(other), account=stage.build.account(other), administers=True
    )
    page = client.get(PAGE)
    assert stage.moodle.url not in page.text
    assert "Koppel met een token" in page.text
    assert client.get(DISCONNECT).status_code == 404
