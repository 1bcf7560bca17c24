"""AGS line items, as Moodle's gradebookservices answers them: exact media types, filters, and a PUT that erases."""

import json
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from .faults import Service
from .models import Course, Json, LineItem, Registration
from .scopes import LINEITEM, LINEITEM_READONLY, LINEITEM_TYPE, LINEITEMS_TYPE
from .wire import (
    ServiceRefused,
    accepts,
    bearer,
    course_or_404,
    item_or_404,
    json_answer,
    link_to_next,
    media_type,
    no_handler,
    own_type,
    owned,
    page_of,
    sends,
    service,
    the_school,
    too_long,
)

bp = Blueprint("lineitems", __name__)


@bp.route("/lti/courses/<course_id>/lineitems", methods=["GET", "POST", "PUT", "DELETE", "PATCH"])
@service(Service.LINEITEMS)
def collection(course_id: str) -> Response:
    """List a tool's grade items in a course, or add one."""
    path = f"/{course_id}/lineitems"
    if request.method == "GET":
        if not accepts(LINEITEMS_TYPE):
            if accepts("", "*/*", LINEITEM_TYPE):
                raise ServiceRefused(400, "No context or unsupported content type", f"Accept must be {LINEITEMS_TYPE}")
            raise no_handler(path)
        registration = bearer(LINEITEM, LINEITEM_READONLY)
        own_type(registration)
        return _list(course_or_404(course_id), registration)
    if request.method == "POST":
        if media_type() == LINEITEMS_TYPE:
            raise ServiceRefused(400, "No context or unsupported content type", f"send {LINEITEM_TYPE}")
        if not sends(LINEITEM_TYPE):
            raise no_handler(path)
        registration = bearer(LINEITEM)
        own_type(registration)
        return _create(course_or_404(course_id), registration)
    raise ServiceRefused(405, "Method Not Allowed")


def _list(course: Course, registration: Registration) -> Response:
    school = the_school()
    items = [
        item
        for item in list(school.items.values())
        if item.course_id == course.id and item.registration_id == registration.id
    ]
    args = request.args
    if "resource_id" in args:
        items = [item for item in items if item.resource_id == args["resource_id"]]
    if "tag" in args:
        items = [item for item in items if item.tag == args["tag"]]
    if "resource_link_id" in args:
        items = [item for item in items if item.link_id == args["resource_link_id"]]
    items.sort(key=lambda item: int(item.id))
    lists = school.personality.lists
    page, start, limit = page_of(items, lists.page)
    response = json_answer([as_json(item) for item in page], LINEITEMS_TYPE)
    if limit and lists.broken_links:
        response.headers["Link"] = _broken_link(course.id, start, limit, len(items))
    elif limit and start + limit < len(items):
        kept = {key: value for key, value in args.items() if key not in ("limit", "from")}
        base = f"{school.url}/lti/courses/{course.id}/lineitems"
        link_to_next(response, base, {**kept, "limit": limit, "from": start + limit})
    return response


def _broken_link(course_id: str, start: int, limit: int, total: int) -> str:
    # Moodle writes curly quotes and &amp; into this header, so no client can follow it; the school keeps the trap.
    base = f"{the_school().url}/lti/courses/{course_id}/lineitems"
    kept = {key: value for key, value in request.args.items() if key not in ("limit", "from")}

    def part(offset: int, rel: str) -> str:
        query = urlencode({**kept, "limit": limit, "from": offset}).replace("&", "&amp;")
        return f"<{base}?{query}>; rel=“{rel}”"

    parts = [part(0, "first"), part(start, "canonical")]
    if start + limit < total:
        parts.append(part(start + limit, "next"))
    return ", ".join([*parts, part(total, "last")]).encode().decode("latin-1")


def _create(course: Course, registration: Registration) -> Response:
    asked = _parsed("No label or Score Maximum")
    school = the_school()
    link_id = _link_id(asked, course, registration)
    review = _review(asked)
    with school.changing():
        item = LineItem(
            id=school.next_id("item"),
            course_id=course.id,
            registration_id=registration.id,
            label=asked["label"],
            maximum=asked["scoreMaximum"],
            resource_id=str(asked.get("resourceId") or ""),
            tag=str(asked.get("tag") or ""),
            link_id=link_id,
            review_url=review[0],
            review_custom=review[1],
        )
        school.items[item.id] = item
    return json_answer(asked | {"id": school.lineitem_url(item)}, LINEITEM_TYPE, 201)


