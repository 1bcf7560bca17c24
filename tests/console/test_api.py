"""Operators give a system access to the API, end it, and resume what was paused."""

from collections.abc import Callable

import pytest

from lti_tool.api import schemas
from lti_tool.api.errors import NoToken
from lti_tool.api.models import Webhook
from lti_tool.app import Parts
from lti_tool.audit import DONE
from lti_tool.signin.gate import Role
from tests.console.conftest import Desk

AT = "/console/api"


@pytest.fixture
def otto(sit: Callable[..., Desk]) -> Desk:
    """The operator."""
    return sit(Role.OPERATOR, name="Otto")


def test_a_token_is_shown_once_and_may_what_was_ticked(parts: Parts, otto: Desk) -> None:
    assert "Nog geen systemen" in otto.page(AT)
    form = {"name": "Registratie LKCA", "scope": ["read:certificates", "webhooks"], "days": "30"}
    shown = otto.post(f"{AT}/new", form).text
    token = shown.partition("user-select-all")[2].partition(">")[2].partition("<")[0]
    client = parts.api.clients.recognise(f"Bearer {token}")
    assert (client.name, set(client.scopes)) == ("Registratie LKCA", {"read:certificates", "webhooks"})
    assert token not in otto.page(AT)
    assert "certificaten lezen" in otto.page(AT)


def test_an_incomplete_form_says_what_is_missing(parts: Parts, otto: Desk) -> None:
    whole = {"name": "Registratie", "scope": "webhooks", "days": "30"}
    for change, said in (({"name": ""}, "een naam"), ({"scope": ""}, "minstens één ding"), ({"days": "x"}, "1 tot")):
        answer = otto.post(f"{AT}/new", {**whole, **change})
        assert (answer.status_code, said in answer.text) == (422, True), change
    assert parts.api.clients.rows() == []


def test_access_is_ended_after_a_page_that_says_what_that_does(parts: Parts, otto: Desk) -> None:
    made = parts.api.clients.add("Registratie", ["webhooks"], 30)
    wanted = schemas.WebhookRequest(url="http://127.0.0.1:9/icc", events=["certificate.issued"])
    parts.api.webhooks.add(parts.api.clients.recognise(f"Bearer {made.token}"), wanted)
    at = f"{AT}/clients/{made.id}/revoke"
    assert "1 webhook van dit systeem krijgt geen berichten meer" in otto.page(at)
    for _time in range(2):
        assert "geen toegang meer" in otto.page(otto.post(at).location)
    with pytest.raises(NoToken):
        parts.api.clients.recognise(f"Bearer {made.token}")
    assert otto.client.get(f"{AT}/clients/unknown/revoke").status_code == 404
    noted = [one.what for one in parts.audit.last(9, account_id=otto.member.id, outcome=DONE)]
    assert noted.count("api.client_revoke") == 1


def test_a_paused_webhook_says_why_and_is_resumed(parts: Parts, otto: Desk) -> None:
    made = parts.api.clients.add("Registratie", ["webhooks"], 30)
    wanted = schemas.WebhookRequest(url="http://127.0.0.1:9/icc", events=["certificate.issued"])
    webhook = parts.api.webhooks.add(parts.api.clients.recognise(f"Bearer {made.token}"), wanted)
    for why, said in (("timeout", "niet op tijd"), ("503", "een dag lang: 503")):
        with parts.database.session() as session:
            row = session.get_one(Webhook, webhook.id)
            row.paused_at, row.paused_why = parts.clock(), why
        assert said in otto.page(AT)
        resumed = otto.page(otto.post(f"{AT}/webhooks/{webhook.id}/resume").location)
        assert "Gepauzeerd" not in resumed
    assert otto.post(f"{AT}/webhooks/unknown/resume").status_code == 404
    assert parts.audit.last(1, account_id=otto.member.id, outcome=DONE)[0].what == "api.webhook_resume"
