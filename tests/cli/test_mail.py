"""Mail on the command line: one message shows whether it arrives, and the doctor says whether the server answers."""

from pathlib import Path

import pytest

from tests.cli.command import CommandLine
from tests.mail_server import mail_server
from tests.ports import free_port


def test_one_message_is_sent_and_the_doctor_is_content(
    installed: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with mail_server(tmp_path, tls="starttls") as double:
        monkeypatch.setenv("ICC_SMTP_URL", double.url("starttls"))
        monkeypatch.setenv("ICC_SMTP_CA", str(double.authority))
        monkeypatch.setenv("ICC_MAIL_FROM", "noreply@icc.example.org")
        assert "took the message" in installed.done("mail", "test", "zoe@school.example")
        (taken,) = double.taken
        assert (taken.to, taken.secure) == ("zoe@school.example", True)
        found = {row["what"]: row["good"] for row in installed.json("doctor")}
        assert found["mail"] is True
        double.moods.recipient = "550 5.1.1 no such user"
        assert "refuses this recipient" in installed.refused("mail", "test", "zoe@school.example")


def test_what_is_missing_is_told(installed: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "set ICC_SMTP_URL and ICC_MAIL_FROM" in installed.refused("mail", "test", "zoe@school.example")
    assert "expected an e-mail address" in installed.refused("mail", "test", "zoe")
    monkeypatch.setenv("ICC_SMTP_URL", f"smtp://127.0.0.1:{free_port()}")
    assert "set both, or none" in installed.refused("mail", "test", "zoe@school.example")
    monkeypatch.setenv("ICC_MAIL_FROM", "geen adres")
    assert "ICC_MAIL_FROM: expected an address" in installed.refused("mail", "test", "zoe@school.example")
    monkeypatch.setenv("ICC_MAIL_FROM", "noreply@icc.example.org")
    assert "nobody listens there" in installed.refused("mail", "test", "zoe@school.example")
