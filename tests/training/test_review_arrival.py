"""Where a gradebook's "show the work" leads, and for whom."""

import pytest
from sqlalchemy import select

from lti_tool.courses.models import Account
from lti_tool.training.handing_in import HandInService
from mappings.roles import Role
from tests.training.conftest import Group
from tests.training.world import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
KEY = "leervraag"


def hand_in(group: Group, browser: Browser) -> None:
    """Let somebody hand in the assignment."""
    group.world.service(HandInService).hand_in(browser.viewer, group.cohort_id, KEY, "Mijn leervraag.", "")


def review(browser: Browser, account_id: str | None) -> str:
    """The address that a review of the placement in this browser leads to."""
    ending = f"/{account_id}" if account_id else ""
    return f"/placement/{browser.placement_id}/review{ending}"


def on_assignment(group: Group, subject: str, role: Role, *, context: str = "course-1") -> Browser:
    """Somebody in front of the link of the assignment."""
    custom = {"cohort": group.cohort_id, "assignment": KEY}
    return group.world.launch(group.platform, subject, role, context=context, link="work-link", custom=custom)


@pytest.fixture
def trainer(group: Group) -> Browser:
    return on_assignment(group, "ilse", Role.TRAINER)


def test_a_trainer_comes_straight_to_the_work(group: Group, trainer: Browser) -> None:
    hand_in(group, group.zoe)
    answer = trainer.get(review(trainer, group.zoe.viewer.account_id))
    assert (answer.status_code, answer.location) == (303, f"/review/{group.submission_id(group.zoe)}")
    assert "Zoë" in trainer.page(answer.location)


def test_a_course_trainer_sees_who_came_through_the_course(group: Group) -> None:
    hand_in(group, group.zoe)
    tom = on_assignment(group, "tom", Role.TRAINER)
    answer = tom.get(review(tom, group.zoe.viewer.account_id))
    assert answer.location == f"/review/{group.submission_id(group.zoe)}"


def test_a_participant_who_handed_in_nothing_has_nothing_yet(group: Group, trainer: Browser) -> None:
    page = trainer.page(review(trainer, group.noor.viewer.account_id))
    assert "Noor Janssen heeft nog niets ingeleverd" in page
    assert f"/cohort/{group.cohort_id}/assignment/{KEY}/work" in page


def test_a_draft_is_nothing_yet(group: Group, trainer: Browser) -> None:
    group.noor.post(group.assignment(), {"action": "save", "text": "Nog niet af.", "link": ""})
    page = trainer.page(review(trainer, group.noor.viewer.account_id))
    assert "Noor Janssen heeft nog niets ingeleverd" in page
    assert "Nog niet af" not in page


@pytest.mark.parametrize("account_id", [None, "nobody", "%20", "é"])
def test_somebody_who_was_never_here_is_said_to_be_new(trainer: Browser, account_id: str | None) -> None:
    assert "Deze persoon was hier nog niet" in trainer.page(review(trainer, account_id))


def test_a_participant_reviewing_themselves_comes_to_their_own_assignment(group: Group) -> None:
    zoe = on_assignment(group, "zoe", Role.PARTICIPANT)
    answer = zoe.get(review(zoe, zoe.viewer.account_id), follow_redirects=True)
    assert answer.request.path == group.assignment(KEY)


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.VISITOR])
@pytest.mark.parametrize("known", [True, False])
def test_the_work_of_another_is_refused_in_words(group: Group, role: Role, known: bool) -> None:
    hand_in(group, group.zoe)
    other = on_assignment(group, "other", role)
    answer = other.get(review(other, group.zoe.viewer.account_id if known else None))
    assert answer.status_code == 403
    assert "Dit is het werk van iemand anders" in answer.text
    assert "W-OTHERS" in answer.text


def test_a_trainer_of_another_course_or_cohort_reaches_nobody(group: Group, trainer: Browser) -> None:
    hand_in(group, group.zoe)
    stranger = group.world.launch(group.platform, "bram", Role.TRAINER, context="course-9", link="link-9")
    assert stranger.get(review(trainer, group.zoe.viewer.account_id)).status_code == 404
    group.world.cohort(stranger, "Regio Oost")
    own = group.world.launch(
        group.platform,
        "bram",
        Role.TRAINER,
        context="course-9",
        link="link-8",
        custom={"cohort": group.world.cohort(stranger, "Regio Noord"), "assignment": KEY},
    )
    page = own.page(review(own, group.zoe.viewer.account_id))
    assert "Deze persoon was hier nog niet" in page
    assert "Zoë" not in page


def test_an_account_of_another_school_is_nobody(group: Group, trainer: Browser) -> None:
    elsewhere = group.world.launch(group.world.platform("Maasbrug"), "zoe", Role.PARTICIPANT)
    assert "Deze persoon was hier nog niet" in trainer.page(review(trainer, elsewhere.viewer.account_id))


def test_a_link_to_the_whole_training_leads_to_the_board(group: Group) -> None:
    ilse = group.world.launch(group.platform, "ilse", Role.TRAINER, custom={"cohort": group.cohort_id})
    answer = ilse.get(review(ilse, group.zoe.viewer.account_id), follow_redirects=True)
    assert answer.request.path == f"{group.home()}/board"


def test_a_link_that_shows_nothing_yet_asks_its_trainer_and_refuses_others(group: Group) -> None:
    ilse = group.world.launch(group.platform, "ilse", Role.TRAINER, link="new")
    answer = ilse.get(review(ilse, None), follow_redirects=True)
    assert answer.request.path == f"/placement/{ilse.placement_id}/setup"
    zoe = group.world.launch(group.platform, "zoe", Role.PARTICIPANT, link="new")
    assert zoe.get(review(zoe, None)).status_code == 403


def test_no_page_holds_what_the_school_calls_somebody(group: Group, trainer: Browser) -> None:
    with group.world.database.session() as session:
        session.scalars(select(Account).where(Account.subject == "noor")).one().subject = "n.janssen@school"
    assert "n.janssen" not in trainer.page(review(trainer, group.noor.viewer.account_id))
