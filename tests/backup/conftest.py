"""Installations to back up, and empty ones to put a backup into, on each engine."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from lti_tool.config import Settings, load_settings
from lti_tool.ids import new_id

PASSPHRASE = "een wachtzin voor de tests"
QUICK = 4
"""Work factor of the passphrase: a backup of the tests is no secret."""


@pytest.fixture
def passphrase_file(tmp_path: Path) -> Path:
    """The passphrase, as an operator keeps it."""
    path = tmp_path / "passphrase"
    path.write_text(f"{PASSPHRASE}\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def nowhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[Settings], Settings]]:
    """Makes the settings of an empty installation on the same engine as another one, with the same address."""
    made: list[str] = []

    def make(like: Settings) -> Settings:
        url = None
        if not like.sqlalchemy_url.startswith("sqlite"):
            server: str = request.getfixturevalue("postgresql_url")
            name = f"icc_{new_id().lower()}"
            with psycopg.connect(f"{server}postgres", autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            made.append(name)
            url = f"{server}{name}"
        return load_settings(
            base_url=like.base_url,
            data_dir=tmp_path / f"new-{new_id()}",
            database_url=url,
            allow_private_platforms=like.allow_private_platforms,
        )

    yield make
    for name in made:
        with psycopg.connect(f"{request.getfixturevalue('postgresql_url')}postgres", autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
