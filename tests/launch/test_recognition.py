"""What a verified launch teaches about its platform: family, product, and whose pages show us in a frame."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select, update

from lti_tool.courses.models import Course
from lti_tool.database import Database
from lti_tool.platforms.models import Platform
from tests.launch.parties import DL_SETTINGS, Stage, recording

CANVAS = {"product_family_code": "canvas", "version": "cloud", "guid": "x", "name": "Zilverbos College"}


@contextmanager
def writes_to_platforms(database: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE platform ") and "last_launch_at" not in statement:
            seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


def known(stage: Stage) -> Platform:
    with stage.database.session() as session:
        return session.get_one(Platform, stage.platform.id)


def registered_as_generic(stage: Stage) -> None:
    with stage.database.session() as session:
        session.execute(update(Platform).values(family="generic"))


def test_a_platform_that_nobody_knew_says_what_it_is(stage: Stage) -> None:
    registered_as_generic(stage)
    assert stage.browser().launch(tool_platform=CANVAS).status_code == 303
    assert (known(stage).family, known(stage).product) == ("canvas", "Canvas cloud")


def test_a_launch_that_tells_nothing_new_writes_nothing(lite: Stage) -> None:
    lite.browser().launch(tool_platform=CANVAS)
    with writes_to_platforms(lite.database) as seen:
        lite.browser().launch(tool_platform=CANVAS)
        lite.browser().launch(tool_platform=None)
    assert seen == []


def test_a_family_that_somebody_chose_stays(lite: Stage) -> None:
    lite.browser().launch(tool_platform=CANVAS)
    assert (known(lite).family, known(lite).product) == ("moodle", "Canvas cloud")


def test_a_new_version_is_noted(lite: Stage) -> None:
    recorded = recording("launch_student")["claims"]["https://purl.imsglobal.org/spec/lti/claim/tool_platform"]
    lite.browser().launch()
    assert known(lite).product == "Moodle 2024100700"
    lite.browser().launch(tool_platform={**recorded, "version": "2025041400"})
    assert known(lite).product == "Moodle 2025041400"


@pytest.mark.parametrize(
    ("claim", "product"),
    [
        ({"product_family_code": "SchoolBord", "version": "1.2"}, "SchoolBord 1.2"),
        ({"product_family_code": "SchoolBord"}, "SchoolBord"),
        ({"product_family_code": "sakai", "version": 23}, "Sakai"),
        ({"version": "1.2"}, None),
        ({"product_family_code": ["canvas"]}, None),
        ({"product_family_code": "a\nb"}, None),
        ({"product_family_code": "x" * 500}, "x" * 200),
        ([], None),
        ("canvas", None),
    ],
)
def test_an_odd_claim_does_no_harm(lite: Stage, claim: Any, product: str | None) -> None:  # noqa: ANN401
    assert lite.browser().launch(tool_platform=claim).status_code == 303
    assert known(lite).product == product


def test_a_refused_launch_teaches_nothing(lite: Stage) -> None:
    registered_as_generic(lite)
    assert lite.browser().launch(tool_platform=CANVAS, exp=1).status_code != 303
    assert (known(lite).family, known(lite).product) == ("generic", None)


def ancestors(stage: Stage, **claims: Any) -> list[str]:  # noqa: ANN401
    """Launch, and return whose frames the page allows."""
    browser = stage.browser()
    landed = browser.launch(**claims)
    assert landed.status_code == 303, landed.text
    policy = browser.client.get(landed.headers["Location"]).headers["Content-Security-Policy"]
    return str(next(part for part in policy.split("; ") if part.startswith("frame-ancestors"))).split()[1:]


def test_the_pages_of_a_school_behind_a_shared_issuer_may_frame_us(stage: Stage) -> None:
    school = "https://canvas.zilverbos.example"
    assert school in ancestors(stage, launch_presentation={"return_url": f"{school}/courses/1?x=y"})
    assert known(stage).frame_origins == [school]


def test_the_issuers_own_pages_are_not_noted(lite: Stage) -> None:
    assert ancestors(lite, launch_presentation={"return_url": f"{lite.school.url}/mod/lti"}) == [lite.school.url]
    assert known(lite).frame_origins is None


def test_the_return_address_of_deep_linking_teaches_the_same(lite: Stage) -> None:
    recorded = recording("deeplink_1_item")["claims"]
    settings = {**recorded[DL_SETTINGS], "deep_link_return_url": "https://canvas.zilverbos.example/deep"}
    assert lite.browser().launch("deeplink_1_item", **{DL_SETTINGS: settings}).status_code == 303
    assert known(lite).frame_origins == ["https://canvas.zilverbos.example"]


@pytest.mark.parametrize("address", ["https://a b/c", "https://[bad", "https://x;script-src/", "javascript:alert(1)", "", 7])
def test_an_address_that_is_no_page_is_not_noted(lite: Stage, address: object) -> None:
    lite.browser().launch(launch_presentation={"return_url": address})
    assert known(lite).frame_origins is None


def test_no_more_than_a_few_origins_are_kept(lite: Stage) -> None:
    for number in range(8):
        lite.browser().launch(launch_presentation={"return_url": f"https://lms{number}.example/course"})
    assert known(lite).frame_origins == [f"https://lms{number}.example" for number in range(5)]


def test_before_the_first_launch_the_suppliers_hosts_may_show_a_refusal(lite: Stage) -> None:
    with lite.database.session() as session:
        session.execute(update(Platform).values(family="canvas"))
    refused = lite.browser().launch(exp=1)
    assert "https://*.instructure.com" in refused.headers["Content-Security-Policy"]
    lite.browser().launch(launch_presentation={"return_url": "https://canvas.zilverbos.example/courses/1"})
    refused = lite.browser().launch(exp=1)
    assert "https://canvas.zilverbos.example" in refused.headers["Content-Security-Policy"]
    assert "instructure" not in refused.headers["Content-Security-Policy"]


def courses(stage: Stage) -> list[str]:
    with stage.database.session() as session:
        return sorted(session.scalars(select(Course.context_id)))


@pytest.mark.parametrize(("code", "kept"), [("BlackboardLearn", 2), ("itslearning", 2), ("moodle", 1), ("canvas", 1)])
def test_courses_of_schools_that_share_a_client_id_are_told_apart(stage: Stage, code: str, kept: int) -> None:
    registered_as_generic(stage)
    product = {"product_family_code": code}
    for deployment in ("1", "18", "1"):
        context = {"id": "4", "title": f"Cursus van {deployment}"}
        browser = stage.browser()
        asked = browser.auth_request(lti_deployment_id=deployment)
        claims = stage.claims(asked["nonce"], deployment_id=deployment, context=context, tool_platform=product)
        landed = browser.post(stage.sign(claims), asked["state"])
        assert landed.status_code == 303, landed.text
    assert len(courses(stage)) == kept


def test_a_page_names_the_frames_of_its_own_session_however_many_schools_there_are(lite: Stage) -> None:
    for number in range(7):
        school = f"https://lms{number}.example"
        assert school in ancestors(lite, launch_presentation={"return_url": f"{school}/course"})


def test_where_schools_share_a_client_id_the_next_one_may_show_a_refusal(lite: Stage) -> None:
    with lite.database.session() as session:
        session.execute(update(Platform).values(family="blackboard"))
    lite.browser().launch(launch_presentation={"return_url": "https://lms.zilverbos.example/courses/1"})
    refused = lite.browser().launch(exp=1)
    for source in ("https://lms.zilverbos.example", "https://*.blackboard.com"):
        assert source in refused.headers["Content-Security-Policy"]
