"""The measurements measure: each once, and what they print."""

from collections.abc import Iterator, Sequence

import pytest

from benchmarks import certificates, launches, scores
from benchmarks.measuring import Figure, Round, compared, figure
from benchmarks.stage import Stage, stage


@pytest.fixture(scope="module")
def scene() -> Iterator[Stage]:
    """The application and the school."""
    with stage() as opened:
        yield opened


def rates(figures: Sequence[Figure]) -> list[float]:
    return [one.rate for one in figures]


def test_a_figure_is_the_median_of_its_rounds() -> None:
    found = figure("x", [Round(10, 1.0, 0.1), Round(10, 2.0, 0.2), Round(10, 100.0, 0.3)])
    assert (found.rate, found.cpu_ms) == (5.0, 20.0)
    assert compared(found, Figure("y", 10.0, 10.0)) == "0.50 of its rate, 2.00 of its CPU"


def test_launches_are_measured_beside_the_peers(scene: Stage) -> None:
    found = list(launches.figures(scene, seconds=0))
    assert [one.name for one in found] == ["launches: ours", "launches: PyLTI1p3, keys cached"]
    assert min(rates(found)) > 0


def test_scores_arrive_at_the_school(scene: Stage) -> None:
    before = sum(1 for grade in scene.school.grades.values() if grade.final == 100)
    found = list(scores.figures(scene, posts=1, rows=scores.LANES))
    assert min(rates(found)) > 0
    assert sum(1 for grade in scene.school.grades.values() if grade.final == 100) - before >= 2 * scores.LANES


@pytest.mark.parametrize("name", list(certificates.Press.NAMES))
def test_each_way_of_making_a_certificate_can_be_measured(name: str) -> None:
    done = certificates.work(certificates.new_keys(), name, seconds=0)
    assert done.count == 1
