"""The direction of imports: packages and rooms import only from below (the floors of docs/architecture.md)."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

TOGETHER = (
    "app",
    "backup",
    "checkups",
    "cli",
    "demo",
    "doctor",
    "gauges",
    "health",
    "migrations",
    "readiness",
    "resealing",
    "safety",
    "security_txt",
    "serving",
)
"""The top floor is one: the command line starts the application and the demo."""
GROUND = (
    "allowance",
    "audit",
    "clock",
    "config",
    "connecting",
    "cookies",
    "database",
    "deadlines",
    "errors",
    "ids",
    "kept_secrets",
    "limited",
    "logs",
    "mailing",
    "measures",
    "outgoing",
    "registry",
    "rsa_keys",
    "searching",
    "shown_settings",
    "sqlite",
    "statements",
    "tally",
    "vault",
    "web",
)
"""Parts of the ground know each other, but for the web."""
FLOORS: dict[str, int] = {
    **dict.fromkeys(GROUND, 0),
    **dict.fromkeys(("platforms", "jobs"), 3),
    **dict.fromkeys(("advantage", "courses"), 4),
    **dict.fromkeys(("launch", "signin"), 5),
    "training": 6,
    **dict.fromkeys(("sync", "moodle", "certificates", "embedding", "connection", "exchange", "meetings"), 7),
    **dict.fromkeys(("notices", "linking"), 8),
    "privacy": 9,
    "api": 10,
    "console": 11,
    **dict.fromkeys(TOGETHER, 12),
}
ONLY_IMPORTERS = {"pylti1p3": "lti_tool/launch/pylti.py", "dbos": "lti_tool/jobs/engine.py"}
ALLOWED_OUTSIDE = {"moodle_client": {"requests", "urllib3"}, "mappings": set[str]()}


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Yield the full dotted names that a file imports, wherever in the file."""
    package = list(path.relative_to(ROOT).with_suffix("").parts)[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) + "." if node.level else ""
            module = f"{base}{node.module or ''}".rstrip(".")
            yield from (f"{module}.{alias.name}" for alias in node.names)


def room(dotted: str) -> str | None:
    parts = dotted.split(".")
    return parts[1] if parts[0] == "lti_tool" and len(parts) > 1 else None


def wrong_imports(path: Path) -> Iterator[str]:
    """Yield what a file of lti_tool imports although it may not."""
    here = path.relative_to(ROOT / "lti_tool").with_suffix("").parts[0]
    if here == "__init__":
        return
    for name in imports(path):
        there = room(name)
        if there is None or there == here or there == "__version__":
            continue
        if there not in FLOORS:
            yield f"{path.relative_to(ROOT)} imports {name}, which stands on no floor"
        elif (here in GROUND and there in GROUND and there != "web") or (here in TOGETHER and there in TOGETHER):
            continue
        elif FLOORS[there] >= FLOORS[here]:
            yield f"{path.relative_to(ROOT)} (floor {FLOORS[here]}) imports {name} (floor {FLOORS[there]})"


def test_every_room_stands_on_a_floor() -> None:
    rooms = {path.relative_to(ROOT / "lti_tool").with_suffix("").parts[0] for path in sources("lti_tool")}
    assert rooms - {"__init__"} <= set(FLOORS)


def test_a_room_imports_only_from_floors_below() -> None:
    assert [line for path in sources("lti_tool") for line in wrong_imports(path)] == []


def test_the_demo_school_knows_nothing_of_the_tool() -> None:
    school = [path for path in sources("lti_tool/demo") if "school" in path.parts or path.stem == "browser"]
    assert school
    strangers = {name for path in school for name in imports(path) if name.split(".")[0] in ("lti_tool", "mappings")}
    assert {name for name in strangers if not name.startswith("lti_tool.demo")} == set()


@pytest.mark.parametrize("package", ["mappings", "moodle_client"])
def test_the_lower_packages_import_nothing_they_may_not(package: str) -> None:
    found = sources(package)
    assert found
    allowed = {package, *ALLOWED_OUTSIDE[package]} | sys.stdlib_module_names
    assert {name for path in found for name in imports(path) if name.split(".")[0] not in allowed} == set()


@pytest.mark.parametrize(("library", "home"), ONLY_IMPORTERS.items())
def test_a_foreign_engine_has_one_door(library: str, home: str) -> None:
    packages = ("lti_tool", "mappings", "moodle_client")
    importers = {
        str(path.relative_to(ROOT))
        for package in packages
        for path in sources(package)
        if any(name.split(".")[0] == library for name in imports(path))
    }
    assert importers == {home}


def test_the_guard_sees_a_wrong_import(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = tmp_path / "lti_tool" / "courses" / "service.py"
    bad.parent.mkdir(parents=True)
    bad.write_text("def later():\n    from lti_tool.training.models import Cohort\n    return Cohort\n")
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    assert list(wrong_imports(bad)) == [
        "lti_tool/courses/service.py (floor 4) imports lti_tool.training.models.Cohort (floor 6)"
    ]
