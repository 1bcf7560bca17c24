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
    UNKNOWN = "unknown"
    """It counts, but its maker never launched the tool: nobody here to give it to, yet."""
    NO_PLACE = "no_place"
    """Its maker launched the tool, but takes no part in the cohort through this course."""
    IMPORTED = "imported"
    """It is here as a version."""
    DIFFERS = "differs"
    """It was accepted here, and changed in Moodle afterwards: accepted stays accepted."""
    LEFT = "left"
    """Its maker left the course in Moodle or is suspended there; what was read stays."""
