"""Certificates in two processes at once: credential and JWT, with the PDF, with its seal."""

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Final

from benchmarks.measuring import Round, measure
from lti_tool.certificates.credential import build_credential
from lti_tool.certificates.keys import IssuingKeys, KeyPurpose, KeyRecord, new_key
from lti_tool.certificates.pdf import render_pdf
from lti_tool.certificates.proofs import LocalSigner, sign_credential
from lti_tool.certificates.seal import Sealer
from lti_tool.certificates.snapshot import Snapshot
from lti_tool.certificates.status import StatusEntry
from lti_tool.ids import new_id
from tests.certificates.samples import sample_snapshot

BASE = "http://localhost:8401"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PROCESSES = 2
SECONDS = 5.0


class Press:
    """Makes certificates, each under an id of its own.

    Args:
        records: the issuer's keys.
    """

    NAMES: Final = {
        "certificates: the two proofs alone": "proofs",
        "certificates: credential and JWT": "signed",
        "certificates: with PDF": "printed",
        "certificates: with sealed PDF": "sealed",
    }
    """The methods by what they make, each with more to it than the one before."""

    def __init__(self, records: Sequence[KeyRecord]) -> None:
        keys = IssuingKeys(records)
        self._signer, self._sealer, self._sample = LocalSigner(keys, BASE), Sealer(keys.seal), sample_snapshot()

    def proofs(self) -> None:
        """Sign, and check nothing."""
        secured = self._signer.add_proof(build_credential(self._snapshot(), StatusEntry(1, 7)), NOW)
        self._signer.encode_jwt(secured)

    def signed(self) -> tuple[Snapshot, str]:
        """Check against the standard, sign, and verify what was signed."""
        snapshot = self._snapshot()
        return snapshot, sign_credential(build_credential(snapshot, StatusEntry(1, 7)), self._signer, NOW).json

    def printed(self) -> tuple[Snapshot, bytes]:
        """Sign and render."""
        snapshot, credential = self.signed()
        return snapshot, render_pdf(snapshot, credential)

    def sealed(self) -> bytes:
        """Sign, render and seal."""
        snapshot, pdf = self.printed()
        return self._sealer.seal(pdf, now=NOW, language=snapshot.language)

    def _snapshot(self) -> Snapshot:
        return replace(self._sample, certificate_id=new_id(), base_url=BASE)


def new_keys() -> Sequence[KeyRecord]:
    """Return keys of an issuer."""
    return [new_key(purpose, now=NOW, taken=[], issuer_name="Issuer") for purpose in KeyPurpose]


def work(records: Sequence[KeyRecord], name: str, *, seconds: float = SECONDS) -> Round:
    """Make certificates for some seconds, in a process of the pool.

    Args:
        name: one of `Press.NAMES`.
    """
    way: Callable[[], object] = getattr(Press(records), Press.NAMES[name])
    way()
    # the processor's time of all threads: typesetting has some of its own
    before = time.process_time()
    done = measure(way, seconds=seconds)
    return replace(done, cpu_seconds=time.process_time() - before)


def ways(records: Sequence[KeyRecord], seconds: float) -> Iterator[tuple[str, float, float]]:
    """Yield each way of `Press` with its rate of two processes together, and the milliseconds of processor for one."""
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        for name in Press.NAMES:
            rounds = list(pool.map(partial(work, records, seconds=seconds), [name] * PROCESSES))
            rate = sum(one.count / one.seconds for one in rounds)
            cpu = sum(one.cpu_seconds for one in rounds) / sum(one.count for one in rounds)
            yield name, rate, cpu * 1000
