"""Checking by sending: the form without scripts, the answer for programs, and what is said of a certificate's standing."""

import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from lti_tool.app import Parts, create_app
from lti_tool.certificates.findings import Finding
from lti_tool.certificates.models import Certificate
from lti_tool.certificates.presented import MAX_FILE_BYTES
from tests.certificates.award import NAME, all_accepted
from tests.certificates.cases import RUBBISH_CASES, Case, each
from tests.certificates.issuer import issuer
from tests.effort import calls_of
from tests.recording_jobs import RecordingJobs

MEGABYTE = 1024 * 1024
MOST_CALLS = 25_000


@pytest.fixture
def certificate_id(parts: Parts, jobs: RecordingJobs) -> str:
    all_accepted(parts)
    jobs.run()
    return parts.certificates.list()[0].id


def send(client: FlaskClient, data: bytes, **headers: str) -> str:
    form = {"file": (io.BytesIO(data), "certificaat")}
    answer = client.post("/verify", data=form, headers=headers)
    assert answer.status_code == 200
    return answer.text


def test_the_page_says_without_scripts_that_the_file_is_sent_and_not_kept(client: FlaskClient) -> None:
    answer = client.get("/verify")
    assert "stuur het op. We controleren het en bewaren er niets van." in answer.text
    assert 'enctype="multipart/form-data"' in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("form", ["json", "jwt", "pdf", "png", "svg"])
def test_every_form_that_is_sent_is_checked(client: FlaskClient, certificate_id: str, form: str) -> None:
    text = send(client, client.get(f"/c/{certificate_id}.{form}").data)
    for words in ("Dit certificaat is geldig", NAME, "Cultuurcoördinator VO", "Het staat niet op de lijst van ingetrokken"):
        assert words in text


def test_a_text_that_is_pasted_is_checked(client: FlaskClient, certificate_id: str) -> None:
    token = client.get(f"/c/{certificate_id}.jwt").text
    assert "Dit certificaat is geldig" in client.post("/verify", data={"text": f"  {token}\n"}).text
    english = client.post("/verify", data={"text": token}, headers={"Accept-Language": "en"})
    assert "This certificate is valid" in english.text


def test_what_was_revoked_is_told(client: FlaskClient, parts: Parts, certificate_id: str) -> None:
    data = client.get(f"/c/{certificate_id}.pdf").data
    parts.certificates.revoke(certificate_id, "twee keer toegekend")
    assert "Dit certificaat is ingetrokken" in send(client, data)


def test_a_certificate_of_another_organisation_frightens_nobody(client: FlaskClient) -> None:
    elsewhere = issuer("https://elders.example").certificate().jwt
    text = send(client, elsewhere.encode())
    assert "Dit is niet te controleren" in text
    assert "Dat zegt niet dat er iets mis is" in text


def test_nothing_sent_is_told_and_loses_nothing(client: FlaskClient) -> None:
    answer = client.post("/verify", data={"text": " "})
    assert answer.status_code == 422
    assert "Er is niets gestuurd" in answer.text


class Endless(io.RawIOBase):
    """A body of so many bytes, that counts what was read of it."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        self.taken = 0
        self._place = 0

    def tell(self) -> int:
        return self._place

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        self._place = place if whence == io.SEEK_SET else self.size
        return self._place

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        wanted = self.size - self.taken if size < 0 else min(size, self.size - self.taken)
        self.taken += wanted
        return bytes(wanted)


@pytest.mark.parametrize(("path", "most"), [("/verify", 33 * MEGABYTE), ("/verify.json", 0)])
def test_two_hundred_megabytes_are_refused_without_being_read(client: FlaskClient, path: str, most: int) -> None:
    body = Endless(200 * MEGABYTE)
    answer = client.post(
        path,
        input_stream=body,
        content_length=body.size,
        content_type="multipart/form-data; boundary=x" if path == "/verify" else "application/octet-stream",
    )
    assert answer.status_code == 413
    assert Finding.TOO_LARGE.words.nl in (answer.text if path == "/verify" else answer.get_json()["explanation"])
    assert body.taken <= most


def test_the_largest_file_that_may_be_is_read(client: FlaskClient) -> None:
    assert "heeft geen verzegeling" in send(client, b"%PDF-1.7\n" + bytes(MAX_FILE_BYTES - 9))


@pytest.mark.parametrize("case", each(RUBBISH_CASES))
def test_rubbish_is_refused_at_once(client: FlaskClient, case: Case) -> None:
    data = case.data()
    # what the whole request takes: a few calls for each byte, or each level of nesting, would be many times as many
    assert calls_of(lambda: client.post("/verify.json", data=data)) < MOST_CALLS


def test_programs_get_the_verdict_as_data(client: FlaskClient, certificate_id: str) -> None:
    data = client.get(f"/c/{certificate_id}.jwt").data
    answer = client.post("/verify.json", data=data, headers={"Accept-Language": "en"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "no-store"
    verdict = answer.get_json()
    assert (verdict["state"], verdict["title"]) == ("valid", "This certificate is valid")
    assert verdict["facts"]["awarded_at"] == "2026-11-23T12:00:00+00:00"
    assert {check["state"] for check in verdict["checks"]} == {"passed"}


@pytest.fixture
def slow_client(parts: Parts) -> FlaskClient:
    """Somebody's browser, at an installation that checks two files a minute."""
    settings = parts.settings.model_copy(update={"verifications_per_minute": 2})
    return create_app(type(parts)(**{**vars(parts), "settings": settings})).test_client()


def test_who_sends_too_many_is_told_to_wait(slow_client: FlaskClient) -> None:
    statuses = [slow_client.post("/verify", data={"text": "x"}).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert slow_client.get("/verify").status_code == 200


def test_the_standing_of_a_certificate_is_open_and_names_nobody(
    client: FlaskClient, parts: Parts, certificate_id: str
) -> None:
    answer = client.get(f"/c/{certificate_id}/status")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert (answer.get_json()["state"], answer.get_json()["successor"]) == ("valid", None)
    assert NAME.split()[0] not in answer.text
    parts.certificates.revoke(certificate_id, "twee keer toegekend")
    revoked = client.get(f"/c/{certificate_id}/status").get_json()
    assert (revoked["state"], revoked["reason"]) == ("revoked", "twee keer toegekend")
    assert client.get("/c/bestaatniet/status").status_code == 404


def test_a_replaced_certificate_leads_to_the_one_that_counts(client: FlaskClient, parts: Parts, certificate_id: str) -> None:
    parts.certificates.revoke(certificate_id, "de naam is verbeterd")
    with parts.database.session() as session:
        # What replaced it is a certificate of the same person; that it is its own successor does not matter to the page.
        session.execute(update(Certificate).values(replaced_by_id=certificate_id))
    page = client.get(f"/c/{certificate_id}").text
    assert "Dit certificaat is vervangen" in page
    assert f'href="http://localhost:8401/c/{certificate_id}">Bekijk het geldige certificaat' in page
    assert client.get(f"/c/{certificate_id}/status").get_json()["state"] == "replaced"


def test_a_certificate_that_is_not_shared_shows_verdict_and_achievement_only(
    client: FlaskClient, parts: Parts, certificate_id: str
) -> None:
    with parts.database.session() as session:
        session.execute(update(Certificate).values(shared=False))
    page = client.get(f"/c/{certificate_id}").text
    assert "Dit certificaat is geldig" in page
    assert "Cultuurcoördinator VO" in page
    assert "Zoë" not in page
    assert "Reken het na" not in page
    assert "linkedin" not in page
