"""The load driver: many people at once launching one tool, in a process of its own.

It must cost little, because it shares the machine with what it measures: one asyncio loop, bare HTTP, and threads for the
signing, which cryptography does outside Python's lock.
"""

import asyncio
import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from benchmarks.launches.journey import Browser, Failed
from benchmarks.launches.load import Load, Played, Tool
from benchmarks.launches.token import TokenMaker

SIGNING_THREADS = 2


class Driver:
    """Plays rounds in its own process.

    Args:
        pool: that process.
        pem: the school's private key.
    """

    def __init__(self, pool: ProcessPoolExecutor, pem: bytes) -> None:
        self._pool, self._pem = pool, pem

    def play(self, tool: Tool, issuer: str, load: Load) -> Played:
        """Play a round and wait until it is over."""
        return self._pool.submit(play, tool, issuer, load, self._pem).result()


@contextmanager
def driver(pem: bytes) -> Iterator[Driver]:
    """Start the driver's process; it ends with the block."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield Driver(pool, pem)


def play(tool: Tool, issuer: str, load: Load, pem: bytes) -> Played:
    """Play a round in this process.

    Args:
        issuer: the school that the people come from.
        pem: its private key.
    """
    key = load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("the school's key is an RSA key")
    return asyncio.run(_play(tool, issuer, load, TokenMaker(tool, issuer, key)))


async def _play(tool: Tool, issuer: str, load: Load, tokens: TokenMaker) -> Played:
    latencies: list[float] = []
    failures: Counter[str] = Counter()
    begun, cpu = time.perf_counter(), time.process_time()
    turns = _turns(load, begun)

    async def visitor() -> None:
        browser = Browser(tool, issuer, tokens, signers)
        for sub in turns:
            try:
                latencies.append(await browser.launch(sub, load.hold_seconds))
            except (Failed, OSError) as error:
                failures[str(error) if isinstance(error, Failed) else _lost(error)] += 1
                browser.close()
        browser.close()

    with ThreadPoolExecutor(SIGNING_THREADS) as signers:
        async with asyncio.TaskGroup() as group:
            for _ in range(load.at_once):
                group.create_task(visitor())
        seconds, used = time.perf_counter() - begun, time.process_time() - cpu
    return Played(tuple(sorted(latencies)), dict(failures), seconds, used)


def _turns(load: Load, begun: float) -> Iterator[str]:
    """Yield who launches next, until the round is over; all visitors share it."""
    number = 0
    while load.launches is None or number < load.launches:
        if load.seconds is not None and time.perf_counter() - begun >= load.seconds:
            return
        yield f"person-{load.first_person + number % load.people}"
        number += 1


def _lost(error: OSError) -> str:
    return "no answer in time" if isinstance(error, TimeoutError) else "connection broken"
