"""Changes outcomes as the trainers of a cohort do: a process of its own, which may be killed and started again.

It goes on where the database says that it was, and writes a line to stdout for each change that was committed: the id of
the work and the version. Run as ``python -m tests.chaos.driver <seed> <versions> <seconds> <reviewer> <submission>…``.
"""

import random
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from lti_tool.app import Parts, compose
from lti_tool.config import load_settings
from lti_tool.ids import new_id
from lti_tool.training import submissions
from lti_tool.training.models import Review
from mappings.progress import OutcomeState

THREADS = 4
AGAIN_SECONDS = 0.2
IN_A_BURST = 0.25
"""The share of changes that follow the one before at once."""


def feedback_of(version: int) -> str:
    """Return what the trainer writes at the n-th change; the school shows it, so it tells which change that is."""
    return f"Versie {version}"


def version_of(comment: str | None) -> int:
    """Return which change a comment at the school is of; 0 when it is of none."""
    name, _, number = (comment or "").partition(" ")
    return int(number) if name == "Versie" and number.isdigit() else 0


@dataclass(frozen=True)
class Driver:
    """Makes the changes.

    Args:
        parts: the application, whose services follow outcomes.
        reviewer: a person's id.
        versions: how often each outcome changes.
    """

    parts: Parts
    reviewer: str
    versions: int

    def change(self, submission_id: str) -> int | None:
        """Change one outcome, in one transaction; return its version, None when it has had all of them."""
        parts = self.parts
        followers = (parts.outbox.follow, parts.awards.follow_outcome)
        with parts.database.session() as session:
            submission = submissions.lock(session, submission_id)
            handed_in = submissions.last_version(session, submission_id)
            if handed_in is None:
                raise LookupError("nothing was handed in")
            of_version = select(func.count()).where(Review.version_id == handed_in.id)
            version = (session.scalar(of_version) or 0) + 1
            if version > self.versions:
                return None
            now = parts.clock()
            if version == 1:  # none of these may reach a school that would clear a grade
                submissions.change_state(session, submission, OutcomeState.SUBMITTED, now, followers)
                submissions.change_state(session, submission, OutcomeState.RETURNED, now, followers, feedback="Nog niet.")
            said = feedback_of(version)
            session.add(
                Review(
                    id=new_id(),
                    version_id=handed_in.id,
                    reviewer_id=self.reviewer,
                    verdict="accepted",
                    feedback=said,
                    reviewed_at=now,
                )
            )
            submissions.change_state(session, submission, OutcomeState.ACCEPTED, now, followers, feedback=said)
        return version

    def run(self, seed: str, work: Sequence[str], pause: float) -> None:
        """Change these outcomes until each has had all its versions, `pause` seconds apart on average."""
        chance, left = random.Random(seed), list(work)  # noqa: S311  # chance that can be repeated
        while left:
            one = chance.choice(left)
            try:
                version = self.change(one)
            except Exception as error:  # noqa: BLE001  # PostgreSQL is away; a person would press the button again
                sys.stderr.write(f"{type(error).__name__}: {error}\n")
                time.sleep(AGAIN_SECONDS)
                continue
            if version is None:
                left.remove(one)
                continue
            sys.stdout.write(f"{one} {version}\n")
            sys.stdout.flush()
            if chance.random() >= IN_A_BURST:
                time.sleep(chance.expovariate(1 / pause))


def main(arguments: Sequence[str]) -> None:
    """Make all changes, from a few threads, none of which shares a piece of work with another."""
    seed, versions, seconds, reviewer, *work = arguments
    parts = compose(load_settings())
    driver = Driver(parts, reviewer, int(versions))
    pause = float(seconds) / (len(work) * int(versions) / THREADS) / (1 - IN_A_BURST)
    threads = [
        threading.Thread(target=driver.run, args=(f"{seed}-{number}", work[number::THREADS], pause))
        for number in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    parts.close()


if __name__ == "__main__":
    main(sys.argv[1:])
