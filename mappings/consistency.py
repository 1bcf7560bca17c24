"""Whether the parts of a training agree with each other: references, order, hours, award.

Works on a training as it was read, with everything in the order of the file. Values that could not be read (`""`, `-1`)
were noted before and are left out here, so that one mistake is reported once.
"""

from collections.abc import Sequence
from dataclasses import replace

from mappings.phrasing import closest, element, shown
from mappings.reading import UNREAD, Table
from mappings.training import CERTIFICATE_ITEM, WHOLE_ITEM, Assignment, Phase, Training


def note_contradictions(training: Training, root: Table) -> None:
    """Note on `root` everything in which the parts of a training contradict each other."""
    _order(root, "phase.order", [phase.order for phase in training.phases])
    _order(root, "level.order", [level.order for level in training.levels])
    _order(root, "aspect.order", [aspect.order for aspect in training.aspects])
    _order(root, "assignment.order", [assignment.order for assignment in training.assignments])
    _order(root, "meeting.number", [meeting.number for meeting in training.meetings])
    _references(root, training)
    _phases_and_assignments(root, training)
    _reserved(root, training)
    _hours(root, training)
    _award(root, training)
    _prompts(root, training)


def in_order(training: Training) -> Training:
    """Return the training with everything that has an order in that order."""
    phases = tuple(sorted(training.phases, key=lambda phase: phase.order))
    position = {phase.key: phase.order for phase in phases}
    results = tuple(sorted(training.achievement.results, key=lambda result: position[result.key]))
    sharing = training.sharing
    if sharing is not None:
        sharing = replace(sharing, prompts=tuple(sorted(sharing.prompts, key=lambda prompt: position[prompt.phase])))
    assignments = tuple(sorted(training.assignments, key=lambda assignment: assignment.order))
    required = tuple(assignment.key for assignment in assignments if assignment.required)
    return replace(
        training,
        phases=phases,
        levels=tuple(sorted(training.levels, key=lambda level: level.order)),
        aspects=tuple(sorted(training.aspects, key=lambda aspect: aspect.order)),
        assignments=assignments,
        award=replace(training.award, assignments=required),
        achievement=replace(training.achievement, results=results),
        meetings=tuple(sorted(training.meetings, key=lambda meeting: meeting.number)),
        sharing=sharing,
    )


def _reserved(root: Table, training: Training) -> None:
    for number, assignment in enumerate(training.assignments, 1):
        if assignment.key in (WHOLE_ITEM, CERTIFICATE_ITEM):
            root.note(f"assignment[{number}].key", f"expected another key: {shown(assignment.key)} has a meaning of its own")


def _order(root: Table, path: str, numbers: Sequence[int]) -> None:
    if UNREAD not in numbers and sorted(numbers) != list(range(1, len(numbers) + 1)):
        found = ", ".join(map(str, numbers))
        root.note(path, f"expected 1 to {len(numbers)}, each once, found {found}")


def _refer(root: Table, path: str, kind: str, key: str, known: Sequence[str]) -> None:
    """Note a reference to something that is not there, unless either could not be read."""
    if key and known and all(known) and key not in known:
        close = closest(key, known)
        hint = f'; did you mean "{close}"?' if close else ""
        root.note(path, f"expected the key of one {kind}: {', '.join(known)}; found {shown(key)}{hint}")


def _references(root: Table, training: Training) -> None:
    phases = [phase.key for phase in training.phases]
    aspects = [aspect.key for aspect in training.aspects]
    assignments = [assignment.key for assignment in training.assignments]
    if not aspects and root.sound("aspect") and any(assignment.aspects for assignment in training.assignments):
        root.note("aspect", "missing; expected the aspects that the assignments name")
    for index, phase in enumerate(training.phases, 1):
        for place, key in enumerate(phase.assignments, 1):
            _refer(root, f"{element('phase', index, phase.key)}.assignments[{place}]", "assignment", key, assignments)
    for index, assignment in enumerate(training.assignments, 1):
        path = element("assignment", index, assignment.key)
        _refer(root, f"{path}.phase", "phase", assignment.phase, phases)
        for place, key in enumerate(assignment.aspects, 1):
            _refer(root, f"{path}.aspects[{place}]", "aspect", key, aspects)
    for place, key in enumerate(training.award.assignments, 1):
        _refer(root, f"award.assignments[{place}]", "assignment", key, assignments)
    for index, meeting in enumerate(training.meetings, 1):
        _refer(root, f"{element('meeting', index)}.phase", "phase", meeting.phase, phases)
    if training.self_assessment is not None:
        for index, statement in enumerate(training.self_assessment.statements, 1):
            path = element("self_assessment.statement", index, statement.key)
            _refer(root, f"{path}.aspect", "aspect", statement.aspect, aspects)
    for index, prompt in enumerate(training.sharing.prompts if training.sharing else (), 1):
        _refer(root, f"{element('sharing.prompt', index)}.phase", "phase", prompt.phase, phases)


