"""The page at the address itself: it says what this is and where the way in is, and leads nowhere else."""

import re

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("nl", ("Hier draait ICC Bridge", "Open daar de cursus van je training.", "Een certificaat controleren")),
        ("en", ("ICC Bridge runs here", "Open the course of your training there.", "Check a certificate")),
    ],
)
def test_it_says_what_this_is_and_where_the_way_in_is(client: FlaskClient, language: str, words: tuple[str, ...]) -> None:
    answer = client.get("/", headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.text
    for part in words:
        assert part in answer.text


def test_it_leads_to_nothing_but_itself_in_another_language(client: FlaskClient) -> None:
    page = client.get("/", headers={"Accept-Language": "nl"}).text
    links = set(re.findall(r'<a [^>]*href="([^"]+)"', page))
    assert links
    assert all(link == "#inhoud" or "lang" in link for link in links), links
    assert "<form" not in page


def test_no_other_site_may_frame_it(client: FlaskClient) -> None:
    assert client.get("/").headers["X-Frame-Options"] == "DENY"
