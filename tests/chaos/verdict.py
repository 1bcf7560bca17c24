"""What became of every grade: the school's own log beside what was to be delivered."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sqlalchemy import Select, func, select

from lti_tool.database import Database
from lti_tool.demo.school.models import Call, Json
from lti_tool.sync.models import ScoreOutbox
from lti_tool.training.models import Review, SubmissionVersion
from tests.chaos.driver import version_of
from tests.chaos.scene import Key, Scene

FULL = 100


@dataclass
class Verdict:
    """What was found; every list has one line for each cell or post that is wrong."""

    cells: int = 0
    changes: int = 0
    """Of outcomes, as the tool's database has them."""
    posts: int = 0
    """That the school saw, whatever it answered."""
    accepted: int = 0
    """That its gradebook took."""
    duplicates: int = 0
    """Taken although it had this very value; harmless."""
    answers: Counter[int] = field(default_factory=Counter)
    """How often the school answered a post with each status; 0: the connection was cut."""
    lost: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)
    wiped: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    """Changes that were committed and had to be made again: the database lost them."""
    unsettled: list[str] = field(default_factory=list)
    """Rows of the outbox that do not know that their score arrived."""

    @property
    def wrong(self) -> Sequence[str]:
        """Everything that must not be."""
        kinds = {
            "lost": self.lost,
            "out of order": self.out_of_order,
            "wiped": self.wiped,
            "forgotten": self.forgotten,
            "unsettled": self.unsettled,
        }
        return [f"{kind}: {line}" for kind, lines in kinds.items() for line in lines]


def judge(database: Database, scene: Scene, versions: int, said: Iterable[str]) -> Verdict:
    """Compare.

    Args:
        database: the tool's, to see what it believes.
        versions: how often each outcome was to change.
        said: the driver's lines: work and version of each committed change.
    """
    verdict = Verdict(cells=len(scene.keys))
    verdict.forgotten = _made_again(said)
    _look_at_posts(verdict, scene.school.calls)
    stored: dict[tuple[str, str], list[Json]] = defaultdict(list)
    for received in scene.school.received:
        stored[received.item_id, received.person_id].append(received.score)
    with database.session() as session:
        verdict.changes = session.scalar(_changes_of(scene)) or 0
        rows = {(row.placement_id, row.account_id): row for row in session.scalars(select(ScoreOutbox))}
    for key in scene.keys:
        row = rows.get((key.placement_id, key.account_id))
        scores = stored[key.item_id, key.person_id]
        verdict.accepted += len(scores)
        _look_at_order(verdict, key, scores)
        _look_at_end(verdict, key, scene, row, versions)
        if row is None or row.dirty or row.refused or row.sent_version != row.version:
            verdict.unsettled.append(f"{key.name}: {_told(row)}")
    return verdict


def _made_again(said: Iterable[str]) -> list[str]:
    """Return the changes that the driver committed more than once: it goes on where the database says that it was."""
    return [f"{line.replace(' ', ', version ')}: {count} times" for line, count in Counter(said).items() if count > 1]


def _changes_of(scene: Scene) -> Select[int]:
    """Count the reviews of the work, each of which is a change."""
    of_work = select(func.count(Review.id)).join(SubmissionVersion, SubmissionVersion.id == Review.version_id)
    return of_work.where(SubmissionVersion.submission_id.in_(scene.work))


def _look_at_posts(verdict: Verdict, calls: Iterable[Call]) -> None:
    for call in calls:
        if call.service != "scores":
            continue
        verdict.posts += 1
        verdict.answers[call.status] += 1
        score: Mapping[str, object] = json.loads(call.body)
        if "scoreGiven" not in score or score.get("gradingProgress") != "FullyGraded":
            verdict.wiped.append(f"{call.path} at {call.at:%H:%M:%S}")


def _look_at_order(verdict: Verdict, key: Key, scores: Sequence[Json]) -> None:
    values = [_rank(key, score) for score in scores]
    for before, after in pairwise(values):
        verdict.duplicates += after == before
        if after < before:
            verdict.out_of_order.append(f"{key.name}: {values}")
            return


def _rank(key: Key, score: Json) -> float:
    """How new a value is: the version of feedback, and how much of the training, which only grows."""
    return version_of(score.get("comment")) if key.submission_id is not None else float(score.get("scoreGiven", 0))


def _look_at_end(verdict: Verdict, key: Key, scene: Scene, row: ScoreOutbox | None, versions: int) -> None:
    grade = scene.school.grades.get((key.item_id, key.person_id))
    if grade is None or grade.final != FULL:
        verdict.lost.append(f"{key.name}: the school holds {grade.final if grade else None}, {_told(row)}")
    elif key.submission_id is not None and version_of(grade.feedback) != versions:
        verdict.lost.append(f"{key.name}: the school has {grade.feedback!r} of {versions}, {_told(row)}")


def _told(row: ScoreOutbox | None) -> str:
    if row is None:
        return "there is no row"
    return (
        f"version {row.version}, sent {row.sent_version}, dirty {row.dirty}, refused {row.refused}, "
        f"error {row.last_error}, job {row.job}, fails {row.fails}, next {row.next_attempt_at}"
    )
