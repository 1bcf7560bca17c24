"""The state file: the whole school as one JSON document, written atomically so that a crash leaves the old one."""

import base64
import json
import os
import types
import typing
from collections import Counter
from dataclasses import MISSING, Field, asdict, fields, is_dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from .keys import KeyRing, SigningKey
from .models import Course, Grade, LineItem, Link, Person, Registration
from .native.models import Account, Activity

if TYPE_CHECKING:
    from .records import Records

_VERSION = 1
_KINDS: dict[str, type[Any]] = {
    "people": Person,
    "courses": Course,
    "registrations": Registration,
    "links": Link,
    "items": LineItem,
    "activities": Activity,
    "accounts": Account,
}
_LATER = frozenset({"activities", "accounts"})
"""Kinds that a file of an earlier version lacks."""


class UnreadableState(Exception):
    """The state file is no state of this school; says which file, and leaves it as it is."""


def save(school: "Records", path: Path) -> None:
    """Write the school to ``path``; the file is readable by its owner only, since it holds the signing keys."""
    document: dict[str, Any] = {"version": _VERSION, "guid": school.guid, "counters": dict(school.counters)}
    for kind in _KINDS:
        document[kind] = [asdict(thing) for thing in getattr(school, kind).values()]
    document["grades"] = [asdict(grade) for grade in school.grades.values()]
    keys: KeyRing | None = getattr(school, "keys", None)
    document["keys"] = [{"kid": key.kid, "pem": key.pem} for key in keys.keys] if keys else []
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=path.parent, prefix=path.name, delete=False, encoding="utf-8") as file:
        json.dump(document, file, ensure_ascii=False, default=_plain)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)


def load(school: "Records", path: Path) -> None:
    """Fill the school from ``path``; raises UnreadableState when it is not a state file."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["version"] != _VERSION:
            raise UnreadableState(f"{path} was written by another version of the demo school; move it away to start anew")
        for kind, cls in _KINDS.items():
            rows = document.get(kind, []) if kind in _LATER else document[kind]
            setattr(school, kind, {row["id"]: _build(cls, row) for row in rows})
        grades = [_build(Grade, row) for row in document["grades"]]
        school.grades = {(grade.item_id, grade.person_id): grade for grade in grades}
        school.counters = Counter(document["counters"])
        school.guid = document["guid"]
        if document["keys"] and hasattr(school, "keys"):
            school.keys = KeyRing([SigningKey.from_pem(key["kid"], key["pem"]) for key in document["keys"]])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableState(f"{path} cannot be read as the demo school's state: move it away to start anew") from error


def _has_default(part: Field[Any]) -> bool:
    return part.default is not MISSING or part.default_factory is not MISSING


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"cannot store {type(value).__name__}")


def _build(kind: Any, value: Any) -> Any:  # noqa: ANN401 - builds whatever the annotation says
    if value is None:
        return None
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        inner = next(part for part in typing.get_args(kind) if part is not type(None))
        return _build(inner, value)
    if origin is list:
        inner = typing.get_args(kind)[0]
        return [_build(inner, item) for item in value]
    if origin is dict:
        inner = typing.get_args(kind)[1]
        return {key: _build(inner, item) for key, item in value.items()}
    if is_dataclass(kind) and isinstance(kind, type):
        hints = typing.get_type_hints(kind)
        # a file of an earlier version lacks what has a default now
        parts = [part for part in fields(kind) if part.name in value or not _has_default(part)]
        return kind(**{part.name: _build(hints[part.name], value[part.name]) for part in parts})
    if kind is bytes:
        return base64.b64decode(value)
    if kind is datetime:
        return datetime.fromisoformat(value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(value)
    return value
