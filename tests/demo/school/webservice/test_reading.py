"""What the functions tell, read by the client: courses, people, completion, hand-ins and grades."""

from pathlib import Path
from typing import Any

import pytest
import requests

from lti_tool.demo.school import Role
from lti_tool.demo.school.native.accounts import revoke
from lti_tool.demo.school.native.doing import (
    answer,
    give_grade,
    hand_in,
    hide,
    remove_activity,
    reopen,
    tick,
)
from moodle_client import (
    AuthError,
    CompletionState,
    CourseKey,
    EnrolmentStatus,
    MoodleClient,
    NotAllowed,
    NotFound,
    SubmissionStatus,
    Tracking,
    UserKey,
    check,
)
from tests.demo.conftest import recording
from tests.demo.school.webservice.conftest import ClientOf, Native


def test_the_course_stands_there_with_its_sections_and_all_kinds_of_activities(native: Native, client: MoodleClient) -> None:
    course = int(native.world.course.id)
    sections = client.courses.contents(course)
    assert [(one.name, [activity.kind for activity in one.activities]) for one in sections] == [
        ("Algemeen", ["lti", "quiz"]),
        ("Oriëntatie", ["assign", "page"]),
        ("Uitvoering", ["assign", "assign"]),
    ]
    essay = sections[1].activities[0]
    assert (essay.cm_id, essay.instance_id) == (int(native.essay.id), int(native.essay.instance))
    assert essay.name == "Opdracht 1 – Leervraag & meer"
    assert essay.tracking is Tracking.AUTOMATIC
    assert [one.visible for one in sections[2].activities] == [True, False]
    found = client.courses.find(CourseKey.ID_NUMBER, native.world.course.idnumber)
    assert found is not None
    assert found.id == course


def test_the_members_of_the_answers_are_those_that_were_recorded(native: Native) -> None:
    course = native.world.course.id
    hand_in(native.world.school, native.essay, native.world.teacher, "x", [("a.pdf", b"%PDF", "application/pdf")])
    give_grade(native.world.school, native.essay, native.world.teacher.id, 60, native.world.trainer.id, "<p>Goed</p>")
    essay = native.essay.instance
    pairs: list[tuple[str, str, dict[str, object], list[Any]]] = [
        ("core_course_get_contents", "ws_course_contents", {"courseid": course}, [1, "modules", 0]),
        ("core_enrol_get_enrolled_users", "ws_enrolled_users", {"courseid": course}, [0]),
        (
            "core_completion_get_activities_completion_status",
            "ws_activities_completion",
            {"courseid": course, "userid": native.world.teacher.id},
            ["statuses", 0],
        ),
        (
            "mod_assign_get_assignments",
            "ws_assignments_includenotenrolled",
            {"courseids[0]": course, "includenotenrolledcourses": 1},
            ["courses", 0, "assignments", 0],
        ),
        (
            "mod_assign_get_submissions",
            "ws_submissions",
            {"assignmentids[0]": essay},
            ["assignments", 0, "submissions", 0],
        ),
        ("mod_assign_get_grades", "ws_grades", {"assignmentids[0]": essay}, ["assignments", 0, "grades", 0]),
        (
            "mod_assign_get_submission_status",
            "ws_submission_status",
            {"assignid": essay, "userid": native.world.teacher.id},
            ["lastattempt"],
        ),
        (
            "mod_assign_list_participants",
            "ws_list_participants",
            {"assignid": essay, "groupid": 0, "filter": ""},
            [0],
        ),
        (
            "gradereport_user_get_grade_items",
            "ws_grade_items_one",
            {"courseid": course, "userid": native.world.teacher.id},
            ["usergrades", 0, "gradeitems", 0],
        ),
    ]
    for function, recorded, fields, path in pairs:
        ours, theirs = native.post(function, **fields).json(), recording(recorded)["response"]
        for step in path:
            ours, theirs = ours[step], theirs[step]
        assert ours.keys() <= theirs.keys() | {"idnumber"}, function


def test_people_come_in_pages_with_the_fields_asked_for_by_the_ids_of_their_launches(
    native: Native, client: MoodleClient
) -> None:
    world = native.world
    course = int(world.course.id)
    everybody = client.users.enrolled(course)
    assert [str(one.id) for one in everybody] == [world.trainer.id, world.teacher.id, world.colleague.id]
    assert world.school.launch_claims(world.teacher, world.link)["sub"] == str(everybody[1].id)
    assert everybody[0].roles == {"editingteacher"}
    assert [one.id for one in client.users.iter_enrolled(course, page_size=2)] == [one.id for one in everybody]
    bare = native.post(
        "core_enrol_get_enrolled_users",
        **{"courseid": course, "options[0][name]": "userfields", "options[0][value]": "id,roles"},
    ).json()
    assert [set(one) for one in bare] == [{"id", "roles"}] * 3


