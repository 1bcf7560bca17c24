"""The code of a request: made here, or taken from a proxy that is trusted, and in every line that the request causes."""

import json
import logging

import pytest
import structlog
from flask import Flask

from lti_tool.config import load_settings
from lti_tool.logs import configure_logs
from lti_tool.web.request_codes import HEADER, init_request_codes

FROM_NGINX = "6f1d2c3b4a5968778695a4b3c2d1e0f9"


def application(*, proxied: bool) -> Flask:
    """An application that logs a line for each request."""
    app = Flask("test")
    init_request_codes(app, proxied=proxied)

    @app.get("/")
    def page() -> str:
        structlog.get_logger("ours").info("asked")
        return ""

    return app


def test_each_request_has_a_code_of_its_own() -> None:
    client = application(proxied=False).test_client()
    codes = {client.get("/").headers[HEADER] for _request in range(5)}
    assert len(codes) == 5
    assert all(code.startswith("R-") for code in codes)


def test_what_a_trusted_proxy_says_counts_and_what_anybody_else_says_does_not() -> None:
    given = {HEADER: FROM_NGINX}
    assert application(proxied=True).test_client().get("/", headers=given).headers[HEADER] == FROM_NGINX
    assert application(proxied=False).test_client().get("/", headers=given).headers[HEADER] != FROM_NGINX


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, "with space 1", "<script>alert(1)</script>", "-starts-wrong", "é" * 12]
)
def test_a_code_that_is_not_well_formed_is_not_taken(given: str) -> None:
    answer = application(proxied=True).test_client().get("/", headers={HEADER: given.encode().decode("latin-1")})
    assert answer.headers[HEADER].startswith("R-")


def test_the_lines_of_a_request_bear_its_code_and_no_other_line_does(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(load_settings())
    code = application(proxied=True).test_client().get("/", headers={HEADER: FROM_NGINX}).headers[HEADER]
    logging.getLogger("theirs").warning("later")
    asked, later = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (asked["event"], asked["request"]) == ("asked", code)
    assert "request" not in later
