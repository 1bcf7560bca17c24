"""The other tools: PyLTI1p3's AssignmentsGradesService in three ways, and ltijs on PostgreSQL."""

import json
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from pylti1p3.exception import LtiException
from requests import RequestException

from benchmarks.keys import private_pem
from benchmarks.launches.children import START_SECONDS, server
from benchmarks.launches.fetching import PEERS, node_modules, program
from benchmarks.launches.sides import durable_postgresql
from benchmarks.launches.usage import cpu_seconds
from benchmarks.scores.connectors import AT_ONCE, CLIENT_ID, at_once
from benchmarks.scores.pylti import Grades
from benchmarks.scores.sides import Opening, Way, platform_of
from benchmarks.scores.work import COUNTS, Played, Score
from tests.ports import free_port

PLAIN = {0: 1000, 20: 1000, 100: 1000}
ONE_BY_ONE = {0: 1000, 20: 100, 100: 50}
WEB_REQUESTS = {0: 50, 20: 50, 100: 50}


def openings() -> tuple[Opening, ...]:
    """Return the other tools."""
    return (
        Opening(("pylti-threads", "pylti-one", "pylti-readme"), "PyLTI1p3", _pylti),
        Opening(("ltijs",), "ltijs on PostgreSQL", _ltijs),
    )


@contextmanager
def _pylti(_folder: Path) -> Iterator[Sequence[Way]]:
    key = private_pem(rsa.generate_private_key(65537, 2048)).decode()
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:

        def through(threads: int, keeps: bool, platforms: Sequence[str], work: Sequence[Score], patience: float) -> Played:
            return pool.submit(post, key, threads, keeps, platforms, work, patience).result()

        yield [
            Way(
                "pylti-threads",
                f"PyLTI1p3: one service object, {AT_ONCE} threads",
                partial(through, AT_ONCE, True),
                PLAIN,
                COUNTS,
                times_out=False,
            ),
            Way("pylti-one", "PyLTI1p3: one service object", partial(through, 1, True), ONE_BY_ONE, {}, times_out=False),
            Way(
                "pylti-readme",
                "PyLTI1p3: README, in each web request",
                partial(through, 1, False),
                WEB_REQUESTS,
                {},
                times_out=False,
            ),
        ]


def post(key: str, threads: int, keeps: bool, platforms: Sequence[str], work: Sequence[Score], patience: float) -> Played:
    """Post scores in this process, each once: an error reaches the caller, and nothing says whether to try again.

    Args:
        key: the tool's private key, PEM.
        keeps: whether one service object is kept; else each score has its own, as in the README.
    """
    grades = {platform: Grades(platform, CLIENT_ID, key) for platform in platforms}

    def once(score: Score) -> None:
        platform = platform_of(score.course, platforms)
        service = grades[platform] if keeps else Grades(platform, CLIENT_ID, key)
        # what it raises is what its caller has to deal with
        with suppress(LtiException, RequestException):
            service.put(platform + score.path, score.user, score.comment)

    return at_once(once, work, threads, patience)


@contextmanager
def _ltijs(folder: Path) -> Iterator[Sequence[Way]]:
    command, modules, port = [program("node", "nodejs"), str(PEERS / "ltijs_scores.cjs")], node_modules(), free_port()
    with durable_postgresql() as (url, postmaster):
        parts = urlsplit(url)
        database = {"host": parts.hostname, "port": parts.port, "user": parts.username, "name": "postgres"}
        told = json.dumps({"port": port, "database": database, "client_id": CLIENT_ID})
        environment = {"NODE_PATH": str(modules), "NODE_ENV": "production", "BESIDE": told}
        with server("ltijs", command, port, folder, environment) as pid:
            deliver = partial(_through_ltijs, port, (pid, postmaster))
            yield [
                Way("ltijs", f"ltijs on PostgreSQL: submitScore, {AT_ONCE} at once", deliver, PLAIN, COUNTS, times_out=False)
            ]


def _through_ltijs(
    port: int, roots: Sequence[int], platforms: Sequence[str], work: Sequence[Score], patience: float
) -> Played:
    """Let ltijs submit scores, and say when it is done.

    Args:
        port: where its process takes orders.
        roots: its process and its database's.
    """
    lines = [
        {"platform": platform, "lineItem": platform + score.path, "user": score.user, "comment": score.comment}
        for score in work
        for platform in [platform_of(score.course, platforms)]
    ]
    order = {"platforms": platforms, "work": lines, "atOnce": AT_ONCE, "patience": patience}
    before = cpu_seconds(roots)
    answer = requests.post(f"http://127.0.0.1:{port}/", json=order, timeout=patience + START_SECONDS).json()
    return Played(answer["seconds"], cpu_seconds(roots) - before, given_up=answer["givenUp"])
