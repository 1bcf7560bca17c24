"""Scores on the command line."""

import pytest

from lti_tool.app import Parts
from lti_tool.clock import utc_now
from lti_tool.sync.models import ScoreOutbox
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
