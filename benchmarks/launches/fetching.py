"""What the peers need, from PyPI and npm, in a folder that is not part of the project; fetched once and kept."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.launches.sides import Missing

ROOT = Path(__file__).parents[2]
PEERS = ROOT / "benchmarks" / "peers"
FETCHED = ROOT / ".bench"
INSTALL_SECONDS = 300


def program(name: str, package: str) -> str:
    """Return the path of a program.

    Raises:
        Missing: it is not on this machine.
    """
    found = shutil.which(name)
    if found is None:
        raise Missing(f"{name} is missing; install Debian's package {package}")
    return found


def python_packages() -> Path:
    """Return the folder with what PyLTI1p3's example needs beside our own packages.

    PyLTI1p3, Flask, gunicorn and PyJWT are those of our own environment, so both sides run on the same versions.

    Raises:
        Missing: it cannot be fetched.
    """
    folder = FETCHED / "python"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    fetch(folder, [PEERS / "requirements.txt"], [*pip, "--target", ".", "-r", "requirements.txt"])
    return folder


def node_modules() -> Path:
    """Return the folder with ltijs and all it needs, by its lock.

    Raises:
        Missing: npm is missing, or it cannot be fetched.
    """
    folder = FETCHED / "node"
    npm = [program("npm", "npm"), "ci", "--loglevel=error", "--ignore-scripts", "--no-audit", "--no-fund"]
    fetch(folder, [PEERS / "package.json", PEERS / "package-lock.json"], npm)
    return folder / "node_modules"


def fetch(folder: Path, lists: Sequence[Path], command: Sequence[str]) -> None:
    """Run `command` in `folder` beside copies of `lists`, unless that was done for these very lists.

    Raises:
        Missing: it fails, or takes too long.
    """
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in lists)).hexdigest()
    done = folder / "done"
    if done.exists() and done.read_text() == wanted:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in lists:
        shutil.copy(path, folder)
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=INSTALL_SECONDS)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise Missing(f"{folder.name} packages could not be fetched in {INSTALL_SECONDS} s") from None
    except subprocess.CalledProcessError as error:
        raise Missing(f"{folder.name} packages could not be fetched: {_reason(error.stderr)}") from None
    done.write_text(wanted)


def _reason(stderr: bytes) -> str:
    """Return the first line that names an error: pip and npm go on with advice."""
    lines = [line.strip() for line in stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    return next((line for line in lines if "error" in line.lower()), lines[-1] if lines else "no reason given")
