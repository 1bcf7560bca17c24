"""The pages: who sees what, the gradebook and the trainer's hand, languages, forms and headers."""

from urllib.parse import urlsplit

import pytest
import requests

from lti_tool.demo.browser import Browser, Page
from lti_tool.demo.school import CompletionRule, School, SchoolServer
from lti_tool.demo.school.people import open_school
from tests.demo.conftest import World, sign_in
from tests.demo.school.test_scores import post, score, stored


def gradebook(world: World, browser: Browser) -> Page:
    """The gradebook of the course."""
    return browser.get(f"{world.school.url}/courses/{world.course.id}/grades")


def test_the_demo_opens_with_a_trainer_three_teachers_and_an_admin() -> None:
    school = School("http://localhost")
    open_school(school)
    assert [person.name for person in school.people.values()][1:] == [
        "Ilse Brouwers",
        "Zoë van 't Höfen",
        "Łukasz Kowalczyk",
        "Anaïs Peeters",
    ]
    assert len(school.courses) == 2
    open_school(school)
    assert len(school.people) == 5


def test_everybody_is_one_click_on_the_front_page(world: World) -> None:
    page = Browser().get(world.school.url)
    assert "Zoë van 't Höfen" in page.text
    courses = sign_in(page, world.teacher)
    assert courses.heading == "Mijn cursussen"
    assert "Cultuurcoördinator VO" in courses.text


def test_one_can_become_somebody_else_and_leave(world: World) -> None:
    browser = world.signed_in(world.teacher)
    page = browser.get(f"{world.school.url}/courses")
    page = page.form(button="Ga verder als Ilse Brouwers").submit()
    assert "Ingelogd als Ilse Brouwers" in page.text
    page = page.form(action="/logout").submit()
    assert urlsplit(page.url).path == "/"
    assert urlsplit(browser.get(f"{world.school.url}/courses").url).path == "/"


def test_an_unknown_person_cannot_be_chosen(world: World) -> None:
    browser = Browser()
    token = browser.get(world.school.url).form("language").values["csrf_token"]
    assert browser.post(f"{world.school.url}/login", {"csrf_token": token, "person": "999"}).status == 400


def test_a_form_without_its_token_is_refused(world: World) -> None:
    browser = world.signed_in(world.trainer)
    cell = {"item": world.item.id, "person": world.teacher.id, "score": "5", "action": "set"}
    for path, data in (
        ("/login", {"person": world.teacher.id}),
        ("/logout", {}),
        ("/language", {"locale": "en"}),
        (f"/courses/{world.course.id}/grades/set", cell),
        (f"/courses/{world.course.id}/links/{world.link.id}/settings", {"completion": "grade"}),
    ):
        assert browser.post(world.school.url + path, data).status == 400
        assert browser.post(world.school.url + path, {**data, "csrf_token": "geraden"}).status == 400
    assert world.school.grades == {}


def test_english_is_one_click_away_and_reaches_the_tool(world: World) -> None:
    browser = world.signed_in(world.teacher)
    page = browser.get(f"{world.school.url}/courses").form("language").submit()
    assert page.heading == "My courses"
    assert 'lang="en"' in page.html
    assert world.teacher.locale == "en"
    assert page.form("language").submit().heading == "Mijn cursussen"


def test_the_language_form_goes_nowhere_else(world: World) -> None:
    browser = Browser()
    token = browser.get(world.school.url).form("language").values["csrf_token"]
    page = browser.post(
        f"{world.school.url}/language", {"csrf_token": token, "locale": "en", "back": "https://elders.example//x"}
    )
    assert urlsplit(page.url).netloc == urlsplit(world.school.url).netloc
    assert browser.post(f"{world.school.url}/language", {"csrf_token": token, "locale": "fr"}).status == 400


def test_the_course_page_lists_the_activities_in_order(world: World) -> None:
    world.school.add_link(world.course, world.registration, "Verkenning", text="Wat kan er?", with_grade=False)
    page = world.signed_in(world.teacher).get(f"{world.school.url}/courses/{world.course.id}")
    assert page.text.index("Leervraag") < page.text.index("Verkenning")
    assert "Wat kan er?" in page.text
    assert "Zonder cijfer" in page.text


