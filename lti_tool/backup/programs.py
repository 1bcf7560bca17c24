"""PostgreSQL's own programs, pg_dump and pg_restore: found, fit for the server, and called without a password in sight."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from sqlalchemy import URL, make_url

from lti_tool.backup.errors import BackupRefused

DEBIAN = Path("/usr/lib/postgresql")


def find_program(name: str, least: int, *, debian: Path = DEBIAN, path: str | None = None) -> str:
    """Return where a program is that is at least as new as the server.

    Args:
        name: ``pg_dump`` or ``pg_restore``.
        least: major version of the server.
        debian: where Debian keeps its versions beside each other.
        path: where to look first; by default as the shell does.

    Raises:
        BackupRefused: there is none, or only older ones.
    """
    found = {program: _major(program) for program in _candidates(name, debian, path)}
    fit = [program for program, major in found.items() if major >= least]
    if fit:
        return fit[0]
    if not found:
        raise BackupRefused(f"{name} is missing: install Debian's package postgresql-client")
    raise BackupRefused(
        f"{name} is of PostgreSQL {max(found.values())} and the server of {least}: install postgresql-client-{least}"
    )


def call(
    program: str, arguments: Sequence[str], url: str, *, given: IO[bytes] | None = None, into: IO[bytes] | None = None
) -> None:
    """Run a program on a database.

    Args:
        program: where it is.
        arguments: but for the database.
        url: the database's, as SQLAlchemy has it; the password travels in the environment.
        given, into: open files for its standard input and output.

    Raises:
        BackupRefused: it failed; says the first line of why.
    """
    parsed = make_url(url)
    done = subprocess.run(  # noqa: S603  # a program of the system with arguments of ours
        [program, *arguments, f"--dbname={_without_password(parsed)}"],
        env=_environment(parsed),
        stdin=given if given is not None else subprocess.DEVNULL,
        stdout=into if into is not None else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").splitlines()
        why = next((line for line in lines if "error:" in line), lines[0] if lines else f"exit code {done.returncode}")
        raise BackupRefused(f"{Path(program).name} failed: {why.removeprefix(f'{Path(program).name}: ')}")


def _candidates(name: str, debian: Path, path: str | None) -> Iterator[str]:
    first = shutil.which(name, path=path)
    if first is not None:
        yield first
    yield from (str(one) for one in sorted(debian.glob(f"*/bin/{name}"), key=lambda one: -_number(one.parts[-3])))


def _number(version: str) -> int:
    return int(version) if version.isdecimal() else 0


def _major(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else 0


def _without_password(url: URL) -> str:
    return url.set(drivername="postgresql", password=None).render_as_string()


def _environment(url: URL) -> Mapping[str, str]:
    password = {} if url.password is None else {"PGPASSWORD": str(url.password)}
    return {**os.environ, **password}
