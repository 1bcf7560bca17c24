"""The running demo as the stage of these tests: the school and the tool, each a process, and short ways to a state.

Each test plays in a course of its own, so that none sees what another did. What a test is not about goes over HTTP
without a screen, by the same pages and forms.
"""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

from sqlalchemy import delete, select, update

from lti_tool.app import Parts, compose
from lti_tool.courses.models import Account, CourseCohort, Placement
from lti_tool.demo.browser import Browser, Page, Upload
from lti_tool.demo.connecting import connect, log_in
from lti_tool.demo.expecting import wait_for
from lti_tool.demo.native import connect_web_services
from lti_tool.demo.processes import Demo
from lti_tool.demo.samples import plan_pdf
from lti_tool.demo.school import Role, School
from lti_tool.demo.school.native.seeds import open_activities
from lti_tool.demo.school.people import open_school
from lti_tool.demo.school.store import save
from lti_tool.demo.walk import TRAINER, tool_of
from lti_tool.launch.models import ToolSession
from lti_tool.sync.models import ScoreOutbox
from lti_tool.sync.score_book import Which
from mappings.loading import load_trainings
from mappings.training import Assignment, Requirement
from tests.mail_server import MailServerDouble
from tests.ports import free_port

# A person gets one certificate of a training, whatever the cohort, so only the last one may get it before a test begins.
PARTICIPANT, COLLEAGUE, GRADUATE = "Łukasz Kowalczyk", "Zoë van 't Höfen", "Anaïs Peeters"
MAIN_COURSE = "Cultuurcoördinator VO"
NATIVE_COURSE, NATIVE_PARTICIPANT = "Cursus met eigen opdrachten", "Noor Verhoeven"
"""A course with activities of the school's own, and somebody who takes part in nothing else."""
SHARED_COURSE, FIRST_ACCOUNT, SECOND_ACCOUNT = "Cursus voor wie twee accounts heeft", "Fatima Amrani", "Tweede account"
"""A course with two accounts that take part in nothing else: whoever links them changes nobody else's pages."""
WHOLE = "training"
SPARE_COURSES = 120
PATIENCE_SECONDS = 30.0
TRAINING = load_trainings()["icc-vo"]
KEYS = tuple(assignment.key for assignment in TRAINING.assignments)
PLAN_NAME = "beleidsplan-cultuur.pdf"
FEEDBACK = "Mooi en eerlijk werk. Je laat zien wat je deed en wat het opleverde."

T = TypeVar("T")


@dataclass(frozen=True)
class Lesson:
    """The training in a course of its own: an edition, and where its activities are at the school.

    Args:
        course_url: the course at the school.
        edition: the name of the cohort.
        activities: the school's address of each activity, by assignment key or `WHOLE`.
    """

    course_url: str
    edition: str
    activities: Mapping[str, str]

    @property
    def grades_url(self) -> str:
        """The course's gradebook."""
        return f"{self.course_url}/grades"


