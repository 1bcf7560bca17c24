from collections.abc import Sequence
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from lti_tool.errors import NotFound
from lti_tool.training.errors import Incomplete, Moved
from lti_tool.training.handing_in import HandInService
from lti_tool.training.models import Review, ReviewRemark, Submission
from lti_tool.training.reviewing import Remark, Reviewed, ReviewService
from lti_tool.training.writing import LONGEST_FEEDBACK, LONGEST_REMARK
from mappings.progress import OutcomeState
from mappings.roles import Role
from tests.training.conftest import Group
from tests.training.world import Browser


@pytest.fixture(autouse=True)
def _handed_in(group: Group) -> None:
    hand_in(group, "Mijn tekst")
    group.world.told.outcomes.clear()


def hand_in(group: Group, text: str) -> None:
    group.world.service(HandInService).hand_in(group.zoe.viewer, group.cohort_id, "leervraag", text, "")


def review(
    group: Group,
    verdict: str,
    feedback: str = "Goed gezien.",
    number: int | None = 1,
    by: Browser | None = None,
    remarks: Sequence[Remark] = (),
) -> Reviewed:
    submission_id = group.submission_id(group.zoe)
    viewer = (by or group.trainer).viewer
    said: Reviewed = group.world.service(ReviewService).review(viewer, submission_id, verdict, feedback, number, remarks)
    return said


def reviews(group: Group) -> list[Review]:
    with group.world.database.session() as session:
        return list(session.scalars(select(Review).order_by(Review.reviewed_at)))


def state(group: Group) -> str:
    with group.world.database.session() as session:
        return session.scalars(select(Submission.state)).one()


@pytest.mark.parametrize("verdict", ["accepted", "returned"])
def test_a_verdict_is_kept_and_followed(group: Group, verdict: str) -> None:
    assert not review(group, verdict).repeated
    (kept,) = reviews(group)
    assert (kept.verdict, kept.feedback, kept.reviewer_id) == (
        verdict,
        "Goed gezien.",
        group.trainer.viewer.person_id,
    )
    assert state(group) == verdict
    (change,) = group.world.told.outcomes
    assert (change.state, change.feedback, change.at) == (OutcomeState(verdict), "Goed gezien.", group.world.clock())
    assert "Goed gezien" not in repr(change)


def test_accepting_needs_no_feedback(group: Group) -> None:
    review(group, "accepted", "  ")
    assert reviews(group)[0].feedback == ""
    assert group.world.told.outcomes[0].feedback is None


@pytest.mark.parametrize(
    ("verdict", "feedback", "field"),
    [
        ("returned", " \n ", "feedback"),
        ("", "Goed", "verdict"),
        ("submitted", "Goed", "verdict"),
        ("accepted", "x" * (LONGEST_FEEDBACK + 1), "feedback"),
    ],
)
def test_an_incomplete_verdict_changes_nothing(group: Group, verdict: str, feedback: str, field: str) -> None:
    with pytest.raises(Incomplete) as refused:
        review(group, verdict, feedback)
    assert refused.value.field == field
    assert (reviews(group), state(group)) == ([], "submitted")


def test_the_same_verdict_twice_is_one(group: Group) -> None:
    review(group, "accepted")
    assert review(group, "accepted").repeated
    assert len(reviews(group)) == len(group.world.told.outcomes) == 1


