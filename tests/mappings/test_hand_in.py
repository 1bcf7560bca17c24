"""Which kinds of work still have to be handed in."""

import pytest

from mappings.texts import Text
from mappings.training import HandIn, HandInKind, Requirement

HAND_IN = HandIn(
    text=Requirement.REQUIRED,
    files=Requirement.REQUIRED,
    link=Requirement.OPTIONAL,
    text_words=(10, 20),
    files_max=2,
    file_kinds=(),
    file_max_mb=1,
    explanation=Text("", ""),
)


@pytest.mark.parametrize(
    ("text", "files", "link", "missing"),
    [
        ("", 0, "", [HandInKind.TEXT, HandInKind.FILES]),
        (" \n", 1, "https://example.org", [HandInKind.TEXT]),
        ("Mijn plan", 0, "", [HandInKind.FILES]),
        ("Mijn plan", 2, "", []),
    ],
)
def test_only_required_kinds_that_are_not_there_are_missing(
    text: str, files: int, link: str, missing: list[HandInKind]
) -> None:
    assert list(HAND_IN.missing(text=text, files=files, link=link)) == missing


def test_the_requirement_of_a_kind_can_be_asked_by_name() -> None:
    assert [HAND_IN.requirement(kind) for kind in HandInKind] == ["required", "required", "optional"]
