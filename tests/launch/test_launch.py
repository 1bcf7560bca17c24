"""Launches that hold: those of a real Moodle, and every valid variant of the certification (C2, C3, C4)."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.courses.models import Account, Course, CourseMember, Placement
from lti_tool.database import Database
from lti_tool.launch.claims import MessageType
from lti_tool.launch.models import DeepLinkingRequest, SessionSeat
from lti_tool.launch.service import Launch, LaunchFollower
from lti_tool.platforms.models import Platform
from mappings.roles import Role
from tests.launch.parties import DL_SETTINGS, LTI, Stage, recording

MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
LEARNER, INSTRUCTOR = f"{MEMBERSHIP}#Learner", f"{MEMBERSHIP}#Instructor"
TEST_USER = "http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
DEEPLINKS = [
    "deeplink_1_item",
    "deeplink_4_items",
    "deeplink_4_items_with_url",
    "deeplink_empty_items",
    "deeplink_first_in_course_without_link",
]


def only(database: Database, model: type[Any]) -> Any:  # noqa: ANN401
    with database.session() as session:
        return session.scalars(select(model)).one()


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("launch_student", Role.PARTICIPANT),
        ("launch_contentitem_custom", Role.PARTICIPANT),
        ("launch_no_grade_link_custom_params", Role.PARTICIPANT),
        ("launch_privacy_delegate_off", Role.PARTICIPANT),
        ("launch_privacy_never", Role.PARTICIPANT),
        ("launch_second_course", Role.PARTICIPANT),
        ("launch_editingteacher", Role.TRAINER),
        ("launch_nonediting_teacher", Role.TRAINER),
        ("launch_manager", Role.TRAINER),
        ("launch_contentitem_teacher", Role.TRAINER),
        ("launch_admin", Role.TRAINER),
    ],
)
def test_a_launch_of_a_real_moodle_opens_its_placement(stage: Stage, name: str, role: Role) -> None:
    recorded = recording(name)["claims"]
    browser = stage.browser()
    answer = browser.launch(name)
    assert answer.status_code == 303, answer.text
    placement = only(stage.database, Placement)
    assert answer.headers["Location"] == f"/placement/{placement.id}"
    assert placement.resource_link_id == recorded[f"{LTI}resource_link"]["id"]
    assert placement.lineitem_url == recorded.get(AGS, {}).get("lineitem")
    assert placement.lineitems_url == recorded.get(AGS, {}).get("lineitems")
    assert placement.ags_scopes == recorded.get(AGS, {}).get("scope", [])
    assert placement.memberships_url == recorded.get(NRPS, {}).get("context_memberships_url")
    course = only(stage.database, Course)
    assert (course.context_id, course.title) == (recorded[f"{LTI}context"]["id"], recorded[f"{LTI}context"]["title"])
    account = only(stage.database, Account)
    assert (account.subject, account.display_name) == (recorded["sub"], recorded.get("name"))
    assert only(stage.database, CourseMember).role == role
    assert browser.client.get(answer.headers["Location"]).text == f"placement {placement.id} for {account.id}"
    assert browser.who()["seats"] == {course.id: role.value}


@pytest.mark.parametrize("name", DEEPLINKS)
def test_a_deep_linking_request_of_a_real_moodle_opens_the_picker(stage: Stage, name: str) -> None:
    browser = stage.browser()
    answer = browser.launch(name)
    assert answer.status_code == 303, answer.text
    request = only(stage.database, DeepLinkingRequest)
    assert answer.headers["Location"] == f"/embed/{request.id}"
    assert request.settings == recording(name)["claims"][DL_SETTINGS]
    deployment_id = recording(name)["claims"][f"{LTI}deployment_id"]
    assert (request.deployment_id, request.course_id) == (deployment_id, only(stage.database, Course).id)
    assert (request.session_id, request.platform_id) == (browser.who()["session"], stage.platform.id)
    assert (request.answered_at, request.answer) == (None, None)
    assert stage.count(Placement) == [0]
    assert browser.client.get(answer.headers["Location"]).text.startswith(f"picker {request.id}")


def test_a_link_with_an_address_of_its_own_opens(lite: Stage) -> None:
    target = "http://localhost:8401/lti/launch?fase=1"
    browser = lite.browser()
    asked = browser.auth_request(target_link_uri=target)
    claims = lite.claims(asked["nonce"], "launch_contentitem_with_url", target_link_uri=target)
    assert browser.post(lite.sign(claims), asked["state"]).status_code == 303


@pytest.mark.parametrize(
    ("roles", "role"),
    [
        ([INSTRUCTOR], Role.TRAINER),
        (["Instructor"], Role.TRAINER),
        ([LEARNER, f"{MEMBERSHIP}#Mentor"], Role.PARTICIPANT),
        (["Learner"], Role.PARTICIPANT),
        (["http://purl.imsglobal.org/vocab/lis/v2/unknown/unknown#Helper"], Role.VISITOR),
        ([], Role.VISITOR),
        ([LEARNER, 5, None, {"role": INSTRUCTOR}], Role.PARTICIPANT),
        (["http://purl.imsglobal.org/vocab/lis/v2/institution/person#Instructor"], Role.VISITOR),
        ([LEARNER, TEST_USER], Role.VISITOR),
        ([INSTRUCTOR, TEST_USER], Role.VISITOR),
    ],
)
def test_roles_give_what_they_amount_to_and_the_unknown_gives_nothing(lite: Stage, roles: list[object], role: Role) -> None:
    browser = lite.browser()
    assert browser.launch(roles=roles).status_code == 303
    assert list(browser.who()["seats"].values()) == [role.value]


@pytest.mark.parametrize(
    ("claims", "name"),
    [
        ({"given_name": None, "family_name": None, "name": None}, None),
        ({"name": None}, "Renée van den Berg"),
        ({"name": None, "family_name": None}, "Renée"),
        ({"email": None}, "Renée van den Berg"),
        ({"given_name": None, "family_name": None, "email": None}, "Renée van den Berg"),
        ({"name": 5, "given_name": ["x"], "family_name": {}}, None),
        ({"name": " R&amp;D \u0000 "}, "R&D"),
    ],
)
def test_names_may_be_absent_in_part_or_as_a_whole(stage: Stage, claims: Mapping[str, Any], name: str | None) -> None:
    assert stage.browser().launch(**claims).status_code == 303
    assert only(stage.database, Account).display_name == name


def test_only_what_is_required_is_enough(stage: Stage) -> None:
    extra = ("context", "lis", "launch_presentation", "tool_platform", "custom", "ext")
    without: dict[str, Any] = dict.fromkeys(extra) | {AGS: None, NRPS: None, "email": None, "name": None}
    browser = stage.browser()
    assert browser.launch(**without, given_name=None, family_name=None).status_code == 303
    assert only(stage.database, Course).context_id == ""
    placement = only(stage.database, Placement)
    assert (placement.lineitem_url, placement.lineitems_url, placement.ags_scopes) == (None, None, [])
    assert browser.who()["return_urls"] == {}


@pytest.mark.parametrize(
    "odd",
    [
        {"custom": [], "launch_presentation": [], "lis": []},
        {"custom": "x", "launch_presentation": {"locale": 5, "return_url": "javascript:alert(1)"}},
        {AGS: {"scope": "x", "lineitem": 5, "lineitems": "ftp://x"}, NRPS: {"context_memberships_url": ["x"]}},
        {AGS: [], NRPS: {}},
        {"context": []},
        {"context": {"id": "2", "title": None, "label": 5}},
        {"resource_link": {"id": "1", "title": "x" * 5000, "description": None}},
        {"extra_claim": {"deep": [[[[{"x": 1.5}]]]]}},
    ],
)
def test_optional_claims_of_an_odd_form_do_not_stop_a_launch(stage: Stage, odd: Mapping[str, Any]) -> None:
    assert stage.browser().launch(**odd).status_code == 303


class TestFollowers:
    @pytest.fixture
    def seen(self) -> list[Launch]:
        return []

    @pytest.fixture
    def followers(self, seen: list[Launch]) -> list[LaunchFollower]:
        def note(session: Session, launch: Launch) -> None:
            assert session.get(Account, launch.account_id) is not None
            seen.append(launch)

        return [note, note]

    def test_they_are_told_who_where_and_as_what(self, stage: Stage, seen: list[Launch]) -> None:
        custom = {"cohort": "abc", "assignment": None, "list": ["x"], "number": 5, "nul": "a\0b", "var": "$Course.id"}
        stage.browser().launch(custom=custom)
        assert len(seen) == 2
        launch = seen[0]
        assert launch == seen[1]
        assert launch.message_type is MessageType.RESOURCE_LINK
        assert launch.platform == stage.platform
        assert (launch.role, launch.deep_linking_id) == (Role.PARTICIPANT, None)
        assert launch.custom == {"cohort": "abc", "var": "$Course.id"}
        account, placement = only(stage.database, Account), only(stage.database, Placement)
        assert (launch.account_id, launch.person_id) == (account.id, account.person_id)
        assert (launch.course_id, launch.placement_id) == (placement.course_id, placement.id)

    def test_they_hear_of_deep_linking_too(self, lite: Stage, seen: list[Launch]) -> None:
        lite.browser().launch("deeplink_1_item")
        assert seen[0].message_type is MessageType.DEEP_LINKING
        assert seen[0].placement_id is None
        assert seen[0].deep_linking_id == only(lite.database, DeepLinkingRequest).id

    def test_they_hear_nothing_of_a_refused_launch(self, lite: Stage, seen: list[Launch]) -> None:
        assert lite.browser().launch(version="1.2.0").status_code == 400
        assert seen == []


class TestAFollowerThatFails:
    @pytest.fixture
    def followers(self) -> list[LaunchFollower]:
        def fail(_session: Session, _launch: Launch) -> None:
            raise LookupError

        return [fail]

    def test_nothing_is_stored_and_the_launch_can_be_tried_again(
        self, stage: Stage, followers: list[LaunchFollower]
    ) -> None:
        browser = stage.browser()
        stage.app.testing = False
        answer = browser.launch()
        assert answer.status_code == 500
        assert stage.stored() == 0
        assert stage.pending() == 1
        assert followers


def test_where_the_course_is_stays_with_the_person_who_launched(stage: Stage) -> None:
    renee, tom = stage.browser(), stage.browser()
    renee.launch()
    back = "http://school.example.org/mod/lti/return.php?sesskey=tom"
    tom.launch("launch_editingteacher", launch_presentation={"return_url": back})
    recorded = recording("launch_student")["claims"][f"{LTI}launch_presentation"]["return_url"]
    assert list(renee.who()["return_urls"].values()) == [recorded]
    assert list(tom.who()["return_urls"].values()) == [back]
    assert stage.count(SessionSeat) == [2]


def test_the_language_of_the_platform_is_the_language_of_the_pages(lite: Stage) -> None:
    dutch, english, french = lite.browser(), lite.browser(), lite.browser()
    dutch.launch(sub="1", launch_presentation={"locale": "nl-NL"})
    english.launch(sub="2", launch_presentation={"locale": "en_GB"})
    french.launch(sub="3", launch_presentation={"locale": "fr"})
    assert [browser.who()["locale"] for browser in (dutch, english, french)] == ["nl", "en", "nl"]


def test_a_launch_is_noted_on_the_platform_and_logged_without_anything_personal(stage: Stage) -> None:
    stage.browser().launch()
    with stage.database.session() as session:
        assert session.get_one(Platform, stage.platform.id).last_launch_at == stage.clock()
    (line,) = [line for line in stage.log if line["event"] == "launched"]
    assert {name: line[name] for name in ("platform", "message", "role")} == {
        "platform": stage.platform.id,
        "message": "LtiResourceLinkRequest",
        "role": "participant",
    }
    for personal in ("Renée", "deelnemer01", "lab.invalid", "ICC-0001"):
        assert personal not in repr(stage.log)


@pytest.mark.parametrize(
    ("aud", "azp"),
    [
        ("icc-bridge", None),
        (["icc-bridge"], None),
        ("icc-bridge", "icc-bridge"),
        (["another", "icc-bridge"], "icc-bridge"),
        (["icc-bridge", "another"], "icc-bridge"),
    ],
)
def test_a_token_for_us_and_others_holds_when_we_are_its_authorized_party(lite: Stage, aud: object, azp: str | None) -> None:
    assert lite.browser().launch(aud=aud, azp=azp).status_code == 303


@pytest.mark.parametrize(
    ("iat", "exp", "nbf"),
    [(0, 60, None), (59, 119, None), (-600, 60, None), (-60, -59, None), (0.5, 60.5, None), (0, 60, 30), (0, 60, 0)],
)
def test_clocks_may_differ_by_a_minute(lite: Stage, iat: float, exp: float, nbf: int | None) -> None:
    now = int(lite.clock().timestamp())
    times = {"iat": now + iat, "exp": now + exp, "nbf": None if nbf is None else now + nbf}
    assert lite.browser().launch(**times).status_code == 303
