import pytest

from lti_tool.training.models import Enrolment
from mappings.roles import Role
from tests.training.conftest import Group
from tests.training.world import Browser

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def follow(browser: Browser) -> str:
    answer = browser.get(f"/placement/{browser.placement_id}")
    assert answer.status_code == 303, answer.status_code
    return str(answer.location)


def test_a_participant_comes_home(group: Group) -> None:
    assert follow(group.zoe) == group.home()


def test_a_trainer_comes_to_the_board(group: Group) -> None:
    trainer = group.world.launch(group.platform, "ilse", Role.TRAINER, custom={"cohort": group.cohort_id})
    assert follow(trainer) == f"{group.home()}/board"


@pytest.mark.parametrize(("role", "ending"), [(Role.PARTICIPANT, ""), (Role.TRAINER, "/work")])
def test_a_placement_of_an_assignment_opens_it(group: Group, role: Role, ending: str) -> None:
    custom = {"cohort": group.cohort_id, "assignment": "verkenning"}
    somebody = group.world.launch(group.platform, "somebody", role, link="link-2", custom=custom)
    assert follow(somebody) == f"{group.assignment('verkenning')}{ending}"


def test_a_visitor_reads_what_the_training_is_and_nobodys_work(group: Group) -> None:
    visitor = group.world.launch(group.platform, "kijker", Role.VISITOR)
    page = visitor.page(f"/placement/{visitor.placement_id}")
    assert "Je kijkt mee" in page
    assert "<title>Cultuurcoördinator VO · ICC Bridge</title>" in page
    assert "Zoë" not in page
    custom = {"cohort": group.cohort_id, "assignment": "verkenning"}
    visitor = group.world.launch(group.platform, "kijker", Role.VISITOR, link="link-2", custom=custom)
    assert "Hier kijkt een trainer naar" in visitor.page(f"/placement/{visitor.placement_id}")


def test_a_trainer_of_the_cohort_comes_to_the_board_also_where_the_course_calls_them_a_visitor(group: Group) -> None:
    as_visitor = group.world.launch(group.platform, "ilse", Role.VISITOR)
    assert follow(as_visitor) == f"{group.home()}/board"


def test_a_trainer_is_asked_what_a_new_placement_shows(group: Group) -> None:
    trainer = group.world.launch(group.platform, "ilse", Role.TRAINER, link="new")
    assert follow(trainer) == f"/placement/{trainer.placement_id}/setup"


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.VISITOR])
def test_anybody_else_reads_that_a_new_placement_is_not_ready(group: Group, role: Role) -> None:
    somebody = group.world.launch(group.platform, "somebody", role, link="new")
    assert "Deze opdracht staat nog niet klaar" in somebody.page(f"/placement/{somebody.placement_id}")


def test_who_launched_before_the_trainer_chose_is_enrolled_by_opening_the_page_again(group: Group) -> None:
    world = group.world
    piet = world.launch(group.platform, "piet", Role.PARTICIPANT, name="Piet", link="new")
    assert piet.get(group.home()).status_code == 404
    with world.database.session() as session:
        world.courses.configure_placement(session, piet.placement_id or "", group.cohort_id, None)
    assert "Dag Piet" in piet.page(f"/placement/{piet.placement_id}")
    with world.database.session() as session:
        assert session.query(Enrolment).filter_by(person_id=piet.viewer.person_id).count() == 1


def test_a_placement_of_a_course_that_this_session_has_not_opened_does_not_exist(group: Group) -> None:
    elsewhere = group.world.launch(group.platform, "zoe", Role.PARTICIPANT, context="course-2", link="l")
    assert group.noor.get(f"/placement/{elsewhere.placement_id}").status_code == 404
    assert group.noor.get("/placement/nothing").status_code == 404
    assert group.world.app.test_client().get(f"/placement/{elsewhere.placement_id}").status_code == 401


def test_a_trainer_who_opens_a_participants_address_is_led_to_their_own_page(group: Group) -> None:
    trainer = group.trainer
    assert trainer.get(group.home()).location == f"{group.home()}/board"
    assert trainer.get(group.assignment()).location == f"{group.assignment()}/work"


def test_who_is_both_has_both_rows_of_tabs(group: Group) -> None:
    as_learner = group.world.launch(group.platform, "ilse", Role.PARTICIPANT, name="Ilse")
    page = as_learner.page(group.home())
    for tab in ("Overzicht", "Certificaat", "Wacht op jou", "Bord"):
        assert f">{tab}</a>" in page
