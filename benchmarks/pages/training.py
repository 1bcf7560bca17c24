"""A training with ten assignments: the built-in one, with each assignment twice."""

from dataclasses import replace

from mappings.loading import load_trainings
from mappings.training import Phase, Training

KEY = "bench"
_AGAIN = "-again"


def ten_assignments() -> Training:
    """Return it. What its pages say is as long as in the built-in one."""
    training = load_trainings()["icc-vo"]
    count = len(training.assignments)
    again = tuple(replace(one, key=one.key + _AGAIN, order=one.order + count) for one in training.assignments)
    award = replace(training.award, assignments=_twice(training.award.assignments))
    return replace(
        training,
        key=KEY,
        phases=tuple(map(_with_both, training.phases)),
        assignments=(*training.assignments, *again),
        award=award,
    )


def _with_both(phase: Phase) -> Phase:
    return replace(phase, assignments=_twice(phase.assignments))


def _twice(keys: tuple[str, ...]) -> tuple[str, ...]:
    return (*keys, *(key + _AGAIN for key in keys))
