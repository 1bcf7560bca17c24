"""The errors of this package.

::

    MappingError
    ├── NotDefined            a key that the training does not have                 (developer)
    ├── ScoreError            a score that may not be posted                        (developer)
    └── DataFileError         a data file cannot be used                            (who wrote the file)
        ├── TrainingError     … of a training
        ├── PlatformError     … of a platform
        └── MappedFileError   … of activities that stand for assignments
"""

from collections.abc import Sequence


class MappingError(Exception):
    """Base of all errors of this package."""


class NotDefined(MappingError, LookupError):
    """The training has no phase, assignment or aspect with that key."""


class ScoreError(MappingError, ValueError):
    """A score that may not be posted: not a number, outside its range, or stamped without a time zone."""


class DataFileError(MappingError):
    """A data file that cannot be used.

    The message is one line: the file, where in it, what was expected and what was found, and how many more mistakes
    there are.

    Args:
        source: the file, as shown to whoever wrote it.
        problems: all mistakes of the file, one line each; at least one.
    """

    def __init__(self, source: str, problems: Sequence[str]) -> None:
        self.source = _one_line(source)
        self.problems = tuple(_one_line(problem) for problem in problems)
        """All mistakes of the file, one line each, the first as in the message."""
        more = len(self.problems) - 1
        suffix = "" if not more else f" (and {more} more mistake{'' if more == 1 else 's'})"
        super().__init__(f"{self.source}: {self.problems[0]}{suffix}")


class TrainingError(DataFileError):
    """A training file that cannot be used."""


class PlatformError(DataFileError):
    """A platform file that cannot be used."""


class MappedFileError(DataFileError):
    """A file of activities that stand for assignments, which cannot be used."""


def _one_line(text: str) -> str:
    return " ".join(text.split())
