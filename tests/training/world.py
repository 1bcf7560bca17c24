"""A small composition of the room over a real database: people who launch, their browsers, and what followers were told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import flask_wtf.csrf
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lti_tool.audit import AuditTrail
from lti_tool.config import Settings
from lti_tool.courses.service import CourseService, LaunchFacts
from lti_tool.database import Database
from lti_tool.exchange.news import news_of
from lti_tool.exchange.pieces import shared_mark
from lti_tool.exchange.service import exchange_services
from lti_tool.exchange.sharing import keeps_file
from lti_tool.exchange.views import blueprint as exchange_blueprint
from lti_tool.ids import digest
from lti_tool.launch.auditing import init_audit
from lti_tool.launch.claims import MessageType
from lti_tool.launch.service import Launch
from lti_tool.launch.sessions import Seat, SessionService, Viewer, session_id_of_request
from lti_tool.meetings.service import meeting_services
from lti_tool.meetings.views import blueprint as meetings_blueprint
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.service import PlatformInfo, PlatformService
from lti_tool.registry import provide
from lti_tool.sync.views import blueprint as sync_blueprint
from lti_tool.training.access import Access
from lti_tool.training.cohorts import CohortService
from lti_tool.training.files import FileStore
from lti_tool.training.outcomes import CertificateCard, CourseList, Extras, OutcomeChanged, ScoreMark
from lti_tool.training.service import training_services
from lti_tool.training.uploads import FORM_MEMORY, content_limit
from lti_tool.training.views import blueprint
from lti_tool.web.setup import init_web
from mappings.loading import load_trainings
from mappings.roles import Role
from tests.clock import FakeClock
from tests.opening import Opening

TRAININGS = load_trainings()


@dataclass
class Told:
    """What the followers were told, and what the rooms above answer."""

    outcomes: list[OutcomeChanged] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    approvals: list[str] = field(default_factory=list)
    attendance: list[str] = field(default_factory=list)
    """Of which enrolments the contact hours changed."""
    cards: dict[str, CertificateCard] = field(default_factory=dict)
    marks: dict[str, list[ScoreMark]] = field(default_factory=dict)
    wholes: dict[str, list[ScoreMark]] = field(default_factory=dict)
    lists: list[CourseList] = field(default_factory=list)
    asked_lists: list[Collection[str] | None] = field(default_factory=list)
    """Of which courses the board asked the lists; None: of all."""
    refuse: bool = False
    """Whether the follower of outcomes raises."""

    def outcome(self, _session: Session, change: OutcomeChanged) -> None:
        if self.refuse:
            raise RuntimeError("a follower that fails")
        self.outcomes.append(change)

    def course_lists(self, _session: Session, _cohort_id: str, course_ids: Collection[str] | None) -> Sequence[CourseList]:
        self.asked_lists.append(course_ids)
        return self.lists

    def extras(self) -> Extras:
        return Extras(
            certificate=lambda _session, enrolment: self.cards.get(enrolment, CertificateCard("none")),
            certificates=lambda _session, enrolments: {one: self.cards[one] for one in enrolments if one in self.cards},
            scores=lambda _session, submissions: {one: self.marks[one] for one in submissions if one in self.marks},
            wholes=lambda _session, enrolments: {one: self.wholes[one] for one in enrolments if one in self.wholes},
            lists=self.course_lists,
            keeps_file=keeps_file,
            shared=shared_mark,
            news=news_of,
        )


@dataclass
class Browser(Opening):
    """Somebody's browser after a launch."""

    world: "World"
    client: FlaskClient
    viewer: Viewer
    course_id: str
    placement_id: str | None

    @property
    def actor_id(self) -> str:
        """Return who stands in the audit trail."""
        return self.viewer.actor_id

    def post(self, url: str, data: Mapping[str, Any] | None = None) -> TestResponse:
        """Post a form with the token of this session."""
        form = {"csrf_token": self.token(), **(data or {})}
        return self.client.post(url, data=form, content_type="multipart/form-data")

    def token(self) -> str:
        cookie = self.client.get_cookie("icc")
        assert cookie is not None
        with self.world.app.test_request_context(headers={"Cookie": f"icc={cookie.value}"}):
            token: str = flask_wtf.csrf.generate_csrf()
            return token


