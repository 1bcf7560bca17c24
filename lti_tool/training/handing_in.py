"""Saving a draft and handing in. What somebody typed is kept first; what is wrong with it is said afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import Words
from lti_tool.ids import new_id, new_reference
from lti_tool.launch.sessions import Viewer
from lti_tool.training import submissions
from lti_tool.training.access import Access
from lti_tool.training.errors import Incomplete, Moved
from lti_tool.training.models import Submission, SubmissionVersion, VersionFile, WorkFile
from lti_tool.training.outcomes import OutcomeFollower
from lti_tool.training.writing import LONGEST_LINK, LONGEST_TEXT, clean_link, clean_text, is_link
from mappings.progress import Origin, OutcomeState
from mappings.training import HandIn, HandInKind, Requirement

MISSING: dict[HandInKind, Words] = {
    HandInKind.TEXT: _l("Schrijf nog een tekst, dan kun je inleveren."),
    HandInKind.FILES: _l("Voeg nog een bestand toe, dan kun je inleveren."),
    HandInKind.LINK: _l("Voeg nog een link toe, dan kun je inleveren."),
}
_NO_LINK = _l("Dit is geen link die we kunnen openen. Een goede link begint met https://.")
_ACCEPTED = _l("Dit werk is al akkoord. Er is niets veranderd.")


@dataclass(frozen=True)
class Receipt:
    """That a version was handed in."""

    number: int
    code: str
    handed_in_at: datetime
    repeated: bool
    """It had been handed in already: the same form came twice."""


class HandInService:
    """Drafts and versions.

    Args:
        database: its own short transactions.
        clock: the time.
        access: who may.
        followers: told when the outcome changes, in the same transaction.
    """

    def __init__(self, database: Database, clock: Clock, access: Access, followers: Sequence[OutcomeFollower] = ()) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._followers = tuple(followers)

    def save(self, viewer: Viewer, cohort_id: str, assignment_key: str, text: str, link: str) -> None:
        """Keep what the viewer typed as the draft; of two tabs the last one saved counts.

        Raises:
            Incomplete: something could not be kept as it is, or a link is none; all the rest was kept.
            Moved: the work was accepted already; nothing was kept.
            NotFound: not the viewer's assignment.
        """
        with self._database.session() as session:
            _submission, _hand_in, problems = self._keep(session, viewer, cohort_id, assignment_key, text, link)
        if problems:
            raise Incomplete(problems)

    def hand_in(self, viewer: Viewer, cohort_id: str, assignment_key: str, text: str, link: str) -> Receipt:
        """Keep what the viewer typed and hand it in, with the files of the draft, as a new version.

        The same content twice, as from a double click, makes one version.

        Raises:
            Incomplete: a required kind is missing or something is wrong; the draft was kept.
            Moved: the work was accepted already; nothing was kept.
            NotFound: not the viewer's assignment.
        """
        with self._database.session() as session:
            submission, hand_in, problems = self._keep(session, viewer, cohort_id, assignment_key, text, link)
            receipt = None
            if submission is None:
                problems = {**_missing(hand_in, "", 0, ""), **problems}
            else:
                files = submissions.draft_files(session, submission.id)
                missing = _missing(hand_in, submission.draft_text, len(files), submission.draft_link)
                problems = {**missing, **problems}
                if not problems:
                    receipt, problems = self._make_version(session, submission, files)
        if receipt is None:
            raise Incomplete(problems)
        return receipt

    def _keep(
        self, session: Session, viewer: Viewer, cohort_id: str, assignment_key: str, text: str, link: str
    ) -> tuple[Submission | None, HandIn, dict[str, Words]]:
        now = self._clock()
        standing = self._access.participant(session, viewer, cohort_id)
        hand_in = standing.assignment(assignment_key).hand_in
        text = clean_text(text) if hand_in.text is not Requirement.NONE else ""
        link = clean_link(link) if hand_in.link is not Requirement.NONE else ""
        problems = _problems(text, link)
        if not text.strip() and not link and submissions.find(session, standing, assignment_key) is None:
            return None, hand_in, problems
        submission = submissions.lock_or_begin(session, standing.enrolment_id, assignment_key, now)
        if submission.state == OutcomeState.ACCEPTED:
            raise Moved("accepted already", explanation=_ACCEPTED)
        kept = (
            text if len(text) <= LONGEST_TEXT else submission.draft_text,
            link if len(link) <= LONGEST_LINK else submission.draft_link,
        )
        if kept != (submission.draft_text, submission.draft_link):
            submission.draft_text, submission.draft_link = kept
            submission.draft_saved_at = now
            if submission.state == OutcomeState.OPEN:
                submissions.change_state(session, submission, OutcomeState.DRAFT, now, self._followers)
        elif submission.draft_saved_at is not None:
            submission.draft_saved_at = now
        return submission, hand_in, problems

    def _make_version(
        self, session: Session, submission: Submission, files: Sequence[WorkFile]
    ) -> tuple[Receipt | None, dict[str, Words]]:
        last = submissions.last_version(session, submission.id)
        if last is not None and _same(last, submission, files):
            if submission.state == OutcomeState.SUBMITTED:
                submission.draft_saved_at = None
                return Receipt(last.number, last.receipt, last.handed_in_at, repeated=True), {}
            unchanged = _l(
                "Je werk is nog hetzelfde als versie %(number)s. Vul het aan en lever het dan opnieuw in.",
                number=last.number,
            )
            return None, {"text": unchanged}
        now = self._clock()
        number = last.number + 1 if last else 1
        reference = new_reference()
        version = SubmissionVersion(
            id=new_id(),
            submission_id=submission.id,
            number=number,
            text=submission.draft_text,
            link=submission.draft_link,
            handed_in_at=now,
            receipt=f"V{number}-{reference[:4]}-{reference[4:]}",
        )
        session.add(version)
        session.flush()
        session.add_all(VersionFile(version_id=version.id, file_id=file.id) for file in files)
        submission.draft_saved_at, submission.origin = None, Origin.TOOL.value
        submissions.change_state(session, submission, OutcomeState.SUBMITTED, now, self._followers)
        return Receipt(number, version.receipt, now, repeated=False), {}


def _problems(text: str, link: str) -> dict[str, Words]:
    problems: dict[str, Words] = {}
    if len(text) > LONGEST_TEXT:
        problems["text"] = _l(
            "Je tekst is te lang om te bewaren: %(found)s tekens, en er passen er %(most)s in. Maak hem korter.",
            found=len(text),
            most=LONGEST_TEXT,
        )
    if link and not is_link(link):
        problems["link"] = _NO_LINK
    return problems


def _missing(hand_in: HandIn, text: str, files: int, link: str) -> dict[str, Words]:
    return {kind.value: MISSING[kind] for kind in hand_in.missing(text=text, files=files, link=link)}


def _same(version: SubmissionVersion, submission: Submission, files: Sequence[WorkFile]) -> bool:
    if (version.text, version.link) != (submission.draft_text, submission.draft_link):
        return False
    return sorted((file.name, file.sha256) for file in version.files) == sorted((file.name, file.sha256) for file in files)
