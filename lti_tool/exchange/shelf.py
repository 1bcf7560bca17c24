"""The shelf of a cohort: materials, institutions and intermediaries that the trainers put there for everybody."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lti_tool.clock import Clock
from lti_tool.database import Database
from lti_tool.errors import NotFound, Words
from lti_tool.exchange.access import ExchangeAccess
from lti_tool.exchange.models import ShelfItem, ShelfKind
from lti_tool.ids import new_id
from lti_tool.launch.sessions import Viewer
from lti_tool.training.access import Standing
from lti_tool.training.draft_files import MB, too_large
from lti_tool.training.errors import FileRefused, Incomplete, StoreUnavailable
from lti_tool.training.file_names import clean_name
from lti_tool.training.files import FileStore, StoredBytes, TooManyBytes
from lti_tool.training.home import Place
from lti_tool.training.inspecting import FileInspector
from lti_tool.training.models import Cohort
from lti_tool.training.work_files import Download
from lti_tool.training.writing import clean_link, clean_text, is_link
from mappings.file_kinds import FileKind
from mappings.training import Phase

LONGEST_TITLE = 150
LONGEST_NOTE = 1000
MOST_ITEMS = 200
"""On one shelf."""


@dataclass(frozen=True)
class ItemShown:
    """Something on the shelf."""

    id: str
    kind: ShelfKind
    title: str
    text: str
    link: str
    file_name: str | None
    size: int | None
    phase_key: str


@dataclass(frozen=True)
class ShelfPart:
    """What lies on the shelf for one phase."""

    phase: Phase | None
    """None: for every phase."""
    items: tuple[ItemShown, ...]


@dataclass(frozen=True)
class ShelfPage:
    """The shelf."""

    place: Place
    parts: tuple[ShelfPart, ...]
    """Those with something in them."""
    keeps: bool
    """Whether the viewer may change it."""


@dataclass(frozen=True)
class ItemPage:
    """The form for something on the shelf."""

    place: Place
    item: ItemShown | None
    """None: a new one."""


@dataclass(frozen=True)
class Draft:
    """What somebody typed in the form."""

    kind: str
    title: str
    text: str
    link: str
    phase_key: str
    """Empty: for every phase."""
    without_file: bool = False
    """Whether the file that is there has to go."""

    def cleaned(self) -> "Draft":
        """Return it without what databases refuse or screens misread."""
        title = " ".join(clean_text(self.title).split())
        text = clean_text(self.text).strip()
        return Draft(self.kind, title, text, clean_link(self.link), self.phase_key, self.without_file)


@dataclass(frozen=True)
class Upload:
    """A file as the browser sent it: its name, and its content (seekable)."""

    name: str
    stream: IO[bytes]


class ShelfService:
    """Reads and keeps shelves.

    Args:
        database: its own short transactions; none is open while bytes are stored.
        clock: the time.
        access: who may.
        store: where the bytes of files lie.
        file_max_mb: the largest file.
        inspector: looks at files that come in.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        access: ExchangeAccess,
        store: FileStore,
        file_max_mb: int,
        inspector: FileInspector | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._access = access
        self._store = store
        self.largest = file_max_mb * MB
        self._inspector = inspector or FileInspector()

    def page(self, viewer: Viewer, cohort_id: str) -> ShelfPage:
        """Return the shelf of a cohort. Raises NotFound when the viewer is nothing in it."""
        with self._database.reading() as session:
            standing = self._access.member(session, viewer, cohort_id)
            items = [_shown(item) for item in _items(session, cohort_id)]
        phases: list[Phase | None] = [None, *standing.training.phases]
        known = {phase.key for phase in standing.training.phases}
        parts = [ShelfPart(phase, tuple(item for item in items if _lies(item, phase, known))) for phase in phases]
        return ShelfPage(Place.of(standing), tuple(part for part in parts if part.items), standing.whole)

    def item(self, viewer: Viewer, cohort_id: str, item_id: str | None) -> ItemPage:
        """Return the form for something on the shelf, or for something new. Raises NotFound for all but its trainers."""
        with self._database.reading() as session:
            standing = self._access.keeper(session, viewer, cohort_id)
            item = self._of(session, viewer, cohort_id, item_id) if item_id else None
            return ItemPage(Place.of(standing), _shown(item) if item else None)

    def keep(self, viewer: Viewer, cohort_id: str, item_id: str | None, draft: Draft, upload: Upload | None) -> None:
        """Put something on the shelf, or change what is there.

        Args:
            item_id: what is changed; None: something new, which comes last.
            upload: takes the place of the file that is there.

        Raises:
            Incomplete: something is missing or wrong.
            NotFound: not a shelf of the viewer's.
        """
        draft = draft.cleaned()
        with self._database.reading() as session:
            standing = self._access.keeper(session, viewer, cohort_id)
            known = self._of(session, viewer, cohort_id, item_id) if item_id else None
            has_file = bool(known and known.path and not draft.without_file)
        problems = _problems(draft, standing, has_file=has_file or upload is not None)
        stored: tuple[str, FileKind, StoredBytes] | None = None
        if upload is not None:
            try:
                stored = self._take(viewer, upload, store=not problems)
            except (FileRefused, StoreUnavailable) as refused:
                problems["file"] = refused.explanation
        if problems:
            raise Incomplete(problems)
        kept = False
        unused: str | None = None
        try:
            with self._database.session() as session:
                unused = self._write(session, viewer, cohort_id, item_id, draft, stored)
            kept = True
        finally:
            if stored is not None and not kept:
                self._store.discard(stored[2].path)
        if unused is not None:
            self._store.discard(unused)

    def move(self, viewer: Viewer, item_id: str, *, up: bool) -> str:
        """Let something change places with what lies before (or after) it in the same phase; return the cohort's id.

        Raises:
            NotFound: not on a shelf of the viewer's.
        """
        with self._database.session() as session:
            item = self._access.kept_item(session, viewer, item_id)
            _lock(session, item.cohort_id)
            beside = [one for one in _items(session, item.cohort_id) if one.phase_key == item.phase_key]
            place = beside.index(item) + (-1 if up else 1)
            if 0 <= place < len(beside):
                other = beside[place]
                item.position, other.position = other.position, item.position
            return item.cohort_id

    def remove(self, viewer: Viewer, item_id: str) -> str:
        """Take something off the shelf, with its file; return the cohort's id. Raises NotFound, as `move`."""
        with self._database.session() as session:
            item = self._access.kept_item(session, viewer, item_id)
            path, cohort_id = item.path, item.cohort_id
            session.delete(item)
        if path is not None:
            self._store.discard(path)
        return cohort_id

    def download(self, viewer: Viewer, item_id: str) -> Download:
        """Return a file on the shelf of a cohort that the viewer is in.

        Raises:
            NotFound: no such file, or not for this viewer.
            StoreUnavailable: its bytes cannot be read.
        """
        with self._database.reading() as session:
            item, _standing = self._access.shelf_item(session, viewer, item_id)
            name, kind, size, path = item.file_name, item.file_kind, item.size, item.path
        if name is None or kind is None or size is None or path is None:
            raise NotFound("nothing with a file")
        return Download(name, FileKind(kind), size, self._store.read(path))

    def _of(self, session: Session, viewer: Viewer, cohort_id: str, item_id: str) -> ShelfItem:
        item = self._access.kept_item(session, viewer, item_id)
        if item.cohort_id != cohort_id:
            raise NotFound("on another shelf")
        return item

    def _take(self, viewer: Viewer, upload: Upload, *, store: bool) -> tuple[str, FileKind, StoredBytes] | None:
        """Look at a file, and store it if all the rest is well. Raises FileRefused, StoreUnavailable."""
        name = clean_name(upload.name)
        kind = FileKind.of_name(name)
        if kind is None:
            raise FileRefused("kind not taken", explanation=_kind_refused(name))
        size = upload.stream.seek(0, os.SEEK_END)
        if size > self.largest:
            raise too_large(name, size, self.largest)
        self._inspector.check(kind, name, upload.stream, viewer.actor_id)
        if not store:
            return None
        try:
            return name, kind, self._store.put(upload.stream, max_bytes=self.largest)
        except TooManyBytes:
            raise too_large(name, size, self.largest) from None

    def _write(
        self,
        session: Session,
        viewer: Viewer,
        cohort_id: str,
        item_id: str | None,
        draft: Draft,
        stored: tuple[str, FileKind, StoredBytes] | None,
    ) -> str | None:
        """Write the row; return the path of bytes that nobody needs any more."""
        self._access.keeper(session, viewer, cohort_id)
        _lock(session, cohort_id)
        if item_id is not None:
            item = self._of(session, viewer, cohort_id, item_id)
        else:
            item = self._new(session, viewer, cohort_id)
        item.kind, item.title, item.text, item.link = ShelfKind(draft.kind).value, draft.title, draft.text, draft.link
        item.phase_key = draft.phase_key or None
        unused = None
        if stored is not None:
            unused = item.path
            item.file_name, item.file_kind, item.size, item.path = stored[0], stored[1].value, stored[2].size, stored[2].path
        elif draft.without_file:
            unused = item.path
            item.file_name = item.file_kind = item.size = item.path = None
        session.add(item)
        return unused

    def _new(self, session: Session, viewer: Viewer, cohort_id: str) -> ShelfItem:
        last, count = session.execute(
            select(func.max(ShelfItem.position), func.count()).where(ShelfItem.cohort_id == cohort_id)
        ).one()
        if count >= MOST_ITEMS:
            raise Incomplete({"title": _l("De plank is vol: er passen %(most)s dingen op.", most=MOST_ITEMS)})
        return ShelfItem(
            id=new_id(),
            cohort_id=cohort_id,
            position=(last or 0) + 1,
            added_by_id=viewer.person_id,
            added_at=self._clock(),
        )


