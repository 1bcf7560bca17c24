"""The portfolio package: one ZIP with the certificate in its forms and the accepted work, for any portfolio or dossier.

There is no portfolio to connect to: the national Lerarenportfolio closed on 1 August 2022. So what is in the package
stands on its own: a PDF, the Open Badge, pages that any browser shows, and an entry that Mahara imports.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import render_template
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import Session

from lti_tool.certificates.badges import BadgeService
from lti_tool.certificates.freezing import accepted_versions
from lti_tool.certificates.holder import HolderService
from lti_tool.certificates.leap2a import Enclosed, leap2a
from lti_tool.certificates.models import Award, Certificate
from lti_tool.certificates.package import Names, Packed, zip_stream
from lti_tool.certificates.service import CertificateService
from lti_tool.certificates.snapshot import Accepted, Snapshot, snapshot_from_json
from lti_tool.config import Settings
from lti_tool.database import Database
from lti_tool.launch.sessions import Viewer
from lti_tool.training.aspect_marks import Side
from lti_tool.training.aspect_picture import Picture, picture_of
from lti_tool.training.errors import StoreUnavailable
from lti_tool.training.files import FileStore
from lti_tool.training.showing import VersionShown, versions_of
from mappings.training import Assignment, Training

README = "LEESMIJ.txt"
GROWTH = "werk/groei.html"
_MISSING = "Dit bestand kon niet worden gelezen toen het pakket werd gemaakt. Download het pakket later opnieuw.\n"


@dataclass(frozen=True)
class WorkFilePacked:
    """A file that belongs to accepted work."""

    name: str
    """As the participant called it."""
    path: str
    """In the package."""
    stored: str = field(repr=False)
    """In the file store."""
    size: int


@dataclass(frozen=True)
class WorkPacked:
    """One assignment with the work that was accepted for it."""

    accepted: Accepted
    path: str
    """Of its page in the package."""
    version: VersionShown = field(repr=False)
    versions: Sequence[VersionShown] = field(repr=False)
    """All that were handed in, the newest first, for the feedback."""
    files: Sequence[WorkFilePacked]
    source_url: str | None
    assignment: Assignment | None = None
    """As the training has it now, for the words of its criteria; None when it is gone."""


@dataclass(frozen=True)
class Portfolio:
    """A package on its way."""

    file_name: str
    chunks: Iterator[bytes] = field(repr=False)


class PortfolioService:
    """Makes packages for holders.

    Args:
        settings: our time zone.
        database: for its own short transaction; none is open while the package is sent.
        holder: whose certificate it is.
        certificates: its forms.
        badges: its image.
        files: the bytes of handed-in files.
        trainings: the trainings by key.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        holder: HolderService,
        certificates: CertificateService,
        badges: BadgeService,
        files: FileStore,
        trainings: Mapping[str, Training],
    ) -> None:
        self._settings = settings
        self._database = database
        self._holder = holder
        self._certificates = certificates
        self._badges = badges
        self._files = files
        self._trainings = trainings

    def package(self, viewer: Viewer, cohort_id: str) -> Portfolio:
        """Return the viewer's package. Everything but the files is ready before the first chunk.

        Raises:
            NotFound: the viewer has no certificate here.
            CertificateProblem: the PDF cannot be made.
        """
        certificate = self._holder.own(viewer, cohort_id)
        snapshot = snapshot_from_json(certificate.snapshot)
        with self._database.reading() as session:
            work = self._work(session, certificate, snapshot)
            growth = self._growth(session, certificate, snapshot)
        forms = self._forms(certificate, snapshot)
        moment = snapshot.awarded_at.astimezone(ZoneInfo(self._settings.time_zone))
        pages = [_page(one.path, _work_page(snapshot, one)) for one in work]
        enclosed = [form.enclosed for form in forms] + [
            Enclosed(one.path, snapshot.text(one.accepted.title), "text/html") for one in work
        ]
        if growth is not None:
            pages.append(_page(GROWTH, _own_page("certificates/portfolio_growth.html", snapshot=snapshot, picture=growth)))
            enclosed.append(Enclosed(GROWTH, str(_("Hoe ik groeide")), "text/html"))
        ready = [
            Packed(README, [readme(snapshot, moment).encode("utf-8-sig")]),
            *(form.packed for form in forms),
            _page(
                "werk/index.html",
                _own_page("certificates/portfolio_index.html", snapshot=snapshot, work=work, growth=growth),
            ),
            *pages,
            Packed("leap2a.xml", [leap2a(snapshot, enclosed)]),
        ]
        name = f"portfoliopakket-{snapshot.achievement.key.replace('_', '-')}.zip"
        return Portfolio(name, zip_stream(self._all(ready, work), moment))

    def _all(self, ready: Sequence[Packed], work: Sequence[WorkPacked]) -> Iterator[Packed]:
        yield from ready
        for one in work:
            for file in one.files:
                try:
                    yield Packed(file.path, self._files.read(file.stored), compress=False)
                except StoreUnavailable:
                    yield Packed(f"{file.path}.ontbreekt.txt", [_MISSING.encode()])

    def _forms(self, certificate: Certificate, snapshot: Snapshot) -> Sequence["_Form"]:
        pdf, badge = self._certificates.pdf(certificate.id), self._badges.png(certificate.id)
        heading = f"{snapshot.text(snapshot.lines.heading)} {snapshot.text(snapshot.achievement.name)}"
        name = f"certificaat/{pdf.file_name}"
        return [
            _Form(Enclosed(f"{name}.pdf", f"{heading} (pdf)", "application/pdf"), pdf.content, compress=False),
            _Form(Enclosed(f"{name}.png", f"{heading} (badge)", "image/png"), badge, compress=False),
            _Form(Enclosed(f"{name}.json", f"{heading} (Open Badge)", "application/json"), certificate.credential.encode()),
            _Form(Enclosed(f"{name}.jwt", f"{heading} (Open Badge, JWT)", "text/plain"), certificate.jwt.encode()),
        ]

    def _growth(self, session: Session, certificate: Certificate, snapshot: Snapshot) -> Picture | None:
        """Return how the holder grew, as the holder sees it; None when nothing was said, or the training is gone."""
        training = self._trainings.get(snapshot.training_key)
        if training is None or not (training.levels and training.aspects):
            return None
        picture = picture_of(session, training, session.get_one(Award, certificate.award_id).enrolment_id)
        return picture if picture.growth or any(picture.has(side) for side in Side) else None

    def _work(self, session: Session, certificate: Certificate, snapshot: Snapshot) -> Sequence[WorkPacked]:
        """Return the work that the certificate rests on, as it was accepted."""
        known = accepted_versions(session, session.get_one(Award, certificate.award_id).enrolment_id)
        training = self._trainings.get(snapshot.training_key)
        found = []
        for number, one in enumerate(snapshot.accepted, 1):
            if one.assignment not in known:
                continue
            submission, version, _review = known[one.assignment]
            versions = versions_of(session, submission.id)
            shown = {each.number: each for each in versions}
            folder, names = f"{number}-{one.assignment.replace('_', '-')}", Names()
            found.append(
                WorkPacked(
                    accepted=one,
                    path=f"werk/{folder}.html",
                    version=shown.get(one.version) or shown[version.number],
                    versions=versions,
                    files=[
                        WorkFilePacked(file.name, f"werk/{folder}/{names.give(file.name)}", file.path, file.size)
                        for file in version.files
                    ],
                    source_url=version.source_url,
                    assignment=training.assignment(one.assignment)
                    if training and training.has_assignment(one.assignment)
                    else None,
                )
            )
        return found


