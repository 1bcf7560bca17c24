"""What takes a fresh proof of who somebody is: which addresses, what whoever comes too late meets, and how they go on."""

import json
import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from lti_tool.audit import DONE
from lti_tool.signin.gate import Role, StaffMember
from lti_tool.signin.passkeys import Passkeys
from lti_tool.signin.proof import fresh_of
from tests.signin.conftest import House
from tests.signin.soft_passkey import SoftPasskey
from tests.staff import form_token, post_as_staff, service_of, sign_in_staff

TAKES_A_PROOF = {
    "console.add_client": "",
    "console.before": "deed",
    "console.before_erasing": "",
    "console.before_unlinking": "",
    "console.do": "deed",
    "console.erase_person": "",
    "console.new_client": "",
    "console.unlink": "",
    "privacy.ask_erasing_member": "",
    "privacy.ask_own_erasing": "",
    "privacy.erase_member": "",
    "privacy.erase_oneself": "",
    "signin.add_account": "",
    "signin.add_passkey": "",
    "signin.enable": "",
    "signin.give_roles": "",
    "signin.invite": "",
    "signin.new_link": "",
    "signin.new_passkey_options": "",
    "signin.remove_account": "",
    "signin.remove_passkey": "",
}
"""Every endpoint that does; by which part of its address, if not always. A new one is a decision: it gets its line here."""
ALL = tuple(Role)


@pytest.fixture
def stale(house: House) -> FlaskClient:
    """A browser of somebody with every role, who proved a quarter of an hour ago who they are."""
    client = house.browser()
    sign_in_staff(client, *ALL)
    house.clock.advance(minutes=15)
    return client


def addresses(house: House) -> Iterator[tuple[str, str]]:
    """Every address that takes a proof, with its method; ids are of nothing."""
    with house.app.app_context():
        for rule in house.app.url_map.iter_rules():
            fresh = fresh_of(rule.endpoint)
            for deed in fresh.only.get("deed", [""]) if fresh else ():
                path = rule.rule.replace("<deed>", deed)
                for method in (rule.methods or set()) & {"GET", "POST"}:
                    yield method, re.sub(r"<[^>]+>", "none", path)


def test_these_addresses_and_no_others_take_it(house: House) -> None:
    with house.app.app_context():
        there = {rule.endpoint: fresh for rule in house.app.url_map.iter_rules() if (fresh := fresh_of(rule.endpoint))}
        assert {endpoint: "".join(fresh.only) for endpoint, fresh in there.items()} == TAKES_A_PROOF


def test_whoever_comes_too_late_is_led_to_the_proof_and_nothing_is_done(house: House, stale: FlaskClient) -> None:
    before = house.trail(DONE)
    asked = list(addresses(house))
    assert len(asked) >= len(TAKES_A_PROOF)
    for method, path in asked:
        token = form_token(stale)
        answer = stale.get(path) if method == "GET" else stale.post(path, data={"csrf_token": token, "name": "Zoë"})
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/account/prove"), path
    assert house.trail(DONE) == before
    page = stale.get(stale.get("/account/erase").location).text
    assert "Je wilt dit doen: jezelf wissen" in page
    assert 'href="/console/">Toch niet' in page
    assert stale.get("/account").status_code == 200
    assert stale.get("/console/certificates/none/approve").status_code == 404


def test_a_minute_before_nobody_is_asked(house: House) -> None:
    client = house.browser()
    sign_in_staff(client, Role.OPERATOR)
    house.clock.advance(minutes=14)
    assert "/sign-in/link/" in post_as_staff(client, "/account/staff", {"name": "Daan", "role": ["trainer"]}).text
    assert client.get("/account/prove?next=/account/staff").location == "/account/staff"


def test_who_lacks_the_role_is_told_that_and_not_asked_for_a_proof(house: House) -> None:
    client = house.browser()
    sign_in_staff(client, Role.TRAINER)
    house.clock.advance(minutes=15)
    assert post_as_staff(client, "/account/staff", {"name": "Me"}).status_code == 403


def prove_with(house: House, client: FlaskClient, member: StaffMember) -> str:
    """Open a new one-time link in the same browser, without any script; return where it leads."""
    path = f"/sign-in/link/{house.parts.staff.link(member.id).token}"
    client.get(path)
    answer = client.post(path, data={"csrf_token": form_token(client, path)})
    assert answer.status_code == 303
    return str(answer.location)


def sent_on(page: str) -> tuple[str, list[tuple[str, str]]]:
    """Read the form that waited from the page that shows it."""
    form = re.search(r'<form method="post" action="(/account/[^"]+)">(.*?)</form>', page, re.DOTALL)
    assert form is not None, page
    return form[1], re.findall(r'name="([^"]+)" value="([^"]*)"', form[2])


