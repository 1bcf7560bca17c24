"""The measurements of scores: the platform that takes them, each of our ways once, and what is made of the figures."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from benchmarks.__main__ import DOCUMENT
from benchmarks.launches.table import in_document
from benchmarks.scores import beside, connectors, outbox, table
from benchmarks.scores.aims import aims
from benchmarks.scores.conditions import ALL, FAULTS, PLAIN
from benchmarks.scores.platform import SCORE_TYPE, Platform, platform
from benchmarks.scores.results import Condition, Measured, Results
from benchmarks.scores.rounds import play, play_rounds
from benchmarks.scores.sides import Way
from benchmarks.scores.work import EVERY, Fault, Played, Score, Tally, Terms, scores, together

pytestmark = pytest.mark.long

FEW = 100


@pytest.fixture(scope="module")
def there() -> Iterator[Platform]:
    """The platform's process."""
    with platform() as opened:
        yield opened


def tally(tokens: int = 1, connections: int = 8) -> Tally:
    return Tally(tokens, connections, connections, 0, 0, {})


def measured(rate: float, *, lost: int = 0, tokens: int = 1, connections: int = 8) -> Measured:
    return Measured(100, lost, Played((100 - lost) / rate, 0.1), tally(tokens, connections))


def results(conditions: Sequence[Condition], rounds: dict[tuple[str, str], Sequence[Measured]]) -> Results:
    ways = [Way(key, f"the way {key}", nobody, {}, {}) for key in dict.fromkeys(way for way, _condition in rounds)]
    made = Results(ways, conditions)
    for (way, condition), found in rounds.items():
        for one in found:
            made.add(way, condition, one)
    return made


def nobody(_platforms: Sequence[str], _work: Sequence[Score], _patience: float) -> Played:
    return Played(1.0, 0.0)


