"""Who may ask what, and what is told: cohorts, progress, awards, certificates, page by page and without a name."""

import pytest

from lti_tool.api.clients import READ_CERTIFICATES, READ_COHORTS, SCOPES, WEBHOOKS, WRITE_CERTIFICATES
from lti_tool.audit import REFUSED
from lti_tool.errors import Invalid, NotFound
from tests.api.conftest import Caller, Office
from tests.certificates.award import NAME

NOWHERE = "x" * 22
ADDRESSES = {
    "/cohorts": READ_COHORTS,
    f"/cohorts/{NOWHERE}": READ_COHORTS,
    f"/cohorts/{NOWHERE}/progress": READ_COHORTS,
    "/awards": READ_CERTIFICATES,
    f"/awards/{NOWHERE}": READ_CERTIFICATES,
    "/certificates": READ_CERTIFICATES,
    f"/certificates/{NOWHERE}": READ_CERTIFICATES,
    "/webhooks": WEBHOOKS,
    f"/webhooks/{NOWHERE}": WEBHOOKS,
    f"/webhooks/{NOWHERE}/deliveries": WEBHOOKS,
}


def test_a_cohort_its_progress_and_its_certificate(office: Office) -> None:
    caller = office.caller()
    ready = office.ready()
    office.jobs.run()
    (cohort,) = caller.found("/cohorts")["items"]
    assert (cohort["id"], cohort["training"], cohort["participants"]) == (ready.cohort_id, "icc-vo", 1)
    assert caller.found(f"/cohorts/{ready.cohort_id}") == cohort
    (progress,) = caller.found(f"/cohorts/{ready.cohort_id}/progress")["items"]
    assert (progress["enrolment"], progress["accepted"], progress["of"]) == (ready.enrolment_id, 5, 5)
    assert {outcome["state"] for outcome in progress["outcomes"]} == {"accepted"}
    (award,) = caller.found(f"/awards?cohort={ready.cohort_id}")["items"]
    assert (award["id"], award["state"]) == (progress["award"], "issued")
    assert caller.found(f"/awards/{award['id']}") == award
    (certificate,) = caller.found("/certificates?state=valid")["items"]
    assert certificate["id"] == progress["certificate"] == award["certificate"]
    assert certificate["url"] == f"http://localhost:8401/c/{certificate['id']}"
    assert caller.found(f"/certificates/{certificate['id']}") == certificate
    assert caller.found("/certificates?state=revoked") == {"items": [], "next": None}


def test_no_name_of_a_person_is_in_any_answer(office: Office) -> None:
    caller, ready = office.caller(), office.ready()
    office.jobs.run()
    for path in ("/cohorts", f"/cohorts/{ready.cohort_id}/progress", "/awards", "/certificates"):
        assert NAME.split()[0] not in caller.get(path).text


def test_each_address_wants_its_scope_and_a_token(office: Office) -> None:
    holders = {scope: office.caller(scope) for scope in SCOPES}
    without = {scope: office.caller(*(one for one in SCOPES if one != scope)) for scope in SCOPES}
    nobody = Caller(office.app.test_client(), "")
    for path, scope in ADDRESSES.items():
        assert holders[scope].get(path).status_code in (200, 404), path
        refused = without[scope].get(path)
        assert (refused.status_code, refused.mimetype) == (403, "application/problem+json"), path
        assert refused.json is not None
        assert (refused.json["code"], refused.json["reason"]) == ("A-SCOPE", f"needs {scope}")
        (noted,) = office.parts.audit.last(1, outcome=REFUSED)
        assert noted.what.startswith("api.")
        unknown = nobody.get(path)
        assert (unknown.status_code, unknown.headers["WWW-Authenticate"]) == (401, 'Bearer realm="ICC Bridge"'), path


