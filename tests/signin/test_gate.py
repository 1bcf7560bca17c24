"""The gate: who gets into a page of the staff, where everybody else is led, and what nobody may do with it."""

import flask_wtf.csrf

from lti_tool.audit import DONE, REFUSED
from lti_tool.signin.gate import CONSOLE, OWN_COHORTS, Role
from tests.signin.conftest import House
from tests.staff import form_token, post_as_staff, sign_in_staff


def test_who_is_not_signed_in_is_led_to_the_sign_in_and_back(house: House) -> None:
    answer = house.browser().get("/guarded/any?page=2")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/guarded/any?page%3D2")
    client = house.browser()
    sign_in_staff(client, name="Mies Bakker")
    assert client.get(answer.location).location == "/guarded/any?page=2"
    assert client.get("/guarded/any").text == "hello Mies Bakker"


def test_the_front_page_leads_the_staff_to_the_sign_in(house: House) -> None:
    page = house.browser().get("/").text
    assert '<a href="/sign-in">Log dan hier in</a>' in page
    assert house.browser().get("/sign-in").status_code == 200


def test_the_front_page_leads_whoever_has_a_certificate_as_a_file_to_its_check(house: House) -> None:
    page = house.browser().get("/").text
    assert '<a href="/verify">Controleer het bestand</a>' in page
    assert house.browser().get("/verify").status_code == 200


def test_signing_in_leads_to_no_other_site(house: House) -> None:
    client = house.browser()
    sign_in_staff(client, Role.OPERATOR)
    for target in (
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "",
    ):
        assert client.get("/sign-in", query_string={"next": target}).location == CONSOLE, target


def test_who_asked_for_no_page_lands_where_the_roles_let_them_in(house: House) -> None:
    for role, page in ((Role.OPERATOR, CONSOLE), (Role.ISSUER, CONSOLE), (Role.TRAINER, OWN_COHORTS)):
        client = house.browser()
        sign_in_staff(client, role)
        assert client.get("/sign-in").location == page
        assert client.get(page).status_code == 200


def test_without_the_role_the_page_says_so_and_it_stands_in_the_trail(house: House) -> None:
    client = house.browser()
    member = sign_in_staff(client, Role.TRAINER)
    answer = client.get("/guarded/issuer")
    assert answer.status_code == 403
    assert "Deze pagina hoort niet bij je rol" in answer.text
    assert 'href="/my-cohorts">Naar het overzicht' in answer.text
    assert "leeromgeving" not in answer.text
    assert post_as_staff(client, "/guarded/abc/do").status_code == 403
    assert house.trail(REFUSED) == [(member.id, "guarded.issuer", ""), (member.id, "guarded.do", "abc")]


def test_one_of_the_roles_is_enough_and_counts_from_the_next_page_on(house: House) -> None:
    client, boss = house.browser(), house.browser()
    sign_in_staff(boss, Role.OPERATOR, name="Boss")
    member = sign_in_staff(client, Role.TRAINER)
    house.parts.staff.give_roles(member.id, ["issuer"])
    assert client.get("/guarded/issuer").text == "for issuers"
    assert post_as_staff(client, "/guarded/abc/do").text == "did abc"
    house.parts.staff.give_roles(member.id, ["trainer"])
    assert client.get("/guarded/issuer").status_code == 403


def test_nobody_may_frame_these_pages_nor_their_errors(house: House) -> None:
    client = house.browser()
    for _ in range(2):
        for path in ("/sign-in", "/guarded/any", "/guarded/issuer", "/account", "/sign-in/link/none"):
            headers = client.get(path).headers
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
            assert headers["X-Frame-Options"] == "DENY", path
        sign_in_staff(client, Role.TRAINER)


def test_a_form_without_the_token_of_the_session_does_nothing(house: House) -> None:
    client, other = house.browser(), house.browser()
    sign_in_staff(client, Role.ISSUER)
    sign_in_staff(other, Role.ISSUER, name="Other")
    for token in ("", "nonsense", form_token(other), form_token(house.browser())):
        answer = client.post("/guarded/abc/do", data={"csrf_token": token})
        assert answer.status_code == 400
        assert "Er is niets verstuurd" in answer.text
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert client.post("/sign-out").status_code == 400
    assert client.get("/guarded/any").status_code == 200


def test_the_token_of_a_launch_is_none_of_the_staff(house: House) -> None:
    client = house.browser()
    sign_in_staff(client, Role.ISSUER)
    with house.app.test_request_context("/", headers={"Cookie": "icc=whatever"}):
        token = flask_wtf.csrf.generate_csrf()
    assert client.post("/guarded/abc/do", data={"csrf_token": token}).status_code == 400


def test_what_is_not_there_is_told_in_words_of_this_window_and_noted(house: House) -> None:
    client = house.browser()
    member = sign_in_staff(client)
    answer = post_as_staff(client, "/account/session/of-somebody-else/end")
    assert answer.status_code == 404
    assert "leeromgeving" not in answer.text
    assert house.trail(REFUSED) == [(member.id, "signin.end_session", "of-somebody-else")]


def test_the_head_of_the_page_says_who_is_signed_in_and_signs_out(house: House) -> None:
    client = house.browser()
    member = sign_in_staff(client, name="Łukasz & Co")
    page = client.get("/account").text
    assert "Łukasz &amp; Co" in page
    secret = client.get_cookie("icc-staff")
    answer = post_as_staff(client, "/sign-out")
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert client.get_cookie("icc-staff") is None
    assert secret is not None
    client.set_cookie("icc-staff", secret.value)
    assert client.get("/account").status_code == 303
    assert house.trail(DONE)[-1][:2] == (member.id, "signin.sign_out")
