"""Ours alone: the connector and its score service, without the outbox, as any code of ours would use them."""

import logging
import multiprocessing
import queue
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import structlog

from benchmarks.scores.sides import Opening, Way, platform_of
from benchmarks.scores.work import COUNTS, Played, Score
from lti_tool.advantage.connector import Connector
from lti_tool.advantage.scores import PostResult, ScoreService
from lti_tool.clock import utc_now
from lti_tool.database import Database
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.keys import KeyRing
from lti_tool.platforms.models import PlatformStatus
from lti_tool.platforms.service import PlatformInfo
from lti_tool.vault import Vault
from mappings.progress import OutcomeState
from mappings.scores import score_for

FAMILY = "moodle"
CLIENT_ID = "beside"
AT_ONCE = 8
MOST_TRIES = 6
PLAIN = {0: 1000, 20: 1000, 100: 1000}


def openings() -> tuple[Opening, ...]:
    """Return ours alone."""
    return (Opening(("connector",), "our connector", _connector),)


@contextmanager
def _connector(_folder: Path) -> Iterator[Sequence[Way]]:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), log_nothing) as pool:

        def deliver(platforms: Sequence[str], work: Sequence[Score], patience: float) -> Played:
            return pool.submit(post, platforms, work, patience).result()

        yield [Way("connector", f"ours: connector alone, {AT_ONCE} connections", deliver, PLAIN, COUNTS)]


def log_nothing() -> None:
    """Let this process log nothing: the lines would stand in the table, and their making in the figures."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)


def post(platforms: Sequence[str], work: Sequence[Score], patience: float) -> Played:
    """Post scores in this process; those of which it says that they can be posted later, later."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/keys.sqlite")
        outgoing = Outgoing(allow_private=True, connections=AT_ONCE)
        try:
            database.upgrade()
            keys = KeyRing(database, Vault("only for a measurement, long enough"), utc_now)
            keys.signing_key()
            service = ScoreService(Connector(outgoing, keys, utc_now), utc_now)
            known = {platform: info(platform) for platform in platforms}
            return at_once(partial(_post, service, known, platforms), work, AT_ONCE, patience)
        finally:
            outgoing.close()
            database.close()


def _post(service: ScoreService, known: dict[str, PlatformInfo], platforms: Sequence[str], score: Score) -> float | None:
    """Post one score; return after how many seconds to post it again, None when it is done."""
    url = platform_of(score.course, platforms)
    platform = known[url]
    wanted = score_for(OutcomeState.ACCEPTED, score.comment, platform.profile)
    if wanted is None:
        raise LookupError("accepted work gives no score here")
    posted = service.post(platform, url + score.path, score.user, wanted, datetime.now(UTC))
    return (posted.retry_after or 0.0) if posted.result is PostResult.LATER else None


def info(url: str) -> PlatformInfo:
    """Return the registration at a platform of the measurements."""
    return PlatformInfo(
        id=url,
        name="Beside",
        issuer=url,
        client_id=CLIENT_ID,
        auth_url=f"{url}/auth",
        token_url=f"{url}/token",
        jwks_url=f"{url}/jwks",
        token_audience=None,
        family=FAMILY,
        status=PlatformStatus.ACTIVE,
    )


def at_once(once: Callable[[Score], float | None], work: Sequence[Score], threads: int, patience: float) -> Played:
    """Do something with each score in so many threads, in this process.

    Args:
        once: returns after how many seconds to do it again, None when it is done; at most `MOST_TRIES` times.
        patience: after so many seconds threads that still wait are left behind.
    """
    waiting: queue.SimpleQueue[tuple[float, int, Score] | None] = queue.SimpleQueue()
    left, lock, done = len(work), threading.Lock(), threading.Event()
    for score in work:
        waiting.put((0.0, 1, score))

    def end() -> None:
        nonlocal left
        with lock:
            left -= 1
        if not left:
            done.set()
            for _ in range(threads):
                waiting.put(None)

    def run() -> None:
        while (found := waiting.get()) is not None:
            due, tries, score = found
            time.sleep(max(0.0, due - time.perf_counter()))
            again = once(score)
            if again is None or tries == MOST_TRIES:
                end()
            else:
                waiting.put((time.perf_counter() + again, tries + 1, score))

    began, cpu = time.perf_counter(), time.process_time()
    for _ in range(threads):
        threading.Thread(target=run, daemon=True).start()
    finished = done.wait(patience)
    return Played(time.perf_counter() - began, time.process_time() - cpu, given_up=not finished)
