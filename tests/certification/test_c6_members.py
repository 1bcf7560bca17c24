"""C6: Names and Role Provisioning Services, spoken by the running application."""

from typing import Any

import pytest

from lti_tool.advantage.memberships import Member, MembershipService, MemberStatus
from lti_tool.demo.school import Link, Role
from lti_tool.errors import BadAnswer
from lti_tool.platforms.service import PlatformInfo, info_of
from mappings.roles import TEST_USER
from mappings.roles import Role as Part
from tests.certification.arrivals import INSTRUCTOR, LEARNER
from tests.certification.premises import LTI, Premises
from tests.scripted_platform import Reply, ScriptedPlatform

PATH = "/courses/1/Memberships"


@pytest.fixture
def link(premises: Premises) -> Link:
    """A link, known to the tool by a launch."""
    premises.visitor().open()
    return premises.link


@pytest.fixture
def neighbour(premises: Premises, scripted: ScriptedPlatform) -> PlatformInfo:
    """A platform of no known family, that gives a token and otherwise says what the test wrote down."""
    scripted.answer("POST /token", Reply(200, {"access_token": "token-1", "expires_in": 3600}))
    return info_of(premises.neighbour(scripted.url))


def service(premises: Premises) -> MembershipService:
    return MembershipService(premises.parts.connector)


def at_school(premises: Premises, link: Link, **asked: str) -> dict[str, Member]:
    """The members of the course, by id, at the address that the launch of a link brought."""
    url = premises.placement(link).memberships_url
    assert url is not None
    found = list(service(premises).members(premises.platform, url, **asked))
    assert len({member.user_id for member in found}) == len(found)
    assert list(premises.school.refusals) == []
    return {member.user_id: member for member in found}


def listed(premises: Premises, neighbour: PlatformInfo) -> list[Member]:
    """The members that the scripted platform lists."""
    return list(service(premises).members(neighbour, f"{neighbour.issuer}{PATH}"))


def row(user_id: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"user_id": user_id, "roles": [LEARNER], **more}


def page(*rows: dict[str, Any], **links: str) -> Reply:
    """A page of members, with the addresses that its Link header names."""
    header = ", ".join(f'<{address}>; rel="{relation}"' for relation, address in links.items())
    return Reply(200, {"members": list(rows)}, {"Link": header} if header else {})


def test_c6_57_members_of_the_course(premises: Premises, link: Link) -> None:
    found = at_school(premises, link)
    assert set(found) == {premises.trainer.id, premises.teacher.id}
    assert found[premises.teacher.id].name == "Zoë van 't Höfen & Zn"
    assert (found[premises.trainer.id].role, found[premises.teacher.id].role) == (Part.TRAINER, Part.PARTICIPANT)


