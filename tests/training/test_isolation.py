"""Every page and file of a cohort as somebody else: not there."""

from dataclasses import dataclass

import pytest
from sqlalchemy import select

from lti_tool.training.models import Submission, SubmissionVersion, WorkFile
from mappings.roles import Role
from tests.training.conftest import Group
from tests.training.samples import upload
from tests.training.world import Browser


@dataclass
class Work:
    """Zoë's work: handed in with a file, returned, with a newer draft and a draft file."""

    group: Group
    submission_id: str
    version_id: str
    handed_in_file: str
    draft_file: str

    def trainer_pages(self) -> list[str]:
        home = self.group.home()
        return [
            f"{home}/board",
            f"{home}/waiting",
            f"{self.group.assignment()}/work",
            f"/review/{self.submission_id}",
            f"/version/{self.version_id}",
            f"/file/{self.handed_in_file}",
        ]

    def participant_pages(self) -> list[str]:
        home, assignment = self.group.home(), self.group.assignment()
        return [home, assignment, f"{assignment}/draft", f"{home}/name", f"/version/{self.version_id}", *self.files()]

    def files(self) -> list[str]:
        return [f"/file/{self.handed_in_file}", f"/file/{self.draft_file}"]

    def every_page(self) -> list[str]:
        return list(dict.fromkeys([*self.trainer_pages(), *self.participant_pages()]))

    def every_form(self) -> list[tuple[str, dict[str, str]]]:
        home, assignment = self.group.home(), self.group.assignment()
        return [
            (assignment, {"text": "van een ander", "action": "submit"}),
            (f"{assignment}/file/{self.draft_file}/remove", {}),
            (f"{assignment}/draft", {"text": "van een ander", "revision": "2", "page": "a"}),
            (f"{assignment}/draft/{'A' * 22}/take-back", {"text": "van een ander"}),
            (f"{home}/name", {"certificate_name": "Iemand Anders"}),
            (f"{home}/code", {}),
            (f"/review/{self.submission_id}", {"verdict": "accepted", "feedback": "van een ander"}),
        ]


@pytest.fixture
def work(group: Group) -> Work:
    zoe, url = group.zoe, group.assignment()
    assert zoe.post(url, {"text": "Geheim werk", "files": upload(), "action": "submit"}).status_code == 303
    submission_id = group.submission_id(zoe)
    group.trainer.post(f"/review/{submission_id}", {"verdict": "returned", "feedback": "Vul aan", "version": "1"})
    more = {"text": "Geheim concept", "files": upload(name="Concept.pdf"), "action": "save"}
    assert zoe.post(url, more).status_code == 303
    with group.world.database.session() as session:
        version_id = session.scalars(select(SubmissionVersion.id)).one()
        files = {file.name: file.id for file in session.scalars(select(WorkFile))}
    return Work(group, submission_id, version_id, files["Cultuurscan.pdf"], files["Concept.pdf"])


def refused_everywhere(work: Work, browser: Browser) -> None:
    before = state_of(work)
    for url in work.every_page():
        answer = browser.get(url, follow_redirects=True)
        assert answer.status_code == 404, url
        assert "Geheim" not in answer.text
    for url, form in work.every_form():
        assert browser.post(url, form).status_code == 404, url
    assert state_of(work) == before


def state_of(work: Work) -> tuple[str, str, int, int]:
    with work.group.world.database.session() as session:
        row = session.get_one(Submission, work.submission_id)
        versions = len(session.scalars(select(SubmissionVersion)).all())
        return row.state, row.draft_text, versions, len(session.scalars(select(WorkFile)).all())


def test_the_participant_sees_all_of_it(work: Work) -> None:
    for url in work.participant_pages():
        assert work.group.zoe.get(url).status_code == 200, url


def test_the_cohort_trainer_sees_what_was_handed_in_and_no_draft(work: Work) -> None:
    trainer = work.group.trainer
    for url in work.trainer_pages():
        answer = trainer.get(url)
        assert answer.status_code == 200, url
        assert "Geheim concept" not in answer.text
        assert "Concept.pdf" not in answer.text
    assert trainer.get(f"/file/{work.draft_file}").status_code == 404


def test_another_participant_of_the_same_cohort_sees_none_of_it(work: Work) -> None:
    noor, home, assignment = work.group.noor, work.group.home(), work.group.assignment()
    own = (home, assignment, f"{assignment}/draft", f"{home}/name")
    for url in work.every_page():
        if url in own:
            assert "Geheim" not in noor.page(url)
        else:
            assert noor.get(url).status_code == 404, url
    before = state_of(work)
    assert noor.post(f"{work.group.assignment()}/file/{work.draft_file}/remove").status_code == 404
    assert noor.post(f"/review/{work.submission_id}", {"verdict": "accepted", "feedback": "x"}).status_code == 404
    assert noor.post(f"{work.group.home()}/code").status_code == 404
    assert state_of(work) == before


