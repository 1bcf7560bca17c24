from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from lti_tool.errors import NotFound
from lti_tool.training.errors import Incomplete, Moved
from lti_tool.training.handing_in import HandInService, Receipt
from lti_tool.training.models import Submission, SubmissionVersion
from lti_tool.training.reviewing import ReviewService
from lti_tool.training.work_files import WorkFileService
from lti_tool.training.writing import LONGEST_TEXT
from mappings.progress import OutcomeState
from tests.training.conftest import Group
from tests.training.samples import upload
from tests.training.world import Browser

TEXT = "Hoe kan ik drie secties betrekken?"


def save(group: Group, text: str, link: str = "", key: str = "leervraag", who: Browser | None = None) -> None:
    group.world.service(HandInService).save((who or group.zoe).viewer, group.cohort_id, key, text, link)


def hand_in(group: Group, text: str = TEXT, link: str = "", key: str = "leervraag") -> Receipt:
    made: Receipt = group.world.service(HandInService).hand_in(group.zoe.viewer, group.cohort_id, key, text, link)
    return made


def add_file(group: Group, key: str = "leervraag", name: str = "Plan.pdf", content: bytes = b"%PDF-1") -> None:
    stream, name = upload(content, name)
    group.world.service(WorkFileService).add(group.zoe.viewer, group.cohort_id, key, name, stream)


def review(group: Group, verdict: str, feedback: str = "Vul aan", key: str = "leervraag") -> None:
    submission_id = group.submission_id(group.zoe, key)
    group.world.service(ReviewService).review(group.trainer.viewer, submission_id, verdict, feedback)


def work(group: Group) -> Submission | None:
    with group.world.database.session() as session:
        return session.scalar(select(Submission))


def versions(group: Group) -> list[SubmissionVersion]:
    with group.world.database.session() as session:
        return list(session.scalars(select(SubmissionVersion).order_by(SubmissionVersion.number)))


def states(group: Group) -> list[OutcomeState]:
    return [change.state for change in group.world.told.outcomes]


def test_a_draft_is_kept_as_it_was_typed(group: Group) -> None:
    save(group, "Een begin\r\nvan \x00twee regels  ")
    kept = work(group)
    assert kept is not None
    assert kept.draft_text == "Een begin\nvan twee regels  "
    assert (kept.state, kept.draft_saved_at) == ("draft", group.world.clock())
    assert states(group) == [OutcomeState.DRAFT]


def test_saving_nothing_begins_nothing(group: Group) -> None:
    save(group, " \n ")
    assert work(group) is None
    assert states(group) == []


def test_of_two_tabs_the_last_one_saved_counts(group: Group) -> None:
    save(group, "uit het eerste tabblad")
    save(group, "uit het tweede tabblad")
    kept = work(group)
    assert kept is not None
    assert kept.draft_text == "uit het tweede tabblad"
    assert states(group) == [OutcomeState.DRAFT]


def test_a_link_that_is_none_is_kept_but_said(group: Group) -> None:
    with pytest.raises(Incomplete) as refused:
        save(group, TEXT, "javascript:alert(1)", key="verkenning")
    assert list(refused.value.problems) == ["link"]
    kept = work(group)
    assert kept is not None
    assert (kept.draft_text, kept.draft_link) == (TEXT, "javascript:alert(1)")


def test_a_text_that_is_too_long_is_said_and_the_rest_is_kept(group: Group) -> None:
    save(group, TEXT, key="verkenning")
    with pytest.raises(Incomplete) as refused:
        save(group, "x" * (LONGEST_TEXT + 1), "https://museum.example", key="verkenning")
    assert list(refused.value.problems) == ["text"]
    kept = work(group)
    assert kept is not None
    assert (kept.draft_text, kept.draft_link) == (TEXT, "https://museum.example")


def test_the_longest_text_is_kept(group: Group) -> None:
    save(group, "é" * LONGEST_TEXT)
    kept = work(group)
    assert kept is not None
    assert len(kept.draft_text) == LONGEST_TEXT


def test_a_kind_that_is_not_asked_for_is_left_out(group: Group) -> None:
    save(group, TEXT, "https://museum.example", key="leervraag")
    kept = work(group)
    assert kept is not None
    assert kept.draft_link == ""


def test_handing_in_makes_a_version_with_a_receipt(group: Group) -> None:
    add_file(group)
    receipt = hand_in(group)
    (version,) = versions(group)
    assert (version.number, version.text, version.receipt) == (1, TEXT, receipt.code)
    assert receipt.code.startswith("V1-")
    assert not receipt.repeated
    kept = work(group)
    assert kept is not None
    assert (kept.state, kept.draft_saved_at, kept.changed_at) == ("submitted", None, group.world.clock())
    assert states(group) == [OutcomeState.DRAFT, OutcomeState.SUBMITTED]
    change = group.world.told.outcomes[-1]
    assert (change.person_id, change.cohort_id) == (group.zoe.viewer.person_id, group.cohort_id)
    assert (change.assignment_key, change.feedback) == ("leervraag", None)


