"""Who may show our pages in a frame: the learning environment of that very registration, whatever the page says.

A page that nobody's session and no registration stands behind can do nothing and shows nothing of anybody; it may be read
in any frame, because otherwise its reader would see an empty one.
"""

from urllib.parse import urlencode, urlsplit

import pytest

from lti_tool.demo.browser import Page
from lti_tool.demo.school import FaultKind, Link, Service
from tests.certification.premises import Premises, Visitor

ANYBODY = "*"


def framers(page: Page) -> str:
    """Who may frame a page."""
    policy: str = page.answer.headers["Content-Security-Policy"]
    return policy.rpartition("frame-ancestors ")[2]


@pytest.fixture
def link(premises: Premises) -> Link:
    """An assignment in the course."""
    return premises.place()[0]


@pytest.fixture
def zoe(premises: Premises, link: Link) -> Visitor:
    """A participant with a session."""
    visitor = premises.visitor()
    assert visitor.open(link).status == 200
    return visitor


def test_the_pages_of_a_session(premises: Premises, link: Link, zoe: Visitor) -> None:
    ilse = premises.visitor(premises.trainer)
    for page in (zoe.open(link), ilse.open(link), ilse.pick(), ilse.follow(ilse.deep_link())):
        assert (page.status, framers(page)) == (200, premises.school.url)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/placement/none", 404),
        ("GET", "/cohort/none/board", 404),
        ("GET", "/embed/none", 404),
        ("GET", "/lti/launch", 405),
        ("POST", "/placement/none/setup", 400),
    ],
)
def test_errors_in_a_session(premises: Premises, zoe: Visitor, method: str, path: str, status: int) -> None:
    page = zoe.send(method, path)
    assert (page.status, framers(page)) == (status, premises.school.url)


def test_work_that_could_not_be_sent(premises: Premises, link: Link, zoe: Visitor) -> None:
    address = urlsplit(zoe.open(link).url).path
    page = zoe.send("POST", address, data={"csrf_token": "old", "text": "Mijn leervraag is lang."})
    assert (page.status, "Mijn leervraag is lang." in page.html) == (400, True)
    assert framers(page) == premises.school.url


def test_refused_logins_and_launches_of_a_platform_that_is_known(premises: Premises) -> None:
    visitor = premises.visitor()
    asked = visitor.asked()
    refused = [
        visitor.login(visitor.login_params(target_link_uri="https://evil.example.org/")),
        visitor.post("no token", asked["state"]),
        visitor.launch(version="11.3"),
        visitor.send("POST", "/lti/launch", data={"error": "login_required", "state": asked["state"]}),
    ]
    premises.parts.platforms.disable(premises.platform.id)
    refused.append(visitor.login(visitor.login_params()))
    assert {framers(page) for page in refused} == {premises.school.url}


def test_a_registration(premises: Premises) -> None:
    def opened() -> Page:
        token = premises.parts.invites.create("School").token
        return premises.visitor().browser.get(premises.school.start_registration(f"{premises.url}/lti/register/{token}"))

    asking = opened()
    assert framers(asking) == premises.school.url
    premises.school.faults.add(Service.REGISTRATION, FaultKind.HTML)
    failed = asking.form(with_field="csrf_token").submit()
    assert (failed.status, framers(failed)) == (502, premises.school.url)
    connected = opened().form(with_field="csrf_token").submit()
    assert (connected.status, framers(connected)) == (200, premises.school.url)


def test_what_is_nobodys_can_be_read_in_any_frame_and_does_nothing(premises: Premises) -> None:
    nobody = premises.visitor()
    pages = [
        nobody.send("GET", "/nowhere"),
        nobody.send("GET", "/placement/none"),
        nobody.send("POST", "/lti/login", data={}),
        nobody.send("POST", "/lti/launch", data={"state": "x"}),
        nobody.send("GET", "/lti/register/none"),
        nobody.send("GET", f"/lti/register/none?{urlencode({'openid_configuration': premises.school.url})}"),
    ]
    for page in pages:
        assert page.status >= 400
        assert (framers(page), page.forms) == (ANYBODY, ())
