"""What the driver is told to play, and what it tells back. Everything here travels between processes."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.measuring import percentile

CLIENT_ID = "beside"
DEPLOYMENT_ID = "1"
LEARNERS = 100
"""How many people come back again and again while rates are measured."""


@dataclass(frozen=True)
class Tool:
    """A tool as its schools know it, and when a launch of it counts as done.

    Args:
        port: on the loopback interface.
        login, launch: paths of the login and of the registered redirect URI, which is the target link too.
        onward: how the address may begin to which a launch is redirected; empty when a launch is answered with the page.
        shows: what the page holds; ``{sub}`` stands for who it is. None: a launch is done once it is redirected.
    """

    port: int
    login: str
    launch: str
    onward: tuple[str, ...]
    shows: str | None

    @property
    def url(self) -> str:
        """Where it is, without a path."""
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True)
class Load:
    """One round.

    Args:
        at_once: how many people are under way at any moment.
        seconds: no launch begins after these; None: only `launches` ends it.
        launches: how many at most; None: only `seconds` ends it.
        platform_ms: how long the platform takes for each of its own answers; see `benchmarks.launches.school`.
        hold_seconds: how long each person stays at the platform between login and launch.
        first_person, people: numbers of the people who come, one after the other and then again.
    """

    at_once: int
    seconds: float | None = None
    launches: int | None = None
    platform_ms: int = 0
    hold_seconds: float = 0.0
    first_person: int = 0
    people: int = LEARNERS

    def __post_init__(self) -> None:
        if self.seconds is None and self.launches is None:
            raise ValueError("a round needs an end")


@dataclass(frozen=True)
class Played:
    """What became of a round.

    Args:
        latencies: ms of each launch that succeeded, all its requests together, sorted; the person's and the platform's
            time (signing, hold) is not in it.
        failures: how often each thing went wrong.
        seconds: from the first login to the last answer.
        driver_seconds: CPU seconds that the driver itself used.
    """

    latencies: tuple[float, ...]
    failures: Mapping[str, int]
    seconds: float
    driver_seconds: float

    @property
    def failed(self) -> int:
        """How many launches failed."""
        return sum(self.failures.values())

    @property
    def launched(self) -> int:
        """How many launches succeeded."""
        return len(self.latencies)

    @property
    def rate(self) -> float:
        """Launches a second."""
        return self.launched / self.seconds

    def percentile(self, share: float) -> float | None:
        """Return the latency in ms that this share of the launches keeps to; None when none succeeded."""
        return percentile(self.latencies, share) if self.latencies else None
