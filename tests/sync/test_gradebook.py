"""The gradebook: few requests, and never an answer that is older than our own last post."""

from collections.abc import Callable, Mapping

import pytest

from lti_tool.advantage.results import Result
from lti_tool.errors import Unreachable
from lti_tool.platforms.service import PlatformInfo, info_of
from lti_tool.sync.gradebook import EVERYBODY_FROM, KEPT, Gradebook
from tests.clock import FakeClock
from tests.sync.desk import Desk

URL = "https://lms.example/items/1"


class Held:
    """Results by user, and what was asked."""

    def __init__(self) -> None:
        self.scores: dict[str, float] = {}
        self.asked: list[str] = []
        self.down = False
        self.meanwhile: Callable[[], None] | None = None

    def of(self, _platform: PlatformInfo, _url: str, user_id: str) -> Result | None:
        self._ask(user_id)
        return self._result(user_id)

    def all(self, _platform: PlatformInfo, _url: str) -> Mapping[str, Result]:
        self._ask("everybody")
        return {user: Result(score, 100, None) for user, score in self.scores.items()}

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if self.meanwhile is not None:
            self.meanwhile()
        if self.down:
            raise Unreachable("down")

    def _result(self, user_id: str) -> Result | None:
        score = self.scores.get(user_id)
        return Result(score, 100, None) if score is not None else None


@pytest.fixture
def held() -> Held:
    return Held()


@pytest.fixture
def gradebook(held: Held, clock: FakeClock) -> Gradebook:
    return Gradebook(held, clock)  # type: ignore[arg-type]  # asks nothing but these two


@pytest.fixture
def platform(desk: Desk) -> PlatformInfo:
    return info_of(desk.platform)


def score(gradebook: Gradebook, platform: PlatformInfo, user: str) -> float | None:
    found = gradebook.held(platform, URL, user)
    return found.score if found is not None else None


def test_the_first_are_read_one_by_one_and_then_everybody_at_once(
    gradebook: Gradebook, held: Held, platform: PlatformInfo
) -> None:
    held.scores = {"3": 60}
    users = [str(number) for number in range(10)]
    assert [score(gradebook, platform, user) for user in users] == [None, None, None, 60, *[None] * 6]
    assert held.asked == [*users[: EVERYBODY_FROM - 1], "everybody"]


def test_where_many_are_waiting_everybody_is_asked_for_at_once(
    gradebook: Gradebook, held: Held, platform: PlatformInfo
) -> None:
    held.scores = {"2": 60}
    assert gradebook.held(platform, URL, "1", crowd=EVERYBODY_FROM) is None
    assert score(gradebook, platform, "2") == 60
    assert gradebook.held(platform, f"{URL}0", "1", crowd=EVERYBODY_FROM - 1) is None
    assert held.asked == ["everybody", "1"]


def test_what_was_read_counts_for_a_moment_only(
    gradebook: Gradebook, held: Held, platform: PlatformInfo, clock: FakeClock
) -> None:
    assert score(gradebook, platform, "1") is None
    held.scores = {"1": 60}
    assert score(gradebook, platform, "1") is None
    clock.advance(seconds=KEPT.total_seconds())
    assert score(gradebook, platform, "1") == 60


def test_who_was_posted_for_is_read_again(gradebook: Gradebook, held: Held, platform: PlatformInfo) -> None:
    for user in ("1", "2", "3", "4"):
        score(gradebook, platform, user)
    held.scores = {"1": 100}
    gradebook.wrote(platform, URL, "1")
    assert score(gradebook, platform, "2") is None
    assert score(gradebook, platform, "1") == 100
    assert score(gradebook, platform, "1") == 100
    assert held.asked.count("everybody") == 2


def test_a_post_during_a_reading_makes_that_reading_old(gradebook: Gradebook, held: Held, platform: PlatformInfo) -> None:
    def meanwhile() -> None:
        gradebook.wrote(platform, URL, "1")
        held.meanwhile = None

    held.meanwhile = meanwhile
    assert score(gradebook, platform, "1") is None
    held.scores = {"1": 100}
    assert score(gradebook, platform, "1") == 100


def test_a_reading_that_fails_leaves_nothing_behind(gradebook: Gradebook, held: Held, platform: PlatformInfo) -> None:
    gradebook.wrote(platform, URL, "1")
    held.down = True
    with pytest.raises(Unreachable):
        gradebook.held(platform, URL, "1")
    held.down, held.scores = False, {"1": 100}
    assert score(gradebook, platform, "1") == 100


def test_a_fresh_answer_can_be_asked_for(gradebook: Gradebook, held: Held, platform: PlatformInfo) -> None:
    assert score(gradebook, platform, "1") is None
    held.scores = {"1": 60}
    found = gradebook.held(platform, URL, "1", fresh=True)
    assert found is not None
    assert found.score == 60
