"""Scores on the command line."""

import pytest

from lti_tool.app import Parts
from lti_tool.clock import utc_now
from lti_tool.sync.codes import CHANGED_IN_LMS, KEPT_IN_LMS
from lti_tool.sync.models import ScoreOutbox
from lti_tool.sync.score_book import Which
from tests.builders import ASSIGNMENT
from tests.cli.command import CommandLine
from tests.clock import FakeClock
from tests.sync.desk import Desk, open_desk


@pytest.fixture
def desk(parts_on_each: Parts) -> Desk:
    """A placement with a participant, over the installation."""
    return open_desk(parts_on_each.database, FakeClock(utc_now()), parts_on_each.engine)


def fail(desk: Desk, code: str, *, refused: bool) -> str:
    """Let the only score have failed; return its id."""
    with desk.database.session() as session:
        row = session.get_one(ScoreOutbox, desk.row().id)
        row.last_error, row.refused, row.dirty, row.fails = code, refused, not refused, 3
        return row.id


def test_without_scores_there_is_nothing_to_list_or_to_send_again(on_each: CommandLine) -> None:
    assert on_each.done("score", "list") == "No scores yet.\n"
    assert on_each.json("score", "list", "--failed") == []
    assert on_each.done("score", "retry", "--failed") == "Nothing to send again.\n"


def test_a_score_is_listed_with_its_state_and_without_a_name(on_each: CommandLine, desk: Desk) -> None:
    desk.accept()
    (row,) = on_each.json("score", "list")
    assert (row["state"], row["score"], row["reason"], row["fails"]) == ("waiting", "100/100", None, 0)
    assert row["platform"] == "Zilverbos College"
    assert on_each.json("score", "list", "--failed") == []
    assert "waiting" in on_each.done("score", "list")


@pytest.mark.parametrize(("code", "refused"), [("http-503", False), ("refused-400", True)])
def test_what_failed_is_listed_with_its_reason_and_sent_again(
    on_each: CommandLine, desk: Desk, code: str, refused: bool
) -> None:
    desk.accept()
    score_id = fail(desk, code, refused=refused)
    (row,) = on_each.json("score", "list", "--failed")
    assert (row["id"], row["reason"], row["state"]) == (score_id, code, "refused" if refused else "waiting")
    before = desk.row().job
    assert on_each.json("score", "retry", "--failed") == {"queued": [score_id]}
    after = desk.row()
    assert (after.last_error, after.refused, after.dirty, after.job) == (None, False, True, before + 1)
    assert desk.jobs.waiting("post-score", [(score_id, after.job)]) == {(score_id, after.job)}


def test_one_score_is_sent_again_by_its_id(on_each: CommandLine, desk: Desk) -> None:
    desk.accept()
    assert on_each.done("score", "retry", desk.row().id) == "1 being sent again.\n"


def test_an_unknown_score_is_refused_and_no_score_is_wrong_usage(installed: CommandLine) -> None:
    assert installed.refused("score", "retry", "unknown") == "there is no score 'unknown'"
    assert "give a score's id, or --failed" in installed.misused("score", "retry")
    assert "give a score's id, or --failed" in installed.misused("score", "retry", "unknown", "--failed")


def changed_there(desk: Desk, held: float = 7.0, maximum: float = 10.0, row: ScoreOutbox | None = None) -> str:
    """Let somebody have changed a score by hand at the school; return its id."""
    row = row or desk.row()
    desk.set(row, last_error=CHANGED_IN_LMS, refused=True, dirty=False, held_score=held, held_maximum=maximum)
    return row.id


def elsewhere(desk: Desk) -> Desk:
    """Another school with another cohort, and an accepted score of its own."""
    other = open_desk(desk.database, FakeClock(utc_now()), desk.jobs, platform=desk.build.platform())
    other.accept()
    return other


def test_what_was_changed_at_the_school_is_listed_with_what_stands_there(on_each: CommandLine, desk: Desk) -> None:
    desk.accept()
    assert on_each.json("score", "list", "--changed") == []
    score_id = changed_there(desk)
    (row,) = on_each.json("score", "list", "--changed")
    assert (row["id"], row["state"], row["score"], row["held"]) == (score_id, "changed", "100/100", "7/10")
    assert row["assignment"] == ASSIGNMENT
    assert "7/10" in on_each.done("score", "list")


def test_what_only_announces_work_has_no_score(on_each: CommandLine, desk: Desk) -> None:
    desk.accept()
    desk.set(desk.row(), score_given=None)
    assert on_each.json("score", "list")[0]["score"] is None
    assert "waiting" in on_each.done("score", "list")


def test_a_list_can_be_of_one_cohort_or_one_platform(on_each: CommandLine, desk: Desk) -> None:
    desk.accept()
    other = elsewhere(desk)
    ids = {row.id: row.platform_id for row in desk.rows()}
    for one in (desk, other):
        (by_cohort,) = on_each.json("score", "list", "--cohort", one.cohort.id)
        (by_platform,) = on_each.json("score", "list", "--platform", one.platform.id)
        assert by_cohort == by_platform
        assert ids[by_cohort["id"]] == one.platform.id
    assert on_each.done("score", "list", "--cohort", desk.build.cohort().id) == "No such scores.\n"


