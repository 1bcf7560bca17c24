"""The document of the API says what it does, and made-up requests find nothing else."""

import re
from pathlib import Path
from typing import Any

import pytest

from lti_tool.api.clients import SCOPES
from tests.api.conftest import Office
from tests.api.fuzz import operations, throw

pytestmark = pytest.mark.long

PAGE = Path(__file__).parents[2] / "docs" / "api.md"
EXAMPLES = 5


@pytest.fixture
def document(office: Office) -> dict[str, Any]:
    """As it is served, to anybody."""
    answer = office.app.test_client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    return dict(answer.json or {})


def test_it_names_every_address_and_nothing_else(office: Office, document: dict[str, Any]) -> None:
    served = {
        re.sub(r"<(\w+)>", r"{\1}", rule.rule)
        for rule in office.app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and rule.endpoint != "api.openapi"
    }
    assert set(document["paths"]) == served
    assert document["openapi"].startswith("3.")


def test_every_operation_wants_a_token_and_answers_errors_as_problems(document: dict[str, Any]) -> None:
    assert document["security"] == [{"token": []}]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert {"401", "403", "429"} <= operation["responses"].keys(), (path, method)
            for status, response in operation["responses"].items():
                if status >= "400":
                    assert list(response["content"]) == ["application/problem+json"], (path, method, status)
            if method == "post":
                assert "Idempotency-Key" in [one["name"] for one in operation["parameters"]], path


def test_the_page_for_people_names_every_address_and_scope(document: dict[str, Any]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    for path, methods in document["paths"].items():
        for method in methods:
            assert f"`{method.upper()} {path.removeprefix('/api/v1')}`" in page, (method, path)
    assert all(f"`{scope}`" in page for scope in SCOPES)


def test_made_up_requests_find_no_500_and_no_answer_that_the_document_does_not_name(office: Office) -> None:
    office.parts.api.gate.allowance.most = 0
    office.issued()
    tried = 0
    for operation in operations(office):
        throw(office, operation, EXAMPLES, seed=True)
        tried += 1
    assert tried >= 16
