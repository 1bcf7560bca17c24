"""`icc-bridge privacy`: the register as a document and for programs."""

import json

from lti_tool.privacy.reading import load_register
from lti_tool.privacy.terms import SETTINGS
from tests.cli.command import CommandLine


def test_the_register_is_a_document_by_kind_of_person(command: CommandLine) -> None:
    command.set(ICC_TRACE_DAYS="12")
    text = command.done("privacy", "register", "--language", "en")
    assert "## participant" in text
    assert "| 12 days |" in text
    assert "`submission.draft_text`" in text


def test_the_register_for_programs_names_every_column_of_a_kind(command: CommandLine) -> None:
    rows = json.loads(command.done("privacy", "register", "--json"))
    assert {row["kind"] for row in rows} == set(load_register().kinds)
    work = next(row for row in rows if row["kind"] == "work")
    assert "submission_version.text" in work["columns"]
    assert work["people"] == ["participant"]


def test_what_is_over_its_term_is_told_without_removing_it(installed: CommandLine) -> None:
    rows = installed.json("privacy", "retention", "--dry-run")
    assert {row["kind"] for row in rows} == set(SETTINGS)
    assert {row["setting"] for row in rows} == {f"ICC_{setting.upper()}" for setting in SETTINGS.values()}
    assert {row["rows"] for row in installed.json("privacy", "retention")} == {0}
