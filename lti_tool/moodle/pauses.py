"""How long a course, or a whole Moodle, is left alone after something went wrong.

What passes by itself is tried again ever later, at most after an hour. What somebody has to do something about is tried
again a few times a day: asking more often only burdens a site that has said no. What is wrong with a site as a whole holds
for all its courses: one of them tries, the others wait.
"""

from datetime import datetime, timedelta

from lti_tool.moodle.models import MoodleSite
from lti_tool.moodle.problems import INTERNAL, OF_THE_SITE, PASSES

FIRST = timedelta(minutes=1)
LONGEST_PASSING = timedelta(hours=1)
FIRST_REFUSED = timedelta(hours=1)
LONGEST_REFUSED = timedelta(hours=6)
FIRST_INTERNAL = timedelta(minutes=5)


def wait_after(problem: str, fails: int) -> timedelta:
    """Return how long to wait after so many failures in a row.

    Args:
        problem: code of the last one.
        fails: 1 after the first.
    """
    if problem in PASSES:
        first, longest = FIRST, LONGEST_PASSING
    elif problem == INTERNAL:
        first, longest = FIRST_INTERNAL, LONGEST_REFUSED
    else:
        first, longest = FIRST_REFUSED, LONGEST_REFUSED
    return min(first * 2.0 ** min(fails - 1, 12), longest)


def concerns_site(problem: str) -> bool:
    """Return whether all courses of a site have this problem."""
    return problem in OF_THE_SITE or problem in PASSES


def note_failure(site: MoodleSite, problem: str, now: datetime, spread: float) -> datetime:
    """Keep what is wrong with a site as a whole; return until when it is left alone. The caller holds the row locked.

    Args:
        spread: a factor from 1 on, so that sites do not come back at the same moment.
    """
    site.fails += 1
    site.problem, site.checked_at = problem, now
    site.paused_until = now + wait_after(problem, site.fails) * spread
    return site.paused_until


def note_success(site: MoodleSite, now: datetime) -> None:
    """Keep that a site answers as it should. The caller holds the row locked."""
    site.fails, site.problem, site.checked_at, site.paused_until = 0, None, now, None
