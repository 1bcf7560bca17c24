"""The column a score goes to: the link's own, found, made once, missing, forbidden or gone."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from lti_tool.courses.models import Placement
from lti_tool.demo.school import FaultKind, Service
from lti_tool.demo.school.models import LineItem
from lti_tool.platforms.scopes import LINEITEM, LINEITEM_READONLY, RESULT_READONLY, SCORE
from lti_tool.sync.delivery import SEEKING
from mappings.progress import OutcomeState
from tests.builders import ASSIGNMENT, TRAINING
from tests.sync.desk import FEEDBACK
from tests.sync.school import Posting


def columns(posting: Posting) -> list[LineItem]:
    """The columns of the school."""
    return list(posting.at.school.items.values())


def resource_id(posting: Posting) -> str:
    """What deep linking calls the assignment of this cohort."""
    return f"{TRAINING}:{ASSIGNMENT}:{posting.desk.cohort.id}"


def known_column(posting: Posting) -> str | None:
    """The column that the placement knows."""
    with posting.desk.database.session() as session:
        return session.get_one(Placement, posting.desk.placement.id).lineitem_url


def test_a_link_without_a_column_gets_one_and_everybody_uses_it(posting: Posting) -> None:
    posting.at.lose_column()
    _person, account, enrolment = posting.at.colleague()
    posting.desk.accept()
    posting.desk.accept(posting.desk.work(OutcomeState.SUBMITTED, enrolment=enrolment))
    posting.jobs.run()
    (made,) = columns(posting)
    assert (made.link_id, made.resource_id, made.tag) == (posting.at.link.id, resource_id(posting), TRAINING)
    assert (made.label, made.maximum) == (posting.desk.placement.title, 100)
    assert known_column(posting) == posting.at.school.lineitem_url(made)
    grades = posting.at.school.grades
    assert {person: grade.final for (_item, person), grade in grades.items()} == {
        posting.at.teacher.id: 100,
        account.subject: 100,
    }
    assert not any(row.dirty for row in posting.desk.rows())


def test_a_column_that_the_link_has_already_is_found(posting: Posting) -> None:
    posting.desk.set_placement(lineitem_url=None)
    posting.desk.accept()
    assert not posting.run().dirty
    assert columns(posting) == [posting.at.item]
    assert known_column(posting) == posting.at.school.lineitem_url(posting.at.item)
    assert posting.at.shown() == (100, FEEDBACK)


def add_column(posting: Posting, *, link_id: str | None, name: str) -> LineItem:
    """Let the school have one more column of ours."""
    school = posting.at.school
    with school.changing():
        item = LineItem(
            id=school.next_id("item"),
            course_id=posting.at.course.id,
            registration_id=posting.at.registration.id,
            label="Kolom",
            maximum=10,
            resource_id=name,
            link_id=link_id,
        )
        school.items[item.id] = item
        return item


def test_of_several_columns_of_the_link_the_one_of_the_assignment_is_taken(posting: Posting) -> None:
    posting.desk.set_placement(lineitem_url=None)
    ours = add_column(posting, link_id=posting.at.link.id, name=resource_id(posting))
    posting.desk.accept()
    posting.run()
    assert posting.at.school.grades[ours.id, posting.at.teacher.id].final == 10
    assert posting.at.grade() is None


def test_a_column_that_a_link_before_left_behind_is_used_but_never_one_of_another_link(posting: Posting) -> None:
    posting.at.lose_column()
    other = posting.at.school.add_link(posting.at.course, posting.at.registration, "Nog eens", with_grade=False)
    add_column(posting, link_id=other.id, name=resource_id(posting))
    left = add_column(posting, link_id=None, name=resource_id(posting))
    posting.desk.accept()
    posting.run()
    assert len(columns(posting)) == 2
    assert [item for item, _person in posting.at.school.grades] == [left.id]


def test_a_column_whose_making_was_not_confirmed_is_found_and_not_made_again(posting: Posting) -> None:
    posting.at.lose_column()
    posting.desk.accept()
    posting.at.school.faults.add(Service.LINEITEMS, FaultKind.DROP, skip=2, after=True)
    row = posting.run()
    assert (row.dirty, row.last_error, len(columns(posting))) == (True, "unreachable", 1)
    assert not posting.wait_and_run().dirty
    assert len(columns(posting)) == 1


def test_scores_that_come_at_once_make_one_column(posting: Posting) -> None:
    posting.at.lose_column()
    posting.desk.accept()
    for _ in range(3):
        _person, _account, enrolment = posting.at.colleague()
        posting.desk.accept(posting.desk.work(OutcomeState.SUBMITTED, enrolment=enrolment))
    together, jobs = threading.Barrier(4), [(row.id, row.job) for row in posting.desk.rows()]

    def run(job: tuple[str, int]) -> None:
        together.wait(10)
        posting.at.poster.post(*job)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, jobs))
    assert len(columns(posting)) == 1
    assert {row.last_error for row in posting.desk.rows() if row.dirty} <= {"line-item-sought"}
    posting.desk.clock.advance(seconds=10)
    posting.jobs.run(delayed=True)
    assert not any(row.dirty for row in posting.desk.rows())
    (made,) = columns(posting)
    assert {item for item, _person in posting.at.school.grades} == {made.id}


def test_a_job_that_died_while_it_looked_for_the_column_keeps_nobody_waiting_for_long(posting: Posting) -> None:
    posting.at.lose_column()
    posting.desk.set_placement(lineitem_sought_until=posting.desk.clock() + SEEKING)
    posting.desk.accept()
    row = posting.run()
    assert (row.dirty, row.last_error, columns(posting)) == (True, "line-item-sought", [])
    posting.desk.clock.advance(seconds=SEEKING.total_seconds())
    posting.jobs.run(delayed=True)
    assert (posting.desk.row().dirty, len(columns(posting))) == (False, 1)


def test_of_two_columns_that_the_link_has_by_mistake_everybody_uses_one_and_none_is_deleted(posting: Posting) -> None:
    posting.at.lose_column()
    ours = [add_column(posting, link_id=posting.at.link.id, name=resource_id(posting)) for _ in range(2)]
    posting.desk.accept()
    posting.run()
    posting.desk.set_placement(lineitem_url=None)
    _person, account, enrolment = posting.at.colleague()
    posting.desk.accept(posting.desk.work(OutcomeState.SUBMITTED, enrolment=enrolment))
    posting.jobs.run()
    grades = posting.at.school.grades
    assert set(grades) == {(ours[0].id, posting.at.teacher.id), (ours[0].id, account.subject)}
    assert columns(posting) == ours


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [(FaultKind.STATUS, 503, "unreachable"), (FaultKind.HTML, 503, "bad-answer"), (FaultKind.EMPTY, 503, "bad-answer")],
)
def test_a_school_in_trouble_with_its_columns_gets_the_score_later(
    posting: Posting, kind: FaultKind, status: int, code: str
) -> None:
    posting.desk.set_placement(lineitem_url=None)
    posting.desk.accept()
    posting.at.school.faults.add(Service.LINEITEMS, kind, status=status)
    row = posting.run()
    assert (row.dirty, row.last_error) == (True, code)
    assert not posting.wait_and_run().dirty


@pytest.mark.parametrize("scopes", [[SCORE], [SCORE, RESULT_READONLY]])
def test_without_a_column_and_without_leave_to_make_one_the_score_waits_for_a_launch(
    posting: Posting, scopes: list[str]
) -> None:
    url = posting.at.school.lineitem_url(posting.at.item)
    posting.desk.set_placement(lineitem_url=None, ags_scopes=scopes)
    posting.desk.accept()
    row = posting.run()
    assert (row.dirty, row.refused, row.last_error) == (False, True, "no-line-item")
    assert posting.at.asked(Service.LINEITEMS) == 0
    posting.desk.set_placement(lineitem_url=url)
    posting.desk.catch_up()
    assert not posting.run().refused
    assert posting.at.shown() == (100, FEEDBACK)


def test_who_may_only_look_at_columns_finds_one_but_makes_none(posting: Posting) -> None:
    posting.desk.set_placement(lineitem_url=None, ags_scopes=[SCORE, LINEITEM_READONLY])
    posting.desk.accept()
    assert not posting.run().dirty
    assert posting.at.shown() == (100, FEEDBACK)
    posting.at.lose_column()
    posting.desk.retry()
    posting.desk.clock.advance(seconds=2)
    assert posting.run().last_error == "no-line-item"
    assert columns(posting) == []


def test_without_leave_to_post_nobody_is_called_until_a_launch_brings_it(posting: Posting) -> None:
    posting.desk.set_placement(ags_scopes=[LINEITEM, RESULT_READONLY])
    posting.desk.accept()
    row = posting.run()
    assert (row.refused, row.last_error, posting.at.asked(Service.TOKEN)) == (True, "no-scope", 0)
    posting.desk.set_placement(ags_scopes=[LINEITEM, RESULT_READONLY, SCORE])
    posting.desk.catch_up()
    assert not posting.run().refused
    assert posting.at.shown() == (100, FEEDBACK)


def test_leave_that_the_school_takes_back_at_its_token_service_is_refused(posting: Posting) -> None:
    posting.at.registration.scopes.remove(SCORE)
    posting.desk.accept()
    assert (posting.run().refused, posting.run().last_error) == (True, "no-scope")
    posting.at.registration.scopes.append(SCORE)
    posting.desk.catch_up()
    assert not posting.run().refused


def test_a_column_that_is_gone_is_refused_until_a_launch_brings_another(posting: Posting) -> None:
    school = posting.at.school
    school.remove_item(posting.at.item)
    posting.desk.accept()
    row = posting.run()
    assert (row.dirty, row.refused, row.last_error) == (False, True, "refused-404")
    assert known_column(posting) is None
    posting.desk.catch_up()
    row = posting.run()
    assert (row.dirty, row.refused) == (False, False)
    assert [grade.final for grade in school.grades.values()] == [100]


def test_a_course_that_is_gone_is_refused(posting: Posting) -> None:
    posting.desk.set_placement(
        lineitem_url=None, lineitems_url=posting.at.school.lineitems_url("9999", posting.at.registration.id)
    )
    posting.desk.accept()
    row = posting.run()
    assert (row.refused, row.last_error) == (True, "refused-404")


def test_somebody_who_left_the_course_is_refused_until_they_are_back(posting: Posting) -> None:
    posting.at.school.unenrol(posting.at.teacher, posting.at.course)
    posting.desk.accept()
    row = posting.run()
    assert (row.refused, row.last_error, posting.jobs.waiting_jobs) == (True, "refused-400", [])
    posting.at.school.enrol(posting.at.teacher, posting.at.course)
    posting.desk.catch_up()
    assert not posting.run().refused
    assert posting.at.shown() == (100, FEEDBACK)
