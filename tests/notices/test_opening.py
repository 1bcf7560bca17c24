"""Who opens what a notice is about has read it, by whatever way they came there."""

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from lti_tool.certificates.models import Award
from lti_tool.notices.models import Notice
from lti_tool.training.models import SubmissionVersion
from tests.certificates.award import all_accepted
from tests.notices.conftest import House
from tests.training.world import TRAININGS, Browser

LAST = TRAININGS["icc-vo"].assignments[-1].key
COUNT = '<span class="icc-count icc-num">1</span>'


def version_of(house: House, browser: Browser) -> str:
    with house.parts.database.session() as session:
        of_work = SubmissionVersion.submission_id == house.group.submission_id(browser)
        return session.scalars(select(SubmissionVersion.id).where(of_work)).one()


@pytest.mark.parametrize(
    "page",
    [
        lambda house: house.group.assignment(),
        lambda house: f"/version/{version_of(house, house.zoe)}",
    ],
    ids=["the assignment", "the version"],
)
def test_feedback_that_was_opened_is_read(house: House, page: Callable[[House], str]) -> None:
    house.hand_in(house.zoe)
    house.review(house.zoe)
    address = page(house)
    assert COUNT in house.zoe.page(f"{house.group.home()}/meetings")
    house.zoe.page(house.group.assignment(LAST))
    assert house.notices(house.zoe) == ["returned"], "another page answers nothing"
    assert COUNT not in house.zoe.page(address), "and the page itself counts it no more"
    assert house.notices(house.zoe) == []


def test_work_that_came_in_again_is_read_by_who_opens_it_and_by_no_other_trainer(house: House) -> None:
    house.hand_in(house.piet)
    house.review(house.piet)
    house.hand_in(house.piet, "Nu met meer.")
    house.bas.page(f"/review/{house.group.submission_id(house.piet)}")
    assert house.notices(house.bas) == []
    assert house.notices(house.ilse) == ["again"]


def test_a_piece_that_was_opened_answers_all_that_was_said_of_it(house: House) -> None:
    piece = house.circle.share(house.zoe, "Wie kent dit?")
    house.circle.react(house.noor, piece, "Waarom?", "question")
    house.circle.react(house.piet, piece, "Probeer een lunch.")
    house.circle.react(house.zoe, piece, "Omdat het anders niet lukt.")
    assert house.notices(house.zoe) == ["reaction", "reaction"]
    for browser in (house.zoe, house.noor, house.ilse):
        browser.page(piece)
        assert house.notices(browser) == []
    assert house.notices(house.piet) == ["answer"]


def test_the_certificate_that_was_opened_is_read(house: House) -> None:
    ready = all_accepted(house.parts)
    house.parts.batches.issue(ready.cohort_id, lambda _done, _all: None)
    own, here = {"person_id": house.zoe.viewer.person_id}, {"cohort_id": house.group.cohort_id}
    with house.parts.database.session() as session:
        session.execute(update(Award).where(Award.person_id == ready.person_id).values(**own))
        session.execute(update(Notice).where(Notice.person_id == ready.person_id).values(**own, **here))
    assert house.notices(house.zoe) == ["certificate"]
    house.zoe.page(f"{house.group.home()}/certificate")
    assert house.notices(house.zoe) == []


@pytest.mark.parametrize("header", ["Sec-Purpose", "Purpose", "X-Moz"])
def test_what_a_browser_fetches_ahead_or_only_asks_for_is_not_read(house: House, header: str) -> None:
    house.hand_in(house.zoe)
    house.review(house.zoe)
    with house.parts.database.session() as session:
        notice_id = session.scalars(select(Notice.id)).one()
    for address in (house.group.assignment(), house.news, f"/notice/{notice_id}"):
        assert house.zoe.client.get(address, headers={header: "prefetch;prerender"}).status_code in (200, 303)
        assert house.zoe.client.head(address).status_code in (200, 303)
    assert house.notices(house.zoe) == ["returned"]


def test_a_page_asks_no_more_when_nothing_is_unread_and_a_fixed_number_when_something_is(house: House) -> None:
    def asked() -> int:
        with house.group.world.count_queries() as count:
            assert house.zoe.get(piece).status_code == 200
        return len(count)

    piece = house.circle.share(house.zoe)
    few = asked()
    told = []
    for number in (1, 3):
        for one in range(number):
            house.circle.react(house.noor, piece, f"Tip {number} {one}.")
        told.append(asked())
    assert asked() == few
    assert told == [few + 2, few + 2], "one UPDATE, and the count again"