def test_an_activity_shows_the_tool_in_a_frame_and_in_a_window(world: World) -> None:
    page = world.signed_in(world.teacher).get(f"{world.school.url}/courses/{world.course.id}").follow("Leervraag")
    assert page.heading == "Leervraag"
    assert page.open_iframe().heading == "LtiResourceLinkRequest"
    assert page.follow("Open in nieuw venster").follow_auto_forms().heading == "LtiResourceLinkRequest"


def test_who_is_not_in_the_course_sees_nothing_of_it(world: World) -> None:
    outsider = world.school.add_person("Bram", "Buiten", username="bram")
    browser = world.signed_in(outsider)
    assert "Je volgt nog geen cursus" in browser.get(f"{world.school.url}/courses").text
    base = f"{world.school.url}/courses/{world.course.id}"
    for path in ("", "/grades", f"/links/{world.link.id}", f"/links/{world.link.id}/launch"):
        assert browser.get(base + path).status == 403


def test_what_does_not_exist_is_a_page_in_words(world: World) -> None:
    browser = world.signed_in(world.admin)
    for path in ("/courses/99", f"/courses/{world.course.id}/links/99", "/nergens"):
        page = browser.get(world.school.url + path)
        assert page.status == 404
        assert page.heading == "Deze pagina is er niet"


def test_the_gradebook_shows_score_comment_time_and_completion(world: World) -> None:
    world.link.completion_rule = CompletionRule.GRADE
    post(world, score(world, comment="Sterke vraag <b>!</b>"))
    page = gradebook(world, world.signed_in(world.trainer))
    assert "80 / 100" in page.text
    assert "Sterke vraag <b>!</b>" in page.text
    assert "23 nov. 2026, 13.00 uur" in page.text
    assert "Afgerond" in page.text
    assert "Łukasz Kowalczyk" in page.text


def test_a_teacher_sees_the_own_row_only(world: World) -> None:
    post(world, score(world))
    page = gradebook(world, world.signed_in(world.colleague))
    table = page.text.partition("Deelnemer")[2]
    assert "Łukasz Kowalczyk" in table
    assert "Zoë van 't Höfen" not in table
    assert "80 / 100" not in table
    assert all("grade-" not in form.name for form in page.forms)


def test_the_trainer_changes_a_grade_by_hand_and_gives_it_back(world: World) -> None:
    post(world, score(world))
    name = f"grade-{world.item.id}-{world.teacher.id}"
    page = gradebook(world, world.signed_in(world.trainer))
    page = page.form(name).submit(score="72,5", feedback="Besproken", locked=True, action="set")
    assert "72.5 / 100" in page.text
    assert "Met de hand, op slot" in page.text
    grade = stored(world)
    assert (grade.final, grade.feedback, grade.locked) == (72.5, "Besproken", True)
    page = page.form(name).submit(action="release")
    assert "80 / 100" in page.text
    assert not stored(world).locked


@pytest.mark.parametrize("wrong", ["veel", "101", "-1"])
def test_an_impossible_grade_is_explained(world: World, wrong: str) -> None:
    page = gradebook(world, world.signed_in(world.trainer))
    page = page.form(f"grade-{world.item.id}-{world.teacher.id}").submit(score=wrong)
    assert "Vul een getal in van 0 tot en met 100" in page.text
    assert world.school.grades == {}


def test_a_grade_can_be_emptied(world: World) -> None:
    post(world, score(world))
    page = gradebook(world, world.signed_in(world.trainer))
    page.form(f"grade-{world.item.id}-{world.teacher.id}").submit(score="")
    assert stored(world).final is None


def test_only_a_cell_that_exists_can_be_changed(world: World) -> None:
    browser = world.signed_in(world.trainer)
    token = gradebook(world, browser).form("language").values["csrf_token"]
    url = f"{world.school.url}/courses/{world.course.id}/grades/set"
    for item, person in (("99", world.teacher.id), (world.item.id, world.trainer.id)):
        data = {"csrf_token": token, "item": item, "person": person, "score": "5", "action": "set"}
        assert browser.post(url, data).status == 404
    teacher = world.signed_in(world.teacher)
    token = gradebook(world, teacher).form("language").values["csrf_token"]
    data = {"csrf_token": token, "item": world.item.id, "person": world.teacher.id, "score": "99", "action": "set"}
    assert teacher.post(url, data).status == 403


