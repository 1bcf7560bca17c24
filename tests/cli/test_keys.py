"""Keys on the command line."""

from datetime import datetime, timedelta

from lti_tool.app import Parts
from tests.cli.command import CommandLine


def test_before_first_use_there_are_no_keys(installed: CommandLine) -> None:
    assert installed.done("keys", "list") == "No keys yet; they are made at first use.\n"


def test_all_keys_are_listed_without_their_private_halves(installed: CommandLine, parts: Parts) -> None:
    parts.key_ring.signing_key()
    parts.issuer_keys.keys()
    rows = installed.json("keys", "list")
    assert [row["purpose"] for row in rows].count("lti") == 1
    assert len(rows) == 4
    assert {"kid", "purpose", "created_at", "active_from"} <= set.intersection(*(set(row) for row in rows))
    text = installed.done("keys", "list")
    assert [row["kid"] for row in rows if row["kid"] not in text] == []
    assert "PRIVATE" not in text


def test_a_new_key_is_published_before_it_signs(installed: CommandLine, parts: Parts) -> None:
    before = parts.key_ring.signing_key().kid
    made = installed.json("keys", "rotate")["kid"]
    rows = {row["kid"]: row for row in installed.json("keys", "list")}
    moments = [datetime.fromisoformat(rows[made][name]) for name in ("created_at", "active_from")]
    assert moments[1] - moments[0] == timedelta(days=1)
    assert set(rows) == {before, made}
    assert {key["kid"] for key in parts.key_ring.jwks()["keys"]} <= set(rows)
    assert installed.done("keys", "rotate").startswith("New key ")


def test_the_issuers_next_keys_are_published_now_and_sign_after_a_day(on_each: CommandLine) -> None:
    assert on_each.json("certificate", "list") == []
    first = on_each.json("keys", "rotate", "--issuing")["kids"]
    listed = {row["kid"]: row for row in on_each.json("keys", "list")}
    assert all(listed[kid]["active_from"] > listed[kid]["created_at"] for kid in first)
    assert "published already" in on_each.refused("keys", "rotate", "--issuing")
    assert sorted(on_each.json("keys", "rotate", "--issuing", "--at-once")["kids"]) == sorted(first)
    assert "belongs to --issuing" in on_each.misused("keys", "rotate", "--at-once")
