"""The recordings, read from the fixtures."""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "fixtures" / "moodle-4.5"
WWWROOT = "http://127.0.0.1:8800"
"""The address of the Moodle that was recorded."""


@dataclass(frozen=True)
class Recording:
    """One call: who called what, and what came back."""

    name: str
    account: str
    function: str
    params: Mapping[str, Any]
    response: Any


@cache
def load(name: str) -> Any:  # noqa: ANN401
    """Return a fixture, shared: do not change it."""
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def response(name: str) -> Any:  # noqa: ANN401
    """Return a copy of a recorded answer, by the name of its file without the ending."""
    recorded = load(f"{name}.json")
    return copy.deepcopy(recorded["response"] if isinstance(recorded, dict) and "response" in recorded else recorded)


@cache
def recordings() -> tuple[Recording, ...]:
    """Return every recording of one call of one function."""
    found = []
    for path in sorted(FOLDER.glob("ws_*.json")):
        recorded = load(path.name)
        if isinstance(recorded, dict) and "function" in recorded:
            found.append(
                Recording(
                    path.stem,
                    _account(path.stem),
                    recorded["function"],
                    recorded["args"] or {},
                    recorded["response"],
                )
            )
    return tuple(found)


@cache
def failures() -> Mapping[str, Mapping[str, Any]]:
    """Return the recorded HTTP answers to calls that went wrong, by their case."""
    return {case["case"]: case for case in load("ws-errors.json")}


def _account(name: str) -> str:
    if name in ("ws_assignments_all", "ws_assignments_trainer"):
        return "trainer1"
    last = name.rsplit("_", 1)[-1]
    return last if last in ("admin", "trainer1") else "wsintegratie"
