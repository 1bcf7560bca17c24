"""Trainers without a learning environment: how a cohort becomes theirs, what they see of it, how they are called."""

from collections.abc import Sequence

import pytest
from sqlalchemy import func, select, update

from lti_tool.app import Parts
from lti_tool.audit import DONE
from lti_tool.courses.models import Account, Person
from lti_tool.errors import Invalid, NotFound
from lti_tool.ids import digest
from lti_tool.launch.viewer import NoAccount, Viewer
from lti_tool.notices.models import Notice, NoticeKind
from lti_tool.signin.members import COMMAND_LINE
from lti_tool.signin.models import Member
from lti_tool.signin.roles import Role as StaffRole
from lti_tool.signin.roles import StaffMember
from lti_tool.signin.service import SignInService, Visit
from lti_tool.training.errors import CodeRefused
from lti_tool.training.models import Enrolment
from lti_tool.training.people import names_of, trainer_names
from lti_tool.training.staff_trainers import OwnCohort
from lti_tool.training.staff_viewer import viewer_of
from mappings.roles import Role
from tests.staff import StaffBrowser, trainer_of_staff
from tests.training.conftest import Group, group  # noqa: F401 - a fixture
from tests.training.whole import database_url, jobs, parts, world  # noqa: F401 - fixtures

WORK = {"text": "Hoe betrek ik collega’s?", "action": "submit"}


def member(parts: Parts, *roles: StaffRole, name: str = "Tamar de Wit") -> StaffMember:  # noqa: F811
    return parts.staff.invite(name, roles or (StaffRole.TRAINER,))[0]


def looking(parts: Parts, one: StaffMember) -> Viewer:  # noqa: F811
    """Who somebody is on the pages of the training, signed in anew."""
    service = SignInService(parts.database, parts.audit, parts.staff_sessions, parts.sign_in_links)
    opened = service.by_link(digest(parts.staff.link(one.id).token), Visit("Firefox, Linux", None))
    present = parts.staff_sessions.load(opened.secret)
    assert present is not None
    viewer = viewer_of(present)
    assert viewer is not None
    return viewer


def own(parts: Parts, one: StaffMember) -> Sequence[OwnCohort]:  # noqa: F811
    return parts.staff_trainers.overview(looking(parts, one))


def people(parts: Parts) -> int:  # noqa: F811
    with parts.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Person)) or 0


def test_a_code_makes_a_member_trainer_of_the_whole_cohort_as_a_person_without_an_account(
    group: Group,  # noqa: F811
    parts: Parts,  # noqa: F811
) -> None:
    tamar = member(parts)
    before = people(parts)
    code = parts.cohorts.invite(group.cohort_id)
    assert parts.staff_trainers.join(tamar.id, code.lower()).id == group.cohort_id
    viewer = looking(parts, tamar)
    with parts.database.reading() as session:
        assert session.scalar(select(Account.id).where(Account.person_id == viewer.person_id)) is None
    assert people(parts) == before + 1
    assert (viewer.actor_id, viewer.seats) == (tamar.id, {})
    for ask in (lambda: viewer.account_id, lambda: viewer.platform):
        with pytest.raises(NoAccount):
            ask()
    group.zoe.post(group.assignment(), WORK)
    (line,) = own(parts, tamar)
    assert (line.name, line.approved, line.participants, line.waiting) == ("Regio Zuid", False, 2, 1)
    with pytest.raises(CodeRefused):
        parts.staff_trainers.join(member(parts, name="Bo Stam").id, code)
    assert people(parts) == before + 1
    noted = [(one.what, one.target_id) for one in parts.audit.last(9, account_id=tamar.id, outcome=DONE)]
    assert ("cohorts.join", group.cohort_id) in noted


def test_a_member_is_added_and_taken_away_once_and_it_stands_in_the_trail(group: Group, parts: Parts) -> None:  # noqa: F811
    tamar, iris = member(parts), member(parts, StaffRole.ISSUER, name="Iris")
    service = parts.staff_trainers
    assert [one.name for one in service.of(group.cohort_id).others] == ["Tamar de Wit"]
    for _twice in range(2):
        service.add(group.cohort_id, tamar.id, iris.id)
    assert [(one.name, one.active) for one in service.of(group.cohort_id).there] == [("Tamar de Wit", True)]
    assert service.of(group.cohort_id).others == []
    for _twice in range(2):
        service.remove(group.cohort_id, tamar.id)
    assert service.of(group.cohort_id).there == []
    assert not own(parts, tamar)
    noted = [(one.account_id, one.what) for one in reversed(parts.audit.last(9)) if one.target_id == group.cohort_id]
    assert noted == [
        (iris.id, f"cohorts.add_trainer:{tamar.id}"),
        (COMMAND_LINE, f"cohorts.remove_trainer:{tamar.id}"),
    ]


