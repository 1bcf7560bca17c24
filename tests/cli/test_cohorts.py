"""Cohorts on the command line."""

import json

import pytest

from lti_tool.app import Parts
from lti_tool.certificates.models import Award, AwardState
from lti_tool.clock import utc_now
from tests.builders import Builder
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
    assert "'Regio Oost'" in on_each.done("cohort", "rename", cohort_id, " Regio  Oost ")
    assert on_each.json("cohort", "show", cohort_id)["name"] == "Regio Oost"
    assert on_each.refused("cohort", "rename", cohort_id, " ") == "expected a name of 1 to 200 characters"
    assert on_each.refused("cohort", "rename", "unknown", "Oost") == "no cohort 'unknown'"


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


def test_a_member_of_the_staff_gets_a_cohort_and_loses_it(installed: CommandLine) -> None:
    cohort_id = installed.json("cohort", "create", "Regio Zuid")["id"]
    member_id = installed.json("staff", "invite", "Tamar de Wit", "--role", "trainer")["member"]
    assert "Nobody of the staff" in installed.done("cohort", "trainers", cohort_id)
    assert installed.done("cohort", "add-trainer", cohort_id, member_id).strip() == "Tamar de Wit trains this cohort."
    assert installed.json("cohort", "trainers", cohort_id) == [{"id": member_id, "name": "Tamar de Wit", "access": "yes"}]
    assert installed.json("cohort", "show", cohort_id)["trainers"] == 1
    assert "does not train this cohort any more" in installed.done("cohort", "remove-trainer", cohort_id, member_id)
    assert installed.json("cohort", "trainers", cohort_id) == []
    assert "nobody of the staff" in installed.refused("cohort", "add-trainer", cohort_id, "nobody")


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


@pytest.fixture
def shown_in(parts: Parts) -> tuple[str, str]:
    """The ids of a cohort and of a course that shows it, at a platform that does not answer."""
    build = Builder(parts.database, utc_now)
    course, cohort = build.course(build.platform(url="http://127.0.0.1:9"), title="Cultuur <3"), build.cohort()
    build.placement(course, cohort, lineitem_url="http://127.0.0.1:9/items/1", lineitems_url="http://127.0.0.1:9/items")
    return cohort.id, course.id


def test_the_check_of_a_course_is_a_report_to_pass_on_and_fails_when_something_is_wrong(
    installed: CommandLine, shown_in: tuple[str, str]
) -> None:
    cohort_id, course_id = shown_in
    result = installed("cohort", "check", cohort_id)
    assert result.exit_code == 1
    assert result.stdout.startswith("Controle van een cursus in ICC Bridge: Fout\nCultuur <3, Regio Zuid\n")
    assert "[Fout] Kolom in de cijferlijst" in result.stdout
    assert result.stderr == f"icc-bridge: something is wrong in 1 of 1 courses: {course_id}\n"
    english = installed("cohort", "check", cohort_id, "--course", course_id, "--language", "en")
    assert english.stdout.startswith("Check of a course in ICC Bridge: Wrong\n")


def test_the_check_has_a_light_for_everything_in_json(installed: CommandLine, shown_in: tuple[str, str]) -> None:
    cohort_id, course_id = shown_in
    (found,) = json.loads(installed("cohort", "check", cohort_id, "--json").stdout)
    assert (found["cohort"], found["course"], found["light"]) == (cohort_id, course_id, "wrong")
    assert {one["key"]: one["light"] for one in found["findings"]} == {
        "status": "ok",
        "assignments": "attention",
        "roster": "attention",
        "opened": "ok",
        "completion": "not_tried",
    }
    (place,) = found["placements"]
    assert {one["key"]: one["light"] for one in place["findings"]} == {
        "shows": "ok",
        "column": "wrong",
        "results": "not_tried",
        "opened": "ok",
        "completion": "not_tried",
    }


def test_a_cohort_without_courses_has_nothing_to_check(installed: CommandLine, shown_in: tuple[str, str]) -> None:
    empty = installed.json("cohort", "create", "Leeg")["id"]
    assert installed.done("cohort", "check", empty) == "No course shows this cohort yet.\n"
    assert installed.json("cohort", "check", empty) == []
    assert installed.refused("cohort", "check", "nobody") == "no cohort 'nobody', or its training is not installed"
    refused = installed.refused("cohort", "check", empty, "--course", shown_in[1])
    assert refused == f"no course '{shown_in[1]}' shows this cohort"


def test_a_made_up_cohort_is_written_where_there_is_no_real_school(installed: CommandLine, parts: Parts) -> None:
    few = ("cohort", "seed", "--participants", "2", "--versions", "1", "--schools", "1")
    crowd = installed.json(*few)
    (row,) = installed.json("cohort", "list")
    assert (row["id"], row["participants"], row["approved"]) == (crowd["cohort"], 2, None)
    assert installed.refused(*few, "--training", "po") == "no training 'po'; known are icc-vo"
    Builder(parts.database, utc_now).platform()
    assert (
        installed.refused(*few) == "real learning environments are registered here: 1; --beside-real-schools if you mean it"
    )
    assert installed.json(*few, "--beside-real-schools")["participants"] == 2
