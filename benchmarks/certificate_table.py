"""The table of certificates: what was measured beside what is aimed at."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from typing import Any, Final

from benchmarks import certificate_batch
from benchmarks.certificates import PROCESSES, SECONDS, new_keys, ways

BEGIN, END = "<!-- certificates -->", "<!-- /certificates -->"
BATCH: Final = 1000
QUICK_BATCH: Final = 100
MARGIN: Final = 0.8
"""A rate may be so much of its reference."""
REFERENCES: Final = {
    "certificates: credential and JWT": 149.0,
    "certificates: with PDF": 76.0,
    "certificates: with sealed PDF": 28.0,
}
"""Certificates a second on two cores, measured with bare scripts over the same libraries."""
LIST_MS: Final = 20.0
PAGE_RATE: Final = 1000.0
"""Pages a second on two cores, without verifying again."""


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    name: str
    measured: str
    cpu_ms: float
    aim: str
    met: bool | None
    """By the clock; None: there is no aim."""
    met_by_cpu: bool | None
    """What the processor's time says, had there been nobody else on the machine."""

    def text(self) -> str:
        """Return it as it is shown."""
        verdict = {None: "", True: "met", False: "NOT MET"}[self.met]
        if self.met is False and self.met_by_cpu:
            verdict += " (met by CPU)"
        return f"{self.name:44} {self.measured:>14} {self.cpu_ms:8.2f}  {self.aim:>14}  {verdict}".rstrip()


def measure(*, quick: bool, say: Callable[[str], None]) -> tuple[list[str], dict[str, Any]]:
    """Measure everything; return the lines of the table, and all figures for programs."""
    load = os.getloadavg()[0]
    lines = list(_measured(quick=quick, say=say))
    head = [
        f"{PROCESSES} processes on {os.cpu_count()} cores; load average before the first: {load:.2f}",
        "",
        f"{'':44} {'measured':>14} {'CPU ms':>8}  {'aim':>14}",
    ]
    return [*head, *(line.text() for line in lines)], {"load_average": load, "lines": [asdict(line) for line in lines]}


def _measured(*, quick: bool, say: Callable[[str], None]) -> Iterator[Line]:
    say("certificates: proofs, JWT, PDF, seal")
    for name, rate, cpu in ways(new_keys(), 1.0 if quick else SECONDS):
        reference = REFERENCES.get(name)
        least = reference * MARGIN if reference else None
        yield Line(
            name,
            f"{rate:.1f}/s",
            cpu,
            f">= {least:.0f}/s" if least else "",
            None if least is None else rate >= least,
            None if least is None else PROCESSES * 1000 / cpu >= least,
        )
    count = QUICK_BATCH if quick else BATCH
    say(f"certificates: a batch of {count}, the page, a status list")
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        run = pool.submit(certificate_batch.run, count).result()
        pages = list(pool.map(certificate_batch.show_page, [1.0 if quick else SECONDS] * PROCESSES))
    yield Line(
        f"certificates: batch of {count}, one process", f"{run.issued / run.seconds:.1f}/s", run.cpu_ms, "", None, None
    )
    yield Line("  … its memory at most", f"{run.peak_mb:.0f} MB", 0.0, "", None, None)
    quickly = f"{run.list_ms:.1f} ms", run.list_cpu_ms, f"< {LIST_MS:.0f} ms"
    yield Line("status list of 131,072, 1,000 revoked", *quickly, run.list_ms < LIST_MS, run.list_cpu_ms < LIST_MS)
    rate, cpu = sum(rate for rate, _cpu in pages), sum(cpu for _rate, cpu in pages) / PROCESSES
    often = f"{rate:.0f}/s", cpu, f">= {PAGE_RATE:.0f}/s"
    yield Line("page of a certificate", *often, rate >= PAGE_RATE, PROCESSES * 1000 / cpu >= PAGE_RATE)
