"""The manual names every function that is used, and every capability that it takes."""

import re
from pathlib import Path

from lti_tool.moodle.needs import NEEDS, When
from moodle_client import USES

MANUAL = (Path(__file__).parents[2] / "docs" / "connect-moodle-web-services.md").read_text("utf-8")


def test_the_manual_lists_the_functions_that_are_used_and_no_others() -> None:
    listed = re.findall(r"^\| `(\w+)` \| (.+) \|$", MANUAL, re.MULTILINE)
    assert [name for name, _ in listed] == [function.value for function in NEEDS]
    assert {name for name, needed in listed if needed == "always"} == {
        function.value for function, need in NEEDS.items() if need.when is When.ALWAYS
    }


def test_the_manual_names_every_capability_that_those_functions_take() -> None:
    assert {
        capability for function in NEEDS for capability in USES[function].capabilities if capability not in MANUAL
    } == set()
