"""The public page about personal data: everything of the register, in both languages, from every page."""

from html import unescape

import pytest
from flask.testing import FlaskClient

from lti_tool.app import Parts, compose, create_app
from lti_tool.config import Settings
from lti_tool.courses.consents import CONSENTS
from lti_tool.database import Database
from lti_tool.privacy.reading import load_register
from tests.clock import FakeClock
from tests.made_once import rsa_key
from tests.recording_jobs import RecordingJobs


@pytest.mark.parametrize(("language", "head"), [("nl", "Wat we van je bewaren"), ("en", "What we keep about you")])
def test_it_says_all_of_the_register(visitor: FlaskClient, parts: Parts, language: str, head: str) -> None:
    page = unescape(visitor.get("/privacy", headers={"Accept-Language": language}).text)
    assert head in page
    assert f"{parts.settings.trace_days} da" in page
    for kind in load_register().kinds.values():
        words = kind.words[language]
        assert words.what in page
        assert words.sees in page
        assert "{" not in words.what + words.why + words.sees


def test_it_is_a_proposal_until_the_organisation_confirmed_it(visitor: FlaskClient) -> None:
    page = visitor.get("/privacy").text
    assert "Dit is een voorstel" in page
    assert "aan je trainer of aan LKCA" in page


def test_whom_to_ask_and_who_confirmed_it(quiet: Settings, sqlite_database: Database, clock: FakeClock) -> None:
    told = {"privacy_contact": "privacy@voorbeeld.example", "privacy_confirmed": "Stichting Voorbeeld, 1 december 2026"}
    parts = compose(
        quiet.model_copy(update=told), clock=clock, database=sqlite_database, engine=RecordingJobs(), make_rsa=rsa_key
    )
    page = create_app(parts).test_client().get("/privacy").text
    assert 'href="mailto:privacy@voorbeeld.example"' in page
    assert "Vastgesteld door Stichting Voorbeeld, 1 december 2026." in page
    assert "Dit is een voorstel" not in page


def test_every_page_leads_to_it(visitor: FlaskClient) -> None:
    for address in ("/", "/verify", "/certificates/log"):
        assert 'href="/privacy"' in visitor.get(address).text, address


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_version_of_what_people_agree_to_can_be_read(visitor: FlaskClient, language: str) -> None:
    page = unescape(visitor.get("/privacy/agreed", headers={"Accept-Language": language}).text)
    for consent in CONSENTS.values():
        assert consent.title[language] in page
        for number, words in enumerate(consent.texts, 1):
            assert f'id="{consent.key}-{number}"' in page
            assert words[language] in page
    assert 'href="/privacy/agreed"' in visitor.get("/privacy").text
