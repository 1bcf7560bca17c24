"""What is handed in in Moodle becomes a version here, once, and stays what it is when it is read again."""

from datetime import UTC, datetime

from lti_tool.training.importing import NativeFacts
from mappings.progress import Origin, OutcomeState
from tests.moodle.desk import Desk


def test_what_is_handed_in_becomes_a_version_that_waits_for_a_trainer(desk: Desk) -> None:
    zoe = desk.participant(11)
    mapping = desk.map(1)
    handed = desk.living.hand_in(1, 11, "Hoe begin ik?", files=(("plan.pdf", 1200),))
    row = desk.read()
    assert (row.problem, row.synced_at, row.fails) == (None, desk.clock(), 0)
    (version,) = desk.versions(zoe)
    assert (version.number, version.text, version.origin) == (1, "Hoe begin ik?", Origin.MOODLE)
    assert version.handed_in_at == datetime.fromtimestamp(handed.at, UTC)
    assert version.source_url == f"{desk.moodle.url}/mod/assign/view.php?id=1&action=grader&userid=11"
    submission = desk.submission(zoe)
    assert (submission.state, submission.origin) == (OutcomeState.SUBMITTED, Origin.MOODLE)
    assert [change.state for change in desk.told] == [OutcomeState.SUBMITTED]
    native = desk.native(11, mapping)
    assert (native.state, native.submission_id, native.version_id) == ("imported", submission.id, version.id)
    (file,) = desk.files()
    assert (file.version_id, file.name, file.size, file.path) == (version.id, "plan.pdf", 1200, None)
    assert file.url.startswith(f"{desk.moodle.url}/webservice/pluginfile.php/")


def test_reading_again_changes_nothing(desk: Desk) -> None:
    zoe = desk.participant(11)
    desk.map(1)
    desk.living.hand_in(1, 11)
    desk.read()
    before = [(row.read_at, row.state, row.version_id) for row in desk.natives()]
    desk.read()
    desk.read(after=60 * 25)
    assert [(row.read_at, row.state, row.version_id) for row in desk.natives()] == before
    assert len(desk.versions(zoe)) == 1
    assert len(desk.told) == 1


def test_a_change_in_moodle_makes_the_next_version(desk: Desk) -> None:
    zoe = desk.participant(11)
    desk.map(1)
    desk.living.hand_in(1, 11, "Eerste")
    desk.read()
    desk.living.hand_in(1, 11, "Tweede")
    desk.read()
    assert desk.texts(zoe) == ["Eerste", "Tweede"]
    assert desk.submission(zoe).state == OutcomeState.SUBMITTED
    assert desk.states() == {11: "imported"}


def test_two_hand_ins_within_a_second_are_two_versions_when_one_was_read_between_them(desk: Desk) -> None:
    zoe = desk.participant(11)
    desk.map(1)
    desk.living.hand_in(1, 11, "Eerste")
    desk.read()
    desk.living.now -= 1
    desk.living.hand_in(1, 11, "Tweede")
    desk.read()
    assert desk.texts(zoe) == ["Eerste", "Tweede"]


def test_an_activity_that_is_unlinked_and_linked_again_brings_nothing_twice(desk: Desk) -> None:
    zoe = desk.participant(11)
    mapping = desk.map(1)
    desk.living.hand_in(1, 11, "Goed", files=(("plan.pdf", 1200),))
    desk.read()
    desk.give_back(zoe)
    desk.unmap(mapping)
    desk.map(1)
    desk.read()
    assert (desk.texts(zoe), len(desk.files())) == (["Goed"], 1)
    assert desk.submission(zoe).state == OutcomeState.RETURNED
    assert desk.states() == {11: "imported"}
    desk.living.hand_in(1, 11, "Beter")
    desk.read()
    assert desk.texts(zoe) == ["Goed", "Beter"]


def test_a_draft_in_moodle_counts_once_it_is_handed_in(desk: Desk) -> None:
    zoe = desk.participant(11)
    desk.map(1)
    desk.living.hand_in(1, 11, "Nog niet af", status="draft")
    desk.read()
    assert (desk.states(), desk.versions(zoe)) == ({11: "begun"}, [])
    desk.living.hand_in(1, 11, "Af")
    desk.read()
    assert (desk.states(), desk.texts(zoe)) == ({11: "imported"}, ["Af"])


def test_what_was_accepted_stays_accepted_and_a_later_change_is_said_to_differ(desk: Desk) -> None:
    zoe = desk.participant(11)
    desk.map(1)
    desk.living.hand_in(1, 11, "Goed")
    desk.read()
    desk.accept(zoe)
    desk.living.hand_in(1, 11, "Toch anders")
    desk.read()
    assert desk.submission(zoe).state == OutcomeState.ACCEPTED
    assert desk.texts(zoe) == ["Goed", "Toch anders"]
    assert desk.states() == {11: "differs"}
    assert desk.told == desk.told[:1]
    desk.read()
    assert desk.states() == {11: "differs"}


