"""The pages on which a trainer tests a course: for the trainers of that course and of its cohort, and for nobody else."""

import html
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from lti_tool.app import Parts
from lti_tool.clock import Clock
from lti_tool.connection.course_check import AT_ONCE, CHECKS_A_MINUTE, WAIT_SECONDS
from lti_tool.courses.models import Course, Person
from lti_tool.demo.school import School, Service
from lti_tool.ids import new_id
from lti_tool.launch.sessions import Seat
from lti_tool.training.completion import ActivityAsked, CompletionRule
from mappings.roles import Role
from tests.builders import Builder
from tests.clock import FakeClock
from tests.connection.classroom import KEYS, Classroom, open_classroom
from tests.connection.conftest import connect, row_of
from tests.connection.test_pages import token_on


@pytest.fixture
def classroom(parts: Parts, school: School) -> Classroom:
    """A course with two assignments in it; a trainer brought the cohort there."""
    room = open_classroom(connect(parts, school, opened=False))
    account, _enrolment = room.build.participant(room.course, room.cohort, row_of(parts, room.connected.platform))
    room.build.bind(room.course, room.cohort, account.person_id)
    room.place(KEYS[0])
    room.place(KEYS[1])
    return room


def sign_in(
    app: Flask, room: Classroom, *, seat: Course | None = None, role: Role = Role.TRAINER, whole: bool = False
) -> FlaskClient:
    """A browser after a launch of somebody: in a course with a role there, or in none; `whole`: trainer of the cohort."""
    parts, platform = room.parts, row_of(room.parts, room.connected.platform)
    account = room.build.account(platform)
    if whole:
        room.build.enrol(account.person_id, room.cohort, Role.TRAINER)
    course = seat or room.build.course(platform, new_id())
    with parts.database.session() as session:
        opened = parts.sessions.open(session, account.id, Seat(course.id, role, None), None)
    client = app.test_client()
    client.environ_base |= {"HTTP_ACCEPT_LANGUAGE": "nl", "HTTP_ACCEPT": "text/html", "HTTP_HOST": parts.settings.host}
    client.set_cookie(parts.sessions.cookie.name, opened.secret)
    return client


def address(room: Classroom) -> str:
    return f"/cohort/{room.cohort.id}/course/{room.course.id}/check"


def run_check(client: FlaskClient, room: Classroom) -> TestResponse:
    return client.post(address(room), data={"csrf_token": token_on(client.get(address(room)))})


def test_the_board_leads_to_the_check_and_the_check_back(app: Flask, classroom: Classroom) -> None:
    trainer = sign_in(app, classroom, seat=classroom.course)
    board = f"/cohort/{classroom.cohort.id}/board"
    assert f'href="{address(classroom)}"' in trainer.get(board).text
    page = trainer.get(address(classroom)).text
    assert "Controleer deze cursus" in page
    assert f'href="{board}"' in page
    assert classroom.connected.asked().get(Service.TOKEN.value, 0) == 0


def test_the_result_names_each_assignment_and_has_a_report_to_copy(app: Flask, classroom: Classroom) -> None:
    result = run_check(sign_in(app, classroom, seat=classroom.course), classroom)
    assert result.status_code == 200
    assert "Deze cursus werkt, maar let op" in result.text
    for link in classroom.links.values():
        assert f'<h3 class="mb-0">{html.escape(link.title)}</h3>' in result.text
    report = re.search(r"<textarea[^>]*readonly[^>]*>\n(.*?)</textarea>", result.text, re.DOTALL)
    assert report
    assert "Controle van een cursus in ICC Bridge: Let op" in report[1]
    assert "Ontvang een cijfer" in report[1]
    for secret in ("Höfen", "Zoë", "Bearer", "eyJ"):
        assert secret not in result.text


def test_it_speaks_the_readers_language(app: Flask, classroom: Classroom) -> None:
    trainer = sign_in(app, classroom, seat=classroom.course)
    with classroom.parts.database.session() as session:
        session.execute(update(Person).values(locale="en"))
    result = run_check(trainer, classroom)
    assert "This course works, but mind this" in result.text
    assert "Receive a grade" in result.text
    assert "cijferlijst" not in result.text


