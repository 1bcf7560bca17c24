"""Names and roles: who is in a course, with Moodle's short role names, escaped names and forgetful paging."""

from html import escape
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from .claims import resource_link
from .faults import Service
from .models import Course, Link, Person, Registration, Role
from .scopes import BO_CLAIM, LTI, MEMBERS_TYPE, MEMBERSHIP
from .wire import ServiceRefused, bad_gateway, bearer, course_or_404, json_answer, no_handler, service, the_school

bp = Blueprint("nrps", __name__)

_URI = "http://purl.imsglobal.org/vocab/lis/v2/membership#"


@bp.route("/lti/CourseSection/<course_id>/bindings/<type_id>/memberships", methods=["GET", "POST", "PUT", "DELETE"])
@service(Service.MEMBERSHIPS)
def memberships(course_id: str, type_id: str) -> Response:
    """The active members of a course, optionally of one role, in pages when ``limit`` is given."""
    if request.method != "GET":
        raise ServiceRefused(405, "Method Not Allowed")
    if "application/json" in request.headers.get("Accept", ""):
        raise no_handler(f"/CourseSection/{course_id}/bindings/{type_id}/memberships")
    registration = bearer(MEMBERSHIP)
    if registration.id != type_id:
        raise ServiceRefused(401, "Unauthorized", "the memberships are those of another tool's binding")
    course = course_or_404(course_id)
    link = _link(course)
    school = the_school()
    with school.lock:
        people = _members(course)
        limit, start = request.args.get("limit", type=int), request.args.get("from", 0, type=int)
        page = people[start : start + limit] if limit else people
        members = [_member(person, course, registration, link) for person in page]
    base = f"{school.url}/lti/CourseSection/{course.id}/bindings/{type_id}/memberships"
    body = {"id": base, "context": {"id": course.id, "label": course.label, "title": course.title}, "members": members}
    response = json_answer(body, MEMBERS_TYPE)
    if limit and start + limit < len(people):
        # The next address loses role, so a filtered list goes on unfiltered (Moodle 4.5).
        query: dict[str, Any] = {"limit": limit, "from": start + limit}
        if link is not None:
            query["rlid"] = link.id
        response.headers["Link"] = f'<{base}?{urlencode(query)}>; rel="next"'
    return response


def _link(course: Course) -> Link | None:
    link_id = request.args.get("rlid")
    if link_id is None:
        return None
    link = the_school().links.get(link_id)
    if link is None:
        raise ServiceRefused(404, f"Not Found: LTI link {link_id} doesn't exist")
    if link.course_id != course.id:
        raise bad_gateway("rlid is a link of another course")
    return link


def _short_role(course: Course, person: Person) -> str:
    # A non-editing teacher is a Learner here, though an Instructor in the launch (Moodle 4.5).
    role = course.enrolments[person.id].role
    return "Instructor" if role in (Role.TEACHER, Role.MANAGER) else "Learner"


def _members(course: Course) -> list[Person]:
    school = the_school()
    active = [school.people[key] for key, enrolment in course.enrolments.items() if not enrolment.suspended]
    active.sort(key=lambda person: (person.family.casefold(), person.given.casefold(), int(person.id)))
    wanted = request.args.get("role", "").removeprefix(_URI)
    if wanted in ("Learner", "Instructor"):
        return [person for person in active if _short_role(course, person) == wanted]
    return active


def _member(person: Person, course: Course, registration: Registration, link: Link | None) -> dict[str, Any]:
    member: dict[str, Any] = {"status": "Active", "roles": [_short_role(course, person)]}
    if link is not None:
        message = {LTI + "message_type": "LtiResourceLinkRequest"}
        claims = resource_link(the_school(), person, link)
        if BO_CLAIM in claims:
            message[BO_CLAIM] = claims[BO_CLAIM]
        member["message"] = [message]
    member |= {"user_id": person.id, "lis_person_sourcedid": escape(person.idnumber, quote=False)}
    if registration.sends_name:
        member |= {
            "name": escape(person.name, quote=False),
            "given_name": escape(person.given, quote=False),
            "family_name": escape(person.family, quote=False),
        }
    if registration.sends_email:
        member["email"] = person.email
    if registration.sends_name:
        member["ext_user_username"] = person.username
    return member
