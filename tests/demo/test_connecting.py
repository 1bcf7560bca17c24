"""Connecting the school with the tool: once, and anew when the school knew another one."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from lti_tool.app import Parts, compose, create_app
from lti_tool.config import load_settings
from lti_tool.demo.browser import Browser
from lti_tool.demo.connecting import ADMIN, Connected, connect, log_in, token_for_programs
from lti_tool.demo.expecting import WalkFailed
from lti_tool.demo.native import connect_web_services
from lti_tool.demo.school import PERSONALITIES, SchoolServer
from lti_tool.demo.school.models import Registration, ToolState
from lti_tool.demo.school.native.accounts import revoke
from lti_tool.demo.walk import COURSE, TRAINER, known_clients, tool_of
from lti_tool.platforms.scopes import LINEITEM, LINEITEM_READONLY, MEMBERSHIP_READONLY, RESULT_READONLY, SCORE
from tests.conftest import SECRET
from tests.ports import free_port
from tests.recording_jobs import RecordingJobs


@dataclass
class Street:
    """The school, and a tool that listens."""

    server: SchoolServer
    parts: Parts

    def connect(self, *, known: bool = True) -> Connected:
        """Connect the two; as a tool that has lost its database if it knows nothing."""
        clients = known_clients(self.parts) if known else set[str]()
        return connect(self.server.url, clients, tool_of(self.parts))

    @property
    def tools(self) -> list[Registration]:
        return list(self.server.school.registrations.values())


@pytest.fixture
def street(request: pytest.FixtureRequest, tmp_path: Path, new_sqlite_url: Callable[[], str]) -> Iterator[Street]:
    """The school of the demo, and the tool; they do not know each other. Moodle, or what a test asks for indirectly."""
    personality = PERSONALITIES[getattr(request, "param", "moodle")]
    port = free_port()
    settings = load_settings(
        base_url=f"http://127.0.0.1:{port}",
        data_dir=tmp_path / "var",
        database_url=new_sqlite_url(),
        secret_key=SECRET,
        allow_private_platforms=True,
    )
    parts = compose(settings, engine=RecordingJobs())
    tool = make_server("127.0.0.1", port, create_app(parts), threaded=True)
    threading.Thread(target=tool.serve_forever, args=(0.05,), daemon=True).start()
    with SchoolServer(seeded=True, personality=personality) as server:
        yield Street(server, parts)
    tool.shutdown()
    tool.server_close()
    parts.close()


def test_a_school_is_connected_once(street: Street) -> None:
    assert street.connect() is Connected.NOW
    assert [tool.state for tool in street.tools] == [ToolState.ACTIVE]
    assert street.connect() is Connected.BEFORE
    assert len(street.tools) == 1


def test_what_the_administrator_switched_off_stays_off(street: Street) -> None:
    street.connect()
    street.tools[0].state = ToolState.REJECTED
    assert street.connect() is Connected.BEFORE
    assert street.tools[0].state is ToolState.REJECTED


def test_a_school_that_knew_another_tool_is_connected_anew_and_the_trainer_sees_one_tool(street: Street) -> None:
    street.connect()
    assert street.connect(known=False) is Connected.ANEW
    assert [tool.state for tool in street.tools] == [ToolState.REJECTED, ToolState.ACTIVE]
    with Browser() as browser:
        course = log_in(browser, street.server.url, TRAINER).follow(COURSE)
        assert [label for label, _href in course.links if "ICC Bridge" in label] != []
        picker = course.follow("ICC Bridge").open_iframe()
    assert "item" in picker.form(with_field="item").names


def test_a_registration_that_fails_says_what_came(street: Street) -> None:
    unknown = f"{street.parts.settings.base_url}/lti/register/unknown"
    tool = replace(tool_of(street.parts), invite=lambda: unknown)
    with pytest.raises(WalkFailed, match="expected the page that asks the administrator, but came 404"):
        connect(street.server.url, set(), tool)
    assert street.tools == []


def test_somebody_who_is_not_at_the_school_cannot_log_in(street: Street) -> None:
    with Browser() as browser, pytest.raises(WalkFailed, match="expected Niemand on the school's front page, but came 200"):
        log_in(browser, street.server.url, "Niemand")
    with Browser() as browser:
        assert log_in(browser, street.server.url, ADMIN).status == 200


@pytest.mark.parametrize(
    ("street", "how"),
    [
        ("canvas", Connected.NOW),
        ("brightspace", Connected.NOW),
        ("blackboard", Connected.BY_HAND),
        ("itslearning", Connected.BY_HAND),
        ("sakai", Connected.NOW),
    ],
    indirect=["street"],
)
def test_every_learning_environment_is_connected_in_its_own_way_and_once(street: Street, how: Connected) -> None:
    assert street.connect() is how
    assert street.connect() is Connected.BEFORE
    (tool,) = street.tools
    (platform,) = street.parts.platforms.list()
    assert (tool.state, platform.client_id, platform.issuer) == (
        ToolState.ACTIVE,
        tool.client_id,
        street.server.school.issuer,
    )
    assert street.parts.platforms.deployments(platform.id) == [tool.deployment_id]
    with Browser() as browser:
        course = log_in(browser, street.server.url, TRAINER).follow(COURSE)
        picker = course.follow("ICC Bridge").open_iframe()
    assert "item" in picker.form(with_field="item").names


def test_a_moodles_web_services_are_connected_with_the_administrators_token(street: Street) -> None:
    street.connect()
    assert connect_web_services(street.parts, street.server.url)
    (platform,) = street.parts.platforms.list()
    site = street.parts.moodle_sites.get(platform.id)
    (account,) = street.server.school.accounts.values()
    assert (site.url, site.user_id, site.problem) == (street.server.url, int(account.id), None)
    revoke(street.server.school, account)
    assert connect_web_services(street.parts, street.server.url)
    assert len(street.server.school.accounts) == 2


def test_nothing_is_connected_before_the_school_is(street: Street) -> None:
    assert not connect_web_services(street.parts, street.server.url)


@pytest.mark.parametrize("street", ["canvas"], indirect=True)
def test_where_there_are_no_web_services_nothing_is_connected(street: Street) -> None:
    street.connect()
    assert token_for_programs(street.server.url) is None
    assert not connect_web_services(street.parts, street.server.url)


@pytest.mark.parametrize("street", ["canvas"], indirect=True)
def test_canvas_takes_the_tools_own_configuration(street: Street) -> None:
    base = street.parts.settings.base_url
    with Browser() as browser:
        log_in(browser, street.server.url, ADMIN)
        form = browser.get(f"{street.server.url}/admin/tools").form(name="configure")
        page = form.submit(redirect_uri=f"{base}/lti/launch", url=f"{base}/lti/configuration/canvas.json")
    assert "https://canvas.instructure.com" in page.text
    (tool,) = street.tools
    assert (tool.login_url, tool.redirect_uris, tool.deep_link_uri) == (
        f"{base}/lti/login",
        [f"{base}/lti/launch"],
        f"{base}/lti/launch",
    )
    assert set(tool.scopes) == {LINEITEM, LINEITEM_READONLY, MEMBERSHIP_READONLY, RESULT_READONLY, SCORE}
    assert tool.custom == {"context_history": "$Context.id.history"}
    assert (tool.sends_name, tool.sends_email) == (True, False)


@pytest.mark.parametrize("street", ["canvas"], indirect=True)
def test_a_configuration_that_is_none_is_refused_with_the_reason(street: Street) -> None:
    base = street.parts.settings.base_url
    with Browser() as browser:
        log_in(browser, street.server.url, ADMIN)
        for url in (f"{base}/.well-known/jwks.json", f"{base}/health/live", f"{base}/nothing", "ftp://x"):
            form = browser.get(f"{street.server.url}/admin/tools").form(name="configure")
            assert "Zo lukt koppelen niet" in form.submit(redirect_uri=f"{base}/lti/launch", url=url).text
    assert street.tools == []
    reasons = [refusal.reason for refusal in street.server.school.refusals]
    assert (reasons[0], len(reasons)) == ("title is missing", 4)
