"""The files of a draft: what may become one, and the row that makes it one. Its bytes are in the store by then."""

from collections.abc import Sequence
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.ids import new_id
from lti_tool.training import submissions
from lti_tool.training.errors import FileRefused, FileTooLarge, Moved
from lti_tool.training.files import StoredBytes
from lti_tool.training.models import Submission, WorkFile
from lti_tool.training.outcomes import OutcomeFollower
from lti_tool.web.formats import filesize
from mappings.file_kinds import FileKind
from mappings.progress import OutcomeState
from mappings.training import HandIn

MB = 1024 * 1024


class DraftFiles:
    """Adds files to drafts.

    Args:
        clock: the time.
        file_max_mb: the installation's largest file; an assignment may allow less.
        followers: told when a first file makes an assignment a draft.
    """

    def __init__(self, clock: Clock, file_max_mb: int, followers: Sequence[OutcomeFollower] = ()) -> None:
        self._clock = clock
        self._file_max_mb = file_max_mb
        self._followers = tuple(followers)

    def largest(self, hand_in: HandIn) -> int:
        """Return how many bytes a file for this assignment may have."""
        return min(hand_in.file_max_mb, self._file_max_mb) * MB

    def add(
        self,
        session: Session,
        enrolment_id: str | None,
        assignment_key: str,
        hand_in: HandIn,
        name: str,
        kind: FileKind,
        stored: StoredBytes,
    ) -> bool:
        """Add a file that is in the store to a participant's draft, in the caller's transaction.

        Returns:
            Whether it was added; not when the draft has the same file already.

        Raises:
            FileRefused: one too many.
            Moved: the work was accepted already.
        """
        now = self._clock()
        submission = submissions.lock_or_begin(session, enrolment_id, assignment_key, now)
        check_open(submission)
        present = submissions.draft_files(session, submission.id)
        if any((file.name, file.sha256) == (name, stored.sha256) for file in present):
            return False
        check_room(hand_in, len(present), name)
        added_at = max([now, *(file.added_at + timedelta(microseconds=1) for file in present)])
        session.add(
            WorkFile(
                id=new_id(),
                submission_id=submission.id,
                name=name,
                kind=kind.value,
                size=stored.size,
                sha256=stored.sha256,
                path=stored.path,
                in_draft=True,
                added_at=added_at,
            )
        )
        submission.draft_saved_at = now
        if submission.state == OutcomeState.OPEN:
            submissions.change_state(session, submission, OutcomeState.DRAFT, now, self._followers)
        return True


def check_kind(hand_in: HandIn, name: str) -> FileKind:
    """Return the kind of a file by its name. Raises FileRefused: not one that is asked for."""
    if hand_in.files_max == 0:
        raise FileRefused("no files asked", explanation=_l("Bij deze opdracht horen geen bestanden."))
    kind = FileKind.of_name(name)
    if kind is None or kind not in hand_in.file_kinds:
        kinds = ", ".join(hand_in.file_kinds)
        raise FileRefused(
            "kind not asked for",
            explanation=_l(
                "“%(name)s” is een soort bestand dat we hier niet aannemen. Dit kan wel: %(kinds)s.",
                name=name,
                kinds=kinds,
            ),
        )
    return kind


def check_room(hand_in: HandIn, present: int, name: str) -> None:
    """Raise FileRefused when the draft has as many files as it may have."""
    if present >= hand_in.files_max:
        raise FileRefused(
            "one file too many",
            explanation=_l(
                "Er passen hooguit %(most)s bestanden bij deze opdracht. “%(name)s” is niet toegevoegd.",
                most=hand_in.files_max,
                name=name,
            ),
        )


def check_open(submission: Submission | None) -> None:
    """Raise Moved when the work was accepted already."""
    if submission is not None and submission.state == OutcomeState.ACCEPTED:
        raise Moved("accepted already", explanation=_l("Dit werk is al akkoord. Er is niets veranderd."))


def too_large(name: str, size: int, most: int) -> FileTooLarge:
    """Return the refusal of a file that is larger than fits; both sizes in bytes."""
    return FileTooLarge(
        "too large",
        explanation=_l(
            "“%(name)s” is %(size)s. Er past hooguit %(most)s in. Maak het bestand kleiner.",
            name=name,
            size=filesize(size),
            most=filesize(most),
        ),
    )


def not_what_it_says(name: str, kind: FileKind) -> FileRefused:
    """Return the refusal of a file whose content is not of the kind that its name says."""
    return FileRefused(
        "content is not of that kind",
        explanation=_l(
            "“%(name)s” is geen goed %(kind)s-bestand, of er staat een wachtwoord op. Bewaar het opnieuw als %(kind)s.",
            name=name,
            kind=kind.value,
        ),
    )
