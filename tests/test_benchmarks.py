"""The measurements measure: each once, and what they make of it."""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from benchmarks import certificate_batch, certificates
from benchmarks.__main__ import DOCUMENT, main
from benchmarks.certificate_table import Line
from benchmarks.launches import ours, table
from benchmarks.launches.aims import aims
from benchmarks.launches.children import NotStarted, server
from benchmarks.launches.conditions import CROWD, EIGHT, SLOW, Condition
from benchmarks.launches.fetching import fetch, program
from benchmarks.launches.load import Load, Played, Tool
from benchmarks.launches.results import Measured, Results
from benchmarks.launches.rounds import Arena, arena, play_rounds
from benchmarks.launches.sides import Missing, Side, Way
from benchmarks.launches.usage import Process, cpu_seconds, read_stat, tree_ticks
from benchmarks.launches.wire import Answer, take
from benchmarks.measuring import percentile

TOOL = Tool(1, "/login", "/launch", onward=(), shows="")


@pytest.fixture(scope="module")
def played_in() -> Iterator[Arena]:
    """The load driver and its school."""
    with arena() as opened:
        yield opened


@pytest.fixture(scope="module")
def our_side(played_in: Arena, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Side]:
    """The tool, served by two processes."""
    with ours.running("sqlite", "SQLite", played_in.school, tmp_path_factory.mktemp("ours"), None) as side:
        yield side


def measured(rate: float, latency: float = 10.0, cpu_ms: float = 2.0, **failures: int) -> Measured:
    return Measured(Played((latency,), failures, 1 / rate, 0.001), cpu_ms / 1000)


def results(conditions: Sequence[Condition], rounds: dict[tuple[str, str], Sequence[Measured]]) -> Results:
    keys = dict.fromkeys(way for way, _condition in rounds)
    made = Results([Way(key, f"the way {key}", TOOL) for key in keys], conditions)
    for (way, condition), found in rounds.items():
        for one in found:
            made.add(way, condition, one)
    return made


@pytest.mark.parametrize(("share", "value"), [(0.5, 50.0), (0.95, 95.0), (0.99, 99.0), (1.0, 100.0), (0.001, 1.0)])
def test_a_percentile_is_the_value_that_this_share_keeps_to(share: float, value: float) -> None:
    assert percentile([float(number) for number in range(1, 101)], share) == value
    assert percentile([7.0], share) == 7.0


def test_a_process_is_read_whatever_its_name() -> None:
    line = "42 (a) R (b c) S 7 42 42 0 -1 4194560 100 200 0 0 11 22 33 44 20 0 1 0 500 1000 200"
    assert read_stat(line) == Process(parent=7, ticks=11 + 22 + 33 + 44)


def test_the_cpu_of_a_tree_is_that_of_all_below_it_and_of_nobody_else() -> None:
    known = {
        1: Process(0, 1000),
        10: Process(1, 1),
        11: Process(10, 2),
        12: Process(11, 4),
        20: Process(1, 8),
        30: Process(1, 16),
    }
    assert tree_ticks(known, [10]) == 7
    assert tree_ticks(known, [10, 11, 20]) == 15
    assert tree_ticks(known, [99]) == 0


def test_work_shows_in_the_cpu_of_a_process() -> None:
    before, until = cpu_seconds([os.getpid()]), time.process_time() + 0.1
    while time.process_time() < until:
        pass
    assert cpu_seconds([os.getpid()]) - before >= 0.08


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
        (b"HTTP/1.1 303 See Other\r\nContent-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n", b"hello"),
    ],
)
def test_an_answer_is_taken_once_it_is_complete(sent: bytes, body: bytes) -> None:
    head = sent.split(b"\r\n\r\n")[0]
    assert take(sent + b"HTTP/1.1 next") == (head, body, len(sent))
    assert [take(sent[:length]) for length in range(len(sent))] == [None] * len(sent)


def test_an_answer_gives_its_cookies_without_their_attributes() -> None:
    answer = Answer(b"HTTP/1.1 302 Found\r\nLocation: /x\r\nSet-Cookie: a=1; Path=/\r\nset-cookie: b=2=3", b"", 0.0)
    assert (answer.status, answer.header("location"), answer.cookies()) == (302, "/x", {"a": "1", "b": "2=3"})


def test_a_ratio_compares_each_round_with_its_neighbour() -> None:
    made = results(
        [EIGHT],
        {("a", "8"): [measured(10), measured(90), measured(30)], ("b", "8"): [measured(5), measured(30), measured(30)]},
    )
    assert made.ratio("a", "b", "8") == pytest.approx(2.0)
    assert made.ratio("a", "c", "8") is None


def test_an_aim_is_met_not_met_or_not_measured() -> None:
    made = results(
        [EIGHT, SLOW, CROWD],
        {
            ("sqlite", "8"): [measured(300, 20.0)],
            ("sqlite", "8-slow"): [measured(300, 30.0)],
            ("pylti-tuned", "8"): [measured(200)],
            ("sqlite-page", "8"): [measured(150, 60.0)],
            ("sqlite-page", "crowd"): [measured(1, refused=3)],
        },
    )
    verdicts = {aim.what: aim.met for aim in aims(made)}
    assert verdicts == {
        "to the redirect: rate beside PyLTI1p3, tuned": True,
        "to the redirect: rate beside PyLTI1p3, README": None,
        "to the redirect: rate beside ltijs": None,
        "to the redirect: p95": True,
        "to the redirect: CPU a launch": True,
        "with the page: rate beside PyLTI1p3, tuned": False,
        "with the page: p95": False,
        "to the redirect: p50 when the platform takes 100 ms": False,
        "600 at once: failed": False,
    }
    shown = list(table.lines(made))
    assert any("3 x refused" in line for line in shown)
    assert sum(line.endswith("NOT MET") for line in shown) == 4


