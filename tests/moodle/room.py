"""The whole tool over the desk's database: people who come from the course, and their browsers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape

import flask_wtf.csrf
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lti_tool.app import Parts, compose, create_app
from lti_tool.config import Settings
from lti_tool.courses.service import LaunchFacts
from lti_tool.launch.sessions import Seat
from lti_tool.moodle.writes import WRITE_MOODLE
from lti_tool.moodle.writing import MoodleWriter
from mappings.roles import Role
from tests.made_once import rsa_key
from tests.moodle.desk import Desk
from tests.moodle.living_moodle import COURSE


@dataclass
class Browser:
    """Somebody's browser after a launch."""

    room: "Room"
    client: FlaskClient

    def get(self, url: str) -> TestResponse:
        return self.client.get(url)

    def page(self, url: str) -> str:
        """The words of a page, without its tags; it must be there."""
        answer = self.client.get(url, follow_redirects=True)
        assert answer.status_code == 200, (url, answer.status_code)
        return words(answer.text)

    def post(self, url: str, data: Mapping[str, str] | None = None) -> TestResponse:
        cookie = self.client.get_cookie("icc")
        assert cookie is not None
        with self.room.app.test_request_context(headers={"Cookie": f"icc={cookie.value}"}):
            token = flask_wtf.csrf.generate_csrf()
        return self.client.post(url, data={"csrf_token": token, **(data or {})}, content_type="multipart/form-data")


class Room:
    """The tool, put together as it runs, with jobs that run when a test says so."""

    def __init__(self, desk: Desk, settings: Settings) -> None:
        self.desk = desk
        self.parts: Parts = compose(
            settings, clock=desk.clock, database=desk.database, engine=desk.jobs, outgoing=desk.outgoing, make_rsa=rsa_key
        )
        desk.followers += self.parts.outcome_followers
        # the desk's own workers: their client does not really wait
        desk.sync = desk.new_sync()
        self.writer = MoodleWriter(desk.database, desk.sites, desk.platforms, desk.jobs, desk.clock, lambda: 0.0)
        desk.jobs.register(WRITE_MOODLE, self.writer.write, lanes=True)
        self.app = create_app(self.parts)

    def open(self, user: int, role: Role, name: str | None = None, *, locale: str = "nl") -> Browser:
        """Let somebody come from the course."""
        desk, parts = self.desk, self.parts
        facts = LaunchFacts(
            platform_id=desk.platform.id,
            subject=str(user),
            role=role,
            name=name,
            locale=locale,
            context_id=str(COURSE),
            context_title="Cultuur op school",
            resource_link_id="1",
        )
        with desk.database.session() as session:
            learned = parts.courses.learn(session, facts)
            opened = parts.sessions.open(session, learned.account_id, Seat(learned.course_id, role, None), None)
        client = self.app.test_client()
        client.set_cookie("icc", opened.secret)
        return Browser(self, client)

    def trainer(self, *, locale: str = "nl") -> Browser:
        return self.open(7, Role.TRAINER, "Tom de Trainer", locale=locale)


def words(page: str) -> str:
    """What a page says: its text, in one line."""
    main = page.split("<main", 1)[-1].split("</main>", 1)[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())