def test_work_of_somebody_who_never_launched_waits_until_then_without_its_text(desk: Desk) -> None:
    desk.participant(11, launched=False)
    desk.map(1)
    desk.living.hand_in(1, 11, "Al lang ingeleverd")
    desk.read()
    assert (desk.states(), desk.native(11).submission_id) == ({11: "unknown"}, None)
    zoe = desk.launch(11)
    desk.read()
    assert (desk.states(), desk.texts(zoe)) == ({11: "imported"}, ["Al lang ingeleverd"])


def test_somebody_of_another_cohort_has_no_place_here(desk: Desk) -> None:
    desk.living.enrol(11)
    account = desk.build.account(desk.platform, "11")
    desk.build.enrol(account.person_id, desk.build.cohort("Regio Noord"), course=desk.course)
    desk.map(1)
    desk.living.hand_in(1, 11)
    desk.read()
    assert desk.states() == {11: "no_place"}
    here = desk.build.enrol(account.person_id, desk.cohort, course=desk.course)
    desk.read()
    assert (desk.states(), len(desk.versions(here))) == ({11: "imported"}, 1)


def test_only_the_user_id_connects_people(desk: Desk) -> None:
    other = desk.build.platform("Andere school")
    account = desk.build.account(other, "11")
    desk.build.enrol(account.person_id, desk.cohort, course=desk.course)
    desk.living.enrol(11)
    desk.map(1)
    desk.living.hand_in(1, 11)
    desk.read()
    assert desk.states() == {11: "unknown"}


def test_hand_ins_here_and_there_are_versions_in_order_and_the_draft_stays(desk: Desk) -> None:
    zoe = desk.participant(11)
    assert zoe is not None
    desk.map(1)
    submission = desk.build.submission(zoe, state=OutcomeState.SUBMITTED)
    desk.build.version(submission, text="Hier ingeleverd")
    with desk.database.session() as session:
        session.merge(submission).draft_text = "Hier nog bezig"
    desk.read()
    desk.living.now = int(desk.clock().timestamp())
    desk.living.hand_in(1, 11, "Daarna in Moodle")
    desk.read()
    assert desk.texts(zoe) == ["Hier ingeleverd", "Daarna in Moodle"]
    after = desk.submission(zoe)
    assert (after.state, after.origin, after.draft_text) == (OutcomeState.SUBMITTED, Origin.MOODLE, "Hier nog bezig")


def test_what_was_handed_in_there_before_what_was_handed_in_here_does_not_take_its_place(desk: Desk) -> None:
    zoe = desk.participant(11)
    assert zoe is not None
    desk.map(1)
    desk.living.hand_in(1, 11, "Eerder in Moodle")
    desk.build.version(desk.build.submission(zoe, state=OutcomeState.SUBMITTED), text="Later hier")
    desk.read()
    assert (desk.texts(zoe), desk.states()) == (["Later hier"], {11: "older"})
    desk.read()
    assert desk.states() == {11: "older"}


def test_what_is_new_since_the_last_reading_is_newer_whatever_the_clock_of_moodle_says(desk: Desk) -> None:
    zoe = desk.participant(11)
    assert zoe is not None
    desk.map(1)
    desk.read()
    desk.build.version(desk.build.submission(zoe, state=OutcomeState.SUBMITTED), text="Eerst hier")
    desk.read()
    desk.living.hand_in(1, 11, "Daarna in Moodle, dat achterloopt")
    desk.read()
    assert desk.texts(zoe) == ["Eerst hier", "Daarna in Moodle, dat achterloopt"]


def test_what_the_team_hands_in_each_of_its_members_does(desk: Desk) -> None:
    people = [desk.participant(user) for user in (11, 12, 13)]
    desk.living.people[11].groups = desk.living.people[12].groups = (3,)
    desk.living.add(1, team=True)
    desk.map(1)
    desk.living.hand_in(1, -3, "Samen")
    desk.living.hand_in(1, 11, "")
    desk.read()
    assert [desk.texts(one) for one in people] == [["Samen"], ["Samen"], []]


def test_the_text_is_plain_and_cut_where_a_version_ends(desk: Desk) -> None:
    zoe = desk.participant(11)
    desk.map(1)
    desk.living.hand_in(1, 11, "<script>kwaad()</script><b>Vet</b> &amp; goed")
    desk.read()
    assert desk.texts(zoe) == ["Vet & goed"]
    desk.living.hand_in(1, 11, "x" * 250_000)
    desk.read()
    version = desk.versions(zoe)[-1]
    facts = NativeFacts.of(version.facts)
    assert facts is not None
    assert (len(version.text), facts.cut) == (200_000, True)


def test_one_activity_counts_in_each_of_two_cohorts_that_use_the_course(desk: Desk) -> None:
    zoe, other = desk.participant(11), desk.build.cohort("Regio Noord")
    desk.map(1)
    desk.living.enrol(12)
    account = desk.build.account(desk.platform, "12")
    noor = desk.build.enrol(account.person_id, other, course=desk.course)
    desk.map(1, cohort=other)
    desk.living.hand_in(1, 11, "Zuid")
    desk.living.hand_in(1, 12, "Noord")
    desk.read()
    assert (desk.texts(zoe), desk.texts(noor)) == (["Zuid"], ["Noord"])
    assert sorted(row.state for row in desk.natives()) == ["imported", "imported", "no_place", "no_place"]