@dataclass(frozen=True)
class _Form:
    enclosed: Enclosed
    content: bytes = field(repr=False)
    compress: bool = True

    @property
    def packed(self) -> Packed:
        return Packed(self.enclosed.path, [self.content], compress=self.compress)


def _work_page(snapshot: Snapshot, work: WorkPacked) -> str:
    phase = next((phase for phase in snapshot.phases if phase.key == work.accepted.phase), None)
    return _own_page("certificates/portfolio_work.html", snapshot=snapshot, work=work, phase=phase)


def _own_page(template: str, **shown: object) -> str:
    """Return a page that stands on its own: its look stands in it."""
    return render_template(template, look=Markup(f"<style>\n{_look()}</style>"), **shown)  # noqa: S704 - our own file


@cache
def _look() -> str:
    return (Path(__file__).parent / "static" / "portfolio.css").read_text("utf-8")


def _page(path: str, html: str) -> Packed:
    return Packed(path, [html.encode()])


_README = """\
{heading}
{line}

Dit pakket is voor je portfolio, of voor het bekwaamheidsdossier dat je school van je bijhoudt. Geef het aan wie je wilt.

Naam:            {name}
Training:        {achievement}
Toegekend door:  {issuer} ({issuer_url})
Toegekend op:    {awarded}
Gevolgd van:     {started} tot en met {ended}
Studielast:      ongeveer {hours} uur
Editie:          {edition}
Nummer:          {number}
Controleren op:  {url}


WAT ZIT ERIN

certificaat/     Het certificaat. De pdf is om te bewaren, te printen en te mailen; in een personeelssysteem (zoals AFAS
                 of Visma) voeg je dit bestand toe. De bestanden .json en .jwt zijn hetzelfde certificaat als Open Badge
                 3.0: gegevens met een digitale handtekening, voor een wallet of een portfolio dat Open Badges kent. De .png
                 is een badge met dat certificaat erin, voor Moodle, Mahara of een website.
werk/            Het werk waar het certificaat op rust, met de feedback van de trainer. Open werk/index.html. In groei.html
                 staat hoe je groeide: je leervraag, en de aspecten van de training als je die invulde.
leap2a.xml       Een beschrijving voor portfolio's die Leap2A kennen, zoals Mahara: importeer daar dit hele zip-bestand.


VOOR PERSONEELSZAKEN

Is dit certificaat echt? Ga naar het adres hierboven (het staat ook als QR-code op de pdf). Daar staat of het geldig is,
ingetrokken of vervangen. De pdf en de Open Badge zijn ook zonder die pagina te controleren, met de openbare sleutels van
de toekennende organisatie.

De naam is door de houder bevestigd; het certificaat is geen identiteitsbewijs. Er horen geen cijfers, studiepunten of
registeruren bij. Het verloopt niet.

Het landelijke Lerarenportfolio is op 1 augustus 2022 gestopt. Er is dus geen landelijk portfolio waar dit naartoe kan;
dit pakket past in elk eigen portfolio en in het dossier van de school.


LET OP

In dit pakket staan je naam, je werk en feedback die voor jou bedoeld is. Geef alleen door wat je wilt delen: de map
certificaat/ is genoeg als bewijs.
"""


def readme(snapshot: Snapshot, awarded: datetime) -> str:
    """Return the text for HR, in Dutch and with line ends that every editor shows.

    Args:
        awarded: when, in the zone in which people read it.
    """
    zone = awarded.tzinfo
    heading = f"{snapshot.lines.heading.nl} {snapshot.achievement.name.nl}"
    text = _README.format(
        heading=heading,
        line="=" * len(heading),
        name=snapshot.name,
        achievement=snapshot.achievement.name.nl,
        issuer=snapshot.issuer.name,
        issuer_url=snapshot.issuer.url,
        awarded=f"{awarded:%d-%m-%Y}",
        started=f"{snapshot.started_at.astimezone(zone):%d-%m-%Y}",
        ended=f"{snapshot.ended_at.astimezone(zone):%d-%m-%Y}",
        hours=snapshot.hours,
        edition=snapshot.edition,
        number=snapshot.certificate_id,
        url=snapshot.url,
    )
    return text.replace("\n", "\r\n")
