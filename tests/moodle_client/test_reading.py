"""Reading JSON: what is not as expected is named by its place, never by its value."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moodle_client import CompletionState, UnexpectedAnswer, UntrustedHtml
from moodle_client.assignments import Assignment
from moodle_client.completion import STATE_NUMBERS, ActivityCompletion
from moodle_client.courses import Course, Section
from moodle_client.grades import UserGrades
from moodle_client.reading import Node
from moodle_client.site import SiteInfo
from moodle_client.submissions import HandIn, Participant, Submission
from moodle_client.untrusted import unescaped
from moodle_client.users import User

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = ("id", "userid", "cmid", "plugins", "roles", "dates", "modules", "functions", "status", "grade", "visible")


def node(value: object) -> Node:
    return Node(value, "f")


@pytest.mark.parametrize("value", [0, "0", None, -1])
def test_no_time_is_none(value: object) -> None:
    assert node({"t": value}).moment("t") is None


@pytest.mark.parametrize("value", [1795446209, "1795446209"])
def test_a_time_is_aware_and_in_utc(value: object) -> None:
    assert node({"t": value}).moment("t") == datetime(2026, 11, 23, 15, 3, 29, tzinfo=UTC)


@pytest.mark.parametrize(("value", "expected"), [("50.00000", 50.0), (7, 7.0), (7.5, 7.5), (None, None), ("", None)])
def test_numbers_come_as_text_too(value: object, expected: float | None) -> None:
    assert node({"n": value}).number_or_none("n") == expected


@pytest.mark.parametrize(("value", "expected"), [(True, True), (1, True), ("1", True), (False, False), (0, False)])
def test_booleans_come_as_numbers_too(value: object, expected: bool) -> None:
    assert node({"b": value}).flag("b") is expected


WRONG: list[Callable[[Node], object]] = [
    lambda one: one.integer("x"),
    lambda one: one.number_or_none("x"),
    lambda one: one.flag("x"),
    lambda one: one.text("x"),
    lambda one: one.moment("x"),
    lambda one: one.each("x", lambda inner: inner),
    lambda one: one.choice("x", CompletionState, STATE_NUMBERS),
    lambda one: one.choice("x", CompletionState),
    lambda one: one.at("x").text("y"),
]


@pytest.mark.parametrize("read", WRONG)
def test_a_surprise_names_the_place_and_not_the_value(read: Callable[[Node], object]) -> None:
    with pytest.raises(UnexpectedAnswer, match=r"^f: .*\.x") as raised:
        read(node({"x": {"secret": 4711}}))
    assert "secret" not in str(raised.value)
    assert "4711" not in str(raised.value)


@pytest.mark.parametrize("value", ["nan", "inf", "1e999", "x", True])
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(UnexpectedAnswer):
        node({"n": value}).number_or_none("n")


@pytest.mark.parametrize("value", [10**30, "9" * 40, "٣", "1_0", True])
def test_what_is_no_time_is_refused(value: object) -> None:
    with pytest.raises(UnexpectedAnswer):
        node({"t": value}).moment("t")


@pytest.mark.parametrize(
    "read",
    [
        Course.read,
        Section.read,
        User.read,
        SiteInfo.read,
        ActivityCompletion.read,
        Assignment.read,
        UserGrades.read,
        Participant.read,
        lambda one: Submission.read(one, 1),
        lambda one: HandIn.read(one, 1),
    ],
)
@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(value=st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6) | JSON)
def test_nothing_that_a_site_answers_breaks_the_reader(read: Callable[[Node], object], value: object) -> None:
    try:
        read(node(value))
    except UnexpectedAnswer as error:
        assert str(error).startswith("f: ")  # noqa: PT017


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>één &amp; <em>twee</em></p><p>drie</p>", "één & twee\ndrie"),
        ("a<br>b<script>alert(1)</script><style>x</style>c", "a\nbc"),
        ("1 < 2 &lt;b&gt;", "1 < 2 <b>"),
        ("", ""),
    ],
)
def test_the_words_of_html(markup: str, text: str) -> None:
    assert UntrustedHtml(markup).text == text


def test_html_is_not_text_by_accident() -> None:
    html = UntrustedHtml("<script>x</script>")
    assert "script" not in f"{html} {html!r}"
    assert not isinstance(html, str)
    assert not UntrustedHtml("")


@pytest.mark.parametrize(("escaped", "plain"), [('Evaluatie &amp; "terugblik"', 'Evaluatie & "terugblik"'), ("a  b", "a b")])
def test_names_are_unescaped(escaped: str, plain: str) -> None:
    assert unescaped(escaped) == plain
