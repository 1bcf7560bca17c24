"""An operator invites a school, sees who was invited, and takes an invitation back."""

from collections.abc import Callable

import pytest

from lti_tool.app import Parts
from lti_tool.audit import DONE
from lti_tool.platforms.errors import InviteRevoked
from lti_tool.signin.gate import Role
from tests.builders import Builder
from tests.clock import FakeClock
from tests.console.conftest import Desk

AT = "/console/invitations"


@pytest.fixture
def otto(sit: Callable[..., Desk]) -> Desk:
    """The operator."""
    return sit(Role.OPERATOR, name="Otto")


def token_in(page: str) -> str:
    return page.partition("/lti/register/")[2].partition("<")[0]


def test_the_address_is_shown_once_and_works_for_as_long_as_was_said(
    parts: Parts, otto: Desk, sit: Callable[..., Desk], clock: FakeClock
) -> None:
    shown = otto.post(AT, {"name": "Lyceum De Maasbrug", "days": "3"}).text
    token = token_in(shown)
    assert parts.invites.name_of(token) == "Lyceum De Maasbrug"
    listed = otto.page(AT)
    assert "Lyceum De Maasbrug" in listed
    assert token not in listed
    assert "1 uitnodiging staat open" in otto.page("/console/platforms")
    clock.advance(days=3)
    later = sit(Role.OPERATOR, name="Pia")
    assert "Verlopen" in later.page(AT)
    assert "staat open" not in later.page("/console/platforms")


def test_what_was_typed_wrong_is_said_and_kept(otto: Desk) -> None:
    for form, said in (
        ({"name": " ", "days": "7"}, "Geef de school een naam"),
        ({"name": "De Maasbrug", "days": "31"}, "geldt 1 tot 30 dagen"),
        ({"name": "De Maasbrug", "days": "een week"}, "geldt 1 tot 30 dagen"),
    ):
        answer = otto.post(AT, form)
        assert (answer.status_code, said in answer.text) == (422, True), form
        assert f'value="{form["days"]}"' in answer.text
    assert "niemand uitgenodigd" in otto.page(AT)


def test_an_invitation_is_taken_back_once_and_a_used_one_stays(parts: Parts, otto: Desk, clock: FakeClock) -> None:
    token = token_in(otto.post(AT, {"name": "De Maasbrug", "days": "7"}).text)
    used = parts.invites.create("Zilverbos College")
    with parts.database.session() as session:
        parts.invites.use(session, parts.invites.claim(used.token), Builder(parts.database, clock).platform().id)
    (invited,) = [one.id for one in parts.invites.list() if one.name == "De Maasbrug"]
    for _time in range(2):
        assert "ingetrokken" in otto.page(otto.post(f"{AT}/{invited}/revoke").location)
    assert "al gebruikt" in otto.page(otto.post(f"{AT}/{used.id}/revoke").location)
    assert otto.post(f"{AT}/unknown/revoke").status_code == 404
    with pytest.raises(InviteRevoked):
        parts.invites.name_of(token)
    refused = otto.client.get(f"/lti/register/{token}?openid_configuration=https://lms.example/c")
    assert (refused.status_code, "Deze link is ingetrokken" in refused.text) == (410, True)
    noted = [one.what for one in parts.audit.last(9, account_id=otto.member.id, outcome=DONE)]
    assert noted[:2] == ["platforms.uninvite", "platforms.invite"]
    assert noted.count("platforms.uninvite") == 1
