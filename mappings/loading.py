"""From TOML files to trainings. A training that leaves this module is complete and consistent.

A second training is a second file: all files of the package's own folder are read, and those of one more folder.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType

from mappings.award_reading import read_achievement, read_award, read_certificate
from mappings.consistency import in_order, note_contradictions
from mappings.errors import TrainingError
from mappings.file_kinds import FileKind
from mappings.files import bytes_of, files_in, parsed
from mappings.phrasing import shown
from mappings.programme_reading import (
    read_evaluation,
    read_intervision,
    read_meeting,
    read_self_assessment,
    read_sharing,
    read_trainer_guide,
)
from mappings.reading import UNREAD, Table
from mappings.texts import LANGUAGES, Text
from mappings.training import (
    Aspect,
    Assignment,
    Criterion,
    HandIn,
    Indicator,
    Level,
    Phase,
    Requirement,
    ReturnReason,
    Training,
)


def load_training(path: Path) -> Training:
    """Read one training.

    Raises:
        TrainingError: the file cannot be read, is not TOML, or has mistakes; one line, all of them in `problems`.
    """
    return _load(path)


def load_trainings(folder: Path | None = None, *, more: Path | None = None) -> Mapping[str, Training]:
    """Read all trainings of a folder, by key, in the order of the files' names.

    Args:
        folder: where the files `*.toml` are; the package's own folder when None.
        more: one more folder, whose trainings are added.

    Raises:
        TrainingError: a folder or file cannot be used, or two files have the same training.
    """
    own: Traversable = resources.files("mappings.trainings") if folder is None else folder
    trainings: dict[str, Training] = {}
    sources: dict[str, str] = {}
    for place in (own, more):
        for file in files_in(place, TrainingError) if place is not None else ():
            training = _load(file)
            if training.key in trainings:
                found = f"found {shown(training.key)}, which is the training of {sources[training.key]}"
                raise TrainingError(str(file), [f"training.key: expected a key of its own, {found}"])
            trainings[training.key] = training
            sources[training.key] = str(file)
    return MappingProxyType(trainings)


def training_from(data: Mapping[str, object], source: str) -> Training:
    """Turn the content of a training file into a training.

    Args:
        data: the content, as `tomllib` gives it.
        source: the file, as named in messages.

    Raises:
        TrainingError: it has mistakes; one line, all of them in `problems`.
    """
    root = Table(data)
    training = _read_training(root)
    note_contradictions(training, root)
    root.finish(source, TrainingError)
    return replace(in_order(training), source=source)


def _load(file: Traversable) -> Training:
    return _training_of(bytes_of(file, TrainingError), str(file))


@lru_cache(maxsize=16)
def _training_of(content: bytes, source: str) -> Training:
    """Files are read each time, and understood again only when something in them changed: that takes longest."""
    return training_from(parsed(content, source, TrainingError), source)


def _read_training(root: Table) -> Training:
    head = root.table("training") or Table({})
    levels = _read_levels(root)
    defaults = _read_defaults(root.table("hand_in_defaults") or Table({}))
    intervision, sharing = root.optional_table("intervision"), root.optional_table("sharing")
    trainer, evaluation = root.optional_table("trainer"), root.optional_table("evaluation")
    self_assessment = root.optional_table("self_assessment")
    return Training(
        key=head.key(),
        version=head.integer("version", at_least=1),
        languages=_read_languages(head),
        hours=head.integer("hours", at_least=1),
        contact_hours=head.integer("contact_hours"),
        name=head.text("name"),
        subtitle=head.text("subtitle"),
        summary=head.text("summary"),
        for_whom=head.text("for_whom"),
        what_you_need=head.text("what_you_need"),
        start=head.text("start"),
        agreements=head.text("agreements"),
        phases=tuple(_read_phase(table) for table in root.tables("phase")),
        levels=levels,
        aspects=tuple(_read_aspect(table, levels) for table in root.optional_tables("aspect")),
        assignments=tuple(_read_assignment(table, defaults) for table in root.tables("assignment")),
        award=read_award(root.table("award") or Table({})),
        achievement=read_achievement(root.table("achievement") or Table({})),
        certificate=read_certificate(root.table("certificate") or Table({})),
        meetings=tuple(read_meeting(table) for table in root.optional_tables("meeting")),
        intervision=read_intervision(intervision) if intervision else None,
        sharing=read_sharing(sharing) if sharing else None,
        trainer=read_trainer_guide(trainer) if trainer else None,
        self_assessment=read_self_assessment(self_assessment) if self_assessment else None,
        evaluation=read_evaluation(evaluation) if evaluation else None,
    )


def _read_languages(head: Table) -> tuple[str, ...]:
    languages = head.strings("languages")
    if head.sound("languages") and sorted(languages) != sorted(LANGUAGES):
        expected, found = (" and ".join(map(shown, several)) for several in (LANGUAGES, languages))
        head.note(head.at("languages"), f"expected {expected}, found {found}")
    return languages


def _read_phase(table: Table) -> Phase:
    return Phase(
        key=table.key(),
        order=table.integer("order", at_least=1),
        name=table.text("name"),
        question=table.text("question"),
        purpose=table.text("purpose"),
        duration=table.text("duration"),
        contact_hours=table.integer("contact_hours"),
        own_hours=table.integer("own_hours"),
        result=table.text("result"),
        assignments=table.keys("assignments"),
    )


def _read_levels(root: Table) -> tuple[Level, ...]:
    levels = [
        Level(table.key(), table.integer("order", at_least=1), table.text("name")) for table in root.optional_tables("level")
    ]
    if not root.sound("level"):
        levels.append(Level("", UNREAD, Text("", "")))
    return tuple(levels)


def _read_aspect(table: Table, levels: Sequence[Level]) -> Aspect:
    return Aspect(
        key=table.key(),
        order=table.integer("order", at_least=1),
        name=table.text("name"),
        description=table.text("description"),
        indicators=_read_indicators(table, levels),
    )


def _read_indicators(table: Table, levels: Sequence[Level]) -> tuple[Indicator, ...]:
    if not levels:
        table.refuse("indicator", "expected none, because the training has no level to describe them for")
        return ()
    return tuple(_read_indicator(child, levels) for child in table.tables("indicator"))


def _read_indicator(table: Table, levels: Sequence[Level]) -> Indicator:
    if not all(level.key for level in levels):
        table.leave_rest()
        return Indicator(table.key(), ())
    in_order = sorted(levels, key=lambda level: level.order)
    return Indicator(table.key(), tuple(table.text(level.key) for level in in_order))


def _read_defaults(table: Table) -> tuple[tuple[FileKind, ...], int]:
    return table.members("file_kinds", FileKind), table.integer("file_max_mb", 1, 1000)


def _read_assignment(table: Table, defaults: tuple[tuple[FileKind, ...], int]) -> Assignment:
    hand_in = table.table("hand_in") or Table({})
    return Assignment(
        key=table.key(),
        order=table.integer("order", at_least=1),
        phase=table.key("phase"),
        required=table.boolean("required", unread=True),
        hours=table.integer("hours"),
        aspects=table.keys("aspects", at_least=0),
        title=table.text("title"),
        goal=table.text("goal"),
        why=table.text("why"),
        steps=table.texts("steps", at_least=1),
        tips=table.texts("tips"),
        questions=table.texts("questions"),
        hand_in=_read_hand_in(hand_in, defaults),
        criteria=tuple(Criterion(child.key(), child.text("text")) for child in table.tables("criterion")),
        return_reasons=tuple(
            ReturnReason(child.key(), child.text("label"), child.text("feedback"))
            for child in table.tables("return_reason", at_least=0)
        ),
        example=table.text("example"),
    )


def _read_hand_in(table: Table, defaults: tuple[tuple[FileKind, ...], int]) -> HandIn:
    kinds, largest = defaults
    text, files, link = (table.member(kind, Requirement) for kind in ("text", "files", "link"))
    if table.sound("text", "files", "link") and Requirement.REQUIRED not in (text, files, link):
        table.note(table.at("text"), 'expected text, files or link to be "required", found none of them')
    words: tuple[int, int] | None = None
    if text is Requirement.NONE:
        table.refuse("text_words", 'expected no number of words, because text is "none"')
    else:
        words = _read_words(table)
    files_max = 0
    if files is Requirement.NONE:
        for name in ("files_max", "file_kinds", "file_max_mb"):
            table.refuse(name, 'expected nothing about files, because files is "none"')
    else:
        files_max = table.integer("files_max", 1, 50)
        kinds = table.members("file_kinds", FileKind) if table.optional("file_kinds") else kinds
        largest = table.integer("file_max_mb", 1, 1000) if table.optional("file_max_mb") else largest
    return HandIn(text, files, link, words, files_max, kinds, largest, table.text("explanation"))


def _read_words(table: Table) -> tuple[int, int] | None:
    words = table.integers("text_words", length=2)
    if not words:
        return None
    fewest, most = words
    if fewest > most:
        table.note(table.at("text_words"), f"expected the smaller number first, found {fewest} and {most}")
    return fewest, most
