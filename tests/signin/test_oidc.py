"""Signing in with an account elsewhere, against a provider that runs: what gets in, and everything that does not."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask.testing import FlaskClient
from pydantic import SecretStr
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from lti_tool.audit import REFUSED
from lti_tool.doctor import examine
from lti_tool.signin.gate import CONSOLE, Role
from lti_tool.signin.oidc import OidcSignIn
from tests.signin.conftest import House
from tests.signin.openid_provider import CLIENT_ID, CLIENT_SECRET, Habits, OpenIdProvider
from tests.staff import form_token, post_as_staff, service_of, sign_in_staff

BASE = "http://localhost:8401"


@pytest.fixture(scope="module")
def running() -> Iterator[OpenIdProvider]:
    """A provider that listens."""
    with OpenIdProvider(f"{BASE}/sign-in/oidc/back") as provider:
        yield provider


@pytest.fixture
def provider(running: OpenIdProvider) -> OpenIdProvider:
    """The provider, well-behaved and without memory."""
    running.habits = Habits()
    running.codes.clear()
    running.asked.clear()
    return running


@pytest.fixture
def house(new_house: Callable[..., House], provider: OpenIdProvider) -> House:
    """The application with that provider, at the present time, which is also the provider's."""
    made = new_house(
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=SecretStr(CLIENT_SECRET),
        oidc_name="SURFconext",
    )
    made.clock.now = datetime.now(UTC)
    return made


def depart(client: FlaskClient, path: str = "/sign-in/oidc", **form: str) -> str:
    """Press the button and return the provider's address that the page leads to."""
    client.get("/sign-in")
    page = client.post(path, data={"csrf_token": form_token(client, "/sign-in"), **form})
    assert page.status_code == 200, page.text
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page.text)
    assert found is not None
    return unescape(found[1])


