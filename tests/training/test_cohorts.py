from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from lti_tool.courses.models import Placement
from lti_tool.errors import Invalid, NotFound
from lti_tool.training.errors import CodeRefused
from lti_tool.training.models import CohortCode, Enrolment, EnrolmentCourse
from mappings.roles import Role
from tests.training.conftest import Group
from tests.training.world import Browser, World


def count(world: World, model: type[object], **values: object) -> int:
    with world.database.session() as session:
        return session.scalars(select(func.count()).select_from(model).filter_by(**values)).one()


def placement(world: World, browser: Browser) -> Placement:
    with world.database.session() as session:
        return world.courses.placement(session, browser.placement_id or "")


def test_who_makes_a_cohort_is_its_trainer(world: World) -> None:
    trainer = world.launch(world.platform(), "ilse", Role.TRAINER)
    with world.database.session() as session:
        made = world.cohorts.create(session, "icc-vo", "  Regio \n Zuid ", trainer.viewer.person_id)
        assert world.cohorts.is_trainer(session, made.id, trainer.viewer.person_id)
        assert [one.id for one in world.cohorts.of_trainer(session, trainer.viewer.person_id)] == [made.id]
    assert (made.name, made.approved, made.trainers, made.participants) == ("Regio Zuid", False, 1, 0)


def test_the_issuer_makes_a_cohort_without_a_trainer(world: World) -> None:
    with world.database.session() as session:
        made = world.cohorts.create(session, "icc-vo", "Regio Noord", None)
    assert made.trainers == 0
    assert [one.id for one in world.cohorts.list()] == [made.id]
    assert world.cohorts.list()[0].row()["name"] == "Regio Noord"


@pytest.mark.parametrize(("key", "name"), [("icc-po", "Regio"), ("icc-vo", " \n "), ("icc-vo", "x" * 201)])
def test_a_cohort_needs_a_training_that_exists_and_a_name(world: World, key: str, name: str) -> None:
    with pytest.raises(Invalid), world.database.session() as session:
        world.cohorts.create(session, key, name, None)
    assert world.cohorts.list() == []


def test_a_cohort_that_does_not_exist_is_not_found(world: World) -> None:
    for ask in (world.cohorts.approve, world.cohorts.invite):
        with pytest.raises(NotFound):
            ask("nothing")
    with pytest.raises(NotFound), world.database.session() as session:
        world.cohorts.show(session, "nothing")


def test_approving_twice_tells_the_followers_once_and_keeps_the_first_moment(group: Group) -> None:
    first = group.world.cohorts.approve(group.cohort_id)
    group.world.clock.advance(days=1)
    second = group.world.cohorts.approve(group.cohort_id)
    assert first.approved
    assert second.approved_at == first.approved_at
    assert group.world.told.approvals == [group.cohort_id]