def test_the_suspended_are_told_apart_by_who_may_review_enrolments(native: Native, client: MoodleClient) -> None:
    world = native.world
    course = int(world.course.id)
    world.school.enrol(world.colleague, world.course, Role.STUDENT, suspended=True)
    assert str(world.colleague.id) in {str(one.id) for one in client.users.enrolled(course)}
    active = client.users.enrolled(course, status=EnrolmentStatus.ACTIVE)
    assert [str(one.id) for one in active] == [world.trainer.id, world.teacher.id]
    native.account.capabilities.remove("moodle/course:enrolreview")
    with pytest.raises(NotAllowed):
        client.users.enrolled(course, status=EnrolmentStatus.ACTIVE)
    world.school.unenrol(world.colleague, world.course)
    assert str(world.colleague.id) not in {str(one.id) for one in client.users.enrolled(course)}


def test_people_are_found_by_id_and_by_name_only_with_a_capability(native: Native, client: MoodleClient) -> None:
    teacher = native.world.teacher
    assert [one.full_name for one in client.users.by(UserKey.ID, [int(teacher.id)])] == ["Zoë van 't Höfen"]
    assert client.users.by(UserKey.USER_NAME, [teacher.username]) == ()
    native.account.capabilities.append("moodle/user:viewalldetails")
    assert [str(one.id) for one in client.users.by(UserKey.USER_NAME, [teacher.username])] == [teacher.id]


def test_completion_follows_what_people_do(native: Native, client: MoodleClient) -> None:
    world = native.world
    school, teacher = world.school, world.teacher
    hand_in(school, native.essay, teacher, "Mijn leervraag")
    hand_in(school, native.product, teacher, "Mijn plan")
    give_grade(school, native.product, teacher.id, 40, world.trainer.id)
    answer(school, native.quiz, teacher, 1)
    tick(school, native.page, teacher, done=True)
    found = {one.cm_id: one for one in client.completion.activities(int(world.course.id), int(teacher.id))}
    assert {str(number): one.state for number, one in found.items()} == {
        native.essay.id: CompletionState.COMPLETE,
        native.product.id: CompletionState.FAILED,
        native.quiz.id: CompletionState.COMPLETE,
        native.page.id: CompletionState.COMPLETE,
    }
    assert found[int(native.essay.id)].completed_at == school.now().replace(microsecond=0)
    assert all(one.user_tracked for one in found.values())
    with pytest.raises(NotFound):
        client.completion.activities(int(world.course.id), 99999)


def test_completion_of_everybody_comes_in_one_batch_that_stops_at_the_first_error(
    native: Native, client: MoodleClient
) -> None:
    course = int(native.world.course.id)
    people = [int(native.world.teacher.id), 99999, int(native.world.colleague.id)]
    outcomes = dict(client.completion.of_users(course, people))
    assert [outcomes[one].error is None for one in people] == [True, False, True]
    arguments = [f'{{"courseid": {course}, "userid": {one}}}' for one in people]
    fields: dict[str, object] = {}
    for number, one in enumerate(arguments):
        fields[f"requests[{number}][function]"] = "core_completion_get_activities_completion_status"
        fields[f"requests[{number}][arguments]"] = one
    told = native.post("tool_mobile_call_external_functions", **fields).json()["responses"]
    assert [one["error"] for one in told] == [False, True]
    assert native.errorcode("tool_mobile_call_external_functions") == "invalidparameter"


def test_what_is_handed_in_is_told_with_its_text_and_files(native: Native, client: MoodleClient) -> None:
    world = native.world
    files = [("Verslag é.pdf", b"%PDF-1.4 plan", "application/pdf")]
    hand_in(world.school, native.essay, world.teacher, "Waarom <kunst>?\n\nDaarom.", files)
    listing = client.assignments.submissions([int(native.essay.instance)])
    assert not listing.concerns
    one = listing.items[0]
    assert (one.user_id, one.attempt, one.status) == (int(world.teacher.id), 0, SubmissionStatus.SUBMITTED)
    assert [text.markup for text in one.texts] == ["<p>Waarom &lt;kunst&gt;?</p><p>Daarom.</p>"]
    assert [(file.name, file.size, file.mime_type) for file in one.files] == [("Verslag é.pdf", 13, "application/pdf")]


def test_a_file_is_fetched_with_the_token_as_a_field_only(native: Native, client: MoodleClient, tmp_path: Path) -> None:
    world = native.world
    hand_in(world.school, native.essay, world.teacher, files=[("Plan (1).pdf", b"%PDF-1.4", "application/pdf")])
    file = client.assignments.submissions([int(native.essay.instance)]).items[0].files[0]
    client.files.save(file, tmp_path / "plan.pdf")
    assert (tmp_path / "plan.pdf").read_bytes() == b"%PDF-1.4"
    in_address = requests.get(f"{file.url}?token={native.account.token}", timeout=10)
    assert (in_address.status_code, in_address.json()["errorcode"]) == (200, "invalidtoken")
    assert requests.get(file.url, timeout=10).json()["errorcode"] == "missingparam"
    with pytest.raises(NotFound):
        client.files.save(f"{file.url}x", tmp_path / "other.pdf")
    native.account.may_download = False
    with pytest.raises(AuthError):
        client.files.save(file, tmp_path / "again.pdf")


