"""Functions about what people finished."""

from typing import Any

from ..models import Completion, CompletionRule, Course
from ..native.doing import DONE, overrule
from ..native.models import Tick
from .caller import GRADED_ROLES, Caller, Module, seconds
from .refusals import completion_error, no_user
from .signatures import Params

NOT_TRACKED, BY_HAND, BY_RULE = 0, 1, 2
_WORDS = {
    CompletionRule.SUBMIT: ("completionsubmit", "Make a submission"),
    CompletionRule.GRADE: ("completionusegrade", "Receive a grade"),
    CompletionRule.PASS_GRADE: ("completionpassgrade", "Receive a passing grade"),
}


def rule_of(module: Module) -> CompletionRule:
    """What ticks an activity off."""
    if module.activity is not None:
        return module.activity.rule
    return module.link.completion_rule if module.link is not None else CompletionRule.NONE


def tracking(module: Module) -> int:
    """Whether an activity is ticked off at all, by hand or by a rule, as Moodle counts it."""
    rule = rule_of(module)
    return {CompletionRule.NONE: NOT_TRACKED, CompletionRule.MANUAL: BY_HAND}.get(rule, BY_RULE)


def details(module: Module) -> list[dict[str, Any]]:
    """The rules of an activity as the contents of a course tell them: to an account that takes part in nothing, all open."""
    rule, words = _WORDS.get(rule_of(module), ("", ""))
    return [{"rulename": rule, "rulevalue": {"status": 0, "description": words}}] if rule else []


def _tick(module: Module, person_id: str) -> Tick | None:
    if module.activity is not None:
        return module.activity.ticks.get(person_id)
    return None


def _state(module: Module, person_id: str) -> Completion:
    tick = _tick(module, person_id)
    if tick is not None:
        return tick.state
    return module.link.completion.get(person_id, Completion.OPEN) if module.link is not None else Completion.OPEN


def of_user(caller: Caller, params: Params) -> dict[str, Any]:
    """What somebody finished of a course; activities that nothing ticks off are left out."""
    course = caller.course(params["courseid"])
    person_id = str(params["userid"])
    if person_id not in caller.school.people and person_id not in caller.school.accounts:
        raise no_user()
    caller.need("report/progress:view", "View activity completion reports")
    tracked = [one for one in caller.modules(course) if tracking(one)]
    return {"statuses": [_status(caller, course, one, person_id) for one in tracked], "warnings": []}


def _status(caller: Caller, course: Course, module: Module, person_id: str) -> dict[str, Any]:
    tick, state = _tick(module, person_id), _state(module, person_id)
    at = seconds(tick.at) if tick else _graded_at(caller, module, person_id)
    enrolment = course.enrolments.get(person_id)
    name, words = _WORDS.get(rule_of(module), ("", ""))
    done = state in DONE
    detail = {"rulename": name, "rulevalue": {"status": int(done), "description": words}}
    return {
        "cmid": module.cm_id,
        "modname": module.kind,
        "instance": module.instance,
        "state": list(Completion).index(state),
        "timecompleted": at if state is not Completion.OPEN else 0,
        "tracking": tracking(module),
        "overrideby": int(tick.by) if tick and tick.by else None,
        "valueused": False,
        "hascompletion": True,
        "isautomatic": tracking(module) == BY_RULE,
        "istrackeduser": enrolment is not None and not enrolment.suspended and enrolment.role in GRADED_ROLES,
        "uservisible": True,
        "details": [detail] if name else [],
        "isoverallcomplete": done,
    }


def _graded_at(caller: Caller, module: Module, person_id: str) -> int:
    person = caller.school.people.get(person_id)
    grade = caller.school.grade(module.link, person) if module.link is not None and person is not None else None
    return seconds(grade.received_at) if grade else 0


def override(caller: Caller, params: Params) -> dict[str, Any]:
    """Say in the rule's place that somebody finished an activity; also of somebody who is not in the course (measured)."""
    _, module = caller.module(params["cmid"])
    caller.need("moodle/course:overridecompletion")
    if params["newstate"] not in (0, 1):
        raise completion_error()
    person_id = str(params["userid"])
    if person_id not in caller.school.people:
        raise no_user()
    answer = {"cmid": module.cm_id, "userid": int(person_id)}
    if not tracking(module):
        return {**answer, "state": 0, "timecompleted": 0, "overrideby": None, "tracking": NOT_TRACKED}
    done = bool(params["newstate"])
    at = caller.school.now()
    if module.activity is not None:
        at = overrule(caller.school, module.activity, person_id, done=done, by=str(caller.user_id)).at
    elif module.link is not None:
        with caller.school.changing():
            module.link.completion[person_id] = Completion.DONE if done else Completion.OPEN
    return {
        **answer,
        "state": int(done),
        "timecompleted": seconds(at),
        "overrideby": caller.user_id,
        "tracking": tracking(module),
    }
