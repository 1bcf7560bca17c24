"""Moodle's REST server and its files for programs, as they behave over HTTP.

The school is stricter than Moodle in one thing: a token in the address is refused, because addresses end up in logs.
"""

import json
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, abort, request

from ..faults import Service
from ..native.models import Account, HandedInFile
from ..wire import service, the_school
from .caller import Caller
from .calling import account_of, call
from .refusals import Refused, invalid_parameter, invalid_token
from .signatures import nested

bp = Blueprint("webservice", __name__, url_prefix="/webservice")
_OWN = ("wstoken", "wsfunction", "moodlewsrestformat")
_FORM = "application/x-www-form-urlencoded"


@bp.route("/rest/server.php", methods=["GET", "POST"])
@service(Service.WEB_SERVICES)
def server() -> Response:
    """Call a function: form fields in, JSON out, and HTTP 200 also when it is refused."""
    school = the_school()
    if not school.personality.web_services:
        abort(404)
    if not school.web_services.offered:
        school.refuse("webservices", 403, "web services are switched off")
        return Response(status=403, content_type="text/html; charset=utf-8")
    fields = [(name, value) for name, values in request.form.lists() for value in values]
    function = request.form.get("wsfunction", "")
    try:
        account = _account("wstoken")
        if not function:
            raise invalid_parameter("no wsfunction")
        answer = call(school, account, function, nested([one for one in fields if one[0] not in _OWN]))
    except Refused as refused:
        school.refuse("webservices", 200, f"{function or 'no function'}: {refused.errorcode}: {refused}")
        answer = refused.answer
    if request.form.get("moodlewsrestformat") != "json":
        return _xml(answer)
    return Response(json.dumps(answer), content_type="application/json")


def _account(field: str) -> Account:
    if field in request.args:
        raise invalid_token("the token came in the address, where logs keep it: send it in the body")
    return account_of(the_school(), request.form.get(field) if request.mimetype == _FORM else None)


def _xml(answer: Any) -> Response:  # noqa: ANN401 - whatever a function answers
    """Moodle's other format, which nobody here asks for on purpose: enough to be no JSON."""
    inner = "<RESPONSE/>"
    if isinstance(answer, dict) and "errorcode" in answer:
        inner = f'<EXCEPTION class="{answer["exception"]}"><ERRORCODE>{answer["errorcode"]}</ERRORCODE></EXCEPTION>'
    body = f'<?xml version="1.0" encoding="UTF-8" ?>\n{inner}\n'
    return Response(body, content_type="application/xml; charset=utf-8")


@bp.route("/pluginfile.php/<int:context>/<component>/<area>/<item>/<path:name>", methods=["GET", "POST"])
@service(Service.FILES)
def file(context: int, component: str, area: str, item: str, name: str) -> Response:
    """A file of a hand-in; whoever may not have it gets an error of another shape than the functions give."""
    school = the_school()
    if not school.personality.web_services:
        abort(404)
    if "token" not in request.form and "token" not in request.args:
        return _file_error(200, "A required parameter (token) was missing", "missingparam")
    try:
        account = _account("token")
    except Refused as refused:
        return _file_error(200, refused.message, refused.errorcode)
    if not account.may_download:
        return _file_error(200, "Access control exception", "accessexception")
    where = (component, area)
    found = _find(account, context, item, name) if where == ("assignsubmission_file", "submission_files") else None
    if found is None:
        return _file_error(404, "Sorry, the requested file could not be found", "filenotfound")
    answer = Response(found.content, content_type=found.media_type)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
    answer.headers["Accept-Ranges"] = "bytes"
    return answer


def _find(account: Account, context: int, item: str, name: str) -> HandedInFile | None:
    school = the_school()
    activity = school.activities.get(str(context - 1000))
    if activity is None or not Caller(school, int(account.id), frozenset(account.capabilities)).sees(activity):
        return None
    submission = next((one for one in activity.submissions if one.id == item), None)
    return next((one for one in submission.files if one.name == name), None) if submission else None


def _file_error(status: int, text: str, errorcode: str) -> Response:
    the_school().refuse("files", status, f"{errorcode}: {text}")
    body = {"error": text, "errorcode": errorcode, "stacktrace": None, "debuginfo": None, "reproductionlink": None}
    return Response(json.dumps(body), status=status, content_type="application/json; charset=utf-8")