@dataclass
class Stage:
    """The demo, started and connected, with a supply of empty courses."""

    demo: Demo
    mail: MailServerDouble | None = None
    """Takes the tool's e-mail; None: it sends none."""
    _spare: list[str] = field(default_factory=list)
    _people: dict[str, Browser] = field(default_factory=dict)
    _editions: int = 0
    _parts: Parts | None = None
    in_english: set[str] = field(default_factory=set)
    """Whose launches are in English, because a window of theirs chose so."""

    @property
    def school_url(self) -> str:
        """Where the school is."""
        return self.demo.school_url

    @property
    def tool_url(self) -> str:
        """Where the tool is."""
        return self.demo.tool_url

    @property
    def parts(self) -> Parts:
        """The tool's application, for what its operator does on the command line."""
        if self._parts is None:
            raise LookupError("the stage is not open")
        return self._parts

    def open(self) -> None:
        """Start both processes, register the tool at the school, and seat the people in the spare courses."""
        self._furnish()
        self.demo.start()
        self._parts = parts = compose(self.demo.settings())
        self.demo.wait_until_ready()
        connect(self.school_url, (), tool_of(parts))
        connect_web_services(parts, self.school_url)

    def close(self) -> None:
        """Stop both processes."""
        for browser in self._people.values():
            browser.session.close()
        if self._parts is not None:
            self._parts.close()
        self.demo.stop()

    def command(self, *arguments: str) -> None:
        """Run `icc-bridge` with the tool's settings."""
        settings = self.demo.settings()
        subprocess.run(  # noqa: S603  # our own command
            [sys.executable, "-m", "lti_tool.cli", *arguments],
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith("ICC_")},
                "ICC_BASE_URL": settings.base_url,
                "ICC_DATA_DIR": str(settings.data_dir),
                "ICC_ALLOW_PRIVATE_PLATFORMS": "true",
            },
            timeout=PATIENCE_SECONDS,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def course(self) -> str:
        """Take an empty course and return its address."""
        return f"{self.school_url}/courses/{self._spare.pop()}"

    def main_course(self) -> str:
        """Return the address of the course that the demo opens with, which is nobody's."""
        return self._at_school(TRAINER).get(f"{self.school_url}/courses").follow(MAIN_COURSE).url

    def native_course(self) -> str:
        """Return the address of the course with activities of the school's own."""
        return self._at_school(TRAINER).get(f"{self.school_url}/courses").follow(NATIVE_COURSE).url

    def shared_course(self) -> str:
        """Return the address of the course with two accounts of one person."""
        return self._at_school(TRAINER).get(f"{self.school_url}/courses").follow(SHARED_COURSE).url

    def mailed_code(self, address: str) -> str:
        """Wait for the e-mail with a code to an address and return the code."""

        def code() -> str | None:
            taken = [one for one in (self.mail.taken if self.mail else []) if one.to == address]
            body = taken[-1].message.get_body(("plain",)) if taken else None
            found = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", str(body)) if body is not None else None
            return found[0] if found else None

        return eventually("the e-mail with the code", code)

    def read_moodle(self) -> None:
        """Let the courses be read that are due, as the clock does once a minute."""
        self.parts.moodle_sync.sweep()

    def lesson(self, *keys: str) -> Lesson:
        """Put assignments (all by default; `WHOLE` is the overview) into an empty course, for a new cohort."""
        self._editions += 1
        return self.embed(self.course(), f"Regio Zuid, groep {self._editions}", *keys)

    def embed(self, course_url: str, edition: str, *keys: str) -> Lesson:
        """Put assignments (all by default) into a course that has none yet, for a new cohort."""
        wanted = [*(keys or KEYS)]
        picker = self._at_school(TRAINER).get(course_url).follow("ICC Bridge").open_iframe()
        sent = picker.form(with_field="item").submit(item=wanted, cohort="new", new_cohort=edition)
        sent.form(with_field="JWT").submit().form(name="save").submit()
        return Lesson(course_url, edition, self.activities(course_url, wanted))

    def activities(self, course_url: str, keys: list[str]) -> Mapping[str, str]:
        """Return where the activities of a course are, by assignment key."""
        links = dict(self._at_school(TRAINER).get(course_url).links)
        titles = {assignment.key: assignment.title.get("nl") for assignment in TRAINING.assignments}
        overview = next((label for label in links if label.endswith("overzicht")), "")
        return {key: urljoin(course_url, links[titles.get(key) or overview]) for key in keys}

    def launch(self, person: str, lesson: Lesson, key: str) -> Page:
        """Open an activity as somebody, in the frame, and return the tool's page."""
        return self._at_school(person).get(lesson.activities[key]).open_iframe()

    def hand_in(self, person: str, lesson: Lesson, key: str) -> Page:
        """Hand in sample work for an assignment."""
        page = self.launch(person, lesson, key)
        return page.form(with_field="text").submit(action="submit", **sample(TRAINING.assignment(key)))

    def save_draft(self, person: str, lesson: Lesson, key: str) -> Page:
        """Save sample work for an assignment without handing it in."""
        page = self.launch(person, lesson, key)
        return page.form(with_field="text").submit(action="save", **sample(TRAINING.assignment(key)))

    def review(self, person: str, lesson: Lesson, key: str, verdict: str, feedback: str = FEEDBACK) -> Page:
        """Let the trainer accept or return the work of somebody."""
        page = self.launch(TRAINER, lesson, key)
        href = next(href for label, href in page.links if "/review/" in href and person in label)
        work = page.browser.get(urljoin(page.url, href), framed=True)
        return work.form(with_field="verdict").submit(verdict=verdict, feedback=feedback)

    def share(self, person: str, lesson: Lesson, key: str, question: str = "") -> str:
        """Share somebody's work for an assignment with the cohort, and return the path of the shared piece."""
        page = self.launch(person, lesson, key).follow("Deel dit met je groep")
        return urlsplit(page.form(with_field="mark").submit(question=question).url).path

    def react(self, person: str, lesson: Lesson, piece: str, kind: str, text: str) -> None:
        """Let somebody say something of a shared piece."""
        page = self.launch(person, lesson, WHOLE)
        page.browser.get(urljoin(page.url, piece), framed=True).form(with_field="kind").submit(kind=kind, text=text)

    def put_on_shelf(self, lesson: Lesson, **item: str) -> None:
        """Let the trainer put something on the cohort's shelf."""
        page = self.launch(TRAINER, lesson, WHOLE).follow("Van elkaar leren").follow("De plank").follow("Leg iets")
        page.form(with_field="title").submit(**item)

    def join_directory(self, person: str, lesson: Lesson) -> None:
        """Put somebody in the cohort's directory."""
        page = self.launch(person, lesson, WHOLE).follow("Van elkaar leren").follow("Wie doen er mee")
        page.form(with_field="question").submit(action="join", question="1")

    def complete(self, person: str, lesson: Lesson, *keys: str) -> None:
        """Hand in assignments (all by default) and let the trainer accept them."""
        for key in keys or KEYS:
            self.hand_in(person, lesson, key)
            self.review(person, lesson, key, "accepted")

    def grade_by_hand(self, person: str, lesson: Lesson, key: str, score: str | None) -> None:
        """Let the trainer put a grade into the school's gradebook by hand; None gives it back to the tool."""
        page = self._at_school(TRAINER).get(lesson.grades_url)
        wanted = f"van {person}, {TRAINING.assignment(key).title.get('nl')}"
        of_work = next(href for label, href in page.links if label.endswith(wanted))
        item, person_id = urlsplit(of_work).path.split("/")[4:6]
        form = page.form(name=f"grade-{item}-{person_id}")
        if score is None:
            form.submit(action="release")
        else:
            form.submit(action="set", score=score)

    def refuse_next_score(self) -> None:
        """Let the school turn the next score away, as it does for somebody who is no longer enrolled."""
        fault = {"service": "scores", "kind": "status", "status": 400, "times": 1}
        self._at_school(TRAINER).post(f"{self.school_url}/admin/faults", json=fault)

    def let_wait(self, person: str, lesson: Lesson, key: str) -> None:
        """Let the school have failed to take a score, as in an outage; it is tried again in an hour."""
        later = datetime.now(UTC) + timedelta(hours=1)
        score_id = self.score_of(person, lesson, key)
        with self.parts.database.session() as session:
            row = session.get_one(ScoreOutbox, score_id, with_for_update=True)
            row.dirty, row.fails, row.last_error, row.next_attempt_at = True, 7, "http-503", later

    def score_of(self, person: str, lesson: Lesson, key: str) -> str:
        """Return the id of somebody's score for an assignment."""
        query = (
            select(ScoreOutbox.id)
            .join(Placement, Placement.id == ScoreOutbox.placement_id)
            .join(Account, Account.id == ScoreOutbox.account_id)
            .where(Placement.cohort_id == self.cohort_id(lesson), Placement.assignment_key == key)
        )
        with self.parts.database.session() as session:
            return session.scalars(query.where(Account.display_name == person)).one()

    def scores(self, lesson: Lesson) -> Mapping[str, int]:
        """Return how many scores of a lesson's cohort are in each state."""
        return Counter(line.state for line in self.parts.score_book.lines(Which(cohort_id=self.cohort_id(lesson))))

    def confirm_name(self, person: str, lesson: Lesson, name: str) -> None:
        """Confirm somebody's name for the certificate."""
        page = self.launch(person, lesson, KEYS[-1])
        form = page.follow("Certificaat").form(with_field="certificate_name")
        form.submit(certificate_name=name)

    def certificate(self, person: str, lesson: Lesson) -> str:
        """Wait for somebody's certificate and return its address."""

        def address() -> str | None:
            page = self.launch(person, lesson, KEYS[-1]).follow("Certificaat")
            return next((href for _label, href in page.links if urlsplit(href).path.startswith("/c/")), None)

        return eventually("the certificate", address)

    def cohort_id(self, lesson: Lesson) -> str:
        """Return the id of the lesson's cohort, as the tool's addresses have it."""
        return urlsplit(self.launch(TRAINER, lesson, next(iter(lesson.activities))).url).path.split("/")[2]

    @contextmanager
    def outage(self) -> Iterator[None]:
        """Stop the tool for as long as the block runs; then it is started again and answers."""
        self.demo.stop_tool()
        try:
            yield
        finally:
            self.demo.start_tool()
            self.demo.wait_until_ready()

    def end_sessions(self) -> None:
        """Let every session of the tool be over, as time does."""
        with self.parts.database.session() as session:
            session.execute(update(ToolSession).values(expires_at=datetime(2026, 1, 1, tzinfo=UTC)))

    def copy(self, lesson: Lesson) -> Lesson:
        """Copy a course at the school, its people included; return the copy, whose edition nobody has said yet."""
        page = self._at_school(TRAINER).get(lesson.course_url).form(name="copy").submit(title=f"{lesson.edition} opnieuw")
        return Lesson(page.url, "", self.activities(page.url, list(lesson.activities)))

    def unset(self, lesson: Lesson) -> None:
        """Let the lesson's links be as if they were placed by hand: nobody has said yet what they show."""
        cohort_id = self.cohort_id(lesson)
        with self.parts.database.session() as session:
            session.execute(update(Placement).where(Placement.cohort_id == cohort_id).values(cohort_id=None))
            session.execute(delete(CourseCohort).where(CourseCohort.cohort_id == cohort_id))

    def _at_school(self, person: str) -> Browser:
        if person not in self._people:
            self._people[person] = Browser()
            log_in(self._people[person], self.school_url, person)
        browser = self._people[person]
        if person in self.in_english:
            token = browser.get(f"{self.school_url}/courses").form(name="language").values["csrf_token"]
            browser.post(f"{self.school_url}/language", {"csrf_token": token, "locale": "nl"})
            self.in_english.discard(person)
        return browser

    def _furnish(self) -> None:
        """Write the school's state before it starts: its usual people and courses, and the spare ones."""
        school = School(self.school_url)
        open_school(school)
        for number in range(1, SPARE_COURSES + 1):
            course = school.add_course(f"Lokaal {number}", summary="Een lege cursus.")
            for person in school.people.values():
                if not person.admin:
                    school.enrol(person, course, Role.TEACHER if person.name == TRAINER else Role.STUDENT)
            self._spare.append(course.id)
        self._spare.reverse()
        native = school.add_course(NATIVE_COURSE, summary="Inleveren kan hier ook zonder ICC Bridge.")
        for person in [person for person in school.people.values() if person.name == TRAINER]:
            school.enrol(person, native, Role.TEACHER)
        given, family = NATIVE_PARTICIPANT.split()
        school.enrol(school.add_person(given, family, username="n.verhoeven"), native)
        open_activities(school, native)
        shared = school.add_course(SHARED_COURSE, summary="Voor wie op twee scholen werkt.")
        for person in [person for person in school.people.values() if person.name == TRAINER]:
            school.enrol(person, shared, Role.TEACHER)
        for name, username in ((FIRST_ACCOUNT, "f.amrani"), (SECOND_ACCOUNT, "amrani2")):
            given, family = name.split()
            school.enrol(school.add_person(given, family, username=username), shared)
        self.demo.folder.mkdir(parents=True, exist_ok=True)
        save(school, self.demo.folder / "school.json")


