"""Line items: found by what they belong to, made once, changed without losing a field."""

import ast
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

import lti_tool
from lti_tool.advantage.connector import Connector
from lti_tool.advantage.errors import ScopeRefused, ServiceRefused
from lti_tool.advantage.lineitems import LineItem, LineItemService, LineItemWish, SubmissionReview, preferred
from lti_tool.errors import BadAnswer, Invalid, OutsideError, Unreachable
from lti_tool.platforms.scopes import LINEITEM, LINEITEM_READONLY
from lti_tool.platforms.service import PlatformInfo
from tests.advantage.conftest import World, platform_at
from tests.demo.conftest import recording
from tests.scripted_platform import Reply, ScriptedPlatform

RECORDED: dict[str, Any] = {case["case"]: case for case in recording("ags-lineitems")}
PATH = "/mod/lti/services.php/2/lineitems"


def recorded_body(name: str, scripted: ScriptedPlatform) -> Any:  # noqa: ANN401 - whatever was recorded
    return json.loads(json.dumps(RECORDED[name]["body"]).replace("http://127.0.0.1:8800", scripted.url))


def link_header(name: str, scripted: ScriptedPlatform) -> dict[str, str]:
    return {"Link": RECORDED[name]["headers"]["Link"].replace("http://127.0.0.1:8800", scripted.url)}


def item(scripted: ScriptedPlatform, number: int, **changes: object) -> dict[str, object]:
    return {"id": f"{scripted.url}{PATH}/{number}/lineitem", "label": "x", "scoreMaximum": 100, **changes}


def test_the_item_of_a_link_is_found(line_items: LineItemService, world: World) -> None:
    world.school.add_link(world.course, world.registration, "Verkenning", resource_id="verkenning:c1", tag="icc")
    (found,) = line_items.find(world.platform, world.lineitems_url, resource_link_id=world.link.id)
    assert (found.id, found.label, found.score_maximum) == (world.lineitem_url, "Leervraag", 100)
    assert (found.resource_link_id, found.resource_id, found.tag) == (world.link.id, "leervraag:c1", "icc")
    assert len(line_items.find(world.platform, world.lineitems_url, tag="icc")) == 2
    assert line_items.find(world.platform, world.lineitems_url, resource_id="verkenning:c1")[0].label == "Verkenning"
    assert list(line_items.find(world.platform, world.lineitems_url, tag="other")) == []
    assert list(world.school.refusals) == []


def test_an_item_is_made_and_read_back(line_items: LineItemService, world: World) -> None:
    link = world.school.add_link(world.course, world.registration, "Ongegradeerd", with_grade=False)
    wish = LineItemWish("Terugblik é", 100, resource_link_id=link.id, resource_id="terugblik:c1", tag="icc")
    made = line_items.create(world.platform, world.lineitems_url, wish)
    assert (
        line_items.get(world.platform, made.id)
        == line_items.find(world.platform, world.lineitems_url, resource_link_id=link.id)[0]
    )
    assert (made.label, made.resource_link_id) == ("Terugblik é", link.id)


def test_a_label_is_shortened_to_what_the_platform_takes(line_items: LineItemService, world: World) -> None:
    made = line_items.create(world.platform, world.lineitems_url, LineItemWish("é" * 300, 100))
    assert len(made.label) == world.platform.profile.item_title_max
    assert made.label.endswith("…")


def test_a_change_keeps_every_other_field(line_items: LineItemService, world: World) -> None:
    changed = line_items.update(world.platform, world.lineitem_url, {"label": "Leervraag (nieuw)"})
    assert changed.label == "Leervraag (nieuw)"
    kept = line_items.get(world.platform, world.lineitem_url)
    assert (kept.resource_id, kept.tag, kept.resource_link_id) == ("leervraag:c1", "icc", world.link.id)


