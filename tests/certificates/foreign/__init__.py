"""Verifiers from npm, run in one Node process: what they are, installed by their lock, and how they are asked.

``npm ci`` puts them beside this file once for each lock; nothing else of npm is used, and they load nothing.
"""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LISTS = (HERE / "package.json", HERE / "package-lock.json")
MODULES = HERE / "node_modules"
NEEDED = "These tests need Node.js 18 or newer and npm. Install them with: sudo apt-get install nodejs npm"
INSTALL_SECONDS = 300
PATIENCE_SECONDS = 120


class Missing(Exception):
    """Node.js, npm or the packages are not there; the message says what to do."""


@dataclass(frozen=True)
class Asked:
    """A certificate to verify: `json` or `jwt`, and the status list that they find."""

    name: str
    kind: str
    data: str
    status_list: Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """What they say of one certificate."""

    accepted: bool
    reason: str


def install() -> None:
    """Install the packages of the lock, unless that was done.

    Raises:
        Missing: they cannot be.
    """
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise Missing(NEEDED)
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in LISTS)).hexdigest()
    done = MODULES / ".installed"
    if done.exists() and done.read_text() == wanted:
        return
    command = [npm, "ci", "--loglevel=error", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        subprocess.run(command, cwd=HERE, check=True, capture_output=True, timeout=INSTALL_SECONDS)  # noqa: S603
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        said = (error.stderr or b"no answer").decode("utf-8", "replace").strip().splitlines()
        raise Missing(f"npm could not install the verifiers: {said[0] if said else 'no reason given'}") from error
    done.write_text(wanted)


def ask(setting: Mapping[str, Any], certificates: Iterable[Asked]) -> dict[str, Answer]:
    """Let them verify certificates, and return what they say by name.

    Args:
        setting: what they may load: documents, keys, schema, issuer and the moment.
        certificates: each with a name of its own.
    """
    lines = [json.dumps(setting)]
    lines += [
        json.dumps({"name": one.name, "kind": one.kind, "data": one.data, "list": one.status_list}) for one in certificates
    ]
    node = shutil.which("node") or "node"
    run = subprocess.run(  # noqa: S603
        [node, str(HERE / "verify.mjs")],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    )
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    return {answer["name"]: Answer(answer["accepted"], answer["reason"]) for answer in answers}
