"""What the browser needs of the pinned JSON-LD contexts: their addresses, and every member that they define.

``python -m lti_tool.certificates.terms`` writes static/check/terms.js anew; a test compares.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from openbadgeslib.ob3.contexts import load_context

from lti_tool.certificates.contexts import PINNED, offline_loader

FILE = Path(__file__).parent / "static" / "check" / "terms.js"
_WIDTH = 120


def defined_terms() -> tuple[str, ...]:
    """Return the names of all members that the contexts define, in order."""
    offline_loader()
    return tuple(sorted({term for url in PINNED for term in _terms(load_context(url))}))


def module() -> str:
    """Return the module with the contexts and the terms, as JavaScript."""
    lines, line = [], " "
    for term in defined_terms():
        word = f" {json.dumps(term)},"
        if len(line) + len(word) > _WIDTH:
            lines.append(line)
            line = " "
        line += word
    contexts = "".join(f"  {json.dumps(url)},\n" for url in PINNED)
    terms = "\n".join([*lines, line])
    return (
        "// Made by python -m lti_tool.certificates.terms from the contexts that a certificate is signed under.\n"
        f"export const CONTEXTS = [\n{contexts}];\n\n"
        "// Every member that they define.\n"
        f"export const TERMS = [\n{terms}\n];\n"
    )


def _terms(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for part in value:
            yield from _terms(part)
    elif isinstance(value, dict):
        for name, part in value.items():
            if name == "@context" and isinstance(part, dict):
                yield from (term for term in part if not term.startswith("@"))
            yield from _terms(part)


if __name__ == "__main__":
    FILE.write_text(module(), "utf-8")
