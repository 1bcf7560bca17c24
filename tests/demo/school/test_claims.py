"""The claims, compared with those a real Moodle sent."""

from typing import Any

import pytest

from lti_tool.demo.school import Role
from lti_tool.demo.school.scopes import AGS_CLAIM, BO_CLAIM, GRADE_SYNC, MEMBERSHIP, NRPS_CLAIM
from tests.demo.conftest import World, recording
from tests.demo.school.test_oidc import shape
from tests.demo.scripted_tool import DL, LTI


def without_custom(claims: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    """The shape of claims, leaving out the tool's own parameters."""
    return {key: value for key, value in shape(claims).items() if key != LTI + "custom"}


@pytest.mark.parametrize("name", ["launch_student", "launch_editingteacher"])
def test_a_launch_has_the_recorded_shape(world: World, name: str) -> None:
    world.registration.claims.append("email")
    person = world.teacher if name == "launch_student" else world.trainer
    ours = world.school.launch_claims(person, world.link)
    recorded = recording(name)["claims"]
    assert list(ours) == list(recorded)
    assert without_custom(ours) == without_custom(recorded)
    assert ours[LTI + "roles"] == recorded[LTI + "roles"]
    assert ours[AGS_CLAIM]["scope"] == recorded[AGS_CLAIM]["scope"]
    assert list(ours[LTI + "custom"])[-1] == list(recorded[LTI + "custom"])[-1] == "context_memberships_url"


def test_an_admin_launch_has_the_recorded_roles(world: World) -> None:
    ours = world.school.launch_claims(world.admin, world.link)
    assert ours[LTI + "roles"] == recording("launch_admin")["claims"][LTI + "roles"]


def test_a_non_editing_teacher_is_an_instructor(world: World) -> None:
    world.school.enrol(world.colleague, world.course, Role.ASSISTANT)
    ours = world.school.launch_claims(world.colleague, world.link)
    assert ours[LTI + "roles"] == recording("launch_nonediting_teacher")["claims"][LTI + "roles"]


def test_without_name_claims_no_name_is_sent(world: World) -> None:
    world.registration.claims = ["iss", "sub"]
    world.registration.custom = {"naam": "$Person.name.full", "post": "$Person.email.primary"}
    ours = world.school.launch_claims(world.teacher, world.link)
    recorded = recording("launch_privacy_never")["claims"]
    assert set(ours) == set(recorded)
    assert ours[LTI + "ext"].keys() == recorded[LTI + "ext"].keys()
    assert ours["sub"] == world.teacher.id
    assert ours[LTI + "lis"]["person_sourcedid"] == "D001"
    assert ours[LTI + "custom"]["naam"] == "$Person.name.full"
    assert world.teacher.family not in str(ours)
    assert world.teacher.email not in str(ours)


def test_a_submission_review_has_the_recorded_shape(world: World) -> None:
    world.registration.claims.append("email")
    world.item.review_url = f"{world.tool.url}/review"
    world.item.review_custom = {"beoordelen": "ja"}
    ours = world.school.launch_claims(world.trainer, world.link, for_user=world.teacher)
    recorded = recording("launch_submission_review")["claims"]
    assert list(ours) == list(recorded)
    assert without_custom(ours) == without_custom(recorded)
    assert ours[LTI + "message_type"] == "LtiSubmissionReviewRequest"
    assert ours[LTI + "for_user"] == {"user_id": world.teacher.id}
    assert ours[LTI + "target_link_uri"] == f"{world.tool.url}/review"
    assert ours[LTI + "custom"]["beoordelen"] == "ja"


def test_a_deep_linking_request_has_the_recorded_shape(world: World) -> None:
    world.registration.claims.append("email")
    ours = world.school.deep_link_claims(world.trainer, world.course, world.registration)
    recorded = recording("deeplink_4_items")["claims"]
    assert list(ours) == list(recorded)
    assert without_custom(ours) == without_custom(recorded)
    settings, theirs = ours[DL + "deep_linking_settings"], recorded[DL + "deep_linking_settings"]
    varying = ("deep_link_return_url", "title")
    assert {k: v for k, v in settings.items() if k not in varying} == {k: v for k, v in theirs.items() if k not in varying}
    assert "data" not in settings


def test_the_first_deep_link_in_a_course_has_no_memberships(world: World) -> None:
    empty = world.school.add_course("Nog leeg")
    ours = world.school.deep_link_claims(world.trainer, empty, world.registration)
    recorded = recording("deeplink_first_in_course_without_link")["claims"]
    assert NRPS_CLAIM not in ours
    assert NRPS_CLAIM not in recorded
    assert "context_memberships_url" not in ours[LTI + "custom"]


def test_deep_linking_can_ask_for_other_things(world: World) -> None:
    world.school.deep_linking.accept_multiple = False
    world.school.deep_linking.data = "terug te sturen"
    world.school.deep_linking.accept_types = ["link"]
    settings = world.school.deep_link_claims(world.trainer, world.course, world.registration)[DL + "deep_linking_settings"]
    assert settings["accept_multiple"] is False
    assert settings["data"] == "terug te sturen"
    assert settings["accept_types"] == ["link"]


def test_variables_are_filled_in_and_unknown_ones_stay(world: World) -> None:
    world.registration.custom = {
        "link": "$ResourceLink.id",
        "cursus": "$Context.title",
        "wie": "$User.id",
        "groepen": "$CourseGroup.ids",
        "som": "a=b=c",
        "GROOT": "x",
    }
    custom = world.school.launch_claims(world.teacher, world.link)[LTI + "custom"]
    assert custom["link"] == world.link.id
    assert custom["cursus"] == world.course.title
    assert custom["wie"] == world.teacher.id
    assert custom["groepen"] == "$CourseGroup.ids"
    assert custom["som"] == "a=b=c"
    assert custom["groot"] == custom["GROOT"] == "x"
    assert custom["opdracht"] == "leervraag"


def test_link_variables_are_null_in_deep_linking(world: World) -> None:
    world.registration.custom = {"link": "$ResourceLink.id"}
    claims = world.school.deep_link_claims(world.trainer, world.course, world.registration)
    assert claims[LTI + "custom"]["link"] is None


def test_a_link_without_grade_has_no_line_item(world: World) -> None:
    link = world.school.add_link(world.course, world.registration, "Lezen", with_grade=False)
    ours = world.school.launch_claims(world.teacher, link)
    recorded = recording("launch_no_grade_link_custom_params")["claims"]
    assert set(ours[AGS_CLAIM]) == set(recorded[AGS_CLAIM]) == {"scope", "lineitems"}
    assert BO_CLAIM not in ours
    assert BO_CLAIM not in recorded


def test_with_two_coupled_items_the_line_item_is_left_out(world: World) -> None:
    extra = world.school.item_of(world.school.add_link(world.course, world.registration, "Extra"))
    assert extra is not None
    extra.link_id = world.link.id
    claims = world.school.launch_claims(world.teacher, world.link)
    assert set(claims[AGS_CLAIM]) == {"scope", "lineitems"}


def test_only_granted_services_are_offered(world: World) -> None:
    world.registration.scopes = [*GRADE_SYNC]
    claims = world.school.launch_claims(world.teacher, world.link)
    assert claims[AGS_CLAIM]["scope"] == sorted(GRADE_SYNC)
    assert NRPS_CLAIM not in claims
    world.registration.scopes = [MEMBERSHIP]
    claims = world.school.launch_claims(world.teacher, world.link)
    assert AGS_CLAIM not in claims
    assert NRPS_CLAIM in claims


def test_a_link_with_its_own_address_is_launched_there(world: World) -> None:
    link = world.school.add_link(world.course, world.registration, "Fase", url=f"{world.tool.url}/launch?fase=1")
    assert world.school.login_params(world.teacher, link)["target_link_uri"].endswith("?fase=1")
    assert world.school.launch_claims(world.teacher, link)[LTI + "target_link_uri"].endswith("?fase=1")


def test_the_launch_speaks_the_persons_language(world: World) -> None:
    world.teacher.locale = "en"
    claims = world.school.launch_claims(world.teacher, world.link)
    assert claims[LTI + "launch_presentation"]["locale"] == "en"
