"""From what counts in Moodle to a version here: whether there is a new one, and what became of it.

A version is made once for each content that counts (`facts.digest_of`). What a trainer accepted stays accepted; a change in
Moodle after that makes a version too, and is said to differ, unless it is what we wrote there ourselves.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.moodle.facts import ASSIGN, Claim, Content, Handed, digest_of
from lti_tool.moodle.models import ActivityMapping, MoodleWrite, NativeFile, NativeWork
from lti_tool.moodle.places import Place, trainer_of
from lti_tool.moodle.problems import FILE_REFUSED
from lti_tool.moodle.rules import done_of, rule_of
from lti_tool.moodle.states import WorkState
from lti_tool.moodle.urls import activity_url, grading_url
from lti_tool.training.file_names import clean_name
from lti_tool.training.importing import Brought, ImportService, NativeFacts
from lti_tool.training.models import Submission, SubmissionVersion
from mappings.activities import Counts
from mappings.progress import OutcomeState

_STANDS = frozenset({WorkState.IMPORTED, WorkState.DIFFERS, WorkState.OLDER})
_SAME = 0.00001
"""Moodle keeps five decimals of a grade."""


class Bringing:
    """What becomes of the rows of one mapping, within one transaction.

    Args:
        session: the transaction.
        importer: makes versions and accepts them.
        claim: whose reading it is.
        mapping: the mapping.
        rows: that are there, to look at together.
        now: the time.
    """

    def __init__(
        self,
        session: Session,
        importer: ImportService,
        claim: Claim,
        mapping: ActivityMapping,
        rows: Iterable[NativeWork],
        now: datetime,
    ) -> None:
        self._session = session
        self._importer = importer
        self._claim = claim
        self._mapping = mapping
        self._counts = rule_of(mapping).counts
        self._now = now
        ids = [row.submission_id for row in rows if row.submission_id is not None]
        query = select(Submission.id, Submission.state).where(Submission.id.in_(ids))
        self._states = {key: OutcomeState(state) for key, state in session.execute(query)} if ids else {}

    def unmet(self, row: NativeWork) -> WorkState:
        """Return the state of work that does not count in Moodle (yet, or any more)."""
        if row.version_id is None:
            return WorkState.BEGUN
        accepted = self._accepted(row)
        if accepted is None:
            return WorkState.REOPENED
        return WorkState.DIFFERS if self._number(row) >= accepted[0] else WorkState.IMPORTED

    def met(
        self, row: NativeWork, place: Place, handed: Handed | None, *, submitted: bool, counted: bool, gone: bool
    ) -> WorkState:
        """Return the state of work that counts, of somebody who takes part here; a new version is made if it is one.

        Args:
            handed: what is handed in; None: it was not read this time.
            submitted: that changed with this reading.
            counted: the grade or the completion changed with this reading.
            gone: its maker left the course.
        """
        stands = not submitted and not counted and row.state in _STANDS
        if handed is None and self._mapping.kind == ASSIGN:
            if counted or row.submission_id is None:
                return WorkState.WAITING
            return self._accepted_there(row, WorkState(row.state) if stands else self._standing(row), gone=gone)
        # two hand-ins within a second have one moment in Moodle: only their content tells them apart
        digest = digest_of(self._counts, handed, row.grade, row.completed_at)
        if row.submission_id is not None and digest == row.content_digest:
            return self._accepted_there(row, WorkState(row.state) if stands else self._standing(row), gone=gone)
        if self._is_accepted(row) and not submitted and self._is_our_own(row):
            row.content_digest = digest
            return self._standing(row)
        self._bring(row, place, handed, digest, submitted=submitted or not counted)
        return self._accepted_there(row, self._standing(row), gone=gone)

    def came_back(self, row: NativeWork, place: Place | None) -> WorkState:
        """Return the state of the work of somebody who is in the course again."""
        if not rule_of(self._mapping).met(done_of(row)):
            return self.unmet(row)
        if row.submission_id is not None:
            return self._standing(row)
        if place is None:
            return WorkState.UNKNOWN
        return WorkState.NO_PLACE if place.enrolment_id is None else WorkState.WAITING

    def _bring(self, row: NativeWork, place: Place, handed: Handed | None, digest: str, *, submitted: bool) -> None:
        mapping, session = self._mapping, self._session
        content = handed.content if handed is not None else Content()
        at = row.submitted_at or rule_of(mapping).met_at(done_of(row)) or self._now
        facts = NativeFacts(
            counts=self._counts.value,
            digest=digest,
            grade=row.grade if self._counts is Counts.GRADED else None,
            maximum=mapping.maximum if self._counts is Counts.GRADED else None,
            activity_url=activity_url(self._claim.site_url, mapping.kind, mapping.cm_id),
            cut=content.cut,
        )
        url = grading_url(self._claim.site_url, mapping.kind, mapping.cm_id, row.user_id)
        newer = submitted and self._nothing_since(place)
        brought = Brought(content.text, at, url, facts, surely_newer=newer)
        taken = self._importer.bring(session, place.enrolment_id or "", mapping.assignment_key, brought)
        row.content_digest = digest
        if taken is None:
            row.submission_id = self._submission_of(place)
            return
        row.submission_id, row.version_id = taken.submission_id, taken.version_id
        self._states[taken.submission_id] = taken.state
        for position, file in enumerate(content.files if taken.made else ()):
            session.add(
                NativeFile(
                    version_id=taken.version_id,
                    platform_id=self._claim.platform_id,
                    position=position,
                    name=clean_name(file.name),
                    size=file.size,
                    mime_type=file.mime_type[:100],
                    url=file.url,
                    modified_at=file.modified_at,
                    problem=FILE_REFUSED if file.external else None,
                )
            )
        session.flush()

    def _accepted_there(self, row: NativeWork, state: WorkState, *, gone: bool) -> WorkState:
        """Accept what Moodle's word is enough for; somebody who left the course is for a trainer to judge."""
        waits = row.submission_id is not None and self._states.get(row.submission_id) is OutcomeState.SUBMITTED
        if state is not WorkState.IMPORTED or row.version_id is None or self._mapping.needs_trainer or gone or not waits:
            return state
        claim = self._claim
        grader = trainer_of(self._session, claim.platform_id, claim.course_id, row.grader_id) if row.grader_id else None
        self._importer.accept(self._session, row.version_id, [grader, self._mapping.confirmed_by_id])
        return state

    def _standing(self, row: NativeWork) -> WorkState:
        """Return the state of what has become a version, or had no need to."""
        if row.version_id is None:
            return WorkState.OLDER
        accepted = self._accepted(row)
        if accepted is None:
            return WorkState.IMPORTED
        number, facts = accepted
        same = facts is not None and facts.digest == row.content_digest
        return WorkState.DIFFERS if self._number(row) > number and not same else WorkState.IMPORTED

    def _accepted(self, row: NativeWork) -> tuple[int, NativeFacts | None] | None:
        """Return number and facts of the version that was accepted; None while none is."""
        if not self._is_accepted(row):
            return None
        return self._importer.accepted_version(self._session, row.submission_id or "")

    def _number(self, row: NativeWork) -> int:
        return self._session.get_one(SubmissionVersion, row.version_id or "").number

    def _is_accepted(self, row: NativeWork) -> bool:
        return row.submission_id is not None and self._states.get(row.submission_id) is OutcomeState.ACCEPTED

    def _is_our_own(self, row: NativeWork) -> bool:
        """Whether what changed after acceptance is what acceptance wrote to Moodle, or says nothing new."""
        if self._counts is not Counts.GRADED:
            return True
        query = select(MoodleWrite.grade).where(MoodleWrite.mapping_id == row.mapping_id, MoodleWrite.user_id == row.user_id)
        written = self._session.scalar(query)
        return written is not None and row.grade is not None and abs(written - row.grade) <= _SAME

    def _nothing_since(self, place: Place) -> bool:
        """Whether the reading before this one was after the last hand-in here: what is new in Moodle is newer then."""
        synced_at = self._claim.synced_at
        if synced_at is None or self._mapping.confirmed_at >= synced_at:
            return False
        query = (
            select(SubmissionVersion.id)
            .join(Submission, Submission.id == SubmissionVersion.submission_id)
            .where(
                Submission.enrolment_id == place.enrolment_id,
                Submission.assignment_key == self._mapping.assignment_key,
                SubmissionVersion.handed_in_at >= synced_at,
            )
        )
        return self._session.scalar(query.limit(1)) is None

    def _submission_of(self, place: Place) -> str | None:
        query = select(Submission.id).where(
            Submission.enrolment_id == place.enrolment_id, Submission.assignment_key == self._mapping.assignment_key
        )
        return self._session.scalar(query)
