"""Taking mappings along as a file, and bringing them into a course: the same one, or another with the same activities."""

from collections.abc import Sequence
from dataclasses import dataclass

from lti_tool.moodle.desks import Desk
from lti_tool.moodle.mapping import Kept, Looked, MappingService, Saved
from lti_tool.moodle.wishes import Wish, WishesRefused
from mappings.errors import MappedFileError
from mappings.mapped_files import MappedActivity, MappedFile, NotPlaced, as_toml, from_toml, place


@dataclass(frozen=True)
class Brought:
    """What bringing a file into a course amounted to."""

    saved: Saved
    placed: int
    """How many activities of the file were found in the course."""
    left: Sequence[NotPlaced]
    """Those that were not; of their assignments nothing changed."""


def file_of(desk: Desk, kept: Kept) -> str:
    """Return what is kept of a course as a file."""
    activities = tuple(
        MappedActivity(
            assignment_key=key,
            kind=one.activity.kind,
            title=" ".join(one.activity.title.split()) or one.activity.kind,
            counts=one.wish.counts,
            cm_id=one.wish.cm_id,
            from_grade=one.wish.from_grade,
            needs_trainer=one.wish.needs_trainer,
            writes_completion=one.wish.writes_completion,
            writes_grade=one.wish.writes_grade,
        )
        for key, one in kept.mapped.items()
    )
    heading = [
        f"Activities of Moodle that stand for assignments: {desk.course_title or desk.moodle_id}, {desk.cohort_name}."
    ]
    return as_toml(MappedFile(desk.training.key, desk.platform.issuer, activities), heading)


def bring(service: MappingService, desk: Desk, looked: Looked, content: bytes, source: str) -> Brought:
    """Keep what a file says, as far as its activities are in the course. What is mapped for other assignments stays.

    Args:
        looked: what Moodle said of the course.
        content: of the file.
        source: what to call it in messages.

    Raises:
        MappedFileError: the file has mistakes, or is for another training; `problems` are all of them.
        WishesRefused: what it wants cannot be; nothing was stored.
    """
    file = from_toml(content, source)
    if file.training_key != desk.training.key:
        raise MappedFileError(source, [f'training: expected "{desk.training.key}", found "{file.training_key}"'])
    choices = looked.choices(service.kept(desk))
    placed, left = place(file, desk.platform.issuer, list(choices.values()))
    wishes = [
        Wish(
            mapped.assignment_key,
            found.cm_id,
            mapped.counts,
            mapped.from_grade,
            needs_trainer=mapped.needs_trainer,
            writes_completion=mapped.writes_completion,
            writes_grade=mapped.writes_grade,
        )
        for mapped, found in placed
    ]
    return Brought(service.save(desk, looked, wishes), len(placed), left)


def lines_of(error: MappedFileError | WishesRefused) -> Sequence[str]:
    """Return everything that is wrong, one line each."""
    if isinstance(error, MappedFileError):
        return [f"{error.source}: {problem}" for problem in error.problems]
    return [str(mistake) for mistake in error.mistakes]