def test_the_gradebook_opens_a_submission_review(world: World) -> None:
    base = f"{world.school.url}/courses/{world.course.id}/grades/{world.item.id}/{world.teacher.id}/review"
    browser = world.signed_in(world.trainer)
    assert browser.get(base).status == 404
    world.item.review_url = f"{world.tool.url}/launch"
    page = gradebook(world, browser).follow(f"Bekijk het werk van {world.teacher.name}")
    assert f"Het werk van {world.teacher.name}" in page.text
    assert page.open_iframe().heading == "LtiSubmissionReviewRequest"
    claims = world.tool.claims_of(world.tool.posts[-1]["id_token"])
    assert claims["https://purl.imsglobal.org/spec/lti/claim/for_user"] == {"user_id": world.teacher.id}
    assert world.signed_in(world.teacher).get(base).status == 403


def test_the_trainer_copies_a_course_with_its_activities_and_without_its_grades(world: World) -> None:
    world.link.custom = {"assignment": "leervraag", "history": "$Context.id.history"}
    world.item.resource_id, world.item.tag, world.item.review_url = "leervraag:c1", "icc", f"{world.tool.url}/launch"
    post(world, score(world))
    browser = world.signed_in(world.trainer)
    home = browser.get(f"{world.school.url}/courses/{world.course.id}")
    page = home.form(name="copy").submit(title=" Volgend  jaar ")
    assert page.heading == "Volgend jaar"
    copy = next(course for course in world.school.courses.values() if course.title == "Volgend jaar")
    assert (copy.history, set(copy.enrolments)) == ([world.course.id], set(world.course.enrolments))
    (link,) = [world.school.links[key] for key in copy.links]
    item = world.school.item_of(link)
    assert item is not None
    assert (link.title, link.custom, link.url) == (world.link.title, world.link.custom, world.link.url)
    assert (item.resource_id, item.tag, item.maximum, item.review_url) == (
        "leervraag:c1",
        "icc",
        world.item.maximum,
        world.item.review_url,
    )
    assert {link.id, item.id}.isdisjoint({world.link.id, world.item.id})
    assert world.school.grade(link, world.teacher) is None
    claims = world.school.launch_claims(world.teacher, link)
    assert claims["https://purl.imsglobal.org/spec/lti/claim/custom"]["history"] == world.course.id
    again = world.school.copy_course(copy, "Daarna")
    assert again.history == [copy.id, world.course.id]
    assert set(again.enrolments) == {world.trainer.id}


def test_only_who_teaches_a_course_copies_it_and_gives_it_a_name(world: World) -> None:
    address = f"{world.school.url}/courses/{world.course.id}/copy"
    browser = world.signed_in(world.teacher)
    page = browser.get(f"{world.school.url}/courses/{world.course.id}")
    assert "Kopieer deze cursus" not in page.text
    token = page.form("language").values["csrf_token"]
    assert browser.post(address, {"csrf_token": token, "title": "x"}).status == 403
    trainer = world.signed_in(world.trainer)
    assert trainer.post(address, {"title": "x"}).status == 400
    home = trainer.get(f"{world.school.url}/courses/{world.course.id}")
    assert "Geef de nieuwe cursus een naam." in home.form(name="copy").submit(title=" ").text
    assert len(world.school.courses) == 1


def test_the_trainer_sets_completion_and_removes_an_activity(world: World) -> None:
    browser = world.signed_in(world.trainer)
    address = f"{world.school.url}/courses/{world.course.id}/links/{world.link.id}"
    browser.get(address).form("settings").submit(completion="grade", action="save")
    assert world.link.completion_rule is CompletionRule.GRADE
    page = browser.get(address).form("settings").submit(action="remove")
    assert "De activiteit is verwijderd" in page.text
    assert world.school.links == {}
    assert world.school.items == {}


def test_a_teacher_cannot_change_an_activity(world: World) -> None:
    browser = world.signed_in(world.teacher)
    page = browser.get(f"{world.school.url}/courses/{world.course.id}/links/{world.link.id}")
    token = page.form("language").values["csrf_token"]
    data = {"csrf_token": token, "action": "remove"}
    assert browser.post(f"{page.url}/settings", data).status == 403


def test_an_unknown_completion_rule_is_refused(world: World) -> None:
    browser = world.signed_in(world.trainer)
    page = browser.get(f"{world.school.url}/courses/{world.course.id}/links/{world.link.id}")
    token = page.form("language").values["csrf_token"]
    assert browser.post(f"{page.url}/settings", {"csrf_token": token, "completion": "ooit"}).status == 400


