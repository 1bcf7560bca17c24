"""Certificates on the command line: how far they are, another push, and revoking."""

from lti_tool.app import Parts
from tests.certificates.award import all_accepted
from tests.cli.command import CommandLine


def test_an_award_is_listed_with_what_it_waits_for(on_each: CommandLine, parts_on_each: Parts) -> None:
    assert on_each.done("certificate", "list") == "Nobody has met the award rule yet.\n"
    all_accepted(parts_on_each, name=None)
    (row,) = on_each.json("certificate", "list")
    assert (row["state"], row["certificate"], row["url"]) == ("waiting_name", None, None)
    assert on_each.done("certificate", "issue") == "Nothing is due.\n"


def test_what_is_due_gets_another_push(on_each: CommandLine, parts_on_each: Parts) -> None:
    all_accepted(parts_on_each)
    (before,) = on_each.json("certificate", "list")
    assert before["state"] == "queued"
    assert on_each.json("certificate", "issue") == {"queued": 1}
    assert on_each.done("certificate", "issue") == "1 being made.\n"
    parts_on_each.issuer.issue(before["award"], 3)
    (after,) = on_each.json("certificate", "list")
    assert after["state"] == "issued"
    assert after["url"] == f"http://localhost:8401/c/{after['certificate']}"


def test_a_certificate_is_revoked_once_with_a_reason(on_each: CommandLine, parts_on_each: Parts) -> None:
    all_accepted(parts_on_each)
    (due,) = on_each.json("certificate", "list")
    parts_on_each.issuer.issue(due["award"], 1)
    (issued,) = on_each.json("certificate", "list")
    certificate_id = issued["certificate"]
    assert on_each.refused("certificate", "revoke", certificate_id, "--reason", " ").startswith("expected a reason")
    assert on_each.done("certificate", "revoke", certificate_id, "--reason", "Op eigen verzoek") == "Revoked.\n"
    assert on_each.json("certificate", "list")[0]["state"] == "revoked"
    assert "revoked before" in on_each.refused("certificate", "revoke", certificate_id, "--reason", "Nog eens")


def test_an_unknown_certificate_is_refused_and_a_reason_is_needed(installed: CommandLine) -> None:
    assert installed.refused("certificate", "revoke", "unknown", "--reason", "x") == "no such certificate"
    assert "Missing option '--reason'" in installed.misused("certificate", "revoke", "unknown")
