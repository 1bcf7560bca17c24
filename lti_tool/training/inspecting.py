"""What comes in is what its name says, and carries nothing harmful: every file passes here before anybody can open it."""

from collections.abc import Callable
from enum import StrEnum
from typing import IO, Protocol

import structlog
from flask_babel import lazy_gettext as _l

from lti_tool.training.clamav import ClamAv, Readable, ScannerDown
from lti_tool.training.draft_files import not_what_it_says
from lti_tool.training.errors import FileInfected, NotScanned
from lti_tool.training.file_content import holds
from mappings.file_kinds import FileKind

INFECTED = "file.infected"
"""What stands in the audit trail."""

_log = structlog.get_logger(__name__)
Noted = Callable[[str, str, str], None]
"""Is told who sent something harmful (the id of an account), `INFECTED`, and what the scanner calls it."""


class Scanner(Protocol):
    """Says whether a stream carries something harmful."""

    def find(self, stream: Readable) -> str | None:
        """Return its name; None: it is clean. Raises ScannerDown."""


class WhenDown(StrEnum):
    """What becomes of a file while the scanner does not answer."""

    REFUSE = "refuse"
    ALLOW = "allow"


def _note_nowhere(_account_id: str, _what: str, _found: str) -> None:
    """Keep it to the log."""


class FileInspector:
    """Looks at files.

    Args:
        scanner: none: nothing is scanned.
        when_down: what becomes of a file that the scanner says nothing about.
        noted: writes into the audit trail.
    """

    def __init__(
        self, scanner: Scanner | None = None, when_down: WhenDown = WhenDown.REFUSE, noted: Noted = _note_nowhere
    ) -> None:
        self._scanner = scanner
        self._when_down = when_down
        self._noted = noted

    def check(self, kind: FileKind, name: str, stream: IO[bytes], account_id: str) -> None:
        """See that a file is of its kind and clean; the stream is at its start afterwards.

        Args:
            name: as its maker reads it.
            stream: seekable; the whole file.
            account_id: who sent it.

        Raises:
            FileRefused: it is of another kind.
            FileInfected: it carries something harmful; that stands in the audit trail.
            NotScanned: the scanner says nothing, and then nothing is taken here.
        """
        if not holds(kind, stream):
            raise not_what_it_says(name, kind)
        self.scan(name, stream, account_id)

    def scan(self, name: str, stream: IO[bytes], account_id: str) -> None:
        """See that a file is clean, of whatever kind. Raises FileInfected, NotScanned, as `check`."""
        if self._scanner is None:
            return
        stream.seek(0)
        try:
            found = self._scanner.find(stream)
        except ScannerDown as down:
            if self._when_down is WhenDown.REFUSE:
                _log.error("scanner.down", detail=str(down))
                raise NotScanned("the scanner says nothing") from None
            _log.warning("scanner.down_and_file_taken", detail=str(down))
            return
        finally:
            stream.seek(0)
        if found is not None:
            self._noted(account_id, INFECTED, found)
            _log.warning("scanner.found", found=found)
            raise FileInfected(
                "infected",
                explanation=_l(
                    "In “%(name)s” zit volgens de virusscanner iets schadelijks (%(found)s). Het is niet aangenomen "
                    "en niet bewaard. Meld dit bij de ICT-beheerder van je school en lever een schoon bestand in.",
                    name=name,
                    found=found,
                ),
            )


def inspector_of(url: str | None, when_down: str, noted: Noted) -> FileInspector:
    """Return the inspector of an installation.

    Args:
        url: where ClamAV listens; None: nothing is scanned.
        when_down: a value of `WhenDown`.
    """
    return FileInspector(ClamAv(url) if url else None, WhenDown(when_down), noted)
