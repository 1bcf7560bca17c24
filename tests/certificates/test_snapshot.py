"""The snapshot: the same facts always give the same text, and a stored one can always be read again."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from lti_tool.certificates.problems import SnapshotUnreadable
from lti_tool.certificates.snapshot import Language, snapshot_from_json, utc_seconds
from tests.certificates.samples import sample_snapshot


def test_a_stored_snapshot_is_read_as_it_was() -> None:
    snapshot = sample_snapshot()
    assert snapshot_from_json(snapshot.canonical_json()) == snapshot


def test_reading_and_writing_again_changes_no_letter() -> None:
    stored = sample_snapshot().canonical_json()
    assert snapshot_from_json(stored).canonical_json() == stored


def test_the_order_of_members_in_a_stored_snapshot_does_not_matter() -> None:
    stored = sample_snapshot().canonical_json()
    backwards = json.dumps(dict(reversed(json.loads(stored).items())))
    assert snapshot_from_json(backwards).sha256() == sample_snapshot().sha256()


def test_another_name_gives_another_hash() -> None:
    assert replace(sample_snapshot(), name="Iemand Anders").sha256() != sample_snapshot().sha256()


def test_the_same_moment_in_another_time_zone_shows_the_same_in_the_credential() -> None:
    moment = datetime(2026, 6, 4, 23, 30, 0, 999, tzinfo=UTC)
    assert utc_seconds(moment.astimezone(timezone(timedelta(hours=2)))) == utc_seconds(moment) == "2026-06-04T23:30:00Z"


def test_a_snapshot_without_school_is_complete() -> None:
    stored = replace(sample_snapshot(), school=None).canonical_json()
    assert snapshot_from_json(stored).school is None


def test_a_snapshot_from_before_a_field_with_a_default_is_read() -> None:
    stored = json.loads(sample_snapshot().canonical_json())
    del stored["school"], stored["kind"]
    assert snapshot_from_json(json.dumps(stored)).kind == 1


def test_what_is_missing_is_named_without_the_content() -> None:
    stored = json.loads(sample_snapshot().canonical_json())
    del stored["issuer"]["name"]
    stored["hours"] = "veertig"
    with pytest.raises(SnapshotUnreadable, match=r"hours, issuer\.name") as caught:
        snapshot_from_json(json.dumps(stored))
    assert "veertig" not in str(caught.value)


def test_a_moment_without_time_zone_is_refused() -> None:
    stored = json.loads(sample_snapshot().canonical_json())
    stored["awarded_at"] = "2026-06-04T09:30:00"
    with pytest.raises(SnapshotUnreadable, match="awarded_at"):
        snapshot_from_json(json.dumps(stored))


@pytest.mark.parametrize("text", ["", "{", "[]", "null"])
def test_what_is_no_snapshot_is_refused(text: str) -> None:
    with pytest.raises(SnapshotUnreadable):
        snapshot_from_json(text)


def test_a_snapshot_of_a_later_kind_is_refused() -> None:
    stored = {**json.loads(sample_snapshot().canonical_json()), "kind": 2}
    with pytest.raises(SnapshotUnreadable, match="kind 2"):
        snapshot_from_json(json.dumps(stored))


def test_the_texts_follow_the_language() -> None:
    heading = sample_snapshot().lines.heading
    assert sample_snapshot().text(heading) == "Certificaat"
    assert replace(sample_snapshot(), language=Language.EN).text(heading) == "Certificate"
