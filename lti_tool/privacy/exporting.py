"""A person's own copy: one ZIP with a page to read, the same for programs, and all files. Made while it is sent."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from lti_tool.certificates.badges import BadgeService
from lti_tool.certificates.models import Award, Certificate
from lti_tool.certificates.package import Names, Packed, zip_stream
from lti_tool.certificates.service import CertificateService
from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.courses.leaving import leaving
from lti_tool.courses.models import Person
from lti_tool.database import Base, Database
from lti_tool.errors import IccError, NotFound
from lti_tool.privacy.gathering import Held, agreed_of, gather, gather_of_member
from lti_tool.privacy.labels import label
from lti_tool.privacy.reading import Register
from lti_tool.signin.models import Member
from lti_tool.training.errors import StoreUnavailable
from lti_tool.training.files import FileStore
from lti_tool.vault import Vault

_MISSING = {
    "nl": "Dit bestand kon niet worden gelezen. Probeer het later opnieuw, of vraag de beheerder van de tool.\n",
    "en": "This file could not be read. Try again later, or ask the operator of the tool.\n",
}
_FOLDERS = {"nl": ("bestanden", "certificaat"), "en": ("files", "certificate")}


@dataclass(frozen=True)
class OwnCopy:
    """A copy on its way."""

    file_name: str
    chunks: Iterator[bytes] = field(repr=False)


@dataclass(frozen=True)
class _File:
    path: str
    stored: str


class OwnCopyService:
    """Makes copies.

    Args:
        settings: our time zone.
        database: for one short transaction; none is open while the copy is sent.
        clock: the time.
        store: the bytes of files.
        register: what is whose.
        certificates, badges: the forms of certificates.
        vault: opens what is encrypted at rest.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        store: FileStore,
        register: Register,
        certificates: CertificateService,
        badges: BadgeService,
        vault: Vault,
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._store = store
        self._register = register
        self._certificates = certificates
        self._badges = badges
        self._vault = vault

    def held(self, person_id: str) -> Sequence[Held]:
        """Return everything that is held of somebody, all accounts together.

        Raises:
            NotFound: there is nobody with this id.
        """
        with self._database.reading() as session:
            return self._held(session, person_id)

    def package(self, person_id: str, language: str) -> OwnCopy:
        """Return somebody's copy. Everything but the files is ready before the first chunk.

        Args:
            language: of the page, ``nl`` or ``en``.

        Raises:
            NotFound: there is nobody with this id.
        """
        with self._database.reading() as session:
            held = self._held(session, person_id)
            certificates = session.scalars(
                select(Certificate)
                .join(Award, Award.id == Certificate.award_id)
                .where(Award.person_id == person_id, Certificate.erased_at.is_(None))
            ).all()
        return self._package(held, certificates, language)

    def _package(self, held: Sequence[Held], certificates: Sequence[Certificate], language: str) -> OwnCopy:
        names, moment = Names(), self._clock().astimezone(ZoneInfo(self._settings.time_zone))
        folder = _FOLDERS[language][0]
        held = [self._with_words(one, language) for one in held]
        named = [(one, [_File(f"{folder}/{names.give(_name_of(one))}", path) for path in one.files]) for one in held]
        ready = [
            Packed("index.html", [self._page(named, moment, language).encode()]),
            Packed("data.json", [_as_json(named, moment).encode()]),
        ]
        files = [file for _held, found in named for file in found]
        name = "mijn-gegevens.zip" if language == "nl" else "my-data.zip"
        return OwnCopy(name, zip_stream(self._all(ready, certificates, files, language), moment))

    def held_of_member(self, member_id: str) -> Sequence[Held]:
        """Return everything that is held of a member of the staff.

        Raises:
            NotFound: nobody of the staff has this id.
        """
        with self._database.reading() as session:
            return self._held_of_member(session, member_id)

    def package_of_member(self, member_id: str, language: str) -> OwnCopy:
        """Return the copy of a member of the staff; see `package`."""
        return self._package(self.held_of_member(member_id), (), language)

    def _held_of_member(self, session: Session, member_id: str) -> Sequence[Held]:
        member = session.get(Member, member_id)
        if member is None:
            raise NotFound("nobody of the staff has this id")
        found = list(gather_of_member(session, Base.metadata, self._register, member_id, self._vault.decrypt))
        as_trainer = self._held(session, member.person_id) if member.person_id is not None else ()
        return [*found, *(held for held in as_trainer if held.table != Member.__tablename__)]

    def _held(self, session: Session, person_id: str) -> Sequence[Held]:
        if session.get(Person, person_id) is None:
            raise NotFound("no such person")
        somebody = leaving(session, person_id, self._clock())
        return list(gather(session, Base.metadata, self._register, somebody, self._vault.decrypt))

    def _with_words(self, held: Held, language: str) -> Held:
        """Return a row with the words that somebody agreed to with it, beside the number of their version."""
        agreed = agreed_of(self._register, held)
        words = {one.column.replace("_version", "_words"): one.words[language] for one in agreed if one.words}
        return replace(held, values={**held.values, **words})

    def _all(
        self, ready: Sequence[Packed], certificates: Sequence[Certificate], files: Sequence[_File], language: str
    ) -> Iterator[Packed]:
        yield from ready
        for one in certificates:
            yield from self._forms(one, language)
        for file in files:
            try:
                yield Packed(file.path, self._store.read(file.stored), compress=False)
            except StoreUnavailable:
                yield Packed(f"{file.path}.txt", [_MISSING[language].encode()])

    def _forms(self, certificate: Certificate, language: str) -> Iterator[Packed]:
        base = f"{_FOLDERS[language][1]}/{certificate.id}"
        yield Packed(f"{base}.json", [certificate.credential.encode()])
        yield Packed(f"{base}.jwt", [certificate.jwt.encode()])
        yield Packed(f"{base}.snapshot.json", [certificate.snapshot.encode()])
        pictures: Mapping[str, Callable[[], bytes]] = {
            "pdf": lambda: self._certificates.pdf(certificate.id).content,
            "png": lambda: self._badges.png(certificate.id),
        }
        for ending, make in pictures.items():
            try:
                yield Packed(f"{base}.{ending}", [make()], compress=False)
            except IccError:
                yield Packed(f"{base}.{ending}.txt", [_MISSING[language].encode()])

    def _page(self, named: Sequence[tuple[Held, Sequence[_File]]], moment: datetime, language: str) -> str:
        sections: dict[str, list[tuple[Held, Sequence[_File]]]] = {}
        for one, files in named:
            sections.setdefault(one.kind, []).append((one, files))
        return (
            _templates()
            .get_template("own_copy.html")
            .render(
                language=language,
                look=_look(),
                moment=moment,
                sections=[(self._register.kinds[kind].words[language], rows) for kind, rows in sections.items()],
                ids_of=lambda held: [name for name in held.values if name == "id" or name.endswith("_id")],
                label=lambda column: label(column, language),
                shown=lambda value: _shown(value, ZoneInfo(self._settings.time_zone), language),
            )
        )


def _name_of(held: Held) -> str:
    return str(held.values.get("name") or held.table)


def _as_json(named: Sequence[tuple[Held, Sequence[_File]]], moment: datetime) -> str:
    tables: dict[str, list[dict[str, object]]] = {}
    for one, files in named:
        row = dict(one.values) | ({"files": [file.path for file in files]} if files else {})
        tables.setdefault(one.table if one.own else f"{one.table} (by you)", []).append(row)
    return json.dumps({"made": moment, "data": tables}, default=_plain, ensure_ascii=False, indent=1)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _shown(value: object, zone: ZoneInfo, language: str) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%d-%m-%Y %H:%M}"
    if isinstance(value, bool):
        return {"nl": ("nee", "ja"), "en": ("no", "yes")}[language][value]
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


@cache
def _look() -> Markup:
    css = (Path(__file__).parent / "static" / "own-copy.css").read_text("utf-8")
    return Markup(f"<style>\n{css}</style>")  # noqa: S704 - our own file


@cache
def _templates() -> Environment:
    return Environment(loader=PackageLoader("lti_tool.privacy", "templates/privacy"), autoescape=True, trim_blocks=True)
