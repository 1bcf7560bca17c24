"""The token travels in the body of a request, and shows up nowhere else. Nor does what people wrote."""

import copy
import logging
import pickle
import traceback
from collections.abc import Iterator
from types import FrameType

import pytest

from moodle_client import FunctionFailed, InvalidParameter, MoodleClient, MoodleError, NotFound, User
from moodle_client.secret import Token
from tests.moodle_client.conftest import ClientMaker
from tests.moodle_client.recorded_moodle import Drop, RecordedMoodle, Replay, Reply


def test_the_token_is_in_the_body_alone(moodle: RecordedMoodle, client: MoodleClient) -> None:
    client.site.info()
    client.assignments.submissions([1])
    list(client.completion.of_users(2, [9, 10]))
    file = next(file for one in client.assignments.submissions([1]) for file in one.files)
    with client.files.open(file) as download:
        list(download)
    assert {one.method for one in moodle.seen} == {"POST"}
    for one in moodle.seen:
        assert moodle.token not in one.target
        assert moodle.token not in str(one.headers)
        assert one.field_names() & {"wstoken", "token"}


def frames(error: BaseException) -> Iterator[FrameType]:
    for frame, _ in traceback.walk_tb(error.__traceback__):
        yield frame


@pytest.mark.parametrize("fault", [Drop(), Reply(502), Reply(200, b"<html>"), Replay("invalid token")], ids=str)
def test_no_error_gives_the_token_away(
    fault: Drop | Reply | Replay,
    moodle: RecordedMoodle,
    make_client: ClientMaker,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    moodle.token = "0123456789abcdef-not-to-be-seen"
    client = make_client()
    moodle.faults = lambda _number: fault
    with pytest.raises(MoodleError) as raised:
        client.site.info()
    error = raised.value
    assert error.__context__ is None
    assert error.__cause__ is None
    ours = [frame for frame in frames(error) if "/moodle_client/" in frame.f_code.co_filename]
    shown = [str(error), repr(error), str(vars(error)), caplog.text, repr(client), str(vars(client))]
    shown += [repr(frame.f_locals) for frame in ours if "/tests/" not in frame.f_code.co_filename]
    assert len(shown) > 6
    assert all(moodle.token not in text for text in shown)


def test_a_token_is_not_printed_copied_or_stored() -> None:
    token = Token("  abc123\n")
    assert token.reveal() == "abc123"
    assert "abc123" not in f"{token} {token!r}"
    with pytest.raises(TypeError):
        pickle.dumps(token)
    with pytest.raises(TypeError):
        copy.deepcopy(token)


@pytest.mark.parametrize("value", ["", "  ", "two words", "a\nb", "é"])
def test_what_is_no_token_is_refused_without_repeating_it(value: str) -> None:
    with pytest.raises(ValueError, match="one line of letters and digits") as raised:
        MoodleClient("https://moodle.example", value)
    assert value.strip() == "" or value not in str(raised.value)


def test_moodles_message_is_not_kept_because_debugging_repeats_what_was_sent(
    moodle: RecordedMoodle, client: MoodleClient
) -> None:
    moodle.fail_with(Replay("debug on: invalid param"), Replay("debug on: error"))
    with pytest.raises(InvalidParameter) as parameter:
        client.courses.contents(2)
    with pytest.raises(NotFound) as record:
        client.courses.contents(2)
    for error in (parameter.value, record.value):
        assert "abc" not in str(error)
        assert "SELECT" not in f"{error} {vars(error)}"


def test_a_result_does_not_print_names_or_texts(client: MoodleClient) -> None:
    person = client.users.by_id([9])[9]
    assert person.full_name == "Renée van den Berg"
    assert "Renée" not in repr(person)
    submission = next(iter(client.assignments.submissions([1])))
    assert "Oriëntatie van" not in repr(submission)
    assert "wsintegratie" not in repr(client.site.info())


def test_an_error_can_be_stored_and_read_back() -> None:
    error = FunctionFailed("why", function="f", errorcode="err_system", status=500)
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (type(again), str(again), again.status) == (FunctionFailed, str(error), 500)


def test_a_name_with_markup_stays_a_name(client: MoodleClient) -> None:
    people = {person.id: person for person in client.users.enrolled(2)}
    assert people[34].full_name == "Xander &amp"
    assert isinstance(people[34], User)
