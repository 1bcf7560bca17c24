"""Submission reviews: the recorded one of a real Moodle, whose work it leads to, and what it may lack."""

from typing import Any

import pytest
from sqlalchemy import select

from lti_tool.courses.models import Account, Placement
from lti_tool.launch.claims import MessageType
from lti_tool.launch.service import Launch, LaunchFollower
from mappings.roles import Role
from tests.launch.parties import LTI, Stage, recording

AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
REVIEW = "launch_submission_review"
WHO = recording(REVIEW)["claims"][f"{LTI}for_user"]["user_id"]


def account(stage: Stage, subject: str) -> Account | None:
    with stage.database.session() as session:
        return session.scalar(select(Account).where(Account.subject == subject))


def placement(stage: Stage) -> Placement:
    with stage.database.session() as session:
        return session.scalars(select(Placement)).one()


def known(stage: Stage) -> str:
    """Let the person whose work is asked for have been here; return the account's id."""
    assert stage.browser().launch("launch_student", sub=WHO, resource_link={"id": "1"}).status_code == 303
    found = account(stage, WHO)
    assert found is not None
    return found.id


def test_the_review_of_a_real_moodle_leads_to_the_work_of_that_person(stage: Stage, followers: list[LaunchFollower]) -> None:
    account_id = known(stage)
    told: list[Launch] = []
    followers.append(lambda _session, launch: told.append(launch))
    browser = stage.browser()
    answer = browser.launch(REVIEW)
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"] == f"/placement/{placement(stage).id}/review/{account_id}"
    assert browser.client.get(answer.headers["Location"]).status_code == 200
    assert set(browser.who()["seats"].values()) == {Role.TRAINER.value}


def test_no_address_says_who_somebody_is_at_school(stage: Stage) -> None:
    browser = stage.browser()
    known(stage)
    answer = browser.launch(REVIEW, for_user={"user_id": WHO})
    assert WHO not in answer.headers["Location"].split("/")
    unknown = stage.browser().launch(REVIEW, for_user={"user_id": "z.vanthofen"})
    assert "vanthofen" not in unknown.headers["Location"]


def test_somebody_who_was_never_here_is_nobody(stage: Stage) -> None:
    answer = stage.browser().launch(REVIEW)
    assert answer.headers["Location"] == f"/placement/{placement(stage).id}/review"
    assert account(stage, WHO) is None


def test_followers_learn_that_it_is_a_review(lite: Stage) -> None:
    assert MessageType.SUBMISSION_REVIEW.value == "LtiSubmissionReviewRequest"
    lite.browser().launch(REVIEW)
    row = placement(lite)
    assert row.resource_link_id == "1"
    assert row.lineitem_url == recording(REVIEW)["claims"][AGS]["lineitem"]


@pytest.mark.parametrize("for_user", [None, {}, [], {"user_id": ""}, {"user_id": 9}, "9", {"name": "Zoë"}])
def test_a_review_of_nobody_is_refused(lite: Stage, for_user: Any) -> None:  # noqa: ANN401 - anything
    answer = lite.browser().launch(REVIEW, for_user=for_user)
    assert (answer.status_code, "L-CLAIMS" in answer.text) == (400, True)
    assert lite.stored() == 0


def grading(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - anything
    """The grading claim of the recorded review, changed; None leaves a member out."""
    claim = {**recording(REVIEW)["claims"][AGS], **changes}
    return {name: value for name, value in claim.items() if value is not None}


def test_a_link_with_two_columns_names_none_and_is_reviewed_all_the_same(lite: Stage) -> None:
    answer = lite.browser().launch(REVIEW, **{AGS: grading(lineitem=None)})
    assert answer.headers["Location"] == f"/placement/{placement(lite).id}/review"


def test_a_column_that_belongs_to_no_link_is_found_by_its_address(stage: Stage) -> None:
    url = recording(REVIEW)["claims"][AGS]["lineitem"]
    stage.browser().launch("launch_editingteacher", **{AGS: grading(lineitem=url)})
    answer = stage.browser().launch(REVIEW, resource_link=None)
    assert answer.status_code == 303, answer.text
    assert answer.headers["Location"] == f"/placement/{placement(stage).id}/review"


def test_a_column_that_we_do_not_know_and_a_review_of_nothing_are_refused(lite: Stage) -> None:
    unknown = grading(lineitem=f"{lite.school.url}/other")
    for changes in ({AGS: unknown, "resource_link": None}, {AGS: None, "resource_link": None}):
        answer = lite.browser().launch(REVIEW, **changes)
        assert (answer.status_code, "L-CLAIMS" in answer.text) == (400, True)
    assert lite.stored() == 0
