"""The school's own activities on its pages: handing in, grading, ticking off, and what the administrator decides."""

from pathlib import Path

import pytest
import requests

from lti_tool.demo.browser import Page, Upload
from lti_tool.demo.school import School
from lti_tool.demo.school.native.doing import NotTaken, give_grade, hand_in, hide
from lti_tool.demo.school.native.models import Activity
from lti_tool.demo.school.people import open_school
from lti_tool.demo.school.personalities import CANVAS
from tests.clock import FakeClock
from tests.demo.conftest import World
from tests.demo.school.webservice.conftest import Native, native

__all__ = ["native"]


def page_of(world: World, activity: Activity) -> str:
    """The address of an activity."""
    return f"{world.school.url}/courses/{activity.course_id}/activities/{activity.id}"


def teacher_at(native: Native, activity: Activity) -> Page:
    """An activity as the teacher sees it."""
    return native.world.signed_in(native.world.teacher).get(page_of(native.world, activity))


def test_a_teacher_hands_in_text_and_files_and_the_trainer_grades_it(native: Native) -> None:
    world = native.world
    browser = world.signed_in(world.teacher)
    course = browser.get(f"{world.school.url}/courses/{world.course.id}")
    assert "Oude opdracht" not in course.text
    form = course.follow("Opdracht 1 – Leervraag").form(name="handin")
    done = form.submit(text="Wat wil ik leren?\n\nAlles.", files=Upload("plan.pdf", b"%PDF-1.4"), action="submit")
    assert "Je werk is ingeleverd." in done.text
    assert "plan.pdf" in done.text
    trainer = world.signed_in(world.trainer)
    seen = trainer.get(page_of(world, native.essay))
    assert "Alles." in seen.text
    assert seen.follow("plan.pdf").content == b"%PDF-1.4"
    graded = seen.form(name=f"grade-{world.teacher.id}").submit(points="82,5", feedback="Helder", action="grade")
    assert "Het cijfer is bewaard." in graded.text
    assert native.essay.points(world.teacher.id) == 82.5
    mine = browser.get(page_of(world, native.essay))
    assert "Je cijfer: 82.5 van 100." in mine.text
    assert "Helder" in mine.text


def test_the_gradebook_has_a_column_for_what_has_points(native: Native) -> None:
    world = native.world
    give_grade(world.school, native.essay, world.teacher.id, 71, world.trainer.id)
    address = f"{world.school.url}/courses/{world.course.id}/grades"
    mine = world.signed_in(world.teacher).get(address)
    assert "Leervraag & meer" in mine.text
    assert "71 / 100" in mine.text
    assert "Oude opdracht" not in mine.text
    assert "Leeswijzer" not in mine.text
    assert "Oude opdracht" in world.signed_in(world.trainer).get(address).text


def test_what_is_changed_keeps_the_files_that_are_there(native: Native) -> None:
    world = native.world
    hand_in(world.school, native.essay, world.teacher, "Eerst", [("a.txt", b"a", "text/plain")])
    form = teacher_at(native, native.essay).form(name="handin")
    assert form.values["text"] == "Eerst"
    form.submit(text="Daarna", files=Upload("b.txt", b"b"), action="submit")
    row = native.essay.submission(world.teacher.id)
    assert row is not None
    assert (row.plain, [file.name for file in row.files]) == ("Daarna", ["a.txt", "b.txt"])
    teacher_at(native, native.essay).form(name="handin").submit(text="Zonder", keep=False, action="submit")
    assert row.files == []


def test_a_draft_is_saved_first_and_handed_in_later(native: Native) -> None:
    form = teacher_at(native, native.product).form(name="handin")
    saved = form.submit(text="Half", action="save")
    assert "Je concept is bewaard." in saved.text
    row = native.product.submission(native.world.teacher.id)
    assert row is not None
    assert row.status == "draft"
    saved.form(name="handin").submit(action="submit")
    assert row.status == "submitted"


def test_nothing_cannot_be_handed_in(native: Native) -> None:
    page = teacher_at(native, native.essay).form(name="handin").submit(text=" ", action="submit")
    assert "Is alles ingevuld?" in page.text
    assert native.essay.submission(native.world.teacher.id) is None


def test_the_trainer_lets_somebody_hand_in_again(native: Native) -> None:
    world = native.world
    hand_in(world.school, native.essay, world.teacher, "Eerst")
    seen = world.signed_in(world.trainer).get(page_of(world, native.essay))
    seen.form(name=f"grade-{world.teacher.id}").submit(action="reopen")
    row = native.essay.submission(world.teacher.id)
    assert row is not None
    assert (row.attempt, row.status) == (1, "reopened")


@pytest.mark.parametrize("points", ["101", "-1", "veel", ""])
def test_points_that_are_none_are_refused(native: Native, points: str) -> None:
    world = native.world
    seen = world.signed_in(world.trainer).get(page_of(world, native.essay))
    told = seen.form(name=f"grade-{world.teacher.id}").submit(points=points, action="grade")
    assert "Vul een getal in van 0 tot en met 100." in told.text
    assert native.essay.grades == []


def test_a_quiz_gives_its_points_at_once_and_a_page_is_ticked_off(native: Native) -> None:
    told = teacher_at(native, native.quiz).form(name="quiz").submit(choice="1", action="answer")
    assert "Je cijfer: 10 van 10." in told.text
    done = teacher_at(native, native.page).form(name="tick").submit(action="tick")
    assert "De activiteit is afgerond." in done.text
    undone = done.form(name="tick").submit(action="untick")
    assert "niet meer afgerond" in undone.text


