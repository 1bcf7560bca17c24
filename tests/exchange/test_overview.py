"""What is shared stands by phase and assignment, the newest first, with what is new; in a fixed number of queries."""

import re

import pytest
from sqlalchemy import select

from lti_tool.exchange.models import DirectoryEntry, PieceReaction, SharedPiece, ShelfItem
from lti_tool.exchange.overview import PAGE, SHOWN
from lti_tool.training.models import Enrolment, Submission
from mappings.roles import Role
from tests.exchange.conftest import Circle
from tests.training.world import Browser

pytestmark = pytest.mark.long


def seed(circle: Circle, names: list[str]) -> None:
    """Add participants of a third school who share work for every assignment, each piece with a reaction of Noor's."""
    world = circle.group.world
    for name in names:
        custom = {"cohort": circle.group.cohort_id}
        who = world.launch(circle.group.platform, name, Role.PARTICIPANT, name=f"Deelnemer {name}", custom=custom)
        world.clock.advance(seconds=1)
        with world.database.session() as session:
            enrolment = session.scalars(select(Enrolment.id).where(Enrolment.person_id == who.viewer.person_id)).one()
            session.add(DirectoryEntry(enrolment_id=enrolment, shows_question=True, joined_at=world.clock()))
            for assignment in world.training.assignments:
                work = Submission(
                    enrolment_id=enrolment,
                    assignment_key=assignment.key,
                    state="draft",
                    origin="tool",
                    changed_at=world.clock(),
                )
                session.add(work)
                session.flush()
                piece = SharedPiece(
                    cohort_id=circle.group.cohort_id,
                    enrolment_id=enrolment,
                    submission_id=work.id,
                    assignment_key=assignment.key,
                    what="draft",
                    text=f"Tekst van {name}",
                    question=f"Vraag van {name}",
                    shared_at=world.clock(),
                )
                session.add(piece)
                session.flush()
                session.add(
                    PieceReaction(
                        piece_id=piece.id,
                        person_id=circle.noor.viewer.person_id,
                        kind="tip",
                        text="Een tip",
                        said_at=world.clock(),
                    )
                )
            session.add(
                ShelfItem(
                    cohort_id=circle.group.cohort_id,
                    position=1,
                    kind="material",
                    title=f"Materiaal voor {name}",
                    added_by_id=circle.trainer.viewer.person_id,
                    added_at=world.clock(),
                )
            )


def queries(circle: Circle, browser: Browser, url: str) -> int:
    with circle.group.world.count_queries() as count:
        assert browser.get(url).status_code == 200
    return len(count)


def test_pages_ask_as_much_for_thirty_who_share_as_for_two(circle: Circle) -> None:
    seed(circle, ["a", "b"])
    circle.share(circle.zoe)
    home = circle.group.home()
    own = circle.share(circle.zoe)
    pages = [
        (circle.zoe, circle.overview()),
        (circle.trainer, circle.overview()),
        (circle.zoe, f"{circle.overview()}/assignment/leervraag"),
        (circle.zoe, f"{home}/directory"),
        (circle.zoe, f"{home}/shelf"),
        (circle.zoe, own),
        (circle.zoe, circle.share_page()),
        (circle.zoe, home),
        (circle.zoe, circle.group.assignment()),
        (circle.trainer, f"{home}/board"),
    ]
    circle.react(circle.piet, own, "De eerste")
    few = [queries(circle, browser, url) for browser, url in pages]
    seed(circle, [f"p{number}" for number in range(28)])
    for number in range(15):
        circle.react(circle.piet, own, f"Tip {number}")
    assert [queries(circle, browser, url) for browser, url in pages] == few
    assert max(few) <= 25


