"""Memberships against the recordings: short roles, escaped names, privacy, and paging that forgets the role."""

import pytest
import requests

from lti_tool.demo.school import Role
from tests.demo.conftest import World, recording
from tests.demo.scripted_tool import AGS, LTI

RECORDED = {case["case"]: case for case in recording("nrps")}
TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


def url(world: World) -> str:
    """The address the launch gives."""
    return f"{world.school.url}/lti/CourseSection/{world.course.id}/bindings/{world.registration.id}/memberships"


def read(world: World, address: str | None = None, accept: str = TYPE, **query: str) -> requests.Response:
    """Read the memberships."""
    headers = world.bearer() | {"Accept": accept}
    return requests.get(address or url(world), params=query, headers=headers, timeout=5)


def names(answer: requests.Response) -> list[str]:
    """The family names, in order."""
    return [member["family_name"] for member in answer.json()["members"]]


def test_the_container_has_the_recorded_shape(world: World) -> None:
    world.registration.claims.append("email")
    answer = read(world)
    recorded = RECORDED["all"]
    assert answer.headers["Content-Type"] == recorded["headers"]["Content-Type"]
    assert list(answer.json()) == list(recorded["body"])
    assert answer.json()["context"].keys() == recorded["body"]["context"].keys()
    assert list(answer.json()["members"][0]) == list(recorded["body"]["members"][0])
    assert {tuple(member["roles"]) for member in answer.json()["members"]} == {("Learner",), ("Instructor",)}


def test_the_address_is_the_one_of_the_launch(world: World) -> None:
    claims = world.school.launch_claims(world.teacher, world.link)
    service = claims["https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"]
    assert service["context_memberships_url"] == url(world)
    assert claims[LTI + "context"]["id"] == world.course.id


def test_names_are_escaped(world: World) -> None:
    world.school.enrol(world.school.add_person("Xander", "&amp"), world.course)
    assert "&amp;amp" in names(read(world))
    assert any(member["family_name"] == "&amp;amp" for member in RECORDED["all"]["body"]["members"])


def test_without_name_claims_there_are_no_names(world: World) -> None:
    world.registration.claims = ["iss", "sub"]
    member = read(world).json()["members"][0]
    assert list(member) == ["status", "roles", "user_id", "lis_person_sourcedid"]
    assert member.keys() == RECORDED["privacy never (type 18)"]["body"]["members"][0].keys()


def test_suspended_people_and_the_admin_are_absent(world: World) -> None:
    world.school.enrol(world.colleague, world.course, suspended=True)
    ids = [member["user_id"] for member in read(world).json()["members"]]
    assert ids == [world.trainer.id, world.teacher.id]


def test_a_non_editing_teacher_is_a_learner_here(world: World) -> None:
    world.school.enrol(world.colleague, world.course, Role.ASSISTANT)
    member = next(m for m in read(world).json()["members"] if m["user_id"] == world.colleague.id)
    assert member["roles"] == ["Learner"]


@pytest.mark.parametrize("role", ["Learner", "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"])
def test_roles_filter_by_short_name_or_uri(world: World, role: str) -> None:
    assert names(read(world, role=role)) == ["Kowalczyk", "van 't Höfen"]


def test_an_unknown_role_returns_everybody(world: World) -> None:
    assert len(names(read(world, role="Mentor"))) == 3


def test_paging_follows_the_link_header_which_forgets_the_role(world: World) -> None:
    first = read(world, role="Learner", limit="1")
    assert names(first) == ["Kowalczyk"]
    following = first.links["next"]["url"]
    assert "role" not in following
    assert "role" not in RECORDED["role=Learner&limit=10"]["headers"]["Link"]
    second = read(world, following)
    assert len(names(second)) == 1
    assert "next" in second.links
    last = read(world, second.links["next"]["url"])
    assert "next" not in last.links


def test_from_without_limit_is_ignored(world: World) -> None:
    assert len(names(read(world, **{"from": "2"}))) == 3


def test_rlid_adds_the_message_of_the_link(world: World) -> None:
    member = read(world, rlid=world.link.id).json()["members"][0]
    recorded = RECORDED["rlid=6 (lti id)"]["body"]["members"][0]
    assert list(member)[:3] == list(recorded)[:3] == ["status", "roles", "message"]
    assert member["message"][0].keys() == recorded["message"][0].keys()
    assert "rlid=" in read(world, rlid=world.link.id, limit="1").headers["Link"]


def test_unknown_and_foreign_links_are_refused_as_recorded(world: World) -> None:
    answer = read(world, rlid="9999")
    recorded = RECORDED["rlid unknown"]
    assert (answer.status_code, answer.reason) == (recorded["status"], recorded["reason"])
    elsewhere = world.school.add_link(world.school.add_course("Ander"), world.registration, "Daar")
    assert read(world, rlid=elsewhere.id).status_code == RECORDED["rlid of other course (4)"]["status"] == 502


@pytest.mark.parametrize(("accept", "status"), [("*/*", 200), ("", 200), ("application/json", 400)])
def test_any_accept_but_json_will_do(world: World, accept: str, status: int) -> None:
    assert read(world, accept=accept).status_code == status


def test_access_needs_the_scope_and_the_own_binding(world: World) -> None:
    assert requests.get(url(world), headers=world.bearer(f"{AGS}score"), timeout=5).status_code == 401
    assert requests.get(url(world), timeout=5).status_code == 401
    other = world.tool.register_at(world.school, name="Ander")
    address = url(world).replace(f"bindings/{world.registration.id}/", f"bindings/{other.id}/")
    recorded = RECORDED["other binding (type 18) with type 1 token"]
    assert read(world, address).status_code == recorded["status"] == 401
    gone = url(world).replace(f"CourseSection/{world.course.id}/", "CourseSection/999/")
    assert read(world, gone).status_code == RECORDED["unknown course"]["status"] == 404
    assert requests.post(url(world), headers=world.bearer(), timeout=5).status_code == RECORDED["POST"]["status"]
