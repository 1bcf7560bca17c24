"""Data files from disk or from the package: found, read as UTF-8, parsed as TOML 1.0."""

import tomllib
from importlib.resources.abc import Traversable
from typing import Final

from mappings.errors import DataFileError

_LARGEST_FILE: Final = 2_000_000


def read_file(file: Traversable, error: type[DataFileError]) -> dict[str, object]:
    """Return the content of a TOML file; see `bytes_of` and `parsed`."""
    return parsed(bytes_of(file, error), str(file), error)


def bytes_of(file: Traversable, error: type[DataFileError]) -> bytes:
    """Return the bytes of a data file.

    Args:
        file: the file.
        error: what to raise when it cannot be read or is too large.
    """
    try:
        content = file.read_bytes()
    except OSError as problem:
        raise error(str(file), [f"cannot be read ({problem.strerror or type(problem).__name__})"]) from None
    if len(content) > _LARGEST_FILE:
        raise error(str(file), [f"expected at most {_LARGEST_FILE} bytes, found {len(content)}"])
    return content


def parsed(content: bytes, source: str, error: type[DataFileError]) -> dict[str, object]:
    """Return what the bytes of a TOML file say.

    Args:
        content: the bytes; a byte order mark at their start is ignored.
        source: the file, as named in messages.
        error: what to raise when it is not UTF-8 or is not TOML.
    """
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