def test_a_form_waits_for_the_proof_and_is_sent_on_by_its_sender(house: House) -> None:
    client = house.browser()
    member = sign_in_staff(client, Role.OPERATOR)
    house.clock.advance(minutes=15)
    answer = post_as_staff(client, "/account/staff", {"name": "Zoë & Co", "role": ["issuer", "trainer"]})
    page = client.get(answer.location).text
    assert "Je wilt dit doen: iemand uitnodigen" in page
    assert "tien minuten bewaard" in page
    assert f"icc-bridge staff link {member.id}" in page
    assert "Zoë" not in page
    before = client.get_cookie("icc-staff")
    assert prove_with(house, client, member) == "/account/prove"
    after = client.get_cookie("icc-staff")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    shown = client.get("/account/prove").text
    assert "Je wilde dit doen: iemand uitnodigen" in shown
    path, fields = sent_on(shown)
    assert [value for name, value in fields if name == "role"] == ["issuer", "trainer"]
    assert ("name", "Zoë &amp; Co") in fields
    assert [line.name for line in house.parts.staff.list()] == ["Mies Bakker"]
    data = {"name": "Zoë & Co", "role": ["issuer", "trainer"]}
    assert "/sign-in/link/" in post_as_staff(client, path, data).text
    assert "Zoë &amp; Co" in client.get("/account/staff").text
    assert client.get("/account/prove").location == "/console/"


def test_a_form_that_is_too_long_to_keep_is_said_to_be_lost(house: House) -> None:
    client = house.browser()
    sign_in_staff(client, Role.OPERATOR)
    house.clock.advance(minutes=15)
    answer = client.post(
        "/account/staff",
        data={"csrf_token": form_token(client), "name": "Z" * 20_000},
        headers={"Referer": "http://localhost/account/staff"},
    )
    assert answer.location == "/account/prove?next=/account/staff&lost=1"
    page = client.get(answer.location).text
    assert "Wat je invulde, is niet bewaard" in page
    assert 'href="/account/staff">Toch niet' in page


def test_another_persons_proof_does_not_send_what_waited(house: House) -> None:
    client = house.browser()
    sign_in_staff(client, Role.OPERATOR)
    house.clock.advance(minutes=15)
    post_as_staff(client, "/account/staff", {"name": "Zoë", "role": ["issuer"]})
    other, _link = house.parts.staff.invite("Other", [Role.OPERATOR])
    assert prove_with(house, client, other) == "/console/"
    assert client.get("/account/prove").location == "/console/"


def test_what_waits_is_unreadable_at_rest_and_goes_by_itself(house: House, stale: FlaskClient) -> None:
    post_as_staff(stale, "/account/staff", {"name": "Zilverbos", "role": ["issuer"]})
    path = house.parts.settings.sqlalchemy_url.removeprefix("sqlite:///")
    with open(path, "rb") as file, open(f"{path}-wal", "rb") as log:  # noqa: PTH123
        assert b"Zilverbos" not in file.read() + log.read()
    assert house.parts.wanted_forms.clean_up() == 0
    house.clock.advance(minutes=10)
    assert house.parts.wanted_forms.clean_up() == 1


def test_a_script_that_comes_too_late_learns_where_the_proof_is(stale: FlaskClient) -> None:
    answer = stale.post(
        "/account/passkey/options",
        data={"csrf_token": form_token(stale)},
        headers={"Accept": "application/json", "Referer": "http://localhost/account"},
    )
    assert (answer.status_code, answer.get_json()) == (401, {"prove": "/account/prove?next=/account"})


def test_a_passkey_proves_it_and_what_is_open_in_the_browser_goes_on(house: House) -> None:
    client = house.browser()
    member = sign_in_staff(client, Role.OPERATOR)
    passkeys, key = service_of(client, Passkeys), SoftPasskey()
    passkeys.add(member, "b", key.create(json.loads(passkeys.ask_new(member, "b"))), "sleutel")
    house.clock.advance(minutes=15)
    open_elsewhere = form_token(client)
    page = client.get("/account/prove?next=/account/staff").text
    assert "Gebruik mijn passkey" in page
    here = "/account/prove?next=/account/staff"
    options = post_as_staff(client, "/sign-in/passkey/options", {"next": here}).get_json()
    answer = post_as_staff(client, "/sign-in/passkey", {"credential": key.get(options)})
    assert answer.location == here
    assert client.get(here).location == "/account/staff"
    (line,) = passkeys.of(member.id)
    assert client.post(f"/account/passkey/{line.id}/remove", data={"csrf_token": open_elsewhere}).status_code == 303
    assert passkeys.of(member.id) == []
    assert len(house.parts.staff_sessions.of(member.id)) == 1
