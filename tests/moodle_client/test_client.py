"""The client itself: what it knows of the token, and what an accessexception means."""

import pytest

from moodle_client import (
    AuthError,
    CourseKey,
    Function,
    FunctionUnavailable,
    MoodleClient,
    Who,
)
from tests.moodle_client.conftest import ClientMaker
from tests.moodle_client.recorded_moodle import Account, RecordedMoodle
from tests.moodle_client.recorded_moodle.school import ALL_FUNCTIONS


def test_the_site_says_who_we_are(client: MoodleClient) -> None:
    info = client.site.info()
    assert (info.name, info.release, info.version) == ("ICC Moodle lab", "4.5 (Build: 20241007)", 2024100700)
    assert (info.user_id, info.user_name, info.is_site_admin, info.may_download) == (7, "wsintegratie", False, True)
    assert info.functions == ALL_FUNCTIONS


def test_the_private_access_key_of_the_account_is_not_kept(client: MoodleClient) -> None:
    answer = client.call(Function.SITE_INFO, read=True)
    assert isinstance(answer, dict)
    key = answer["userprivateaccesskey"]
    info = client.site.info()
    assert key not in str([getattr(info, name) for name in info.__dataclass_fields__])


def test_a_function_outside_the_service_is_told_from_a_bad_token(moodle: RecordedMoodle, make_client: ClientMaker) -> None:
    moodle.accounts["klein"] = Account("klein", frozenset({Function.SITE_INFO}))
    with pytest.raises(FunctionUnavailable) as raised:
        make_client("klein").users.enrolled(2)
    assert raised.value.function == Function.ENROLLED
    assert raised.value.who is Who.SITE_ADMIN
    assert "External services" in str(raised.value)


def test_a_function_known_to_be_missing_fails_without_a_request(moodle: RecordedMoodle, make_client: ClientMaker) -> None:
    moodle.accounts["klein"] = Account("klein", frozenset({Function.SITE_INFO}))
    client = make_client("klein")
    client.site.info()
    with pytest.raises(FunctionUnavailable):
        client.courses.all()
    assert moodle.calls == [Function.SITE_INFO]


def test_a_function_added_to_the_service_is_seen_after_a_new_look(moodle: RecordedMoodle, make_client: ClientMaker) -> None:
    moodle.accounts["klein"] = Account("klein", frozenset({Function.SITE_INFO}))
    client = make_client("klein")
    client.site.info()
    moodle.accounts["klein"] = Account()
    client.site.info()
    assert client.courses.find(CourseKey.ID, 2)


def test_a_token_without_rest_is_a_matter_of_the_token(moodle: RecordedMoodle, make_client: ClientMaker) -> None:
    moodle.accounts["trainer"] = Account("trainer1", may_use_rest=False)
    with pytest.raises(AuthError, match="webservice/rest:use"):
        make_client("trainer").courses.all()


def test_a_function_that_no_moodle_has_is_the_callers_mistake(client: MoodleClient) -> None:
    with pytest.raises(FunctionUnavailable) as raised:
        client.call("core_bestaat_niet", read=True)
    assert raised.value.who is Who.DEVELOPER


def test_a_site_in_a_folder_is_called_there() -> None:
    with MoodleClient("https://school.example/moodle/", "t") as client:
        assert client.url == "https://school.example/moodle"
        assert repr(client) == "MoodleClient('https://school.example/moodle')"