def test_an_assignment_shows_its_newest_pieces_and_leads_to_all(circle: Circle) -> None:
    seed(circle, [f"p{number:02}" for number in range(PAGE + 3)])
    page = circle.zoe.page(circle.overview())
    shown = re.findall(r"Vraag van (p\d+)", page)[:SHOWN]
    assert shown == [f"p{number:02}" for number in range(PAGE + 2, PAGE + 2 - SHOWN, -1)]
    assert f"Bekijk alle {PAGE + 3} stukken" in page
    first = circle.zoe.page(f"{circle.overview()}/assignment/leervraag")
    assert len(re.findall("Vraag van", first)) == PAGE
    second = circle.zoe.page(f"{circle.overview()}/assignment/leervraag?page=2")
    assert re.findall(r"Vraag van (p\d+)", second) == ["p02", "p01", "p00"]
    for wrong in ("?page=3", "?page=0", "?page=-1"):
        assert circle.zoe.get(f"{circle.overview()}/assignment/leervraag{wrong}").status_code == 404
    assert circle.zoe.get(f"{circle.overview()}/assignment/geen").status_code == 404


def test_the_overview_says_what_the_training_invites_to_share(circle: Circle) -> None:
    page = circle.zoe.page(circle.overview())
    sharing = circle.group.world.training.sharing
    assert sharing is not None
    assert sharing.intro.nl in page
    for prompt in sharing.prompts:
        assert prompt.text.nl.replace("'", "&#39;") in page


@pytest.fixture
def seen(circle: Circle) -> Circle:
    """Everybody has just looked."""
    for browser in (circle.zoe, circle.noor, circle.trainer):
        browser.page(circle.overview())
    circle.group.world.clock.advance(hours=1)
    return circle


def test_home_and_board_count_what_is_new_until_it_was_looked_at(seen: Circle) -> None:
    home, board = seen.group.home(), f"{seen.group.home()}/board"
    assert "delen: " not in seen.noor.page(home)
    piece = seen.share(seen.zoe)
    assert "Bekijk wat de anderen delen: 1 nieuw" in seen.noor.page(home)
    assert "Bekijk wat deelnemers delen: 1 nieuw" in seen.trainer.page(board)
    assert "delen: " not in seen.zoe.page(home)
    seen.react(seen.noor, piece, "Een tip")
    assert "delen: 1 nieuw" in seen.zoe.page(home)
    assert "delen: 2 nieuw" in seen.trainer.page(board)
    assert "delen: 1 nieuw" in seen.noor.page(home)
    assert "1 nieuwe reactie" in seen.zoe.page(seen.overview())
    assert "Nieuw</span>" in seen.noor.page(seen.overview())
    for browser, url in ((seen.zoe, home), (seen.noor, home)):
        assert "delen: " not in browser.page(url)
    assert "Nieuw</span>" not in seen.noor.page(seen.overview())


def test_what_is_hidden_or_withdrawn_is_no_news(seen: Circle) -> None:
    piece = seen.share(seen.zoe)
    reaction = seen.react(seen.noor, piece, "Onaardig")
    seen.trainer.post(f"/exchange/reaction/{reaction}/hide")
    assert "delen: " not in seen.zoe.page(seen.group.home())
    seen.zoe.post(f"{piece}/withdraw")
    assert "delen: " not in seen.noor.page(seen.group.home())


def test_something_on_the_shelf_is_news_for_all_but_who_put_it_there(seen: Circle) -> None:
    form = {"kind": "material", "title": "Een lijst", "text": "Handig"}
    assert seen.trainer.post(f"{seen.group.home()}/shelf/new", form).status_code == 303
    assert "delen: 1 nieuw" in seen.zoe.page(seen.group.home())
    assert "delen: " not in seen.trainer.page(f"{seen.group.home()}/board")
    assert "1 ding op de plank" in seen.zoe.page(seen.overview())


def test_pages_of_the_cohort_lead_there(circle: Circle) -> None:
    for browser, url in ((circle.zoe, circle.group.home()), (circle.trainer, f"{circle.group.home()}/board")):
        assert f'href="{circle.overview()}"' in browser.page(url)


def test_in_english_all_of_it_is_english(circle: Circle) -> None:
    world = circle.group.world
    custom = {"cohort": circle.group.cohort_id}
    reader = world.launch(circle.group.platform, "ann", Role.PARTICIPANT, name="Ann", custom=custom, locale="en")
    piece = circle.share(circle.zoe)
    assert "Learning from each other" in reader.page(circle.overview())
    assert "React with a question or a tip" in reader.page(piece)
    assert "Who takes part" in reader.page(f"{circle.group.home()}/directory")
    assert "The shelf is still empty" in reader.page(f"{circle.group.home()}/shelf")
