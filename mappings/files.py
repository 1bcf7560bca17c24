"""Data files from disk or from the package: found, read as UTF-8, parsed as TOML 1.0."""

import tomllib
from importlib.resources.abc import Traversable
from typing import Final

from mappings.errors import DataFileError

_LARGEST_FILE: Final = 2_000_000


def read_file(file: Traversable, error: type[DataFileError]) -> dict[str, object]:
    """Return the content of a TOML file.

    Args:
        file: the file; a byte order mark at its start is ignored.
        error: what to raise when it cannot be read, is not UTF-8 or is not TOML.
    """
    source = str(file)
    try:
        content = file.read_bytes()
    except OSError as problem:
        raise error(source, [f"cannot be read ({problem.strerror or type(problem).__name__})"]) from None
    if len(content) > _LARGEST_FILE:
        raise error(source, [f"expected at most {_LARGEST_FILE} bytes, found {len(content)}"])
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise error(source, [f"line {line}: expected UTF-8, found the byte 0x{content[problem.start]:02x}"]) from None
    except RecursionError:
        raise error(source, ["expected TOML, found lists or tables nested too deeply"]) from None
    except ValueError as problem:
        raise error(source, [f"expected TOML: {problem}"]) from None


def files_in(folder: Traversable, error: type[DataFileError]) -> list[Traversable]:
    """Return the TOML files of a folder, by name; a folder without any is a mistake."""
    try:
        files = sorted(
            (item for item in folder.iterdir() if item.name.endswith(".toml") and item.is_file()),
            key=lambda item: item.name,
        )
    except OSError as problem:
        raise error(str(folder), [f"cannot be read ({problem.strerror or type(problem).__name__})"]) from None
    if not files:
        raise error(str(folder), ["expected at least one file *.toml in this folder, found none"])
    return files