class Caller:
    """A tool that knows the rules."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._session = requests.Session()
        form = {"grant_type": "client_credentials", "client_assertion": "a.b.c", "scope": "score"}
        self.token = self._session.post(f"{self.url}/token", data=form).json()["access_token"]

    def post(self, score: Score, stamp: str = "2026-11-23T12:00:00Z", token: str | None = None) -> requests.Response:
        body = {"userId": score.user, "scoreGiven": 100, "scoreMaximum": 100, "comment": score.comment, "timestamp": stamp}
        headers = {"Authorization": f"Bearer {token or self.token}", "Content-Type": SCORE_TYPE}
        return self._session.post(f"{self.url}{score.path}/scores", json=body, headers=headers, timeout=1)

    def results(self, score: Score, **query: str) -> list[str]:
        headers = {"Authorization": f"Bearer {self.token}"}
        rows = self._session.get(f"{self.url}{score.path}/results", params=query, headers=headers).json()
        return [row["userId"] for row in rows]


def test_the_scores_are_for_several_people_on_each_line_item_and_each_is_one_of_a_kind() -> None:
    work = scores(1000)
    assert len({score.path for score in work}) == 100
    assert len({(score.path, score.user) for score in work}) == len({score.comment for score in work}) == 1000
    few = scores(30)
    assert (len({score.path for score in few}), len({score.user for score in few})) == (3, 30)


def test_the_platform_takes_scores_with_a_token_of_its_own_and_counts_what_it_saw(there: Platform) -> None:
    port = there.open(Terms(0))
    caller = Caller(port)
    first, second, *_rest = scores(200)
    assert caller.post(first, token="another").status_code == 401  # none that it gave
    assert [caller.post(score).status_code for score in (first, second)] == [200, 200]
    assert caller.post(first).status_code == 409
    assert caller.post(first, "2026-11-23T12:00:01Z").status_code == 200
    assert caller.results(first) == [first.user, second.user]
    assert caller.results(first, user_id=second.user) == [second.user]
    seen = there.close(port)
    assert (seen.tokens, seen.connections, seen.most_open, seen.calls, seen.posts) == (1, 1, 1, 6, 3)
    assert seen.lost([first, second]) == 0
    assert seen.lost(scores(200)) == 198


def test_a_score_that_is_held_otherwise_than_it_was_to_be_delivered_is_lost() -> None:
    wanted = Score(0, 0, 0)
    for held in ((50, 100, wanted.comment), (100, 100, "another comment"), (100, 100, None)):
        assert Tally(1, 1, 1, 1, 1, {(wanted.path, wanted.user): held}).lost([wanted]) == 1


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.BUSY, Fault.DROPPED, Fault.SILENT])
def test_the_platform_fails_as_often_as_it_should_and_has_stored_nothing_then(there: Platform, fault: Fault) -> None:
    port = there.open(Terms(0, fault))
    caller, work = Caller(port), scores(FEW)
    took: list[Score] = []
    for score in work:
        with suppress(requests.RequestException):
            if caller.post(score).ok:
                took.append(score)
    seen = there.close(port)
    assert len(took) == seen.posts == FEW - FEW // EVERY[fault]
    assert (seen.lost(took), seen.lost(work)) == (0, FEW // EVERY[fault])


def test_several_platforms_count_together_and_connections_are_of_the_busiest() -> None:
    one = Tally(1, 4, 3, 7, 5, {("a", "1"): (1, 1, None)})
    two = Tally(2, 3, 2, 8, 6, {("b", "1"): (1, 1, None)})
    assert together([one, two]) == Tally(3, 4, 3, 15, 11, {**one.held, **two.held})


@pytest.mark.parametrize("fault", [Fault.NONE, Fault.ERROR, Fault.DROPPED])
def test_our_connector_delivers_everything(there: Platform, fault: Fault) -> None:
    way = Way("connector", "ours", connectors.post, {0: FEW}, {})
    found = play(there, way, Terms(0, fault), FEW)
    assert (found.lost, found.tally.tokens, found.played.given_up) == (0, 1, False)
    assert found.tally.most_open <= connectors.AT_ONCE


def test_our_outbox_delivers_everything_end_to_end(there: Platform, tmp_path: Path) -> None:
    (opening,) = [one for one in outbox.openings() if one.keys == ("sqlite",)]
    with opening.start(tmp_path) as ways:
        made = Results([Way(way.key, way.name, way.deliver, {0: FEW}, {}, way.platforms) for way in ways], ALL[:1])
        play_rounds(there, 1, made, lambda _line: None)
    cell = made.cell("sqlite", "0")
    assert cell is not None
    assert (cell.lost, cell.given_up) == (0, False)
    assert min(cell.rate, cell.cpu_ms) > 0


def test_what_pylti1p3_fails_to_post_is_lost_and_ends_nothing(there: Platform) -> None:
    (opening,) = [one for one in beside.openings() if one.name == "PyLTI1p3"]
    with opening.start(Path()) as ways:
        found = [play(there, way, Terms(0, Fault.ERROR), FEW) for way in ways]
    assert [one.lost for one in found] == [FEW // EVERY[Fault.ERROR]] * 3
    assert [one.tally.tokens for one in found] == [found[0].tally.tokens, 1, FEW]


def test_counts_are_the_worst_of_the_rounds_and_rates_the_median() -> None:
    rounds = [measured(10), measured(30, lost=1, tokens=3), measured(20, connections=9)]
    cell = results(ALL, {("a", "0"): rounds}).cell("a", "0")
    assert cell is not None
    assert (cell.rate, cell.best_rate) == pytest.approx((20, 30))
    assert (cell.lost, cell.tokens, cell.most_open, cell.rounds) == (1, 3, 9, 3)


def test_an_aim_is_met_not_met_or_not_measured() -> None:
    made = results(
        [*PLAIN, FAULTS[0]],
        {
            ("connector", "0"): [measured(1600)],
            ("connector", "20"): [measured(200)],
            ("connector", FAULTS[0].key): [measured(10, lost=1, tokens=4)],
            ("postgresql", "20"): [measured(160, connections=4)],
            ("ltijs", "20"): [measured(300)],
        },
    )
    alone, durable = "our connector alone", "outbox on PostgreSQL"
    assert {(aim.database, aim.what): aim.met for aim in aims(made)} == {
        (alone, "0 ms: scores"): True,
        (alone, "20 ms: scores"): False,
        (alone, "100 ms: scores"): None,
        (alone, "tokens for a run"): True,
        (alone, "connections to a platform at once"): True,
        (alone, "scores lost under all conditions"): False,
        (durable, "20 ms, end to end: scores"): True,
        (durable, "connections to a platform at once"): True,
        (durable, "scores lost under all conditions"): True,
    }
    shown = list(table.lines(made))
    assert sum(line.endswith("NOT MET") for line in shown) == 2
    assert made.ratio("postgresql", "ltijs", "20") == pytest.approx(160 / 300)
    assert [cell["way"] for cell in table.as_data(made)["cells"]] == [
        "connector",
        "connector",
        "postgresql",
        "ltijs",
        "connector",
    ]


def test_the_document_has_a_place_for_the_table() -> None:
    document = in_document(DOCUMENT.read_text("utf-8"), ["figures"], table.BEGIN, table.END)
    assert f"{table.BEGIN}\n```text\nfigures\n```\n{table.END}" in document