def test_a_hidden_activity_is_there_for_who_teaches_only(native: Native) -> None:
    world = native.world
    assert teacher_at(native, native.hidden).status == 404
    trainer = world.signed_in(world.trainer)
    shown = trainer.get(page_of(world, native.hidden)).form(name="settings").submit(action="show")
    assert "Verberg voor deelnemers" in [button.label for button in shown.form(name="settings").buttons]
    assert teacher_at(native, native.hidden).status == 200
    gone = trainer.get(page_of(world, native.hidden)).form(name="settings").submit(action="remove")
    assert gone.url.endswith(f"/courses/{world.course.id}")
    assert native.hidden.id not in world.school.activities


def test_nobody_hands_in_for_a_course_they_left(native: Native) -> None:
    world = native.world
    with pytest.raises(NotTaken):
        hand_in(world.school, native.essay, world.admin, "x")
    hide(world.school, native.essay)
    with pytest.raises(NotTaken):
        hand_in(world.school, native.essay, world.teacher, "x")


def test_a_file_is_for_its_maker_and_who_teaches(native: Native) -> None:
    world = native.world
    row = hand_in(world.school, native.essay, world.teacher, files=[("a.txt", b"a", "text/plain")])
    address = f"{page_of(world, native.essay)}/files/{row.id}/0"
    assert world.signed_in(world.teacher).get(address).content == b"a"
    assert world.signed_in(world.colleague).get(address).status == 404


def test_moodles_own_address_leads_to_the_page(native: Native) -> None:
    world = native.world
    browser = world.signed_in(world.teacher)
    assert browser.get(f"{world.school.url}/mod/assign/view.php?id={native.essay.id}").heading == native.essay.title
    assert browser.get(f"{world.school.url}/mod/lti/view.php?id={world.link.cmid}").heading == world.link.title
    assert browser.get(f"{world.school.url}/mod/quiz/view.php?id={native.essay.id}").status == 404


def test_forms_of_elsewhere_and_actions_that_are_none_are_refused(native: Native) -> None:
    world = native.world
    browser = world.signed_in(world.teacher)
    address = page_of(world, native.essay)
    assert browser.post(address, {"action": "submit", "text": "x"}).status == 400
    form = browser.get(address).form(name="handin")
    assert browser.post(address, {"csrf_token": form.values["csrf_token"], "action": "steal"}).status == 400
    assert browser.post(f"{address}/grade", {"csrf_token": form.values["csrf_token"]}).status == 403


def test_the_administrator_sees_renews_and_revokes_tokens(native: Native) -> None:
    world = native.world
    browser = world.signed_in(world.admin)
    address = f"{world.school.url}/admin/webservices"
    before = native.account.token
    page = browser.get(address)
    assert str(before) in page.text
    page = page.form(name=f"account-{native.account.id}").submit(action="renew")
    assert native.account.token not in (None, before)
    page = page.form(name=f"account-{native.account.id}").submit(action="revoke")
    assert native.account.token is None
    assert "Het token is ingetrokken." in page.text
    page = page.form(name="services").submit(action="off")
    assert not world.school.web_services.offered
    page = page.form(name="services").submit(action="maintain")
    assert world.school.web_services.maintenance
    page.form(name="services").submit(action="add")
    assert len(world.school.accounts) == 2
    assert world.signed_in(world.teacher).get(address).status == 403


def test_a_copy_of_a_course_has_the_same_activities_without_the_work(native: Native) -> None:
    world = native.world
    hand_in(world.school, native.essay, world.teacher, "x")
    copy = world.school.copy_course(world.course, "Volgende groep")
    made = world.school.activities_of(copy)
    assert [one.title for one in made] == [one.title for one in world.school.activities_of(world.course)]
    assert copy.sections == ["Algemeen", "Oriëntatie", "Uitvoering"]
    assert not any(one.submissions for one in made)
    assert not {one.id for one in made} & {native.essay.id, native.product.id}


def test_the_demos_moodle_opens_with_activities_and_a_token_and_other_schools_do_not() -> None:
    moodle, canvas = School("http://localhost"), School("http://localhost", personality=CANVAS)
    open_school(moodle)
    open_school(canvas)
    kinds = [one.kind for one in moodle.activities.values()]
    assert sorted(kinds) == ["assign"] * 5 + ["page", "quiz"]
    assert [one.hidden for one in moodle.activities.values()].count(True) == 1
    assert all(one.token for one in moodle.accounts.values())
    assert (len(moodle.accounts), canvas.activities, canvas.accounts) == (1, {}, {})


def test_a_restart_keeps_the_activities_and_what_was_handed_in(tmp_path: Path, clock: FakeClock) -> None:
    path = tmp_path / "school.json"
    before = School("http://localhost", state_file=path, clock=clock)
    open_school(before)
    essay = next(iter(before.activities.values()))
    teacher = next(one for one in before.people.values() if one.given == "Zoë")
    hand_in(before, essay, teacher, "Tekst", [("a.bin", bytes(range(256)), "application/octet-stream")])
    give_grade(before, essay, teacher.id, 70, "3", "Goed")
    after = School("http://localhost", state_file=path)
    assert after.activities == before.activities
    assert after.accounts == before.accounts
    assert after.courses == before.courses


def test_too_large_a_file_is_refused(native: Native) -> None:
    form = teacher_at(native, native.essay).form(name="handin")
    told = form.submit(files=Upload("groot.bin", b"x" * 2_100_000), action="submit")
    assert told.status == requests.codes.request_entity_too_large
