"""From rows to what `mappings.activities` judges: what counts in a mapped activity, and what somebody did in it."""

from lti_tool.moodle.models import ActivityMapping, NativeWork
from mappings.activities import Counts, Done, Rule


def rule_of(mapping: ActivityMapping) -> Rule:
    """Return what of an activity counts."""
    return Rule(Counts(mapping.counts), mapping.from_grade)


def done_of(row: NativeWork) -> Done:
    """Return what somebody did.

    A grade that is older than what is handed in is no grade of it: Moodle too wants it graded anew.
    """
    outdated = row.graded_at is not None and row.submitted_at is not None and row.graded_at < row.submitted_at
    return Done(
        submitted_at=row.submitted_at,
        grade=None if outdated else row.grade,
        graded_at=None if outdated else row.graded_at,
        complete=row.complete,
        completed_at=row.completed_at,
    )