def test_the_same_form_twice_makes_one_version(group: Group) -> None:
    first, second = hand_in(group), hand_in(group)
    assert second.repeated
    assert (second.code, second.number) == (first.code, 1)
    assert len(versions(group)) == 1
    assert states(group).count(OutcomeState.SUBMITTED) == 1


def test_the_same_form_twice_at_once_makes_one_version(group: Group) -> None:
    barrier, receipts, failed = Barrier(2), list[Receipt](), list[BaseException]()

    def go() -> None:
        barrier.wait(10)
        try:
            receipts.append(hand_in(group))
        except Exception as error:  # noqa: BLE001 - reported below
            failed.append(error)

    threads = [Thread(target=go) for _time in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == []
    assert {receipt.code for receipt in receipts} == {versions(group)[0].receipt}
    assert len(versions(group)) == 1


def test_other_text_is_a_new_version_also_before_the_trainer_has_read_the_first(group: Group) -> None:
    hand_in(group)
    since = group.world.clock()
    group.world.clock.advance(hours=1)
    assert hand_in(group, f"{TEXT} En meer.").number == 2
    assert [version.number for version in versions(group)] == [1, 2]
    assert states(group).count(OutcomeState.SUBMITTED) == 1
    kept = work(group)
    assert kept is not None
    assert kept.changed_at == since


def test_another_file_is_a_new_version(group: Group) -> None:
    hand_in(group)
    add_file(group)
    assert hand_in(group).number == 2
    assert hand_in(group).repeated


def test_what_is_missing_is_said_and_the_draft_is_kept(group: Group) -> None:
    with pytest.raises(Incomplete) as refused:
        hand_in(group, TEXT, key="beroepsproduct")
    assert {field: str(words) for field, words in refused.value.problems.items()} == {
        "files": "Voeg nog een bestand toe, dan kun je inleveren."
    }
    kept = work(group)
    assert kept is not None
    assert (kept.draft_text, kept.state) == (TEXT, "draft")
    assert versions(group) == []


def test_handing_in_nothing_at_all_says_everything_that_is_missing(group: Group) -> None:
    with pytest.raises(Incomplete) as refused:
        hand_in(group, " ", key="beroepsproduct")
    assert list(refused.value.problems) == ["text", "files"]
    assert str(refused.value.problems["text"]) == "Schrijf nog een tekst, dan kun je inleveren."
    assert work(group) is None


def test_a_wrong_link_is_not_handed_in(group: Group) -> None:
    with pytest.raises(Incomplete):
        hand_in(group, TEXT, "ftp://museum.example", key="verkenning")
    assert versions(group) == []


def test_returned_work_starts_from_the_last_version_and_is_handed_in_again(group: Group) -> None:
    add_file(group)
    hand_in(group)
    review(group, "returned")
    kept = work(group)
    assert kept is not None
    assert (kept.state, kept.draft_text) == ("returned", TEXT)
    save(group, f"{TEXT} Aangevuld.")
    assert states(group)[-1] is OutcomeState.RETURNED
    assert hand_in(group, f"{TEXT} Aangevuld.").number == 2
    with group.world.database.session() as session:
        last = session.scalars(select(SubmissionVersion).where(SubmissionVersion.number == 2)).one()
        assert [file.name for file in last.files] == ["Plan.pdf"]
    assert states(group)[-1] is OutcomeState.SUBMITTED


def test_returned_work_that_did_not_change_is_not_handed_in_again(group: Group) -> None:
    hand_in(group)
    review(group, "returned")
    with pytest.raises(Incomplete) as refused:
        hand_in(group)
    assert "hetzelfde als versie 1" in str(refused.value.explanation)
    assert len(versions(group)) == 1


def test_accepted_work_takes_nothing_any_more(group: Group) -> None:
    hand_in(group)
    review(group, "accepted")
    for attempt in (hand_in, save):
        with pytest.raises(Moved):
            attempt(group, f"{TEXT} Nog iets.")
    with pytest.raises(Moved):
        add_file(group)
    kept = work(group)
    assert kept is not None
    assert (kept.state, kept.draft_text) == ("accepted", TEXT)


def test_a_follower_that_fails_undoes_the_hand_in(group: Group) -> None:
    save(group, TEXT)
    group.world.told.refuse = True
    with pytest.raises(RuntimeError):
        hand_in(group)
    kept = work(group)
    assert kept is not None
    assert kept.state == "draft"
    assert versions(group) == []


def test_only_a_participant_hands_in(group: Group) -> None:
    with pytest.raises(NotFound):
        save(group, TEXT, who=group.trainer)
    with pytest.raises(NotFound):
        save(group, TEXT, key="nothing")