def test_only_what_changed_since_is_told_again(native: Native, client: MoodleClient) -> None:
    world = native.world
    ids = [int(native.essay.instance), int(native.product.instance)]
    hand_in(world.school, native.essay, world.teacher, "Eerst")
    first = client.assignments.changed_submissions(ids, None)
    assert [one.user_id for one in first.items] == [int(world.teacher.id)]
    world.clock.advance(seconds=600)
    hand_in(world.school, native.product, world.colleague, "Concept", draft=True)
    second = client.assignments.changed_submissions(ids, world.school.now())
    assert [(one.user_id, one.status) for one in second.items] == [(int(world.colleague.id), SubmissionStatus.DRAFT)]
    submitted = client.assignments.submissions(ids, status=SubmissionStatus.SUBMITTED)
    assert [one.user_id for one in submitted] == [int(world.teacher.id)]


def test_a_second_attempt_takes_the_place_of_the_first(native: Native, client: MoodleClient) -> None:
    world = native.world
    hand_in(world.school, native.essay, world.teacher, "Eerst")
    reopen(world.school, native.essay, world.teacher.id)
    assignment = int(native.essay.instance)
    again = client.assignments.submissions([assignment]).items[0]
    assert (again.attempt, again.status) == (1, SubmissionStatus.REOPENED)
    hand_in(world.school, native.essay, world.teacher, "Daarna")
    assert [(one.attempt, one.status) for one in client.assignments.submissions([assignment])] == [
        (1, SubmissionStatus.SUBMITTED)
    ]


def test_looking_at_somebodys_hand_in_makes_an_empty_one(native: Native, client: MoodleClient) -> None:
    world = native.world
    assignment = int(native.essay.instance)
    assert not client.assignments.submissions([assignment]).items
    client.assignments.hand_in(assignment, int(world.teacher.id))
    assert [one.status for one in client.assignments.submissions([assignment])] == [SubmissionStatus.NEW]
    with pytest.raises(NotAllowed):
        client.assignments.hand_in(assignment, int(world.trainer.id))


def test_hidden_gone_and_forbidden_assignments_are_told_each_in_moodles_way(native: Native, client: MoodleClient) -> None:
    world = native.world
    course, essay = int(world.course.id), int(native.essay.instance)
    hide(world.school, native.essay)
    assert essay in {one.id for one in client.assignments.of_courses([course])}
    native.account.capabilities.remove("moodle/course:viewhiddenactivities")
    assert essay not in {one.id for one in client.assignments.of_courses([course])}
    assert int(native.essay.id) not in {one.cm_id for part in client.courses.contents(course) for one in part.activities}
    assert [one.code for one in client.assignments.submissions([essay]).concerns] == ["1"]
    remove_activity(world.school, native.essay)
    assert [one.code for one in client.assignments.submissions([essay]).concerns] == ["not-answered"]
    assert [one.code for one in client.assignments.of_courses([999]).concerns] == ["1"]
    with pytest.raises(NotFound):
        client.courses.contents(999)


def test_an_account_that_is_in_no_course_sees_no_assignments_unless_it_says_so(native: Native) -> None:
    told = native.post("mod_assign_get_assignments", **{"courseids[0]": native.world.course.id}).json()
    assert (told["courses"], told["warnings"][0]["warningcode"]) == ([], "2")


def test_names_are_masked_where_marking_is_blind_and_ids_are_not(native: Native, client: MoodleClient) -> None:
    native.essay.blind = True
    people = client.assignments.participants(int(native.essay.instance))
    assert [str(one.user_id) for one in people] == [native.world.colleague.id, native.world.teacher.id]
    assert all(one.full_name.startswith("Participant ") for one in people)


def test_the_check_of_the_client_finds_all_it_needs(native: Native, client: MoodleClient) -> None:
    report = check(client, int(native.world.course.id))
    assert report.usable
    revoke(native.world.school, native.account)
    with pytest.raises(AuthError):
        check(client, int(native.world.course.id))


def test_a_check_with_another_token_names_what_is_missing(native: Native, client_of: ClientOf) -> None:
    native.account.functions.remove("mod_assign_get_submissions")
    native.account.capabilities.remove("report/progress:view")
    report = check(client_of(str(native.account.token)), int(native.world.course.id))
    assert not report.usable
    subjects = " ".join(one.subject for one in report.problems)
    assert "mod_assign_get_submissions" in subjects
    assert "core_completion_get_activities_completion_status in course" in subjects
