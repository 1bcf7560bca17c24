"""The systemd units and the example of the settings: what they name is there, and what they promise is set."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from lti_tool.cli import main
from lti_tool.config import Settings, load_settings
from lti_tool.safety import unsafe
from lti_tool.serving import STOP_SECONDS

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
HARDENED = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "CapabilityBoundingSet": "",
    "UMask": "0077",
    "User": "icc-bridge",
}


def settings_of(unit: Path) -> dict[str, str]:
    """The unit's settings; the last of each name."""
    joined = unit.read_text().replace("\\\n", " ")
    return dict(line.split("=", 1) for line in joined.splitlines() if "=" in line and not line.startswith("#"))


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_each_service_may_do_little(unit: Path) -> None:
    found = settings_of(unit)
    assert {name: found.get(name) for name in HARDENED} == HARDENED


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_the_commands_of_a_service_are_there(unit: Path) -> None:
    commands = re.findall(r"/\.venv/bin/icc-bridge ([^;'\n]+)", settings_of(unit)["ExecStart"])
    assert commands
    for words in commands:
        command: click.Command = main
        rest = shlex.split(words)
        while isinstance(command, click.Group):
            command = command.commands[rest.pop(0)]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in rest if word.startswith("--")} <= known


def test_a_service_is_given_the_time_that_a_good_end_takes() -> None:
    for name in ("icc-bridge-web.service", "icc-bridge-worker.service"):
        assert int(settings_of(DEPLOY / "systemd" / name)["TimeoutStopSec"]) > STOP_SECONDS


def test_the_example_of_the_settings_is_one_that_may_start(tmp_path: Path) -> None:
    lines = (DEPLOY / "icc-bridge.env.example").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if line.startswith("ICC_"))
    offered = {line[1:].split("=", 1)[0] for line in lines if line.startswith("#ICC_")}
    assert {name.removeprefix("ICC_").lower() for name in (*given, *offered)} <= set(Settings.model_fields)
    settings = load_settings(**{name.removeprefix("ICC_").lower(): value for name, value in given.items()})
    assert list(unsafe(settings.model_copy(update={"data_dir": tmp_path}), {})) == []


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze (Debian's package systemd) is not here")
def test_systemd_itself_understands_the_units(tmp_path: Path) -> None:
    program = tmp_path / "icc-bridge"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for unit in UNITS:
        text = re.sub(
            r"^(ExecStart=)/opt/icc-bridge/\.venv/bin/icc-bridge", rf"\1{program}", unit.read_text(), flags=re.MULTILINE
        )
        (tmp_path / unit.name).write_text(text)
    words = ["systemd-analyze", "verify", *(str(tmp_path / unit.name) for unit in UNITS)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, done.stderr) == (0, "")
