import re

import pytest
from flask import Flask, session
from flask.testing import FlaskClient

ANNA = {"X-Test-Session": "session-of-anna"}
BO = {"X-Test-Session": "session-of-bo"}


def token(client: FlaskClient, headers: dict[str, str] | None = None) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/form", headers=headers).text)
    assert found
    return found[1]


def test_a_form_with_its_own_token_is_accepted(client: FlaskClient) -> None:
    response = client.post("/form", data={"csrf_token": token(client, ANNA), "text": "hallo"}, headers=ANNA)
    assert response.text == "received hallo"


def test_a_script_may_send_the_token_as_a_header(client: FlaskClient) -> None:
    response = client.post("/form", headers={**ANNA, "X-CSRFToken": token(client, ANNA)})
    assert response.status_code == 200


def test_the_token_of_another_session_is_refused(client: FlaskClient) -> None:
    response = client.post("/form", data={"csrf_token": token(client, BO), "text": "hallo"}, headers=ANNA)
    assert response.status_code == 400
    assert "R-FORM" in response.text


def test_a_token_from_before_the_session_is_refused(client: FlaskClient) -> None:
    assert client.post("/form", data={"csrf_token": token(client)}, headers=ANNA).status_code == 400


@pytest.mark.parametrize("value", [None, "", "nonsense", "e30.Z.x"])
def test_a_missing_or_forged_token_is_refused(client: FlaskClient, value: str | None) -> None:
    data = {} if value is None else {"csrf_token": value}
    assert client.post("/form", data=data, headers=ANNA).status_code == 400


def test_a_token_signed_with_another_secret_is_refused(app: Flask, client: FlaskClient) -> None:
    old = token(client, ANNA)
    app.secret_key = "another secret, also long enough to be one"
    assert client.post("/form", data={"csrf_token": old}, headers=ANNA).status_code == 400


def test_a_token_of_the_secret_before_is_taken_while_that_is_accepted(app: Flask, client: FlaskClient) -> None:
    old = {"csrf_token": token(client, ANNA)}
    app.config["SECRET_KEY_FALLBACKS"] = ["a third secret, which signed nothing", app.secret_key]
    app.secret_key = "another secret, also long enough to be one"
    assert client.post("/form", data=old, headers=ANNA).status_code == 200
    assert client.post("/form", data=old).status_code == 400
    assert client.post("/form", data={"csrf_token": "forged"}, headers=ANNA).status_code == 400
    app.config["WTF_CSRF_TIME_LIMIT"] = -1
    assert client.post("/form", data=old, headers=ANNA).status_code == 400


def test_a_token_that_is_too_old_is_refused(app: Flask, client: FlaskClient) -> None:
    old = token(client, ANNA)
    app.config["WTF_CSRF_TIME_LIMIT"] = -1
    assert client.post("/form", data={"csrf_token": old}, headers=ANNA).status_code == 400


def test_a_page_without_a_session_has_working_forms_without_any_cookie(app: Flask) -> None:
    client = app.test_client(use_cookies=False)
    assert client.post("/form", data={"csrf_token": token(client)}).status_code == 200


def test_the_referrer_header_is_not_needed_on_https(client: FlaskClient) -> None:
    data = {"csrf_token": token(client, ANNA)}
    assert client.post("/form", data=data, headers=ANNA, base_url="https://icc.example.org").status_code == 200


def test_posts_that_come_from_another_site_by_design_need_no_token(client: FlaskClient) -> None:
    assert client.post("/lti/launch").text == "launched"


def test_no_page_sets_a_cookie_for_the_token(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/form", headers=ANNA).headers


def test_what_would_be_lost_in_flasks_own_session_is_an_error(app: Flask) -> None:
    with app.test_request_context():
        assert list(session) == ["csrf_token"]
        assert len(session) == 1
        assert session.get("name") is None
        with pytest.raises(RuntimeError, match="server-side session"):
            session["name"] = "Zoë"
        with pytest.raises(KeyError):
            del session["csrf_token"]


def test_tokens_need_a_secret_key(app: Flask) -> None:
    app.secret_key = None
    with app.test_request_context(), pytest.raises(RuntimeError, match="secret_key"):
        assert session["csrf_token"]
