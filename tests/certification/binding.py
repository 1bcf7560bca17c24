"""Which test belongs to which case: by the name ``test_c<group>_<number>_…``, read from the sources."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.certification.cases import Case

HERE = Path(__file__).parent
_NAME = re.compile(r"test_(c\d)_(\d{2})_\w+")
_EVASIONS = frozenset(("skip", "skipif", "xfail", "importorskip"))


@dataclass(frozen=True)
class BoundTest:
    """A test and the case that its name says it is of."""

    file: str
    name: str
    group: str
    number: int

    @property
    def node(self) -> str:
        """Its name as pytest knows it, from the root of the project and without parameters."""
        return f"tests/certification/{self.file}::{self.name}"


def files_of_cases(folder: Path = HERE) -> list[Path]:
    """Return the files with tests of cases."""
    return sorted(folder.glob("test_c[0-9]_*.py"))


def bound_tests(folder: Path = HERE) -> list[BoundTest]:
    """Return the tests of cases, by number."""
    found = [test for path in files_of_cases(folder) for test in _tests(path)]
    return sorted(found, key=lambda test: test.number)


def _tests(path: Path) -> Iterator[BoundTest]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            matched = _NAME.fullmatch(node.name)
            group, number = (matched[1].upper(), int(matched[2])) if matched else ("", 0)
            yield BoundTest(path.name, node.name, group, number)


def complaints(cases: Sequence[Case], tests: Sequence[BoundTest]) -> Iterator[str]:
    """Yield what is wrong: a case without a test or with several, a test without a case or in the wrong group."""
    groups = {case.number: case.group.value for case in cases}
    for case in cases:
        own = [test.name for test in tests if test.number == case.number]
        if len(own) != 1:
            yield f"case {case.number} has {len(own)} tests: {', '.join(own)}"
    for test in tests:
        if groups.get(test.number) != test.group:
            yield f"{test.name} is of no case"
        if not test.file.startswith(f"test_{test.group.lower()}_"):
            yield f"{test.name} stands in {test.file}"


def evasions(folder: Path = HERE) -> Iterator[str]:
    """Yield every place where a test of a case, or a fixture of it, could be passed over instead of run."""
    for path in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
            if name in _EVASIONS:
                yield f"{path.name}:{node.lineno} {name}"  # type: ignore[attr-defined]  # both kinds have one