class World:
    """The room, put together."""

    def __init__(self, settings: Settings, database: Database, clock: FakeClock) -> None:
        self.settings, self.database, self.clock = settings, database, clock
        self.trainings = TRAININGS
        self.training = self.trainings["icc-vo"]
        self.told = Told()
        self.courses = CourseService(clock)
        self.platforms = PlatformService(database, clock, Outgoing(allow_private=True))
        self.sessions = SessionService(settings, database, clock)
        self.cohorts = CohortService(
            database,
            clock,
            self.courses,
            self.trainings,
            [lambda _session, cohort_id: self.told.approvals.append(cohort_id)],
        )
        self.services = training_services(
            settings,
            database,
            clock,
            self.cohorts,
            self.trainings,
            self.told.extras(),
            outcome_followers=[self.told.outcome],
            person_followers=[lambda _session, person_id: self.told.names.append(person_id)],
        )
        self.audit = AuditTrail(database, clock)
        self.exchange = exchange_services(
            settings,
            database,
            clock,
            Access(self.trainings),
            self.told.extras(),
            FileStore(settings.files_location),
            self.audit,
        )
        self.meetings = meeting_services(
            settings,
            database,
            clock,
            Access(self.trainings),
            self.told.extras(),
            self.audit,
            [lambda _session, enrolment_id: self.told.attendance.append(enrolment_id)],
        )
        self.app = self._app()

    def service(self, kind: type[Any]) -> Any:  # noqa: ANN401 - each test knows what it asks for
        return next(service for service in (*self.services, *self.exchange, *self.meetings) if type(service) is kind)

    def platform(self, name: str = "Zilverbos College") -> PlatformInfo:
        host = f"http://127.0.0.1:8400/{digest(name)}"
        return self.platforms.add(name, host, "client", f"{host}/auth", f"{host}/token", f"{host}/jwks", ["1"])

    def launch(
        self,
        platform: PlatformInfo,
        subject: str,
        role: Role,
        *,
        name: str | None = None,
        context: str = "course-1",
        link: str | None = "link-1",
        custom: Mapping[str, str] | None = None,
        locale: str = "nl",
    ) -> Browser:
        """Let somebody launch, as `launch.service` does once a message is verified."""
        facts = LaunchFacts(
            platform_id=platform.id,
            subject=subject,
            role=role,
            name=name,
            locale=locale,
            context_id=context,
            context_title=f"Cursus {context}",
            resource_link_id=link,
        )
        with self.database.session() as session:
            learned = self.courses.learn(session, facts)
            opened = self.sessions.open(session, learned.account_id, Seat(learned.course_id, role, None), None)
            self.cohorts.welcome(
                session,
                Launch(
                    message_type=MessageType.RESOURCE_LINK,
                    platform=platform,
                    account_id=learned.account_id,
                    person_id=learned.person_id,
                    course_id=learned.course_id,
                    placement_id=learned.placement_id,
                    role=role,
                    custom=custom or {},
                    deep_linking_id=None,
                ),
            )
        client = self.app.test_client()
        client.set_cookie("icc", opened.secret)
        return Browser(self, client, self.sessions.load(opened.secret), learned.course_id, learned.placement_id)

    def cohort(self, trainer: Browser, name: str = "Regio Zuid") -> str:
        """Make a cohort of this trainer and bring it into the trainer's course."""
        with self.database.session() as session:
            cohort = self.cohorts.create(session, "icc-vo", name, trainer.viewer.person_id)
            self.courses.bind_cohort(session, trainer.course_id, cohort.id, trainer.viewer.person_id)
        return cohort.id

    def count_queries(self) -> "QueryCount":
        return QueryCount(self.database)

    def _app(self) -> Flask:
        app = Flask("tests.training")
        app.config.update(
            TESTING=True,
            SECRET_KEY="a secret for forms in tests",
            MAX_CONTENT_LENGTH=content_limit(self.settings.file_max_mb, self.trainings.values()),
            MAX_FORM_MEMORY_SIZE=FORM_MEMORY,
            PROPAGATE_EXCEPTIONS=False,
        )
        init_web(app, clock=self.clock, session_id=session_id_of_request)
        init_audit(app, self.audit)
        provide(app, self.settings, self.sessions, *self.services, *self.exchange, *self.meetings)
        app.register_blueprint(blueprint)
        app.register_blueprint(exchange_blueprint)
        app.register_blueprint(meetings_blueprint)
        app.register_blueprint(sync_blueprint)
        app.add_url_rule("/cohort/<cohort_id>/course/<course_id>/check", "connection.course", lambda **_where: "check")
        app.add_url_rule("/placement/<placement_id>/setup", "embedding.setup", lambda placement_id: f"setup {placement_id}")
        app.add_url_rule("/cohort/<cohort_id>/news", "notices.overview", lambda cohort_id: f"news {cohort_id}")
        app.add_url_rule("/cohort/<cohort_id>/awards", "awards.due", lambda cohort_id: f"due {cohort_id}")
        app.add_url_rule("/cohort/<cohort_id>/certificate/why", "awards.why", lambda cohort_id: f"why {cohort_id}")
        app.add_url_rule("/placement/<placement_id>/copy", "embedding.copied", lambda placement_id: f"copy {placement_id}")
        return app


class QueryCount:
    """Counts the statements that a block sends to the database."""

    def __init__(self, database: Database) -> None:
        self._engines = (database.engine, database.single)
        self.statements: list[str] = []

    def __enter__(self) -> "QueryCount":
        for engine in self._engines:
            event.listen(engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_error: object) -> None:
        for engine in self._engines:
            event.remove(engine, "before_cursor_execute", self._note)

    def _note(self, _conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        self.statements.append(statement)

    def __len__(self) -> int:
        return len(self.statements)
