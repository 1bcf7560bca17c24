"""The sides of the comparison: processes that read courses, one a way, started once and played many times."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial

from benchmarks.launches.children import NotStarted
from benchmarks.launches.fetching import FETCHED, PEERS, ROOT, fetch
from benchmarks.moodle.site import COURSE_ID, TOKEN, Site
from benchmarks.moodle.work import Course, Played, wrong

Read = Callable[[Site, Course], Played]


@dataclass(frozen=True)
class Way:
    """One row of the table.

    Args:
        key: for the command line and for programs.
        name: for people.
        read: has a course read once.
    """

    key: str
    name: str
    read: Read


@dataclass(frozen=True)
class Opening:
    """A side that can be started.

    Args:
        keys: of its ways.
        name: for messages.
        start: starts it; raises Missing, NotStarted.
    """

    keys: tuple[str, ...]
    name: str
    start: Callable[[], AbstractContextManager[Sequence[Way]]]


def openings() -> tuple[Opening, ...]:
    """Return all sides, ours first."""
    return (
        Opening(("ours", "ours-single"), "moodle_client", _ours),
        Opening(("moodlepy", "moodlepy-tuned"), "moodlepy", _moodlepy),
    )


@contextmanager
def _ours() -> Iterator[Sequence[Way]]:
    module = "benchmarks.moodle.ours"
    with reader(module, {}) as read, reader(module, {}) as read_singly:
        yield [
            Way("ours", "moodle_client", partial(read, "", True)),
            Way("ours-single", "moodle_client, the service lacks the batch function", partial(read_singly, "", False)),
        ]


@contextmanager
def _moodlepy() -> Iterator[Sequence[Way]]:
    folder = FETCHED / "moodlepy"
    listed = PEERS / "requirements-moodlepy.txt"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    fetch(folder, [listed], [*pip, "--target", ".", "-r", listed.name])
    module, environment = "benchmarks.peers.moodlepy_reader", {"PYTHONPATH": f"{folder}:{ROOT}"}
    with reader(module, environment) as read, reader(module, environment) as read_tuned:
        yield [
            Way("moodlepy", "moodlepy, as documented", partial(read, "", True)),
            Way("moodlepy-tuned", "moodlepy, the fewest fields, 4 threads", partial(read_tuned, "tuned", True)),
        ]


@contextmanager
def reader(module: str, environment: Mapping[str, str]) -> Iterator[Callable[[str, bool, Site, Course], Played]]:
    """Run a reader until the block ends; yield what has it read a course: in which way, and whether batches are possible.

    Raises:
        NotStarted: it ends before it answers.
    """
    process = subprocess.Popen(  # noqa: S603  # our own module
        [sys.executable, "-m", module],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    stdin, stdout = process.stdin, process.stdout
    if stdin is None or stdout is None:
        raise NotStarted(f"{module} has no pipes")

    def read(way: str, batch: bool, there: Site, course: Course) -> Played:
        order = {"way": way, "url": there.url(course, batch=batch), "token": TOKEN, "course": COURSE_ID}
        stdin.write(json.dumps(order) + "\n")
        stdin.flush()
        line = stdout.readline()
        if not line:
            raise NotStarted(f"{module} ended with {process.wait()}")
        told = json.loads(line)
        known = {user: dict(found) for user, found in told["known"]}
        return Played(wrong(course, known), told["seconds"], told["cpu_seconds"], told["peak_kib"])

    try:
        yield read
    finally:
        stdin.close()
        stdout.close()
        process.terminate()
        process.wait()