def _phases_and_assignments(root: Table, training: Training) -> None:
    """A phase lists its assignments, an assignment names its phase: both say the same, in one order."""
    phases, assignments = training.phases, training.assignments
    if not phases or not all(phase.key and phase.assignments for phase in phases):
        return
    if not assignments or not all(assignment.key and assignment.phase for assignment in assignments):
        return
    listed = [key for phase in sorted(phases, key=_phase_order) for key in phase.assignments]
    owner = {key: phase.key for phase in phases for key in phase.assignments}
    twice = sorted({key for key in listed if listed.count(key) > 1})
    for key in twice:
        root.note("phase", f"expected every assignment in one phase, found {shown(key)} in more than one")
    agree = not twice
    for index, assignment in enumerate(assignments, 1):
        phase = assignment.phase
        if owner.get(assignment.key) != phase:
            agree = False
            if any(phase == known.key for known in phases) and assignment.key not in twice:
                found = f'phase "{owner[assignment.key]}" does' if assignment.key in owner else "no phase does"
                path = f"{element('assignment', index, assignment.key)}.phase"
                root.note(path, f'expected phase "{phase}" to list this assignment, but {found}')
    if agree:
        _order_of_assignments(root, training, listed)
        _required_in_each_phase(root, training)


def _order_of_assignments(root: Table, training: Training, listed: Sequence[str]) -> None:
    orders = [*(phase.order for phase in training.phases), *(item.order for item in training.assignments)]
    ordered = [assignment.key for assignment in sorted(training.assignments, key=_assignment_order)]
    if UNREAD not in orders and listed != ordered and sorted(listed) == sorted(ordered):
        expected, found = ", ".join(ordered), ", ".join(listed)
        root.note("phase", f"expected the assignments in their own order: {expected}; found {found}")


def _required_in_each_phase(root: Table, training: Training) -> None:
    for index, phase in enumerate(training.phases, 1):
        if not any(item.required for item in training.assignments if item.phase == phase.key):
            path = f"{element('phase', index, phase.key)}.assignments"
            root.note(path, "expected at least one required assignment, found none")


def _hours(root: Table, training: Training) -> None:
    contact = [phase.contact_hours for phase in training.phases]
    own = [phase.own_hours for phase in training.phases]
    _sum(root, "training.contact_hours", training.contact_hours, "contact hours of the phases", contact)
    _sum(root, "training.hours", training.hours, "contact and own hours of the phases", [*contact, *own])
    for index, phase in enumerate(training.phases, 1):
        path = element("phase", index, phase.key)
        work = [assignment.hours for assignment in training.assignments if assignment.phase == phase.key]
        if phase.key and all(assignment.phase for assignment in training.assignments):
            _sum(root, f"{path}.own_hours", phase.own_hours, "hours of its assignments", work)
        if training.meetings and phase.key and all(meeting.phase for meeting in training.meetings):
            meetings = [meeting.hours for meeting in training.meetings if meeting.phase == phase.key]
            _sum(root, f"{path}.contact_hours", phase.contact_hours, "hours of its meetings", meetings or [0])
    achieved, minimum = training.achievement.hours, training.award.contact_hours_minimum
    if UNREAD not in (achieved, training.hours) and achieved != training.hours:
        root.note("achievement.hours", f"expected {training.hours}, the hours of the training, found {achieved}")
    if UNREAD not in (minimum, training.contact_hours) and minimum > training.contact_hours:
        root.note(
            "award.contact_hours_minimum",
            f"expected at most {training.contact_hours}, the contact hours of the training, found {minimum}",
        )
    if training.award.contact_hours_count and minimum == 0:
        root.note("award.contact_hours_minimum", "expected at least 1 where contact_hours_count is true, found 0")


def _sum(root: Table, path: str, found: int, what: str, parts: Sequence[int]) -> None:
    if found != UNREAD and UNREAD not in parts and parts and found != sum(parts):
        root.note(path, f"expected {sum(parts)}, the {what} together, found {found}")


def _award(root: Table, training: Training) -> None:
    required = [assignment.key for assignment in training.assignments if assignment.required]
    known = [assignment.key for assignment in training.assignments]
    for key in required:
        if key and training.award.assignments and key not in training.award.assignments:
            root.note("award.assignments", f"expected all required assignments, {shown(key)} is missing")
    for place, key in enumerate(training.award.assignments, 1):
        if key in known and key not in required:
            root.note(f"award.assignments[{place}]", f"expected a required assignment, found {shown(key)}")
    phases = [phase.key for phase in sorted(training.phases, key=_phase_order)]
    results = [result.key for result in training.achievement.results]
    if phases and results and all(phases) and all(results) and sorted(phases) != sorted(set(results)):
        root.note("achievement.result", f"expected one for each phase: {', '.join(phases)}; found {', '.join(results)}")


def _prompts(root: Table, training: Training) -> None:
    prompts = [prompt.phase for prompt in training.sharing.prompts] if training.sharing else []
    for index, key in enumerate(prompts, 1):
        if key and key in prompts[: index - 1]:
            path = f"{element('sharing.prompt', index)}.phase"
            root.note(path, f"expected one prompt for each phase, found {shown(key)} twice")


def _phase_order(phase: Phase) -> int:
    return phase.order


def _assignment_order(assignment: Assignment) -> int:
    return assignment.order