@cache
def plan() -> bytes:
    """Return the file that everybody hands in, the same bytes each time."""
    return plan_pdf()


def sample_text(assignment: Assignment) -> str:
    """Return the assignment's example as somebody would type it: without the marks of its layout."""
    return assignment.example.get("nl").replace("*(verkort)*", "").replace("*", "").strip()


def sample(assignment: Assignment) -> dict[str, str | Upload]:
    """Return what somebody fills in for an assignment: a text, and the file or link that it asks for."""
    values: dict[str, str | Upload] = {"text": sample_text(assignment)}
    if assignment.hand_in.files is Requirement.REQUIRED:
        values["files"] = Upload(PLAN_NAME, plan(), "application/pdf")
    if assignment.hand_in.link is Requirement.REQUIRED:
        values["link"] = "https://www.example.org/plan"
    return values


def eventually(what: str, ask: Callable[[], T | None]) -> T:
    """Ask until there is an answer; raises WalkFailed when it takes too long."""
    return wait_for(what, ask, patience=PATIENCE_SECONDS, came=lambda: "nothing yet")


def new_stage(folder: Path, mail: MailServerDouble | None = None) -> Stage:
    """Return a stage that keeps its data in a folder, on two free ports, and sends e-mail when there is a server for it."""
    more = {"smtp_url": mail.url("smtp"), "mail_from": "ICC Bridge <noreply@icc.example.org>"} if mail else {}
    return Stage(Demo(folder, free_port(), free_port(), more=more), mail)
