"""Members of the staff in tests: signed in as the one-time link does it, over the services of the application."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import flask_wtf.csrf
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti_tool.ids import digest
from lti_tool.registry import use
from lti_tool.signin.gate import Role, StaffMember
from lti_tool.signin.members import StaffService
from lti_tool.signin.service import SignInService, Visit
from lti_tool.signin.sessions import StaffSessions
from lti_tool.training.staff_trainers import StaffTrainers
from tests.opening import Opening

T = TypeVar("T")


def service_of(client: FlaskClient, kind: type[T]) -> T:
    """Return a service of the application that a client talks to."""
    with client.application.app_context():
        return use(kind)


def sign_in_staff(client: FlaskClient, *roles: Role, name: str = "Mies Bakker") -> StaffMember:
    """Add somebody with these roles (trainer without any) and let the client be signed in as them.

    Args:
        client: of an application that `lti_tool.app.create_app` made, on http.
    """
    member, link = service_of(client, StaffService).invite(name, roles or (Role.TRAINER,))
    opened = service_of(client, SignInService).by_link(digest(link.token), Visit("Firefox, Linux", None))
    client.set_cookie(service_of(client, StaffSessions).cookie.name, opened.secret)
    return member


@dataclass
class StaffBrowser(Opening):
    """Somebody of the staff in a browser, on the pages of the training."""

    client: FlaskClient
    member: StaffMember

    @property
    def actor_id(self) -> str:
        """Return who stands in the audit trail."""
        return self.member.id

    def post(self, url: str, data: Mapping[str, Any] | None = None) -> TestResponse:
        """Post a form with the token that its page would carry."""
        page = "/account" if url.startswith("/my-cohorts") else "/privacy"
        form = {"csrf_token": form_token(self.client, page), **(data or {})}
        return self.client.post(url, data=form, content_type="multipart/form-data")

    def token(self) -> str:
        return form_token(self.client, "/privacy")


def trainer_of_staff(app: Flask, *cohort_ids: str, name: str = "Tamar de Wit") -> StaffBrowser:
    """Let somebody of the staff with the role trainer sign in, who trains these cohorts."""
    client = app.test_client()
    member = sign_in_staff(client, Role.TRAINER, name=name)
    for cohort_id in cohort_ids:
        service_of(client, StaffTrainers).add(cohort_id, member.id)
    return StaffBrowser(client, member)


def form_token(client: FlaskClient, page: str = "/account") -> str:
    """Return the token that the forms on a page of our own window carry for this client."""
    cookies = "; ".join(
        f"{name}={cookie.value}"
        for name in ("icc-staff", "icc-sign-in", "icc")
        if (cookie := client.get_cookie(name)) is not None
    )
    with client.application.test_request_context(page, headers={"Cookie": cookies}):
        token: str = flask_wtf.csrf.generate_csrf()
        return token


def post_as_staff(client: FlaskClient, url: str, data: Mapping[str, Any] | None = None) -> TestResponse:
    """Post a form with the token of the client's session."""
    return client.post(url, data={"csrf_token": form_token(client, "/account"), **(data or {})})
