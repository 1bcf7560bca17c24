"""One run: the school misbehaves, processes die and come back, PostgreSQL crashes; then everything has to arrive."""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import psycopg
import requests
from sqlalchemy import func, or_, select

from lti_tool.app import Parts, compose
from lti_tool.config import load_settings
from lti_tool.demo.school import SchoolServer
from lti_tool.sync.models import ScoreOutbox
from tests.chaos.plan import Plan
from tests.chaos.scene import Scene, furnish
from tests.chaos.verdict import Verdict, judge
from tests.chaos.victims import Victim
from tests.chaos.weather import Weather
from tests.eventually import eventually
from tests.ports import free_port
from tests.postgresql import crashing_postgresql

EngineName = Literal["sqlite", "postgresql"]
SECRET = "a secret for the chaos, long enough to be one"
READY_SECONDS = 120.0
AWAY_SECONDS = 1.0
"""A process that ended is started again after at most this."""


@dataclass
class Report:
    """One run and what came of it."""

    engine: EngineName
    plan: Plan
    processes: Sequence[str]
    verdict: Verdict
    kills: int
    fell: int
    """Processes that ended by themselves, as one does that starts while its database is away."""
    crashes: int
    """Of PostgreSQL."""
    weather: Mapping[str, int]
    seconds: float
    arrived_after: float
    """Seconds from the end of all misbehaviour until everything had arrived; less than 0: it had not."""
    logs: Path

    @property
    def good(self) -> bool:
        return not self.verdict.wrong and self.arrived_after >= 0

    def __str__(self) -> str:
        found = self.verdict
        answers = ", ".join(f"{count} × {status}" for status, count in sorted(found.answers.items()))
        lines = [
            f"{self.engine}, seed {self.plan.seed}: {', '.join(self.processes)}; "
            f"{sum(self.weather.values())} times bad weather of {len(self.weather)} kinds",
            f"  changes of outcomes     {found.changes} on {found.cells} cells of the gradebook",
            f"  posts the school saw    {found.posts} ({answers}; 0: cut off)",
            f"  taken by the gradebook  {found.accepted}, {found.duplicates} of them twice (harmless)",
            f"  kill -9                 {self.kills}; ended by themselves {self.fell}; crashes of PostgreSQL {self.crashes}",
            f"  lost                    {len(found.lost) + len(found.forgotten)}",
            f"  out of order            {len(found.out_of_order)}",
            f"  wiped grades            {len(found.wiped)}",
            f"  not known to be sent    {len(found.unsettled)}",
            f"  seconds                 {self.seconds:.0f}, of which {self.arrived_after:.0f} after the bad weather",
        ]
        if not self.good:
            lines += [*found.wrong, f"logs: {self.logs}"]
        return "\n".join(lines)


@dataclass
class _Chaos:
    """The processes, and who of them dies when."""

    victims: Sequence[Victim]
    driver: Victim
    chance: random.Random
    crash: Callable[[], None] | None
    kills: int = 0
    fell: int = 0
    crashes: int = 0
    _away: dict[str, float] = field(default_factory=dict)

    @property
    def everybody(self) -> Sequence[Victim]:
        return [*self.victims, self.driver]

    def rage(self, plan: Plan) -> None:
        """Kill and crash as planned until the driver has made all changes."""
        began = time.monotonic()
        span = max(plan.seconds, 0.1)
        deaths = sorted(began + span * (number + self.chance.random()) / plan.kills for number in range(plan.kills))
        crash_at = began + span * self.chance.uniform(0.4, 0.6)
        while deaths or self.driver.ended != 0 or (self.crash and not self.crashes):
            now = time.monotonic()
            if now > began + span + plan.patience:
                raise TimeoutError("the driver did not get its changes made; see its log")
            if deaths and now >= deaths[0] and self._kill():
                deaths.pop(0)
            if self.crash is not None and not self.crashes and now >= crash_at:
                self.crash()
                self.crashes += 1
            self.raise_the_dead()
            time.sleep(0.05)

    def raise_the_dead(self) -> None:
        """Start again what ended a moment ago, as a service manager does."""
        now = time.monotonic()
        for victim in self.everybody:
            if victim.ended is None or (victim is self.driver and victim.ended == 0):
                continue
            if victim.name not in self._away:
                self._away[victim.name] = now + self.chance.uniform(0, AWAY_SECONDS)
                self.fell += victim.ended > 0
            elif now >= self._away[victim.name]:
                del self._away[victim.name]
                victim.start()

    def _kill(self) -> bool:
        """Kill one of the living, now and then only the process that gunicorn started."""
        victim = self.chance.choice([*self.victims, *self.victims, self.driver])
        killed = victim.kill(only_child=victim.name.startswith("web") and self.chance.random() < 0.3)
        self.kills += killed
        return killed


