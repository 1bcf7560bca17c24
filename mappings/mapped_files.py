"""Which activities stand for which assignments, as a TOML file: written, read strictly, and placed in another course.

A file names each activity by its id and by its title, so that a human sees what it is and another course can be served:
there the ids are others, and the titles are mostly the same.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from mappings.activities import Counts, NativeActivity
from mappings.errors import MappedFileError
from mappings.files import parsed
from mappings.likeness import words_of
from mappings.reading import Table

LARGEST_ID: Final = 2**62
LARGEST_FILE: Final = 200_000
_COMMENTS: Final = (
    "cm_id is the number in the activity's address in Moodle, …/view.php?id=…; in another course the title is looked up.",
    'counts: "submitted", "graded" (from_grade: the least points that count; without it any) or "completed".',
    "needs_trainer: a trainer still accepts it here. writes_…: what goes back to Moodle once it is accepted here.",
)


@dataclass(frozen=True, slots=True)
class MappedActivity:
    """That an activity stands for an assignment."""

    assignment_key: str
    kind: str
    title: str
    counts: Counts
    cm_id: int | None = None
    """None: only the title is known."""
    from_grade: float | None = None
    needs_trainer: bool = True
    writes_completion: bool = False
    writes_grade: bool = False


@dataclass(frozen=True, slots=True)
class MappedFile:
    """What a file says."""

    training_key: str
    site: str
    """The address of the Moodle whose ids it holds."""
    activities: tuple[MappedActivity, ...]


class WhyNot(StrEnum):
    """Why an activity of a file has no place in a course."""

    NONE = "none"
    """The course has none of that kind with that title."""
    MORE = "more"
    """It has more than one."""


@dataclass(frozen=True, slots=True)
class NotPlaced:
    """An activity of a file that has no place in a course."""

    mapped: MappedActivity
    why: WhyNot

    def __str__(self) -> str:
        said = {WhyNot.NONE: "no", WhyNot.MORE: "more than one"}[self.why]
        title = json.dumps(self.mapped.title, ensure_ascii=False)
        return f"{self.mapped.assignment_key}: the course has {said} {self.mapped.kind} {title}"


def as_toml(file: MappedFile, heading: Sequence[str] = ()) -> str:
    """Return a file as text.

    Args:
        heading: comments to begin with, one line each.
    """
    return "\n".join(_lines(file, heading)) + "\n"


def from_toml(content: bytes, source: str) -> MappedFile:
    """Read a file.

    Args:
        content: the bytes.
        source: what to call it in messages.

    Raises:
        MappedFileError: it has mistakes; all of them are in `problems`, one line each.
    """
    if len(content) > LARGEST_FILE:
        raise MappedFileError(source, [f"expected at most {LARGEST_FILE} bytes, found more"])
    root = Table(parsed(content, source, MappedFileError))
    file = MappedFile(
        training_key=root.key("training"),
        site=root.string("site") if root.optional("site") else "",
        activities=tuple(_activity(table) for table in root.optional_tables("activity")),
    )
    _note_doubles(root, file)
    root.finish(source, MappedFileError)
    return file


def place(
    file: MappedFile, site: str, activities: Sequence[NativeActivity]
) -> tuple[Sequence[tuple[MappedActivity, NativeActivity]], Sequence[NotPlaced]]:
    """Find the activities of a file in a course: by id at the site that it was made at, else by kind and title.

    Args:
        site: the address of the course's Moodle.
        activities: of the course.
    """
    same_site = _address(file.site) == _address(site)
    by_id = {one.cm_id: one for one in activities}
    placed: list[tuple[MappedActivity, NativeActivity]] = []
    left: list[NotPlaced] = []
    for mapped in file.activities:
        found = by_id.get(mapped.cm_id) if same_site and mapped.cm_id is not None else None
        if found is not None and found.kind == mapped.kind:
            placed.append((mapped, found))
            continue
        wanted = (mapped.kind, _words(mapped.title))
        alike = [one for one in activities if (one.kind, _words(one.title)) == wanted]
        if len(alike) == 1:
            placed.append((mapped, alike[0]))
        else:
            left.append(NotPlaced(mapped, WhyNot.MORE if alike else WhyNot.NONE))
    return placed, left


def _activity(table: Table) -> MappedActivity:
    return MappedActivity(
        assignment_key=table.key("assignment"),
        kind=table.key("kind"),
        title=table.string("title"),
        counts=table.member("counts", Counts),
        cm_id=table.integer("cm_id", 1, LARGEST_ID) if table.optional("cm_id") else None,
        from_grade=table.number("from_grade") if table.optional("from_grade") else None,
        needs_trainer=_flag(table, "needs_trainer", unless_there=True),
        writes_completion=_flag(table, "writes_completion", unless_there=False),
        writes_grade=_flag(table, "writes_grade", unless_there=False),
    )


def _flag(table: Table, name: str, *, unless_there: bool) -> bool:
    return table.boolean(name) if table.optional(name) else unless_there


def _note_doubles(root: Table, file: MappedFile) -> None:
    keys = Counter(one.assignment_key for one in file.activities if one.assignment_key)
    ids = Counter(one.cm_id for one in file.activities if one.cm_id is not None and one.cm_id > 0)
    for key, count in keys.items():
        if count > 1:
            root.note("activity", f"the assignment {json.dumps(key)} has {count} activities; it can have one")
    for cm_id, count in ids.items():
        if count > 1:
            root.note("activity", f"the activity {cm_id} stands for {count} assignments; it can stand for one")


def _lines(file: MappedFile, heading: Sequence[str]) -> Iterator[str]:
    for line in (*heading, *_COMMENTS):
        yield f"# {' '.join(line.split())}"
    yield ""
    yield f"training = {_text(file.training_key)}"
    if file.site:
        yield f"site = {_text(file.site)}"
    for one in file.activities:
        yield ""
        yield "[[activity]]"
        yield f"assignment = {_text(one.assignment_key)}"
        if one.cm_id is not None:
            yield f"cm_id = {one.cm_id}"
        yield f"kind = {_text(one.kind)}"
        yield f"title = {_text(one.title)}"
        yield f"counts = {_text(one.counts.value)}"
        if one.from_grade is not None:
            yield f"from_grade = {float(one.from_grade)!r}"
        yield f"needs_trainer = {str(one.needs_trainer).lower()}"
        yield f"writes_completion = {str(one.writes_completion).lower()}"
        yield f"writes_grade = {str(one.writes_grade).lower()}"


def _text(text: str) -> str:
    """Return a basic string of TOML 1.0: those of JSON are, but for the character DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _words(title: str) -> tuple[str, ...]:
    """Return what two titles have in common that are meant to be the same; of other scripts than ours, the whole title."""
    return words_of(title) or (title.strip().casefold(),)


def _address(url: str) -> str:
    return url.strip().rstrip("/").casefold()
