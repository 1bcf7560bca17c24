"""Delivery into a portfolio that speaks the Open Badges 3.0 API: with leave, once, and to nowhere that we would not call."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from sqlalchemy import select

from lti_tool.app import Parts, create_app
from lti_tool.certificates.delivery import KEPT, VALID, forget_deliveries
from lti_tool.certificates.models import PortfolioDelivery
from lti_tool.certificates.portfolio_api import PortfolioApi, PortfolioProblem
from lti_tool.errors import AddressRefused
from lti_tool.outgoing import Outgoing
from tests.certificates.award import Ready, all_accepted
from tests.certificates.decided import Browser, People, launched
from tests.certificates.portfolio_host import PortfolioHost, portfolio_host
from tests.clock import FakeClock
from tests.recording_jobs import RecordingJobs


@pytest.fixture
def host() -> Iterator[PortfolioHost]:
    with portfolio_host() as running:
        yield running


@pytest.fixture
def app(parts: Parts) -> Flask:
    return create_app(parts)


@pytest.fixture
def ready(parts: Parts, jobs: RecordingJobs) -> Ready:
    made = all_accepted(parts)
    jobs.run()
    return made


@pytest.fixture
def people(app: Flask, parts: Parts, ready: Ready) -> People:
    return launched(app, parts, ready)


def begin(browser: Browser, ready: Ready, address: str) -> str:
    """Ask for a delivery on the holder's page; return where to give leave."""
    answer = browser.post(f"/cohort/{ready.cohort_id}/certificate/delivery", {"address": address})
    assert answer.status_code == 200, answer.text
    link = re.search(r'class="btn btn-primary" href="([^"]+)" target="_blank"', answer.text)
    assert link is not None
    return unescape(link[1])


def give_leave(url: str) -> str:
    """Give (or refuse) leave at the portfolio; return the path that it sends the holder back to."""
    answer = requests.get(url, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["Location"])
    assert back.path == "/portfolio/back"
    return f"{back.path}?{back.query}"


def test_a_certificate_arrives_in_the_portfolio_as_it_was_signed(
    parts: Parts, app: Flask, ready: Ready, people: People, host: PortfolioHost
) -> None:
    back = give_leave(begin(people.participant, ready, f"{host.url}/my/page"))
    page = app.test_client().get(back)
    assert page.status_code == 200
    assert "Je certificaat is aangekomen" in page.text
    (certificate,) = parts.certificates.list()
    (arrived,) = host.credentials.values()
    assert arrived["id"].endswith(f"/c/{certificate.id}")
    assert arrived["proof"]["cryptosuite"] == "eddsa-rdfc-2022"
    assert host.statuses == [201]


def test_a_second_time_it_is_brought_up_to_date_and_we_are_known(
    app: Flask, ready: Ready, people: People, host: PortfolioHost
) -> None:
    for _time in range(2):
        app.test_client().get(give_leave(begin(people.participant, ready, host.url)))
    assert host.statuses == [201, 200]
    assert len(host.clients) == 1


def test_what_comes_back_counts_once(app: Flask, ready: Ready, people: People, host: PortfolioHost) -> None:
    back = give_leave(begin(people.participant, ready, host.url))
    assert app.test_client().get(back).status_code == 200
    again = app.test_client().get(back)
    assert again.status_code == 404
    assert "niet (meer) bekend" in again.text
    assert host.statuses == [201]


def test_after_a_quarter_of_an_hour_nothing_is_sent(
    app: Flask, ready: Ready, people: People, host: PortfolioHost, clock: FakeClock
) -> None:
    back = give_leave(begin(people.participant, ready, host.url))
    clock.advance(seconds=VALID.total_seconds() + 1)
    assert app.test_client().get(back).status_code == 404
    assert host.credentials == {}


@pytest.mark.parametrize("query", ["", "state=made-up&code=x", "code=x"])
def test_what_nobody_asked_for_is_refused(app: Flask, query: str) -> None:
    assert app.test_client().get(f"/portfolio/back?{query}").status_code == 404


def test_without_leave_nothing_is_sent_and_the_page_says_so(
    app: Flask, ready: Ready, people: People, host: PortfolioHost
) -> None:
    host.consents = False
    page = app.test_client().get(give_leave(begin(people.participant, ready, host.url)))
    assert page.status_code == 502
    assert "Je gaf geen toestemming" in page.text
    assert host.credentials == {}


