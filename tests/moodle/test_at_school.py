"""The whole way against the demo school, over HTTP: a teacher works in its own activities, a trainer accepts here."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from lti_tool.demo.browser import Upload
from lti_tool.demo.school.native.accounts import renew, revoke
from lti_tool.demo.school.native.doing import answer, hand_in, hide, remove_activity, reopen
from lti_tool.moodle.models import ActivityMapping
from lti_tool.moodle.wishes import Wish
from mappings.activities import Counts
from tests.embedding.town import running_town
from tests.moodle.quarter import FIRST, Quarter


@pytest.fixture
def quarter(tmp_path: Path, new_sqlite_url: Callable[[], str]) -> Iterator[Quarter]:
    with running_town(tmp_path / "var", new_sqlite_url()) as town:
        yield Quarter(town)


def test_a_teacher_hands_in_at_school_the_trainer_accepts_here_and_the_school_knows(quarter: Quarter) -> None:
    quarter.map(Wish(FIRST.key, int(quarter.essay.id), Counts.SUBMITTED, writes_grade=True))
    address = f"{quarter.school.url}/courses/{quarter.town.course.id}/activities/{quarter.essay.id}"
    form = quarter.browser.get(address).form(name="handin")
    form.submit(text="Hoe krijg ik collega's mee?", files=Upload("plan.pdf", b"%PDF-1.4 plan"), action="submit")
    quarter.read()
    assert "1 deelnemer deed daar wat telt, en opende hier nog nooit een opdracht." in quarter.board()
    quarter.launch(quarter.browser)
    quarter.run()
    assert "Ingeleverd in Moodle op" in quarter.launch(quarter.browser).text
    page = quarter.launch(quarter.trainer)
    link = next(href for _label, href in page.links if "/review/" in href)
    work = quarter.open(quarter.trainer, link)
    assert "Hoe krijg ik collega's mee?" in work.text
    file = next(href for _label, href in work.links if "/native-file/" in href)
    assert quarter.open(quarter.trainer, file).content == b"%PDF-1.4 plan"
    assert work.form(with_field="verdict").submit(verdict="accepted", feedback="Helder & scherp.").status == 200
    quarter.run()
    assert quarter.essay.points(quarter.teacher.id) == 100
    grade = quarter.essay.grade(quarter.teacher.id)
    assert grade is not None
    assert "Helder &amp; scherp." in (grade.feedback or "")
    assert "Aangekomen in Opdracht 1 – Leervraag (Moodle)" in quarter.board()
    quarter.read()
    assert "Na akkoord veranderd" not in quarter.board()


def test_where_the_school_says_that_it_is_good_it_is_accepted_and_the_participant_sees_so(quarter: Quarter) -> None:
    quarter.map(Wish(FIRST.key, int(quarter.quiz.id), Counts.GRADED, from_grade=6, needs_trainer=False), by=quarter.trainer)
    quarter.launch(quarter.browser)
    answer(quarter.school, quarter.quiz, quarter.teacher, 0)
    quarter.read()
    assert "Akkoord" not in quarter.launch(quarter.browser).text
    answer(quarter.school, quarter.quiz, quarter.teacher, 1)
    quarter.read()
    page = quarter.launch(quarter.browser).text
    assert "Akkoord" in page
    assert "Cijfer in Moodle: 10 van 10." in page


def test_what_goes_wrong_at_school_is_on_the_board_and_nothing_is_lost(quarter: Quarter) -> None:
    quarter.map(Wish(FIRST.key, int(quarter.essay.id), Counts.SUBMITTED))
    quarter.launch(quarter.browser)
    hand_in(quarter.school, quarter.essay, quarter.teacher, "Eerste poging")
    assert quarter.read().problem is None
    reopen(quarter.school, quarter.essay, quarter.teacher.id)
    quarter.read()
    assert "Staat in Moodle weer open" in quarter.board()
    hide(quarter.school, quarter.essay)
    quarter.read()
    assert "Deze activiteit is in Moodle verborgen voor deelnemers." in quarter.board()
    revoke(quarter.school, quarter.account)
    assert quarter.read().problem == "token-refused"
    assert "Moodle neemt het token niet aan." in quarter.board()
    quarter.parts.moodle_sites.connect(quarter.platform_id, renew(quarter.school, quarter.account))
    remove_activity(quarter.school, quarter.essay)
    assert quarter.read().problem is None
    with quarter.parts.database.session() as session:
        assert session.scalars(select(ActivityMapping.state)).all() == ["gone"]
    assert "Deze activiteit is er niet meer in Moodle." in quarter.board()
    assert "Ingeleverd" in quarter.board()