def test_two_trainers_who_accept_at_once_make_one_review(group: Group) -> None:
    world = group.world
    bas = world.launch(group.platform, "bas", Role.TRAINER)
    barrier, failed = Barrier(2), list[BaseException]()

    def go(by: Browser) -> None:
        barrier.wait(10)
        try:
            review(group, "accepted", "", by=by)
        except Exception as error:  # noqa: BLE001 - reported below
            failed.append(error)

    threads = [Thread(target=go, args=(by,)) for by in (group.trainer, bas)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    assert len(reviews(group)) == len(world.told.outcomes) == 1


def test_accepted_work_stays_accepted(group: Group) -> None:
    review(group, "accepted")
    with pytest.raises(Moved) as refused:
        review(group, "returned")
    assert "niet meer teruggeven" in str(refused.value.explanation)
    assert state(group) == "accepted"


def test_feedback_on_work_that_somebody_else_accepted_is_not_lost_silently(group: Group) -> None:
    bas = group.world.launch(group.platform, "bas", Role.TRAINER)
    review(group, "accepted", by=bas)
    with pytest.raises(Moved) as refused:
        review(group, "accepted", "Mijn eigen woorden.")
    assert "niet verstuurd" in str(refused.value.explanation)
    assert review(group, "accepted", "").repeated


def test_a_verdict_is_on_the_version_that_was_read(group: Group) -> None:
    hand_in(group, "Mijn betere tekst")
    with pytest.raises(Moved) as refused:
        review(group, "accepted", number=1)
    assert "nieuwe versie" in str(refused.value.explanation)
    assert (reviews(group), state(group)) == ([], "submitted")
    review(group, "accepted", number=2)
    assert state(group) == "accepted"


def test_without_a_version_the_verdict_is_on_the_last(group: Group) -> None:
    hand_in(group, "Mijn betere tekst")
    review(group, "returned", number=None)
    assert state(group) == "returned"


def test_returned_work_can_still_be_accepted_or_get_other_feedback(group: Group) -> None:
    review(group, "returned", "Vul aan.")
    group.world.clock.advance(minutes=1)
    review(group, "returned", "Vul ook dit aan.")
    group.world.clock.advance(minutes=1)
    review(group, "accepted", "Toch goed.")
    assert [change.feedback for change in group.world.told.outcomes] == ["Vul aan.", "Vul ook dit aan.", "Toch goed."]
    assert state(group) == "accepted"


def test_a_follower_that_fails_undoes_the_review(group: Group) -> None:
    group.world.told.refuse = True
    with pytest.raises(RuntimeError):
        review(group, "accepted")
    assert (reviews(group), state(group)) == ([], "submitted")


def test_nobody_reviews_their_own_work(group: Group) -> None:
    world = group.world
    with world.database.session() as session:
        code_of = world.cohorts.invite
    code = code_of(group.cohort_id)
    with world.database.session() as session:
        world.cohorts.use_code(session, code, group.zoe.viewer.person_id)
    as_trainer = world.launch(group.platform, "zoe", Role.TRAINER)
    with pytest.raises(NotFound):
        review(group, "accepted", by=as_trainer)
    assert "Zoë" not in as_trainer.page(f"{group.home()}/board")
    assert "Noor" in as_trainer.page(f"{group.home()}/board")


def test_a_draft_is_not_reviewed(group: Group) -> None:
    world = group.world
    world.service(HandInService).save(group.noor.viewer, group.cohort_id, "leervraag", "Een begin", "")
    submission_id = group.submission_id(group.noor)
    with pytest.raises(NotFound):
        world.service(ReviewService).review(group.trainer.viewer, submission_id, "accepted", "", 1)


def remarks_kept(group: Group) -> list[tuple[str, bool | None, str]]:
    with group.world.database.session() as session:
        return [
            (one.criterion_key, one.met, one.remark)
            for one in session.scalars(select(ReviewRemark).order_by(ReviewRemark.criterion_key))
        ]


def criteria(group: Group) -> list[str]:
    return sorted(criterion.key for criterion in group.world.training.assignment("leervraag").criteria)


def test_what_is_said_of_each_criterion_is_kept(group: Group) -> None:
    first, second, *_rest = criteria(group)
    review(group, "returned", remarks=[Remark(second, False, " Wat wil je zelf leren? "), Remark(first, True)])
    assert remarks_kept(group) == [(first, True, ""), (second, False, "Wat wil je zelf leren?")]


def test_a_remark_on_a_criterion_is_enough_to_return_work(group: Group) -> None:
    (first, *_rest) = criteria(group)
    with pytest.raises(Incomplete):
        review(group, "returned", "", remarks=[Remark(first, False)])
    review(group, "returned", "", remarks=[Remark(first, False, "Wat wil je zelf leren?")])
    assert (state(group), group.world.told.outcomes[0].feedback) == ("returned", None)


def test_work_that_misses_a_criterion_is_not_accepted(group: Group) -> None:
    (first, *_rest) = criteria(group)
    with pytest.raises(Incomplete) as refused:
        review(group, "accepted", remarks=[Remark(first, False, "Nog niet")])
    assert refused.value.field == f"met-{first}"
    assert (reviews(group), remarks_kept(group), state(group)) == ([], [], "submitted")


def test_a_remark_that_is_too_long_changes_nothing(group: Group) -> None:
    (first, *_rest) = criteria(group)
    with pytest.raises(Incomplete) as refused:
        review(group, "returned", remarks=[Remark(first, None, "x" * (LONGEST_REMARK + 1))])
    assert refused.value.field == f"remark-{first}"
    assert (reviews(group), remarks_kept(group)) == ([], [])


def test_what_says_nothing_or_is_of_no_criterion_is_not_kept(group: Group) -> None:
    (first, *_rest) = criteria(group)
    review(group, "returned", remarks=[Remark(first, None, "  "), Remark("nergens", True, "Mooi")])
    assert remarks_kept(group) == []


def test_the_same_remarks_twice_are_one_review_and_other_remarks_another(group: Group) -> None:
    (first, *_rest) = criteria(group)
    review(group, "returned", remarks=[Remark(first, False, "Vul aan")])
    assert review(group, "returned", remarks=[Remark(first, False, "Vul aan")]).repeated
    group.world.clock.advance(minutes=1)
    assert not review(group, "returned", remarks=[Remark(first, False, "Vul meer aan")]).repeated
    assert len(reviews(group)) == 2


def test_remarks_on_work_that_was_accepted_meanwhile_are_not_lost_silently(group: Group) -> None:
    (first, *_rest) = criteria(group)
    review(group, "accepted", "")
    with pytest.raises(Moved):
        review(group, "accepted", "", remarks=[Remark(first, True, "Sterk")])
