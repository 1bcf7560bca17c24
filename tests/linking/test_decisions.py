"""For every reference to a person or a participant somebody decided what linking does to it."""

from lti_tool.linking import decisions
from lti_tool.migrations.models import metadata


def references_to(table: str) -> set[tuple[str, str]]:
    return {
        (there.name, column.name)
        for there in metadata.sorted_tables
        for column in there.columns
        for key in column.foreign_keys
        if key.column.table.name == table
    }


def test_every_reference_to_a_person_is_decided_once() -> None:
    lists = [set(decisions.MOVES), set(decisions.OF_THEIR_OWN), set(decisions.STAYS)]
    assert set.union(*lists) == references_to("person")
    assert sum(map(len, lists)) == len(references_to("person"))


def test_every_reference_to_a_participant_is_decided_once() -> None:
    lists = [set(decisions.PARTICIPANT_MOVES), set(decisions.PARTICIPANT_OF_THEIR_OWN)]
    assert set.union(*lists) == references_to("enrolment")
    assert sum(map(len, lists)) == len(references_to("enrolment"))
