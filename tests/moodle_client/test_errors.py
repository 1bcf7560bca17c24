"""The tree of errors, as drawn and as built."""

import re

import pytest

from moodle_client import MoodleError, NotAllowed, Who, errors
from moodle_client.errorcodes import error_for

LINE = re.compile(r"^( *(?:│ +)*[├└]── )?(\w+)(?: {2,}|$)")


def classes() -> dict[str, type[MoodleError]]:
    found = {name: one for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, MoodleError)}
    assert len(found) > 20
    return found


def drawn() -> dict[str, str | None]:
    """Read the drawing: each error and what it stands under."""
    parents: dict[str, str | None] = {}
    depths: dict[int, str] = {}
    for line in (errors.__doc__ or "").splitlines():
        bare = line.removeprefix("    ")
        found = re.match(r"^([│ ]*[├└]── )?(\w+)", bare) if line.startswith("    ") else None
        if found:
            depth = len(found[1] or "") // 4
            depths[depth] = found[2]
            parents[found[2]] = depths.get(depth - 1)
    return parents


def test_the_tree_is_as_drawn() -> None:
    built = {
        name: None if one is MoodleError else one.__mro__[1].__name__  # the one that it stands under
        for name, one in classes().items()
    }
    assert drawn() == built


@pytest.mark.parametrize("name", sorted(classes()))
def test_an_error_says_what_happened_and_who_can_solve_it(name: str) -> None:
    kind = classes()[name]
    assert kind.__doc__
    assert isinstance(kind.who, Who)
    assert kind is MoodleError or kind.summary != MoodleError.summary
    assert str(kind()) == (f"{kind.summary}. {kind.advice}" if kind.advice else kind.summary)


def test_an_error_is_one_line_with_function_and_errorcode() -> None:
    error = error_for("requireloginerror", function="core_course_get_contents", message="a\nb")
    assert str(error).startswith("core_course_get_contents: the token's account may not do this (requireloginerror). ")
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("message", "capability"),
    [
        ("Sorry, but you do not currently have permissions to do that (View participants).", "View participants"),
        ("Je hebt nu geen rechten om dit te doen (Deelnemers bekijken)", "Deelnemers bekijken"),
        ("no brackets", None),
        ("(not at the end) x", None),
        ("a (very\nodd) thing", None),
    ],
)
def test_the_missing_capability_is_named_in_the_language_of_the_site(message: str, capability: str | None) -> None:
    error = error_for("nopermissions", function="f", message=message)
    assert isinstance(error, NotAllowed)
    assert error.capability == capability


def test_an_unknown_errorcode_is_kept() -> None:
    error = error_for("something_new", function="f", message="secret")
    assert (type(error), error.errorcode) == (errors.FunctionFailed, "something_new")
    assert "secret" not in str(error)