class TestCode:
    """One-time codes for trainers."""

    def test_a_code_makes_one_person_trainer_of_the_whole_cohort(self, group: Group) -> None:
        world = group.world
        bas = world.launch(world.platform("Kleurrijk"), "bas", Role.TRAINER)
        code = world.cohorts.invite(group.cohort_id)
        with world.database.session() as session:
            typed = code.lower().replace("-", " ")
            assert world.cohorts.use_code(session, typed, bas.viewer.person_id).id == group.cohort_id
        assert "Zoë" in bas.page(f"{group.home()}/board")

    def test_a_code_works_once(self, group: Group) -> None:
        world = group.world
        platform = world.platform("Kleurrijk")
        bas, tom = (world.launch(platform, name, Role.TRAINER) for name in ("bas", "tom"))
        code = world.cohorts.invite(group.cohort_id)
        with world.database.session() as session:
            world.cohorts.use_code(session, code, bas.viewer.person_id)
        with pytest.raises(CodeRefused), world.database.session() as session:
            world.cohorts.use_code(session, code, tom.viewer.person_id)
        assert tom.get(f"{group.home()}/board").status_code == 404

    def test_a_code_ends_after_fourteen_days(self, group: Group) -> None:
        world = group.world
        code = world.cohorts.invite(group.cohort_id)
        world.clock.advance(days=14)
        with pytest.raises(CodeRefused), world.database.session() as session:
            world.cohorts.use_code(session, code, group.zoe.viewer.person_id)

    @pytest.mark.parametrize("code", ["", "AAAA-BBBB-CCCC", "'; DROP TABLE cohort; --"])
    def test_an_unknown_code_is_refused(self, group: Group, code: str) -> None:
        with pytest.raises(CodeRefused), group.world.database.session() as session:
            group.world.cohorts.use_code(session, code, group.zoe.viewer.person_id)

    def test_who_is_trainer_already_does_not_use_a_code_up(self, group: Group) -> None:
        world = group.world
        code = world.cohorts.invite(group.cohort_id)
        with world.database.session() as session:
            world.cohorts.use_code(session, code, group.trainer.viewer.person_id)
        assert count(world, CohortCode, used_at=None) == 1

    def test_the_database_does_not_hold_the_code(self, group: Group) -> None:
        code = group.world.cohorts.invite(group.cohort_id)
        with group.world.database.session() as session:
            kept = session.scalars(select(CohortCode.code_digest)).one()
        assert code.replace("-", "") not in kept

    def test_of_two_people_at_once_one_gets_in(self, group: Group) -> None:
        world = group.world
        platform = world.platform("Kleurrijk")
        people = [world.launch(platform, name, Role.TRAINER).viewer.person_id for name in ("bas", "tom")]
        code = world.cohorts.invite(group.cohort_id)
        barrier, refused = Barrier(2), list[str]()

        def use(person_id: str) -> None:
            barrier.wait(10)
            try:
                with world.database.session() as session:
                    world.cohorts.use_code(session, code, person_id)
            except CodeRefused:
                refused.append(person_id)

        threads = [Thread(target=use, args=(person_id,)) for person_id in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len(refused) == 1
        assert count(world, Enrolment, cohort_id=group.cohort_id, role="trainer") == 2


class TestWelcome:
    """What a launch does to placements and enrolments."""

    def test_a_new_placement_shows_what_deep_linking_chose(self, group: Group) -> None:
        custom = {"cohort": group.cohort_id, "assignment": "verkenning"}
        piet = group.world.launch(group.platform, "piet", Role.PARTICIPANT, link="link-2", custom=custom)
        shown = placement(group.world, piet)
        assert (shown.cohort_id, shown.assignment_key) == (group.cohort_id, "verkenning")

    def test_a_placement_stays_what_it_is_whatever_later_parameters_say(self, group: Group) -> None:
        custom = {"cohort": group.cohort_id, "assignment": "verkenning"}
        group.world.launch(group.platform, "zoe", Role.PARTICIPANT, link="link-2", custom=custom)
        other = {"cohort": group.cohort_id, "assignment": "terugblik"}
        zoe = group.world.launch(group.platform, "zoe", Role.PARTICIPANT, link="link-2", custom=other)
        assert placement(group.world, zoe).assignment_key == "verkenning"

    def test_a_cohort_that_no_trainer_brought_into_this_course_is_not_shown(self, group: Group) -> None:
        world = group.world
        eve = world.launch(group.platform, "eve", Role.PARTICIPANT, context="other", custom={"cohort": group.cohort_id})
        assert placement(world, eve).cohort_id is None
        assert eve.get(group.home()).status_code == 404
        assert count(world, Enrolment, person_id=eve.viewer.person_id) == 0

    @pytest.mark.parametrize("custom", [{}, {"cohort": ""}, {"cohort": "nothing"}, {"cohort": "$Cohort.id"}])
    def test_parameters_that_name_no_cohort_change_nothing(self, group: Group, custom: dict[str, str]) -> None:
        eve = group.world.launch(group.platform, "eve", Role.PARTICIPANT, link="link-9", custom=custom)
        assert placement(group.world, eve).cohort_id is None

    def test_an_assignment_that_the_training_does_not_have_leaves_the_placement_open(self, group: Group) -> None:
        custom = {"cohort": group.cohort_id, "assignment": "nothing"}
        eve = group.world.launch(group.platform, "eve", Role.PARTICIPANT, link="link-9", custom=custom)
        assert placement(group.world, eve).cohort_id is None

    def test_a_participant_is_enrolled_once_however_often_they_launch(self, group: Group) -> None:
        zoe = group.world.launch(group.platform, "zoe", Role.PARTICIPANT)
        assert zoe.viewer.person_id == group.zoe.viewer.person_id
        assert count(group.world, Enrolment, person_id=zoe.viewer.person_id) == 1
        assert count(group.world, EnrolmentCourse) == 2

    def test_coming_through_a_second_course_is_noted_with_the_same_enrolment(self, group: Group) -> None:
        world = group.world
        ilse = world.launch(group.platform, "ilse", Role.TRAINER, context="course-2", link="a")
        with world.database.session() as session:
            world.courses.bind_cohort(session, ilse.course_id, group.cohort_id, ilse.viewer.person_id)
        world.launch(
            group.platform, "zoe", Role.PARTICIPANT, context="course-2", link="a", custom={"cohort": group.cohort_id}
        )
        assert count(world, Enrolment, person_id=group.zoe.viewer.person_id) == 1
        assert count(world, EnrolmentCourse) == 3

    @pytest.mark.parametrize("role", [Role.TRAINER, Role.VISITOR])
    def test_trainers_and_visitors_are_not_enrolled(self, group: Group, role: Role) -> None:
        somebody = group.world.launch(group.platform, "somebody", role)
        assert count(group.world, Enrolment, person_id=somebody.viewer.person_id) == 0

    def test_two_first_launches_at_once_enrol_once(self, group: Group) -> None:
        world = group.world
        piet = world.launch(group.platform, "piet", Role.PARTICIPANT, link=None)
        barrier, failed = Barrier(2), list[BaseException]()

        def enter() -> None:
            barrier.wait(10)
            try:
                with world.database.session() as session:
                    world.cohorts.enrol(session, group.cohort_id, piet.viewer.person_id, piet.course_id)
            except Exception as error:  # noqa: BLE001 - reported below
                failed.append(error)

        threads = [Thread(target=enter) for _time in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert failed == []
        assert count(world, Enrolment, person_id=piet.viewer.person_id) == 1