def test_a_portfolio_that_refuses_the_credential_is_named_as_the_one_to_ask(
    parts: Parts, app: Flask, ready: Ready, people: People, host: PortfolioHost
) -> None:
    host.refuses = True
    page = app.test_client().get(give_leave(begin(people.participant, ready, host.url)))
    assert page.status_code == 502
    assert "De beheerder van dat portfolio kan dit oplossen" in page.text
    with parts.database.session() as session:
        assert session.scalars(select(PortfolioDelivery.problem)).one() == "C-PORTFOLIO"


def test_leave_of_somebody_else_gets_no_token(app: Flask, ready: Ready, people: People, host: PortfolioHost) -> None:
    first, second = (give_leave(begin(people.participant, ready, host.url)) for _time in range(2))
    codes = [parse_qs(urlsplit(back).query)["code"][0] for back in (first, second)]
    crossed = first.replace(codes[0], codes[1])
    assert app.test_client().get(crossed).status_code == 502
    assert host.credentials == {}


@pytest.mark.parametrize("address", ["", "   ", "x" * 301])
def test_no_address_is_said_at_its_field(ready: Ready, people: People, address: str) -> None:
    answer = people.participant.post(f"/cohort/{ready.cohort_id}/certificate/delivery", {"address": address})
    assert answer.status_code == 422
    assert "Vul het adres van je portfolio in" in answer.text


def test_an_address_that_is_no_portfolio_is_said_at_its_field(ready: Ready, people: People, host: PortfolioHost) -> None:
    for address in (f"{host.url}:0", "http://", "ftp://x.example", "http://127.0.0.1:1", "a b"):
        answer = people.participant.post(f"/cohort/{ready.cohort_id}/certificate/delivery", {"address": address})
        assert answer.status_code == 422, address
        assert 'id="address-error"' in answer.text
    host.scopes = ["https://purl.imsglobal.org/spec/ob/v3p0/scope/credential.readonly"]
    answer = people.participant.post(f"/cohort/{ready.cohort_id}/certificate/delivery", {"address": host.url})
    assert answer.status_code == 422
    assert "antwoordt niet zoals een portfolio met Open Badges 3.0" in answer.text


def test_nothing_in_a_private_network_is_called(host: PortfolioHost) -> None:
    outgoing = Outgoing(allow_private=False)
    with pytest.raises(AddressRefused):
        PortfolioApi(outgoing, "https://icc.example.org/portfolio/back", "https://icc.example.org").discover(host.url)
    outgoing.close()


def test_a_description_that_is_none_is_no_portfolio(host: PortfolioHost) -> None:
    outgoing = Outgoing(allow_private=True)
    host.scopes = []
    with pytest.raises(PortfolioProblem):
        PortfolioApi(outgoing, "http://localhost/portfolio/back", "http://localhost").discover(host.url)
    outgoing.close()


def test_no_secret_is_kept_in_the_clear_and_all_is_forgotten_after_a_month(
    parts: Parts, app: Flask, ready: Ready, people: People, host: PortfolioHost, clock: FakeClock
) -> None:
    url = begin(people.participant, ready, host.url)
    (client,) = host.clients.values()
    with parts.database.session() as session:
        row = session.scalars(select(PortfolioDelivery)).one()
        kept = " ".join(str(getattr(row, column.name)) for column in PortfolioDelivery.__table__.columns)
    assert client["client_secret"] not in kept
    assert parse_qs(urlsplit(url).query)["state"][0] not in kept
    app.test_client().get(give_leave(url))
    clock.advance(seconds=KEPT.total_seconds() + 60)
    forget_deliveries(parts.database, clock)
    with parts.database.session() as session:
        assert session.scalars(select(PortfolioDelivery)).all() == []


def test_only_the_holder_delivers(ready: Ready, people: People, host: PortfolioHost) -> None:
    for somebody in (people.trainer, people.stranger):
        answer = somebody.post(f"/cohort/{ready.cohort_id}/certificate/delivery", {"address": host.url})
        assert answer.status_code == 404
    assert host.clients == {}