def test_the_log_shows_refusals_and_requests(world: World) -> None:
    post(world, score(world, userId="999"))
    page = world.signed_in(world.admin).get(f"{world.school.url}/admin/log")
    assert "person 999 is unknown" in page.text
    assert "scores" in page.text


def test_a_tool_is_put_aside_and_an_unknown_one_is_not_there(world: World) -> None:
    browser = world.signed_in(world.admin)
    page = browser.get(f"{world.school.url}/admin/tools").form(f"tool-{world.registration.id}").submit(action="reject")
    assert "is uitgezet" in page.text
    token = page.form("language").values["csrf_token"]
    assert browser.post(f"{world.school.url}/admin/tools/99", {"csrf_token": token, "action": "activate"}).status == 404


def test_a_wrong_registration_address_is_explained(world: World) -> None:
    page = world.signed_in(world.admin).get(f"{world.school.url}/admin/tools").form("register").submit(url="leverancier")
    assert "Plak het hele registratieadres" in page.text


def test_the_return_address_leads_to_the_course(world: World) -> None:
    claims = world.school.launch_claims(world.teacher, world.link)
    address = claims["https://purl.imsglobal.org/spec/lti/claim/launch_presentation"]["return_url"]
    assert world.signed_in(world.teacher).get(address).heading == world.course.title


def test_pages_allow_frames_of_registered_tools_only(world: World) -> None:
    answer = requests.get(world.school.url, timeout=5)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert f"frame-src 'self' {world.tool.url};" in policy
    assert f"form-action 'self' {world.tool.url};" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_session_cookie_is_for_this_site_and_no_script(world: World) -> None:
    answer = requests.get(world.school.url, timeout=5)
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize("path", ["school.css", "school.js", "mark.svg"])
def test_static_files_are_served_from_the_package(server: SchoolServer, path: str) -> None:
    answer = requests.get(f"{server.url}/static/{path}", timeout=5)
    assert answer.status_code == 200
    assert "http://" not in answer.text.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in answer.text


def test_pages_carry_no_inline_script_or_style(world: World) -> None:
    world.link.completion_rule = CompletionRule.GRADE
    post(world, score(world))
    browser = world.signed_in(world.admin)
    for path in (
        "/",
        "/courses",
        f"/courses/{world.course.id}",
        f"/courses/{world.course.id}/grades",
        f"/courses/{world.course.id}/links/{world.link.id}",
        "/admin/tools",
        "/admin/log",
        "/admin/faults",
    ):
        page = browser.get(world.school.url + path)
        assert page.status == 200
        assert " style=" not in page.html
        assert "<style" not in page.html
        assert "<script src=" in page.html
        assert page.html.count("<script") == 1


def test_who_teaches_puts_people_on_hold_out_and_in(world: World) -> None:
    browser = world.signed_in(world.trainer)
    address = f"{world.school.url}/courses/{world.course.id}/members"
    page = browser.get(f"{world.school.url}/courses/{world.course.id}").follow("Deelnemers")
    page = page.form(f"member-{world.teacher.id}").submit(action="suspend")
    assert "Op non-actief" in page.text
    assert world.course.enrolments[world.teacher.id].suspended
    assert world.signed_in(world.teacher).get(f"{world.school.url}/courses/{world.course.id}").status == 403
    page = page.form(f"member-{world.teacher.id}").submit(action="activate")
    page = page.form(f"member-{world.colleague.id}").submit(action="unenrol")
    assert set(world.course.enrolments) == {world.trainer.id, world.teacher.id}
    page.form("enrol").submit(person=world.colleague.id, action="enrol")
    assert set(world.course.enrolments) == {world.trainer.id, world.teacher.id, world.colleague.id}
    assert world.signed_in(world.teacher).get(address).status == 403


@pytest.mark.parametrize(
    ("whom", "action"), [("trainer", "unenrol"), ("teacher", "enrol"), ("admin", "unenrol"), ("teacher", "x")]
)
def test_what_makes_no_sense_of_the_people_in_a_course_is_refused(world: World, whom: str, action: str) -> None:
    browser = world.signed_in(world.trainer)
    address = f"{world.school.url}/courses/{world.course.id}/members"
    token = browser.get(address).form(f"member-{world.teacher.id}").values["csrf_token"]
    fields = {"csrf_token": token, "person": getattr(world, whom).id, "action": action}
    assert browser.post(address, fields).status == 400
    assert set(world.course.enrolments) == {world.trainer.id, world.teacher.id, world.colleague.id}
