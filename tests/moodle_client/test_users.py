"""Users: who is enrolled, page by page; looking up."""

import json
from datetime import UTC, datetime

import pytest

from moodle_client import EnrolmentStatus, MoodleClient, NotAllowed, NotFound, UserKey
from tests.moodle_client.conftest import ClientMaker
from tests.moodle_client.recorded_moodle import Account, RecordedMoodle, Reply


def test_the_people_of_a_course_come_with_little(moodle: RecordedMoodle, client: MoodleClient) -> None:
    people = client.users.enrolled(2)
    assert len(people) == 33
    assert {one.email for one in people} == {None}
    assert sum("student" in one.roles for one in people) >= 29
    assert ("options[0][value]", "id,fullname,roles") in moodle.seen[-1].fields


def test_all_fields_can_be_asked_for(client: MoodleClient) -> None:
    person = next(one for one in client.users.enrolled(2, fields=()) if one.id == 9)
    assert person.email == "deelnemer01@lab.invalid"
    assert person.last_course_access_at is not None
    assert person.last_course_access_at.tzinfo is UTC
    assert [group.name for group in person.groups] == ["Groep Brabant"]


def test_never_is_none(client: MoodleClient) -> None:
    person = next(one for one in client.users.enrolled(2, fields=()) if one.id == 16)
    assert person.last_access_at is None


@pytest.mark.parametrize("page_size", [1, 10, 32, 33, 34])
def test_pages_give_everybody_once(page_size: int, client: MoodleClient) -> None:
    everybody = [one.id for one in client.users.enrolled(2)]
    assert [one.id for one in client.users.iter_enrolled(2, page_size=page_size)] == everybody


def test_a_page_is_asked_when_it_is_needed(moodle: RecordedMoodle, client: MoodleClient) -> None:
    people = client.users.iter_enrolled(2, page_size=10)
    assert len([next(people) for _ in range(10)]) == 10
    assert len(moodle.seen) == 1


def test_somebody_enrolled_between_two_pages_moves_others_but_nobody_comes_twice(
    moodle: RecordedMoodle, client: MoodleClient
) -> None:
    people = [{"id": one, "fullname": "…", "roles": []} for one in range(1, 7)]
    pages = [people[:3], people[2:5], people[5:], []]
    moodle.fail_with(*(Reply(200, json.dumps(page).encode()) for page in pages))
    assert [one.id for one in client.users.iter_enrolled(2, page_size=3)] == [1, 2, 3, 4, 5, 6]


def test_a_short_page_is_not_the_end(moodle: RecordedMoodle, client: MoodleClient) -> None:
    people = [{"id": one, "fullname": "…", "roles": []} for one in range(1, 5)]
    pages = [people[:1], people[1:4], []]
    moodle.fail_with(*(Reply(200, json.dumps(page).encode()) for page in pages))
    assert [one.id for one in client.users.iter_enrolled(2, page_size=3)] == [1, 2, 3, 4]


def test_telling_active_from_suspended_takes_a_capability(client: MoodleClient) -> None:
    with pytest.raises(NotAllowed) as raised:
        client.users.enrolled(2, status=EnrolmentStatus.ACTIVE)
    assert raised.value.capability == "Review course enrolments"


def test_a_group_can_be_asked_for(moodle: RecordedMoodle, client: MoodleClient) -> None:
    client.users.enrolled(2, group_id=1, fields=())
    assert ("options[0][name]", "groupid") in moodle.seen[-1].fields
    people = client.users.enrolled(2, group_id=1, fields=())
    assert {group.id for one in people for group in one.groups} >= {1}


def test_an_unknown_course_is_not_found(client: MoodleClient) -> None:
    with pytest.raises(NotFound):
        client.users.enrolled(999)


def test_users_are_looked_up_by_id(client: MoodleClient) -> None:
    found = client.users.by_id([9, 10])
    assert [found[one].full_name for one in (9, 10)] == ["Renée van den Berg", "Jörg Œuvrard"]
    assert found[9].suspended is False
    assert found[9].last_access_at == datetime(2026, 11, 23, 15, 18, 6, tzinfo=UTC)


def test_many_ids_are_asked_fifty_at_a_time(moodle: RecordedMoodle, client: MoodleClient) -> None:
    found = client.users.by_id(range(1, 121))
    assert set(found) == {3, 4, 5, *range(9, 39)}
    assert len(moodle.seen) == 3


@pytest.mark.parametrize(("key", "value"), [(UserKey.USER_NAME, "deelnemer01"), (UserKey.ID_NUMBER, "ICC-0001")])
def test_looking_up_without_the_capability_finds_nobody(key: UserKey, value: str, client: MoodleClient) -> None:
    assert client.users.by(key, [value]) == ()


def test_an_account_that_may_see_it_finds_people_by_user_name(moodle: RecordedMoodle, make_client: ClientMaker) -> None:
    moodle.accounts["admin"] = Account("admin")
    found = make_client("admin").users.by(UserKey.USER_NAME, ["deelnemer01", "deelnemer02"])
    assert [one.user_name for one in found] == ["deelnemer01", "deelnemer02"]
    assert found[0].id_number == "ICC-0001"


def test_the_courses_of_a_user_are_listed(client: MoodleClient) -> None:
    assert [course.id for course in client.users.courses(9)] == [2]


def test_who_has_no_badges_has_none(client: MoodleClient) -> None:
    assert client.users.badges(9) == ()
