"""Somebody who agreed to other words is asked again, and nobody else sees what was chosen until then."""

from sqlalchemy import select, update

from lti_tool.courses.consents import DIRECTORY, SHARING
from lti_tool.exchange.models import DirectoryEntry, SharedPiece
from tests.exchange.conftest import Circle

ASKS = "De voorwaarden zijn veranderd"


def test_what_was_agreed_to_is_kept_with_its_version(circle: Circle) -> None:
    circle.share(circle.zoe)
    circle.zoe.post(f"{circle.group.home()}/directory", {"action": "join"})
    with circle.group.world.database.reading() as session:
        assert session.scalars(select(SharedPiece.consent_version)).all() == [SHARING.version]
        assert session.scalars(select(DirectoryEntry.consent_version)).all() == [DIRECTORY.version]


def test_other_words_ask_again_before_anybody_sees_somebody_in_the_directory(circle: Circle) -> None:
    address = f"{circle.group.home()}/directory"
    circle.zoe.post(address, {"action": "join"})
    assert "Höfen" in circle.noor.page(address)
    with circle.group.world.database.session() as session:
        session.execute(update(DirectoryEntry).values(consent_version=0))
    assert "Höfen" not in circle.noor.page(address)
    assert ASKS in circle.zoe.page(address)
    circle.zoe.post(address, {"action": "join"})
    assert "Höfen" in circle.noor.page(address)
    assert ASKS not in circle.zoe.page(address)


def test_other_words_ask_again_before_anybody_sees_shared_work(circle: Circle) -> None:
    piece = circle.share(circle.zoe, "Een vraag")
    assert circle.noor.get(piece).status_code == 200
    with circle.group.world.database.session() as session:
        session.execute(update(SharedPiece).values(consent_version=0))
    assert circle.noor.get(piece).status_code == 404
    assert "Een vraag" not in circle.noor.page(circle.overview())
    assert circle.zoe.get(piece).status_code == 200
    assert ASKS in circle.zoe.page(circle.share_page())
    circle.share(circle.zoe, "Een vraag")
    assert circle.noor.get(piece).status_code == 200
    assert ASKS not in circle.zoe.page(circle.share_page())
