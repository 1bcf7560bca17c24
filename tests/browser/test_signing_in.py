"""The staff signs in at the running tool: with a link, and then with a passkey of the browser's own virtual device."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import CDPSession, Page, expect
from sqlalchemy import update

from lti_tool.signin.gate import Role
from lti_tool.signin.links import Link
from lti_tool.signin.models import StaffSession
from tests.browser.conftest import Windows
from tests.browser.stage import Stage

pytestmark = pytest.mark.browser


@pytest.fixture
def link(stage: Stage) -> Link:
    """A one-time link for somebody new."""
    return stage.parts.staff.invite("Mies Bakker-van Wijngaarden", [Role.OPERATOR, Role.ISSUER])[1]


def with_device(page: Page) -> CDPSession:
    """Give the browser of a page a device that makes and keeps passkeys, and whose person is always there."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools


def test_from_the_first_link_to_a_passkey_and_back_in_with_the_keyboard_alone(
    window: Windows, stage: Stage, link: Link
) -> None:
    visitor = window()
    page = visitor.page
    with_device(page)
    page.goto(f"{stage.tool_url}/sign-in/link/{link.token}")
    assert visitor.inspect(page, "link") == []
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Log uit").first).to_be_visible()
    page.goto(f"{stage.tool_url}/account")
    expect(page.get_by_role("heading", name="Je kunt nog niet zelf inloggen")).to_be_visible()
    page.get_by_label("Hoe noem je hem?").fill("laptop")
    page.get_by_label("Hoe noem je hem?").press("Enter")
    expect(page.get_by_text("laptop", exact=True)).to_be_visible()
    assert visitor.inspect(page, "account") == []
    # this device holds one already
    page.get_by_role("button", name="Maak een passkey").click()
    expect(page.locator("[data-said]")).to_have_text("Dit apparaat heeft al een passkey van jou.")
    page.goto(f"{stage.tool_url}/account/staff")
    assert visitor.inspect(page, "staff") == []
    page.get_by_role("link", name="Mies Bakker-van Wijngaarden").last.click()
    expect(page.get_by_role("heading", name="Ingelogd op")).to_be_visible()
    assert visitor.inspect(page, "member") == []

    page.get_by_role("navigation", name="Je account").get_by_role("button", name="Log uit").click()
    expect(page.get_by_role("heading", name="Inloggen voor medewerkers")).to_be_visible()
    assert visitor.inspect(page, "sign-in") == []
    page.goto(f"{stage.tool_url}/account")
    button = page.get_by_role("button", name="Log in met een passkey")
    visitor.tab_to(button)
    button.press("Enter")
    expect(page).to_have_url(re.compile(r"/account$"))
    expect(page.get_by_text("met een passkey, ingelogd")).to_be_visible()

    hours_ago = stage.parts.clock() - timedelta(hours=2)
    with stage.parts.database.session() as session:
        of_member = StaffSession.member_id == link.member_id
        session.execute(update(StaffSession).where(of_member).values(proved_at=hours_ago))
    with visitor.foresee(401):
        page.get_by_role("button", name="Maak een passkey").click()
        expect(page.get_by_role("heading", name="Laat zien dat jij het bent")).to_be_visible()
    assert visitor.inspect(page, "prove") == []
    page.get_by_role("button", name="Gebruik mijn passkey").click()
    expect(page.get_by_role("heading", name="Mijn account")).to_be_visible()
    page.goto(f"{stage.tool_url}/account/erase")
    expect(page.get_by_role("heading", name="Jezelf laten wissen?")).to_be_visible()
    assert visitor.inspect(page, "staff-erase") == []


def test_without_scripts_or_passkeys_the_page_says_what_to_do(window: Windows, stage: Stage) -> None:
    bare = window(scripts=False, english=True).page
    bare.goto(f"{stage.tool_url}/sign-in")
    expect(bare.get_by_text("A passkey needs JavaScript.")).to_be_visible()
    expect(bare.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    old = window().page
    old.add_init_script("delete window.PublicKeyCredential")
    old.goto(f"{stage.tool_url}/sign-in")
    expect(old.get_by_text("Deze browser kent geen passkeys.")).to_be_visible()
    expect(old.get_by_role("button", name="Log in met een passkey")).to_be_hidden()
