"""Under what the scores are measured: how long the platform takes for an answer, and what goes wrong there."""

from typing import Final

from benchmarks.scores.results import Condition
from benchmarks.scores.work import EVERY, RETRY_AFTER_SECONDS, Fault, Terms

FAULTY_MS: Final = 20
_TITLES = {
    Fault.ERROR: f"every {EVERY[Fault.ERROR]}th answer 500",
    Fault.BUSY: f"every {EVERY[Fault.BUSY]}th answer 429, Retry-After {RETRY_AFTER_SECONDS}",
    Fault.DROPPED: f"every {EVERY[Fault.DROPPED]}th connection dropped",
    Fault.SHORT_TOKEN: "tokens that live 1 s",
    Fault.SILENT: f"every {EVERY[Fault.SILENT]}th answer never comes",
}
PLAIN: Final = (
    Condition("0", "0 ms, no faults", Terms(0)),
    Condition("20", "20 ms, no faults", Terms(20)),
    Condition("100", "100 ms, no faults", Terms(100), once=True),
)
FAULTS: Final = tuple(
    Condition(fault.value, f"{FAULTY_MS} ms, {title}", Terms(FAULTY_MS, fault), once=True)
    for fault, title in _TITLES.items()
)
ALL: Final = (*PLAIN, *FAULTS)
QUICK: Final = (PLAIN[1], FAULTS[0])
