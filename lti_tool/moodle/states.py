"""In which states a mapped activity, and what somebody did in it, can be."""

from enum import StrEnum


class ActivityState(StrEnum):
    """Whether a mapped activity can still be read."""

    OK = "ok"
    HIDDEN = "hidden"
    """Its teachers hid it from participants; what was done in it still counts."""
    GONE = "gone"
    """Deleted in Moodle; what was read of it stays."""
    UNSEEN = "unseen"
    """The account may not see it (any more), which Moodle does not tell apart from deleted unless it says why."""


class WorkState(StrEnum):
    """What became of somebody's work in a mapped activity."""

    BEGUN = "begun"
    """There is something, but not yet what counts."""
    WAITING = "waiting"
    """It counts, and what was handed in is read with the next reading, which comes at once."""
    UNKNOWN = "unknown"
    """It counts, but its maker never launched the tool: nobody here to give it to, yet."""
    NO_PLACE = "no_place"
    """Its maker launched the tool, but takes no part in the cohort through this course."""
    OLDER = "older"
    """It counts, but its maker handed in here after that: the newest counts, and this one is to be read in Moodle."""
    IMPORTED = "imported"
    """It is here as a version."""
    REOPENED = "reopened"
    """It is here as a version, and Moodle holds it open again: a new attempt, taken back, to be graded anew."""
    DIFFERS = "differs"
    """It was accepted here, and changed in Moodle afterwards: accepted stays accepted."""
    LEFT = "left"
    """Its maker left the course in Moodle, is suspended there, or cannot be seen any more; what was read stays."""


NOT_HERE = frozenset({WorkState.WAITING, WorkState.UNKNOWN, WorkState.NO_PLACE})
"""It counts and is no version yet."""
