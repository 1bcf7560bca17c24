"""Executor ids: unique among the living, stable for a data folder."""

import threading
from pathlib import Path

from lti_tool.jobs.executors import claim_executor


def test_living_processes_never_share_an_id_and_a_freed_one_is_used_again(tmp_path: Path) -> None:
    first, second = claim_executor(tmp_path), claim_executor(tmp_path)
    assert first.id != second.id
    first.release()
    third = claim_executor(tmp_path)
    assert third.id == first.id
    for executor in (second, third):
        executor.release()


def test_two_data_folders_never_share_an_id(tmp_path: Path) -> None:
    here, there = claim_executor(tmp_path / "here"), claim_executor(tmp_path / "there")
    assert here.id != there.id
    for executor in (here, there):
        executor.release()


def test_processes_that_start_at_the_same_moment_agree_on_the_folders_name(tmp_path: Path) -> None:
    together, claimed = threading.Barrier(8), []

    def claim() -> None:
        together.wait(20)
        claimed.append(claim_executor(tmp_path))

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len({executor.id for executor in claimed}) == 8
    assert len({executor.id.rpartition("-")[0] for executor in claimed}) == 1
    for executor in claimed:
        executor.release()
