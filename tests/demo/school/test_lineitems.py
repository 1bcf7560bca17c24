"""Line items against the recordings, and where this school is stricter than Moodle."""

from typing import Any

import pytest
import requests

from tests.demo.conftest import World, recording
from tests.demo.school.test_oidc import shape
from tests.demo.scripted_tool import AGS, LINEITEM_TYPE, LINEITEMS_TYPE

RECORDED = {case["case"]: case for case in recording("ags-lineitems")}


def listing(world: World, accept: str | None = LINEITEMS_TYPE, **query: str) -> requests.Response:
    """List the line items of the course."""
    url = world.school.lineitems_url(world.course.id, world.registration.id)
    headers = world.bearer() | ({"Accept": accept} if accept is not None else {})
    return requests.get(url, params=query, headers=headers, timeout=5)


def create(world: World, body: Any, media_type: str = LINEITEM_TYPE) -> requests.Response:  # noqa: ANN401 - any JSON
    """Add a line item."""
    url = world.school.lineitems_url(world.course.id, world.registration.id)
    return requests.post(url, json=body, headers=world.bearer() | {"Content-Type": media_type}, timeout=5)


def put(world: World, body: Any, media_type: str = LINEITEM_TYPE) -> requests.Response:  # noqa: ANN401 - any JSON
    """Replace the line item of the world's link."""
    headers = world.bearer() | {"Content-Type": media_type}
    return requests.put(world.school.lineitem_url(world.item), json=body, headers=headers, timeout=5)


def test_the_list_has_the_recorded_shape(world: World) -> None:
    answer = listing(world)
    recorded = RECORDED["lineitems container ok"]
    assert answer.status_code == recorded["status"]
    assert answer.headers["Content-Type"] == recorded["headers"]["Content-Type"]
    assert shape(answer.json()) == shape(recorded["body"])
    assert list(answer.json()[0]) == list(recorded["body"][0])
    assert answer.json()[0]["resourceLinkId"] == world.link.id


@pytest.mark.parametrize(
    ("case", "accept"),
    [
        ("lineitems Accept */*", "*/*"),
        ("lineitems no Accept header at all", ""),
        ("lineitems Accept application/json", "application/json"),
        ('lineitems Accept list "LIC, application/json"', f"{LINEITEMS_TYPE}, application/json"),
        ("lineitems Accept LI", LINEITEM_TYPE),
    ],
)
def test_only_the_exact_media_type_is_answered(world: World, case: str, accept: str) -> None:
    answer = listing(world, accept)
    recorded = RECORDED[case]
    assert answer.status_code == recorded["status"] == 400
    assert answer.reason == recorded["reason"].replace("/2/", f"/{world.course.id}/").strip()
    assert answer.json().keys() == recorded["body"].keys()


def test_filters_work_one_by_one_and_together(world: World) -> None:
    assert create(world, {"label": "A", "scoreMaximum": 10, "resourceId": "fase-1", "tag": "los"}).status_code == 201
    assert create(world, {"label": "B", "scoreMaximum": 10, "resourceId": "fase-2", "tag": "los"}).status_code == 201
    assert [item["label"] for item in listing(world, tag="los").json()] == ["A", "B"]
    assert [item["label"] for item in listing(world, tag="los", resource_id="fase-2").json()] == ["B"]
    assert [item["label"] for item in listing(world, resource_link_id=world.link.id).json()] == ["Leervraag"]
    assert listing(world, tag="niets").json() == []


def test_limit_comes_with_a_link_header_nobody_can_follow(world: World) -> None:
    for label in "ABCD":
        create(world, {"label": label, "scoreMaximum": 10})
    answer = listing(world, limit="3")
    recorded = RECORDED["limit=3"]["headers"]["Link"]
    assert len(answer.json()) == 3
    assert "rel=â\x80\x9cnextâ\x80\x9d" in answer.headers["Link"]
    assert "rel=â\x80\x9cnextâ\x80\x9d" in recorded
    assert "&amp;" in answer.headers["Link"]
    assert "next" not in answer.links
    assert [item["label"] for item in listing(world, limit="3", **{"from": "3"}).json()] == ["C", "D"]