def _items(session: Session, cohort_id: str) -> Sequence[ShelfItem]:
    query = select(ShelfItem).where(ShelfItem.cohort_id == cohort_id)
    return session.scalars(query.order_by(ShelfItem.position, ShelfItem.id)).all()


def _lock(session: Session, cohort_id: str) -> None:
    """Let changes of one shelf wait for each other."""
    session.execute(select(Cohort.id).where(Cohort.id == cohort_id).with_for_update(key_share=True))


def _lies(item: ItemShown, phase: Phase | None, known: set[str]) -> bool:
    """Return whether something lies with a phase; what is of a phase that the training lost lies with none."""
    return item.phase_key == phase.key if phase is not None else item.phase_key not in known


def _shown(item: ShelfItem) -> ItemShown:
    return ItemShown(
        item.id,
        ShelfKind(item.kind),
        item.title,
        item.text,
        item.link,
        item.file_name,
        item.size,
        item.phase_key or "",
    )


def _problems(draft: Draft, standing: Standing, *, has_file: bool) -> dict[str, Words]:
    problems: dict[str, Words] = {}
    if draft.kind not in tuple(ShelfKind):
        problems["kind"] = _l("Kies wat het is.")
    if not draft.title:
        problems["title"] = _l("Geef het een titel.")
    elif len(draft.title) > LONGEST_TITLE:
        problems["title"] = _l("Deze titel is te lang: er passen %(most)s tekens in.", most=LONGEST_TITLE)
    if len(draft.text) > LONGEST_NOTE:
        problems["text"] = _l("Deze tekst is te lang: er passen %(most)s tekens in.", most=LONGEST_NOTE)
    if draft.link and not is_link(draft.link):
        problems["link"] = _l("Dit is geen goede link. Een link begint met https://.")
    if draft.phase_key and draft.phase_key not in {phase.key for phase in standing.training.phases}:
        problems["phase"] = _l("Kies een fase van de training.")
    if not (draft.text or draft.link or has_file):
        problems["link"] = _l("Zet er een link, een bestand of een korte tekst bij.")
    return problems


def _kind_refused(name: str) -> Words:
    return _l(
        "“%(name)s” is een soort bestand dat we hier niet aannemen. Dit kan wel: %(kinds)s.",
        name=name,
        kinds=", ".join(FileKind),
    )
