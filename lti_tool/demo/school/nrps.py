"""Names and roles: who is in a course; Moodle's short role names, escaped names and forgetful paging, and what others do."""

from html import escape
from typing import Any

from flask import Blueprint, Response, request

from .claims import resource_link
from .faults import Service
from .models import Course, Link, Person, Registration
from .personality import MEMBERSHIP_ROLE
from .scopes import BO_CLAIM, LTI, MEMBERSHIP
from .wire import (
    ServiceRefused,
    bad_gateway,
    bearer,
    course_or_404,
    json_answer,
    link_to_next,
    no_handler,
    page_of,
    service,
    the_school,
)

bp = Blueprint("nrps", __name__)


@bp.route("/lti/CourseSection/<course_id>/bindings/<type_id>/memberships", methods=["GET", "POST", "PUT", "DELETE"])
@service(Service.MEMBERSHIPS)
def memberships(course_id: str, type_id: str) -> Response:
    """The active members of a course, optionally of one role, in pages when ``limit`` is given."""
    if request.method != "GET":
        raise ServiceRefused(405, "Method Not Allowed")
    school = the_school()
    habits, lists = school.personality.members, school.personality.lists
    if lists.exact_types and "application/json" in request.headers.get("Accept", ""):
        raise no_handler(f"/CourseSection/{course_id}/bindings/{type_id}/memberships")
    registration = bearer(MEMBERSHIP)
    if registration.id != type_id:
        raise ServiceRefused(401, "Unauthorized", "the memberships are those of another tool's binding")
    course = course_or_404(course_id)
    link = _link(course)
    with school.lock:
        people = _members(course)
        page, start, limit = page_of(people, lists.members_page)
        members = [_member(person, course, registration, link) for person in page]
    base = f"{school.url}/lti/CourseSection/{course.id}/bindings/{type_id}/memberships"
    body = {"id": base, "context": {"id": course.id, "label": course.label, "title": course.title}, "members": members}
    response = json_answer(body, habits.media_type)
    if limit and start + limit < len(people):
        query: dict[str, Any] = {"limit": limit, "from": start + limit}
        if link is not None:
            query["rlid"] = link.id
        if "role" in request.args and not habits.forgets_role:
            query["role"] = request.args["role"]
        link_to_next(response, base, query)
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


def _roles(course: Course, person: Person) -> tuple[str, ...]:
    return the_school().personality.members.roles_of(course.enrolments[person.id].role)


def _members(course: Course) -> list[Person]:
    school = the_school()
    habits = school.personality.members
    listed = [
        school.people[key]
        for key, enrolment in course.enrolments.items()
        if not enrolment.suspended or habits.inactive is not None
    ]
    listed.sort(key=lambda person: (person.family.casefold(), person.given.casefold(), int(person.id)))
    wanted = request.args.get("role", "").removeprefix(MEMBERSHIP_ROLE)
    # an unknown role returns everybody
    if habits.filters_roles and wanted in ("Learner", "Instructor"):
        return [person for person in listed if {wanted, MEMBERSHIP_ROLE + wanted} & set(_roles(course, person))]
    return listed


def _member(person: Person, course: Course, registration: Registration, link: Link | None) -> dict[str, Any]:
    habits = the_school().personality.members
    status = habits.inactive if course.enrolments[person.id].suspended else habits.active
    member: dict[str, Any] = {"status": status, "roles": list(_roles(course, person))}
    if link is not None:
        message = {LTI + "message_type": "LtiResourceLinkRequest"}
        claims = resource_link(the_school(), person, link)
        if BO_CLAIM in claims:
            message[BO_CLAIM] = claims[BO_CLAIM]
        member["message"] = [message]
    texts = {"lis_person_sourcedid": person.idnumber}
    if registration.sends_name:
        texts |= {"name": person.name, "given_name": person.given, "family_name": person.family}
    member["user_id"] = person.id
    member |= {name: escape(text, quote=False) if habits.escaped else text for name, text in texts.items()}
    if registration.sends_email:
        member["email"] = person.email
    if registration.sends_name:
        member["ext_user_username"] = person.username
    return member
