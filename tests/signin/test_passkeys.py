"""Passkeys, over the services and with an authenticator in software: what gets in, and everything that does not."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from lti_tool.audit import REFUSED
from lti_tool.config import Settings
from lti_tool.errors import Refused
from lti_tool.signin.errors import AccountClosed, AttemptGone, PasskeyRefused
from lti_tool.signin.gate import CONSOLE, Role, StaffMember
from lti_tool.signin.passkeys import Passkeys
from lti_tool.signin.service import Visit
from tests.signin.conftest import House
from tests.signin.soft_passkey import SoftPasskey
from tests.staff import form_token, post_as_staff, service_of, sign_in_staff

BROWSER, VISIT = "this browser", Visit("Firefox, Linux", None)


@pytest.fixture
def passkeys(house: House) -> Passkeys:
    """The service."""
    return service_of(house.browser(), Passkeys)


@pytest.fixture
def member(house: House) -> StaffMember:
    """Somebody of the staff, beside another operator."""
    house.invite("Somebody else")
    return house.parts.staff.invite("Zoë van 't Höfen", [Role.ISSUER])[0]


def added(passkeys: Passkeys, member: StaffMember, key: SoftPasskey, name: str = "") -> str:
    """Add a passkey and return its id."""
    return passkeys.add(member, BROWSER, key.create(json.loads(passkeys.ask_new(member, BROWSER))), name)


def signed_in(passkeys: Passkeys, key: SoftPasskey) -> str:
    """Sign in and return who that is."""
    opened, _next = passkeys.sign_in(BROWSER, key.get(asked(passkeys)), VISIT)
    return opened.member_id


def asked(passkeys: Passkeys, next_path: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(passkeys.ask(BROWSER, next_path))
    return found


def test_a_passkey_is_added_and_signs_in_again_and_again(house: House, passkeys: Passkeys, member: StaffMember) -> None:
    key = SoftPasskey()
    passkey_id = added(passkeys, member, key, "  telefoon\x00 ")
    (line,) = passkeys.of(member.id)
    assert (line.id, line.name, line.backed_up, line.used_at) == (passkey_id, "telefoon", True, None)
    for _ in range(3):
        assert signed_in(passkeys, key) == member.id
    opened, onward = passkeys.sign_in(BROWSER, key.get(asked(passkeys, "/console/x")), VISIT)
    assert onward == "/console/x"
    assert house.parts.staff_sessions.load(opened.secret) is not None
    assert passkeys.of(member.id)[0].used_at == house.clock.now
    assert [what for _, what, _ in house.trail()][-5:] == ["signin.add_passkey", *["signin.passkey"] * 4]
    assert passkeys.remove(member.id, passkey_id)
    assert not passkeys.remove(member.id, passkey_id)
    with pytest.raises(PasskeyRefused):
        signed_in(passkeys, key)


def test_the_browser_is_asked_for_a_discoverable_passkey_that_verifies_the_person(
    passkeys: Passkeys, member: StaffMember
) -> None:
    options = json.loads(passkeys.ask_new(member, BROWSER))
    assert options["rp"] == {"name": "ICC Bridge", "id": "localhost"}
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["attestation"] == "none"
    key = SoftPasskey()
    added(passkeys, member, key)
    assert len(json.loads(passkeys.ask_new(member, BROWSER))["excludeCredentials"]) == 1
    options = asked(passkeys)
    assert options["allowCredentials"] == []
    assert options["userVerification"] == "required"


def test_a_passkey_without_a_counter_signs_in_too(passkeys: Passkeys, member: StaffMember) -> None:
    key = SoftPasskey(count=None)
    added(passkeys, member, key)
    assert [signed_in(passkeys, key) for _ in range(2)] == [member.id, member.id]
    assert passkeys.of(member.id)[0].name == "Passkey 1"


def test_what_does_not_hold_signs_nobody_in(house: House, passkeys: Passkeys, member: StaffMember) -> None:
    key = SoftPasskey()
    added(passkeys, member, key)
    assert signed_in(passkeys, key) == member.id
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("another page asked", {"origin": "https://evil.example"}),
        ("it is for another host", {"rp_id": "evil.example"}),
        ("nobody was verified", {"verifies": False}),
        ("the counter stood still", {"count": 0}),
        ("it names another owner", {"owner": "c29tZWJvZHkgZWxzZQ"}),
        ("another key signed", {"key": SoftPasskey().key}),
        ("nobody has it", {"credential_id": b"unknown"}),
    ]
    for why, changes in wrong:
        kept = {name: getattr(key, name) for name in changes}
        for name, value in changes.items():
            setattr(key, name, value)
        answer, gets_in = key.get(asked(passkeys)), True
        try:
            passkeys.sign_in(BROWSER, answer, VISIT)
        except PasskeyRefused:
            gets_in = False
        assert not gets_in, why
        for name, value in kept.items():
            setattr(key, name, value)
    assert signed_in(passkeys, key) == member.id
    noted = house.trail(REFUSED)
    assert noted == [(member.id, "signin.passkey", "R-PASSKEY")] * 6 + [("nobody", "signin.passkey", "R-PASSKEY")]


def test_a_challenge_counts_once_in_time_and_in_its_browser(house: House, passkeys: Passkeys, member: StaffMember) -> None:
    key = SoftPasskey()
    added(passkeys, member, key)
    answer = key.get(asked(passkeys))
    for browser in ("another browser", None):
        with pytest.raises(AttemptGone):
            passkeys.sign_in(browser, answer, VISIT)
    passkeys.sign_in(BROWSER, answer, VISIT)
    with pytest.raises(AttemptGone):
        passkeys.sign_in(BROWSER, answer, VISIT)
    late = key.get(asked(passkeys))
    house.clock.advance(minutes=10)
    with pytest.raises(AttemptGone):
        passkeys.sign_in(BROWSER, late, VISIT)
    with pytest.raises(AttemptGone):
        passkeys.sign_in(BROWSER, key.get({"challenge": "made-up"}), VISIT)


def test_a_new_passkey_is_for_who_asked_for_it_and_new(house: House, passkeys: Passkeys, member: StaffMember) -> None:
    other = house.parts.staff.invite("Other", [Role.TRAINER])[0]
    key = SoftPasskey()
    answer = key.create(json.loads(passkeys.ask_new(member, BROWSER)))
    with pytest.raises(AttemptGone):
        passkeys.add(other, BROWSER, answer, "")
    added(passkeys, member, key)
    with pytest.raises(PasskeyRefused):
        added(passkeys, other, key)
    for bad in (SoftPasskey(origin="https://evil.example"), SoftPasskey(rp_id="evil.example"), SoftPasskey(verifies=False)):
        with pytest.raises(PasskeyRefused):
            added(passkeys, member, bad)
    with pytest.raises(AttemptGone):
        # a challenge for signing in adds nothing
        passkeys.add(member, BROWSER, key.create(asked(passkeys)), "")


def test_what_is_no_answer_of_a_browser_is_refused_in_words(passkeys: Passkeys, member: StaffMember) -> None:
    good = json.loads(SoftPasskey().get(asked(passkeys)))
    data = good["response"]["clientDataJSON"]
    nonsense: list[object] = [
        "", "[]", "{}", "nul", "[" * 19_000, "x" * 30_000, '{"response": {"clientDataJSON": "!"}}',
        {**good, "response": {"clientDataJSON": data}}, {**good, "id": 7}, {**good, "type": "password"},
        {**good, "response": {**good["response"], "authenticatorData": "AAAA"}},
    ]  # fmt: skip
    for answer in nonsense:
        text = answer if isinstance(answer, str) else json.dumps(answer)
        with pytest.raises(Refused):
            passkeys.sign_in(BROWSER, text, VISIT)
        with pytest.raises(Refused):
            passkeys.add(member, BROWSER, text, "")


def test_who_is_switched_off_does_not_get_in_with_a_passkey(house: House, passkeys: Passkeys, member: StaffMember) -> None:
    key = SoftPasskey()
    added(passkeys, member, key)
    house.parts.staff.disable(member.id)
    with pytest.raises(AccountClosed):
        signed_in(passkeys, key)


def test_the_pages_hand_on_what_browser_and_passkey_say(house: House) -> None:
    client, fresh = house.browser(), house.browser()
    member = sign_in_staff(client, Role.ISSUER)
    assert "Je kunt nog niet zelf inloggen" in client.get("/account").text
    key = SoftPasskey()
    options = post_as_staff(client, "/account/passkey/options")
    assert options.headers["Cache-Control"] == "no-store"
    answer = post_as_staff(client, "/account/passkey", {"credential": key.create(options.get_json()), "name": "laptop"})
    assert (answer.status_code, answer.location) == (303, "/account#manieren")
    page = client.get("/account").text
    assert "laptop" in page
    assert "Je kunt nog niet zelf inloggen" not in page
    fresh.get("/sign-in")
    token = form_token(fresh, "/sign-in")
    options = fresh.post("/sign-in/passkey/options", data={"csrf_token": token, "next": "//evil.example"})
    answer = fresh.post("/sign-in/passkey", data={"csrf_token": token, "credential": key.get(options.get_json())})
    assert (answer.status_code, answer.location) == (303, CONSOLE)
    assert member.name in fresh.get("/account").text
    (line,) = service_of(client, Passkeys).of(member.id)
    assert post_as_staff(client, f"/account/passkey/{line.id}/remove").status_code == 303
    assert post_as_staff(client, f"/account/passkey/{line.id}/remove").status_code == 404


def test_on_an_ip_address_there_are_no_passkeys_and_the_page_says_so(new_house: Callable[..., House]) -> None:
    house = new_house(base_url="http://127.0.0.1:8401")
    client = house.browser()
    assert "passkey.js" not in client.get("/sign-in").text
    sign_in_staff(client)
    assert "draait op een IP-adres" in client.get("/account").text
    assert post_as_staff(client, "/account/passkey/options").status_code == 404


def test_the_host_of_the_base_url_is_what_passkeys_are_for(new_house: Callable[..., House], settings: Settings) -> None:
    assert settings.base_url == "http://localhost:8401"
    house = new_house(base_url="https://icc.example.org:8443")
    options = json.loads(service_of(house.browser(), Passkeys).ask(BROWSER, None))
    assert options["rpId"] == "icc.example.org"
