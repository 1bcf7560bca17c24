"""Who has gone quiet: it has been their turn for a while, and nothing happened."""

from datetime import timedelta

import pytest

from lti_tool.training.board import BoardService
from lti_tool.training.handing_in import HandInService
from lti_tool.training.models import Enrolment, Submission
from lti_tool.training.quiet import quiet_days
from lti_tool.training.reviewing import ReviewService
from tests.training.conftest import Group


def quiet(group: Group, days: int = 21) -> list[str]:
    page = group.world.service(BoardService).board(group.trainer.viewer, group.cohort_id, quiet_days=days)
    return [str(row.participant.name).split()[0] for part in page.groups for row in part.rows if row.quiet]


def hand_in(group: Group) -> None:
    group.world.service(HandInService).hand_in(group.zoe.viewer, group.cohort_id, "leervraag", "Hoe?", "")


def review(group: Group, verdict: str) -> None:
    work = group.submission_id(group.zoe)
    group.world.service(ReviewService).review(group.trainer.viewer, work, verdict, "Vul aan.")


def test_who_did_nothing_since_they_came_is_quiet_after_as_many_days_as_asked(group: Group) -> None:
    group.world.clock.advance(days=20)
    assert quiet(group) == []
    assert quiet(group, 20) == ["Noor", "Zoë"]
    group.world.clock.advance(days=1)
    assert quiet(group) == ["Noor", "Zoë"]


def test_a_draft_is_activity(group: Group) -> None:
    group.world.clock.advance(days=15)
    group.world.service(HandInService).save(group.zoe.viewer, group.cohort_id, "leervraag", "Een begin", "")
    group.world.clock.advance(days=15)
    assert quiet(group) == ["Noor"]
    group.world.clock.advance(days=6)
    assert quiet(group) == ["Noor", "Zoë"]


def test_whose_work_waits_for_a_trainer_is_not_quiet_and_after_the_answer_the_days_begin(group: Group) -> None:
    hand_in(group)
    group.world.clock.advance(days=40)
    assert quiet(group) == ["Noor"]
    review(group, "returned")
    group.world.clock.advance(days=20)
    assert quiet(group) == ["Noor"]
    group.world.clock.advance(days=1)
    assert quiet(group) == ["Noor", "Zoë"]
    page = group.world.service(BoardService).board(group.trainer.viewer, group.cohort_id)
    (zoe,) = [row for part in page.groups for row in part.rows if str(row.participant.name).startswith("Zoë")]
    assert group.world.clock() - zoe.last_active == timedelta(days=61)


def test_who_is_done_is_not_quiet(group: Group) -> None:
    hand_in(group)
    review(group, "accepted")
    with group.world.database.session() as session:
        enrolment_id = session.query(Submission).one().enrolment_id
        for assignment in group.world.training.required_assignments:
            if assignment.key != "leervraag":
                values = {"state": "accepted", "origin": "tool", "changed_at": group.world.clock()}
                session.add(Submission(enrolment_id=enrolment_id, assignment_key=assignment.key, **values))
    group.world.clock.advance(days=40)
    assert quiet(group) == ["Noor"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_page_has_the_mark_the_filter_and_the_days(group: Group) -> None:
    long_ago = group.world.clock() - timedelta(days=30)
    with group.world.database.session() as session:
        for enrolment in session.query(Enrolment).filter_by(person_id=group.noor.viewer.person_id):
            enrolment.created_at = long_ago
    page = group.trainer.page(f"{group.home()}/board")
    assert page.count("laatste activiteit") == 1
    assert "Toon wie stil is (1)" in page
    alone = group.trainer.page(f"{group.home()}/board?quiet=30")
    assert ("Noor" in alone, "Zoë" in alone, 'value="30"' in alone) == (True, False, True)
    nobody = group.trainer.page(f"{group.home()}/board?quiet=31")
    assert "Niemand was 31 dagen stil." in nobody
    assert "Toon iedereen" in nobody


@pytest.mark.parametrize(
    ("asked", "days"),
    [(None, 21), ("", 21), ("7", 7), ("0", 1), ("999", 365), ("99999", 21), ("-3", 21), ("veel", 21), ("²", 21)],
)
def test_days_that_make_no_sense_are_within_reason(asked: str | None, days: int) -> None:
    assert quiet_days(asked) == days
