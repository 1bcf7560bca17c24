"""The claims of an id_token (launch, deep linking, submission review): Moodle 4.5's exact shape, and what others do."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from .models import Course, Link, Person, Registration
from .scopes import AGS_CLAIM, BO_CLAIM, DL, GRADE_SYNC_AND_COLUMNS, LTI, MEMBERSHIP, NRPS_CLAIM

if TYPE_CHECKING:
    from .state import School


def roles(school: "School", person: Person, course: Course) -> list[str]:
    """The roles of ``person`` in ``course``."""
    shape = school.personality.id_tokens
    if person.admin:
        return list(shape.admin_roles)
    enrolment = course.enrolments.get(person.id)
    return list(shape.roles_of(enrolment.role)) if enrolment is not None else []


def resource_link(
    school: "School", person: Person, link: Link, *, nonce: str = "", for_user: Person | None = None
) -> dict[str, Any]:
    """The claims of a launch of ``link``, or of a submission review when ``for_user`` is given."""
    course = school.courses[link.course_id]
    registration = school.registrations[link.registration_id]
    items = school.coupled_items(link)
    target = link.url or registration.target_link_uri
    if for_user is not None and items and items[0].review_url:
        target = items[0].review_url
    claims = _start(school, person, course, registration, nonce, target)
    if for_user is not None:
        claims[LTI + "for_user"] = {"user_id": for_user.id}
    claims[LTI + "message_type"] = "LtiResourceLinkRequest" if for_user is None else "LtiSubmissionReviewRequest"
    claims[LTI + "resource_link"] = {"title": link.title, "description": link.text, "id": link.id}
    if items and school.personality.id_tokens.basic_outcomes:
        claims[BO_CLAIM] = {
            "lis_result_sourcedid": _sourcedid(link, person),
            "lis_outcome_service_url": f"{school.url}/lti/outcomes",
        }
    _add_person(claims, school, person, registration)
    back = {"course": course.id, "launch_container": 3, "instanceid": link.id, "sesskey": secrets.token_urlsafe(8)}
    claims[LTI + "launch_presentation"] = {
        "locale": person.locale,
        "document_target": "iframe",
        "return_url": f"{school.url}/lti/return?{urlencode(back)}",
    }
    custom = dict(link.custom)
    if for_user is not None and items:
        custom |= items[0].review_custom
    _finish(claims, school, person, course, registration, custom, link)
    return claims


def deep_linking(
    school: "School", person: Person, course: Course, registration: Registration, *, return_url: str, nonce: str = ""
) -> dict[str, Any]:
    """The claims of a deep-linking request for ``course``; the NRPS claim is there only once the tool is in use."""
    target = registration.deep_link_uri or registration.target_link_uri
    claims = _start(school, person, course, registration, nonce, target)
    claims[LTI + "message_type"] = "LtiDeepLinkingRequest"
    _add_person(claims, school, person, registration)
    claims[LTI + "launch_presentation"] = {"locale": person.locale}
    _finish(claims, school, person, course, registration, {}, None)
    options = school.deep_linking
    settings: dict[str, Any] = {
        "accept_types": list(options.accept_types),
        "accept_presentation_document_targets": ["frame", "iframe", "window"],
        "accept_copy_advice": False,
        "accept_multiple": options.accept_multiple,
        "accept_unsigned": False,
        "auto_create": options.auto_create,
        "can_confirm": False,
        "deep_link_return_url": return_url,
        "title": registration.name,
        "text": "",
    }
    if options.data is not None:
        settings["data"] = options.data
    claims[DL + "deep_linking_settings"] = settings
    return claims


def _start(
    school: "School", person: Person, course: Course, registration: Registration, nonce: str, target: str
) -> dict[str, Any]:
    now, shape = int(school.now().timestamp()), school.personality.id_tokens
    return {
        "nonce": nonce or secrets.token_urlsafe(16),
        "iat": now,
        "exp": now + shape.seconds,
        "iss": school.issuer,
        **_audience(registration, as_list=shape.audience_list),
        LTI + "deployment_id": registration.deployment_id,
        LTI + "target_link_uri": target,
        "sub": person.id,
        LTI + "lis": {"person_sourcedid": person.idnumber, "course_section_sourcedid": course.idnumber},
        LTI + "roles": roles(school, person, course),
        LTI + "context": {
            "id": course.id,
            "label": course.label,
            "title": course.title,
            "type": [shape.context_type],
        },
    }


def _audience(registration: Registration, *, as_list: bool) -> dict[str, Any]:
    client_id = registration.client_id
    return {"aud": [client_id], "azp": client_id} if as_list else {"aud": client_id}


def _add_person(claims: dict[str, Any], school: "School", person: Person, registration: Registration) -> None:
    if registration.sends_name:
        claims |= {"given_name": person.given, "family_name": person.family, "name": person.name}
    lms = school.personality.id_tokens.lms
    if lms is not None:
        claims[LTI + "ext"] = {"user_username": person.username} if registration.sends_name else {}
        claims[LTI + "ext"]["lms"] = lms
    if registration.sends_email:
        claims["email"] = person.email


def _finish(
    claims: dict[str, Any],
    school: "School",
    person: Person,
    course: Course,
    registration: Registration,
    own_custom: Mapping[str, str],
    link: Link | None,
) -> None:
    shape = school.personality.id_tokens
    claims[LTI + "tool_platform"] = {
        **school.personality.product(),
        "guid": school.guid,
        "name": school.short_name,
        "description": school.name,
    }
    claims[LTI + "version"] = "1.3.0"
    custom: dict[str, str | int | None] = {}
    values = _variables(school, person, course, registration, link)
    for key, value in {**own_custom, **registration.custom}.items():
        substituted = _substituted(value, values, numbers=shape.custom_numbers)
        if shape.custom_doubled:
            custom[key.lower()] = substituted
        custom[key] = substituted
    memberships = f"{school.url}/lti/CourseSection/{course.id}/bindings/{registration.id}/memberships"
    knows_members = MEMBERSHIP in registration.scopes and (
        shape.members_from_the_start or school.tool_in_course(course, registration)
    )
    if knows_members and shape.custom_doubled:
        custom["context_memberships_url"] = memberships
    claims[LTI + "custom"] = custom
    grading = sorted(scope for scope in registration.scopes if scope in GRADE_SYNC_AND_COLUMNS)
    if grading:
        endpoint: dict[str, Any] = {"scope": grading, "lineitems": school.lineitems_url(course.id, registration.id)}
        items = school.coupled_items(link) if link is not None else []
        if len(items) == 1:
            endpoint["lineitem"] = school.lineitem_url(items[0])
        claims[AGS_CLAIM] = endpoint
    if knows_members:
        claims[NRPS_CLAIM] = {"context_memberships_url": memberships, "service_versions": ["1.0", "2.0"]}


def _substituted(value: str, values: Mapping[str, str | None], *, numbers: bool) -> str | int | None:
    """The value of a custom parameter: a variable that is known by what it stands for, any other as it is."""
    if not value.startswith("$"):
        return value
    found = values.get(value[1:], value)
    return int(found) if numbers and found is not None and found.isdigit() else found


def _variables(
    school: "School", person: Person, course: Course, registration: Registration, link: Link | None
) -> dict[str, str | None]:
    values: dict[str, str | None] = {
        "Context.id": course.id,
        "Context.title": course.title,
        "Context.label": course.label,
        "Context.id.history": ",".join(course.history),
        "Context.sourcedId": course.idnumber,
        "Context.longDescription": course.summary,
        "Context.timeFrame.begin": _moment(course.start),
        "CourseSection.title": course.title,
        "CourseSection.label": course.label,
        "CourseSection.sourcedId": course.idnumber,
        "CourseSection.longDescription": course.summary,
        "CourseSection.timeFrame.begin": _moment(course.start),
        "CourseSection.timeFrame.end": "",
        "ResourceLink.id": link.id if link else None,
        "ResourceLink.title": link.title if link else None,
        "ResourceLink.description": link.text if link else None,
        "User.id": person.id,
        "User.username": person.username,
        "Person.sourcedId": person.idnumber,
        "Membership.role": ",".join(roles(school, person, course)),
        "Result.sourcedId": _sourcedid(link, person) if link else None,
        "BasicOutcome.url": f"{school.url}/lti/outcomes",
        "Moodle.Person.userGroupIds": "",
    }
    if registration.sends_name:
        values |= {
            "Person.name.full": person.name,
            "Person.name.given": person.given,
            "Person.name.family": person.family,
        }
    if registration.sends_email:
        values["Person.email.primary"] = person.email
    if not school.personality.context_history:
        del values["Context.id.history"]
    return values


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _sourcedid(link: Link, person: Person) -> str:
    data: dict[str, Any] = {"instanceid": link.id, "userid": person.id, "typeid": link.registration_id}
    data["launchid"] = secrets.randbelow(2**31)
    digest = hashlib.sha256(json.dumps(data).encode()).hexdigest()
    return json.dumps({"data": data, "hash": digest}, separators=(",", ":"))
