"""One piece of work to review, and one version to read."""

from collections.abc import Sequence
from dataclasses import dataclass

from lti_tool.database import Database
from lti_tool.errors import Words
from lti_tool.launch.sessions import Viewer
from lti_tool.training.access import Access
from lti_tool.training.home import Place
from lti_tool.training.outcomes import Extras, NativeMark, ScoreMark
from lti_tool.training.people import names_of, participant_name
from lti_tool.training.queue import Beside, QueueService
from lti_tool.training.roster import Participant, participants
from lti_tool.training.showing import NativeFiles, VersionShown, native_files_of, own_work, question_of, versions_of
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
    question: str | None
    marks: Sequence[ScoreMark]
    natives: Sequence[NativeMark]
    native_files: NativeFiles
    queue: Beside


@dataclass(frozen=True)
class VersionPage:
    """One version, for its maker or a trainer."""

    place: Place
    submission_id: str
    assignment: Assignment
    phase: Phase
    version: VersionShown
    own: bool
    """The viewer made it."""
    name: Words
    """Of the participant."""
    native_files: NativeFiles


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
                question=question_of(session, own_work(session, submission.enrolment_id)),
                marks=self._extras.scores(session, [submission.id]).get(submission.id, ()),
                natives=self._extras.natives(session, [submission.id]).get(submission.id, ()),
                native_files=native_files_of(session, self._extras, versions),
                queue=self._queue.beside(session, viewer, submission, only),
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
                own=enrolment.person_id == viewer.person_id,
                name=participant_name(names.get(enrolment.person_id), enrolment.id),
                native_files=native_files_of(session, self._extras, versions),
            )
