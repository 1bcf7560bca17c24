"""A training that is awarded by approval, and the people of one award with their browsers."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import flask_wtf.csrf
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti_tool.app import Parts
from lti_tool.courses.models import Account, Course, CourseCohort, Person
from lti_tool.launch.sessions import Seat, Viewer
from lti_tool.training.models import Enrolment, EnrolmentCourse
from mappings.roles import Role
from tests.certificates.award import Ready

APPROVAL = "icc-vo-approval"
"""The key of the training."""
TRAINER = "Tess Trainér"


def write_training(folder: Path) -> Path:
    """Write the training as a file of one's own and return the folder: all as it is, but awarded by approval."""
    text = resources.files("mappings.trainings").joinpath("icc_vo.toml").read_text("utf-8")
    for old, new in (
        ('key = "icc-vo"', f'key = "{APPROVAL}"'),
        ('key = "cultuurcoordinator-vo"', 'key = "cultuurcoordinator-vo-approval"'),
        ('mode = "automatic"', 'mode = "approval"'),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    folder.mkdir(exist_ok=True)
    (folder / "approval.toml").write_text(text, "utf-8")
    return folder


@dataclass
class Browser:
    """Somebody's browser after a launch."""

    app: Flask
    client: FlaskClient
    secret: str
    viewer: Viewer

    def get(self, url: str) -> TestResponse:
        return self.client.get(url)

    def page(self, url: str) -> str:
        """Open a page and follow to where it leads; it must be there."""
        answer = self.client.get(url, follow_redirects=True)
        assert answer.status_code == 200, (url, answer.status_code)
        return answer.text

    def post(self, url: str, data: Mapping[str, str] | None = None) -> TestResponse:
        """Post a form with the token of this session."""
        with self.app.test_request_context(headers={"Cookie": f"icc={self.secret}"}):
            token = flask_wtf.csrf.generate_csrf()
        return self.client.post(url, data={"csrf_token": token, **(data or {})})


@dataclass(frozen=True)
class People:
    """Who has to do with one award, each in a browser."""

    participant: Browser
    trainer: Browser
    stranger: Browser
    """A participant of another cohort in the same course."""
    course_id: str


def launched(app: Flask, parts: Parts, ready: Ready) -> People:
    """Let the participant, the trainer of the cohort and a stranger launch in one course."""
    host, now = "http://127.0.0.1:8400/school", parts.clock()
    platform = parts.platforms.add(
        "Zilverbos College", host, "client", f"{host}/auth", f"{host}/token", f"{host}/jwks", ["1"]
    )
    with parts.database.session() as session:
        course = Course(platform_id=platform.id, context_id="1", title="Cultuur", created_at=now, last_seen_at=now)
        stranger = Person(created_at=now)
        session.add_all((course, stranger))
        session.flush()
        session.add_all(
            (
                CourseCohort(course_id=course.id, cohort_id=ready.cohort_id, bound_by_id=ready.trainer_id, bound_at=now),
                EnrolmentCourse(enrolment_id=ready.enrolment_id, course_id=course.id),
                Enrolment(cohort_id=ready.cohort_id, person_id=ready.trainer_id, role=Role.TRAINER, created_at=now),
            )
        )
        course_id, stranger_id = course.id, stranger.id

    def browser(person_id: str, name: str, role: Role) -> Browser:
        account = Account(
            platform_id=platform.id, subject=name, person_id=person_id, display_name=name, created_at=now, last_seen_at=now
        )
        with parts.database.session() as session:
            session.add(account)
            session.flush()
            opened = parts.sessions.open(session, account.id, Seat(course_id, role, None), None)
        client = app.test_client()
        client.set_cookie("icc", opened.secret)
        return Browser(app, client, opened.secret, parts.sessions.load(opened.secret))

    return People(
        participant=browser(ready.person_id, "Zoë", Role.PARTICIPANT),
        trainer=browser(ready.trainer_id, TRAINER, Role.TRAINER),
        stranger=browser(stranger_id, "Iemand Anders", Role.PARTICIPANT),
        course_id=course_id,
    )