@bp.route("/lti/courses/<course_id>/lineitems/<item_id>/lineitem", methods=["GET", "PUT", "DELETE", "POST", "PATCH"])
@service(Service.LINEITEMS)
def single(course_id: str, item_id: str) -> Response:
    """Read, replace or delete one grade item."""
    path = f"/{course_id}/lineitems/{item_id}/lineitem"
    if request.method == "GET":
        if not accepts("*/*", "", LINEITEM_TYPE):
            raise no_handler(path)
        item = _owned(course_id, item_id, LINEITEM, LINEITEM_READONLY)
        return json_answer(as_json(item), LINEITEM_TYPE)
    if request.method == "PUT":
        if not sends(LINEITEM_TYPE):
            raise no_handler(path)
        return _replace(_owned(course_id, item_id, LINEITEM))
    if request.method == "DELETE":
        item = _owned(course_id, item_id, LINEITEM)
        the_school().remove_item(item)
        return Response(status=204)
    if request.method == "POST":
        raise no_handler(path)
    raise ServiceRefused(405, "Method Not Allowed")


def _owned(course_id: str, item_id: str, *scopes: str) -> LineItem:
    registration = bearer(*scopes)
    own_type(registration)
    return owned(item_or_404(course_or_404(course_id), item_id), registration)


def _replace(item: LineItem) -> Response:
    asked = _parsed("Bad Request")
    school = the_school()
    link_id = _link_id(asked, school.courses[item.course_id], school.registrations[item.registration_id])
    review = _review(asked)
    with school.changing():
        item.label = asked["label"]
        item.maximum = asked["scoreMaximum"]
        item.resource_id = str(asked.get("resourceId") or "")
        item.tag = str(asked.get("tag") or "")
        item.link_id = link_id
        item.review_url, item.review_custom = review
    return json_answer(asked | {"id": school.lineitem_url(item)}, LINEITEM_TYPE)


def _parsed(phrase: str) -> Json:
    try:
        asked = json.loads(request.get_data())
    except ValueError:
        raise ServiceRefused(400, phrase, "the line item is no JSON") from None
    if not isinstance(asked, dict) or not asked.get("label") or "scoreMaximum" not in asked:
        raise ServiceRefused(400, phrase, "label and scoreMaximum are required")
    if not isinstance(asked["label"], str):
        raise ServiceRefused(400, "Bad Request", "label must be a string")
    maximum = asked["scoreMaximum"]
    if isinstance(maximum, bool) or not isinstance(maximum, int | float):
        raise ServiceRefused(400, "Bad Request", "scoreMaximum must be a number")
    if len(asked["label"]) > 255:
        raise too_long("label is longer than 255 characters")
    return asked


def _link_id(asked: Json, course: Course, registration: Registration) -> str | None:
    wanted = asked.get("resourceLinkId")
    if not wanted:
        return None
    link = the_school().links.get(str(wanted))
    if link is None or link.course_id != course.id or link.registration_id != registration.id:
        raise ServiceRefused(403, "Forbidden", "resourceLinkId is no link of this tool in this course")
    return link.id


def _review(asked: Json) -> tuple[str | None, dict[str, str]]:
    review = asked.get("submissionReview")
    if not isinstance(review, dict) or not the_school().personality.submission_review:
        return None, {}
    custom = review.get("custom")
    own = {str(key): str(value) for key, value in custom.items()} if isinstance(custom, dict) else {}
    return str(review.get("url") or "") or None, own


def as_json(item: LineItem) -> dict[str, Any]:
    """A grade item as AGS shows it; a coupled one names its link twice, as Moodle does."""
    maximum = int(item.maximum) if float(item.maximum).is_integer() else item.maximum
    shown: dict[str, Any] = {
        "id": the_school().lineitem_url(item),
        "label": item.label,
        "scoreMaximum": maximum,
        "resourceId": item.resource_id,
        "tag": item.tag,
    }
    if item.review_url:
        shown["submissionReview"] = {"reviewableStatus": [], "url": item.review_url, "custom": item.review_custom}
    if item.link_id:
        shown |= {"resourceLinkId": item.link_id, "ltiLinkId": item.link_id}
    return shown