def test_a_participant_of_another_cohort_in_the_same_course_sees_none_of_it(work: Work) -> None:
    world = work.group.world
    other = world.cohort(work.group.trainer, "Regio Noord")
    custom = {"cohort": other}
    refused_everywhere(work, world.launch(work.group.platform, "piet", Role.PARTICIPANT, link="l2", custom=custom))


def test_a_trainer_of_another_cohort_sees_none_of_it(work: Work) -> None:
    world = work.group.world
    bas = world.launch(world.platform("Kleurrijk"), "bas", Role.TRAINER)
    other = world.cohort(bas, "Regio Noord")
    assert bas.get(f"/cohort/{other}/board").status_code == 200
    refused_everywhere(work, bas)


def test_an_instructor_of_another_course_of_the_same_school_sees_none_of_it(work: Work) -> None:
    world = work.group.world
    refused_everywhere(work, world.launch(work.group.platform, "bas", Role.TRAINER, context="course-2"))


def test_a_visitor_of_the_course_sees_none_of_it(work: Work) -> None:
    world = work.group.world
    refused_everywhere(work, world.launch(work.group.platform, "kijker", Role.VISITOR))


def test_the_same_user_id_at_another_school_is_another_person(work: Work) -> None:
    world = work.group.world
    refused_everywhere(work, world.launch(world.platform("Kleurrijk"), "zoe", Role.PARTICIPANT))


def test_without_a_session_nothing_is_shown(work: Work) -> None:
    client = work.group.world.app.test_client()
    for url in work.every_page():
        answer = client.get(url)
        assert answer.status_code == 401, url
        assert "Geheim" not in answer.text
    for url, form in work.every_form():
        assert client.post(url, data=form).status_code in (400, 401), url


def test_a_form_without_this_sessions_token_changes_nothing(work: Work) -> None:
    before = state_of(work)
    foreign = work.group.noor.token()
    for url, form in work.every_form():
        for client in (work.group.zoe.client, work.group.trainer.client):
            assert client.post(url, data=form).status_code == 400, url
            assert client.post(url, data={**form, "csrf_token": foreign}).status_code == 400, url
    assert state_of(work) == before


class TestCourseTrainer:
    """An instructor of a course that the cohort was brought into: sees the participants of that course."""

    @pytest.fixture
    def bas(self, work: Work) -> Browser:
        """The instructor of the course through which Zoë and Noor came, and no trainer of the cohort."""
        return work.group.world.launch(work.group.platform, "bas", Role.TRAINER, name="Bas")

    def test_sees_and_reviews_the_participants_of_the_own_course(self, work: Work, bas: Browser) -> None:
        for url in work.trainer_pages():
            assert bas.get(url).status_code == 200, url
        form = {"verdict": "accepted", "feedback": "", "version": "1"}
        assert bas.post(f"/review/{work.submission_id}", form).status_code == 303

    def test_does_not_see_participants_of_other_courses(self, work: Work, bas: Browser) -> None:
        group, world = work.group, work.group.world
        other = world.launch(group.platform, "ilse", Role.TRAINER, context="course-2")
        with world.database.session() as session:
            world.courses.bind_cohort(session, other.course_id, group.cohort_id, other.viewer.person_id)
        custom = {"cohort": group.cohort_id}
        piet = world.launch(
            group.platform, "piet", Role.PARTICIPANT, name="Piet", context="course-2", link="l", custom=custom
        )
        piet.post(group.assignment(), {"text": "Werk van Piet", "action": "submit"})
        submission_id = group.submission_id(piet)
        assert bas.get(f"/review/{submission_id}").status_code == 404
        assert bas.post(f"/review/{submission_id}", {"verdict": "accepted"}).status_code == 404
        for url in (f"{group.home()}/board", f"{group.home()}/waiting", f"{group.assignment()}/work"):
            assert "Piet" not in bas.page(url)
        assert "Piet" in group.trainer.page(f"{group.home()}/board")

    def test_makes_no_codes(self, work: Work, bas: Browser) -> None:
        assert bas.post(f"{work.group.home()}/code").status_code == 404
        assert "Maak een eenmalige code" not in bas.page(f"{work.group.home()}/board")

    def test_loses_the_right_with_the_role(self, work: Work) -> None:
        as_learner = work.group.world.launch(work.group.platform, "bas", Role.PARTICIPANT)
        assert as_learner.get(f"/review/{work.submission_id}").status_code == 404
        assert as_learner.get(f"{work.group.home()}/board").status_code == 404