def at_provider(url: str) -> str:
    """Be signed in at the provider, and return the path with which it sends the browser back."""
    answer = requests.get(url, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    back = answer.headers["Location"]
    assert back.startswith(f"{BASE}/sign-in/oidc/back?")
    return back.removeprefix(BASE)


def come_back(client: FlaskClient, path: str = "/sign-in/oidc", **form: str) -> TestResponse:
    """Go there and back."""
    return client.get(at_provider(depart(client, path, **form)))


def bound(house: House, name: str = "Mies Bakker", *roles: Role) -> str:
    """Invite somebody who accepts with an account at the provider; return their id."""
    member, path = house.invite(name, *roles)
    assert come_back(house.browser(), f"{path}/oidc").status_code == 303
    return member


def test_an_invitation_that_is_accepted_there_binds_the_account(house: House) -> None:
    member, path = house.invite("Mies Bakker", Role.ISSUER)
    client = house.browser()
    page = client.get(path).text
    assert "Verbind mijn account bij SURFconext" in page
    answer = come_back(client, f"{path}/oidc")
    assert (answer.status_code, answer.location) == (303, CONSOLE)
    assert "Mies Bakker" in client.get("/account").text
    assert house.browser().get(path).status_code == 410
    assert [what for who, what, _ in house.trail() if who == member] == ["signin.add_account", "signin.oidc"]
    again = house.browser()
    assert come_back(again, next="/guarded/issuer").location == "/guarded/issuer"
    assert again.get("/guarded/issuer").text == "for issuers"


def test_the_provider_is_asked_for_nothing_but_who_it_is(house: House) -> None:
    asked = {name: values[0] for name, values in parse_qs(urlsplit(depart(house.browser())).query).items()}
    assert asked["scope"] == "openid"
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{BASE}/sign-in/oidc/back"
    assert len(asked["state"]) >= 43
    assert len(asked["nonce"]) == 64
    assert asked["nonce"] != asked["code_challenge"]


def test_an_unknown_account_is_told_who_can_add_it(house: House) -> None:
    client = house.browser()
    answer = come_back(client)
    assert answer.status_code == 403
    assert "Dit account kennen we hier nog niet" in answer.text
    assert "een eenmalige link" in answer.text
    assert "s-1" not in answer.text
    assert client.get_cookie("icc-staff") is None
    assert house.trail(REFUSED) == [("nobody", "signin.oidc", "R-OIDC-UNKNOWN")]


@pytest.mark.filterwarnings("ignore:JWS algorithm")
def test_what_does_not_hold_signs_nobody_in(house: House, provider: OpenIdProvider) -> None:
    bound(house)
    now = int(time.time())
    wrong: list[tuple[Habits, str]] = [
        (Habits(claims={"nonce": "another"}), "InvalidClaimError: nonce"),
        (Habits(claims={"nonce": None}), "InvalidClaimError: nonce"),
        (Habits(claims={"aud": "somebody-else"}), "InvalidClaimError: aud"),
        (Habits(claims={"aud": ["icc-bridge", "other"]}), "MissingClaimError: azp"),
        (Habits(claims={"azp": "other"}), "InvalidClaimError: azp"),
        (Habits(claims={"iss": "https://elsewhere.example"}), "InvalidClaimError: iss"),
        (Habits(claims={"exp": now - 120}), "ExpiredTokenError"),
        (Habits(claims={"iat": now + 3600}), "InvalidClaimError: iat"),
        (Habits(claims={"sub": ""}), "InvalidClaimError: sub"),
        (Habits(claims={"sub": 7}), "InvalidClaimError: sub"),
        (Habits(claims={"at_hash": "AAAA"}), "InvalidClaimError: at_hash"),
        (Habits(foreign_key=True), "BadSignatureError"),
        (Habits(unsigned=True), "UnsupportedAlgorithmError"),
        (Habits(names_itself=False), "another issuer, or none"),
        (Habits(error="access_denied"), "access_denied"),
    ]
    for habits, why in wrong:
        provider.habits = habits
        client = house.browser()
        with capture_logs() as lines:
            answer = come_back(client)
        code = "R-OIDC-DECLINED" if habits.error else "R-OIDC-TOKEN"
        assert answer.status_code == 403, habits
        assert code in answer.text, habits
        assert client.get_cookie("icc-staff") is None, habits
        assert house.trail(REFUSED)[-1] == ("nobody", "signin.oidc", code)
        (line,) = [line for line in lines if line["event"] == "error_page"]
        assert why in line["detail"], (habits, line["detail"])
        assert "s-1" not in str(lines)
    provider.habits = Habits(claims={"aud": ["icc-bridge"], "azp": "icc-bridge"})
    assert come_back(house.browser()).status_code == 303


def test_an_answer_counts_once_and_in_the_browser_that_began(house: House) -> None:
    bound(house)
    client, other = house.browser(), house.browser()
    back = at_provider(depart(client))
    other.get("/sign-in")
    assert "R-SIGN-IN-GONE" in other.get(back).text
    assert client.get(back).status_code == 303
    assert "R-SIGN-IN-GONE" in client.get(back).text
    late = at_provider(depart(other))
    house.clock.advance(minutes=10)
    assert "R-SIGN-IN-GONE" in other.get(late).text
    assert house.parts.sign_in_attempts.clean_up() == 1
    assert "R-SIGN-IN-GONE" in other.get("/sign-in/oidc/back").text


def test_another_code_than_the_one_of_this_sign_in_is_worth_nothing(house: House) -> None:
    bound(house)
    attacker, victim = house.browser(), house.browser()
    stolen = parse_qs(urlsplit(at_provider(depart(attacker))).query)["code"][0]
    own = parse_qs(urlsplit(at_provider(depart(victim))).query)
    answer = victim.get("/sign-in/oidc/back", query_string={"code": stolen, "state": own["state"][0], "iss": own["iss"][0]})
    assert "R-OIDC-TOKEN" in answer.text
    assert victim.get_cookie("icc-staff") is None


def test_a_provider_that_is_down_or_another_is_told_in_words(house: House, provider: OpenIdProvider) -> None:
    client = house.browser()
    client.get("/sign-in")
    token = form_token(client, "/sign-in")
    for habits in (Habits(down=True), Habits(other_issuer=True)):
        provider.habits = habits
        answer = client.post("/sign-in/oidc", data={"csrf_token": token})
        assert answer.status_code == 502
        assert "O-OIDC" in answer.text
        assert "leeromgeving" not in answer.text


def test_a_provider_that_takes_the_secret_in_the_form_only_gets_it_there(house: House, provider: OpenIdProvider) -> None:
    provider.habits.only_posted_secrets = True
    assert bound(house)


def test_a_signed_in_person_adds_and_removes_an_account(house: House) -> None:
    client = house.browser()
    member = sign_in_staff(client, Role.OPERATOR)
    begun = post_as_staff(client, "/account/oidc")
    found = re.search(r'content="0;url=([^"]+)"', begun.text)
    assert found is not None
    back = at_provider(unescape(found[1]))
    answer = client.get(back)
    assert (answer.status_code, answer.location) == (303, "/account#manieren")
    (line,) = service_of(client, OidcSignIn).of(member.id)
    page = client.get("/account").text
    assert "Account bij SURFconext" in page
    assert "Voeg mijn account" not in page
    fresh = house.browser()
    assert come_back(fresh).status_code == 303
    assert post_as_staff(client, f"/account/identity/{line.id}/remove").status_code == 303
    assert post_as_staff(client, f"/account/identity/{line.id}/remove").status_code == 404
    assert "R-OIDC-UNKNOWN" in come_back(house.browser()).text


def test_an_account_is_added_only_to_who_began_and_to_nobody_else(house: House, provider: OpenIdProvider) -> None:
    bound(house, "First", Role.OPERATOR)
    client = house.browser()
    sign_in_staff(client, name="Second")
    found = re.search(r'content="0;url=([^"]+)"', post_as_staff(client, "/account/oidc").text)
    assert found is not None
    assert "R-OIDC-TAKEN" in client.get(at_provider(unescape(found[1]))).text
    provider.habits.subject = "s-2"
    found = re.search(r'content="0;url=([^"]+)"', post_as_staff(client, "/account/oidc").text)
    assert found is not None
    back = at_provider(unescape(found[1]))
    sign_in_staff(client, name="Third")
    assert "R-SIGN-IN-GONE" in client.get(back).text
    _, path = house.invite("Fourth")
    provider.habits.subject = "s-1"
    answer = come_back(house.browser(), f"{path}/oidc")
    assert "R-OIDC-TAKEN" in answer.text
    assert house.browser().get(path).status_code == 200


def test_who_is_switched_off_does_not_get_in_with_an_account(house: House) -> None:
    house.invite("Somebody else")
    member = bound(house)
    house.parts.staff.disable(member)
    assert "R-CLOSED" in come_back(house.browser()).text


def test_the_doctor_asks_the_provider(house: House, provider: OpenIdProvider) -> None:
    def answer() -> tuple[bool, str]:
        found = next(finding for finding in examine(house.parts.settings) if finding.name == "OpenID provider")
        return found.good, found.value

    assert answer() == (True, "SURFconext answers")
    provider.habits.other_issuer = True
    assert "another issuer than ICC_OIDC_ISSUER" in answer()[1]


def test_without_a_provider_there_is_no_button(new_house: Callable[..., House]) -> None:
    house = new_house()
    client = house.browser()
    assert "SURFconext" not in client.get("/sign-in").text
    assert "/sign-in/oidc" not in client.get("/sign-in").text
    assert client.post("/sign-in/oidc", data={"csrf_token": form_token(client)}).status_code == 502
    assert client.get("/sign-in/oidc").location == "/sign-in"


def test_whoever_has_to_prove_it_again_is_asked_anew_by_the_provider(house: House, provider: OpenIdProvider) -> None:
    bound(house, "Mies Bakker", Role.OPERATOR)
    client = house.browser()
    come_back(client)
    assert "prompt" not in depart(house.browser())
    house.clock.advance(minutes=15)
    answer = post_as_staff(client, "/account/staff", {"name": "Daan", "role": ["trainer"]})
    here = answer.location
    assert "Log in met SURFconext" in client.get(here).text
    token = form_token(client)
    page = client.post("/sign-in/oidc", data={"csrf_token": token, "next": "/account/prove"}).text
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page)
    assert found is not None
    asked = parse_qs(urlsplit(unescape(found[1])).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["900"])
    provider.habits.claims = {"auth_time": int(house.clock.now.timestamp()) - 901}
    refused = client.get(at_provider(unescape(found[1])))
    assert refused.status_code == 403
    assert "Daar is niet opnieuw gevraagd wie je bent" in refused.text
    assert client.get("/account/prove").status_code == 200
    provider.habits.claims = {"auth_time": int(house.clock.now.timestamp())}
    page = client.post("/sign-in/oidc", data={"csrf_token": form_token(client), "next": "/account/prove"}).text
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page)
    assert found is not None
    assert client.get(at_provider(unescape(found[1]))).location == "/account/prove"
    assert "iemand uitnodigen" in client.get("/account/prove").text


def test_a_sign_in_at_the_provider_of_this_morning_is_no_fresh_proof(house: House, provider: OpenIdProvider) -> None:
    bound(house, "Mies Bakker", Role.OPERATOR)
    client = house.browser()
    provider.habits.claims = {"auth_time": int(house.clock.now.timestamp()) - 3 * 3600}
    assert come_back(client).location == CONSOLE
    answer = post_as_staff(client, "/account/staff", {"name": "Daan", "role": ["trainer"]})
    assert answer.location == "/account/prove"
