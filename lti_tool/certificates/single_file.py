"""Our ES modules as one script: for a page that has to work from a file, where a browser loads no modules beside it.

It knows the few forms that our modules write: `import { a } from "./b.js";` and `export` before a declaration.
"""

import re
from pathlib import Path

_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./([a-z-]+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?(?:function|const|class) ([A-Za-z0-9_]+))", re.MULTILINE)


def joined(folder: Path, entry: str) -> str:
    """Return a module with all that it imports, each in a scope of its own, as one script.

    Args:
        folder: where the modules are.
        entry: the name of the module that starts, without `.js`.

    Raises:
        ValueError: a module imports or exports in a way that is not known here, or in a circle.
    """
    order: list[str] = []
    _visit(folder, entry, order, [])
    return "\n".join(_scope(folder, name, is_entry=name == entry) for name in order)


def _visit(folder: Path, name: str, order: list[str], above: list[str]) -> None:
    if name in above:
        raise ValueError(f"{name} imports itself")
    if name in order:
        return
    for _, imported in _IMPORT.findall(_source(folder, name)):
        _visit(folder, imported, order, [*above, name])
    order.append(name)


def _scope(folder: Path, name: str, *, is_entry: bool) -> str:
    source = _source(folder, name)
    exported = [match[2] for match in _EXPORT.finditer(source)]
    body = _EXPORT.sub(r"\1", _IMPORT.sub(r"const \1 = \2_module;", source))
    body = re.sub(r"= ([a-z-]+)_module;", lambda match: f"= {match[1].replace('-', '_')}_module;", body)
    if re.search(r"^(import|export)\b", body, re.MULTILINE):
        raise ValueError(f"{name} imports or exports in another way")
    if is_entry:
        return f"(async () => {{\n{body}}})();\n"
    return f"const {name.replace('-', '_')}_module = (() => {{\n{body}return {{ {', '.join(exported)} }};\n}})();\n"


def _source(folder: Path, name: str) -> str:
    return (folder / f"{name}.js").read_text("utf-8")
