"""Trainers of the staff from the issuer's side, and one of them from the sign-in to the sign-out."""

import re

from flask import Flask
from sqlalchemy import select

from lti_tool.app import Parts
from lti_tool.certificates.models import Award, AwardDecision, AwardState, DecisionKind
from lti_tool.courses.models import CourseMember, Placement
from lti_tool.signin.gate import Role
from lti_tool.signin.models import Member
from lti_tool.sync.models import ScoreOutbox
from lti_tool.sync.outbox import POST_SCORE
from mappings.roles import Role as LtiRole
from tests.certificates.award import Ready, all_accepted
from tests.certificates.decided import APPROVAL, TRAINER, launched
from tests.console.conftest import Desk, award_of
from tests.recording_jobs import RecordingJobs
from tests.staff import StaffBrowser, post_as_staff

LAST = "terugblik"


def pressed(client_page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form on a page that goes to an address."""
    form = re.search(rf'<form[^>]*action="{re.escape(action)}[^"]*"[^>]*>(.*?)</form>', client_page, re.DOTALL)
    assert form is not None, action
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[1]))


def scored(parts: Parts, ready: Ready, course_id: str, account_id: str) -> str:
    """Put the last assignment into the course, with a column for its results."""
    now = parts.clock()
    with parts.database.session() as session:
        placement = Placement(
            course_id=course_id,
            resource_link_id="link-1",
            cohort_id=ready.cohort_id,
            assignment_key=LAST,
            lineitem_url="http://127.0.0.1:8400/school/lineitem/1",
            ags_scopes=["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
            created_at=now,
            last_launch_at=now,
        )
        member = CourseMember(course_id=course_id, account_id=account_id, role=LtiRole.PARTICIPANT, last_seen_at=now)
        session.add_all((placement, member))
        session.flush()
        return placement.id


def test_a_trainer_of_the_staff_goes_from_the_sign_in_to_a_proposal_and_out(
    app: Flask, parts: Parts, jobs: RecordingJobs
) -> None:
    ready = all_accepted(parts, training_key=APPROVAL, but=LAST)
    people = launched(app, parts, ready)
    placement_id = scored(parts, ready, people.course_id, people.participant.viewer.account_id)
    tamar, link = parts.staff.invite("Tamar de Wit", [Role.TRAINER])
    client = app.test_client()
    client.environ_base |= {"HTTP_ACCEPT_LANGUAGE": "nl"}

    at = f"/sign-in/link/{link.token}"
    answer = client.post(at, data=pressed(client.get(at).text, at))
    assert (answer.status_code, answer.location) == (303, "/my-cohorts")
    page = client.get("/my-cohorts").text
    assert "Je bent nog van geen enkele editie trainer" in page
    wrong = client.post("/my-cohorts", data={**pressed(page, "/my-cohorts"), "code": "AAAA-BBBB-CCCC"})
    assert (wrong.status_code, 'value="AAAA-BBBB-CCCC"' in wrong.text) == (422, True)
    code = parts.cohorts.invite(ready.cohort_id)
    joined = client.post("/my-cohorts", data={**pressed(page, "/my-cohorts"), "code": code}, follow_redirects=True)
    assert "Je bent nu trainer van Regio Zuid 2026." in joined.text
    assert "1 stuk werk wacht op een trainer" in joined.text

    enter = f"/my-cohorts/{ready.cohort_id}"
    waiting = client.post(enter, data=pressed(joined.text, enter), follow_redirects=True)
    review = re.search(r'href="(/review/[^"?]+)', waiting.text)
    assert review is not None
    page = client.get(review[1]).text
    verdict = {**pressed(page, review[1]), "verdict": "accepted", "feedback": "Mooi afgerond."}
    assert client.post(review[1], data=verdict).status_code == 303
    with parts.database.reading() as session:
        row = session.scalars(select(ScoreOutbox)).one()
        assert (row.placement_id, row.score_given, row.comment) == (placement_id, 100, "Mooi afgerond.")
    assert POST_SCORE in [job.job for job in jobs.waiting_jobs]

    award = award_of(parts)
    dossier = client.get(f"/award/{award.id}").text
    assert "Tamar de Wit" in dossier
    propose = f"/award/{award.id}/propose"
    assert client.post(propose, data=pressed(dossier, propose)).status_code == 303
    with parts.database.reading() as session:
        assert session.get_one(Award, award.id).state == AwardState.WAITING_DECISION
        made = session.scalars(select(AwardDecision).where(AwardDecision.kind == DecisionKind.PROPOSED)).one()
        assert made.by_staff_id == tamar.id
    assert "certificates.proposed" in [one.what for one in parts.audit.last(9, account_id=tamar.id)]

    out = client.get(f"/cohort/{ready.cohort_id}/board").text
    assert client.post("/sign-out", data=pressed(out, "/sign-out")).status_code == 303
    assert client.get(f"/cohort/{ready.cohort_id}/board").status_code == 401


def test_who_accepted_the_last_work_as_a_trainer_cannot_approve_as_an_issuer_under_whatever_name(
    app: Flask, parts: Parts, iris: Desk
) -> None:
    ready = all_accepted(parts, training_key=APPROVAL, but=LAST)
    people = launched(app, parts, ready)
    tamar = StaffBrowser(iris.client, iris.member)
    parts.staff.give_roles(iris.member.id, [Role.ISSUER, Role.TRAINER])
    parts.staff_trainers.add(ready.cohort_id, iris.member.id)
    review = re.search(r'href="(/review/[^"?]+)', tamar.page(f"/cohort/{ready.cohort_id}/waiting"))
    assert review is not None
    assert tamar.post(review[1], {"verdict": "accepted", "feedback": ""}).status_code == 303
    award = award_of(parts)
    parts.decisions.propose(people.trainer.viewer, award.id)
    with parts.database.session() as session:
        session.get_one(Member, iris.member.id).name = "Een Heel Andere Naam"
    answer = iris.post(f"/console/certificates/{award.id}/approve", {"seen": "1"})
    assert answer.status_code == 409, answer.text
    assert "Een collega moet dit goedkeuren" in answer.text
    assert award_of(parts, award.id).state == AwardState.WAITING_DECISION
    assert TRAINER in iris.page(f"/console/certificates/{award.id}")


def test_the_issuer_puts_a_trainer_of_the_staff_beside_a_cohort_and_takes_it_away(parts: Parts, iris: Desk) -> None:
    ready = all_accepted(parts)
    at = f"/console/cohorts/{ready.cohort_id}"
    assert "Er is nog geen medewerker met de rol trainer" in iris.page(at)
    tamar, _link = parts.staff.invite("Tamar de Wit", [Role.TRAINER])
    assert f'<option value="{tamar.id}">Tamar de Wit</option>' in iris.page(at)
    assert iris.post(f"{at}/trainers", {"member": ""}).status_code == 303
    assert iris.post(f"{at}/trainers", {"member": tamar.id}).status_code == 303
    assert f"{at}/trainers/{tamar.id}/remove" in iris.page(at)
    parts.staff.disable(tamar.id)
    assert "kan er nu niet in" in iris.page(at)
    assert post_as_staff(iris.client, f"{at}/trainers", {"member": tamar.id}).status_code == 422
    assert iris.post(f"{at}/trainers/{tamar.id}/remove").status_code == 303
    assert "Haal weg" not in iris.page(at)
    noted = [one.what for one in parts.audit.last(9, account_id=iris.member.id) if one.target_id == ready.cohort_id]
    assert noted == [f"cohorts.remove_trainer:{tamar.id}", f"cohorts.add_trainer:{tamar.id}"]
