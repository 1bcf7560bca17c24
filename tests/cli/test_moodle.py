"""Connecting Moodle's web services on the command line, and what the token can do."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from lti_tool.app import Parts, compose
from lti_tool.cli import main
from lti_tool.config import load_settings
from lti_tool.courses.models import Course
from lti_tool.ids import new_id
from lti_tool.moodle.models import ActivityMapping, MoodleCourse
from lti_tool.platforms.models import Platform
from moodle_client import Function
from tests.builders import Builder
from tests.cli.command import CommandLine
from tests.moodle_client.recorded_moodle import Account, RecordedMoodle
from tests.moodle_client.recorded_moodle.school import ALL_FUNCTIONS


@pytest.fixture
def moodle() -> Iterator[RecordedMoodle]:
    """A recorded Moodle on loopback."""
    with RecordedMoodle() as running:
        yield running


@pytest.fixture
def token_file(tmp_path: Path, moodle: RecordedMoodle) -> str:
    """A file that holds the token."""
    path = tmp_path / "token"
    path.write_text(f"{moodle.token}\n")
    return str(path)


@pytest.fixture
def platform(parts: Parts, moodle: RecordedMoodle) -> str:
    """The id of the registration of the recorded Moodle."""
    auth, token, certs = (f"{moodle.url}/{name}" for name in ("auth", "token", "certs"))
    return parts.platforms.add("Zilverbos", moodle.url, "client-1", auth, token, certs, ["1"], family="moodle").id


@pytest.fixture
def connected(installed: CommandLine, platform: str, token_file: str) -> str:
    """The same, connected."""
    installed.done("moodle", "connect", platform, "--token-file", token_file)
    return platform


def test_a_moodle_is_connected_by_a_token_in_a_file(
    installed: CommandLine, platform: str, token_file: str, moodle: RecordedMoodle
) -> None:
    said = installed.done("moodle", "connect", platform, "--url", f"{moodle.url}/", "--token-file", token_file)
    assert "Zilverbos is connected" in said
    assert f"icc-bridge moodle check {platform}" in said
    assert moodle.token not in said
    (row,) = installed.json("moodle", "list")
    assert (row["platform"], row["name"], row["url"], row["user"]) == (platform, "Zilverbos", moodle.url, 7)
    assert row["problem"] is None
    assert moodle.token not in str(row)
    assert moodle.url in installed.done("moodle", "list")


def test_the_token_may_come_from_stdin(installed: CommandLine, parts: Parts, platform: str, moodle: RecordedMoodle) -> None:
    assert installed
    arguments = ["moodle", "connect", platform, "--token-file", "-", "--json"]
    result = CliRunner().invoke(main, arguments, input=moodle.token, prog_name="icc-bridge")
    assert (result.exit_code, result.stderr) == (0, "")
    assert moodle.token not in result.output
    assert parts.moodle_sites.get(platform).user_id == 7


def test_the_token_is_no_argument(installed: CommandLine, platform: str, moodle: RecordedMoodle) -> None:
    said = installed.misused("moodle", "connect", platform, "--token", moodle.token)
    assert moodle.token not in said
    assert "Missing option '--token-file'" in installed.misused("moodle", "connect", platform)
    assert "No such file" in installed.misused("moodle", "connect", platform, "--token-file", "/nowhere/token")


def test_what_cannot_be_connected_is_refused_in_one_line(
    installed: CommandLine, platform: str, token_file: str, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("0123456789abcdef")
    refused = installed.refused("moodle", "connect", platform, "--token-file", str(wrong))
    assert "does not accept the token" in refused
    assert "0123456789abcdef" not in refused
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    assert "not a web service token" in installed.refused("moodle", "connect", platform, "--token-file", str(binary))
    elsewhere = ["--url", "https://elsewhere.example", "--token-file", token_file]
    assert "the address of the platform itself" in installed.refused("moodle", "connect", platform, *elsewhere)
    assert "no platform has this id" in installed.refused("moodle", "connect", "unknown", "--token-file", token_file)
    assert installed.json("moodle", "list") == []
    assert "No Moodle is connected yet" in installed.done("moodle", "list")


def test_a_check_says_what_the_token_can_do(installed: CommandLine, connected: str) -> None:
    text = installed.done("moodle", "check", connected, "--course", "2", "--language", "en")
    assert "mod_assign_get_submissions" in text
    assert "moodle/course:enrolreview" in text
    report = installed.json("moodle", "check", connected)
    assert (report["usable"], report["light"]) == (True, "ok")


def test_a_check_fails_when_something_is_missing_that_is_needed(
    installed: CommandLine, connected: str, moodle: RecordedMoodle
) -> None:
    moodle.accounts[moodle.token] = Account("wsintegratie", ALL_FUNCTIONS - {Function.SUBMISSIONS})
    result = installed("moodle", "check", connected, "--language", "en")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == ["icc-bridge: this Moodle cannot be used as it is: mod_assign_get_submissions"]
    assert "Add: mod_assign_get_submissions" in result.stdout
    (row,) = installed.json("moodle", "list")
    assert row["problem"] == "function-missing"


def test_a_check_needs_a_connected_moodle_and_a_course_number(installed: CommandLine, platform: str) -> None:
    assert "has no token" in installed.refused("moodle", "check", platform)
    assert "not a valid integer" in installed.misused("moodle", "check", platform, "--course", "abc")


def test_disconnecting_forgets_the_token_and_says_to_revoke_it(installed: CommandLine, connected: str) -> None:
    assert "Revoke the token in Moodle" in installed.done("moodle", "disconnect", connected)
    assert installed.json("moodle", "list") == []
    assert "has no token" in installed.refused("moodle", "disconnect", connected)


def test_courses_in_which_activities_count_are_read_at_once(
    installed: CommandLine, parts: Parts, connected: str, moodle: RecordedMoodle
) -> None:
    tool = compose(load_settings())
    tool.engine.prepare()
    tool.close()
    build = Builder(parts.database, parts.clock)
    course = build.add(
        Course(
            id=new_id(),
            platform_id=connected,
            context_id="2",
            title="ICC-training VO",
            created_at=parts.clock(),
            last_seen_at=parts.clock(),
        )
    )
    build.add(MoodleCourse(course_id=course.id, moodle_id=2))
    build.add(
        ActivityMapping(
            course_id=course.id,
            cohort_id=build.cohort().id,
            assignment_key="leervraag",
            cm_id=1,
            kind="assign",
            instance_id=1,
            counts="submitted",
            confirmed_at=parts.clock(),
        )
    )
    (row,) = installed.json("moodle", "sync", connected)
    assert (row["course"], row["title"], row["problem"], row["asked"]) == (course.id, "ICC-training VO", None, True)
    assert (row["work"], row["read_at"] is not None) == (21, True)
    assert installed.json("moodle", "sync", course.id)[0]["work"] == 21
    moodle.accounts.clear()
    assert "ICC-training VO: token-refused" in installed.refused("moodle", "sync", course.id)


def test_what_is_not_there_cannot_be_read(installed: CommandLine, connected: str) -> None:
    assert "no course of platform" in installed.refused("moodle", "sync", connected)
    assert "no course or platform 'anders'" in installed.refused("moodle", "sync", "anders")


@pytest.fixture
def course(parts: Parts, connected: str) -> str:
    """The id of the recorded course, which shows a cohort; the engine has its tables, for what is to be read."""
    with_tables = compose(load_settings())
    with_tables.engine.prepare()
    with_tables.close()
    build = Builder(parts.database, parts.clock)
    with parts.database.session() as session:
        platform = session.get_one(Platform, connected)
    course = build.course(platform, "2", title="Cultuur op school")
    build.bind(course, build.cohort("Regio Zuid"), build.account(platform).person_id)
    return course.id


ONE = """training = "icc-vo"
[[activity]]
assignment = "leervraag"
kind = "assign"
title = "Oriëntatie"
counts = "submitted"
"""


def test_courses_are_listed_with_their_ids(installed: CommandLine, connected: str, course: str) -> None:
    (row,) = installed.json("moodle", "courses")
    assert (row["course"], row["in_moodle"], row["cohort_name"], row["mapped"]) == (course, 2, "Regio Zuid", 0)
    assert installed.json("moodle", "courses", connected) == [row]
    assert "No course of a connected Moodle" in installed.done("moodle", "courses", "unknown")


def test_suggestions_say_how_sure_they_are_and_keep_nothing(installed: CommandLine, course: str) -> None:
    rows = {row["assignment"]: row for row in installed.json("moodle", "map", course, "--suggest")}
    assert (rows["terugblik"]["cm_id"], rows["terugblik"]["sure"]) == (4, "sure")
    assert "title terugblik" in rows["terugblik"]["why"]
    assert installed.json("moodle", "map", course) == []
    assert "--suggest shows which could" in installed.done("moodle", "map", course)


def test_a_file_is_brought_in_and_taken_along(installed: CommandLine, course: str, tmp_path: Path) -> None:
    file = tmp_path / "one.toml"
    file.write_text(ONE)
    said = installed.done("moodle", "map", course, "--import", str(file))
    assert said == "1 activities found in the course, 1 mappings changed.\n"
    (row,) = installed.json("moodle", "map", course, "--list")
    assert (row["assignment"], row["cm_id"], row["counts"], row["needs_trainer"]) == ("leervraag", 1, "submitted", True)
    text = installed.done("moodle", "map", course, "--export", "-")
    assert 'title = "Oriëntatie"' in text
    assert "cm_id = 1\n" in text
    again = tmp_path / "again.toml"
    assert "1 activities written" in installed.done("moodle", "map", course, "--export", str(again))
    assert again.read_text() == text
    told = installed.json("moodle", "map", course, "--import", str(again))
    assert told == {"placed": 1, "changed": 0, "not_placed": []}


def test_what_has_no_place_is_told(installed: CommandLine, course: str, tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text(ONE.replace("Oriëntatie", "Elders"))
    assert 'Not placed: leervraag: the course has no assign "Elders"' in installed.done(
        "moodle", "map", course, "--import", str(file)
    )


def test_every_mistake_of_a_file_is_a_line(installed: CommandLine, course: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(ONE.replace('"submitted"', '"handed in"').replace('"assign"', '"As Sign"'))
    result = installed("moodle", "map", course, "--import", str(file))
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert len(lines) == 2
    assert all(line.startswith(f"icc-bridge: {file}: activity[1].") for line in lines)
    file.write_text(ONE.replace("submitted", "graded") + "from_grade = 101")
    assert "above its maximum 100" in installed.refused("moodle", "map", course, "--import", str(file))
    assert installed.json("moodle", "map", course) == []


def test_what_cannot_be_mapped_is_refused(
    installed: CommandLine, course: str, moodle: RecordedMoodle, tmp_path: Path
) -> None:
    assert "has 0 cohorts" in installed.refused("moodle", "map", "unknown")
    assert "no course" in installed.refused("moodle", "map", course, "--cohort", "unknown")
    both = ["--export", "-", "--import", "-"]
    assert "not both" in installed.misused("moodle", "map", course, *both)
    file = tmp_path / "one.toml"
    file.write_text(ONE)
    moodle.accounts.clear()
    refused = installed.refused("moodle", "map", course, "--import", str(file))
    assert "Moodle does not show the course" in refused
    assert "does not accept the token" in refused
