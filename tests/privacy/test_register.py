"""The register knows every column of every table, says nothing of what is not there, and leads to the people."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import inspect

from lti_tool.app import compose
from lti_tool.config import Settings
from lti_tool.courses.consents import CONSENTS
from lti_tool.migrations.models import metadata
from lti_tool.privacy.labels import LABELS
from lti_tool.privacy.paths import check_paths
from lti_tool.privacy.reading import PEOPLE, SILENT, RegisterError, load_register, read_register

REFERRED = {"person.id", "account.id", "enrolment.id", "staff_member.id"}


def test_every_column_of_every_model_has_its_entry_and_every_entry_its_column() -> None:
    said = {table: set(entry.columns) for table, entry in load_register().entries.items()}
    there = {table.name: {column.name for column in table.columns} for table in metadata.sorted_tables}
    missing = {table: sorted(columns - said.get(table, set())) for table, columns in there.items()}
    extra = {table: sorted(columns - there.get(table, set())) for table, columns in said.items()}
    assert {table: columns for table, columns in missing.items() if columns} == {}, "without an entry in privacy/register"
    assert {table: columns for table, columns in extra.items() if columns} == {}, "in privacy/register, without a column"


def test_every_path_leads_to_a_person_or_a_platform() -> None:
    for entry in load_register().entries.values():
        check_paths(metadata, entry)


def test_whatever_refers_to_a_person_says_whose_it_is() -> None:
    unclear = [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if any(key.target_fullname in REFERRED for key in column.foreign_keys)
        and not any(getattr(load_register().entries[table.name], way) for way in ("owner", "by", "staff"))
    ]
    assert unclear == []


def test_whoever_is_emptied_keeps_no_column_about_the_content_of_a_work() -> None:
    work = {"work", "native", "member", "phrases", "sharing", "directory"}
    left = [
        f"{entry.table}.{column}"
        for entry in load_register().entries.values()
        if entry.erased != "deleted"
        for column, kind in entry.columns.items()
        if kind in work and column not in entry.emptied
    ]
    assert left == []


def test_every_column_that_a_person_reads_has_words() -> None:
    missing = {
        column
        for entry in load_register().entries.values()
        for column, kind in entry.columns.items()
        if (entry.owner or entry.account or entry.account_id or entry.by or entry.staff or entry.staff_id)
        and kind not in SILENT
        and column != "id"
        and not column.endswith("_id")
        and column not in {*LABELS, *entry.files}
    }
    assert missing == set(), "without words in privacy/labels.py"


def test_whatever_keeps_a_version_says_of_which_words_it_is() -> None:
    kept = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name.endswith("consent_version")
    }
    said = {
        (entry.table, column): key for entry in load_register().entries.values() for column, key in entry.consents.items()
    }
    assert set(said) == kept
    assert set(said.values()) == set(CONSENTS)


def test_the_tables_of_the_engine_are_known_as_a_whole(settings: Settings) -> None:
    parts = compose(settings)
    try:
        parts.upgrade()
        names = set(inspect(parts.database.engine).get_table_names())
        if not parts.database.sqlite:
            names |= set(inspect(parts.database.engine).get_table_names(schema="dbos"))
    finally:
        parts.close()
    engines = names - set(metadata.tables) - {"alembic_version"}
    # on SQLite the engine does without some of them
    assert engines <= load_register().engine_tables if parts.database.sqlite else engines == load_register().engine_tables


def test_every_kind_of_person_but_the_unknown_has_data() -> None:
    assert {people for kind in load_register().kinds.values() for people in kind.people} <= set(PEOPLE)


def test_how_long_names_only_settings_that_exist() -> None:
    values = dict.fromkeys(Settings.model_fields, 1)
    for kind in load_register().kinds.values():
        for words in kind.words.values():
            assert words.keep.format(**values)


FILES: Mapping[str, Mapping[str, Any]] = {
    "kinds": {
        "work": {
            "people": ["participant"],
            "ground": "agreement",
            "nl": {"what": "a", "why": "b", "keep": "c", "sees": "d"},
            "en": {"what": "a", "why": "b", "keep": "c", "sees": "d"},
        }
    },
    "engine": {"tables": []},
    "training": {
        "draft": {"owner": ["person_id"], "erased": "deleted", "columns": {"work": ["text"], "joins": ["person_id"]}}
    },
}


def test_a_register_is_read() -> None:
    entry = read_register(FILES).entries["draft"]
    assert (entry.columns["text"], entry.owner, entry.personal) == ("work", ("person_id",), True)
    assert "work" not in SILENT


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"columns": {"nonsense": ["text"]}}, "there is no kind nonsense"),
        ({"columns": {"work": ["text"], "joins": ["text"]}}, "draft.text is of two kinds"),
        ({"owner": ["person_id"], "columns": {"work": ["person_id"]}}, "what erasing a person does"),
        ({"erased": ["gone"], "columns": {"work": ["text"]}}, "gone is none of its columns"),
        ({"erased": "maybe", "columns": {"work": ["text"]}}, "erased is deleted, kept or a list"),
        ({"owners": [], "columns": {"work": ["text"]}}, "owners means nothing here"),
        ({"columns": {"joins": ["text"]}}, "no column is of the kind work"),
    ],
)
def test_a_mistake_in_it_is_named(said: Mapping[str, Any], expected: str) -> None:
    with pytest.raises(RegisterError, match=expected):
        read_register({**FILES, "training": {"draft": said}})
