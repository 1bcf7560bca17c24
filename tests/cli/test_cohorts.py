"""Cohorts on the command line."""

import pytest

from lti_tool.app import Parts
from lti_tool.certificates.models import Award, AwardState
from tests.certificates.award import all_accepted
from tests.cli.command import CommandLine


def test_a_cohort_is_made_listed_shown_and_approved(on_each: CommandLine) -> None:
    cohort_id = on_each.done("cohort", "create", "Regio Zuid 2026").strip()
    (row,) = on_each.json("cohort", "list")
    assert (row["id"], row["name"], row["approved"], row["participants"]) == (cohort_id, "Regio Zuid 2026", None, 0)
    assert "Regio Zuid 2026" in on_each.done("cohort", "list")
    assert on_each.done("cohort", "approve", cohort_id).startswith("Approved.")
    shown = on_each.json("cohort", "show", cohort_id)
    assert shown["approved"] is not None
    assert on_each.json("cohort", "approve", cohort_id)["approved"] == shown["approved"]


def test_approval_lets_the_certificates_go_that_waited_for_it(on_each: CommandLine, parts_on_each: Parts) -> None:
    ready = all_accepted(parts_on_each, approved=False)
    (waiting,) = on_each.json("certificate", "list")
    assert (waiting["state"], waiting["cohort"]) == ("waiting_approval", ready.cohort_id)
    on_each.done("cohort", "approve", ready.cohort_id)
    with parts_on_each.database.session() as session:
        award = session.get_one(Award, waiting["award"])
        assert AwardState(award.state) is AwardState.QUEUED
        due = [(award.id, award.job)]
    assert parts_on_each.engine.waiting("issue-certificate", due) == set(due)


def test_a_trainers_code_is_printed_once_and_differs(installed: CommandLine) -> None:
    cohort_id = installed.json("cohort", "create", "Regio Zuid")["id"]
    code = installed.done("cohort", "invite", cohort_id).strip()
    other = installed.json("cohort", "invite", cohort_id)
    assert len(code) >= 8
    assert other["cohort"] == cohort_id
    assert other["code"] != code


@pytest.mark.parametrize("word", ["show", "approve", "invite"])
def test_an_unknown_cohort_is_refused(installed: CommandLine, word: str) -> None:
    assert installed.refused("cohort", word, "unknown") == "no cohort 'unknown'"


def test_a_cohort_needs_a_name_and_a_training_that_is_there(installed: CommandLine) -> None:
    assert installed.refused("cohort", "create", " ") == "expected a name of 1 to 200 characters"
    assert installed.refused("cohort", "create", "x", "--training", "po") == "no training 'po'; known are icc-vo"
    assert installed.json("cohort", "list") == []
    assert installed.done("cohort", "list") == "No cohort yet.\n"
