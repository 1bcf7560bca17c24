"""Every code that a row can have is explained to a trainer."""

import re
from pathlib import Path

import pytest
from flask import Flask

from lti_tool.sync import codes
from lti_tool.sync.reasons import reason_of
from lti_tool.web.setup import init_web

OWN = sorted(
    value
    for name, value in vars(codes).items()
    if name.isupper() and isinstance(value, str) and name not in ("ALREADY_THERE", "NOT_ANNOUNCED")
)
OTHERS = ["timeout", "unreachable", "html", "bad-answer", "http-429", "http-502", "token-invalid-client", "refused-400"]


@pytest.fixture
def app() -> Flask:
    app = Flask("tests.sync")
    app.secret_key = "a secret for this test"
    init_web(app)
    return app


@pytest.mark.parametrize("code", [*OWN, *OTHERS, "refused-418"])
@pytest.mark.parametrize("locale", ["nl", "en"])
def test_a_code_is_explained_with_who_can_do_something(app: Flask, code: str, locale: str) -> None:
    with app.test_request_context(f"/?lang={locale}", headers={"Accept-Language": locale}):
        reason = reason_of(code)
        assert reason is not None
        assert len(str(reason.what)) > 10
        assert len(str(reason.who)) > 10


def test_a_row_without_a_code_has_no_reason() -> None:
    assert reason_of(None) is None


def test_the_reasons_name_only_codes_that_exist() -> None:
    source = (Path(__file__).parents[2] / "lti_tool" / "sync" / "reasons.py").read_text()
    named = set(re.findall(r'^    "([a-z0-9-]+)": Reason', source, re.MULTILINE))
    assert named
    assert all(
        re.fullmatch(r"refused-4\d\d|http-4\d\d|score|address|timeout|unreachable|html|bad-answer", one) for one in named
    )
