"""The OpenAPI document, and the checks that follow from it: SpecTree makes both of the models in `schemas`."""

import re
from copy import deepcopy
from typing import Any, cast

from flask import Flask, request
from flask_babel import lazy_gettext as _l
from pydantic import ValidationError
from spectree import Response, SecurityScheme, SpecTree
from spectree.models import SecureType, SecuritySchemeData

from lti_tool import __version__
from lti_tool.api.clients import SCOPES
from lti_tool.api.errors import BadRequestBody
from lti_tool.api.schemas import Problem

_PART = re.compile(r"<(\w+)>")
PROBLEM_JSON = "application/problem+json"
TOKEN = "token"  # noqa: S105 - the name of a scheme
DESCRIPTION = """For the systems of the issuer. Every request brings a token, made by `icc-bridge api client add`, as
`Authorization: Bearer …`. Errors are problem details (RFC 9457) in the language of Accept-Language. Lists come in pages.
No person's name is ever in an answer. See docs/api.md."""


def _refuse(_request: Any, _response: Any, error: Any, _instance: Any, _adapter: Any) -> None:  # noqa: ANN401
    """Answer what does not fit its model as all other errors are answered."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise BadRequestBody(
            f"{where}: {first['type']}",
            explanation=_l("%(where)s klopt niet: %(what)s.", where=where, what=first["msg"]),
        )


checked = SpecTree(
    "flask",
    title="ICC Bridge",
    version=__version__,
    description=DESCRIPTION,
    mode="strict",
    annotations=False,
    before=_refuse,
    validation_error_model=Problem,
    naming_strategy=lambda model: model.__name__,
    nested_naming_strategy=lambda _parent, child: child,
    security_schemes=[
        SecurityScheme(
            name=TOKEN,
            data=SecuritySchemeData(
                type=SecureType.HTTP,
                scheme="bearer",
                description="Scopes: " + "; ".join(f"`{name}`: {what}" for name, what in SCOPES.items()),
            ),
        )
    ],
    security={TOKEN: []},
)


def answers(*, writes: bool = False, names: bool = False, **good: Any) -> Response:  # noqa: ANN401
    """Return what a view may answer.

    Args:
        writes: whether it changes something, so that a body and an idempotency key can be wrong.
        names: whether its address names something that may not be there.
        good: the model for each good status, such as ``HTTP_200=Cohort``.
    """
    statuses = ["HTTP_401", "HTTP_403", "HTTP_422", "HTTP_429"]
    if names:
        statuses.append("HTTP_404")
    if writes:
        statuses += ["HTTP_400", "HTTP_409", "HTTP_413", "HTTP_415"]
    return Response(**good, **dict.fromkeys(statuses, Problem))


def openapi_document(app: Flask) -> dict[str, Any]:
    """Return the document, with what SpecTree cannot say: the media type of problems, and headers."""
    with app.app_context():
        document = deepcopy(cast(dict[str, Any], checked.spec))
    names = {
        (_PART.sub(r"{\1}", rule.rule), method.lower()): rule.endpoint.rpartition(".")[2]
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            operation["operationId"] = names[path, method]
            _finish(operation, writes=method != "get")
    return document


def _finish(operation: dict[str, Any], *, writes: bool) -> None:
    for status, response in operation["responses"].items():
        content = response.get("content", {})
        if status >= "400" and "application/json" in content:
            content[PROBLEM_JSON] = content.pop("application/json")
        if status == "429":
            response["headers"] = {
                "Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}, "required": True}
            }
    known = {(one["in"], one["name"]) for one in operation.setdefault("parameters", [])}
    for one in operation["parameters"]:
        if one["in"] == "path":
            one["schema"] = {"type": "string", "pattern": "^[A-Za-z0-9]{22}$"}
    if writes and ("header", "Idempotency-Key") not in known:
        operation["parameters"].append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "The same key and request again within a day get the same answer, and nothing is done again.",
                "schema": {"type": "string", "pattern": "^[!-~]{1,100}$"},
            }
        )
    if not writes:
        operation["responses"].setdefault("304", {"description": "Not changed since If-None-Match."})


def sent_json() -> None:
    """See that a body is JSON and says so.

    Raises:
        NotJson: it is something else.
        BadRequestBody: it cannot be read.
    """
    from lti_tool.api.errors import NotJson

    if request.mimetype != "application/json":
        raise NotJson("not application/json")
    if not isinstance(request.get_json(silent=True), dict):
        raise BadRequestBody("not a JSON object", explanation=_l("De inhoud van het verzoek is geen JSON-object."))
