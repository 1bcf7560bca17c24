"""What processes measure of themselves, by name: what it means, which labels it has, and in which steps times are sorted.

Every label has few values by nature: platforms that somebody registered, codes and names that stand in the source. None of
them says who somebody is, and none is called `job` or `instance`: Prometheus puts its own there and renames ours.
"""

from dataclasses import dataclass

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Steps for answers to people."""
LONG_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Steps for work that nobody looks at."""


@dataclass(frozen=True)
class Measure:
    """One thing that is counted, or timed when it has steps."""

    name: str
    """As Prometheus has it, without the ``_total`` of a counter."""
    meaning: str
    labels: tuple[str, ...] = ()
    steps: tuple[float, ...] = ()
    """Upper bounds in seconds; none: it is counted."""


LAUNCHES = Measure("icc_launches", "Launches that opened a page", ("platform", "message"))
REFUSALS = Measure("icc_refusals", "Logins, launches and registrations that were refused", ("step", "code"))
LAUNCH_SECONDS = Measure("icc_launch_seconds", "Verifying a launch and opening its session", ("outcome",), SECONDS)
REQUEST_SECONDS = Measure(
    "icc_request_seconds", "Answering requests, by room and class of status", ("room", "status"), SECONDS
)
JOB_SECONDS = Measure("icc_job_seconds", "Doing jobs, by kind and whether they ended well", ("kind", "result"), LONG_SECONDS)

MEASURES = (LAUNCHES, REFUSALS, LAUNCH_SECONDS, REQUEST_SECONDS, JOB_SECONDS)
