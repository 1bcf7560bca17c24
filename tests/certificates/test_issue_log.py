"""The append-only log: each entry follows from the one before, and what was published once has to stay true."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from lti_tool.app import Parts
from lti_tool.certificates.issue_log_check import ReadLog, as_log, check_log
from lti_tool.certificates.merkle import MerkleTree
from lti_tool.certificates.models import Certificate, IssueLogEntry
from lti_tool.errors import Invalid
from tests.certificates.award import all_accepted
from tests.clock import FakeClock
from tests.recording_jobs import RecordingJobs

pytestmark = pytest.mark.long

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def whole_root(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962, 2.1, as it stands there."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + whole_root(leaves[:split]) + whole_root(leaves[split:])).digest()


@given(st.lists(st.binary(max_size=8), max_size=40))
def test_the_root_is_the_one_of_the_standard(leaves: list[bytes]) -> None:
    tree = MerkleTree()
    for leaf in leaves:
        tree.add(leaf)
    assert (tree.size, tree.root()) == (len(leaves), whole_root(leaves).hex())


@pytest.fixture
def three(parts: Parts, jobs: RecordingJobs, clock: FakeClock) -> list[Certificate]:
    """Three certificates on two days; the second one is revoked, and both days are over."""
    for name in ("Anna Aerts", "Bo de Boer"):
        all_accepted(parts, name=name)
    jobs.run()
    clock.advance(days=1)
    all_accepted(parts, name="Cem Çelik")
    jobs.run()
    made = list(parts.certificates.list())
    parts.certificates.revoke(made[1].id, "Onterecht")
    clock.advance(days=1)
    parts.issue_log.keep_up()
    return made


def exported(parts: Parts) -> ReadLog:
    return as_log(parts.issue_log.as_json(entries=True), "log")


def test_what_happened_stands_in_the_log_without_names(parts: Parts, three: list[Certificate]) -> None:
    entries = list(parts.issue_log.entries())
    first = {one.certificate_id for one in entries[:2]}
    assert first == {three[0].id, three[1].id}
    assert [(one.number, one.what) for one in entries] == [(1, "issued"), (2, "issued"), (3, "issued"), (4, "revoked")]
    assert entries[3].certificate_id == three[1].id
    credentials = {one.id: hashlib.sha256(one.credential.encode()).hexdigest() for one in three}
    assert all(entry.credential_sha256 == credentials[entry.certificate_id] for entry in entries)
    assert "Aerts" not in json.dumps(parts.issue_log.as_json(entries=True))
    assert check_log(exported(parts)) == []


def test_each_day_that_is_over_has_a_root_over_everything_up_to_then(parts: Parts, three: list[Certificate]) -> None:
    assert three
    days = parts.issue_log.days()
    assert [(day.day, day.size) for day in days] == [("2026-11-23", 2), ("2026-11-24", 4)]
    leaves = [entry.leaf() for entry in parts.issue_log.entries()]
    assert [day.root_sha256 for day in days] == [whole_root(leaves[:2]).hex(), whole_root(leaves).hex()]
    parts.issue_log.keep_up()
    assert parts.issue_log.days() == days


def test_the_present_day_is_not_closed(parts: Parts, jobs: RecordingJobs, clock: FakeClock) -> None:
    parts.issue_log.keep_up()
    all_accepted(parts)
    jobs.run()
    parts.issue_log.keep_up()
    clock.advance(seconds=12.5 * 3600)  # 00.30 the next day: another process may be behind
    parts.issue_log.keep_up()
    assert parts.issue_log.days() == []
    clock.advance(seconds=3600)
    parts.issue_log.keep_up()
    assert [day.day for day in parts.issue_log.days()] == ["2026-11-23"]


def test_back_dating_changing_and_leaving_out_show(parts: Parts, three: list[Certificate]) -> None:
    assert three
    log = exported(parts)
    assert log.entries is not None
    first, second, third, last = log.entries
    dated = replace(third, at=datetime(2026, 1, 1, tzinfo=UTC))
    slipped = replace(first, number=2, certificate_id="x" * 22, previous_sha256=first.sha256())
    for wrong in (
        [first, second, dated, last],
        [first, second, replace(third, credential_sha256="0" * 64), last],
        [first, third, last],
        [first, second, third],
        [second, first, third, last],
        [first, slipped, second, third, last],
        [],
    ):
        assert check_log(replace(log, entries=wrong)) != []


def rewritten(parts: Parts, log: ReadLog) -> ReadLog:
    """The same log with another date in its first entry and all hashes made anew: it holds by itself."""
    assert parts
    assert log.entries is not None
    entries, previous = [], "0" * 64
    tree = MerkleTree()
    days: dict[str, tuple[int, str]] = {}
    for entry in log.entries:
        at = datetime(2025, 1, 1, tzinfo=UTC) if entry.number == 1 else entry.at
        made = replace(entry, at=at, previous_sha256=previous)
        entries.append(made)
        previous = made.sha256()
        tree.add(made.leaf())
        days |= {day: (size, tree.root()) for day, (size, _root) in log.days.items() if size == made.number}
    return replace(log, entries=entries, days=days, last_sha256=previous)


def test_a_log_that_was_rewritten_as_a_whole_does_not_have_the_roots_that_were_published(
    parts: Parts, three: list[Certificate]
) -> None:
    assert three
    published = as_log(parts.issue_log.as_json(entries=False), "published")
    forged = rewritten(parts, exported(parts))
    assert check_log(forged) == []
    found = check_log(forged, published)
    assert len(found) == 3
    assert "root over the first 2 entries" in found[0]


def test_an_earlier_export_is_the_beginning_of_the_present_log(
    parts: Parts, three: list[Certificate], jobs: RecordingJobs
) -> None:
    before = exported(parts)
    all_accepted(parts, name="Dirk Dam")
    jobs.run()
    parts.certificates.revoke(three[0].id, "Onterecht")
    now = exported(parts)
    assert check_log(before, now.at(before.size)) == []
    assert check_log(now, before) == []


def test_a_certificate_that_was_there_before_the_log_is_entered_with_the_day_it_was_entered(
    parts: Parts, jobs: RecordingJobs, clock: FakeClock
) -> None:
    all_accepted(parts)
    jobs.run()
    with parts.database.session() as session:
        session.execute(delete(IssueLogEntry))
    clock.advance(days=3)
    parts.issue_log.keep_up()
    parts.issue_log.keep_up()
    (entry,) = parts.issue_log.entries()
    assert (entry.what, entry.at) == ("issued", clock())


def test_time_never_goes_back_in_the_log(parts: Parts, jobs: RecordingJobs, clock: FakeClock) -> None:
    all_accepted(parts, name="Anna Aerts")
    jobs.run()
    clock.advance(seconds=-600)
    all_accepted(parts, name="Bo de Boer")
    jobs.run()
    first, second = parts.issue_log.entries()
    assert first.at == second.at == NOON


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"kind": "other"},
        {"kind": "icc-bridge-issue-log", "issuer": "x", "size": -1, "last_sha256": "", "days": []},
    ],
)
def test_what_is_no_log_is_refused(document: object) -> None:
    with pytest.raises(Invalid, match="is no log"):
        as_log(document, "file.json")


def test_the_page_and_its_json_tell_the_same(parts: Parts, three: list[Certificate], client: FlaskClient) -> None:
    assert three
    page = client.get("/certificates/log")
    published = client.get("/certificates/log.json")
    assert published.headers["Access-Control-Allow-Origin"] == "*"
    roots = json.loads(published.text)
    for day in parts.issue_log.days():
        assert day.root_sha256 in page.text
        assert day.as_json() in roots["days"]
    assert roots["size"] == 4
    assert "entries" not in roots
    assert all(one.id not in page.text for one in three)
