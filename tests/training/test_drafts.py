"""Drafts that are written on two pages at once: the newest counts, the other is kept."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from lti_tool.errors import NotFound
from lti_tool.training.draft_copies import MOST_COPIES
from lti_tool.training.drafts import DraftService, Fate, Saved, Seen
from lti_tool.training.errors import Moved
from lti_tool.training.handing_in import HandInService
from lti_tool.training.models import DraftCopy, Submission
from lti_tool.training.reviewing import ReviewService
from lti_tool.training.writing import LONGEST_TEXT
from mappings.progress import OutcomeState
from tests.training.conftest import Group
from tests.training.world import Browser

KEY = "verkenning"


def save(
    group: Group,
    text: str,
    revision: int | None,
    page: str | None,
    *,
    age: int = 0,
    link: str = "",
    who: Browser | None = None,
) -> Saved:
    seen = Seen(revision, page, timedelta(seconds=age))
    service: DraftService = group.world.service(DraftService)
    return service.save((who or group.zoe).viewer, group.cohort_id, KEY, text, link, seen)


def draft(group: Group) -> str:
    with group.world.database.session() as session:
        return session.scalars(select(Submission.draft_text)).one()


def copies(group: Group) -> list[DraftCopy]:
    with group.world.database.session() as session:
        return list(session.scalars(select(DraftCopy).order_by(DraftCopy.typed_at)))


def texts(group: Group) -> list[str]:
    return [copy.text for copy in copies(group)]


def test_a_page_saves_again_and_again_and_keeps_nothing_beside(group: Group) -> None:
    first = save(group, "Een", 0, "a")
    assert (first.fate, first.state.revision) == (Fate.DRAFT, 1)
    assert save(group, "Een begin", 1, "a").state.revision == 2
    assert (draft(group), copies(group)) == ("Een begin", [])
    assert [change.state for change in group.world.told.outcomes] == [OutcomeState.DRAFT]


def test_the_same_text_again_is_no_other_revision(group: Group) -> None:
    save(group, "Een", 0, "a")
    assert save(group, "Een", 0, "b").state.revision == 1
    assert copies(group) == []


def test_nothing_typed_begins_nothing(group: Group) -> None:
    saved = save(group, "  ", 0, "a")
    assert (saved.fate, saved.state.revision) == (Fate.NOTHING, 0)
    assert group.world.told.outcomes == []


def test_an_answer_that_got_lost_is_no_other_page(group: Group) -> None:
    save(group, "Een", 0, "a")
    save(group, "Een begin", 0, "a")
    assert (draft(group), copies(group)) == ("Een begin", [])


def test_of_two_pages_what_was_typed_last_counts_and_the_other_is_kept(group: Group) -> None:
    save(group, "van a", 0, "a")
    later = save(group, "van b", 0, "b")
    assert later.fate is Fate.DRAFT_BESIDE
    assert (draft(group), texts(group)) == ("van b", ["van a"])


def test_what_was_typed_earlier_and_arrives_later_is_kept_beside_the_newer_draft(group: Group) -> None:
    save(group, "van b", 0, "b")
    group.world.clock.advance(minutes=5)
    late = save(group, "van a", 0, "a", age=600, link="https://museum.example")
    assert (late.fate, late.state.revision) == (Fate.BESIDE, 1)
    assert draft(group) == "van b"
    (copy,) = copies(group)
    assert (copy.text, copy.link) == ("van a", "https://museum.example")
    assert copy.typed_at == group.world.clock() - timedelta(minutes=10)


def test_two_pages_in_turn_keep_one_text_each(group: Group) -> None:
    revision = {"a": save(group, "a0", 0, "a").state.revision, "b": 0}
    for number in range(1, 6):
        for page in ("b", "a"):
            group.world.clock.advance(seconds=3)
            revision[page] = save(group, f"{page}{number}", revision[page], page).state.revision
    assert draft(group) == "a5"
    assert texts(group) == ["a4", "b5"]


def test_a_form_without_scripts_counts_as_typed_when_it_is_sent(group: Group) -> None:
    save(group, "van a", 0, "a")
    group.world.service(HandInService).save(group.zoe.viewer, group.cohort_id, KEY, "van b", "", Seen(0, "b"))
    assert (draft(group), texts(group)) == ("van b", ["van a"])


def test_what_was_handed_in_needs_no_copy(group: Group) -> None:
    hand_in = group.world.service(HandInService)
    hand_in.hand_in(group.zoe.viewer, group.cohort_id, KEY, "Versie een", "https://museum.example", Seen(0, "a"))
    assert save(group, "van b", 0, "b").fate is Fate.DRAFT
    assert copies(group) == []


def test_a_text_is_kept_once(group: Group) -> None:
    for page in "abcd":
        save(group, f"van {page}" if page in "ac" else "telkens dit", 0, page)
    assert sorted(texts(group)) == ["telkens dit", "van a", "van c"]


def test_of_very_many_texts_the_oldest_go(group: Group) -> None:
    for number in range(MOST_COPIES + 3):
        group.world.clock.advance(seconds=1)
        save(group, f"tekst {number}", 0, f"p{number}")
    assert texts(group) == [f"tekst {number}" for number in range(2, MOST_COPIES + 2)]


def test_a_text_that_is_too_long_is_said_and_the_link_is_kept(group: Group) -> None:
    saved = save(group, "x" * (LONGEST_TEXT + 1), 0, "a", link="https://museum.example")
    assert list(saved.problems) == ["text"]
    assert draft(group) == ""


def test_a_copy_is_taken_back_and_the_draft_is_kept_in_its_place(group: Group) -> None:
    save(group, "van a", 0, "a")
    save(group, "van b", 0, "b")
    (copy,) = copies(group)
    service: DraftService = group.world.service(DraftService)
    service.take_back(group.zoe.viewer, group.cohort_id, KEY, copy.id)
    assert (draft(group), texts(group)) == ("van a", ["van b"])
    # the page that wrote "van b" goes on, knowing nothing of it
    assert save(group, "van b, en meer", 2, "b").fate is Fate.DRAFT_BESIDE
    assert (draft(group), texts(group)) == ("van b, en meer", ["van b", "van a"])


def test_a_copy_can_be_removed(group: Group) -> None:
    save(group, "van a", 0, "a")
    save(group, "van b", 0, "b")
    (copy,) = copies(group)
    service: DraftService = group.world.service(DraftService)
    service.remove(group.zoe.viewer, group.cohort_id, KEY, copy.id)
    assert (draft(group), copies(group)) == ("van b", [])


def test_a_copy_of_somebody_else_is_not_there(group: Group) -> None:
    save(group, "van a", 0, "a")
    save(group, "van b", 0, "b")
    (copy,) = copies(group)
    save(group, "van Noor", 0, "n", who=group.noor)
    service: DraftService = group.world.service(DraftService)
    for change in (service.take_back, service.remove):
        for who in (group.noor, group.trainer):
            with pytest.raises(NotFound):
                change(who.viewer, group.cohort_id, KEY, copy.id)
    assert texts(group) == ["van a"]


def test_accepted_work_takes_no_draft_any_more(group: Group) -> None:
    group.world.service(HandInService).hand_in(group.zoe.viewer, group.cohort_id, KEY, "Af", "https://museum.example")
    submission_id = group.submission_id(group.zoe, KEY)
    group.world.service(ReviewService).review(group.trainer.viewer, submission_id, "accepted", "")
    with pytest.raises(Moved):
        save(group, "Toch nog iets", 1, "a")
    assert draft(group) == "Af"


def test_the_owner_is_the_same_each_time_and_another_for_each_person_and_assignment(group: Group) -> None:
    service: DraftService = group.world.service(DraftService)
    zoe = service.state(group.zoe.viewer, group.cohort_id, KEY).owner
    assert save(group, "Een", 0, "a").state.owner == zoe
    others = {
        service.state(group.noor.viewer, group.cohort_id, KEY).owner,
        service.state(group.zoe.viewer, group.cohort_id, "leervraag").owner,
    }
    assert len({zoe, *others}) == 3
