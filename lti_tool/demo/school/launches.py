"""Launches under way: login hints that work once, deep-linking visits, and registration tokens.

Moodle keeps a launch in the person's session under an id that travels in ``lti_message_hint`` (a JSON string) and is
forgotten at the authentication request, whatever comes of it (auth.php, Moodle 4.5).
"""

import json
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from . import claims
from .models import Course, Link, Person, Registration, Role

if TYPE_CHECKING:
    from .state import School

_STATE = re.compile(r"[A-Za-z0-9_-]+")


class AuthRefused(Exception):
    """The authentication request is turned away at the school itself, with a 404 page."""


@dataclass(frozen=True, slots=True)
class AuthAnswer:
    """A form the browser posts to the tool: an ``id_token``, or an ``error``, and always the ``state``."""

    action: str
    fields: dict[str, str]
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class _Launch:
    hint: str
    person_id: str
    course_id: str
    registration_id: str
    link_id: str | None
    for_user: str | None
    session: str | None


@dataclass(slots=True)
class DeepLinkVisit:
    """Somebody is choosing in the tool; ``items`` is what came back, until it is saved."""

    key: str
    person_id: str
    course_id: str
    registration_id: str
    data: str | None
    items: list[dict[str, Any]] | None = None
    problems: dict[int, str] = field(default_factory=dict)