def test_creating_answers_as_recorded(world: World) -> None:
    recorded = RECORDED["create coupled to resourceLinkId 1"]
    body = recorded["request"] | {"resourceLinkId": world.link.id}
    answer = create(world, body)
    assert answer.status_code == recorded["status"] == 201
    assert list(answer.json()) == list(recorded["body"])
    assert answer.headers["Content-Type"] == recorded["headers"]["Content-Type"]
    read = requests.get(answer.json()["id"], headers=world.bearer(), timeout=5)
    assert read.json()["resourceLinkId"] == world.link.id


def test_duplicates_are_allowed(world: World) -> None:
    body = {"label": "A", "scoreMaximum": 10, "resourceId": "x", "tag": "y"}
    assert create(world, body).json()["id"] != create(world, body).json()["id"]


@pytest.mark.parametrize(
    ("case", "body"),
    [
        ("create missing label", {"scoreMaximum": 10}),
        ("create missing scoreMaximum", {"label": "x"}),
        ("create scoreMaximum string", {"label": "x", "scoreMaximum": "tien"}),
        ("create long label 300", {"label": "L" * 300, "scoreMaximum": 5}),
        ("create with unknown resourceLinkId", {"label": "x", "scoreMaximum": 50, "resourceLinkId": "9999"}),
    ],
)
def test_wrong_line_items_are_refused_as_recorded(world: World, case: str, body: dict[str, Any]) -> None:
    answer = create(world, body)
    recorded = RECORDED[case]
    assert (answer.status_code, answer.reason) == (recorded["status"], recorded["reason"])
    assert len(world.school.items) == 1


@pytest.mark.parametrize("maximum", [0, 7.5])
def test_zero_and_broken_maxima_are_accepted_here(world: World, maximum: float) -> None:
    assert create(world, {"label": "x", "scoreMaximum": maximum}).status_code == 201


@pytest.mark.parametrize(
    ("case", "media_type"),
    [("create content-type application/json", "application/json"), ("create content-type LIC", LINEITEMS_TYPE)],
)
def test_other_media_types_are_refused_as_recorded(world: World, case: str, media_type: str) -> None:
    answer = create(world, {"label": "x", "scoreMaximum": 5}, media_type)
    assert answer.status_code == RECORDED[case]["status"]
    assert answer.reason == " ".join(RECORDED[case]["reason"].replace("/2/", f"/{world.course.id}/").split())


def test_a_charset_is_allowed(world: World) -> None:
    assert create(world, {"label": "x", "scoreMaximum": 5}, f"{LINEITEM_TYPE}; charset=utf-8").status_code == 201


def test_a_link_of_another_tool_cannot_be_coupled(world: World) -> None:
    other = world.tool.register_at(world.school, name="Ander")
    foreign = world.school.add_link(world.course, other, "Van een ander")
    assert create(world, {"label": "x", "scoreMaximum": 5, "resourceLinkId": foreign.id}).status_code == 403


def test_put_erases_what_is_left_out(world: World) -> None:
    answer = put(world, {"label": "Nieuw", "scoreMaximum": 50})
    assert answer.status_code == RECORDED["PUT omit resourceId/tag"]["status"] == 200
    read = requests.get(world.school.lineitem_url(world.item), headers=world.bearer(), timeout=5).json()
    assert (read["label"], read["scoreMaximum"]) == ("Nieuw", 50)
    assert (read["resourceId"], read["tag"]) == ("", "")
    assert "resourceLinkId" not in read
    assert world.school.coupled_items(world.link) == []


def test_a_whole_put_keeps_everything(world: World) -> None:
    before = requests.get(world.school.lineitem_url(world.item), headers=world.bearer(), timeout=5).json()
    body = {key: value for key, value in before.items() if key not in ("id", "ltiLinkId")} | {"label": "Nieuw"}
    assert put(world, body).status_code == 200
    after = requests.get(world.school.lineitem_url(world.item), headers=world.bearer(), timeout=5).json()
    assert after == before | {"label": "Nieuw"}


def test_wrong_puts_are_refused_as_recorded(world: World) -> None:
    answer = put(world, {"scoreMaximum": 20})
    assert (answer.status_code, answer.reason) == (400, RECORDED["PUT missing label"]["reason"])
    assert put(world, {"label": "x", "scoreMaximum": 20}, "application/json").status_code == 400