def test_the_table_takes_the_place_of_the_former_one() -> None:
    document = f"# Before\n\n{table.BEGIN}\n{table.END}\n\n# After\n"
    once = table.in_document(document, ["", "old figures"])
    twice = table.in_document(once, ["", "new figures", ""])
    assert twice == f"# Before\n\n{table.BEGIN}\n```text\nnew figures\n```\n{table.END}\n\n# After\n"
    with pytest.raises(ValueError, match="no place for the table"):
        table.in_document("# Nothing", ["figures"])
    assert table.in_document(DOCUMENT.read_text("utf-8"), ["figures"])


def test_our_launches_are_measured_to_the_redirect_and_with_the_page(played_in: Arena, our_side: Side) -> None:
    few = Condition("few", "a few at once", Load(2, launches=6, people=3))
    crowd = Condition("all", "newcomers", Load(4, launches=4, hold_seconds=0.1, first_person=10, people=4), once=True)
    made = Results(our_side.ways, [few, crowd])
    play_rounds(played_in, {our_side: our_side.ways}, 2, made, lambda _line: None)
    cells = table.as_data(made)["cells"]
    assert [(row["way"], row["condition"], row["launched"], row["failures"]) for row in cells] == [
        ("sqlite", "few", 12, {}),
        ("sqlite-page", "few", 12, {}),
        ("sqlite-page", "all", 4, {}),
    ]
    assert all(0 < row["p50"] <= row["p95"] <= row["p99"] for row in cells)
    page = made.ratio("sqlite-page", "sqlite", "few")
    assert page is not None
    assert page > 0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"shows": "what no page shows"}, "page does not show what it should"),
        ({"onward": ("/elsewhere",)}, "launch answered 303"),
        ({"launch": "/lti/elsewhere"}, "launch answered 404"),
        ({"login": "/lti/elsewhere"}, "login answered 404"),
    ],
)
def test_a_launch_that_ends_elsewhere_counts_as_failed(
    played_in: Arena, our_side: Side, change: dict[str, Any], reason: str
) -> None:
    way = our_side.ways[-1]
    wrong = replace(way, tool=replace(way.tool, **change))
    played = played_in.play(our_side, wrong, Load(1, launches=1)).played
    assert (played.launched, dict(played.failures)) == (0, {reason: 1})


def test_a_tool_that_is_not_there_fails_launches_not_the_run(played_in: Arena, our_side: Side) -> None:
    gone = replace(our_side.ways[0], tool=replace(our_side.ways[0].tool, port=1))
    played = played_in.play(our_side, gone, Load(2, launches=2)).played
    assert dict(played.failures) == {"connection broken": 2}


def test_what_the_other_tools_need_is_fetched_once(tmp_path: Path) -> None:
    wanted = tmp_path / "wanted.txt"
    wanted.write_text("one")
    count = [sys.executable, "-c", "open('../count', 'a').write(open('wanted.txt').read() + ' ')"]
    for text in ("one", "one", "two"):
        wanted.write_text(text)
        fetch(tmp_path / "fetched", [wanted], count)
    assert (tmp_path / "count").read_text() == "one two "


def test_what_cannot_be_fetched_is_missing_in_one_line_and_tried_again(tmp_path: Path) -> None:
    fails = [sys.executable, "-c", "import sys; sys.exit('much\\nno network')"]
    for _ in range(2):
        with pytest.raises(Missing, match=r"^fetched packages could not be fetched: no network$"):
            fetch(tmp_path / "fetched", [], fails)
    with pytest.raises(Missing, match="no-such-program is missing; install Debian's package some-package"):
        program("no-such-program", "some-package")


def test_a_server_that_ends_says_why(tmp_path: Path) -> None:
    ends = [sys.executable, "-c", "raise SystemExit('the port is taken')"]
    with pytest.raises(NotStarted, match=r"^it did not start: the port is taken$"), server("it", ends, 1, tmp_path, {}):
        pass


@pytest.mark.parametrize(("option", "known"), [("--only", "pylti-tuned"), ("--at", "8-slow")])
def test_an_unknown_part_is_named_with_the_known_ones(option: str, known: str) -> None:
    answer = CliRunner().invoke(main, ["launches", option, "8,nonsense"])
    assert answer.exit_code == 2
    assert "nonsense" in answer.output
    assert known in answer.output


def test_ways_and_conditions_are_those_of_one_part() -> None:
    answer = CliRunner().invoke(main, ["launches", "scores", "--at", "8"])
    assert answer.exit_code == 2
    assert "launches, scores, moodle or pages" in answer.output


@pytest.mark.parametrize("name", list(certificates.Press.NAMES))
def test_each_way_of_making_a_certificate_can_be_measured(name: str) -> None:
    done = certificates.work(certificates.new_keys(), name, seconds=0)
    assert done.count == 1


def test_a_batch_is_issued_and_a_list_and_the_page_are_measured() -> None:
    run = certificate_batch.run(2)
    assert run.issued == 2
    assert min(run.seconds, run.cpu_ms, run.peak_mb, run.list_ms, run.list_cpu_ms) > 0
    assert min(certificate_batch.show_page(0.0)) > 0


def test_the_table_says_what_is_met_and_what_only_a_busy_machine_kept_from_it() -> None:
    found = ((True, True), (False, True), (False, False), (None, None))
    lines = [Line("x", "5.0/s", 1.0, ">= 9/s", *met).text() for met in found]
    assert [line.split("/s", 2)[-1].strip() for line in lines] == ["met", "NOT MET (met by CPU)", "NOT MET", ""]