def test_only_who_may_sign_in_as_a_trainer_becomes_one(group: Group, parts: Parts) -> None:  # noqa: F811
    iris, tamar = member(parts, StaffRole.ISSUER, name="Iris"), member(parts)
    parts.staff.disable(tamar.id)
    code = parts.cohorts.invite(group.cohort_id)
    for one in (iris, tamar):
        with pytest.raises(Invalid):
            parts.staff_trainers.add(group.cohort_id, one.id)
        with pytest.raises(Invalid):
            parts.staff_trainers.join(one.id, code)
    for cohort_id, member_id in ((group.cohort_id, "nobody"), ("nothing", tamar.id)):
        for change in (parts.staff_trainers.add, parts.staff_trainers.remove):
            with pytest.raises(NotFound):
                change(cohort_id, member_id)
    with pytest.raises(NotFound):
        parts.staff_trainers.of("nothing")
    assert parts.staff_trainers.overview(None) == ()


def test_the_name_is_the_one_in_the_list_of_the_staff_until_who_it_is_may_train_no_more(
    group: Group,  # noqa: F811
    parts: Parts,  # noqa: F811
) -> None:
    tamar = member(parts)
    group.world.clock.advance(seconds=1)
    parts.staff_trainers.add(group.cohort_id, tamar.id)
    person_id = looking(parts, tamar).person_id
    ilse = group.trainer.viewer.person_id
    with parts.database.reading() as session:
        assert names_of(session, [person_id, ilse]) == {person_id: "Tamar de Wit", ilse: "Ilse Brouwers"}
        assert trainer_names(session, group.cohort_id) == ("Ilse Brouwers", "Tamar de Wit")
    parts.staff.give_roles(tamar.id, [StaffRole.ISSUER])
    with parts.database.reading() as session:
        assert trainer_names(session, group.cohort_id) == ("Ilse Brouwers",)
        assert names_of(session, [person_id]) == {person_id: "Tamar de Wit"}
        kept = select(Enrolment.id).where(Enrolment.person_id == person_id, Enrolment.role == Role.TRAINER)
        assert session.scalar(kept) is not None
    assert [one.active for one in parts.staff_trainers.of(group.cohort_id).there] == [False]


def test_work_that_comes_in_again_is_told_to_them_unless_they_may_train_no_more(
    group: Group,  # noqa: F811
    parts: Parts,  # noqa: F811
) -> None:
    here, gone = member(parts), member(parts, name="Bo Stam")
    for one in (here, gone):
        parts.staff_trainers.add(group.cohort_id, one.id)
    parts.staff.disable(gone.id)
    group.zoe.post(group.assignment(), WORK)
    group.trainer.post(f"/review/{group.submission_id(group.zoe)}", {"verdict": "returned", "feedback": "Werk dit uit."})
    group.zoe.post(group.assignment(), {**WORK, "text": "Nu uitgewerkt."})
    with parts.database.reading() as session:
        told = set(session.scalars(select(Notice.person_id).where(Notice.kind == NoticeKind.AGAIN)))
    assert told == {looking(parts, here).person_id, group.trainer.viewer.person_id}


