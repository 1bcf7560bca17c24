"""Writing back: grades that Moodle takes without a word, and completion in the rule's place."""

import pytest

from lti_tool.demo.school.native.doing import hand_in
from moodle_client import CompletionState, MoodleClient, NotAllowed, WriteRefused
from tests.demo.school.webservice.conftest import Native


def saved(native: Native, person_id: str, grade: float) -> object:
    """Save a grade as plain HTTP and return the answer."""
    fields = {
        "assignmentid": native.product.instance,
        "userid": person_id,
        "grade": grade,
        "attemptnumber": -1,
        "addattempt": 0,
        "workflowstate": "",
        "applytoall": 0,
        "plugindata[assignfeedbackcomments_editor][text]": "<p>Mooi</p>",
        "plugindata[assignfeedbackcomments_editor][format]": 1,
    }
    return native.post("mod_assign_save_grade", **fields).json()


def test_a_grade_is_written_and_read_back(native: Native, client: MoodleClient) -> None:
    world = native.world
    hand_in(world.school, native.product, world.teacher, "Mijn plan")
    course = int(world.course.id)
    assignment = next(one for one in client.assignments.of_courses([course]) if str(one.id) == native.product.instance)
    stored = client.assignments.save_grade(assignment, int(world.teacher.id), 80, feedback_html="<p>Goed</p>")
    assert (stored.grade, stored.grader_id) == (80, int(native.account.id))
    row = native.product.grade(world.teacher.id)
    assert row is not None
    assert row.feedback == "<p>Goed</p>"
    with pytest.raises(WriteRefused):
        client.assignments.save_grade(assignment, int(world.teacher.id), 101)


def test_too_much_is_kept_as_none_and_answered_with_nothing(native: Native, client: MoodleClient) -> None:
    world = native.world
    assert saved(native, world.teacher.id, 80) is None
    assert native.product.points(world.teacher.id) == 80
    assert saved(native, world.teacher.id, 150) is None
    rows = client.assignments.grades([int(native.product.instance)])
    assert [one.grade for one in rows] == [None]
    told = native.post("mod_assign_get_grades", **{"assignmentids[0]": native.product.instance}).json()
    assert told["assignments"][0]["grades"][0]["grade"] == "-1.00000"


def test_somebody_who_takes_no_part_gets_a_grade_too(native: Native) -> None:
    assert saved(native, native.world.admin.id, 66.5) is None
    assert native.product.points(native.world.admin.id) == 66.5


def test_completion_is_overruled_and_stays_so(native: Native, client: MoodleClient) -> None:
    world = native.world
    course, teacher = int(world.course.id), int(world.teacher.id)
    done = client.completion.override(course, int(native.essay.id), teacher, complete=True)
    assert (done.state, done.overridden_by) == (CompletionState.COMPLETE, int(native.account.id))
    undone = client.completion.override(course, int(native.essay.id), teacher, complete=False)
    assert undone.state is CompletionState.INCOMPLETE
    hand_in(world.school, native.essay, world.teacher, "Toch")
    assert native.essay.ticks[world.teacher.id].by == native.account.id


@pytest.mark.parametrize(("newstate", "errorcode"), [(5, "err_system")])
def test_a_state_that_is_none_is_refused(native: Native, newstate: int, errorcode: str) -> None:
    fields = {"userid": native.world.teacher.id, "cmid": native.essay.id, "newstate": newstate}
    assert native.errorcode("core_completion_override_activity_completion_status", **fields) == errorcode


def test_what_is_not_tracked_stays_open(native: Native) -> None:
    fields = {"userid": native.world.teacher.id, "cmid": native.hidden.id, "newstate": 1}
    told = native.post("core_completion_override_activity_completion_status", **fields).json()
    assert (told["state"], told["tracking"]) == (0, 0)


def test_writing_takes_its_capabilities(native: Native, client: MoodleClient) -> None:
    world = native.world
    native.account.capabilities.remove("mod/assign:grade")
    assert dict(saved(native, world.teacher.id, 80))["errorcode"] == "nopermissions"  # type: ignore[call-overload]
    native.account.capabilities.remove("moodle/course:overridecompletion")
    with pytest.raises(NotAllowed):
        client.completion.override(int(world.course.id), int(native.essay.id), int(world.teacher.id), complete=True)
