"""One piece of work to review, and one version to read."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from lti_tool.database import Database
from lti_tool.errors import NotFound, Words
from lti_tool.launch.sessions import Viewer
from lti_tool.training.access import Access
from lti_tool.training.changes import Changes, Kind, changes
from lti_tool.training.home import Place
from lti_tool.training.outcomes import Extras, NativeMark, ScoreMark
from lti_tool.training.people import names_of, participant_name
from lti_tool.training.phrases import Phrase, phrases_of
from lti_tool.training.questions import Growth, growth_of
from lti_tool.training.queue import Beside, QueueService
from lti_tool.training.roster import Participant, participants
from lti_tool.training.showing import NativeFiles, VersionShown, native_files_of, versions_of
from mappings.progress import OutcomeState
from mappings.training import Assignment, Phase


@dataclass(frozen=True)
class ReviewPage:
    """One piece of work to review."""

    place: Place
    submission_id: str
    participant: Participant
    assignment: Assignment
    phase: Phase
    state: OutcomeState
    versions: tuple[VersionShown, ...]
    """The newest first."""
    growth: Growth
    """How the learning question grew."""
    marks: Sequence[ScoreMark]
    natives: Sequence[NativeMark]
    native_files: NativeFiles
    queue: Beside
    phrases: Sequence[Phrase]
    """The viewer's own sentences."""

    @property
    def read_before(self) -> VersionShown | None:
        """The newest older version that somebody reviewed, else the one before; None for the first."""
        older = self.versions[1:]
        return next((version for version in older if version.reviews), older[0] if older else None)


@dataclass(frozen=True)
class VersionPage:
    """One version, for its maker or a trainer."""

    place: Place
    submission_id: str
    assignment: Assignment
    phase: Phase
    version: VersionShown
    versions: tuple[VersionShown, ...]
    """All of them, the newest first."""
    own: bool
    """The viewer made it."""
    name: Words
    """Of the participant."""
    native_files: NativeFiles


@dataclass(frozen=True)
class FileChange:
    """A file that only one of two versions has, or that both have."""

    name: str
    kind: Kind


@dataclass(frozen=True)
class ChangesPage:
    """What changed between two versions, for their maker or a trainer."""

    place: Place
    submission_id: str
    assignment: Assignment
    version: VersionShown
    since: VersionShown
    """The older one."""
    others: tuple[VersionShown, ...]
    """All that are older than the version, the newest first."""
    own: bool
    """The viewer made them."""
    name: Words
    """Of the participant."""
    text: Changes
    files: tuple[FileChange, ...]
    """The new ones first, then those that went, then those that stayed."""

    @property
    def any(self) -> bool:
        """Whether anything changed."""
        moved = any(file.kind is not Kind.SAME for file in self.files)
        return self.text.any or self.version.link != self.since.link or moved


class ReviewPageService:
    """Reads work for trainers, each page in one short transaction and a fixed number of queries.

    Args:
        database: where everything is.
        access: who may.
        extras: the scores.
        queue: what else waits.
    """

    def __init__(self, database: Database, access: Access, extras: Extras, queue: QueueService) -> None:
        self._database = database
        self._access = access
        self._extras = extras
        self._queue = queue

    def review(self, viewer: Viewer, submission_id: str, only: str | None = None) -> ReviewPage:
        """Return one piece of work to review, with the queue, narrowed to one cohort if asked.

        Raises:
            NotFound: the viewer may not review it, or trains nobody in the cohort `only`.
        """
        with self._database.session() as session:
            submission, standing = self._access.to_review(session, viewer, submission_id)
            person = participants(session, standing, submission.enrolment_id)[0]
            assignment = standing.assignment(submission.assignment_key)
            versions = versions_of(session, submission.id)
            return ReviewPage(
                place=Place.of(standing),
                submission_id=submission.id,
                participant=person,
                assignment=assignment,
                phase=standing.training.phase_of(assignment),
                state=OutcomeState(submission.state),
                versions=versions,
                growth=growth_of(session, [submission.enrolment_id]).get(submission.enrolment_id, ()),
                marks=self._extras.scores(session, [submission.id]).get(submission.id, ()),
                natives=self._extras.natives(session, [submission.id]).get(submission.id, ()),
                native_files=native_files_of(session, self._extras, versions),
                queue=self._queue.beside(session, viewer, submission, only),
                phrases=phrases_of(session, viewer.person_id),
            )

    def version(self, viewer: Viewer, version_id: str) -> VersionPage:
        """Return one version. Raises NotFound when it is neither the viewer's nor of anybody whom the viewer trains."""
        with self._database.session() as session:
            row, standing = self._access.version(session, viewer, version_id)
            enrolment = row.submission.enrolment
            assignment = standing.assignment(row.submission.assignment_key)
            names = names_of(session, [enrolment.person_id])
            versions = versions_of(session, row.submission_id)
            return VersionPage(
                place=Place.of(standing),
                submission_id=row.submission_id,
                assignment=assignment,
                phase=standing.training.phase_of(assignment),
                version=next(version for version in versions if version.id == version_id),
                versions=versions,
                own=enrolment.person_id == viewer.person_id,
                name=participant_name(names.get(enrolment.person_id), enrolment.id),
                native_files=native_files_of(session, self._extras, versions),
            )

    def changes(self, viewer: Viewer, version_id: str, since: int | None = None) -> ChangesPage:
        """Return what changed in a version since an older one.

        Args:
            since: the older one's number; the one before by default.

        Raises:
            NotFound: it is not the viewer's nor of anybody whom the viewer trains, or there is no such older version.
        """
        page = self.version(viewer, version_id)
        older = tuple(version for version in page.versions if version.number < page.version.number)
        other = next((version for version in older if since in (None, version.number)), None)
        if other is None:
            raise NotFound("no such older version")
        return ChangesPage(
            place=page.place,
            submission_id=page.submission_id,
            assignment=page.assignment,
            version=page.version,
            since=other,
            others=older,
            own=page.own,
            name=page.name,
            text=changes(other.text, page.version.text),
            files=_file_changes(_files(other, page.native_files), _files(page.version, page.native_files)),
        )


def _files(version: VersionShown, native: NativeFiles) -> Mapping[Hashable, str]:
    """Return the names of a version's files, by what makes them the same file in another version."""
    found: dict[Hashable, str] = {file.id: file.name for file in version.files}
    return found | {(file.name, file.size): file.name for file in native.get(version.id, ())}


def _file_changes(old: Mapping[Hashable, str], new: Mapping[Hashable, str]) -> tuple[FileChange, ...]:
    return (
        *(FileChange(name, Kind.NEW) for key, name in new.items() if key not in old),
        *(FileChange(name, Kind.GONE) for key, name in old.items() if key not in new),
        *(FileChange(name, Kind.SAME) for key, name in new.items() if key in old),
    )
