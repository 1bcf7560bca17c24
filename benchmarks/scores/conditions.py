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
PLAIN: Final = tuple(Condition(str(ms), f"{ms} ms, no faults", Terms(ms)) for ms in (0, 20, 100))
FAULTS: Final = tuple(
    Condition(fault.value, f"{FAULTY_MS} ms, {title}", Terms(FAULTY_MS, fault), once=True)
    for fault, title in _TITLES.items()
)
ALL: Final = (*PLAIN, *FAULTS)
QUICK: Final = (PLAIN[1], FAULTS[0])
