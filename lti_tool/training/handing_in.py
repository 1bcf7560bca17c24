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
from lti_tool.training.drafts import UNSEEN, DraftService, Seen
from lti_tool.training.errors import Incomplete
from lti_tool.training.models import Submission, SubmissionVersion, VersionFile, WorkFile
from lti_tool.training.outcomes import OutcomeFollower
from mappings.progress import Origin, OutcomeState
from mappings.training import HandIn, HandInKind

MISSING: dict[HandInKind, Words] = {
    HandInKind.TEXT: _l("Schrijf nog een tekst, dan kun je inleveren."),
    HandInKind.FILES: _l("Voeg nog een bestand toe, dan kun je inleveren."),
    HandInKind.LINK: _l("Voeg nog een link toe, dan kun je inleveren."),
}


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
        drafts: keeps what was typed, and knows who may.
        followers: told when the outcome changes, in the same transaction.
    """

    def __init__(
        self, database: Database, clock: Clock, drafts: DraftService, followers: Sequence[OutcomeFollower] = ()
    ) -> None:
        self._database = database
        self._clock = clock
        self._drafts = drafts
        self._followers = tuple(followers)

    def save(
        self,
        viewer: Viewer,
        cohort_id: str,
        assignment_key: str,
        text: str,
        link: str,
        seen: Seen = UNSEEN,
        html: str | None = None,
    ) -> None:
        """Keep what the viewer typed as the draft; of two tabs the last one saved counts.

        Args:
            seen: the draft with which the page began; what another tab saved since is kept beside the draft.
            html: the text as the editor sends it, which then counts; None without an editor.

        Raises:
            Incomplete: something could not be kept as it is, or a link is none; all the rest was kept.
            Moved: the work was accepted already; nothing was kept.
            NotFound: not the viewer's assignment.
        """
        with self._database.session() as session:
            kept = self._drafts.keep(session, viewer, cohort_id, assignment_key, text, link, seen, html)
        if kept.problems:
            raise Incomplete(kept.problems)

    def hand_in(
        self,
        viewer: Viewer,
        cohort_id: str,
        assignment_key: str,
        text: str,
        link: str,
        seen: Seen = UNSEEN,
        html: str | None = None,
    ) -> Receipt:
        """Keep what the viewer typed and hand it in, with the files of the draft, as a new version.

        The same content twice, as from a double click, makes one version.

        Raises:
            Incomplete: a required kind is missing or something is wrong; the draft was kept.
            Moved: the work was accepted already; nothing was kept.
            NotFound: not the viewer's assignment.
        """
        with self._database.session() as session:
            kept = self._drafts.keep(session, viewer, cohort_id, assignment_key, text, link, seen, html)
            submission, hand_in, problems = kept.submission, kept.hand_in, kept.problems
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
            html=submission.draft_html,
            handed_in_at=now,
            receipt=f"V{number}-{reference[:4]}-{reference[4:]}",
        )
        session.add(version)
        session.flush()
        session.add_all(VersionFile(version_id=version.id, file_id=file.id) for file in files)
        submission.draft_saved_at, submission.origin = None, Origin.TOOL.value
        submissions.change_state(session, submission, OutcomeState.SUBMITTED, now, self._followers)
        return Receipt(number, version.receipt, now, repeated=False), {}


def _missing(hand_in: HandIn, text: str, files: int, link: str) -> dict[str, Words]:
    return {kind.value: MISSING[kind] for kind in hand_in.missing(text=text, files=files, link=link)}


def _same(version: SubmissionVersion, submission: Submission, files: Sequence[WorkFile]) -> bool:
    draft = (submission.draft_text, submission.draft_link, submission.draft_html)
    if (version.text, version.link, version.html) != draft:
        return False
    return sorted((file.name, file.sha256) for file in version.files) == sorted((file.name, file.sha256) for file in files)
