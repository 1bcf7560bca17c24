"""Arguments as Moodle's REST server wants them: ``courseids[0]=2``, booleans as 0 and 1, nothing that is not known.

Moodle refuses the text ``true`` for a boolean and any parameter it does not know (errorcode invalidparameter).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

Value: TypeAlias = "str | int | float | Sequence[Value] | Mapping[str, Value]"
Params: TypeAlias = Mapping[str, Value]


def form(params: Params) -> list[tuple[str, str]]:
    """Return the fields of a form, with PHP's names for lists and maps.

    Raises:
        TypeError: a value that Moodle has no form for (None, a date).
    """
    return [field for name, value in params.items() for field in _fields(name, value)]


def as_json(params: Params) -> str:
    """Return the arguments of one call within a batch."""
    return json.dumps(_plain(params), ensure_ascii=False, allow_nan=False)


def chunks(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Yield ids in pieces: PHP drops form fields beyond its max_input_vars (1000 by default) without a word."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _fields(name: str, value: Value) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _fields(f"{name}[{key}]", inner)
    elif isinstance(value, Sequence) and not isinstance(value, bytes):
        for position, inner in enumerate(value):
            yield from _fields(f"{name}[{position}]", inner)
    else:
        number = _number(value)
        yield name, str(number) if isinstance(number, int) else f"{number:.10f}".rstrip("0").rstrip(".")


def _plain(value: Value) -> Value:
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes):
        return [_plain(inner) for inner in value]
    return _number(value)


def _number(value: object) -> int | float:
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float) and abs(value) < 1e15:
        return round(value, 10)
    raise TypeError(f"{type(value).__name__} is not something Moodle takes as an argument")
