"""What does not come as expected is told with what came."""

from itertools import count

import pytest

from lti_tool.demo.expecting import WalkFailed, expect, wait_for


def test_what_is_found_goes_on_and_what_is_not_stops() -> None:
    expect("a grade", [100])
    with pytest.raises(WalkFailed, match=r"^expected a grade, but came nothing$"):
        expect("a grade", [])


def test_waiting_ends_as_soon_as_something_comes() -> None:
    answers = iter([None, "", "here"])
    assert wait_for("it", lambda: next(answers), patience=60, came=lambda: "nothing") == "here"


def test_waiting_ends_with_what_came_instead() -> None:
    asked = count()
    with pytest.raises(WalkFailed, match=r"^expected a grade within 0 s, but came: a score that is refused$"):
        wait_for("a grade", lambda: next(asked) < 0, patience=0, came=lambda: "a score that is refused")
    assert next(asked) == 1
