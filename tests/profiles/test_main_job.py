"""The main job against each learning environment, over real HTTP: embed, launch, roster, hand in, score, result."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from sqlalchemy import select

from lti_tool.advantage.memberships import MembershipService
from lti_tool.advantage.results import Result, ResultService
from lti_tool.courses.models import Placement
from lti_tool.demo.browser import Browser
from lti_tool.demo.school import PERSONALITIES, Role
from lti_tool.platforms.service import PlatformInfo
from mappings.loading import load_trainings
from mappings.platforms import GENERIC
from mappings.roles import Role as TrainingRole
from mappings.roles import course_role
from tests.embedding.town import Town, running_town
from tests.recording_jobs import RecordingJobs

pytestmark = pytest.mark.long

FIRST = load_trainings()["icc-vo"].assignments[0]
TITLE = FIRST.title.nl
FEEDBACK = "Mooi en eerlijk werk, Zoë & co."


@pytest.fixture(params=list(PERSONALITIES))
def town(request: pytest.FixtureRequest, tmp_path: Path, new_sqlite_url: Callable[[], str]) -> Iterator[Town]:
    """The school as each learning environment, registered by somebody who did not know which one it is."""
    personality = PERSONALITIES[request.param]
    with running_town(tmp_path / "var", new_sqlite_url(), personality=personality, family=GENERIC) as town:
        yield town


def platform(town: Town) -> PlatformInfo:
    (found,) = town.parts.platforms.list()
    return found


def embed(town: Town, trainer: Browser) -> None:
    """Put the first assignment into the course, with a new cohort."""
    form = town.picker(trainer).form(with_field="item")
    came = form.submit(item=FIRST.key, new_cohort="Regio Zuid").form(with_field="JWT").submit()
    assert came.form(name="save").submit().status == 200, list(town.school.refusals)


def hand_in(town: Town, teacher: Browser) -> None:
    page = town.launch(teacher, TITLE)
    assert page.status == 200, page.text
    draft = page.form(with_field="text").submit(action="save", text="Onze school doet veel aan cultuur. " * 60)
    assert draft.form(with_field="text").submit(action="submit").status == 200


def accept(town: Town, trainer: Browser) -> None:
    page = town.launch(trainer, TITLE)
    link = next(href for _label, href in page.links if "/review/" in href)
    work = trainer.get(urljoin(town.parts.settings.base_url, link), framed=True)
    assert work.form(with_field="verdict").submit(verdict="accepted", feedback=FEEDBACK).status == 200


def test_the_main_job(town: Town) -> None:
    school, jobs = town.school, town.parts.engine
    assert isinstance(jobs, RecordingJobs)
    trainer, teacher = town.visitor("Ilse", Role.TEACHER), town.visitor("Zoe", Role.STUDENT)
    suspended = town.person("Weg", Role.STUDENT)
    school.enrol(suspended, town.course, Role.STUDENT, suspended=True)

    # embed: recognised by what it calls itself, its data returned, one activity with a column
    embed(town, trainer)
    known, personality = platform(town), school.personality
    assert known.family == personality.key
    assert known.product == f"{known.profile.name if personality.key != GENERIC else personality.code} {personality.version}"
    (link,) = school.links.values()
    item = school.item_of(link)
    assert item is not None
    assert (link.title, item.maximum) == (TITLE, 100)
    assert bool(item.review_url) is personality.submission_review

    # the school's pages may show the tool in a frame, although many schools share its issuer
    shown = town.launch(teacher, TITLE)
    policy = shown.answer.headers["Content-Security-Policy"]
    parts = urlsplit(school.url)
    assert f"{parts.scheme}://{parts.netloc}" in policy.partition("frame-ancestors")[2]

    # roster: who takes part, as the launches would call them
    with town.parts.database.session() as session:
        placement = session.scalars(select(Placement)).one()
    assert placement.memberships_url is not None
    members = MembershipService(town.parts.connector).members(known, placement.memberships_url)
    roles = {member.user_id: course_role(member.roles) for member in members if member.status == "active"}
    people = {person.username: person.id for person in school.people.values()}
    assert roles == {people["ilse"]: TrainingRole.TRAINER, people["zoe"]: TrainingRole.PARTICIPANT}

    # score: it arrives once, after the school was too busy for it, and makes no attempt of the student
    hand_in(town, teacher)
    accept(town, trainer)
    school.faults.add("scores", "busy")
    jobs.run()
    assert school.grade(link, school.people[people["zoe"]]) is None
    town.parts.poster.post(*next((job.key, job.number) for job in jobs.waiting_jobs))
    jobs.run(delayed=True)
    grade = school.grade(link, school.people[people["zoe"]])
    assert grade is not None
    assert (grade.final, grade.feedback, grade.posts, grade.attempts) == (100, FEEDBACK, 1, 0)

    # result: read back, comment included
    assert placement.lineitem_url is not None
    held = ResultService(town.parts.connector).of(known, placement.lineitem_url, people["zoe"])
    assert held == Result(100, 100, FEEDBACK)
    # submission review: from the gradebook to that work, where the learning environment has it
    cell = f"{school.url}/courses/{town.course.id}/grades/{item.id}/{people['zoe']}/review"
    review = trainer.get(cell)
    assert review.status == (200 if personality.submission_review else 404)
    if personality.submission_review:
        assert FEEDBACK in review.open_iframe().text
    assert [refusal.reason for refusal in school.refusals] == []
