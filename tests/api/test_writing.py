"""Issue, revoke, replace: once, with a reason, in the name of the client, and in the trail."""

import pytest

from lti_tool.audit import DONE
from lti_tool.certificates.models import AwardDecision
from tests.api.conftest import Office

REASON = {"reason": "Uitgeschreven bij de school"}


def noted(office: Office) -> list[tuple[str, str]]:
    return [(one.what, one.target_id) for one in reversed(office.parts.audit.last(20, outcome=DONE)) if "api." in one.what]


def test_a_certificate_is_revoked_once_and_says_why(office: Office) -> None:
    caller, certificate = office.caller(), office.issued()
    answer = caller.post(f"/certificates/{certificate}/revoke", REASON)
    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["state"], answer.json["ended_reason"]) == ("revoked", REASON["reason"])
    assert noted(office) == [("api.revoke", certificate)]
    with office.parts.database.reading() as session:
        (decision,) = session.query(AwardDecision).all()
    assert (decision.by_name, decision.reason) == ("API: Registratie", REASON["reason"])
    again = caller.post(f"/certificates/{certificate}/revoke", REASON)
    assert (again.status_code, again.mimetype) == (422, "application/problem+json")
    assert "revoked before" in again.text
    assert len(noted(office)) == 1


def test_a_certificate_is_replaced_by_one_with_another_name_that_no_answer_tells(office: Office) -> None:
    caller, old = office.caller(), office.issued()
    answer = caller.post(f"/certificates/{old}/replace", {"reason": "Getrouwd", "name": "Zoë de Wit"})
    assert answer.status_code == 201
    assert answer.json is not None
    assert answer.json["state"] == "valid"
    before = caller.found(f"/certificates/{old}")
    assert (before["state"], before["replaced_by"]) == ("replaced", answer.json["id"])
    assert "de Wit" not in answer.text
    assert "Zoë de Wit" in office.parts.certificates.get(answer.json["id"]).snapshot


def test_an_award_that_waits_for_a_name_is_issued_with_the_one_that_is_given(office: Office) -> None:
    caller, ready = office.caller(), office.ready(name=None)
    (award,) = caller.found(f"/awards?cohort={ready.cohort_id}")["items"]
    assert award["state"] == "waiting_name"
    missing = caller.post(f"/awards/{award['id']}/issue", REASON)
    assert (missing.status_code, missing.json and missing.json["reason"]) == (422, "the participant confirmed no name")
    answer = caller.post(f"/awards/{award['id']}/issue", {**REASON, "name": "Zoë de Wit"})
    assert (answer.status_code, answer.json and answer.json["state"]) == (202, "queued")
    office.jobs.run()
    assert caller.found(f"/awards/{award['id']}")["state"] == "issued"
    assert noted(office) == [("api.issue", award["id"])]
    assert caller.post(f"/awards/{award['id']}/issue", REASON).status_code in (409, 422)


def test_the_same_request_with_the_same_key_is_done_once_and_answered_alike(office: Office) -> None:
    caller, old = office.caller(), office.issued()
    wanted = {"reason": "Getrouwd", "name": "Zoë de Wit"}
    first = caller.post(f"/certificates/{old}/replace", wanted, Idempotency_Key="k-1")
    again = caller.post(f"/certificates/{old}/replace", wanted, Idempotency_Key="k-1")
    assert (first.status_code, first.data) == (again.status_code, again.data) == (201, first.data)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert len(caller.found("/certificates")["items"]) == 2
    other = caller.post(f"/certificates/{old}/replace", {**wanted, "name": "Zoë"}, Idempotency_Key="k-1")
    assert (other.status_code, other.json and other.json["code"]) == (422, "A-KEY-REUSED")
    stranger = office.caller().post(f"/certificates/{old}/replace", wanted, Idempotency_Key="k-1")
    assert stranger.status_code == 422
    office.clock.advance(days=1, seconds=1)
    assert office.parts.api.idempotency.clean_up() == 1


def test_a_request_that_was_cut_off_may_be_done_again_and_one_under_way_may_not(office: Office) -> None:
    caller, certificate = office.caller(), office.issued()
    client = office.parts.api.clients.recognise(f"Bearer {caller.token}")
    path = f"/certificates/{certificate}/revoke"
    asked = f'POST /api/v1{path}\n{{"reason": "x"}}'

    def cut_off() -> tuple[int, bytes]:
        busy = caller.client.post(
            f"/api/v1{path}",
            data='{"reason": "x"}',
            content_type="application/json",
            headers={"Authorization": f"Bearer {caller.token}", "Idempotency-Key": "k-2"},
        )
        assert (busy.status_code, busy.json and busy.json["code"]) == (409, "A-KEY-IN-USE")
        raise RuntimeError("cut off")

    with pytest.raises(RuntimeError):
        office.parts.api.idempotency.once(client, "k-2", asked, cut_off)
    answer, again = office.parts.api.idempotency.once(client, "k-2", asked, lambda: (200, b"done"))
    assert (answer, again) == ((200, b"done"), False)


def test_a_body_that_is_not_as_the_document_says_changes_nothing(office: Office) -> None:
    caller, certificate = office.caller(), office.issued()
    path, json = f"/api/v1/certificates/{certificate}/revoke", "application/json"
    for body, kind, status in (
        (b'{"reason": ""}', json, 422),
        (b'{"reason": "x", "more": 1}', json, 422),
        (b'{"reason": "\\u0000"}', json, 422),
        (b"{", json, 422),
        (b"[]", json, 422),
        (b"reason=x", "application/x-www-form-urlencoded", 415),
        (b'{"reason": "x"}', "text/plain", 415),
    ):
        headers = {"Authorization": f"Bearer {caller.token}"}
        answer = caller.client.post(path, data=body, content_type=kind, headers=headers)
        assert (answer.status_code, answer.mimetype) == (status, "application/problem+json"), body
    assert caller.found(f"/certificates/{certificate}")["state"] == "valid"