def test_what_the_platform_added_itself_goes_back_too(
    line_items: LineItemService, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    present = item(
        scripted,
        1,
        resourceId="leervraag:c1",
        resourceLinkId="7",
        submissionReview={"reviewableStatus": ["Submitted"], "url": "x", "custom": {"a": "b"}},
        startDateTime="2026-09-01T00:00:00Z",
        endDateTime="2027-01-01T00:00:00Z",
        gradesReleased=False,
        **{"https://canvas.instructure.com/lti/submission_type": {"type": "external_tool"}, "scoreMaximum": 7.5},
    )
    scripted.answer(f"GET {PATH}/1/lineitem", Reply(200, present))
    scripted.answer(f"PUT {PATH}/1/lineitem", Reply(200, present))
    line_items.update(platform, f"{scripted.url}{PATH}/1/lineitem", {"tag": "new"})
    assert scripted.asked[-1].json() == {**present, "tag": "new"}


@pytest.mark.parametrize("name", ["id", "resourceLinkId", "ltiLinkId"])
def test_what_an_item_belongs_to_does_not_change(line_items: LineItemService, world: World, name: str) -> None:
    with pytest.raises(Invalid):
        line_items.update(world.platform, world.lineitem_url, {name: "other"})


def test_an_item_says_how_its_work_is_reviewed(line_items: LineItemService, world: World) -> None:
    review = SubmissionReview("http://localhost:8401/lti/launch", "Bekijk het werk", {"assignment": "terugblik"})
    made = line_items.create(world.platform, world.lineitems_url, LineItemWish("Terugblik", 100, review=review))
    if not world.school.personality.submission_review:
        assert "submissionReview" not in line_items.get(world.platform, made.id).fields
        return
    assert made.fields["submissionReview"] == {
        "reviewableStatus": ["Initialized", "Started", "InProgress", "Submitted", "Completed"],
        "label": "Bekijk het werk",
        "url": "http://localhost:8401/lti/launch",
        "custom": {"assignment": "terugblik"},
    }
    line_items.update(world.platform, made.id, {"label": "Terugblik (nieuw)"})
    kept = line_items.get(world.platform, made.id).fields["submissionReview"]
    assert (kept["url"], kept["custom"]) == (review.url, review.custom)


def wish_for(world: World, title: str = "Verkenning") -> LineItemWish:
    """What the score of a new link without a column wants."""
    link = world.school.add_link(world.course, world.registration, title, with_grade=False)
    return LineItemWish(title, 100, resource_link_id=link.id, resource_id="verkenning:c1", tag="icc")


def test_a_link_that_has_an_item_gets_no_second_one(line_items: LineItemService, world: World) -> None:
    wish = wish_for(world)
    made = line_items.find_or_create(world.platform, world.lineitems_url, wish)
    again = line_items.find_or_create(world.platform, world.lineitems_url, wish)
    assert (made.id, made.resource_link_id) == (again.id, wish.resource_link_id)
    assert len(world.school.items) == 2


def test_everybody_who_makes_an_item_at_the_same_moment_takes_the_same_and_all_stay(
    connector: Connector, world: World
) -> None:
    wish, makers = wish_for(world), 4
    together = Barrier(makers)

    class Hurried(LineItemService):
        """Looks, and waits for the others before it makes one."""

        def create(self, platform: PlatformInfo, lineitems_url: str, wish: LineItemWish) -> LineItem:
            together.wait(10)
            made = super().create(platform, lineitems_url, wish)
            together.wait(10)
            return made

    hurried = Hurried(connector)
    with ThreadPoolExecutor(makers) as pool:
        taken = list(pool.map(lambda _: hurried.find_or_create(world.platform, world.lineitems_url, wish).id, range(makers)))
    made = [item for item in world.school.items.values() if item.link_id == wish.resource_link_id]
    assert len(made) == makers
    assert set(taken) == {world.school.lineitem_url(min(made, key=lambda item: int(item.id)))}


def test_of_several_the_one_of_our_resource_is_preferred_then_the_oldest() -> None:
    def one(number: int, resource_id: str | None) -> LineItem:
        return LineItem(f"https://lms.example/items/{number}/lineitem", "x", 100, "7", resource_id, None)

    items = [one(101, "other"), one(12, "ours"), one(9, "ours"), one(10, "ours"), one(1, None)]
    for order in (items, items[::-1]):
        assert preferred(order, "ours") is items[2]
        assert preferred(order, None) is items[4]


def test_the_item_of_another_link_is_never_taken(line_items: LineItemService, world: World) -> None:
    wish = wish_for(world)
    other = world.school.add_link(world.course, world.registration, "Ook", resource_id=wish.resource_id)
    found = line_items.find_or_create(world.platform, world.lineitems_url, wish)
    assert found.id != world.school.lineitem_url(world.school.coupled_items(other)[0])


def test_an_item_is_never_deleted(connector: Connector, world: World) -> None:
    methods: list[Any] = ["DELETE", "delete", "PATCH"]
    for method in methods:
        with pytest.raises(ValueError, match="never sent"):
            connector.call(world.platform, [LINEITEM], method, world.lineitem_url)
    assert (world.asked("token"), world.asked("lineitems")) == (0, 0)


def test_nothing_of_the_tool_speaks_of_deleting_at_a_platform() -> None:
    root = Path(lti_tool.__file__).parent
    files = [path for path in root.rglob("*.py") if "demo" not in path.relative_to(root).parts]
    assert len(files) > 100
    speaking = {
        str(path.relative_to(root))
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and str(node.value).upper() == "DELETE"
    }
    # what a browser may ask of us: to end an upload of its own
    assert speaking == {"training/upload_views.py"}
    assert "outgoing" not in (root / "training" / "upload_views.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "found", "wanted"),
    [
        ("lineitems container ok", 1, {}),
        ("list all", 13, {}),
        ("filter resource_id", 2, {"resource_id": "fase-1"}),
        ("filter tag", 5, {"tag": "icc-los"}),
        ("filter resource_link_id", 2, {"resource_link_id": "1"}),
        ("filter unknown", 0, {"tag": "bestaatniet"}),
    ],
)
def test_the_recorded_lists_of_a_moodle_are_read(
    line_items: LineItemService,
    platform: PlatformInfo,
    scripted: ScriptedPlatform,
    name: str,
    found: int,
    wanted: dict[str, str],
) -> None:
    scripted.answer(f"GET {PATH}", Reply(200, recorded_body(name, scripted)))
    assert len(line_items.find(platform, f"{scripted.url}{PATH}?type_id=1", **wanted)) == found
    (asked,) = scripted.calls(PATH)
    assert asked.headers["Accept"] == "application/vnd.ims.lis.v2.lineitemcontainer+json"
    assert asked.query == {"type_id": ["1"], **{key: [value] for key, value in wanted.items()}}


def test_the_broken_link_header_of_a_moodle_leads_nowhere(line_items: LineItemService, scripted: ScriptedPlatform) -> None:
    reply = Reply(200, recorded_body("limit=3", scripted), link_header("limit=3", scripted))
    scripted.answer(f"GET {PATH}", reply)
    for family in ("moodle", "generic"):
        platform = platform_at(scripted.url, family=family)
        assert len(line_items.find(platform, f"{scripted.url}{PATH}?type_id=1")) == 3
    assert len(scripted.calls(PATH)) == 2


def test_pages_are_followed_where_the_platform_has_them(line_items: LineItemService, scripted: ScriptedPlatform) -> None:
    scripted.answer(f"GET {PATH}", Reply(200, [item(scripted, 1)], {"Link": f'<{scripted.url}/Next?Page=2>; rel="next"'}))
    scripted.answer("GET /Next", Reply(200, [item(scripted, 2)], {"Link": '</last>; foo=1; rel="prev next"'}))
    scripted.answer("GET /last", Reply(200, [item(scripted, 3)], {"Link": f'<{scripted.url}/Next>; rel="prev"'}))
    found = line_items.find(platform_at(scripted.url, family="generic"), f"{scripted.url}{PATH}")
    assert [one.id.split("/")[-2] for one in found] == ["1", "2", "3"]
    assert scripted.calls("/Next")[0].query == {"Page": ["2"]}


def test_pages_in_a_circle_are_an_error(line_items: LineItemService, scripted: ScriptedPlatform) -> None:
    scripted.answer(f"GET {PATH}", Reply(200, [], {"Link": f'<{PATH}>; rel="next"'}))
    with pytest.raises(BadAnswer, match="do not end"):
        line_items.find(platform_at(scripted.url, family="generic"), f"{scripted.url}{PATH}")
    assert len(scripted.calls(PATH)) == 1


def test_pages_that_never_end_are_an_error(line_items: LineItemService, scripted: ScriptedPlatform) -> None:
    replies = [Reply(200, [], {"Link": f'<{PATH}?page={number}>; rel="next"'}) for number in range(200)]
    scripted.answer(f"GET {PATH}", *replies)
    with pytest.raises(BadAnswer, match="do not end"):
        line_items.find(platform_at(scripted.url, family="generic"), f"{scripted.url}{PATH}")
    assert len(scripted.calls(PATH)) == 100


def test_a_next_page_elsewhere_does_not_get_the_token(line_items: LineItemService, scripted: ScriptedPlatform) -> None:
    with ScriptedPlatform() as elsewhere:
        scripted.answer(f"GET {PATH}", Reply(200, [], {"Link": f'<{elsewhere.url}/x>; rel="next"'}))
        with pytest.raises(BadAnswer, match="not its own"):
            line_items.find(platform_at(scripted.url, family="generic"), f"{scripted.url}{PATH}")
        assert elsewhere.asked == []


def test_an_item_that_lies_elsewhere_is_refused(
    line_items: LineItemService, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    scripted.answer(f"GET {PATH}", Reply(200, [item(scripted, 1, id="http://elsewhere.example.org/1")]))
    with pytest.raises(BadAnswer, match="not its own"):
        line_items.find(platform, f"{scripted.url}{PATH}")


def test_a_filter_that_the_platform_ignores_is_applied_here(
    line_items: LineItemService, platform: PlatformInfo, scripted: ScriptedPlatform
) -> None:
    items = [item(scripted, 1, resourceLinkId="1"), item(scripted, 2, resourceLinkId=2), item(scripted, 3)]
    scripted.answer(f"GET {PATH}", Reply(200, items))
    (found,) = line_items.find(platform, f"{scripted.url}{PATH}", resource_link_id="2")
    assert found.id.endswith("/2/lineitem")


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"", {}, {"content": []}, ["x"], [{}], [{"id": 5}], [{"id": "x", "scoreMaximum": "100"}], b"[" * 90_000],
)
def test_what_is_no_list_of_items_is_a_bad_answer(
    line_items: LineItemService, platform: PlatformInfo, scripted: ScriptedPlatform, body: object
) -> None:
    scripted.answer(f"GET {PATH}", Reply(200, body))
    with pytest.raises(BadAnswer):
        line_items.find(platform, f"{scripted.url}{PATH}")


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, ServiceRefused), (403, ServiceRefused), (404, ServiceRefused), (302, BadAnswer), (401, Unreachable),
     (429, Unreachable), (503, Unreachable)],
)  # fmt: skip
def test_what_the_service_answers_becomes_an_error(
    line_items: LineItemService,
    platform: PlatformInfo,
    scripted: ScriptedPlatform,
    status: int,
    kind: type[OutsideError],
) -> None:
    scripted.answer(f"GET {PATH}", Reply(status, b"[]", {"Retry-After": "5"}))
    with pytest.raises(kind) as caught:
        line_items.find(platform, f"{scripted.url}{PATH}")
    assert type(caught.value) is kind
    if isinstance(caught.value, Unreachable):
        assert caught.value.retry_after == 5
    if isinstance(caught.value, ServiceRefused):
        assert caught.value.http_status == status


def test_reading_needs_the_narrow_scope_alone(line_items: LineItemService, world: World) -> None:
    world.registration.scopes = [LINEITEM_READONLY]
    assert line_items.find(world.platform, world.lineitems_url)
    with pytest.raises(ScopeRefused):
        line_items.create(world.platform, world.lineitems_url, LineItemWish("x", 100))


def test_reading_with_the_wide_scope_alone_works_too(line_items: LineItemService, world: World) -> None:
    world.registration.scopes = [LINEITEM]
    assert line_items.find(world.platform, world.lineitems_url)
