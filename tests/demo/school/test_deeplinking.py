"""Deep linking: several items become activities, every rule of the answer, and what the trainer reads about problems."""

from typing import Any

import pytest

from lti_tool.demo.browser import Browser, Page
from lti_tool.demo.school import CompletionRule, SigningKey, ToolState
from tests.demo.conftest import World, recording
from tests.demo.scripted_tool import DL, LTI

ITEM: dict[str, Any] = {
    "type": "ltiResourceLink",
    "title": "Leervraag",
    "text": "Je eigen vraag",
    "custom": {"opdracht": "leervraag"},
    "lineItem": {"scoreMaximum": 100, "resourceId": "leervraag", "tag": "icc", "label": "wordt genegeerd"},
}


def choose(world: World, *items: Any) -> Page:  # noqa: ANN401 - anything a tool may send
    """Go through the picker as the trainer; the tool answers with ``items``. The page is the summary, or the error."""
    world.tool.items = list(items)
    browser = world.signed_in(world.trainer)
    course = browser.get(f"{world.school.url}/courses/{world.course.id}")
    return course.follow("Voeg activiteit toe vanuit Scripted tool").open_iframe()


def titles(world: World) -> list[str]:
    """The activities of the course, in order."""
    return [world.school.links[link].title for link in world.course.links]


def test_recorded_items_become_activities_in_order(world: World) -> None:
    items = recording("deeplink_4_items")["probe_response"]["claims"][DL + "content_items"]
    summary = choose(world, *items)
    assert "4 activiteiten" in summary.text
    assert titles(world) == ["Leervraag"]
    page = summary.form("save").submit()
    assert not page.framed
    assert "4 activiteiten toegevoegd" in page.text
    assert titles(world)[1:] == [item["title"] for item in items]
    created = world.school.links[world.course.links[1]]
    assert created.custom == items[0]["custom"]
    assert created.text == items[0]["text"]
    line_item = world.school.item_of(created)
    assert line_item is not None
    assert (line_item.label, line_item.maximum) == (items[0]["title"], items[0]["lineItem"]["scoreMaximum"])
    assert (line_item.resource_id, line_item.tag) == ("fase-1", "icc-fase")


def test_the_trainer_chooses_the_completion_rule(world: World) -> None:
    choose(world, ITEM).form("save").submit()
    assert world.school.links[world.course.links[-1]].completion_rule is CompletionRule.GRADE
    choose(world, ITEM).form("save").submit(completion=False)
    assert world.school.links[world.course.links[-1]].completion_rule is CompletionRule.NONE


def test_an_item_without_line_item_has_no_grade(world: World) -> None:
    choose(world, {"type": "ltiResourceLink"}).form("save").submit()
    link = world.school.links[world.course.links[-1]]
    assert link.title == world.registration.name
    assert world.school.item_of(link) is None


def test_a_missing_maximum_becomes_one_hundred(world: World) -> None:
    choose(world, {**ITEM, "lineItem": {}}).form("save").submit()
    item = world.school.item_of(world.school.links[world.course.links[-1]])
    assert item is not None
    assert item.maximum == 100


def test_an_own_address_and_a_submission_review_are_kept(world: World) -> None:
    review = {"reviewableStatus": ["Submitted"], "custom": {"a": "b"}}
    line_item = {"scoreMaximum": 10, "submissionReview": review}
    choose(world, {**ITEM, "url": f"{world.tool.url}/launch?fase=1", "lineItem": line_item}).form("save").submit()
    link = world.school.links[world.course.links[-1]]
    item = world.school.item_of(link)
    assert item is not None
    assert link.url == item.review_url == f"{world.tool.url}/launch?fase=1"
    assert item.review_custom == {"a": "b"}


@pytest.mark.parametrize("maximum", [0, 101, 1000, 7.5, "100", True, None])
def test_a_single_item_with_a_wrong_maximum_cannot_be_saved(world: World, maximum: object) -> None:
    summary = choose(world, {**ITEM, "lineItem": {"scoreMaximum": maximum}})
    assert "geen heel getal van 1 tot en met 100" in summary.text
    assert "Dit onderdeel komt er niet bij" in summary.text
    assert "Er is niets toegevoegd" in summary.form("save").submit().text
    assert titles(world) == ["Leervraag"]
    assert "maximum" in world.last_refusal


def test_among_several_a_wrong_maximum_gives_an_ungraded_activity(world: World) -> None:
    bad = {**ITEM, "title": "Te veel", "lineItem": {"scoreMaximum": 1000}}
    summary = choose(world, ITEM, bad)
    assert "komt erbij zonder cijfer" in summary.text
    summary.form("save").submit()
    assert titles(world) == ["Leervraag", "Leervraag", "Te veel"]
    assert world.school.item_of(world.school.links[world.course.links[-1]]) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": "T" * 256}, "langer dan 255 tekens"),
        ({"type": "html"}, "kan deze cursus niet tonen"),
        ({"type": "link", "url": "https://example.org"}, "kan deze cursus niet tonen"),
        ({"url": "https://elders.example/launch"}, "andere website"),
        ({"custom": {"lijst": ["a"]}}, "geen tekst"),
        ({"lineItem": "10"}, "niet te lezen"),
    ],
)
def test_other_problems_leave_the_item_out_in_words(world: World, changes: dict[str, Any], words: str) -> None:
    summary = choose(world, {**ITEM, **changes}, {**ITEM, "title": "Wel goed"})
    assert words in summary.text
    summary.form("save").submit()
    assert titles(world) == ["Leervraag", "Wel goed"]


