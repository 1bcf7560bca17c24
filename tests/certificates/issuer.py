"""An issuer with keys of its own: signs samples, publishes its documents, and verifies with them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from lti_tool.certificates.credential import build_credential
from lti_tool.certificates.documents import did_document, key_set
from lti_tool.certificates.keys import IssuingKeys, KeyPurpose, KeyRecord, new_key
from lti_tool.certificates.pdf import render_pdf
from lti_tool.certificates.proofs import LocalSigner, SignedDocument, sign_credential, sign_status_list
from lti_tool.certificates.seal import Sealer
from lti_tool.certificates.snapshot import Snapshot
from lti_tool.certificates.status import StatusEntry, build_status_list
from lti_tool.certificates.trust import Trust
from lti_tool.certificates.verdict import Verdict
from lti_tool.certificates.verify import verify
from tests.certificates.samples import AWARDED, BASE_URL, sample_snapshot

ENTRY = StatusEntry(1, 94567)
NOW = datetime(2026, 6, 5, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Issuer:
    """Keys and a base address, with everything an issuer does."""

    records: tuple[KeyRecord, ...]
    keys: IssuingKeys
    base_url: str

    @property
    def signer(self) -> LocalSigner:
        return LocalSigner(self.keys, self.base_url)

    def sign(self, credential: dict[str, Any]) -> SignedDocument:
        return sign_credential(credential, self.signer, AWARDED)

    def certificate(self, snapshot: Snapshot | None = None) -> SignedDocument:
        return self.sign(build_credential(snapshot or sample_snapshot(), ENTRY))

    def pdf(self, credential: str, snapshot: Snapshot | None = None) -> bytes:
        snapshot = snapshot or sample_snapshot()
        return Sealer(self.keys.seal).seal(render_pdf(snapshot, credential), now=AWARDED, language=snapshot.language)

    def status(self, revoked: Iterable[int] = (), made: datetime = AWARDED) -> SignedDocument:
        return sign_status_list(build_status_list(self.base_url, 1, revoked, now=made), self.signer, made)

    def did(self) -> dict[str, Any]:
        return did_document(self.base_url, self.keys.public_jwks)

    def trust(self, revoked: Iterable[int] = (), **successors: str) -> Trust:
        return Trust.from_documents(
            [self.did()],
            status_lists=[self.status(revoked).jwt],
            key_sets=[key_set(self.base_url, self.keys.public_jwks)],
            successors=successors,
        )

    def verdict(self, data: str | bytes, now: datetime = NOW) -> Verdict:
        return verify(data.encode() if isinstance(data, str) else data, self.trust(), now)


def issuer(base_url: str = BASE_URL, made: int = 1) -> Issuer:
    """Return an issuer; another number gives one with other keys under the same address."""
    return _issuer(base_url, made)


@cache
def _issuer(base_url: str, made: int) -> Issuer:
    now = datetime(2026, 1, made, tzinfo=UTC)
    records = tuple(new_key(purpose, now=now, taken=(), issuer_name="LKCA") for purpose in KeyPurpose)
    return Issuer(records, IssuingKeys(records), base_url)
