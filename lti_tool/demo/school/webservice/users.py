"""Functions about people."""

from collections.abc import Iterable
from html import escape
from typing import Any

from ..models import Course, Person
from .caller import ROLE_IDS, Caller
from .refusals import coding_error
from .signatures import Params

_FIELDS = {"id": "id", "email": "email", "idnumber": "idnumber", "username": "username"}
_HIDDEN_FIELDS = ("idnumber", "username")


def described(person: Person) -> dict[str, Any]:
    """What everybody who may see somebody sees."""
    return {
        "id": int(person.id),
        "firstname": escape(person.given, quote=False),
        "lastname": escape(person.family, quote=False),
        "fullname": escape(person.name, quote=False),
        "email": person.email,
        "firstaccess": 0,
        "lastaccess": 0,
        "profileimageurlsmall": "",
        "profileimageurl": "",
    }


def of_course(caller: Caller, params: Params) -> list[dict[str, Any]]:
    """Who is in a course, by id; an option that is unknown is ignored (measured)."""
    course = caller.course(params["courseid"], by_context=True)
    caller.need("moodle/course:viewparticipants", "View participants")
    options = {one["name"]: one["value"] for one in params.get("options", [])}
    only = {name for name in ("onlyactive", "onlysuspended") if options.get(name) == "1"}
    if only:
        caller.need("moodle/course:enrolreview", "Review course enrolments")
    people = [] if not caller.may("moodle/user:viewdetails") else _members(caller, course, only)
    start, count = int(options.get("limitfrom") or 0), int(options.get("limitnumber") or 0)
    page = people[start : start + count] if count else people[start:]
    fields = [one for one in options.get("userfields", "").split(",") if one]
    rows = [_member(caller, course, one) for one in page]
    return [{key: value for key, value in row.items() if not fields or key in fields or key == "id"} for row in rows]


def _members(caller: Caller, course: Course, only: Iterable[str]) -> list[Person]:
    wanted = {"onlyactive": False, "onlysuspended": True}
    states = {wanted[one] for one in only} or {False, True}
    found = [key for key, enrolment in course.enrolments.items() if enrolment.suspended in states]
    return [caller.school.people[key] for key in sorted(found, key=int)]


def _member(caller: Caller, course: Course, person: Person) -> dict[str, Any]:
    role = course.enrolments[person.id].role
    mine = [one for one in caller.school.courses.values() if person.id in one.enrolments]
    return {
        **described(person),
        "lastcourseaccess": 0,
        "roles": [{"roleid": ROLE_IDS[role], "name": "", "shortname": role.value, "sortorder": 0}],
        "enrolledcourses": [{"id": int(one.id), "fullname": one.title, "shortname": one.label} for one in mine],
    }


def by_field(caller: Caller, params: Params) -> list[dict[str, Any]]:
    """People by id or e-mail; by name or idnumber only with a capability, else nobody (measured)."""
    field = params["field"]
    if field not in _FIELDS:
        raise coding_error("invalid field parameter")
    detailed = caller.may("moodle/user:viewalldetails")
    if not caller.may("moodle/user:viewdetails") or (field in _HIDDEN_FIELDS and not detailed):
        return []
    found = [one for one in caller.school.people.values() if str(getattr(one, _FIELDS[field])) in params["values"]]
    more = [{"username": one.username, "idnumber": one.idnumber} if detailed else {} for one in found]
    return [{**described(one), "suspended": False, **extra} for one, extra in zip(found, more, strict=True)]