def test_an_item_that_is_no_object_is_left_out(world: World) -> None:
    choose(world, "onzin", ITEM).form("save").submit()
    assert titles(world) == ["Leervraag", "Leervraag"]


def test_choosing_nothing_changes_nothing(world: World) -> None:
    page = choose(world)
    assert page.status == 200
    assert "Er is niets gekozen" in page.text
    assert page.forms == ()


def test_a_missing_items_claim_is_a_clean_cancel(world: World) -> None:
    world.tool.answer_changes = {DL + "content_items": None, DL + "errormsg": "Er ging iets mis"}
    assert "Er is niets gekozen" in choose(world).text


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "http://127.0.0.1/issuer"}, "iss must be the client id"),
        ({"aud": "http://elders.example"}, "aud must be"),
        ({"aud": None}, "aud must be"),
        ({LTI + "deployment_id": "999"}, "deployment_id"),
        ({LTI + "deployment_id": None}, "deployment_id"),
        ({LTI + "message_type": "LtiDeepLinkingRequest"}, "message_type"),
        ({LTI + "version": None}, "version"),
        ({"nonce": None}, "nonce is missing"),
        ({"exp": None}, "exp and iat are required"),
        ({"iat": None}, "exp and iat are required"),
        ({"exp": 1}, "Expired token"),
        ({"iat": 9_000_000_000, "exp": 9_000_000_100}, "iat lies in the future"),
        ({DL + "data": "niet gevraagd"}, "data must be returned"),
        ({DL + "content_items": {}}, "content_items must be an array"),
    ],
)
def test_a_wrong_answer_is_refused_with_its_reason(world: World, changes: dict[str, Any], reason: str) -> None:
    world.tool.answer_changes = changes
    page = choose(world, ITEM)
    assert page.status == 404
    assert page.heading == "Toevoegen lukt niet"
    assert reason in world.last_refusal
    assert world.last_refusal in page.text
    assert titles(world) == ["Leervraag"]


def test_the_keys_of_the_tool_decide(world: World, other_key: SigningKey) -> None:
    claims = world.school.deep_link_claims(world.trainer, world.course, world.registration)
    address = claims[DL + "deep_linking_settings"]["deep_link_return_url"]
    for token, reason in (
        (world.tool.deep_link_answer(claims, other_key), "unable to lookup correct key"),
        (other_key.sign({}, {"kid": world.tool.key.kid}), "Signature verification failed"),
        ("abc", "cannot be read"),
        ("", "JWT is missing"),
    ):
        assert Browser().post(address, {"JWT": token}).status == 404
        assert reason in world.last_refusal
    world.registration.jwks_url = "http://127.0.0.1:1/"
    Browser().post(address, {"JWT": world.tool.deep_link_answer(claims)})
    assert "keys cannot be fetched" in world.last_refusal


def test_a_nonce_and_a_return_address_work_once(world: World) -> None:
    answers = []
    for _ in range(2):
        claims = world.school.deep_link_claims(world.trainer, world.course, world.registration)
        address = claims[DL + "deep_linking_settings"]["deep_link_return_url"]
        world.tool.answer_changes = {"nonce": "steeds dezelfde"}
        answers.append(Browser().post(address, {"JWT": world.tool.deep_link_answer(claims)}).status)
    assert answers == [200, 404]
    assert world.last_refusal == "nonce was used before"
    world.tool.answer_changes = {}
    fresh = world.school.deep_link_claims(world.trainer, world.course, world.registration)
    address = fresh[DL + "deep_linking_settings"]["deep_link_return_url"]
    assert Browser().post(address, {"JWT": world.tool.deep_link_answer(fresh)}).status == 200
    assert Browser().post(address, {"JWT": world.tool.deep_link_answer(fresh)}).status == 404
    assert "used before" in world.last_refusal


def test_data_must_come_back_exactly(world: World) -> None:
    world.school.deep_linking.data = "terug"
    assert choose(world, ITEM).status == 404
    world.tool.answer_changes = {DL + "data": "terug"}
    assert choose(world, ITEM).status == 200


def test_one_item_where_one_was_asked(world: World) -> None:
    world.school.deep_linking.accept_multiple = False
    assert choose(world, ITEM, ITEM).status == 404
    assert choose(world, ITEM).status == 200


def test_only_who_teaches_the_course_can_add(world: World) -> None:
    address = f"{world.school.url}/courses/{world.course.id}/add/{world.registration.id}"
    assert world.signed_in(world.teacher).get(address).status == 403
    assert world.signed_in(world.admin).get(address).status == 200
    page = world.signed_in(world.teacher).get(f"{world.school.url}/courses/{world.course.id}")
    assert "Voeg activiteit toe" not in page.text


def test_a_choice_can_be_saved_by_who_made_it_only(world: World) -> None:
    summary = choose(world, ITEM)
    address = f"{world.school.url}{summary.form('save').action}"
    other = world.signed_in(world.admin)
    token = other.get(f"{world.school.url}/courses").form("language").values["csrf_token"]
    assert other.post(address, {"csrf_token": token}).status == 404
    assert summary.form("save").submit().status == 200
    assert titles(world) == ["Leervraag", "Leervraag"]


@pytest.mark.parametrize("state", [ToolState.PENDING, ToolState.REJECTED])
def test_only_an_active_tool_is_offered(world: World, state: ToolState) -> None:
    world.registration.state = state
    browser = world.signed_in(world.trainer)
    assert "Voeg activiteit toe" not in browser.get(f"{world.school.url}/courses/{world.course.id}").text
    assert browser.get(f"{world.school.url}/courses/{world.course.id}/add/{world.registration.id}").status == 404
    assert world.launch(world.teacher).heading == "LtiResourceLinkRequest"
