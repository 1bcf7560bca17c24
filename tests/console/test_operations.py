"""The audit trail, page by page and narrowed, and the settings without their secrets."""

from collections.abc import Callable

import pytest

from lti_tool.app import Parts
from lti_tool.audit import DONE, AuditTrail, note_done
from lti_tool.console.paging import Where
from lti_tool.console.trail import Asked, TrailDesk
from lti_tool.database import Database
from lti_tool.shown_settings import shown_settings
from lti_tool.signin.gate import Role
from tests.clock import FakeClock
from tests.console.conftest import Desk

ANNE, BERT = "A" * 22, "B" * 22


@pytest.fixture
def otto(sit: Callable[..., Desk]) -> Desk:
    return sit(Role.OPERATOR, name="Otto")


@pytest.mark.parametrize("url", ["new_sqlite_url", pytest.param("new_postgresql_url", marks=pytest.mark.postgresql)])
def test_the_trail_is_read_page_by_page_and_narrowed(
    request: pytest.FixtureRequest, database_at: Callable[[str], Database], clock: FakeClock, url: str
) -> None:
    database = database_at(request.getfixturevalue(url)())
    trail, desk = AuditTrail(database, clock), TrailDesk(database)
    for number in range(5):
        with database.session() as session:
            note_done(session, clock(), ANNE if number % 2 else BERT, "certificates.approved", f"t{number}")
    trail.refused(ANNE, "training.file", "t1")
    first = desk.page(Asked(), Where(), 4)
    second = desk.page(Asked(), Where(after=first.older), 4)
    assert [line.target for line in (*first.rows, *second.rows)] == ["t1", "t4", "t3", "t2", "t1", "t0"]
    assert (first.newer, second.older) == (None, None)
    assert [line.target for line in desk.page(Asked(), Where(before=second.newer), 4).rows] == ["t1", "t4", "t3", "t2"]
    assert [line.what for line in desk.page(Asked(who=ANNE, target="t1"), Where()).rows] == [
        "training.file",
        "certificates.approved",
    ]
    assert len(desk.page(Asked(what="certificates", outcome=DONE), Where()).rows) == 5
    assert desk.page(Asked(what="c%"), Where()).rows == []
    database.close()


def test_the_staff_appears_by_name_and_others_by_number(parts: Parts, otto: Desk) -> None:
    with parts.database.session() as session:
        note_done(session, parts.clock(), otto.member.id, "platforms.disable", "p1")
        note_done(session, parts.clock(), ANNE, "exchange.share", "x1")
    page = otto.page("/console/trail")
    for words in ("Otto", "Leeromgeving uitgezet", ANNE, "exchange.share", "opdrachtregel"):
        assert words in page, words
    mine = otto.page(f"/console/trail?who={otto.member.id}&outcome=done&after=nonsense~x")
    assert "p1" in mine
    assert "x1" not in mine
    assert "Niets gevonden" in otto.page("/console/trail?what=nothing.like.it")


def test_the_settings_are_all_there_and_their_secrets_are_not(parts: Parts, otto: Desk) -> None:
    page = otto.page("/console/settings")
    for name, _value in shown_settings(parts.settings):
        assert name in page
    secret = parts.settings.secret_key
    assert secret is not None
    assert secret.get_secret_value() not in page
    assert "ingesteld, niet getoond" in page
