"""Nobody sees more of the console than the roles say: every address of it, tried as everybody."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lti_tool.audit import REFUSED, AuditTrail
from lti_tool.signin.gate import Role
from tests.certificates.decided import People
from tests.console.conftest import Desk
from tests.staff import post_as_staff, service_of

FOR: dict[str, frozenset[Role]] = {
    **dict.fromkeys(("home", "trainings", "training"), frozenset({Role.ISSUER, Role.OPERATOR})),
    **dict.fromkeys(
        (
            "certificates",
            "search",
            "certificates_csv",
            "dossier",
            "file",
            "before",
            "do",
            "batch_preview",
            "batch_start",
            "batch",
            "batch_stop",
            "cohorts",
            "search_cohorts",
            "new_cohort",
            "make_cohort",
            "cohort",
            "before_renaming",
            "rename_cohort",
            "before_approval",
            "approve_cohort",
            "invite_trainer",
            "add_trainer",
            "remove_trainer",
            "people",
            "search_people",
            "person",
            "copy_of_person",
            "before_erasing",
            "erase_person",
            "before_unlinking",
            "unlink",
        ),
        frozenset({Role.ISSUER}),
    ),
    **dict.fromkeys(
        (
            "platforms",
            "platform",
            "check_platform",
            "checked_platform",
            "before_disabling",
            "disable_platform",
            "enable_platform",
            "invitations",
            "invite_school",
            "revoke_invitation",
            "systems",
            "new_client",
            "add_client",
            "before_revoking",
            "revoke_client",
            "resume_webhook",
            "queues",
            "scores_again",
            "trail",
            "settings",
        ),
        frozenset({Role.OPERATOR}),
    ),
}
"""Who may open what; a new page has to be written down here."""
OF_PARTS = {"deed": "approve", "form": "pdf"}


def addresses(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Yield endpoint, method and address of everything in the console."""
    for rule in app.url_map.iter_rules():
        room, _, name = rule.endpoint.partition(".")
        if room == "console" and name != "static":
            values = {argument: OF_PARTS.get(argument, "a" * 22) for argument in rule.arguments}
            _subdomain, address = rule.build(values) or ("", "")
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield name, method, address


def ask(client: FlaskClient, method: str, address: str) -> int:
    return (client.get(address) if method == "GET" else post_as_staff(client, address)).status_code


@pytest.mark.parametrize("role", [*Role])
def test_every_page_is_for_its_roles_alone(app: Flask, sit: Callable[..., Desk], role: Role) -> None:
    desk, refused = sit(role), []
    for name, method, address in addresses(app):
        status = ask(desk.client, method, address)
        if role in FOR[name]:
            assert status not in (401, 403, 500), (method, address, status)
        else:
            assert status == 403, (method, address, status)
            refused.append(f"console.{name}")
    trail = service_of(desk.client, AuditTrail)
    noted = [one.what for one in trail.last(500, account_id=desk.member.id, outcome=REFUSED)]
    assert {*refused} <= {*noted}


def test_who_comes_from_a_learning_environment_or_from_nowhere_sees_nothing(app: Flask, people: People) -> None:
    for client in (app.test_client(), people.trainer.client):
        for name, method, address in addresses(app):
            if method == "GET":
                answer = client.get(address)
                assert (answer.status_code, "/sign-in" in answer.location) == (303, True), name
            else:
                assert client.post(address).status_code in (303, 400, 401, 403), name


def test_no_page_of_the_console_may_be_framed(app: Flask, sit: Callable[..., Desk]) -> None:
    desk = sit(Role.ISSUER, Role.OPERATOR)
    for _name, method, address in addresses(app):
        if method == "GET":
            answer = desk.client.get(address)
            assert answer.headers["X-Frame-Options"] == "DENY", address
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_each_role_has_its_own_tabs(sit: Callable[..., Desk]) -> None:
    issuer, operator = sit(Role.ISSUER).page("/console/"), sit(Role.OPERATOR).page("/console/")
    assert "/console/certificates" in issuer
    assert "/console/certificates" not in operator
    assert "Leeromgevingen en resultaten" in operator
    assert "Leeromgevingen en resultaten" not in issuer
