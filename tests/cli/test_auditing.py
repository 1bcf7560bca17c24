"""The audit trail on the command line."""

from lti_tool.app import Parts
from tests.cli.command import CommandLine


def test_the_trail_is_listed_newest_first_and_narrowed(installed: CommandLine, parts: Parts) -> None:
    with parts.database.session() as session:
        parts.audit.done(session, "account1", "exchange.share", "piece1")
    parts.audit.refused("account2", "training.version", "version1")
    rows = installed.json("audit")
    assert [(row["account"], row["what"], row["target"], row["outcome"]) for row in rows] == [
        ("account2", "training.version", "version1", "refused"),
        ("account1", "exchange.share", "piece1", "done"),
    ]
    assert [row["account"] for row in installed.json("audit", "--refused")] == ["account2"]
    assert [row["account"] for row in installed.json("audit", "--account", "account1")] == ["account1"]
    assert len(installed.json("audit", "--limit", "1")) == 1
    assert "exchange.share" in installed.done("audit")


def test_an_empty_trail_says_so(installed: CommandLine) -> None:
    assert "Nothing there." in installed.done("audit")
