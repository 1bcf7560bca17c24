"""The pages on which operators say who belongs to the staff."""

import re

from lti_tool.audit import DONE
from lti_tool.signin.gate import Role
from tests.signin.conftest import House
from tests.staff import form_token, post_as_staff, sign_in_staff


def test_an_operator_invites_somebody_who_signs_in_with_the_link(house: House) -> None:
    boss, new = house.browser(), house.browser()
    operator = sign_in_staff(boss, Role.OPERATOR, name="Boss")
    page = post_as_staff(boss, "/account/staff", {"name": "Zoë van 't Höfen", "role": ["issuer", "trainer"]})
    found = re.search(r'value="http://localhost:8401(/sign-in/link/[^"]+)"', page.text)
    assert found is not None
    assert page.headers["Cache-Control"] == "no-store"
    new.get(found[1])
    assert new.post(found[1], data={"csrf_token": form_token(new, found[1])}).status_code == 303
    assert new.get("/guarded/issuer").text == "for issuers"
    assert "Zoë van &#39;t Höfen" in boss.get("/account/staff").text
    assert house.trail(DONE)[2][:2] == (operator.id, "signin.invite")


def test_a_wrong_invitation_is_told_at_its_fields_and_keeps_what_was_typed(house: House) -> None:
    boss = house.browser()
    sign_in_staff(boss, Role.OPERATOR)
    answer = post_as_staff(boss, "/account/staff", {"name": "Daan", "role": []})
    assert answer.status_code == 422
    assert "Kies minstens één rol." in answer.text
    assert 'value="Daan"' in answer.text
    answer = post_as_staff(boss, "/account/staff", {"name": " ", "role": ["trainer"]})
    assert "Vul een naam in" in answer.text
    assert len(house.parts.staff.list()) == 1


def test_an_operator_changes_roles_ends_sessions_and_switches_off_and_on(house: House) -> None:
    boss, client = house.browser(), house.browser()
    sign_in_staff(boss, Role.OPERATOR, name="Boss")
    member = sign_in_staff(client, Role.TRAINER)
    url = f"/account/staff/{member.id}"
    assert "Firefox, Linux" in boss.get(url).text
    assert post_as_staff(boss, f"{url}/roles", {"role": ["issuer"]}).location == url
    assert client.get("/guarded/issuer").status_code == 200
    assert post_as_staff(boss, f"{url}/sign-out").status_code == 303
    assert client.get("/account").status_code == 303
    assert "/sign-in/link/" in post_as_staff(boss, f"{url}/link").text
    assert post_as_staff(boss, f"{url}/disable").status_code == 303
    assert "kan niet meer inloggen" in boss.get(url).text
    assert post_as_staff(boss, f"{url}/link").status_code == 422
    assert post_as_staff(boss, f"{url}/enable").status_code == 303
    assert boss.get("/account/staff/nobody").status_code == 404


def test_the_last_operator_cannot_go(house: House) -> None:
    boss = house.browser()
    operator = sign_in_staff(boss, Role.OPERATOR)
    for deed, form in (("disable", {}), ("roles", {"role": ["issuer"]})):
        answer = post_as_staff(boss, f"/account/staff/{operator.id}/{deed}", form)
        assert answer.status_code == 422
        assert "Dit is de laatste beheerder" in answer.text
    assert post_as_staff(boss, f"/account/staff/{operator.id}/roles", {}).status_code == 422
    assert boss.get("/account/staff").status_code == 200


def test_nobody_else_sees_or_does_any_of_it(house: House) -> None:
    client = house.browser()
    member = sign_in_staff(client, Role.ISSUER, Role.TRAINER)
    assert "/account/staff" not in client.get("/account").text
    assert client.get("/account/staff").status_code == 403
    assert client.get(f"/account/staff/{member.id}").status_code == 403
    for deed in ("roles", "link", "sign-out", "disable", "enable"):
        assert post_as_staff(client, f"/account/staff/{member.id}/{deed}", {"role": ["operator"]}).status_code == 403
    assert post_as_staff(client, "/account/staff", {"name": "Me", "role": ["operator"]}).status_code == 403
    assert [line.roles for line in house.parts.staff.list()] == [frozenset({Role.ISSUER, Role.TRAINER})]
