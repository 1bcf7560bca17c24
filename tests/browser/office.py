"""The tool on a port of its own with somebody of the staff signed in, and something on every page of the console."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from lti_tool.api import schemas
from lti_tool.api.models import DeliveryState, Webhook, WebhookDelivery
from lti_tool.app import Parts, compose, create_app
from lti_tool.certificates.models import Award, AwardState, Certificate
from lti_tool.config import load_settings
from lti_tool.console.sealed import SealedSearch
from lti_tool.courses.models import Account, Placement
from lti_tool.ids import new_id
from lti_tool.launch.models import LAUNCHED, LaunchTrace
from lti_tool.linking.joining import join
from lti_tool.linking.journal import Journal
from lti_tool.linking.models import AccountLink
from lti_tool.platforms.models import Platform, PlatformKeySet, PlatformStatus
from lti_tool.signin.gate import Role, StaffMember
from lti_tool.signin.sessions import StaffSessions
from lti_tool.sync.codes import CHANGED_IN_LMS
from lti_tool.sync.models import ScoreOutbox
from lti_tool.training.models import Cohort
from mappings.progress import OutcomeState
from mappings.roles import Role as CourseRole
from tests.builders import Builder
from tests.certificates.award import NAME, Ready, all_accepted
from tests.certificates.decided import APPROVAL, launched, write_training
from tests.clock import FakeClock
from tests.conftest import SECRET
from tests.ports import free_port
from tests.recording_jobs import RecordingJobs
from tests.staff import service_of, sign_in_staff

NO_PAGES = {"certificates_csv", "file", "checked_platform"}
"""What is asked for with GET and shows no page: downloads, and an address that leads on."""
ISSUER = "Iris de Vries"
"""Who is signed in, as issuer and as operator."""


@dataclass(frozen=True)
class ConsolePage:
    """A page of the console, about something that is there."""

    name: str
    url: str
    again: bool
    """Whether it is another example of a page that is there already."""


@dataclass
class Office:
    """What stands there. Of the ids each is of something that its page can be about."""

    url: str
    app: Flask
    parts: Parts
    jobs: RecordingJobs
    cookie: tuple[str, str]
    proposed: str
    """A proposal that waits for a decision."""
    issued: str
    """An award with a certificate."""
    cohort_id: str
    """A cohort with one who is ready."""
    ids: Mapping[str, str]
    in_english: set[str] = field(default_factory=set)

    @property
    def tool_url(self) -> str:
        return self.url

    @property
    def school_url(self) -> str:
        return self.url

    def pages(self) -> Sequence["ConsolePage"]:
        """Return every page of the console, by name.

        The addresses come from the application: a page that is added is here, or its parts are asked for.

        Raises:
            KeyError: an address has a part of which there is no example.
        """
        found: list[ConsolePage] = []
        for rule in self.app.url_map.iter_rules():
            room, _, name = rule.endpoint.partition(".")
            if room != "console" or name in {"static", *NO_PAGES} or "GET" not in (rule.methods or ()):
                continue
            for number, (called, more) in enumerate(self._examples(name).items()):
                values = {part: {**self.ids, **more}[part] for part in rule.arguments}
                query = {part: value for part, value in more.items() if part not in rule.arguments}
                _subdomain, path = rule.build({**values, **query}) or ("", "")
                found.append(ConsolePage(called, f"{self.url}{path}", again=number > 0))
        return sorted(found, key=lambda page: page.name)

    def _examples(self, name: str) -> Mapping[str, Mapping[str, str]]:
        """Return what a page is about, for each example of it; one by default."""
        deeds = {
            **dict.fromkeys(("approve", "decline"), self.proposed),
            **dict.fromkeys(("replace", "keep-name", "revoke", "erase"), self.issued),
            "issue": self.ids["waiting"],
        }
        several: dict[str, dict[str, dict[str, str]]] = {
            "before": {f"deed-{deed}": {"deed": deed, "award_id": award} for deed, award in deeds.items()},
            "dossier": {"dossier": {}, "dossier-proposed": {"award_id": self.proposed}},
            "cohort": {"edition": {}, "edition-new": {"cohort_id": self.ids["empty"], "done": "made"}},
            "before_approval": {"edition-approval": {"cohort_id": self.ids["empty"]}},
            "people": {"people": {"q": SealedSearch(self.parts.vault).seal("er")}, "people-nobody": {}},
            "queues": {"queues": {}, "queues-platform": {"platform": self.ids["platform_id"]}},
            "batch_preview": {"batch-preview": {"cohort_id": self.cohort_id}},
        }
        return several.get(name, {_CALLED.get(name, name): {}})


_CALLED = {
    "cohorts": "editions",
    "new_cohort": "edition-make",
    "before_renaming": "edition-name",
    "before_erasing": "person-erase",
    "before_unlinking": "person-link",
    "before_disabling": "platform-off",
    "systems": "api",
    "new_client": "api-new",
    "before_revoking": "api-revoke",
}
"""What a page is called where its endpoint has a word of the code."""


@contextmanager
def open_office(folder: Path) -> Iterator[Office]:
    """Open the office and close it again.

    Args:
        folder: an empty one of its own.
    """
    port, clock, jobs = free_port(), FakeClock(), RecordingJobs()
    settings = load_settings(
        base_url=f"http://localhost:{port}",
        data_dir=folder,
        secret_key=SECRET,
        trainings_dir=_trainings(folder / "trainings"),
        allow_private_platforms=True,
    )
    parts = compose(settings, clock=clock, engine=jobs)
    parts.database.upgrade()
    app = create_app(parts)
    furnished = _Furnisher(app, parts, jobs, clock).furnish()
    client = app.test_client()
    sign_in_staff(client, Role.ISSUER, Role.OPERATOR, name=ISSUER)
    name = service_of(client, StaffSessions).cookie.name
    cookie = client.get_cookie(name)
    if cookie is None:
        raise LookupError("nobody is signed in")
    server = make_server("localhost", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    ids = dict(furnished)
    try:
        yield Office(
            settings.base_url,
            app,
            parts,
            jobs,
            (name, cookie.value),
            ids.pop("proposed"),
            ids["award_id"],
            ids.pop("ready"),
            ids,
        )
    finally:
        server.shutdown()
        thread.join()
        parts.close()


def _trainings(folder: Path) -> Path:
    """Write the training that is awarded by approval, under a name that tells it from the other one."""
    file = write_training(folder) / "approval.toml"
    name = 'name = { nl = "Cultuurcoördinator VO", en = "Culture Coordinator VO" }'
    other = 'name = { nl = "Cultuurcoördinator VO, met voordracht", en = "Culture Coordinator VO, by proposal" }'
    file.write_text(file.read_text("utf-8").replace(name, other, 1), "utf-8")
    return folder


class _Furnisher:
    """Lets things have happened in the weeks before."""

    def __init__(self, app: Flask, parts: Parts, jobs: RecordingJobs, clock: FakeClock) -> None:
        self._app, self._parts, self._jobs, self._clock = app, parts, jobs, clock
        self._build = Builder(parts.database, clock)
        self._ids: dict[str, str] = {}

    def furnish(self) -> Mapping[str, str]:
        """Return an id of each kind that an address can name."""
        self._clock.advance(days=-38)
        mies = sign_in_staff(self._app.test_client(), Role.ISSUER, Role.OPERATOR, name="Mies Bakker")
        canvas = self._schools(mies)
        self._certificates(mies, canvas)
        self._edition(mies, canvas)
        self._systems(mies)
        self._clock.advance(days=17)
        self._lately(mies, canvas)
        return self._ids

    def _schools(self, mies: StaffMember) -> Platform:
        """Register schools, invite some more, and switch one off."""
        connected = self._parts.invites.create("Het Lage Land", staff_id=mies.id)
        canvas = self._build.platform("Het Lage Land", url="https://lageland.instructure.example", family="canvas")
        with self._parts.database.session() as session:
            self._parts.invites.use(session, self._parts.invites.claim(connected.token), canvas.id)
        off = self._build.platform("De Oude Haven", url="https://haven.brightspace.example", family="brightspace")
        self._parts.platforms.disable(off.id, staff_id=mies.id)
        self._ids["platform_id"] = canvas.id
        return canvas

    def _certificates(self, mies: StaffMember, canvas: Platform) -> None:
        """Let people have done everything: one with a certificate, others who wait for this or that."""
        issued = self._ready("Anaïs Peeters", "Regio Zuid, voorjaar 2026", training="icc-vo")
        self._jobs.run()
        award_id = self._award(issued)
        with self._parts.database.session() as session:
            certificate = session.scalars(select(Certificate).where(Certificate.award_id == award_id)).one()
            certificate.wanted_name = "Anaïs Peeters-de Boer"
            certificate_id = certificate.id
        proposed = self._ready(NAME, "Regio Noord 2026")
        people = launched(self._app, self._parts, proposed)
        self._parts.decisions.propose(people.trainer.viewer, self._award(proposed))
        waiting = self._ready("", "Regio West 2026", training="icc-vo")
        others = [self._ready("Łukasz Kowalczyk", "Gelderland 2026"), self._ready("Fatima el Idrissi", "Amsterdam 2026")]
        batched = self._ready("Noor Verhoeven", "Utrecht, najaar 2026")
        with self._parts.database.session() as session:
            for one in (others[0], batched):
                award = session.get_one(Award, self._award(one))
                award.state, award.proposed_at = AwardState.WAITING_DECISION, self._clock()
        batch = self._parts.batch_runs.start(new_id(), batched.cohort_id, {self._award(batched)}, mies.name, mies.id)
        self._jobs.run()
        self._ids |= {
            "award_id": award_id,
            "certificate_id": certificate_id,
            "proposed": self._award(proposed),
            "waiting": self._award(waiting),
            "ready": others[0].cohort_id,
            "cohort_id": proposed.cohort_id,
            "batch_id": batch,
            "person_id": issued.person_id,
            "link_id": self._linked(issued.person_id, canvas),
            "key": "icc-vo",
        }

    def _edition(self, mies: StaffMember, canvas: Platform) -> None:
        """Let a cohort be half-way, at two schools, and another one be new."""
        with self._parts.database.session() as session:
            cohort = session.get_one(Cohort, self._ids["cohort_id"])
        training = self._parts.trainings[cohort.training_key]
        course = self._build.course(canvas, title="Cultuur op school, 2026")
        trainer = self._build.account(canvas, name="Bram van der Meer")
        self._build.enrol(trainer.person_id, cohort, CourseRole.TRAINER)
        self._build.bind(course, cohort, trainer.person_id)
        self._build.placement(course, cohort)
        for name in ("Joris Timmermans", "Wil Aerts"):
            member, _link = self._parts.staff.invite(name, [Role.TRAINER], mies.id)
        self._parts.staff_trainers.add(cohort.id, member.id, mies.id)
        states = (
            OutcomeState.ACCEPTED,
            OutcomeState.ACCEPTED,
            OutcomeState.SUBMITTED,
            OutcomeState.RETURNED,
            OutcomeState.DRAFT,
        )
        for number in range(11):
            account = self._build.account(canvas, name=f"Deelnemer {number + 1}")
            enrolment = self._build.enrol(account.person_id, cohort, course=course)
            for place, assignment in enumerate(training.assignments[: 1 + number % 4]):
                state = states[(number + place) % len(states)] if place else OutcomeState.ACCEPTED
                self._build.submission(enrolment, assignment.key, state=state)
        self._ids["empty"] = self._build.cohort("Regio Oost, voorjaar 2027", approved=False).id

    def _systems(self, mies: StaffMember) -> None:
        """Give systems access, with a webhook that works and one that is paused."""
        clients = self._parts.api.clients
        website = clients.add("Website LKCA", ["read:certificates"], 365, staff_id=mies.id)
        register = clients.add("Registratie LKCA", ["read:certificates", "webhooks"], 365, staff_id=mies.id)
        old = clients.add("Proef met CRM", ["read:cohorts"], 30, staff_id=mies.id)
        clients.revoke(old.id, staff_id=mies.id)
        client = clients.recognise(f"Bearer {register.token}")
        for name in ("certificaten", "archief"):
            wanted = schemas.WebhookRequest(url=f"http://127.0.0.1:9/{name}", events=["certificate.issued"])
            webhook = self._parts.api.webhooks.add(client, wanted)
        with self._parts.database.session() as session:
            row = session.get_one(Webhook, webhook.id)
            row.paused_at, row.paused_why = self._clock(), "503"
            for one in session.scalars(select(Webhook)):
                one.url = one.url.replace("http://127.0.0.1:9", "https://registratie.lkca.example")
            told = {"webhook_id": row.id, "event": "certificate.issued", "data": {}, "created_at": self._clock()}
            session.add(WebhookDelivery(entry=1, state=DeliveryState.WAITING, due_at=self._clock(), **told))
        self._ids |= {"client_id": register.id, "webhook_id": webhook.id}
        clients.recognise(f"Bearer {website.token}")

    def _lately(self, mies: StaffMember, canvas: Platform) -> None:
        """Let schools be invited, somebody have opened something, somebody not get in, and results not arrive."""
        for name, days in (("Lyceum De Maasbrug", 7), ("Het Noorderlicht", 14), ("Zuiderpoort", 7)):
            invited = self._parts.invites.create(name, days, staff_id=mies.id)
        self._parts.invites.revoke(invited.id, staff_id=mies.id)
        self._clock.advance(minutes=40)
        now = self._clock()
        with self._parts.database.session() as session:
            for row in session.scalars(select(Platform).where(Platform.status == PlatformStatus.ACTIVE)):
                row.last_launch_at = now
                keys = {"keys": [{"kid": "2026-10"}, {"kid": "2026-11"}]}
                read = now - timedelta(minutes=24)
                session.add(PlatformKeySet(platform_id=row.id, jwks=keys, fetched_at=read, attempted_at=read))
            placement_id = session.scalars(select(Placement.id)).one()
            own = {"platform_id": canvas.id, "step": "launch", "created_at": now}
            session.add(LaunchTrace(code="LTI-7QK4M2", outcome=LAUNCHED, role="participant", **own))
            session.add(LaunchTrace(code="LTI-9HTRXD", outcome="L-SIGNATURE", **own))
        for code, refused in (("refused-404", True), (CHANGED_IN_LMS, True), ("http-503", False), (None, False)):
            self._build.add(
                ScoreOutbox(
                    id=new_id(),
                    platform_id=canvas.id,
                    placement_id=placement_id,
                    account_id=self._build.account(canvas).id,
                    score_given=100,
                    score_maximum=100,
                    changed_at=now,
                    dirty=code is not None and not refused,
                    refused=refused,
                    last_error=code,
                    fails=3 if code else 0,
                    sent_at=None if code else now,
                )
            )

    def _ready(self, name: str, cohort: str, *, training: str = APPROVAL) -> Ready:
        """Let somebody have done everything; an empty name: not confirmed yet."""
        self._clock.advance(days=3, minutes=7)
        ready = all_accepted(self._parts, training_key=training, name=name or None)
        self._parts.cohorts.rename(ready.cohort_id, cohort)
        return ready

    def _award(self, ready: Ready) -> str:
        with self._parts.database.reading() as session:
            return session.scalars(select(Award.id).where(Award.enrolment_id == ready.enrolment_id)).one()

    def _linked(self, person_id: str, canvas: Platform) -> str:
        """Let somebody have an account at two schools, and have put them together with a code."""
        moodle = self._build.platform("Scholengroep Rijnmond", url="https://moodle.rijnmond.example")
        taker = self._build.account(canvas, name="Anaïs Peeters", person_id=person_id)
        giver: Account = self._build.account(moodle, name="A. Peeters")
        with self._parts.database.session() as session:
            link = AccountLink(
                kept_id=person_id,
                joined_id=giver.person_id,
                linked_at=self._clock(),
                code_id=new_id(),
                giver_id=giver.id,
                taker_id=taker.id,
            )
            session.add(link)
            session.flush()
            join(session, Journal(session, link.id), person_id, giver.person_id)
            return link.id