def test_delete_really_deletes_the_grade_item(world: World) -> None:
    url = world.school.lineitem_url(world.item)
    answer = requests.delete(url, headers=world.bearer(), timeout=5)
    assert (answer.status_code, answer.content) == (204, b"")
    again = requests.delete(url, headers=world.bearer(), timeout=5)
    recorded = RECORDED["DELETE again"]
    assert again.status_code == recorded["status"] == 404
    assert again.reason == recorded["reason"].replace("15", world.item.id)
    assert world.school.item_of(world.link) is None


@pytest.mark.parametrize("accept", ["*/*", LINEITEM_TYPE])
def test_one_line_item_is_read(world: World, accept: str) -> None:
    headers = world.bearer() | {"Accept": accept}
    answer = requests.get(world.school.lineitem_url(world.item), headers=headers, timeout=5)
    assert answer.json()["id"] == world.school.lineitem_url(world.item)


@pytest.mark.parametrize("accept", [LINEITEMS_TYPE, "application/json"])
def test_one_line_item_is_not_read_as_something_else(world: World, accept: str) -> None:
    headers = world.bearer() | {"Accept": accept}
    assert requests.get(world.school.lineitem_url(world.item), headers=headers, timeout=5).status_code == 400


def test_access_needs_a_token_with_the_scope(world: World) -> None:
    url = world.school.lineitems_url(world.course.id, world.registration.id)
    accept = {"Accept": LINEITEMS_TYPE}
    for headers in ({}, {"Authorization": "Basic x"}, {"Authorization": "Bearer nope"}, world.bearer(f"{AGS}score")):
        answer = requests.get(url, headers=accept | headers, timeout=5)
        assert (answer.status_code, answer.reason) == (401, RECORDED["lineitems bad token"]["reason"])
    assert requests.get(url, headers=accept | world.bearer(f"{AGS}lineitem.readonly"), timeout=5).status_code == 200
    kind = {"Content-Type": LINEITEM_TYPE}
    body = {"label": "x", "scoreMaximum": 5}
    read_only = world.bearer(f"{AGS}lineitem.readonly")
    assert requests.post(url, json=body, headers=kind | read_only, timeout=5).status_code == 401


def test_the_type_id_must_stay(world: World) -> None:
    url = world.school.lineitems_url(world.course.id, world.registration.id).partition("?")[0]
    headers = world.bearer() | {"Accept": LINEITEMS_TYPE}
    assert requests.get(url, headers=headers, timeout=5).status_code == 400
    assert "type_id is missing" in world.last_refusal
    answer = requests.get(f"{url}?type_id=99", headers=headers, timeout=5)
    assert answer.status_code == RECORDED["lineitems wrong type_id"]["status"] == 401


def test_an_unknown_course_is_refused_as_recorded(world: World) -> None:
    url = world.school.lineitems_url("999", world.registration.id)
    answer = requests.get(url, headers=world.bearer() | {"Accept": LINEITEMS_TYPE}, timeout=5)
    recorded = RECORDED["lineitems unknown course"]
    assert (answer.status_code, answer.reason) == (recorded["status"], recorded["reason"])


def test_a_foreign_line_item_is_neither_listed_nor_read(world: World) -> None:
    other = world.tool.register_at(world.school, name="Ander")
    foreign = world.school.item_of(world.school.add_link(world.course, other, "Van een ander"))
    assert foreign is not None
    assert [item["label"] for item in listing(world).json()] == ["Leervraag"]
    url = world.school.lineitem_url(foreign).replace(f"type_id={other.id}", f"type_id={world.registration.id}")
    assert requests.get(url, headers=world.bearer(), timeout=5).status_code == 403
    assert requests.delete(url, headers=world.bearer(), timeout=5).status_code == 403


def test_other_methods_are_refused(world: World) -> None:
    url = world.school.lineitem_url(world.item)
    assert requests.patch(url, json={}, headers=world.bearer(), timeout=5).status_code == RECORDED["PATCH"]["status"]
    collection = world.school.lineitems_url(world.course.id, world.registration.id)
    assert requests.delete(collection, headers=world.bearer(), timeout=5).status_code == 405


def test_a_submission_review_is_kept(world: World) -> None:
    recorded = RECORDED["create startDateTime/endDateTime/gradesReleased"]
    answer = create(world, recorded["request"])
    assert answer.status_code == recorded["status"]
    item = next(item for item in world.school.items.values() if item.label == recorded["request"]["label"])
    assert item.review_url == recorded["request"]["submissionReview"]["url"]
