"""Fixtures: a recorded Moodle, and clients that do not really wait."""

from collections.abc import Callable, Iterator

import pytest

from moodle_client import Manners, MoodleClient, RetryPolicy, SiteGate
from tests.moodle_client.recorded_moodle import RecordedMoodle

ClientMaker = Callable[..., MoodleClient]


@pytest.fixture
def moodle() -> Iterator[RecordedMoodle]:
    """A recorded Moodle on loopback."""
    with RecordedMoodle() as running:
        yield running


@pytest.fixture
def waits() -> list[float]:
    """The waits of the client before its retries, in seconds; none of them happened."""
    return []


@pytest.fixture
def manners(waits: list[float]) -> Manners:
    """The usual manners, but that waits are noted only, and drawn without chance."""
    return Manners(timeout=(5.0, 10.0), sleep=waits.append, random=lambda: 1.0)


@pytest.fixture
def make_client(moodle: RecordedMoodle, manners: Manners) -> Iterator[ClientMaker]:
    """Makes clients of the recorded Moodle; all are closed afterwards."""
    made: list[MoodleClient] = []

    def make(token: str | None = None, **options: object) -> MoodleClient:
        settings = {"allow_http": True, "manners": manners, "gate": SiteGate(), **options}
        made.append(MoodleClient(moodle.url, token or moodle.token, **settings))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def client(make_client: ClientMaker) -> MoodleClient:
    """A client of the recorded Moodle."""
    return make_client()


@pytest.fixture
def no_retries(waits: list[float]) -> Manners:
    """Manners that never try again."""
    return Manners(timeout=(5.0, 10.0), retry=RetryPolicy(attempts=1), sleep=waits.append)
