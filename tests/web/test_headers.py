import pytest
from flask.testing import FlaskClient

from lti_tool.web.headers import origin_of


def policy(header: str) -> dict[str, str]:
    return dict(part.split(" ", 1) for part in header.split("; "))


def test_a_page_takes_everything_from_us_and_nothing_inline(client: FlaskClient) -> None:
    headers = client.get("/form").headers
    assert policy(headers["Content-Security-Policy"]) == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_a_view_names_who_may_frame_its_page(client: FlaskClient) -> None:
    headers = client.get("/framed?by=https://moodle.example.org&by=http://localhost:8400").headers
    ancestors = policy(headers["Content-Security-Policy"])["frame-ancestors"]
    assert ancestors == "https://moodle.example.org http://localhost:8400"
    assert "X-Frame-Options" not in headers


@pytest.mark.parametrize("origin", ["https://a; script-src *", "javascript:x", "https://a b", "", "'unsafe-inline'"])
def test_what_is_no_origin_never_gets_into_the_policy(client: FlaskClient, origin: str) -> None:
    headers = client.get("/framed", query_string={"by": origin}).headers
    assert policy(headers["Content-Security-Policy"])["frame-ancestors"] == "'none'"
    assert policy(headers["Content-Security-Policy"])["script-src"] == "'self'"
    assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://moodle.example.org/mod/lti/return.php?id=3", "https://moodle.example.org"),
        ("http://localhost:8400/return", "http://localhost:8400"),
        ("https://user:secret@school.example:8443/x", "https://school.example:8443"),
    ],
)
def test_the_origin_of_an_address_is_its_scheme_and_host(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize("url", ["javascript:alert(1)", "/return", "https:///x", "ftp://school.example/"])
def test_an_address_without_a_web_origin_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        origin_of(url)
