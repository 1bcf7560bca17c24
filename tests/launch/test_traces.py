"""Traces: what became of each login and launch, findable by the code on the page, with nothing personal in it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, text

from lti_tool.database import Database
from lti_tool.ids import new_id
from lti_tool.launch.errors import DeploymentUnknown, LaunchRefused, SignatureWrong, StateUsed
from lti_tool.launch.models import LAUNCHED, LaunchTrace, Layer, Step
from lti_tool.launch.tracebook import Trace, TraceBook
from lti_tool.launch.traces import REFUSALS_A_MINUTE, REFUSALS_KEPT, TraceService, code_from, one_line
from tests.builders import Builder
from tests.clock import FakeClock
from tests.launch.parties import LAUNCH_URL, Stage

PERSONAL = ("Renée", "deelnemer01", "lab.invalid", "ltilaunch1", "eyJ")


@pytest.fixture
def build(database: Database, clock: FakeClock) -> Builder:
    return Builder(database, clock)


@pytest.fixture
def book(database: Database) -> TraceBook:
    return TraceBook(database)


def traces(stage: Stage) -> TraceService:
    found: TraceService = stage.app.extensions["icc"][TraceService]
    return found


def code_on(page: str) -> str:
    """The code that is printed to be read aloud."""
    found = re.search(r'<p class="icc-reference">(LTI-[2-9A-Z]{6})</p>', page)
    assert found, page
    return found[1]


@contextmanager
def no_room_for_traces(database: Database) -> Iterator[None]:
    """Let no trace be written meanwhile."""
    with database.session() as session:
        session.execute(text("ALTER TABLE launch_trace RENAME TO launch_trace_away"))
    try:
        yield
    finally:
        with database.session() as session:
            session.execute(text("ALTER TABLE launch_trace_away RENAME TO launch_trace"))


def the_trace(stage: Stage) -> Trace:
    (row,) = TraceBook(stage.database).all_refusals()
    return row


def test_a_launch_that_succeeds_leaves_one_trace(stage: Stage) -> None:
    stage.browser().launch()
    (trace,) = TraceBook(stage.database).launches(stage.platform.id)
    assert (trace.step, trace.outcome, trace.refused) == ("launch", LAUNCHED, False)
    assert (trace.message, trace.role, trace.layer) == ("LtiResourceLinkRequest", "participant", "cookie")
    assert (trace.platform, trace.detail, trace.at) == (stage.platform.name, "", stage.clock())
    assert stage.count(LaunchTrace) == [1]


def test_the_code_on_the_page_of_a_refused_launch_leads_to_the_reason(stage: Stage) -> None:
    answer = stage.browser().launch(deployment_id="77")
    (trace,) = TraceBook(stage.database).find(code_on(answer.text))
    assert (trace.step, trace.outcome, trace.platform_id) == ("launch", "L-DEPLOY", stage.platform.id)
    assert trace.detail == "the deployment is not the one of the login"
    assert (trace.layer, trace.at) == ("cookie", stage.clock())
    assert f"L-DEPLOY · {trace.code}" in answer.text


def test_the_code_is_in_the_log_too(lite: Stage) -> None:
    answer = lite.browser().launch(deployment_id="77")
    (line,) = [line for line in lite.log if line["event"] == "launch_refused"]
    assert line["reference"] == code_on(answer.text)


def test_a_login_from_nowhere_is_traced_without_a_platform_and_names_where_it_came_from(stage: Stage) -> None:
    answer = stage.browser().login(iss="https://lms.elders.example/moodle?user=renee")
    (trace,) = TraceBook(stage.database).refusals(None)
    assert (trace.code, trace.step, trace.outcome) == (code_on(answer.text), "login", "L-PLATFORM")
    assert (trace.platform_id, trace.platform) == (None, None)
    assert trace.detail == "no platform is registered with this issuer and client id: https://lms.elders.example"
    assert TraceBook(stage.database).refusals(stage.platform.id) == []


@pytest.mark.parametrize(
    "issuer", ["https://bel dit nummer", "javascript:alert(1)", "Zoë", "https://zoë@lms.example", "x" * 400]
)
def test_an_issuer_that_is_no_plain_address_is_not_repeated(lite: Stage, issuer: str) -> None:
    lite.browser().login(iss=issuer)
    assert the_trace(lite).detail.endswith(": an address that is not shown")


@pytest.mark.parametrize(
    "changes",
    [
        {"deployment_id": "77"},
        {"sub": None},
        {"target_link_uri": "https://evil.example.org/?who=deelnemer01"},
        {"roles": "Renée"},
        {"message_type": "Renée"},
        {"aud": "deelnemer01"},
        {"custom": {"Renée": 1}, "version": "Renée"},
        {"exp": 5},
    ],
)
def test_nothing_personal_is_in_a_trace(lite: Stage, changes: dict[str, Any]) -> None:
    assert lite.browser().launch(**changes).status_code in (400, 403)
    row = repr(the_trace(lite))
    for personal in PERSONAL:
        assert personal not in row


def test_a_login_that_is_refused_keeps_no_hint(lite: Stage) -> None:
    lite.browser().login(target_link_uri="https://evil.example.org/?who=renee", login_hint="deelnemer01")
    trace = the_trace(lite)
    assert (trace.step, trace.outcome, trace.platform_id) == ("login", "L-TARGET", lite.platform.id)
    assert trace.detail == "target_link_uri is not ours"


def test_every_refusal_has_one_trace(lite: Stage) -> None:
    browser = lite.browser()
    asked = browser.auth_request()
    token = lite.sign(lite.claims(asked["nonce"]))
    browser.post(token, asked["state"])
    pages = [browser.post(token, asked["state"]), browser.post("x", "unknown"), browser.login(iss=None)]
    codes = {code_on(page.text) for page in pages}
    found = TraceBook(lite.database).all_refusals()
    assert {trace.code for trace in found} == codes
    assert {trace.outcome for trace in found} == {"L-STATE-USED", "L-STATE-UNKNOWN", "L-LOGIN"}
    assert len(codes) == 3


def test_a_launch_goes_on_when_its_trace_cannot_be_written(stage: Stage) -> None:
    browser = stage.browser()
    with no_room_for_traces(stage.database):
        assert browser.launch().status_code == 303
    assert browser.who()["platform"] == stage.platform.name
    assert [line["event"] for line in stage.log if line["log_level"] == "error"] == ["trace_not_written"]


def test_a_refusal_has_its_page_when_its_trace_cannot_be_written(stage: Stage) -> None:
    with no_room_for_traces(stage.database):
        answer = stage.browser().launch(deployment_id="77")
    assert answer.status_code == 400
    assert "Je school is nog niet helemaal gekoppeld" in answer.text
    (line,) = [line for line in stage.log if line["event"] == "trace_not_written"]
    assert line["reference"] == code_on(answer.text)


def test_refusals_in_a_minute_are_limited_and_the_rest_is_counted_in_the_log(lite: Stage) -> None:
    service = traces(lite)
    for _ in range(REFUSALS_A_MINUTE + 3):
        assert service.refused(Step.LOGIN, LaunchRefused("too many")).startswith("LTI-")
    assert lite.count(LaunchTrace) == [REFUSALS_A_MINUTE]
    assert [line for line in lite.log if line["event"] == "traces_dropped"] == []
    lite.clock.advance(minutes=1)
    service.refused(Step.LOGIN, LaunchRefused("a minute later"))
    (line,) = [line for line in lite.log if line["event"] == "traces_dropped"]
    assert line["count"] == 3
    assert lite.count(LaunchTrace) == [REFUSALS_A_MINUTE + 1]


def test_a_launch_is_traced_however_many_refusals_there_were(lite: Stage) -> None:
    for _ in range(REFUSALS_A_MINUTE + 1):
        traces(lite).refused(Step.LOGIN, LaunchRefused("too many"))
    lite.browser().launch()
    assert len(TraceBook(lite.database).launches(lite.platform.id)) == 1


def test_traces_are_cleaned_up_after_thirty_days(stage: Stage) -> None:
    stage.browser().launch()
    stage.browser().login(iss=None)
    assert traces(stage).clean_up() == 0
    stage.clock.advance(days=29, hours=23)
    stage.browser().launch()
    assert traces(stage).clean_up() == 0
    stage.clock.advance(hours=1)
    assert traces(stage).clean_up() == 2
    assert stage.count(LaunchTrace) == [1]


def test_of_each_platform_the_newest_refusals_are_kept(stage: Stage) -> None:
    def rows(platform_id: str | None, count: int, outcome: str, age: int) -> list[dict[str, object]]:
        at = stage.clock.now.replace(hour=age)
        made = {"platform_id": platform_id, "step": "login", "outcome": outcome, "created_at": at}
        return [{"id": new_id(), "code": "LTI-222222", **made} for _ in range(count)]

    several = (
        *rows(None, 3, "L-LOGIN", age=1),
        *rows(None, REFUSALS_KEPT, "L-PLATFORM", age=2),
        *rows(stage.platform.id, 5, "L-DEPLOY", age=1),
        *rows(stage.platform.id, 5, LAUNCHED, age=1),
    )
    with stage.database.session() as session:
        session.execute(insert(LaunchTrace), several)
    assert traces(stage).clean_up() == 3
    assert {trace.outcome for trace in TraceBook(stage.database).refusals(None, 500)} == {"L-PLATFORM"}
    assert len(TraceBook(stage.database).refusals(stage.platform.id)) == 5
    assert len(TraceBook(stage.database).launches(stage.platform.id)) == 5


def test_a_frame_without_cookies_is_no_refusal_and_its_code_can_be_looked_up(stage: Stage) -> None:
    client = stage.new_client()
    client.post("/lti/login", data=stage.login_params() | {"cookie_checked": "1"}, headers={"Sec-Fetch-Dest": "iframe"})
    (row,) = [line for line in stage.log if line["event"] == "launch_refused"]
    book = TraceBook(stage.database)
    assert [trace.outcome for trace in book.find(row["reference"])] == ["L-COOKIE"]
    assert (book.refusals(stage.platform.id), book.all_refusals()) == ([], [])
    assert book.reasons(stage.platform.id, stage.clock()) == []
    browser = stage.browser()
    asked = browser.auth_request()
    browser.client.delete_cookie("icc-browser")
    browser.post(stage.sign(stage.claims(asked["nonce"])), asked["state"])
    assert [(trace.step, trace.outcome) for trace in book.refusals(stage.platform.id)] == [("launch", "L-COOKIE")]


def test_refusals_are_grouped_by_reason(stage: Stage) -> None:
    service, here = traces(stage), stage.platform.id
    service.refused(Step.LAUNCH, SignatureWrong("long ago"), platform_id=here)
    since = stage.clock.advance(days=8)
    for error in (DeploymentUnknown("x"), StateUsed("x"), DeploymentUnknown("x")):
        stage.clock.advance(minutes=1)
        last = service.refused(Step.LAUNCH, error, platform_id=here)
    service.refused(Step.LOGIN, LaunchRefused("of nobody"))
    first, second = TraceBook(stage.database).reasons(here, since)
    assert (first.outcome, first.count, first.last_at, first.last_code) == ("L-DEPLOY", 2, stage.clock(), last)
    assert (second.outcome, second.count) == ("L-STATE-USED", 1)


def test_launches_are_counted_by_what_tied_them_to_the_browser(stage: Stage) -> None:
    since = stage.clock()
    for layer in (Layer.COOKIE, Layer.WINDOW, Layer.COOKIE):
        with stage.database.session() as session:
            session.add(
                LaunchTrace(
                    code="LTI-222222",
                    platform_id=stage.platform.id,
                    step="launch",
                    outcome=LAUNCHED,
                    layer=layer,
                    created_at=since,
                )
            )
    assert TraceBook(stage.database).layers(stage.platform.id, since) == {Layer.COOKIE: 2, Layer.WINDOW: 1}
    assert TraceBook(stage.database).layers("another", since) == {}


def test_one_platforms_traces_are_not_anothers(
    database: Database, build: Builder, book: TraceBook, clock: FakeClock
) -> None:
    here, there = build.platform("Zilverbos"), build.platform("Maasbrug")
    for platform in (here, there):
        build.add(
            LaunchTrace(code="LTI-222222", platform_id=platform.id, step="login", outcome="L-TARGET", created_at=clock())
        )
    assert [trace.platform for trace in book.refusals(here.id)] == ["Zilverbos"]
    assert {trace.platform for trace in book.find("LTI-222222")} == {"Zilverbos", "Maasbrug"}
    with database.session() as session:
        session.delete(session.merge(there))
    assert [trace.platform for trace in book.all_refusals()] == ["Zilverbos"]


@pytest.mark.parametrize("typed", ["LTI-7F3K2M", "lti-7f3k2m", "7F3K2M", " lti 7f3 k2m ", "7F3K-2M", "Lti7f3k2m"])
def test_a_code_is_understood_however_it_is_typed(typed: str) -> None:
    assert code_from(typed) == "LTI-7F3K2M"


@pytest.mark.parametrize(
    ("detail", "line"),
    [
        ("missing or wrong: context.id", "missing or wrong: context.id"),
        ("two\nlines\tand\0more", "two lines and more"),
        ("https://lms.example.org answered 404", "https://lms.example.org answered 404"),
        ("at https://lms.example.org/auth?user=zoe now", "at https://lms.example.org/auth?… now"),
        ("from zoe.bakker@school.example, she says", "from … she says"),
        ("https://zoe:geheim@lms.example.org/x", "…"),
        ("token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiI5In0.c2ln here", "token … here"),
        (f"secret {'aB3_' * 10} here", "secret … here"),
        ("x y " * 100, ("x y " * 100)[:300]),
    ],
)
def test_a_detail_becomes_one_short_line_without_secrets(detail: str, line: str) -> None:
    assert one_line(detail) == line


@given(st.text(max_size=1000))
def test_any_detail_fits_the_column(detail: str) -> None:
    line = one_line(detail)
    assert len(line) <= 300
    assert line.isprintable()
    assert not re.search(r"\S@\S", line)


def test_the_launch_url_is_not_confused_with_a_secret() -> None:
    assert one_line(LAUNCH_URL) == LAUNCH_URL
