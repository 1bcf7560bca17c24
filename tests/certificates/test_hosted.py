"""The hosted Open Badges 2.0 documents, as an older platform fetches and checks them."""

import hashlib
import json
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from openbadgeslib.baking import extract_png
from openbadgeslib.ob2 import OB2VerificationError, OB2Verifier

from lti_tool.app import Parts
from lti_tool.certificates.hosted import issuer_profile
from lti_tool.certificates.snapshot import IssuerFacts
from tests.certificates.award import NAME, all_accepted
from tests.recording_jobs import RecordingJobs

BASE = "http://localhost:8401"


@pytest.fixture
def certificate_id(parts: Parts, jobs: RecordingJobs) -> str:
    all_accepted(parts)
    jobs.run()
    return parts.certificates.list()[0].id


def fetching(client: FlaskClient) -> Callable[[str], bytes]:
    """Returns what fetches from this installation, and from nowhere else; anything but 200 is an error."""

    def fetch(url: str) -> bytes:
        answer = client.get(url.removeprefix(BASE))
        if not url.startswith(BASE) or answer.status_code != 200:
            raise LookupError(url)
        return bytes(answer.data)

    return fetch


def test_a_platform_finds_assertion_badge_class_and_issuer(client: FlaskClient, certificate_id: str) -> None:
    baked = extract_png(client.get(f"/c/{certificate_id}.png").data)
    assert baked is not None
    held = OB2Verifier(download=fetching(client)).verify_hosted(baked)
    assert held.id == f"{BASE}/ob2/assertions/{certificate_id}"
    badge = json.loads(fetching(client)(held.badge))
    assert badge["name"] == "Cultuurcoördinator VO"
    assert badge["criteria"]["id"] == f"{BASE}/achievements/cultuurcoordinator-vo/v1"
    assert client.get(badge["image"].removeprefix(BASE)).data.startswith(b"\x89PNG")
    assert json.loads(fetching(client)(badge["issuer"]))["url"] == "https://www.lkca.nl"


def test_no_name_or_address_of_the_holder_is_in_it(client: FlaskClient, certificate_id: str) -> None:
    answer = client.get(f"/ob2/assertions/{certificate_id}")
    assert NAME.split()[0] not in answer.text
    document = json.loads(answer.data)
    subject = json.loads(client.get(f"/c/{certificate_id}.json").data)["credentialSubject"]["id"]
    hashed = hashlib.sha256((subject + document["recipient"]["salt"]).encode()).hexdigest()
    assert document["recipient"]["type"] == "url"
    assert document["recipient"]["identity"] == f"sha256${hashed}"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Content-Type"] == "application/ld+json"


def test_a_revoked_certificate_says_so_and_is_refused(client: FlaskClient, parts: Parts, certificate_id: str) -> None:
    baked = extract_png(client.get(f"/c/{certificate_id}.png").data) or ""
    parts.certificates.revoke(certificate_id, "twee keer toegekend")
    answer = client.get(f"/ob2/assertions/{certificate_id}")
    assert answer.status_code == 410
    document = json.loads(answer.data)
    assert (document["revoked"], document["revocationReason"]) == (True, "twee keer toegekend")
    assert "recipient" not in document
    with pytest.raises(OB2VerificationError):
        OB2Verifier(download=fetching(client)).verify_hosted(baked)


def test_the_badge_class_speaks_both_languages_and_others_are_not_there(client: FlaskClient) -> None:
    english = json.loads(client.get("/ob2/badges/cultuurcoordinator-vo/v1/en").data)
    assert "Culture Coordinator" in english["name"]
    assert client.get("/ob2/badges/cultuurcoordinator-vo/v2/nl").status_code == 404
    assert client.get("/ob2/badges/iets/v1/nl").status_code == 404
    assert client.get("/achievements/iets/v1/nl.png").status_code == 404


def test_the_images_are_served_as_images(client: FlaskClient, certificate_id: str) -> None:
    for form, kind in (("png", "image/png"), ("svg", "image/svg+xml")):
        answer = client.get(f"/c/{certificate_id}.{form}")
        assert answer.headers["Content-Type"] == kind
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert client.get(f"/c/bestaatniet.{form}").status_code == 404


def test_an_address_of_the_issuer_is_there_only_when_the_installation_has_one() -> None:
    issuer = IssuerFacts("LKCA", "https://www.lkca.nl")
    assert "email" not in issuer_profile(issuer, BASE, None)
    assert issuer_profile(issuer, BASE, "badges@example.org")["email"] == "badges@example.org"
