"""Arguments on the wire."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moodle_client.parameters import as_json, chunks, form
from tests.moodle_client.recorded_moodle.recordings import recordings
from tests.moodle_client.recorded_moodle.signatures import nested

SCALARS = st.text() | st.integers(-(10**9), 10**9) | st.booleans()
NAMES = st.from_regex(r"\A[a-z]{1,8}\Z")
PARAMS = st.dictionaries(
    NAMES,
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, min_size=1, max_size=4) | st.dictionaries(NAMES, inner, min_size=1, max_size=4),
        max_leaves=12,
    ),
    max_size=5,
)


def as_php_keeps_it(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return {key: as_php_keeps_it(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return {str(position): as_php_keeps_it(inner) for position, inner in enumerate(value)}
    return value if isinstance(value, str) else str(int(value))


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(PARAMS)
def test_php_reads_what_was_meant(params: dict[str, Any]) -> None:
    assert nested(form(params)) == as_php_keeps_it(params)


def test_recorded_calls_are_sent_as_they_were_recorded() -> None:
    from tests.moodle_client.recorded_moodle.recordings import load

    compared = 0
    for one in recordings():
        encoded = load(f"{one.name}.json").get("encoded")
        if encoded:
            assert form(one.params) == [(name, str(value)) for name, value in encoded]
            compared += 1
    assert compared > 50


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "1"),
        (False, "0"),
        (66.5, "66.5"),
        (0.0000001, "0.0000001"),
        (100.0, "100"),
        (-1, "-1"),
        (33.33333, "33.33333"),
    ],
)
def test_numbers_and_booleans_are_plain(value: float, text: str) -> None:
    assert form({"x": value}) == [("x", text)]


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), object(), b"x"])
def test_what_moodle_has_no_form_for_is_refused(value: Any) -> None:  # noqa: ANN401
    with pytest.raises(TypeError):
        form({"x": value})
    with pytest.raises(TypeError):
        as_json({"x": [value]})


def test_within_a_batch_booleans_are_numbers_too() -> None:
    assert as_json({"a": True, "b": [1, {"c": "é"}]}) == '{"a": 1, "b": [1, {"c": "é"}]}'


def test_ids_come_in_pieces() -> None:
    assert [list(piece) for piece in chunks(range(5), 2)] == [[0, 1], [2, 3], [4]]