def test_a_token_counts_until_it_ends_or_is_revoked(office: Office) -> None:
    caller = office.caller(READ_COHORTS)
    (row,) = office.parts.api.clients.rows()
    assert (row["state"], row["used"], row["scopes"]) == ("active", None, [READ_COHORTS])
    assert caller.token not in str(row)
    assert str(row["token"])[:-1] in caller.token
    assert caller.get("/cohorts").status_code == 200
    assert office.parts.api.clients.rows()[0]["used"] == office.clock()
    office.clock.advance(days=30)
    assert caller.get("/cohorts").status_code == 401
    other = office.caller(READ_COHORTS)
    assert other.get("/cohorts").status_code == 200
    office.parts.api.clients.revoke(other.token[4:12])
    assert other.get("/cohorts").status_code == 401
    assert [row["state"] for row in office.parts.api.clients.rows()] == ["expired", "revoked"]
    with pytest.raises(NotFound):
        office.parts.api.clients.revoke("nobody")


@pytest.mark.parametrize(
    ("name", "scopes", "days"), [("", ["webhooks"], 1), ("x", [], 1), ("x", ["all"], 1), ("x", ["webhooks"], 0)]
)
def test_a_client_without_name_scope_or_end_is_not_made(office: Office, name: str, scopes: list[str], days: int) -> None:
    with pytest.raises(Invalid):
        office.parts.api.clients.add(name, scopes, days)


def test_what_is_no_token_of_ours_is_refused(office: Office) -> None:
    for token in ("icc_12345678_short", "Basic abc", "icc_" + "a" * 8 + "_" + "b" * 43, "\xe9" * 50):
        assert Caller(office.app.test_client(), token).get("/cohorts").status_code == 401, token


def test_pages_follow_each_other_and_nothing_is_missed(office: Office) -> None:
    caller = office.caller()
    made = []
    for number in range(5):
        office.clock.advance(seconds=number % 2)
        made.append(office.ready().cohort_id)
    found: list[str] = []
    cursor = ""
    while True:
        page = caller.found(f"/cohorts?limit=2{cursor}")
        found += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert sorted(found) == sorted(made)
    assert len(found) == 5


def test_a_question_that_is_not_as_the_document_says_is_refused_in_words(office: Office) -> None:
    caller = office.caller()
    for query in ("limit=0", "limit=201", "limit=x", "cursor=nonsense", "cursor=AAAA", "more=1", "cursor=%00"):
        refused = caller.get(f"/cohorts?{query}")
        assert (refused.status_code, refused.mimetype) == (422, "application/problem+json"), query
        assert refused.json is not None
        assert refused.json["code"] == "A-REQUEST"


def test_what_has_not_changed_is_not_sent_again_and_kept_by_nobody_else(office: Office) -> None:
    caller = office.caller()
    first = caller.get("/cohorts")
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert caller.get("/cohorts", If_None_Match=first.headers["ETag"]).status_code == 304
    office.ready()
    assert caller.get("/cohorts", If_None_Match=first.headers["ETag"]).status_code == 200


def test_no_cookie_counts_or_is_set_and_no_other_origin_reads(office: Office) -> None:
    caller = office.caller()
    answer = caller.get("/cohorts", Origin="https://elsewhere.example")
    assert "Set-Cookie" not in answer.headers
    assert not [name for name, _value in answer.headers if name.startswith("Access-Control")]
    assert Caller(office.app.test_client(), "").get("/cohorts", Cookie=f"icc={caller.token}").status_code == 401


def test_one_client_over_its_limit_leaves_the_others_alone(office: Office) -> None:
    office.parts.api.gate.allowance.most = 3
    caller, other = office.caller(), office.caller()
    assert [caller.get("/cohorts").status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = caller.get("/cohorts")
    assert refused.mimetype == "application/problem+json"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert other.get("/cohorts").status_code == 200


def test_what_is_not_there_is_a_problem_in_the_asked_language(office: Office) -> None:
    caller = office.caller()
    for path in ("/nothing", f"/certificates/{NOWHERE}", "/cohorts/%00"):
        answer = caller.get(path, Accept="text/html")
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json"), path
    assert caller.ask("PUT", "/cohorts").status_code == 405
    dutch = caller.get(f"/certificates/{NOWHERE}", Accept_Language="nl").json
    assert dutch is not None
    assert dutch["title"] == "Dit certificaat kennen we niet"


def test_a_write_scope_reads_nothing(office: Office) -> None:
    assert office.caller(WRITE_CERTIFICATES).get("/certificates").status_code == 403
