"""The public addresses: page and forms of a certificate, keys, status list, achievement."""

import io
import json

import pypdf
import pytest
from flask.testing import FlaskClient

from lti_tool.app import Parts
from lti_tool.certificates.verdict import VerdictState
from lti_tool.certificates.verify import verify
from tests.certificates.award import NAME, all_accepted
from tests.recording_jobs import RecordingJobs


@pytest.fixture
def certificate_id(parts: Parts, jobs: RecordingJobs) -> str:
    all_accepted(parts)
    jobs.run()
    return parts.certificates.list()[0].id


def test_the_page_says_in_words_that_it_is_valid_and_what_it_says(client: FlaskClient, certificate_id: str) -> None:
    answer = client.get(f"/c/{certificate_id}", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    for words in ("Dit certificaat is geldig", NAME, "Cultuurcoördinator VO", "ongeveer 40 uur", "23 november 2026"):
        assert words in answer.text
    for phase in ("Oriëntatie", "Onderzoek", "Uitvoering", "Evaluatie"):
        assert phase in answer.text


def test_the_page_speaks_english(client: FlaskClient, certificate_id: str) -> None:
    answer = client.get(f"/c/{certificate_id}", headers={"Accept": "text/html", "Accept-Language": "en"})
    assert "This certificate is valid" in answer.text


def test_no_name_stands_in_title_address_or_preview_and_nobody_indexes_it(client: FlaskClient, certificate_id: str) -> None:
    answer = client.get(f"/c/{certificate_id}", headers={"Accept": "text/html"})
    head = answer.text.split("</head>")[0]
    assert "Höfen" not in head
    assert 'name="robots" content="noindex"' in head
    assert answer.headers["Referrer-Policy"] in ("no-referrer", "same-origin", "strict-origin")


def test_machines_get_the_credential_at_the_same_address(client: FlaskClient, certificate_id: str) -> None:
    by_header = client.get(f"/c/{certificate_id}", headers={"Accept": "application/vc+ld+json"})
    by_name = client.get(f"/c/{certificate_id}.json")
    assert by_header.data == by_name.data
    assert by_name.headers["Content-Type"] == "application/vc+ld+json"
    assert by_name.headers["Access-Control-Allow-Origin"] == "*"
    credential = json.loads(by_name.data)
    assert credential["id"] == f"http://localhost:8401/c/{certificate_id}"
    assert "@" not in json.dumps(credential["credentialSubject"]).replace("@context", "")


def test_the_jwt_is_served_as_text(client: FlaskClient, certificate_id: str) -> None:
    answer = client.get(f"/c/{certificate_id}.jwt")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.text.count(".") == 2


def test_the_pdf_is_sealed_holds_the_credential_and_is_the_same_every_time(
    client: FlaskClient, parts: Parts, certificate_id: str
) -> None:
    answer = client.get(f"/c/{certificate_id}.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "certificaat-cultuurcoordinator-vo.pdf" in answer.headers["Content-Disposition"]
    assert client.get(f"/c/{certificate_id}.pdf").data == answer.data
    assert verify(answer.data, parts.certificates.trust(), now=parts.clock()).state is VerdictState.VALID
    assert len(pypdf.PdfReader(io.BytesIO(answer.data)).pages) == 1
    changed = answer.data.replace(b"/Type", b"/Tipe", 1)
    assert verify(changed, parts.certificates.trust(), now=parts.clock()).state is not VerdictState.VALID


def test_every_key_that_a_credential_names_is_published(client: FlaskClient, certificate_id: str) -> None:
    document = json.loads(client.get("/.well-known/did.json").data)
    proof = json.loads(client.get(f"/c/{certificate_id}.json").data)["proof"]
    assert proof["verificationMethod"] in document["assertionMethod"]
    keys = json.loads(client.get("/keys/jwks.json").data)["keys"]
    for key in keys:
        path = key["kid"].removeprefix("http://localhost:8401")
        assert json.loads(client.get(path).data)["kid"] == key["kid"]
        assert "d" not in key
    assert client.get("/keys/nope.jwk").status_code == 404


def test_the_status_list_may_be_kept_for_a_while(client: FlaskClient, certificate_id: str) -> None:
    answer = client.get("/status/1")
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "BitstringStatusListCredential" in json.loads(answer.data)["type"]
    assert client.get("/status/1.jwt").text.count(".") == 2
    assert client.get("/status/2").status_code == 404
    assert client.get(f"/c/{certificate_id}").status_code == 200


def test_a_revoked_certificate_says_so_with_the_reason(client: FlaskClient, parts: Parts, certificate_id: str) -> None:
    parts.certificates.revoke(certificate_id, "per vergissing twee keer toegekend")
    answer = client.get(f"/c/{certificate_id}", headers={"Accept": "text/html"})
    assert "Dit certificaat is ingetrokken" in answer.text
    assert "per vergissing twee keer toegekend" in answer.text
    assert "Dit certificaat is geldig" not in answer.text


def test_an_unknown_certificate_gets_a_page_that_helps(client: FlaskClient) -> None:
    answer = client.get("/c/bestaatniet")
    assert answer.status_code == 404
    assert "Dit certificaat kennen we niet" in answer.text


def test_the_achievement_is_there_for_people_and_machines(client: FlaskClient) -> None:
    page = client.get("/achievements/cultuurcoordinator-vo/v1", headers={"Accept": "text/html"})
    assert "Criteria" in page.text
    machine = client.get("/achievements/cultuurcoordinator-vo/v1", headers={"Accept": "application/json"}).get_json()
    assert machine["id"] == "http://localhost:8401/achievements/cultuurcoordinator-vo/v1"
    english = client.get("/achievements/cultuurcoordinator-vo/v1/en").get_json()
    assert english["inLanguage"] == "en"
    assert client.get("/achievements/cultuurcoordinator-vo/v9").status_code == 404


def test_health_and_metrics_answer(client: FlaskClient, certificate_id: str) -> None:
    assert client.get("/health/live").get_json() == {"status": "live"}
    assert client.get("/health/ready").get_json()["status"] == "ready"
    assert "icc_certificates_issued 1.0" in client.get("/metrics").text
    assert certificate_id not in client.get("/metrics").text
