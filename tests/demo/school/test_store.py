"""The state file: a school that comes back as it was, and files that cannot be read."""

import json
import stat
from pathlib import Path

import pytest

from lti_tool.demo.school import KeyRing, Role, School, SchoolServer, SigningKey
from lti_tool.demo.school.gradebook import override
from lti_tool.demo.school.people import open_school
from lti_tool.demo.school.store import UnreadableState
from tests.clock import FakeClock


def filled(path: Path, key: SigningKey, clock: FakeClock) -> School:
    """A school with everything in it, kept in ``path``."""
    school = School("http://127.0.0.1:1", state_file=path, keys=KeyRing([key]), clock=clock)
    open_school(school)
    course = next(iter(school.courses.values()))
    tool = school.register_tool(login_url="http://t/login", redirect_uris=["http://t/launch"], jwks={"keys": []})
    link = school.add_link(course, tool, "Leervraag", {"a": "b"}, resource_id="r", tag="t")
    item = school.item_of(link)
    assert item is not None
    override(school, item, "3", final=80, feedback="Mooi")
    return school


def test_a_restart_keeps_everything(tmp_path: Path, school_key: SigningKey, clock: FakeClock) -> None:
    path = tmp_path / "school.json"
    before = filled(path, school_key, clock)
    after = School("http://127.0.0.1:1", state_file=path)
    for kind in ("people", "courses", "registrations", "links", "items", "grades", "guid"):
        assert getattr(after, kind) == getattr(before, kind)
    assert after.keys.active.kid == school_key.kid
    assert after.keys.jwks() == before.keys.jwks()
    assert after.next_id("person") == before.next_id("person")
    assert after.courses["2"].enrolments["3"].role is Role.TEACHER


def test_the_file_is_for_its_owner_only_and_leaves_nothing_beside_it(
    tmp_path: Path, school_key: SigningKey, clock: FakeClock
) -> None:
    path = tmp_path / "onder" / "school.json"
    filled(path, school_key, clock)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["school.json"]


@pytest.mark.parametrize("content", ["", "{}", "[]", "geen json", '{"version": 99}', '{"version": 1, "people": [{}]}'])
def test_an_unreadable_file_is_named_and_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "school.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableState, match=r"school\.json"):
        SchoolServer(state_file=path)
    assert path.read_text(encoding="utf-8") == content


def test_a_rotated_key_is_kept(tmp_path: Path, school_key: SigningKey, clock: FakeClock) -> None:
    path = tmp_path / "school.json"
    school = filled(path, school_key, clock)
    with school.changing():
        fresh = school.keys.rotate()
    kids = [key["kid"] for key in json.loads(path.read_text(encoding="utf-8"))["keys"]]
    assert kids == [fresh.kid, school_key.kid]