def test_all_that_failed_of_one_cohort_is_sent_again_and_no_other(on_each: CommandLine, desk: Desk) -> None:
    desk.accept()
    fail(desk, "http-503", refused=False)
    other = elsewhere(desk)
    for row in desk.rows():
        desk.set(row, last_error="http-503", fails=3)
    (mine,) = on_each.json("score", "retry", "--failed", "--cohort", desk.cohort.id)["queued"]
    assert {row.id: row.fails for row in desk.rows() if row.id == mine} == {mine: 0}
    (theirs,) = on_each.json("score", "retry", "--failed", "--platform", other.platform.id)["queued"]
    assert theirs != mine
    assert all(row.last_error is None for row in desk.rows())


def test_what_a_trainer_left_as_it_is_has_not_failed(on_each: CommandLine, desk: Desk) -> None:
    desk.accept()
    changed_there(desk)
    desk.set(desk.row(), last_error=KEPT_IN_LMS, refused=False)
    (row,) = on_each.json("score", "list")
    assert (row["state"], row["held"]) == ("kept", "7/10")
    assert on_each.json("score", "list", "--failed") == on_each.json("score", "list", "--changed") == []
    assert on_each.json("score", "retry", "--failed") == {"queued": []}


class TestOverwrite:
    """A grade that was changed by hand at the school is replaced only when somebody says so."""

    def test_it_is_asked_first_and_says_what_is_replaced_by_what(self, on_each: CommandLine, desk: Desk) -> None:
        desk.accept()
        score_id = changed_there(desk)
        before = desk.row().job
        answered = on_each("score", "retry", score_id, "--overwrite", answer="n\n")
        assert answered.exit_code == 1
        assert f"{score_id}  Zilverbos College, {ASSIGNMENT}, account {desk.account.id}: 7/10 by 100/100" in answered.stderr
        assert answered.stderr.endswith("icc-bridge: nothing was replaced\n")
        assert (desk.row().job, desk.row().overwrite) == (before, False)
        answered = on_each("score", "retry", score_id, "--overwrite", answer="y\n")
        assert (answered.exit_code, answered.stdout.count("7/10 by 100/100: being sent.")) == (0, 1)
        assert (desk.row().job, desk.row().overwrite, desk.row().dirty) == (before + 1, True, True)

    def test_a_script_that_does_not_answer_replaces_nothing(self, on_each: CommandLine, desk: Desk) -> None:
        desk.accept()
        score_id = changed_there(desk)
        silent = on_each("score", "retry", score_id, "--overwrite", "--json")
        assert (silent.exit_code, silent.stdout) == (1, "")
        assert silent.stderr.endswith("icc-bridge: nothing was replaced: nobody answered; a script says --yes\n")
        assert not desk.row().overwrite

    def test_all_of_a_cohort_are_replaced_with_yes(self, on_each: CommandLine, desk: Desk) -> None:
        desk.accept()
        mine = changed_there(desk)
        other = elsewhere(desk)
        (theirs,) = [row for row in desk.rows() if row.platform_id == other.platform.id]
        changed_there(desk, row=theirs)
        found = on_each.json("score", "retry", "--overwrite", "--cohort", desk.cohort.id, "--yes")
        assert found == {"queued": [mine], "replaced": [{"id": mine, "held": "7/10", "score": "100/100"}], "left": []}
        assert [row.overwrite for row in sorted(desk.rows(), key=lambda row: row.id != mine)] == [True, False]

    def test_what_only_failed_is_not_overwritten(self, on_each: CommandLine, desk: Desk) -> None:
        desk.accept()
        score_id = fail(desk, "refused-400", refused=True)
        assert on_each.done("score", "retry", "--overwrite", "--yes") == "Nothing to replace.\n"
        refused = on_each.refused("score", "retry", score_id, "--overwrite", "--yes")
        assert refused == f"nobody changed the grade of '{score_id}' by hand; without --overwrite it is sent again"
        assert desk.row().refused

    def test_what_changed_again_while_somebody_was_asked_is_left_alone(self, parts_on_each: Parts, desk: Desk) -> None:
        desk.accept()
        changed_there(desk)
        lines = parts_on_each.score_book.to_overwrite(Which())
        changed_there(desk, held=8.0)
        assert parts_on_each.score_book.overwrite(lines) == []
        assert not desk.row().overwrite


@pytest.mark.parametrize("word", ["platform", "cohort"])
def test_an_unknown_place_is_refused(installed: CommandLine, word: str) -> None:
    assert installed.refused("score", "list", f"--{word}", "unknown") == f"there is no {word} 'unknown'"
    assert installed.refused("score", "retry", "--failed", f"--{word}", "unknown") == f"there is no {word} 'unknown'"


@pytest.mark.parametrize("arguments", [["--failed", "--overwrite"], ["unknown", "--yes"], ["--yes", "--failed"]])
def test_options_that_do_not_go_together_are_wrong_usage(installed: CommandLine, arguments: list[str]) -> None:
    assert "Error: " in installed.misused("score", "retry", *arguments)
