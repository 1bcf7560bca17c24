"""The soak itself: a short one goes well, and a tool that wears out is found out."""

import os
import random
import threading
from pathlib import Path

import pytest

from tests.soak.book import Book, Minute, memory_of
from tests.soak.load import bear, keep
from tests.soak.running import Plan, run
from tests.soak.verdict import Verdict

pytestmark = pytest.mark.long

CHANCE = random.Random(1)  # noqa: S311  # chance that can be repeated


def verdict(minutes: list[Minute], *, late: int = 0, waiting: int = 0) -> Verdict:
    """What comes of minutes like these; the last one is cut off, as always."""
    book = Book()
    book.minutes = [*minutes, Minute()]
    return Verdict(book, 10.0, late, waiting)


def minutes(times: list[float], memory: list[float]) -> list[Minute]:
    """One for each, with a hundred answers that took so long."""
    return [Minute(100, {"home": [time] * 100}, [weight], {7: [weight]}) for time, weight in zip(times, memory, strict=True)]


def test_a_short_soak_finds_nothing_wrong(tmp_path: Path) -> None:
    plan = Plan(minutes=2, people=6, share=0.5, finding=1.0, minute=1.0)
    said: list[str] = []
    found = run("sqlite", plan, tmp_path, said.append)
    assert said[0].startswith("sqlite: ")
    assert found.book.wrong == {}
    assert found.waiting == 0
    assert sum(found.book.deeds.values()) > 0
    assert found.memory.after > 50
    assert len(found.processes) == 2
    assert all(memory.after > 20 for memory in found.processes.values())
    assert next(found.lines()).split()[:3] == ["minute", "deeds", "answers"]


def test_what_stays_as_it_was_is_well() -> None:
    assert verdict(minutes([0.1] * 12, [300.0] * 12)).wrong == []


def test_warming_up_is_not_compared() -> None:
    assert verdict(minutes([0.1] * 12, [100.0, 200.0, *[300.0] * 10])).wrong == []


def test_memory_that_grows_is_told() -> None:
    growing = verdict(minutes([0.1] * 12, [300.0 + 10 * number for number in range(12)]))
    assert growing.wrong == ["process 7 grew from 330 to 400 MB", "memory grew from 330 to 400 MB"]
    assert growing.slope(7) == pytest.approx(600)
    assert "process 7: 330 → 400 MB, +600.0 MB an hour" in list(growing.lines())


def test_one_process_that_grows_is_told_beside_others_that_shrink() -> None:
    shifting = minutes([0.1] * 12, [600.0] * 12)
    for number, minute in enumerate(shifting):
        minute.resident = {7: [200.0 + 10 * number], 8: [400.0 - 10 * number]}
    assert verdict(shifting).wrong == ["process 7 grew from 230 to 300 MB"]


def test_a_process_that_ended_and_the_one_that_took_its_place_are_told() -> None:
    replaced = minutes([0.1] * 12, [300.0] * 12)
    for minute in replaced[6:]:
        minute.resident = {8: [300.0]}
    assert verdict(replaced).wrong == ["process 7 ended", "process 8 took the place of another"]


def test_answers_that_take_longer_and_longer_are_told() -> None:
    slower = verdict(minutes([0.1 + 0.02 * number for number in range(12)], [300.0] * 12))
    assert slower.wrong == ["p95 went from 180 to 320 ms"]
    assert any("p95 of each third 180 → 260 → 320 ms" in line for line in slower.lines())


def test_what_went_wrong_what_was_late_and_what_waits_is_told() -> None:
    found = verdict(minutes([0.1] * 12, [300.0] * 12), late=3, waiting=2)
    with found.book.deed("review"):
        raise ValueError("nothing waits")
    assert found.wrong == [
        "1 × review: ValueError: nothing waits",
        "3 deeds could not begin: the tool did not keep up",
        "2 scores were not delivered",
    ]


def test_deeds_are_done_by_their_weights() -> None:
    book = Book()
    rate = bear({"often": (3, lambda: None), "never": (0, lambda: None)}, book, 0.05, CHANCE)
    assert set(book.deeds) == {"often"}
    assert rate == pytest.approx(book.deeds["often"] / 0.05)


def test_a_rate_is_kept_and_what_cannot_begin_is_counted() -> None:
    book = Book()
    late = keep({"quick": (1, lambda: None)}, book, 2000.0, 0.05, CHANCE)
    assert 50 <= book.deeds["quick"] + late <= 150

    blocked = threading.Event()

    def wait() -> None:
        blocked.wait(0.1)

    assert keep({"slow": (1, wait)}, Book(), 20_000.0, 0.05, CHANCE) > 0


def test_the_memory_of_this_process_is_known() -> None:
    weight = memory_of(os.getpid())[os.getpid()]
    assert 10 < weight.own <= weight.resident
