"""Reminding who is quiet from the board: one by one or all at once, at most once in seven days, and only one's own."""

from collections.abc import Mapping

from sqlalchemy import select

from lti_tool.notices.models import Notice, NoticeKind
from lti_tool.training.models import Enrolment
from tests.notices.conftest import House
from tests.training.world import Browser


def post(house: House, by: Browser, form: Mapping[str, str]) -> tuple[int, str]:
    answer = by.post(f"{house.group.home()}/nudge", form)
    return answer.status_code, answer.location or ""


def enrolment(house: House, browser: Browser) -> str:
    with house.group.world.database.session() as session:
        mine = Enrolment.person_id == browser.viewer.person_id
        return session.scalars(select(Enrolment.id).where(mine, Enrolment.role == "participant")).one()


def nudged(house: House) -> set[str]:
    """Who was reminded, by person."""
    with house.group.world.database.session() as session:
        return set(session.scalars(select(Notice.person_id).where(Notice.kind == NoticeKind.NUDGE.value)))


def quiet_since(house: House, *people: Browser) -> None:
    """Let participants have come thirty days ago."""
    enrolments = [enrolment(house, browser) for browser in people]
    with house.group.world.database.session() as session:
        for one in enrolments:
            session.get_one(Enrolment, one).created_at = house.group.world.clock.now.replace(month=10)


def test_one_who_is_quiet_is_reminded_and_the_board_says_when(house: House) -> None:
    quiet_since(house, house.noor, house.piet)
    board = f"{house.group.home()}/board"
    page = house.ilse.page(board)
    assert "Herinner wie stil is: 2 deelnemers" in page
    assert page.count('name="who"') == 2
    status, where = post(house, house.ilse, {"who": enrolment(house, house.noor)})
    assert (status, where) == (303, f"{board}?nudged=1&lately=0")
    assert nudged(house) == {house.noor.viewer.person_id}
    page = house.ilse.page(where)
    assert "1 herinnering gestuurd" in page
    assert "herinnerd op 23 november" in page
    assert page.count('name="who"') == 1
    assert "Herinner wie stil is: 1 deelnemer" in page
    assert post(house, house.ilse, {"who": enrolment(house, house.noor)})[1].endswith("nudged=0&lately=1")


def test_all_who_are_quiet_are_reminded_and_nobody_twice_in_a_week(house: House) -> None:
    quiet_since(house, house.zoe, house.noor, house.piet)
    house.hand_in(house.zoe)
    assert post(house, house.ilse, {"quiet": "21", "only": "1"})[1].endswith("?quiet=21&nudged=2&lately=0")
    assert nudged(house) == {one.viewer.person_id for one in (house.noor, house.piet)}
    assert post(house, house.ilse, {"quiet": "21"})[1].endswith("?nudged=0&lately=2")
    house.group.world.clock.advance(hours=7)
    assert post(house, house.ilse, {"quiet": "400"})[1].endswith("?nudged=0&lately=0")


def test_a_trainer_of_a_course_reminds_its_own_participants_only(house: House) -> None:
    quiet_since(house, house.zoe, house.noor, house.piet)
    assert post(house, house.bas, {"who": enrolment(house, house.zoe)})[0] == 404
    assert post(house, house.bas, {"quiet": "21"})[1].endswith("nudged=1&lately=0")
    assert nudged(house) == {house.piet.viewer.person_id}
    assert post(house, house.zoe, {"quiet": "21"})[0] in (403, 404)
    assert post(house, house.ilse, {"who": "unknown"})[0] == 404
