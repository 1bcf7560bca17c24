"""One soak from beginning to end."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, or_, select

from lti_tool.sync.models import ScoreOutbox
from tests.soak.book import MINUTE, Book, weighing
from tests.soak.deeds import Cast
from tests.soak.load import AT_ONCE, bear, keep
from tests.soak.scene import EngineName, Scene, opened
from tests.soak.verdict import Verdict

WEIGHINGS = 12
"""Of the memory in a minute."""
DELIVERED_SECONDS = 90.0


@dataclass(frozen=True)
class Plan:
    """What to do.

    Args:
        minutes: of load.
        people: participants.
        share: of what is borne.
        finding: seconds in which that is found out.
        seed: of all chance.
        minute: how long one is, in seconds.
    """

    minutes: float = 30.0
    people: int = 200
    share: float = 0.7
    finding: float = 60.0
    seed: int = 1
    minute: float = MINUTE


def run(engine: EngineName, plan: Plan, folder: Path, say: Callable[[str], None]) -> Verdict:
    """Do one.

    Args:
        folder: for the database and the logs.
        say: takes a line about how far it is.
    """
    chance = random.Random(plan.seed)  # noqa: S311  # chance that can be repeated
    book = Book(plan.minute)
    with opened(engine, plan.people, folder) as scene:
        cast = Cast(scene, book.heard, chance)
        say(f"{engine}: {plan.people} people hand in everything …")
        cast.fill(AT_ONCE)
        borne = bear(cast.deeds, book, plan.finding, chance)
        rate = borne * plan.share
        say(f"{engine}: {borne:.1f} deeds a second are borne; {rate:.1f} for {plan.minutes:g} minutes …")
        for what, count in book.wrong.most_common():
            say(f"before that: {count} × {what}")
        book.begin()
        with weighing(book, scene.stage.demo.pid_of("tool"), plan.minute / WEIGHINGS):
            late = keep(cast.deeds, book, rate, plan.minutes * plan.minute, chance)
        return Verdict(book, rate, late, _undelivered(scene))


def _undelivered(scene: Scene) -> int:
    """Return how many scores wait, once they had time to go."""
    query = select(func.count()).where(or_(ScoreOutbox.dirty.is_(True), ScoreOutbox.claimed_until.is_not(None)))
    until = time.monotonic() + DELIVERED_SECONDS
    while True:
        with scene.stage.parts.database.reading() as session:
            waiting = session.scalar(query) or 0
        if not waiting or time.monotonic() > until:
            return waiting
        time.sleep(0.5)
