"""The measurements of pages: each once with a small cohort, and what is made of the figures."""

from benchmarks.__main__ import DOCUMENT
from benchmarks.launches.table import in_document
from benchmarks.pages import table
from benchmarks.pages.aims import aims
from benchmarks.pages.conditions import SQLITE
from benchmarks.pages.results import Measured, Results
from benchmarks.pages.rounds import measure
from benchmarks.pages.visits import ALL
from lti_tool.demo.crowd import CrowdPlan

BOARD = next(page for page in ALL if page.key == "board")


def test_every_page_is_visited_and_counted() -> None:
    results = measure([SQLITE], (), 1, lambda _line: None, CrowdPlan(participants=6, versions=2, schools=2))
    cells = {page.key: results.cell(page.key, "sqlite") for page in ALL}
    for cell in cells.values():
        assert cell is not None
        assert 0 < cell.p50 <= cell.p95
        assert cell.queries > 1
        assert cell.size > 1000
    assert [line for line in table.lines(results) if line.startswith("the board")]
    assert len(table.as_data(results)["cells"]) == len(ALL)


def test_a_page_that_takes_too_long_does_not_meet_its_aim() -> None:
    results = Results([BOARD], [SQLITE])
    results.add("board", "sqlite", Measured((0.050,) * 19 + (0.300,), 1.0, 0.0, 17, 1000))
    assert [aim.met for aim in aims(results)] == [True]
    results.add("board", "sqlite", Measured((0.050,) * 18 + (0.300,) * 2, 1.0, 0.0, 18, 1000))
    results.add("board", "sqlite", Measured((0.050,) * 18 + (0.300,) * 2, 1.0, 0.0, 17, 1000))
    (aim,) = aims(results)
    assert (aim.met, aim.value) == (False, 300.0)
    cell = results.cell("board", "sqlite")
    assert cell is not None
    assert (cell.queries, cell.cpu_ms) == (18, 50.0)


def test_the_document_has_a_place_for_the_table() -> None:
    assert table.BEGIN in in_document(DOCUMENT.read_text("utf-8"), ["x"], table.BEGIN, table.END)