def test_a_trainer_of_the_whole_cohort_may_check_any_of_its_courses(app: Flask, classroom: Classroom) -> None:
    assert run_check(sign_in(app, classroom, whole=True), classroom).status_code == 200


@pytest.mark.parametrize("who", ["participant", "trainer of another course", "somebody"])
def test_for_everybody_else_there_is_no_such_page(app: Flask, classroom: Classroom, who: str) -> None:
    platform = row_of(classroom.parts, classroom.connected.platform)
    other = classroom.build.course(platform)
    classroom.build.bind(other, classroom.cohort, classroom.build.account(platform).person_id)
    client = {
        "participant": lambda: sign_in(app, classroom, seat=classroom.course, role=Role.PARTICIPANT),
        "trainer of another course": lambda: sign_in(app, classroom, seat=other),
        "somebody": lambda: sign_in(app, classroom),
    }[who]()
    assert client.get(address(classroom)).status_code == 404
    trainer = sign_in(app, classroom, seat=classroom.course)
    refused = client.post(address(classroom), data={"csrf_token": token_on(trainer.get(address(classroom)))})
    assert refused.status_code in (400, 404)
    assert "Elke opdracht" not in refused.text


def test_a_course_that_does_not_show_the_cohort_is_not_found(app: Flask, classroom: Classroom) -> None:
    other = classroom.build.course(row_of(classroom.parts, classroom.connected.platform))
    client = sign_in(app, classroom, whole=True)
    assert client.get(f"/cohort/{classroom.cohort.id}/course/{other.id}/check").status_code == 404
    assert client.get(f"/cohort/nobody/course/{classroom.course.id}/check").status_code == 404


def test_without_a_session_or_a_form_of_our_own_nothing_is_asked(app: Flask, classroom: Classroom) -> None:
    assert app.test_client().get(address(classroom)).status_code == 401
    assert sign_in(app, classroom, seat=classroom.course).post(address(classroom)).status_code == 400
    assert classroom.connected.asked().get(Service.TOKEN.value, 0) == 0


def test_too_many_checks_of_a_course_have_to_wait(
    compose_at: Callable[[Clock], Parts], silent_address: Mapping[str, str], clock: FakeClock
) -> None:
    parts = compose_at(clock)
    platform = parts.platforms.add(**silent_address, deployment_ids=["1"])
    build = Builder(parts.database, clock)
    cohort = build.cohort()
    build.placement(build.course(row_of(parts, platform)), cohort)
    (facts,) = parts.course_check.courses(cohort.id)
    clock.advance(seconds=20)
    found = [parts.course_check.run_for_page(facts) for _ in range(CHECKS_A_MINUTE + 1)]
    assert [one for one in found if isinstance(one, int)] == [40]
    clock.advance(minutes=1)
    assert not isinstance(parts.course_check.run_for_page(facts), int)


def test_only_some_checks_run_at_once(classroom: Classroom) -> None:
    gate, begun = threading.Event(), threading.Semaphore(0)

    def slow(_activities: Sequence[ActivityAsked], /) -> Mapping[str, CompletionRule]:
        begun.release()
        gate.wait(10)
        return {}

    check, facts = classroom.checker(slow), classroom.facts()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = [pool.submit(check.run_for_page, facts) for _ in range(AT_ONCE)]
        assert all(begun.acquire(timeout=10) for _ in range(AT_ONCE))
        assert check.run_for_page(facts) == WAIT_SECONDS
        gate.set()
        assert not any(isinstance(one.result(10), int) for one in running)


def test_a_page_asks_to_come_back_when_there_were_too_many(app: Flask, classroom: Classroom) -> None:
    trainer = sign_in(app, classroom, seat=classroom.course)
    answers = [run_check(trainer, classroom) for _ in range(2 * CHECKS_A_MINUTE + 1)]
    late = next(answer for answer in answers if answer.status_code != 200)
    assert late.status_code == 429
    assert 1 <= int(late.headers["Retry-After"]) <= 60
