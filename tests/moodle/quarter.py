"""The demo school with activities of its own that count, its web services connected to the tool, both listening."""

from dataclasses import replace
from urllib.parse import urljoin

from sqlalchemy import select

from lti_tool.courses.models import CourseCohort
from lti_tool.demo.browser import Browser, Page
from lti_tool.demo.school import CompletionRule, Person, Role
from lti_tool.demo.school.native.accounts import add_account
from lti_tool.demo.school.native.doing import add_activity
from lti_tool.demo.school.native.models import Activity, Kind, Question
from lti_tool.moodle.models import MoodleCourse
from lti_tool.moodle.wishes import Wish
from mappings.loading import load_trainings
from tests.embedding.town import Town
from tests.recording_jobs import RecordingJobs

FIRST = load_trainings()["icc-vo"].assignments[0]


class Quarter:
    """The town with a trainer, a teacher, and two activities of the school's own that count."""

    def __init__(self, town: Town) -> None:
        self.town, self.school, self.parts = town, town.school, town.parts
        self.account = add_account(self.school)
        self.essay = self.activity("Opdracht 1 – Leervraag", rule=CompletionRule.NONE)
        question = Question("Wie besluit?", ["De coördinator", "De directie"], 1)
        self.quiz = self.activity("Toets", Kind.QUIZ, question=question)
        self.trainer = town.visitor("Ilse", Role.TEACHER)
        form = town.picker(self.trainer).form(with_field="item")
        form.submit(item=FIRST.key, new_cohort="Regio Zuid").form(with_field="JWT").submit().form(name="save").submit()
        (platform,) = self.parts.platforms.list()
        self.platform_id = platform.id
        self.parts.moodle_sites.connect(platform.id, self.account.token or "")
        self.teacher = self.person("Zoë")
        self.browser = self.visit(self.teacher)

    def activity(self, title: str, kind: Kind = Kind.ASSIGN, **about: object) -> Activity:
        return add_activity(self.school, self.town.course, title, kind, **about)  # type: ignore[arg-type]

    def person(self, given: str) -> Person:
        return self.town.person(given, Role.STUDENT)

    def visit(self, person: Person) -> Browser:
        """A browser in which somebody is signed in at the school."""
        browser = Browser()
        browser.get(self.school.url).form(f"login-{person.username}").submit(person=person.id)
        return browser

    def map(self, *wishes: Wish, by: Browser | None = None) -> None:
        """Say what counts, as the trainer's page does; `by` a trainer, or whoever runs the tool."""
        (desk,) = self.parts.desks.all(self.platform_id)
        if by is not None:
            with self.parts.database.session() as session:
                trainer = session.scalars(select(CourseCohort.bound_by_id)).one()
            desk = replace(desk, person_id=trainer)
        service = self.parts.native_mappings
        service.save(desk, service.look(desk), wishes)

    def launch(self, browser: Browser) -> Page:
        """Open the assignment from the course."""
        page = self.town.launch(browser, FIRST.title.nl)
        assert page.status == 200, page.text
        return page

    def open(self, browser: Browser, path: str) -> Page:
        return browser.get(urljoin(self.parts.settings.base_url, path), framed=True)

    def board(self) -> str:
        """What the board says, read from the course just now."""
        self.launch(self.trainer)
        return self.open(self.trainer, f"/cohort/{self.cohort}/board").text

    @property
    def cohort(self) -> str:
        (cohort,) = self.parts.cohorts.list()
        return cohort.id

    def read(self) -> MoodleCourse:
        """Read the course at once, as on the command line."""
        self.parts.native_courses.read_here(self.platform_id)
        with self.parts.database.session() as session:
            return session.scalars(select(MoodleCourse)).one()

    def run(self) -> None:
        """Do the jobs that wait."""
        engine = self.parts.engine
        assert isinstance(engine, RecordingJobs)
        engine.run()
