"""Whoever it concerns hears of what happened, once, in the tool, and as long as they may see it."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import delete, select

from lti_tool.audit import DONE
from lti_tool.errors import NotFound
from lti_tool.notices.models import Notice
from lti_tool.training.models import Enrolment, Submission
from mappings.roles import Role
from tests.certificates.award import all_accepted
from tests.notices.conftest import House
from tests.training.world import Browser


def enrolment_of(house: House, browser: Browser) -> str:
    with house.parts.database.session() as session:
        own = select(Enrolment.id).where(Enrolment.person_id == browser.viewer.person_id)
        return session.scalars(own.where(Enrolment.cohort_id == house.group.cohort_id)).one()


def nudge(house: House, enrolment_id: str) -> bool:
    with house.parts.database.session() as session:
        return house.parts.notices.nudge(session, enrolment_id, house.ilse.viewer.account_id)


def test_what_a_trainer_shares_of_the_aspects_is_heard_of_once_and_leads_there(house: House) -> None:
    page = f"{house.group.home()}/aspects/of/{enrolment_of(house, house.zoe)}"
    house.ilse.post(page, {"step-eigenaarschap": "3", "action": "save"})
    assert house.notices(house.zoe) == []
    for _time in range(2):
        house.ilse.post(page, {"was-step-eigenaarschap": "3", "step-eigenaarschap": "3", "action": "share"})
    assert house.notices(house.zoe) == ["aspects"]
    news = house.zoe.page(house.news)
    assert "Je trainer deelde met je hoe die jouw aspecten ziet" in news
    assert house.notices(house.zoe, read=True) == ["aspects"]
    # shared again without anything new
    house.ilse.post(page, {"was-step-eigenaarschap": "3", "step-eigenaarschap": "3", "action": "share"})
    assert house.notices(house.zoe) == []


def test_returned_work_stands_on_home_and_in_the_bar_until_it_was_seen(house: House) -> None:
    house.hand_in(house.zoe)
    house.review(house.zoe)
    assert house.notices(house.zoe) == ["returned"]
    assert house.notices(house.noor) == []
    home = house.zoe.page(house.group.home())
    assert "Nieuw voor jou" in home
    assert '<span class="icc-count icc-num">1</span>' in home
    page = house.zoe.page(house.news)
    assert "is terug voor aanvulling" in page
    assert house.notices(house.zoe, read=True) == ["returned"]
    assert "Nieuw voor jou" not in house.zoe.page(house.group.home())
    assert "is terug voor aanvulling" in house.zoe.page(house.news), "what was read stays on its own page"


def test_a_notice_leads_to_the_work_and_counts_as_read_then(house: House) -> None:
    house.hand_in(house.zoe)
    house.review(house.zoe, "accepted")
    with house.parts.database.session() as session:
        notice_id = session.scalars(select(Notice.id)).one()
    assert house.noor.get(f"/notice/{notice_id}").status_code == 404
    assert house.notices(house.zoe) == ["accepted"]
    assert house.zoe.get(f"/notice/{notice_id}").location == house.group.assignment()
    assert house.notices(house.zoe) == []


def test_all_is_counted_as_read_at_once(house: House) -> None:
    house.hand_in(house.zoe)
    house.review(house.zoe, "accepted")
    assert nudge(house, enrolment_of(house, house.zoe))
    assert house.zoe.post(f"{house.news}/read").location == house.group.home()
    assert house.notices(house.zoe) == []
    assert nudge(house, enrolment_of(house, house.piet))
    assert house.noor.post(f"{house.news}/read").status_code == 303
    assert house.notices(house.piet) == ["nudge"], "nobody else's"


def test_work_that_came_in_again_is_told_to_its_trainers_and_not_before(house: House) -> None:
    house.hand_in(house.piet)
    assert house.notices(house.ilse) == house.notices(house.bas) == []
    house.review(house.piet)
    house.hand_in(house.piet, "Nu met meer.")
    assert house.notices(house.piet) == [], "what was returned was completed"
    assert house.notices(house.ilse) == house.notices(house.bas) == ["again"]
    page = house.bas.page(house.news)
    assert "Piet Puk leverde" in page
    assert "opnieuw in" in page
    house.review(house.piet, "accepted", by=house.bas)
    assert house.notices(house.ilse) == [], "another trainer looked at it"


def test_a_trainer_of_another_school_hears_nothing(house: House) -> None:
    house.hand_in(house.zoe)
    house.review(house.zoe)
    house.hand_in(house.zoe, "Nu met meer.")
    assert house.notices(house.ilse) == ["again"]
    assert house.notices(house.bas) == []


def test_a_course_trainer_without_a_launch_of_that_course_sees_it_not_and_it_is_not_counted(house: House) -> None:
    house.hand_in(house.piet)
    house.review(house.piet)
    house.hand_in(house.piet, "Nu met meer.")
    world, platform = house.group.world, house.piet.viewer.platform
    elsewhere = world.launch(platform, "bas", Role.TRAINER, context="course-9", link=None)
    with house.parts.database.session() as session:
        world.courses.bind_cohort(session, elsewhere.course_id, house.group.cohort_id, house.ilse.viewer.person_id)
    page = elsewhere.page(house.news)
    assert "opnieuw in" not in page
    assert "icc-count" not in page
    assert house.notices(house.bas) == ["again"]


def test_the_maker_hears_of_reactions_and_those_who_asked_of_the_answer(house: House) -> None:
    piece = house.circle.share(house.zoe)
    house.circle.react(house.noor, piece, "Waarom?", "question")
    house.circle.react(house.piet, piece, "Probeer een lunch.")
    assert house.notices(house.zoe) == ["reaction", "reaction"]
    house.circle.react(house.zoe, piece, "Omdat het anders niet lukt.")
    assert house.notices(house.noor) == house.notices(house.piet) == ["answer"]
    assert house.notices(house.zoe) == ["reaction", "reaction"], "not of their own words"
    assert "De maker antwoordt" in house.noor.page(house.group.home())


def test_a_question_with_a_piece_is_told_to_trainers_and_goes_with_it(house: House) -> None:
    piece = house.circle.share(house.zoe, "Wie kent dit?")
    assert house.notices(house.ilse) == ["question"]
    assert house.notices(house.bas) == []
    assert house.zoe.post(f"{piece}/withdraw").status_code == 303
    page = house.ilse.page(house.news)
    assert "stelt een vraag" not in page
    assert "icc-count" not in page


def test_a_question_that_is_taken_out_again_is_not_told_any_more(house: House) -> None:
    house.circle.share(house.zoe, "Wie kent dit?")
    house.circle.share(house.zoe, "Of wie kent dit?")
    assert house.notices(house.ilse) == ["question"], "the same piece once"
    house.circle.share(house.zoe, "")
    assert house.notices(house.ilse) == []


def test_a_notice_goes_when_what_it_is_about_goes(house: House) -> None:
    piece = house.circle.share(house.zoe)
    reaction = house.circle.react(house.noor, piece, "Toch niet")
    assert house.notices(house.zoe) == ["reaction"]
    assert house.noor.post(f"/exchange/reaction/{reaction}/remove").status_code == 303
    assert house.notices(house.zoe) == []
    house.hand_in(house.zoe)
    house.review(house.zoe)
    with house.parts.database.session() as session:
        session.execute(delete(Submission).where(Submission.id == house.group.submission_id(house.zoe)))
    assert house.notices(house.zoe) == []


def test_a_certificate_that_is_ready_is_told(house: House) -> None:
    ready = all_accepted(house.parts)
    house.parts.batches.issue(ready.cohort_id, lambda _done, _all: None)
    with house.parts.database.session() as session:
        told = session.scalars(select(Notice).where(Notice.person_id == ready.person_id)).one()
    assert (told.kind, told.enrolment_id) == ("certificate", ready.enrolment_id)


def test_a_reminder_reaches_a_participant_once_a_week(house: House) -> None:
    enrolment_id = enrolment_of(house, house.zoe)
    assert nudge(house, enrolment_id)
    assert not nudge(house, enrolment_id)
    assert house.notices(house.zoe) == ["nudge"]
    assert "Je trainer is benieuwd" in house.zoe.page(house.group.home())
    house.group.world.clock.advance(days=7, seconds=1)
    assert nudge(house, enrolment_id)
    assert not nudge(house, enrolment_id)
    assert house.notices(house.zoe) == ["nudge"], "one that nobody read makes way for the next"
    done = house.parts.audit.last(9, account_id=house.ilse.viewer.account_id, outcome=DONE)
    assert [(one.what, one.target_id) for one in done] == [("notices.nudge", enrolment_id)] * 2


def test_of_two_trainers_at_once_one_reminds(house: House) -> None:
    enrolment_id, barrier = enrolment_of(house, house.zoe), Barrier(2)
    made: list[bool] = []

    def remind() -> None:
        barrier.wait()
        made.append(nudge(house, enrolment_id))

    threads = [Thread(target=remind) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [False, True]


def test_a_trainer_cannot_be_reminded(house: House) -> None:
    with house.parts.database.session() as session:
        own = select(Enrolment.id).where(Enrolment.person_id == house.ilse.viewer.person_id)
        trains = session.scalars(own).one()
    with pytest.raises(NotFound):
        nudge(house, trains)


def test_what_was_read_goes_after_ninety_days_and_what_was_not_after_a_year(house: House) -> None:
    assert nudge(house, enrolment_of(house, house.zoe))
    assert nudge(house, enrolment_of(house, house.noor))
    house.zoe.page(house.news)
    clock, book = house.group.world.clock, house.parts.notice_book
    clock.advance(days=89)
    assert book.clean_up() == 0
    clock.advance(days=1)
    assert book.clean_up() == 1
    assert house.notices(house.noor) == ["nudge"]
    clock.advance(days=275)
    assert book.clean_up() == 1


def test_nothing_is_new_at_first(house: House) -> None:
    assert "Niets nieuws voor jou" in house.zoe.page(house.news)
    assert "Niets nieuws voor jou" in house.ilse.page(house.news)


def test_in_english(house: House) -> None:
    house.hand_in(house.zoe)
    house.review(house.zoe)
    zoe = house.group.world.launch(house.group.platform, "zoe", Role.PARTICIPANT, locale="en")
    page = zoe.page(house.news)
    assert "came back for you to complete" in page
    assert "is terug" not in page
