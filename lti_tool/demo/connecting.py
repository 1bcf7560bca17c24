"""Connecting the demo school with the tool, as the school's administrator does it in the browser."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lti_tool.demo.browser import Browser, Form, Page
from lti_tool.demo.expecting import expect

ADMIN = "Beheer Zilverbos"
SCHOOL_NAME = "Zilverbos College"
NOT_FOUND = 404
_TOKEN = re.compile(r"\btoken ([0-9a-f]{32})\b")
_FACTS = re.compile(r"\b(issuer|client_id|deployment_id|auth_url|token_url|jwks_url) (\S+)")


class Connected(StrEnum):
    """How a school came to be connected."""

    BEFORE = "before"
    NOW = "now"
    BY_HAND = "by hand"
    """Now, in a learning environment without dynamic registration."""
    ANEW = "anew"
    """It knew a tool, but not this one: of another address, or of a database that is gone."""


@dataclass(frozen=True)
class Registered:
    """A tool in the school's list."""

    client_id: str
    deployment_id: str
    form: Form

    @property
    def active(self) -> bool:
        """Whether people see it."""
        return any(button.value == "reject" for button in self.form.buttons)


def log_in(browser: Browser, school_url: str, name: str) -> Page:
    """Become a person of the school.

    Raises:
        WalkFailed: the school's front page does not have them.
    """
    page = browser.get(f"{school_url}/")
    found = [
        (form, button.value)
        for form in page.forms
        for button in form.buttons
        if button.name == "person" and name in button.label
    ]
    expect(f"{name} on the school's front page", found, page)
    form, value = found[0]
    return form.submit(person=value)


@dataclass(frozen=True)
class Tool:
    """What the school's administrator gets from who runs the tool.

    Args:
        invite: makes an invitation and returns its address.
        url: the tool's own address.
        add: registers the school at the tool by what its learning environment shows: issuer, client_id, deployment_id,
            auth_url, token_url, jwks_url.
    """

    invite: Callable[[], str]
    url: str
    add: Callable[[Mapping[str, str]], None]


def connect(school_url: str, known: Collection[str], tool: Tool) -> Connected:
    """Register the tool at the school unless it is: dynamically, or by hand where that is the only way.

    Args:
        school_url: the school's address.
        known: the client ids under which this tool knows the school.
        tool: the tool's side.

    Raises:
        WalkFailed: a step did not end as expected.
    """
    with Browser() as browser:
        log_in(browser, school_url, ADMIN)
        earlier = _tools(browser, school_url)
        if any(one.client_id in known for one in earlier):
            return Connected.BEFORE
        for one in earlier:
            if one.active:
                one.form.submit(action="reject")
        ways = {form.name for form in browser.get(f"{school_url}/admin/tools").forms}
        before = {one.client_id for one in earlier}
        dynamic = "register" in ways
        if dynamic:
            _register(browser, school_url, tool.invite(), before)
        else:
            _register_by_hand(browser, school_url, tool)
        return Connected.ANEW if earlier else Connected.NOW if dynamic else Connected.BY_HAND


def token_for_programs(school_url: str) -> str | None:
    """Return a token for the school's web services, as its administrator passes it on; None: it has none to offer.

    Raises:
        WalkFailed: it offers them, but makes no token.
    """
    with Browser() as browser:
        log_in(browser, school_url, ADMIN)
        page = browser.get(f"{school_url}/admin/webservices")
        if page.status == NOT_FOUND:
            return None
        token = _TOKEN.search(page.text) or _TOKEN.search(page.form(name="services").submit(action="add").text)
        expect("a token for programs", token, browser.page)
        return token[1] if token else None


def _register(browser: Browser, school_url: str, invitation: str, before: Collection[str]) -> None:
    form = browser.get(f"{school_url}/admin/tools").form(name="register")
    page = form.submit(url=invitation).open_iframe()
    expect("the page that asks the administrator", any("csrf_token" in form.names for form in page.forms), page)
    done = page.form(with_field="csrf_token").submit()
    expect("the tool to be registered", done.status == 200, done)
    new = [one for one in _tools(browser, school_url) if one.client_id not in before]
    expect("one new tool at the school", len(new) == 1, browser.page)
    new[0].form.submit(action="activate")
    found = next(one for one in _tools(browser, school_url) if one.client_id == new[0].client_id)
    expect("the tool to be active", found.active, browser.page)
    if any("deployment_id" in form.names for form in done.forms):
        told = done.form(with_field="deployment_id").submit(deployment_id=found.deployment_id)
        expect("the deployment id to be kept", told.status == 200, told)


def _register_by_hand(browser: Browser, school_url: str, tool: Tool) -> None:
    """Enter the tool's addresses in the school's form, and at the tool what the school shows then."""
    form = browser.get(f"{school_url}/admin/tools").form(name="byhand")
    page = form.submit(
        name="ICC Bridge",
        login_url=f"{tool.url}/lti/login",
        redirect_uri=f"{tool.url}/lti/launch",
        jwks_url=f"{tool.url}/.well-known/jwks.json",
    )
    shown = dict(_FACTS.findall(page.text))
    expect("what the supplier has to know of the school", len(shown) == 6, page)
    tool.add(shown)


def _tools(browser: Browser, school_url: str) -> list[Registered]:
    page = browser.get(f"{school_url}/admin/tools")
    expect("the school's list of tools", page.status == 200, page)
    forms = [form for form in page.forms if form.name.startswith("tool-")]
    ids = re.findall(r"client_id (\S+) · deployment_id (\S+)", page.text)
    expect("a client id for each tool", len(forms) == len(ids), page)
    return [Registered(client_id, deployment_id, form) for (client_id, deployment_id), form in zip(ids, forms, strict=True)]
