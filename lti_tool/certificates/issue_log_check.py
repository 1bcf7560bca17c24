"""Checking an exported log of what was issued: by itself, and against what the issuer publishes now or published before."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from lti_tool.certificates.issue_log import FIRST, KIND, Entry
from lti_tool.certificates.merkle import MerkleTree
from lti_tool.errors import Invalid

_Sha256 = Field(pattern=r"^[0-9a-f]{64}$")


class _EntryRead(BaseModel):
    number: int = Field(ge=1)
    at: AwareDatetime
    what: str
    certificate: str
    credential_sha256: str = _Sha256
    previous_sha256: str = _Sha256


class _DayRead(BaseModel):
    day: str
    size: int = Field(ge=0)
    root_sha256: str = _Sha256


class _LogRead(BaseModel):
    model_config = ConfigDict(extra="ignore")
    kind: str
    issuer: str
    size: int = Field(ge=0)
    last_sha256: str = _Sha256
    days: list[_DayRead]
    entries: list[_EntryRead] | None = None


@dataclass(frozen=True, slots=True)
class ReadLog:
    """A log as a file holds it."""

    issuer: str
    size: int
    last_sha256: str
    days: Mapping[str, tuple[int, str]]
    """Size and root by day."""
    entries: Sequence[Entry] | None
    """None: only the roots."""

    def at(self, size: int) -> "ReadLog":
        """Return what it was when it had so many entries, as far as its roots go; the same when it never had."""
        if self.entries is None or size >= self.size:
            return self
        days = {day: found for day, found in self.days.items() if found[0] <= size}
        last = self.entries[size - 1].sha256() if size else FIRST
        return ReadLog(self.issuer, size, last, days, None)


def read_log(path: Path) -> ReadLog:
    """Read an exported log, or the published roots.

    Raises:
        Invalid: it is neither.
    """
    try:
        return as_log(json.loads(path.read_text("utf-8-sig")), path.name)
    except (OSError, ValueError, RecursionError) as error:
        raise Invalid(f"{path.name} is no log of issued certificates ({type(error).__name__})") from None


def as_log(document: object, name: str) -> ReadLog:
    """Take a log from its JSON.

    Raises:
        Invalid: it is none.
    """
    try:
        read = _LogRead.model_validate(document)
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) or "the whole"
        raise Invalid(f"{name} is no log of issued certificates: {where} is missing or wrong") from None
    if read.kind != KIND:
        raise Invalid(f"{name} is no log of issued certificates: kind is {read.kind[:40]!r}")
    entries = read.entries
    return ReadLog(
        read.issuer,
        read.size,
        read.last_sha256,
        {day.day: (day.size, day.root_sha256) for day in read.days},
        None if entries is None else [_entry(one) for one in entries],
    )


def check_log(log: ReadLog, *others: ReadLog) -> Sequence[str]:
    """Return what is wrong with an exported log, one line each; nothing when it holds.

    Args:
        log: with its entries.
        others: what the issuer publishes now, or published before: the log has to hold their roots too.
    """
    if log.entries is None:
        return ["it has no entries, only roots"]
    found: list[str] = []
    wanted = {(size, root) for one in (log, *others) for size, root in one.days.values()}
    by_size: dict[int, str] = {}
    heads = {0: FIRST}
    sizes = {size for size, _root in wanted}
    tree, previous, before = MerkleTree(), FIRST, datetime.min.replace(tzinfo=UTC)
    for number, entry in enumerate(log.entries, 1):
        if entry.number != number:
            found.append(f"entry {number} is missing, or not in its place")
            break
        if entry.previous_sha256 != previous:
            found.append(f"entry {number} does not follow from entry {number - 1}: one of the two was changed")
            break
        if entry.at < before:
            found.append(f"entry {number} is older than the one before")
        tree.add(entry.leaf())
        previous, before = entry.sha256(), entry.at
        heads[number] = previous
        if tree.size in sizes:
            by_size[tree.size] = tree.root()
    if not found and (log.size, log.last_sha256) != (tree.size, previous):
        found.append("its last entries are missing")
    found += [_about(size, root, by_size) for size, root in sorted(wanted) if by_size.get(size) != root]
    for other in others:
        if other.issuer != log.issuer:
            found.append(f"it is of {log.issuer}, the other of {other.issuer}")
        elif heads.get(other.size, other.last_sha256) != other.last_sha256:
            found.append(f"its entry {other.size} is not the one that was published")
    return found


def _about(size: int, root: str, by_size: Mapping[int, str]) -> str:
    if size not in by_size:
        return f"it has no {size} entries that follow from each other, and root {root[:12]}… is over as many"
    return f"the root over the first {size} entries is {by_size[size][:12]}…, not {root[:12]}…"


def _entry(read: _EntryRead) -> Entry:
    return Entry(read.number, read.at, read.what, read.certificate, read.credential_sha256, read.previous_sha256)