class TestPages:
    """The pages of the training, for who signed in without a learning environment."""

    @pytest.fixture
    def tamar(self, group: Group) -> StaffBrowser:  # noqa: F811
        return trainer_of_staff(group.world.app, group.cohort_id)

    def test_nobody_frames_them_and_they_lead_back_to_the_own_cohorts(self, group: Group, tamar: StaffBrowser) -> None:  # noqa: F811
        course = f"course/{group.trainer.course_id}/check"
        for page in (course, "board", "waiting", "news", "exchange", "meetings", "phrases", "awards"):
            answer = tamar.get(f"{group.home()}/{page}")
            assert answer.status_code == 200, page
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], page
            assert 'class="icc-brand" href="/my-cohorts"' in answer.text, page
            assert "Tamar de Wit" in answer.text, page
        assert tamar.page(group.home()).count("Log uit") == 1
        assert "Gekoppelde accounts" not in tamar.page(f"{group.home()}/news")
        refused = tamar.get(f"{group.home()}/accounts")
        assert (refused.status_code, "R-NO-ACCOUNT" in refused.text) == (404, True)

    def test_the_participant_reads_their_name_with_the_feedback(self, group: Group, tamar: StaffBrowser) -> None:  # noqa: F811
        group.zoe.post(group.assignment(), WORK)
        review = f"/review/{group.submission_id(group.zoe)}"
        assert tamar.get(review).status_code == 200
        assert tamar.post(review, {"verdict": "returned", "feedback": "Werk dit uit."}).status_code == 303
        assert "Tamar de Wit" in group.zoe.page(group.assignment())

    def test_a_launch_comes_first_until_they_go_on_as_who_is_signed_in(self, group: Group, tamar: StaffBrowser) -> None:  # noqa: F811
        launch = group.zoe.client.get_cookie("icc")
        assert launch is not None
        tamar.client.set_cookie("icc", launch.value)
        assert tamar.get(f"{group.home()}/board").status_code == 404
        page = tamar.page("/my-cohorts")
        assert "In deze browser staat de training ook open vanuit Zilverbos College" in page
        assert group.zoe.get(group.home()).status_code == 200
        answer = tamar.post(f"/my-cohorts/{group.cohort_id}")
        assert (answer.status_code, answer.location) == (303, f"{group.home()}/waiting")
        assert tamar.get(f"{group.home()}/board").status_code == 200
        assert group.zoe.get(group.home()).status_code == 401
        noor = group.noor.client.get_cookie("icc")
        assert noor is not None
        tamar.client.set_cookie("icc", noor.value)
        assert tamar.get(f"{group.home()}/board").status_code == 404
        assert tamar.post("/my-cohorts/nothing").status_code == 404

    def test_an_ended_session_leads_to_the_sign_in_and_back_and_loses_nothing(
        self,
        group: Group,  # noqa: F811
        tamar: StaffBrowser,
        parts: Parts,  # noqa: F811
    ) -> None:
        group.zoe.post(group.assignment(), WORK)
        review = f"/review/{group.submission_id(group.zoe)}"
        token = tamar.token()
        parts.staff.end_sessions(tamar.member.id)
        answer = tamar.get(f"{review}?cohort=x")
        assert answer.status_code == 303
        assert answer.location.startswith("/sign-in?next=/review/")
        form = {"csrf_token": token, "verdict": "returned", "feedback": "Een lange zin die blijft."}
        refused = tamar.client.post(review, data=form)
        assert refused.status_code == 400
        assert "Een lange zin die blijft." in refused.text
        assert "leeromgeving" not in refused.text.partition("<main")[2]
        assert 'href="/sign-in">Naar inloggen' in refused.text
        stranger = group.world.app.test_client().get(review, headers={"Sec-Fetch-Dest": "document"})
        assert (stranger.status_code, "Ben je trainer zonder leeromgeving?" in stranger.text) == (401, True)

    def test_their_language_is_kept_with_the_person(self, group: Group, tamar: StaffBrowser, parts: Parts) -> None:  # noqa: F811
        assert 'lang="nl"' in tamar.page("/my-cohorts")
        tamar.get("/language/en?next=/my-cohorts")
        tamar.client.delete_cookie("lang")
        assert '<html lang="en"' in tamar.page(f"{group.home()}/waiting")
        assert '<html lang="en"' in tamar.page("/account")
        with parts.database.reading() as session:
            own = select(Person.locale).join(Member, Member.person_id == Person.id).where(Member.id == tamar.member.id)
            assert session.scalar(own) == "en"

    def test_their_own_data_go_along_and_go_with_the_member(self, tamar: StaffBrowser, parts: Parts) -> None:  # noqa: F811
        assert "Bij Mijn account laat je je wissen" in tamar.page("/me")
        copy = tamar.get("/me/copy.zip")
        assert (copy.status_code, copy.data[:2]) == (200, b"PK")
        for answer in (tamar.get("/me/erase"), tamar.post("/me/erase", {"sure": "yes"})):
            assert (answer.status_code, "R-STAFF" in answer.text) == (409, True)
        with parts.database.session() as session:
            session.execute(update(Member).values(person_id=None))
        without = tamar.get("/me")
        assert (without.status_code, "R-NO-COHORT" in without.text) == (404, True)
