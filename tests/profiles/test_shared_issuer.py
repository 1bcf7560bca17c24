"""Many schools behind one issuer (Canvas, Blackboard): client id and keys tell them apart."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from sqlalchemy import select

from lti_tool.courses.models import Account
from lti_tool.demo.school import PERSONALITIES, KeyRing, Role, SchoolServer, SigningKey
from tests.embedding.town import Town, running_town


@dataclass
class TwoSchools:
    """Two schools at one tool, with the same learning environment."""

    first: Town
    second: Town


@pytest.fixture(params=["canvas", "blackboard"])
def schools(request: pytest.FixtureRequest, tmp_path: Path, new_sqlite_url: Callable[[], str]) -> Iterator[TwoSchools]:
    """Two schools that share an issuer."""
    personality = PERSONALITIES[request.param]
    with (
        running_town(tmp_path / "var", new_sqlite_url(), personality=personality, family=personality.key) as first,
        SchoolServer(personality=personality, keys=KeyRing([SigningKey.generate()])) as other,
    ):
        yield TwoSchools(first, Town(other.school, first.parts, first.parts.settings.base_url, personality.key))


def test_launches_of_two_schools_are_told_apart(schools: TwoSchools) -> None:
    assert schools.first.school.issuer == schools.second.school.issuer
    for town in (schools.first, schools.second):
        teacher = town.visitor("Zoe", Role.STUDENT)
        town.school.add_link(town.course, town.registration, "Los", {})
        assert town.launch(teacher, "Los").status == 200
        assert list(town.school.refusals) == []
    with schools.first.parts.database.session() as session:
        accounts = session.scalars(select(Account)).all()
    assert len({account.subject for account in accounts}) == 1
    assert len({account.platform_id for account in accounts}) == len({account.person_id for account in accounts}) == 2
    urls = {schools.first.school.url, schools.second.school.url}
    framers = [urls & set(platform.framers) for platform in schools.first.parts.platforms.list()]
    assert sorted(framers, key=sorted) == sorted(({url} for url in urls), key=sorted)


def test_one_school_cannot_sign_for_the_other(schools: TwoSchools) -> None:
    victim, attacker = schools.first, schools.second
    person = victim.person("Zoe", Role.STUDENT)
    link = victim.school.add_link(victim.course, victim.registration, "Los", {})
    browser = requests.Session()
    browser.headers["Sec-Fetch-Dest"] = "document"
    base = victim.parts.settings.base_url
    asked = browser.post(
        f"{base}/lti/login", data=victim.school.login_params(person, link), allow_redirects=False, timeout=10
    )
    request = dict(parse_qsl(urlsplit(asked.headers["Location"]).query))
    claims = victim.school.launch_claims(person, link, nonce=request["nonce"])
    forged = attacker.school.sign_id_token(claims)
    answer = browser.post(f"{base}/lti/launch", data={"id_token": forged, "state": request["state"]}, timeout=10)
    assert answer.status_code in (400, 403)
    with victim.parts.database.session() as session:
        assert session.scalars(select(Account)).all() == []
    honest = victim.school.sign_id_token(claims)
    answer = browser.post(
        f"{base}/lti/launch", data={"id_token": honest, "state": request["state"]}, allow_redirects=False, timeout=10
    )
    assert answer.status_code == 303
    browser.close()
