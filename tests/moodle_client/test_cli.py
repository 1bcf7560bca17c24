"""The command line: its output, its exit codes, and where the token may come from."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from moodle_client import Function, Manners
from moodle_client.cli import main
from moodle_client.printing import as_columns
from tests.moodle_client.recorded_moodle import Account, RecordedMoodle
from tests.moodle_client.recorded_moodle.school import ALL_FUNCTIONS


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    def json(self) -> Any:  # noqa: ANN401
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def run(moodle: RecordedMoodle, manners: Manners) -> Run:
    def run_it(*arguments: str, token: str | None = None, **environment: str) -> Ran:
        out, err = io.StringIO(), io.StringIO()
        given = {"MOODLE_URL": moodle.url, "MOODLE_TOKEN": token or moodle.token, **environment}
        code = main([*arguments, "--allow-http"], environment=given, out=out, err=err, manners=manners)
        return Ran(code, out.getvalue(), err.getvalue())

    return run_it


def test_check_says_what_is_there(run: Run) -> None:
    ran = run("check", "--course", "2")
    assert ran.code == 0
    assert "ok       core_webservice_get_site_info" in ran.out
    missing = next(line for line in ran.out.splitlines() if line.startswith("MISSING"))
    assert "active enrolments" in missing
    assert "moodle/course:enrolreview" in missing
    assert "Give the token's account the capability" in missing
    assert ran.err == ""


def test_check_fails_in_one_line_when_something_needed_is_missing(moodle: RecordedMoodle, run: Run) -> None:
    moodle.accounts["less"] = Account("less", ALL_FUNCTIONS - {Function.SUBMISSIONS})
    ran = run("check", token="less")
    assert ran.code == 1
    assert ran.err.count("\n") == 1
    assert Function.SUBMISSIONS in ran.err


def test_check_as_json(run: Run) -> None:
    report = run("check", "--json").json()
    assert report["site"]["name"] == "ICC Moodle lab"
    assert {one["subject"] for one in report["findings"]} > {Function.BATCH, "downloads"}


def test_courses(run: Run) -> None:
    assert "2   ICC-VO-2021-Z  ICC-training VO 2021 regio Zuid  yes      yes" in run("courses").out
    assert [one["id"] for one in run("courses", "--json").json()] == [2]
    assert run("courses", "--json").json()[0]["starts_at"] == "2021-09-05T23:00:00+00:00"


def test_contents(run: Run) -> None:
    assert 'assign  Evaluatie & "terugblik"' in run("contents", "2").out
    assert run("contents", "2", "--json").json()[1]["activities"][0]["tracking"] == "automatic"


def test_completion_shows_who_takes_part(moodle: RecordedMoodle, run: Run) -> None:
    ran = run("completion", "2", "--json")
    assert ran.code == 0
    people = {one["user_id"]: one for one in ran.json()}
    assert not {3, 4, 5} & set(people)
    assert people[9]["full_name"] == "Renée van den Berg"
    assert people[9]["activities"][0]["state"] == "complete"
    assert len(moodle.seen) == 2
    assert "9     Renée van den Berg  6/6" in run("completion", "2", "--user", "9").out


def test_completion_of_some_that_cannot_be_read_shows_the_others_and_fails(moodle: RecordedMoodle, run: Run) -> None:
    moodle.school.poisoned = frozenset({12})
    ran = run("completion", "2", "--json")
    assert ran.code == 1
    assert "1 of 33 users could not be read" in ran.err
    assert len(ran.json()) >= 28


def test_completion_of_somebody_who_is_not_there_fails(run: Run) -> None:
    ran = run("completion", "2", "--user", "9", "--user", "8")
    assert (ran.code, ran.err) == (1, "moodle_client: not in this course: 8\n")
    assert "Renée" in ran.out


def test_submissions(run: Run) -> None:
    ran = run("submissions", "2", "--json", "--since", "2026-11-23T15:00+00:00")
    assert ran.code == 0
    assert {one["user_id"] for one in ran.json()} >= {30}
    assert run("submissions", "2").out.count("\n") > 40


def test_a_course_that_cannot_be_entered_is_incomplete(run: Run) -> None:
    ran = run("submissions", "999")
    assert ran.code == 1
    assert "left out 1" in ran.err


def test_a_refusal_is_one_line_that_says_who_can_solve_it(run: Run) -> None:
    ran = run("contents", "999")
    assert ran.code == 1
    assert ran.out == ""
    assert ran.err == (
        "moodle_client: core_course_get_contents: not found (invalidrecord). It may have been deleted "
        "[a teacher of the course]\n"
    )


def test_the_token_can_come_from_a_file(moodle: RecordedMoodle, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{moodle.token}\n")
    assert run("courses", "--token-file", str(file), token="wrong").code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "COMMAND"),
        (("nonsense",), "invalid choice"),
        (("courses", "--token", "5ecret"), "--token-file or MOODLE_TOKEN"),
        (("courses", "--token=5ecret"), "--token-file or MOODLE_TOKEN"),
        (("courses", "5ecret"), "unknown argument"),
        (("courses", "--tok", "5ecret"), "unknown argument"),
        (("contents", "5ecret"), "invalid int value"),
        (("5ecret",), "invalid choice"),
        (("courses", "--token-file", "/nowhere/5ecret"), "cannot be read"),
        (("submissions", "2", "--since", "2026-11-23"), "time zone"),
        (("submissions", "2", "--since", "yesterday"), "time zone"),
    ],
)
def test_wrong_usage_is_one_line_that_does_not_repeat_what_was_typed(
    arguments: tuple[str, ...], said: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments).code == 2
    told = capsys.readouterr().err
    assert said in told
    assert "5ecret" not in told
    assert told.count("\n") == 1


@pytest.mark.parametrize("name", ["MOODLE_TOKEN", "MOODLE_URL"])
def test_without_token_or_address_it_says_where_to_put_them(name: str, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("courses", **{name: ""}).code == 2
    assert name in capsys.readouterr().err


def test_what_others_wrote_cannot_steer_the_terminal() -> None:
    assert as_columns([("a", "\x1b[2Jb\u202e")]) == "a  [2Jb"


def test_it_runs_as_a_module() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "moodle_client", "--version"], capture_output=True, text=True, check=False, timeout=60
    )
    assert (ran.returncode, ran.stdout) == (0, "0.1.0\n")