class Launches:
    """The launches, visits and registration tokens of one school."""

    def __init__(self, school: "School") -> None:
        self._school = school
        self._launches: dict[str, _Launch] = {}
        self.visits: dict[str, DeepLinkVisit] = {}

    def begin(
        self, person: Person, link: Link, *, for_user: Person | None = None, session: str | None = None
    ) -> dict[str, str]:
        """Start a launch and return the login-initiation parameters; only ``session`` may finish it, if given."""
        registration = self._school.registrations[link.registration_id]
        launch_id = f"ltilaunch{link.id}_{secrets.token_hex(8)}"
        hint = json.dumps({"cmid": int(link.cmid), "launchid": launch_id}, separators=(",", ":"))
        self._keep(
            launch_id,
            _Launch(hint, person.id, link.course_id, registration.id, link.id, for_user.id if for_user else None, session),
        )
        target = link.url or registration.target_link_uri
        if for_user is not None:
            item = self._school.item_of(link)
            target = (item.review_url if item else None) or target
        return self._params(person, registration, target, hint)

    def begin_deep_linking(
        self, person: Person, course: Course, registration: Registration, *, session: str | None = None
    ) -> dict[str, str]:
        """Start a deep-linking request and return the login-initiation parameters."""
        launch_id = f"ltilaunch_ContentItemSelectionRequest{secrets.token_hex(8)}"
        hint = json.dumps({"launchid": launch_id}, separators=(",", ":"))
        self._keep(launch_id, _Launch(hint, person.id, course.id, registration.id, None, None, session))
        return self._params(person, registration, registration.deep_link_uri or registration.target_link_uri, hint)

    def _keep(self, launch_id: str, launch: _Launch) -> None:
        with self._school.lock:
            if len(self._launches) >= 2000:
                self._launches.pop(next(iter(self._launches)))
            self._launches[launch_id] = launch

    def _params(self, person: Person, registration: Registration, target: str, hint: str) -> dict[str, str]:
        return {
            "iss": self._school.issuer,
            "target_link_uri": target,
            "login_hint": person.id,
            "lti_message_hint": hint,
            "client_id": registration.client_id,
            "lti_deployment_id": registration.deployment_id,
            **self._school.storage.login_params,
        }

    def authenticate(self, params: dict[str, str], person: Person, session: str | None) -> AuthAnswer:
        """Answer an authentication request of the browser in which ``person`` is signed in.

        Raises:
            AuthRefused: where Moodle shows a 404 page instead of posting to the tool.
        """
        missing = [
            name
            for name in ("scope", "response_type", "client_id", "redirect_uri", "login_hint", "nonce", "state")
            if not params.get(name)
        ]
        if missing:
            raise AuthRefused(f"missing {', '.join(missing)}")
        if not _STATE.fullmatch(params["state"]):
            raise AuthRefused("state may hold letters, digits, '-' and '_' only: HTML tags are removed from it on the way")
        if params["scope"] != "openid":
            raise AuthRefused("scope must be exactly 'openid'")
        if params["response_type"] != "id_token":
            raise AuthRefused("response_type must be 'id_token'")
        launch = self._take(params.get("lti_message_hint"), session)
        registration = self._school.registrations.get(launch.registration_id)
        if registration is None:
            raise AuthRefused("the tool of this launch is no longer registered")
        redirect = params["redirect_uri"]
        if redirect not in registration.redirect_uris:
            raise AuthRefused("redirect_uri is not exactly one of the registered ones")

        def error(code: str, reason: str, description: str | None = None) -> AuthAnswer:
            fields = {"error": code} | ({"error_description": description} if description else {})
            return AuthAnswer(redirect, fields | {"state": params["state"]}, reason)

        if params["client_id"] != registration.client_id:
            return error("unauthorized_client", "client_id is not the one of this launch")
        if params["login_hint"] != launch.person_id or launch.person_id != person.id:
            return error("access_denied", "login_hint is not the person who is signed in")
        if params.get("response_mode") != "form_post":
            return error("invalid_request", "response_mode must be 'form_post'", "Invalid response_mode")
        if params.get("prompt", "none") != "none":
            return error("invalid_request", "prompt must be absent or 'none'", "Invalid prompt")
        token = self._school.sign_id_token(self._claims(launch, person, registration, params["nonce"]))
        return AuthAnswer(redirect, {"id_token": token, "state": params["state"], **self._school.storage.launch_params})

    def _take(self, hint: str | None, session: str | None) -> _Launch:
        try:
            launch_id = json.loads(hint or "")["launchid"]
        except (ValueError, TypeError, KeyError):
            raise AuthRefused("lti_message_hint is missing or is not the JSON that was sent") from None
        with self._school.lock:
            launch = self._launches.pop(str(launch_id), None)
        if launch is None:
            raise AuthRefused("lti_message_hint is unknown or was used before")
        if launch.hint != hint:
            raise AuthRefused("lti_message_hint was not returned byte for byte")
        if launch.session is not None and launch.session != session:
            raise AuthRefused("the launch was begun in another browser session")
        return launch

    def _claims(self, launch: _Launch, person: Person, registration: Registration, nonce: str) -> dict[str, Any]:
        school = self._school
        course = school.courses[launch.course_id]
        enrolment = course.enrolments.get(person.id)
        if not person.admin and (enrolment is None or enrolment.suspended):
            raise AuthRefused("not enrolled in this course")
        if launch.link_id is None:
            if not person.admin and (enrolment is None or enrolment.role not in (Role.TEACHER, Role.MANAGER)):
                raise AuthRefused("only an editing teacher may add activities")
            visit = self.open_visit(person, course, registration)
            return claims.deep_linking(school, person, course, registration, return_url=self.return_url(visit), nonce=nonce)
        link = school.links.get(launch.link_id)
        if link is None:
            raise AuthRefused("the activity no longer exists")
        for_user = school.people.get(launch.for_user) if launch.for_user else None
        return claims.resource_link(school, person, link, nonce=nonce, for_user=for_user)

    def open_visit(self, person: Person, course: Course, registration: Registration) -> DeepLinkVisit:
        """Remember that ``person`` went to choose in the tool, under an unguessable key in the return address."""
        visit = DeepLinkVisit(
            secrets.token_urlsafe(16), person.id, course.id, registration.id, self._school.deep_linking.data
        )
        with self._school.lock:
            self.visits[visit.key] = visit
        return visit

    def return_url(self, visit: DeepLinkVisit) -> str:
        """Where the tool posts its answer."""
        query = urlencode({"course": visit.course_id, "id": visit.registration_id, "sesskey": visit.key})
        return f"{self._school.url}/lti/deeplink/return?{query}"

    def registration_token(self) -> str:
        """A token that registers one tool within the hour (RS256, ``sub`` is the future client id)."""
        now = int(self._school.now().timestamp())
        payload = {"sub": secrets.token_hex(8), "scope": "reg", "iat": now, "exp": now + 3600}
        return self._school.sign_id_token(payload)

    def registration_address(self, registration_url: str) -> str:
        """The tool's registration address with our configuration and a fresh token appended; its own query stays.

        Raises:
            ValueError: ``registration_url`` is not an http(s) address.
        """
        parts = urlsplit(registration_url.strip())
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise ValueError("a registration address starts with http:// or https://")
        query = parse_qsl(parts.query, keep_blank_values=True)
        query.append(("openid_configuration", f"{self._school.url}/.well-known/openid-configuration"))
        query.append(("registration_token", self.registration_token()))
        return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))


REGISTRATION_TOKEN_LIFE = timedelta(hours=1)
