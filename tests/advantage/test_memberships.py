"""Memberships: the recorded ones of a Moodle 4.5, pages, statuses, and names that were escaped."""

import json
from typing import Any

import pytest

from lti_tool.advantage.errors import ServiceRefused
from lti_tool.advantage.memberships import Member, MembershipService, MemberStatus
from lti_tool.errors import BadAnswer, Unreachable
from lti_tool.platforms.service import PlatformInfo
from mappings.roles import Role, course_role
from tests.advantage.conftest import World
from tests.demo.conftest import recording
from tests.scripted_platform import Reply, ScriptedPlatform

CASES: list[dict[str, Any]] = recording("nrps")
RECORDED: dict[str, Any] = {case["case"]: case for case in CASES}
PATH = "/mod/lti/services.php/CourseSection/2/bindings/1/memberships"


def replay(scripted: ScriptedPlatform, *cases: dict[str, Any]) -> None:
    def local(text: str) -> str:
        return text.replace("http://127.0.0.1:8800", scripted.url)

    replies = [
        Reply(
            case["status"],
            json.loads(local(json.dumps(case["body"]))),
            {name: local(value) for name, value in case["headers"].items() if name in ("Link", "Content-Type")},
        )
        for case in cases
    ]
    scripted.answer(f"GET {PATH}", *replies)


def test_the_people_of_a_course_are_listed(memberships: MembershipService, world: World) -> None:
    found = {member.user_id: member for member in memberships.members(world.platform, world.memberships_url)}
    assert set(found) == {world.trainer.id, world.teacher.id, world.colleague.id}
    prefix = "" if world.platform.family == "moodle" else "http://purl.imsglobal.org/vocab/lis/v2/membership#"
    assert found[world.teacher.id] == Member(world.teacher.id, (f"{prefix}Learner",), "Zoë van 't Höfen & Zn")
    assert found[world.trainer.id].roles == (f"{prefix}Instructor",)
    assert course_role(found[world.teacher.id].roles) is Role.PARTICIPANT
    assert course_role(found[world.trainer.id].roles) is Role.TRAINER
    assert list(world.school.refusals) == []


def test_a_school_that_keeps_names_to_itself_gives_none(memberships: MembershipService, world: World) -> None:
    world.registration.claims = ["iss", "sub"]
    assert {member.name for member in memberships.members(world.platform, world.memberships_url)} == {None}


def test_the_recorded_list_of_a_moodle_is_read(
    memberships: MembershipService, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    replay(scripted, RECORDED["all"])
    found = list(memberships.members(platform, f"{scripted.url}{PATH}"))
    assert len(found) == len(RECORDED["all"]["body"]["members"])
    assert {member.status for member in found} == {MemberStatus.ACTIVE}
    assert next(member for member in found if member.user_id == "34").name == "Xander &amp"
    assert not [member.name for member in found if member.name and "&lt;" in member.name]
    assert scripted.calls(PATH)[0].headers["Accept"] == "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"


def test_the_recorded_pages_of_a_moodle_are_followed(
    memberships: MembershipService, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    replay(scripted, *[case for case in CASES if case["case"] == "page"])
    found = [member.user_id for member in memberships.members(platform, f"{scripted.url}{PATH}?limit=10")]
    assert sorted(found) == sorted(member["user_id"] for member in RECORDED["all"]["body"]["members"])
    assert [call.query["from"] for call in scripted.calls(PATH)[1:4]] == [["10"], ["20"], ["30"]]


def test_nobody_comes_twice_although_a_moodle_forgets_the_role(
    memberships: MembershipService, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    second = {**RECORDED["page 2 of role=Learner via Link"], "headers": {}}
    replay(scripted, RECORDED["role=Learner&limit=10"], second)
    found = [member.user_id for member in memberships.members(platform, f"{scripted.url}{PATH}")]
    assert len(found) == len(set(found))


def test_the_recorded_privacy_of_a_moodle_leaves_no_names(
    memberships: MembershipService, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    replay(scripted, RECORDED["privacy never (type 18)"])
    assert {member.name for member in memberships.members(platform, f"{scripted.url}{PATH}")} == {None}


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({}, MemberStatus.ACTIVE),
        ({"status": "Active"}, MemberStatus.ACTIVE),
        ({"status": "ACTIVE"}, MemberStatus.ACTIVE),
        ({"status": "http://purl.imsglobal.org/vocab/lis/v2/status#Active"}, MemberStatus.ACTIVE),
        ({"status": "Inactive"}, MemberStatus.INACTIVE),
        ({"status": "Deleted"}, MemberStatus.DELETED),
        ({"status": "Something new"}, MemberStatus.INACTIVE),
        ({"status": 5}, MemberStatus.INACTIVE),
    ],
)
def test_a_status_is_read_in_every_spelling(
    memberships: MembershipService,
    platform: PlatformInfo,
    scripted: ScriptedPlatform,
    given: dict[str, object],
    status: MemberStatus,
) -> None:
    scripted.answer(f"GET {PATH}", Reply(200, {"members": [{"user_id": "1", "roles": [], **given}]}))
    (found,) = memberships.members(platform, f"{scripted.url}{PATH}")
    assert found.status is status


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"name": "Zo&euml; &amp Zn"}, "Zoë & Zn"),
        ({"name": "  "}, None),
        ({"name": 5, "given_name": "Zoë", "family_name": "Bakker"}, "Zoë Bakker"),
        ({"given_name": "Zoë"}, "Zoë"),
        ({"name": None}, None),
    ],
)
def test_a_name_is_read_as_it_was_meant(
    memberships: MembershipService,
    platform: PlatformInfo,
    scripted: ScriptedPlatform,
    row: dict[str, object],
    expected: str | None,
) -> None:
    scripted.answer(f"GET {PATH}", Reply(200, {"members": [{"user_id": 7, "roles": ["Learner", 5], **row}]}))
    (found,) = memberships.members(platform, f"{scripted.url}{PATH}")
    assert (found.user_id, found.roles, found.name) == ("7", ("Learner",), expected)
    assert expected is None or expected not in repr(found)


