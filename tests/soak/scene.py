"""The installation and its people before the load begins: a whole course in one edition, one certificate issued."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psycopg

from lti_tool.demo.native import map_activity
from lti_tool.demo.processes import Demo
from lti_tool.demo.school import Role, School
from lti_tool.demo.school.native.accounts import add_account
from lti_tool.demo.school.native.seeds import open_activities
from lti_tool.demo.school.store import save
from lti_tool.demo.walk import TRAINER
from tests.browser.stage import KEYS, WHOLE, Lesson, Stage
from tests.ports import free_port
from tests.postgresql import postgresql_server

EngineName = Literal["sqlite", "postgresql"]
COURSE = "Cultuurcoördinator VO"
NATIVE = "Opdracht 1 – Mijn leervraag"
"""An activity of the school's own that counts for the first assignment."""
GRADUATE = "Anaïs Peeters"
EDITION = "Regio Zuid"
LIMITS = ("logins_per_minute", "verifications_per_minute", "certificate_pages_per_minute", "changes_per_minute")
NO_LIMIT = "1000000"
"""A minute: all people come from one address here. The limits are counted, and not reached."""
MOODLE_MINUTES = "1"


@dataclass(frozen=True)
class Scene:
    """What is there.

    Args:
        stage: the running school and tool.
        lesson: the training in the course.
        participants: names, as the school's front page has them.
        certificate_url: of the one that is issued.
    """

    stage: Stage
    lesson: Lesson
    participants: tuple[str, ...]
    certificate_url: str


class Campus(Stage):
    """A stage with one course and many people in it."""

    people: int

    def _furnish(self) -> None:
        school = School(self.school_url)
        with school.changing():
            school.add_person("Beheer", "Zilverbos", username="beheer", admin=True)
            there = school.add_course(COURSE)
            given, family = TRAINER.split()
            school.enrol(school.add_person(given, family, username="trainer"), there, Role.TEACHER)
            for number, name in enumerate((GRADUATE, *names(self.people))):
                given, family = name.split(" ", 1)
                school.enrol(school.add_person(given, family, username=f"d{number:03}"), there)
            open_activities(school, there)
            add_account(school)
        self.demo.folder.mkdir(parents=True, exist_ok=True)
        save(school, self.demo.folder / "school.json")


def names(count: int) -> tuple[str, ...]:
    """Return so many different names."""
    return tuple(f"Deelnemer Nummer-{number:03}" for number in range(1, count + 1))


@contextmanager
def opened(engine: EngineName, people: int, folder: Path) -> Iterator[Scene]:
    """Start everything, embed the training, and let one participant get the certificate.

    Args:
        people: how many participants there are beside that one.
        folder: for the database on SQLite, and for the logs.
    """
    with _database(engine) as database:
        limits = dict.fromkeys(LIMITS, NO_LIMIT)
        more = {**limits, **database, "moodle_minutes": MOODLE_MINUTES}
        workers = 1 if engine == "sqlite" else 2
        stage = Campus(Demo(folder, free_port(), free_port(), more=more, workers=workers))
        stage.people = people
        try:
            stage.open()
            course_url = stage.main_course()
            lesson = stage.embed(course_url, EDITION, WHOLE, *KEYS)
            map_activity(stage.launch(TRAINER, lesson, WHOLE), KEYS[0], NATIVE)
            stage.complete(GRADUATE, lesson)
            stage.confirm_name(GRADUATE, lesson, GRADUATE)
            stage.parts.cohorts.approve(stage.cohort_id(lesson))
            yield Scene(stage, lesson, names(people), stage.certificate(GRADUATE, lesson))
        finally:
            stage.close()


@contextmanager
def _database(engine: EngineName) -> Iterator[Mapping[str, str]]:
    if engine == "sqlite":
        yield {}
        return
    with postgresql_server(durable=True) as url:
        with psycopg.connect(f"{url}postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE icc")
        yield {"database_url": f"{url}icc"}
