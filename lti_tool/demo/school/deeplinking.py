"""Deep linking: the way to the tool's picker, the checked answer it posts back, and saving what was chosen."""

from datetime import timedelta

import jwt
from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from .contentitems import create, fatal, problems
from .faults import Service
from .launches import DeepLinkVisit
from .models import CompletionRule, Registration, ToolState
from .scopes import DL, LTI
from .sessions import check_form, course_for, me, needs_person, session_key, signed_in, tool_origin
from .texts import t, translate
from .toolkeys import KeysUnreachable, UnknownKey
from .wire import service, the_school, tool_keys

bp = Blueprint("deeplinking", __name__)


class AnswerRefused(Exception):
    """The tool's answer breaks a rule; nothing of it is used."""


@bp.get("/courses/<course_id>/add/<tool_id>")
@needs_person
def choose(course_id: str, tool_id: str) -> str:
    """The page around the tool's picker."""
    course = course_for(course_id, teaching=True)
    tool = _tool(tool_id)
    return render_template("school/choose.html", course=course, tool=tool, origin=tool_origin(tool))


@bp.get("/courses/<course_id>/add/<tool_id>/frame")
@needs_person
def frame(course_id: str, tool_id: str) -> str:
    """Inside the frame: the form that starts the deep-linking request at the tool."""
    course = course_for(course_id, teaching=True)
    tool = _tool(tool_id)
    fields = the_school().launches.begin_deep_linking(me(), course, tool, session=session_key())
    return render_template("school/autoform.html", action=tool.login_url, fields=fields)


def _tool(tool_id: str) -> Registration:
    tool = the_school().registrations.get(tool_id)
    if tool is None or tool.state is not ToolState.ACTIVE or tool.deep_link_uri is None:
        abort(404)
    return tool


@bp.post("/lti/deeplink/return")
@service(Service.DEEP_LINKING)
def come_back() -> Response:
    """Check the tool's answer and show what came, still inside the frame."""
    school = the_school()
    if _from_another_site() and "repost" not in request.form:
        # a post from there comes without our cookie; the same post of our own page has it
        fields = request.form.to_dict()
        return make_response(render_template("school/repost.html", action=request.full_path, fields=fields))
    visit = school.launches.visits.get(request.args.get("sesskey", ""))
    try:
        if visit is None or visit.course_id != request.args.get("course") or visit.items is not None:
            raise AnswerRefused("the return address is unknown or was used before")
        if visit.registration_id != request.args.get("id"):
            raise AnswerRefused("the return address belongs to another tool")
        items = _verified(request.form.get("JWT", ""), visit)
    except AnswerRefused as refused:
        school.refuse(Service.DEEP_LINKING.value, 404, str(refused))
        return make_response(render_template("school/deeplink_error.html", reason=str(refused)), 404)
    registration = school.registrations[visit.registration_id]
    visit.items = items
    visit.problems = problems(school, items, registration)
    for place, reason in visit.problems.items():
        school.refuse(Service.DEEP_LINKING.value, 200, f"item {place + 1}: {translate(reason, 'en')}")
    course = school.courses[visit.course_id]
    lost = {
        place
        for place in visit.problems
        if len(items) == 1 or not isinstance(items[place], dict) or fatal(school, items[place], registration) is not None
    }
    return make_response(render_template("school/chosen.html", visit=visit, course=course, lost=lost))


def _from_another_site() -> bool:
    return signed_in() is None and request.headers.get("Sec-Fetch-Site") == "cross-site"


def _verified(token: str, visit: DeepLinkVisit) -> list[dict[str, object]]:
    school = the_school()
    registration = school.registrations.get(visit.registration_id)
    if registration is None:
        raise AnswerRefused("the tool is no longer registered")
    if not token:
        raise AnswerRefused("the field JWT is missing")
    try:
        claims = tool_keys().decode(registration, token)
    except KeysUnreachable as error:
        raise AnswerRefused(f"the tool's keys cannot be fetched: {error}") from error
    except UnknownKey as error:
        raise AnswerRefused(f'"kid" invalid, unable to lookup correct key: {error}') from error
    except jwt.InvalidSignatureError as error:
        raise AnswerRefused("Signature verification failed") from error
    except jwt.InvalidTokenError as error:
        raise AnswerRefused(f"the JWT cannot be read: {error}") from error
    now = int(school.now().timestamp())
    expires, issued = claims.get("exp"), claims.get("iat")
    if not isinstance(expires, int) or not isinstance(issued, int):
        raise AnswerRefused("exp and iat are required, in whole seconds")
    if expires <= now:
        raise AnswerRefused("Expired token")
    if issued > now or expires - issued > 3600:
        raise AnswerRefused("iat lies in the future, or the answer is valid for more than an hour")
    if claims.get("iss") != registration.client_id:
        raise AnswerRefused("Consumer key is incorrect: iss must be the client id")
    if claims.get("aud") not in (school.issuer, [school.issuer]):
        raise AnswerRefused("aud must be the platform's issuer")
    if claims.get(LTI + "deployment_id") != registration.deployment_id:
        raise AnswerRefused("deployment_id is not the one of the request")
    if claims.get(LTI + "message_type") != "LtiDeepLinkingResponse":
        raise AnswerRefused("message_type must be LtiDeepLinkingResponse")
    if claims.get(LTI + "version") != "1.3.0":
        raise AnswerRefused("version must be 1.3.0")
    if claims.get(DL + "data") != visit.data:
        raise AnswerRefused("data must be returned exactly as it came, or be absent when none came")
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not nonce:
        raise AnswerRefused("nonce is missing")
    if not school.spend(f"nonce {registration.id} {nonce}", keep=timedelta(hours=2)):
        raise AnswerRefused("nonce was used before")
    items = claims.get(DL + "content_items", [])
    if not isinstance(items, list):
        raise AnswerRefused("content_items must be an array")
    if len(items) > 1 and not school.deep_linking.accept_multiple:
        raise AnswerRefused("one item was asked for, several came")
    return items


@bp.post("/courses/<course_id>/add/save/<key>")
@needs_person
def save(course_id: str, key: str) -> WerkzeugResponse:
    """Make the activities and go back to the course."""
    check_form()
    course = course_for(course_id, teaching=True)
    school = the_school()
    visit = school.launches.visits.get(key)
    if visit is None or visit.course_id != course.id or visit.person_id != me().id or visit.items is None:
        abort(404)
    wish = request.form.get("completion", "none")
    rule = CompletionRule(wish) if wish in ("none", "grade", "passgrade") else CompletionRule.NONE
    with school.lock:
        del school.launches.visits[key]
        made = create(school, course, school.registrations[visit.registration_id], visit.items, completion_rule=rule)
    if not made:
        flash(t("Er is niets toegevoegd."), "warn")
    elif len(made) == 1:
        flash(t("Eén activiteit toegevoegd."), "ok")
    else:
        flash(t("%(n)s activiteiten toegevoegd.", n=len(made)), "ok")
    return redirect(url_for("courses.course", course_id=course.id))