def test_rows_that_are_nobody_are_passed_over(
    memberships: MembershipService, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    rows = ["x", None, {}, {"user_id": ""}, {"user_id": None}, {"user_id": "1", "roles": "Learner"}]
    scripted.answer(f"GET {PATH}", Reply(200, {"members": rows}))
    assert list(memberships.members(platform, f"{scripted.url}{PATH}")) == [Member("1", (), None)]


def test_a_next_page_elsewhere_or_in_a_circle_is_refused(
    memberships: MembershipService, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    for target in ("https://elsewhere.example.org/x", PATH):
        scripted.answer(f"GET {PATH}", Reply(200, {"members": []}, {"Link": f'<{target}>; rel="next"'}))
        with pytest.raises(BadAnswer):
            list(memberships.members(platform, f"{scripted.url}{PATH}"))


def test_who_has_a_link_comes_with_what_its_launch_would_say(memberships: MembershipService, world: World) -> None:
    found = list(memberships.members(world.platform, world.memberships_url, resource_link_id=world.link.id))
    assert len(found) == 3
    for member in found:
        assert member.message["https://purl.imsglobal.org/spec/lti/claim/message_type"] == "LtiResourceLinkRequest"
        assert "sourcedid" not in repr(member)
    with pytest.raises(ServiceRefused):
        list(memberships.members(world.platform, world.memberships_url, resource_link_id="999"))


def test_the_recorded_members_of_a_link_are_read(
    memberships: MembershipService, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    replay(scripted, RECORDED["rlid=6 (lti id)"])
    found = list(memberships.members(platform, f"{scripted.url}{PATH}", resource_link_id="6"))
    assert scripted.calls(PATH)[0].query == {"rlid": ["6"]}
    assert len(found) == len(RECORDED["rlid=6 (lti id)"]["body"]["members"])
    assert all(member.message for member in found)


def test_what_has_changed_since_is_read_where_a_platform_offers_it(
    memberships: MembershipService, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    first = {"members": [{"user_id": "1", "roles": ["Learner"]}]}
    differences = '</Changes?Since=Ab1>; rel="differences"'
    scripted.answer(f"GET {PATH}", Reply(200, first, {"Link": f'</page2>; rel="next", {differences}'}))
    scripted.answer("GET /page2", Reply(200, {"members": [{"user_id": "2", "roles": ["Learner"]}]}))
    roster = memberships.members(platform, f"{scripted.url}{PATH}")
    assert roster.differences is None
    assert [member.user_id for member in roster] == ["1", "2"]
    assert roster.differences == f"{scripted.url}/Changes?Since=Ab1"
    gone = {"members": [{"user_id": "1", "roles": ["Learner"], "status": "Deleted"}]}
    scripted.answer("GET /Changes", Reply(200, gone, {"Link": '</Changes?Since=Ab2>; rel="differences"'}))
    later = memberships.members(platform, roster.differences or "")
    assert [(member.user_id, member.status) for member in later] == [("1", MemberStatus.DELETED)]
    assert later.differences == f"{scripted.url}/Changes?Since=Ab2"
    assert scripted.calls("/Changes")[0].query == {"Since": ["Ab1"]}


def test_changes_elsewhere_are_refused(
    memberships: MembershipService, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    link = '<https://elsewhere.example.org/x>; rel="differences"'
    scripted.answer(f"GET {PATH}", Reply(200, {"members": []}, {"Link": link}))
    with pytest.raises(BadAnswer, match="not its own"):
        list(memberships.members(platform, f"{scripted.url}{PATH}"))


MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"


@pytest.mark.parametrize(
    ("row", "role", "participates"),
    [
        ({"roles": ["Learner"]}, Role.PARTICIPANT, True),
        ({"roles": [f"{MEMBERSHIP}Learner"], "status": "ACTIVE"}, Role.PARTICIPANT, True),
        ({"roles": ["Instructor"]}, Role.TRAINER, False),
        ({"roles": [f"{MEMBERSHIP}Instructor", f"{MEMBERSHIP}Learner"]}, Role.PARTICIPANT, True),
        ({"roles": ["Learner"], "status": "Inactive"}, Role.PARTICIPANT, False),
        ({"roles": ["Learner"], "status": "DELETED"}, Role.PARTICIPANT, False),
        ({"roles": [f"{MEMBERSHIP}Learner", TEST_USER]}, Role.PARTICIPANT, False),
        ({"roles": [f"{MEMBERSHIP}Mentor"]}, Role.VISITOR, False),
        ({"roles": []}, Role.VISITOR, False),
        ({}, Role.VISITOR, False),
    ],
)
def test_who_follows_the_course_now(
    memberships: MembershipService,
    platform: PlatformInfo,
    scripted: ScriptedPlatform,
    row: dict[str, object],
    role: Role,
    participates: bool,
) -> None:
    scripted.answer(f"GET {PATH}", Reply(200, {"members": [{"user_id": "1", **row}]}))
    (found,) = memberships.members(platform, f"{scripted.url}{PATH}")
    assert (found.role, found.participates) == (role, participates)


def test_pages_that_never_end_are_an_error(
    memberships: MembershipService, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    replies = [Reply(200, {"members": []}, {"Link": f'<{PATH}?from={number}>; rel="next"'}) for number in range(300)]
    scripted.answer(f"GET {PATH}", *replies)
    with pytest.raises(BadAnswer, match="do not end"):
        list(memberships.members(platform, f"{scripted.url}{PATH}"))


def test_a_large_course_without_pages_is_read(
    memberships: MembershipService, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    rows = [{"user_id": str(number), "roles": ["Learner"], "filler": "x" * 300} for number in range(4000)]
    scripted.answer(f"GET {PATH}", Reply(200, {"members": rows}))
    assert sum(1 for _ in memberships.members(platform, f"{scripted.url}{PATH}")) == 4000


@pytest.mark.parametrize("body", [[], {}, {"members": {}}, b"<html>", b""])
def test_what_is_no_list_of_members_is_a_bad_answer(
    memberships: MembershipService, platform: PlatformInfo, scripted: ScriptedPlatform, body: object
) -> None:
    scripted.answer(f"GET {PATH}", Reply(200, body))
    with pytest.raises(BadAnswer):
        list(memberships.members(platform, f"{scripted.url}{PATH}"))


@pytest.mark.parametrize(
    ("case", "kind"),
    [("bad token", Unreachable), ("unknown course", ServiceRefused), ("rlid of other course (4)", Unreachable)],
)
def test_the_recorded_refusals_of_a_moodle_become_errors(
    memberships: MembershipService, platform: PlatformInfo, scripted: ScriptedPlatform, case: str, kind: type[Exception]
) -> None:
    recorded = RECORDED[case]
    body = recorded["body"].encode() if isinstance(recorded["body"], str) else recorded["body"]
    scripted.answer(f"GET {PATH}", Reply(recorded["status"], body))
    with pytest.raises(kind):
        list(memberships.members(platform, f"{scripted.url}{PATH}"))