def run(engine: EngineName, plan: Plan, folder: Path) -> Report:
    """Do one run.

    Args:
        folder: for the database, and for the logs of all processes.
    """
    began = time.monotonic()
    with _database(engine, folder) as (url, crash), SchoolServer(port=free_port()) as server:
        environment = _environment(url, folder)
        parts = compose(load_settings(**{name.removeprefix("ICC_").lower(): text for name, text in environment.items()}))
        try:
            parts.upgrade()
            scene = furnish(parts, server, plan)
            victims, ready = _victims(engine, plan, environment, folder)
            driver = Victim("driver", _driver_arguments(plan, scene), environment, folder)
            chaos = _Chaos(victims, driver, random.Random(plan.seed), crash)  # noqa: S311  # chance that can be repeated
            weather = Weather(server, plan.seed)
            try:
                arrived_after = _through(chaos, weather, plan, parts, ready)
            finally:
                for victim in chaos.everybody:
                    victim.kill()
            return Report(
                engine=engine,
                plan=plan,
                processes=[victim.name for victim in victims],
                verdict=judge(parts.database, scene, plan.versions, driver.said()),
                kills=chaos.kills,
                fell=chaos.fell,
                crashes=chaos.crashes,
                weather=dict(weather.had),
                seconds=time.monotonic() - began,
                arrived_after=arrived_after,
                logs=folder,
            )
        finally:
            parts.close()


def _through(chaos: _Chaos, weather: Weather, plan: Plan, parts: Parts, ready: Callable[[], bool]) -> float:
    """Start everybody, go through the bad weather, and wait until everything has arrived; return how long that took."""
    for victim in chaos.victims:
        victim.start()
    eventually(ready, within=READY_SECONDS)
    chaos.driver.start()
    weather.begin()
    try:
        chaos.rage(plan)
    finally:
        weather.end()
    calm = time.monotonic()
    while time.monotonic() < calm + plan.patience:
        chaos.raise_the_dead()
        if not _waiting(parts):
            return time.monotonic() - calm
        time.sleep(0.1)
    return -1.0


def _waiting(parts: Parts) -> int:
    """How many scores have not arrived yet."""
    with parts.database.reading() as session:
        query = select(func.count()).where(or_(ScoreOutbox.dirty.is_(True), ScoreOutbox.claimed_until.is_not(None)))
        return session.scalar(query) or 0


def _environment(url: str, folder: Path) -> Mapping[str, str]:
    return {
        "ICC_BASE_URL": f"http://127.0.0.1:{free_port()}",
        "ICC_DATA_DIR": str(folder / "var"),
        "ICC_DATABASE_URL": url,
        "ICC_SECRET_KEY": SECRET,
        "ICC_ALLOW_PRIVATE_PLATFORMS": "true",
    }


def _victims(
    engine: EngineName, plan: Plan, environment: Mapping[str, str], folder: Path
) -> tuple[Sequence[Victim], Callable[[], bool]]:
    """Return the processes of an installation, not started yet, and what says that its web processes answer."""
    webs, workers = (plan.webs, plan.workers) if engine == "postgresql" else (1, 0)
    ports = [free_port() for _ in range(webs)]
    command = ["-m", "lti_tool.cli"]
    served = [
        Victim(f"web-{number}", [*command, "serve", "--port", str(port)], environment, folder)
        for number, port in enumerate(ports, 1)
    ]
    worked = [Victim(f"worker-{number}", [*command, "worker"], environment, folder) for number in range(1, workers + 1)]
    return [*served, *worked], lambda: all(map(_answers, ports))


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=5).ok
    except requests.RequestException:
        return False


def _driver_arguments(plan: Plan, scene: Scene) -> Sequence[str]:
    numbers = [str(plan.seed), str(plan.versions), str(plan.seconds)]
    return ["-m", "tests.chaos.driver", *numbers, scene.trainer, *scene.work]


@contextmanager
def _database(engine: EngineName, folder: Path) -> Iterator[tuple[str, Callable[[], None] | None]]:
    """Give the URL of an empty database, and what makes its server crash, where it has one."""
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'icc.sqlite'}", None
        return
    with crashing_postgresql() as server:
        with psycopg.connect(f"{server.url}postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE icc")
        yield f"{server.url}icc", server.crash