def test_c6_58_pages_and_the_case_of_the_next_address(
    premises: Premises, neighbour: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    second, third = f"{scripted.url}{PATH}?Page=AbCdEf%2B1&Sort=ID", f"{PATH}?Page=XyZ"
    scripted.answer(
        f"GET {PATH}", page(row("1"), row("2"), next=second), page(row("2"), row("3"), next=third), page(row("4"))
    )
    assert [member.user_id for member in listed(premises, neighbour)] == ["1", "2", "3", "4"]
    queries = [asked.query for asked in scripted.calls(PATH)]
    assert queries == [{}, {"Page": ["AbCdEf+1"], "Sort": ["ID"]}, {"Page": ["XyZ"]}]


def test_c6_59_participants_only(
    premises: Premises, link: Link, neighbour: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    premises.person("Bram", Role.TEACHER)
    participants = [member.user_id for member in at_school(premises, link).values() if member.participates]
    assert participants == [premises.teacher.id]
    # a platform that forgets the filter on its next page cannot mislead who does not ask for one
    scripted.answer(
        f"GET {PATH}",
        page(row("1"), row("2", roles=[INSTRUCTOR]), next=f"{PATH}?p=2"),
        page(row("3"), row("4", roles=["Instructor"]), row("5", roles=["Learner"]), row("6", roles=[LEARNER, TEST_USER])),
    )
    assert [member.user_id for member in listed(premises, neighbour) if member.participates] == ["1", "3", "5"]
    assert not [asked for asked in scripted.calls(PATH) if "role" in asked.query]


def test_c6_60_members_of_a_link(premises: Premises, link: Link) -> None:
    found = at_school(premises, link, resource_link_id=link.id)
    assert set(found) == {premises.trainer.id, premises.teacher.id}
    for member in found.values():
        assert member.message[f"{LTI}message_type"] == "LtiResourceLinkRequest"
    assert not [member for member in at_school(premises, link).values() if member.message]


def test_c6_61_status_in_every_spelling(premises: Premises, neighbour: PlatformInfo, scripted: ScriptedPlatform) -> None:
    uri = "http://purl.imsglobal.org/vocab/lis/v2/status#"
    spellings: dict[MemberStatus, list[str | None]] = {
        MemberStatus.ACTIVE: [None, "Active", "ACTIVE", "active", f"{uri}Active"],
        MemberStatus.INACTIVE: ["Inactive", "INACTIVE", f"{uri}Inactive", "Suspended"],
        MemberStatus.DELETED: ["Deleted", "DELETED", f"{uri}Deleted"],
    }
    for status, words in spellings.items():
        rows = [row(str(number), **({"status": word} if word else {})) for number, word in enumerate(words)]
        scripted.answer(f"GET {PATH}", page(*rows))
        found = listed(premises, neighbour)
        assert [member.status for member in found] == [status] * len(words)
        assert {member.participates for member in found} == {status is MemberStatus.ACTIVE}


def test_c6_62_members_without_personal_data(premises: Premises, link: Link) -> None:
    premises.registration.claims = ["iss", "sub"]
    found = at_school(premises, link)
    assert {member.name for member in found.values()} == {None}
    assert found[premises.teacher.id].participates


def test_c6_63_a_next_page_elsewhere(premises: Premises, neighbour: PlatformInfo, scripted: ScriptedPlatform) -> None:
    host = scripted.url.removeprefix("http://")
    with ScriptedPlatform() as elsewhere:
        for target in (
            f"{elsewhere.url}{PATH}",
            f"https://{host}{PATH}",
            f"//{elsewhere.url.removeprefix('http://')}{PATH}",
            f"http://{host}@evil.example.org{PATH}",
            f"http://{host}.evil.example.org{PATH}",
        ):
            scripted.answer(f"GET {PATH}", page(row("1"), next=target))
            with pytest.raises(BadAnswer):
                listed(premises, neighbour)
        assert elsewhere.asked == []


def test_c6_64_next_pages_in_a_circle(premises: Premises, neighbour: PlatformInfo, scripted: ScriptedPlatform) -> None:
    for following in ([PATH], [f"{PATH}?p=2", f"{PATH}?p=3", f"{PATH}?p=2"]):
        scripted.asked.clear()
        scripted.answer(f"GET {PATH}", *(page(row("1"), next=f"{scripted.url}{address}") for address in following))
        with pytest.raises(BadAnswer):
            listed(premises, neighbour)
        assert len(scripted.calls(PATH)) == len(following)


def test_c6_65_differences(premises: Premises, neighbour: PlatformInfo, scripted: ScriptedPlatform) -> None:
    since = f"{scripted.url}{PATH}?Since=622"
    scripted.answer(f"GET {PATH}", page(row("1"), row("2"), differences=since))
    roster = service(premises).members(neighbour, f"{scripted.url}{PATH}")
    assert [member.user_id for member in roster] == ["1", "2"]
    assert roster.differences == since
    scripted.answer(f"GET {PATH}", page(row("2", status="Deleted"), row("3")))
    changes = service(premises).members(neighbour, roster.differences)
    assert {member.user_id: member.status for member in changes} == {"2": MemberStatus.DELETED, "3": MemberStatus.ACTIVE}
    assert scripted.calls(PATH)[-1].query == {"Since": ["622"]}
    # at a school that offers none, everybody is read again
    premises.visitor().open()
    url = premises.placement(premises.link).memberships_url
    assert url is not None
    plain = service(premises).members(premises.platform, url)
    assert len(list(plain)) == 2
    assert plain.differences is None
