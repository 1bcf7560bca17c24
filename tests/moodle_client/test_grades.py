"""The gradebook."""

from moodle_client import MoodleClient


def test_columns_have_plain_names(client: MoodleClient) -> None:
    assert 'Evaluatie & "terugblik"' in {column.name for column in client.grades.columns(2)}


def test_the_gradebook_of_one_user(client: MoodleClient) -> None:
    found = client.grades.of_user(2, 9)
    assert found
    entries = {entry.item_id: entry for entry in found.entries}
    assert (entries[2].grade, entries[2].maximum, entries[2].cm_id, entries[2].name) == (50.0, 100.0, 1, "Oriëntatie")
    assert entries[2].feedback.text == "Feedback orientatie voor Renée"
    assert entries[3].maximum == 3.0
    assert entries[4].grade is None
    assert (entries[1].kind, entries[1].name) == ("course", None)
    assert not any(entry.overridden or entry.locked for entry in found.entries)


def test_a_name_that_looks_like_markup_is_left_as_it_is(client: MoodleClient) -> None:
    found = client.grades.of_user(2, 9)
    assert found
    assert '<b>x</b> & é "q"' in {entry.name for entry in found.entries}


def test_the_gradebook_of_everybody(client: MoodleClient) -> None:
    everybody = client.grades.of_course(2)
    assert len({one.user_id for one in everybody}) == len(everybody) == 29
    group = client.grades.of_course(2, group_id=1)
    assert {one.user_id for one in group} < {one.user_id for one in everybody}


def test_somebody_outside_has_a_gradebook_too(client: MoodleClient) -> None:
    found = client.grades.of_user(2, 8)
    assert found
    assert found.entries[0].grade == 66.5


def test_who_has_no_gradebook_is_none(client: MoodleClient) -> None:
    assert client.grades.of_user(2, 4711) is None
