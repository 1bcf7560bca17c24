"""Whatever is sent to the login, the launch and the registration: an answer that people can use, a trace, nothing stored."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from lti_tool.config import Settings, load_settings
from lti_tool.demo.school import SigningKey
from tests.conftest import SECRET
from tests.fuzzing.attacks import ATTACKS, Attack, Example
from tests.fuzzing.target import Target, standing

EXAMPLES = 100
ON_POSTGRESQL = 40
"""What gets as far as the database is tried on the other engine too."""
CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


@pytest.fixture(scope="module")
def key() -> SigningKey:
    """One key for the school: making them costs time."""
    return SigningKey.generate()


@pytest.fixture(scope="module")
def standing_settings(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of an installation like one in use: no private addresses."""
    folder = tmp_path_factory.mktemp("fuzzing")
    shutil.copy(sqlite_template, folder / "icc.sqlite")
    return _settings(folder, f"sqlite:///{folder / 'icc.sqlite'}")


@pytest.fixture(scope="module")
def target(standing_settings: Settings, key: SigningKey) -> Iterator[Target]:
    """The application on SQLite, that everything is thrown at."""
    with standing(standing_settings, key) as target:
        yield target


@pytest.fixture
def on_postgresql(new_postgresql_url: Callable[[], str], tmp_path: Path, key: SigningKey) -> Iterator[Target]:
    """The application on PostgreSQL."""
    with standing(_settings(tmp_path, new_postgresql_url()), key) as target:
        yield target


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_every_attack_ends_well(target: Target, attack: Attack) -> None:
    play(target, attack, EXAMPLES)


@pytest.mark.postgresql
@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if attack.keeps], ids=lambda attack: attack.name)
def test_every_attack_ends_well_on_postgresql(on_postgresql: Target, attack: Attack) -> None:
    play(on_postgresql, attack, ON_POSTGRESQL)


def test_no_way_in_is_left_out(target: Target) -> None:
    posted = {
        rule.rule
        for rule in target.app.url_map.iter_rules()
        if rule.rule.startswith("/lti/") and "POST" in (rule.methods or ())
    }
    registering = {f"/lti/register/<invite>{page}" for page in ("", "/connected", "/check")}
    assert posted == {"/lti/login", "/lti/login/storage", "/lti/launch", *registering}


def play(target: Target, attack: Attack, examples: int) -> None:
    """Play an attack with so many examples; each is seen by the target, which fails at what may not be."""

    @settings(max_examples=examples, deadline=None, suppress_health_check=CHECKS, database=None)
    @given(example=attack.makes)
    def throw(example: Example) -> None:
        attack.play(target, example)

    before = target.tally.requests
    throw()
    assert target.tally.requests >= before + examples // 2
    assert target.tally.stored == 0
    assert target.tally.traced == target.tally.refused
    target.tells_nothing()


def _settings(folder: Path, database_url: str) -> Settings:
    return load_settings(data_dir=folder / "var", database_url=database_url, secret_key=SECRET)
