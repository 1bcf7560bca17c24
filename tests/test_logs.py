"""The log: one line an event, and nothing of an exception but its kind and place."""

import json
import logging

import pytest
import structlog

from lti_tool.config import load_settings
from lti_tool.logs import configure_logs, silence_logs

NAME = "Zoë van 't Höfen"


def stumble() -> None:
    """Raise what has a person in it."""
    raise ValueError(f"parameters: {NAME}")


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """What was logged."""
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_both_kinds_of_loggers_write_one_line_of_json_an_event(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(load_settings())
    structlog.get_logger("ours").info("score.posted", platform="p1")
    logging.getLogger("theirs").warning("pool is %s", "full")
    ours, theirs = lines(capsys)
    assert (ours["event"], ours["platform"], ours["level"], ours["logger"]) == ("score.posted", "p1", "info", "ours")
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("pool is full", "warning", "theirs")
    assert str(ours["timestamp"]).endswith("Z")


def test_what_is_less_severe_than_asked_is_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(load_settings(log_level="WARNING"))
    structlog.get_logger("ours").info("score.posted")
    logging.getLogger("theirs").info("fine")
    logging.getLogger("dbos").info("fine")
    assert lines(capsys) == []


@pytest.mark.parametrize("theirs", [True, False])
@pytest.mark.parametrize("log_format", ["json", "console"])
def test_an_exception_is_logged_without_its_message(
    capsys: pytest.CaptureFixture[str], theirs: bool, log_format: str
) -> None:
    configure_logs(load_settings(log_format=log_format))
    try:
        stumble()
    except ValueError:
        if theirs:
            logging.getLogger("theirs").exception("it went wrong")
        else:
            structlog.get_logger("ours").exception("it went wrong")
    written = capsys.readouterr().err
    assert written.count("\n") == 1
    assert "it went wrong" in written
    assert "ValueError" in written
    assert "stumble" in written
    assert NAME not in written
    assert "parameters" not in written


def test_a_short_command_logs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger().handlers[:] = []
    silence_logs()
    structlog.get_logger("ours").error("score.failed")
    logging.getLogger("theirs").error("score.failed")
    assert capsys.readouterr() == ("", "")
