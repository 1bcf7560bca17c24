"""The examples of the documentation, run as written against the recorded Moodle."""

import re
from pathlib import Path

import pytest

from moodle_client import MoodleClient
from tests.moodle_client.recorded_moodle import RecordedMoodle

ROOT = Path(__file__).parents[2]
OPENED = 'MoodleClient("https://moodle.example.org", token)'
HERE = "MoodleClient(url, token, allow_http=True)"


def examples(document: str) -> list[str]:
    text = (ROOT / document).read_text("utf-8")
    found = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert found
    return [one for one in found if "moodle" in one]


@pytest.mark.parametrize("document", ["README.md", "docs/moodle-client.md"])
def test_the_examples_work_as_written(
    document: str,
    moodle: RecordedMoodle,
    client: MoodleClient,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    marks: list[object] = []
    assignments = {one.id: one for one in client.assignments.of_courses([2])}
    names: dict[str, object] = {
        "url": moodle.url,
        "token": moodle.token,
        "moodle": client,
        "people": [9, 10],
        "assignment": assignments[1],
        "user_id": 9,
        "cm_id": 1,
        "keep_for_next_time": marks.append,
        "Path": lambda name: tmp_path / name,
    }
    for example in examples(document):
        exec(example.replace(OPENED, HERE), dict(names) | {"one": with_file(client)})  # noqa: S102  # our own examples
    shown = capsys.readouterr().out
    assert shown
    if document.startswith("docs/"):
        assert marks[0] is not None
        assert (tmp_path / "work.pdf").read_bytes().startswith(b"%PDF")
        assert client.assignments.grades([1]).items[0].grade == 80


def with_file(client: MoodleClient) -> object:
    return next(one for one in client.assignments.submissions([1]) if one.files)
