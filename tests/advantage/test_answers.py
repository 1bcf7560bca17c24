"""Addresses, Retry-After, and what an answer means."""

from datetime import timedelta

import pytest

from lti_tool.advantage.addresses import below, next_page, same_origin, with_query
from lti_tool.advantage.answers import Meaning, judge, retry_after
from lti_tool.errors import AddressRefused, BadAnswer
from lti_tool.outgoing import Answer
from mappings.platforms import families, profile_for
from tests.clock import START

URL = "https://lms.example.org/a/1/lineitem"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (URL, f"{URL}/scores"),
        (f"{URL}/", f"{URL}/scores"),
        (f"{URL}?type_id=1", f"{URL}/scores?type_id=1"),
        (f"{URL}?type_id=1&x=%2F+é#top", f"{URL}/scores?type_id=1&x=%2F+é"),
    ],
)
def test_a_service_lies_before_the_query(url: str, expected: str) -> None:
    assert below(url, "scores") == expected


def test_parameters_come_behind_those_that_are_there() -> None:
    assert with_query(f"{URL}?type_id=1", user_id="a b", tag=None) == f"{URL}?type_id=1&user_id=a+b"
    assert with_query(URL, tag="x") == f"{URL}?tag=x"
    assert with_query(f"{URL}?a=%20b", tag=None) == f"{URL}?a=%20b"


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(AddressRefused):
        below("https://[::1", "scores")
    with pytest.raises(AddressRefused):
        with_query("https://[::1")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", None),
        ('<https://lms.example.org/Next?Page=B>; rel="next"', "https://lms.example.org/Next?Page=B"),
        ("<https://lms.example.org/2>; rel=next", "https://lms.example.org/2"),
        ('</2>; rel="prev", </3>; rel="next"', "https://lms.example.org/3"),
        ('</3>; title="x"; rel="last next"', "https://lms.example.org/3"),
        ("<?page=2>; rel=next", f"{URL}?page=2"),
        ('</1>; rel="first"', None),
        ("</1>; rel=“next”", None),
        ("nonsense", None),
        ("<>; rel=next", None),
    ],
)
def test_the_next_page_is_found_in_every_spelling(header: str, expected: str | None) -> None:
    assert next_page({"Link": header}, URL) == expected


@pytest.mark.parametrize(
    "other", ["http://lms.example.org/x", "https://lms.example.org:8443/x", "https://evil.example.org/x", "https://[", "/x"]
)
def test_another_origin_is_refused(other: str) -> None:
    with pytest.raises(BadAnswer):
        same_origin(other, URL)
    assert same_origin("https://LMS.example.org/x", URL)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("", None),
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("9" * 400, 86400.0),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("tomorrow", None),
        ("Mon, 23 Nov 2026 12:01:00 GMT", 60.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0.0),
        ("Mon, 23 Nov 2026 13:01:00 +0100", 60.0),
        ("Mon, 23 Nov 2027 12:00:00 GMT", 86400.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": value}, START) == seconds
    assert retry_after({}, START + timedelta(days=1)) is None


BUSY = b"403 Forbidden (Rate Limit Exceeded)\n"
OLDER = b'{"errors":{"type":"bad_request","message":"Provided timestamp of a before last updated timestamp of b"}}'


@pytest.mark.parametrize(
    ("family", "status", "body", "expected"),
    [
        ("canvas", 403, BUSY, (Meaning.LATER, "http-403")),
        ("canvas", 403, b'{"errors":{}}', (Meaning.REFUSED, "refused-403")),
        ("canvas", 400, OLDER, (Meaning.CONFLICT, "http-400")),
        ("canvas", 400, b"", (Meaning.REFUSED, "refused-400")),
        ("canvas", 500, BUSY, (Meaning.LATER, "http-500")),
        ("moodle", 403, BUSY, (Meaning.REFUSED, "refused-403")),
        ("moodle", 400, OLDER, (Meaning.REFUSED, "refused-400")),
    ],
)
def test_a_family_may_mean_something_else_than_its_status(
    family: str, status: int, body: bytes, expected: tuple[Meaning, str]
) -> None:
    verdict = judge(Answer(status, {}, body, URL), profile_for(family), START)
    assert (verdict.meaning, verdict.code) == expected


@pytest.mark.parametrize("family", families())
def test_too_many_requests_are_tried_again_later_everywhere(family: str) -> None:
    verdict = judge(Answer(429, {"Retry-After": "7"}, b"", URL), profile_for(family), START)
    assert (verdict.meaning, verdict.retry_after) == (Meaning.LATER, 7)
