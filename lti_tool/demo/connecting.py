"""Connecting the demo school with the tool, as the school's administrator does it in the browser."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum

from lti_tool.demo.browser import Browser, Form, Page
from lti_tool.demo.expecting import expect

ADMIN = "Beheer Zilverbos"
SCHOOL_NAME = "Zilverbos College"


class Connected(StrEnum):
    """How a school came to be connected."""

    BEFORE = "before"
    NOW = "now"
    ANEW = "anew"
    """It knew a tool, but not this one: of another address, or of a database that is gone."""


@dataclass(frozen=True)
class Registered:
    """A tool in the school's list."""

    client_id: str
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


def connect(school_url: str, known: Collection[str], invite: Callable[[], str]) -> Connected:
    """Register the tool at the school by dynamic registration, unless it is.

    Args:
        school_url: the school's address.
        known: the client ids under which this tool knows the school.
        invite: makes an invitation and returns its address.

    Raises:
        WalkFailed: a step did not end as expected.
    """
    with Browser() as browser:
        log_in(browser, school_url, ADMIN)
        earlier = _tools(browser, school_url)
        if any(tool.client_id in known for tool in earlier):
            return Connected.BEFORE
        for tool in earlier:
            if tool.active:
                tool.form.submit(action="reject")
        _register(browser, school_url, invite())
        return Connected.ANEW if earlier else Connected.NOW


def _register(browser: Browser, school_url: str, invitation: str) -> None:
    before = {tool.client_id for tool in _tools(browser, school_url)}
    form = browser.get(f"{school_url}/admin/tools").form(name="register")
    page = form.submit(url=invitation).open_iframe()
    expect("the page that asks the administrator", any("csrf_token" in form.names for form in page.forms), page)
    done = page.form(with_field="csrf_token").submit()
    expect("the tool to be registered", done.status == 200, done)
    new = [tool for tool in _tools(browser, school_url) if tool.client_id not in before]
    expect("one new tool at the school", len(new) == 1, browser.page)
    new[0].form.submit(action="activate")
    active = [tool for tool in _tools(browser, school_url) if tool.client_id == new[0].client_id and tool.active]
    expect("the tool to be active", active, browser.page)


def _tools(browser: Browser, school_url: str) -> list[Registered]:
    page = browser.get(f"{school_url}/admin/tools")
    expect("the school's list of tools", page.status == 200, page)
    forms = [form for form in page.forms if form.name.startswith("tool-")]
    client_ids = re.findall(r"client_id (\S+)", page.text)
    expect("a client id for each tool", len(forms) == len(client_ids), page)
    return [Registered(client_id, form) for client_id, form in zip(client_ids, forms, strict=True)]
