import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from lti_tool.web import locales


@pytest.mark.parametrize(
    ("session", "cookie", "browser", "expected"),
    [
        ("en", "nl", "nl", "en"),
        (None, "en", "nl", "en"),
        (None, None, "en-GB,en;q=0.8", "en"),
        (None, None, "fy,nl;q=0.5,en;q=0.3", "nl"),
        (None, None, "fr", "nl"),
        ("fr", "xx", "en", "en"),
        (None, None, "", "nl"),
    ],
)
def test_the_language_is_the_sessions_then_the_cookies_then_the_browsers_then_the_default(
    client: FlaskClient, session: str | None, cookie: str | None, browser: str, expected: str
) -> None:
    if cookie:
        client.set_cookie("lang", cookie)
    headers = {"Accept-Language": browser, **({"X-Test-Locale": session} if session else {})}
    assert f'<html lang="{expected}"' in client.get("/used", headers=headers).text


def test_the_default_language_is_a_setting(app: Flask) -> None:
    app.config["DEFAULT_LOCALE"] = "en"
    assert '<html lang="en"' in app.test_client().get("/used").text


def test_outside_a_request_the_default_language_holds(app: Flask) -> None:
    with app.app_context():
        assert locales.select_locale() == "nl"
        assert locales.locale() == "nl"


def test_a_text_of_the_training_is_said_in_the_readers_language(app: Flask) -> None:
    pair = {"nl": "leervraag", "en": "learning question"}
    with app.test_request_context():
        assert locales.say(pair) == "leervraag"
    with app.test_request_context():
        g.locale = "en"
        assert locales.say(pair) == "learning question"
        assert locales.say({"nl": "leervraag"}) == "leervraag"
        with pytest.raises(LookupError, match="neither"):
            locales.say({"en": ""})


def test_choosing_a_language_keeps_it_and_comes_back(client: FlaskClient) -> None:
    response = client.get("/language/en", query_string={"next": "/used?reference=AB"})
    assert response.status_code == 302
    assert response.location == "/used?reference=AB"
    assert '<html lang="en"' in client.get("/used").text


def test_the_cookie_works_inside_a_frame_on_https(client: FlaskClient) -> None:
    cookie = client.get("/language/en", base_url="https://icc.example.org").headers["Set-Cookie"]
    for attribute in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/"):
        assert attribute in cookie
    assert "SameSite=Lax" in client.get("/language/en").headers["Set-Cookie"]


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "evil", ""],
)
def test_choosing_a_language_leads_to_no_other_site(client: FlaskClient, target: str) -> None:
    assert client.get("/language/en", query_string={"next": target}).location == "/"


def test_an_unknown_language_is_refused(client: FlaskClient) -> None:
    assert client.get("/language/fr").status_code == 404


def test_an_own_page_offers_both_languages_with_the_way_back(client: FlaskClient) -> None:
    html = client.get("/design?surface=page").text
    assert 'href="/language/en?next=/design?surface%3Dpage" lang="en"' in html
    assert 'lang="nl" hreflang="nl" aria-current="true"' in html
