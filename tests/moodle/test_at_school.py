"""The whole way against the demo school, over HTTP: a teacher works in its own activities, a trainer accepts here."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin

import pytest
from sqlalchemy import select

from lti_tool.courses.models import CourseCohort
from lti_tool.demo.browser import Browser, Page, Upload
from lti_tool.demo.school import CompletionRule, Person, Role
from lti_tool.demo.school.native.accounts import add_account, renew, revoke
from lti_tool.demo.school.native.doing import add_activity, answer, hand_in, hide, remove_activity, reopen
from lti_tool.demo.school.native.models import Activity, Kind, Question
from lti_tool.moodle.models import ActivityMapping, MoodleCourse
from lti_tool.moodle.wishes import Wish
from mappings.activities import Counts
from mappings.loading import load_trainings
from tests.embedding.town import Town, running_town
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


@pytest.fixture
def quarter(tmp_path: Path, new_sqlite_url: Callable[[], str]) -> Iterator[Quarter]:
    with running_town(tmp_path / "var", new_sqlite_url()) as town:
        yield Quarter(town)


def test_a_teacher_hands_in_at_school_the_trainer_accepts_here_and_the_school_knows(quarter: Quarter) -> None:
    quarter.map(Wish(FIRST.key, int(quarter.essay.id), Counts.SUBMITTED, writes_grade=True))
    address = f"{quarter.school.url}/courses/{quarter.town.course.id}/activities/{quarter.essay.id}"
    form = quarter.browser.get(address).form(name="handin")
    form.submit(text="Hoe krijg ik collega's mee?", files=Upload("plan.pdf", b"%PDF-1.4 plan"), action="submit")
    quarter.read()
    assert "1 deelnemer deed daar wat telt, en opende hier nog nooit een opdracht." in quarter.board()
    quarter.launch(quarter.browser)
    quarter.run()
    assert "Ingeleverd in Moodle op" in quarter.launch(quarter.browser).text
    page = quarter.launch(quarter.trainer)
    link = next(href for _label, href in page.links if "/review/" in href)
    work = quarter.open(quarter.trainer, link)
    assert "Hoe krijg ik collega's mee?" in work.text
    file = next(href for _label, href in work.links if "/native-file/" in href)
    assert quarter.open(quarter.trainer, file).content == b"%PDF-1.4 plan"
    assert work.form(with_field="verdict").submit(verdict="accepted", feedback="Helder & scherp.").status == 200
    quarter.run()
    assert quarter.essay.points(quarter.teacher.id) == 100
    grade = quarter.essay.grade(quarter.teacher.id)
    assert grade is not None
    assert "Helder &amp; scherp." in (grade.feedback or "")
    assert "Aangekomen in Opdracht 1 – Leervraag (Moodle)" in quarter.board()
    quarter.read()
    assert "Na akkoord veranderd" not in quarter.board()


def test_where_the_school_says_that_it_is_good_it_is_accepted_and_the_participant_sees_so(quarter: Quarter) -> None:
    quarter.map(Wish(FIRST.key, int(quarter.quiz.id), Counts.GRADED, from_grade=6, needs_trainer=False), by=quarter.trainer)
    quarter.launch(quarter.browser)
    answer(quarter.school, quarter.quiz, quarter.teacher, 0)
    quarter.read()
    assert "Akkoord" not in quarter.launch(quarter.browser).text
    answer(quarter.school, quarter.quiz, quarter.teacher, 1)
    quarter.read()
    page = quarter.launch(quarter.browser).text
    assert "Akkoord" in page
    assert "Cijfer in Moodle: 10 van 10." in page


def test_what_goes_wrong_at_school_is_on_the_board_and_nothing_is_lost(quarter: Quarter) -> None:
    quarter.map(Wish(FIRST.key, int(quarter.essay.id), Counts.SUBMITTED))
    quarter.launch(quarter.browser)
    hand_in(quarter.school, quarter.essay, quarter.teacher, "Eerste poging")
    assert quarter.read().problem is None
    reopen(quarter.school, quarter.essay, quarter.teacher.id)
    quarter.read()
    assert "Staat in Moodle weer open" in quarter.board()
    hide(quarter.school, quarter.essay)
    quarter.read()
    assert "Deze activiteit is in Moodle verborgen voor deelnemers." in quarter.board()
    revoke(quarter.school, quarter.account)
    assert quarter.read().problem == "token-refused"
    assert "Moodle neemt het token niet aan." in quarter.board()
    quarter.parts.moodle_sites.connect(quarter.platform_id, renew(quarter.school, quarter.account))
    remove_activity(quarter.school, quarter.essay)
    assert quarter.read().problem is None
    with quarter.parts.database.session() as session:
        assert session.scalars(select(ActivityMapping.state)).all() == ["gone"]
    assert "Deze activiteit is er niet meer in Moodle." in quarter.board()
    assert "Ingeleverd" in quarter.board()
