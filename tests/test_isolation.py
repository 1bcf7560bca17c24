"""Every address of the whole tool that names something of a cohort, as somebody else: refused, and in the audit trail.

The addresses come from the application itself, so that a new page is tried too; one whose parts are unknown here fails.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti_tool.app import SIGNING_IN as SIGN_INS
from lti_tool.app import Parts, compose, create_app
from lti_tool.audit import REFUSED
from lti_tool.certificates.models import Award, AwardState
from lti_tool.config import Settings
from lti_tool.courses.models import Account
from lti_tool.database import Base, Database
from lti_tool.exchange.models import PieceReaction, SharedPiece, ShelfItem
from lti_tool.launch.models import DeepLinkingRequest
from lti_tool.moodle.models import ActivityMapping, MoodleCourse, MoodleWrite, NativeFile
from lti_tool.notices.models import Notice, NoticeKind
from lti_tool.signin.gate import Role as StaffRole
from lti_tool.sync.models import ScoreOutbox
from lti_tool.training.models import (
    AspectMark,
    Attendance,
    AttendanceChange,
    DraftCopy,
    Enrolment,
    LearningQuestion,
    Meeting,
    ReviewPhrase,
    Submission,
    SubmissionVersion,
    Upload,
    WorkFile,
)
from lti_tool.web.own_window import is_own_window
from mappings.roles import Role
from tests.clock import FakeClock
from tests.exchange.conftest import Circle, circle  # noqa: F401 - a fixture
from tests.made_once import rsa_key
from tests.recording_jobs import RecordingJobs
from tests.staff import StaffBrowser, trainer_of_staff
from tests.training.conftest import Group, group  # noqa: F401 - a fixture
from tests.training.samples import upload
from tests.training.world import Browser, World

pytestmark = pytest.mark.long

PUBLIC = {"badges", "bootstrap", "certificates", "mail", "platforms", "verification", "web"}
"""Blueprints whose pages are for everybody, or for whoever holds an invitation."""
OF_PROGRAMS = {"api"}
"""Blueprints in which no session counts; `tests/api` tries them with other tokens, and with none."""
INVITED = {"connection.check_registered", "connection.checked_registered"}
LEADS_ON = {("moodle.brought_file", "GET")}
"""Addresses that show nothing and only lead to another, which is tried as well."""
OWN_OR_SHARED = {
    "awards.another_name",
    "awards.deliver",
    "awards.form",
    "awards.mine",
    "awards.portfolio",
    "awards.sharing",
    "awards.snapshot",
    "awards.why",
    "exchange.assignment",
    "exchange.change_directory",
    "exchange.directory",
    "exchange.overview",
    "exchange.share",
    "exchange.shelf",
    "exchange.shelf_file",
    "linking.accounts",
    "linking.code",
    "linking.link",
    "linking.look",
    "meetings.calendar",
    "meetings.calendar_of",
    "meetings.overview",
    "notices.mail",
    "notices.overview",
    "notices.read_all",
    "training.aspects",
    "training.assignment",
    "training.begin_upload",
    "training.change_assignment",
    "training.draft",
    "training.files",
    "training.home",
    "training.name",
    "training.placement",
    "training.question",
    "training.save_draft",
    "training.say_aspects",
    "training.sharpen_question",
}
"""What another participant of the same cohort sees or does as well: with their own work, or with what is for all."""
SIGNING_IN = {*SIGN_INS, "signin.sign_in", "signin.oidc_begins_there"}
"""Pages in our own window for whoever is not signed in yet."""
SECRET = "Geheim"


@dataclass
class Everything:
    """Zoë's work and what hangs on it, one of each kind that an address can name."""

    circle: Circle
    parts: Parts
    app: Flask
    ids: dict[str, dict[str, str]]
    """What stands for each part of an address, by blueprint; under "" what all have in common."""

    def withdraw(self) -> None:
        """Let Zoë take back what she shares."""
        assert self.circle.zoe.post(f"/exchange/piece/{self.ids['exchange']['piece_id']}/withdraw").status_code == 303

    def of_the_staff(self) -> set[str]:
        """Return the endpoints of pages in our own window, to which no launch leads."""
        with self.app.app_context():
            return {rule.endpoint for rule in self.app.url_map.iter_rules() if is_own_window(rule.endpoint)}

    def addresses(self) -> Iterator[tuple[str, str, str]]:
        """Yield endpoint, method and address of all that can be asked for."""
        for rule in self.app.url_map.iter_rules():
            room = rule.endpoint.split(".")[0]
            if (
                room in PUBLIC | OF_PROGRAMS
                or rule.endpoint in INVITED
                or rule.endpoint.endswith(".static")
                or not rule.arguments
            ):
                continue
            if rule.endpoint in self.of_the_staff():
                continue
            known = {**self.ids[""], **self.ids.get(room, {})}
            assert rule.arguments <= known.keys(), f"`ids_of` has no example for {rule.rule}"
            values = {name: known[name] for name in rule.arguments}
            _subdomain, address = rule.build({**values, **(rule.defaults or {})}) or ("", "")
            for method in sorted((rule.methods or set()) & {"GET", "POST", "PATCH", "DELETE"}):
                if (rule.endpoint, method) not in LEADS_ON:
                    yield rule.endpoint, method, address


@pytest.fixture
def parts(settings: Settings, database: Database, clock: FakeClock) -> Iterator[Parts]:
    """The application's parts."""
    composed = compose(settings, clock=clock, database=database, engine=RecordingJobs(), make_rsa=rsa_key)
    yield composed
    composed.close()


@pytest.fixture
def world(settings: Settings, database: Database, clock: FakeClock, parts: Parts) -> World:
    """People who launch, before the whole application instead of one room."""
    world = World(settings, database, clock)
    world.app = create_app(parts)
    return world


@pytest.fixture
def everything(circle: Circle, parts: Parts) -> Everything:  # noqa: F811
    """Zoë handed in with a file, got it back, and shares it; somebody reacted, and the trainer filled the shelf."""
    group, url = circle.group, circle.group.assignment()  # noqa: F811
    work = {"text": f"{SECRET} werk", "files": upload(), "action": "submit"}
    assert circle.zoe.post(url, work).status_code == 303
    circle.trainer.post(f"/review/{group.submission_id(circle.zoe)}", {"verdict": "returned", "feedback": SECRET})
    piece = circle.share(circle.zoe, f"{SECRET}e vraag")
    circle.react(circle.piet, piece, f"{SECRET}e reactie")
    item = {"kind": "material", "title": f"{SECRET} materiaal", "file": upload()}
    assert circle.trainer.post(f"{group.home()}/shelf/new", item).status_code == 303
    return Everything(circle, parts, group.world.app, ids_of(circle))


def ids_of(circle: Circle) -> dict[str, dict[str, str]]:  # noqa: F811
    """Make what no form makes, and return one id of each kind."""
    group = circle.group  # noqa: F811
    now = group.world.clock()

    with group.world.database.session() as session:

        def add(row: Base) -> str:
            session.add(row)
            session.flush()
            return str(row.id)  # type: ignore[attr-defined]  # all of these have one

        zoe = circle.zoe.viewer
        enrolment = session.scalars(select(Enrolment.id).where(Enrolment.person_id == zoe.person_id)).one()
        submission = session.scalars(select(Submission.id)).one()
        version = session.scalars(select(SubmissionVersion.id)).one()
        course = circle.zoe.course_id
        score = add(
            ScoreOutbox(
                platform_id=zoe.platform.id,
                placement_id=circle.zoe.placement_id,
                account_id=zoe.account_id,
                submission_id=submission,
                score_maximum=100,
                refused=True,
                changed_at=now,
            )
        )
        award = add(
            Award(
                person_id=zoe.person_id,
                enrolment_id=enrolment,
                achievement_key="icc-vo",
                achievement_version=1,
                state=AwardState.WAITING_NAME,
                met_at=now,
            )
        )
        copy = add(DraftCopy(submission_id=submission, text=f"{SECRET} concept", typed_at=now))
        later = now.replace(year=now.year + 1)
        told = {"assignment_key": "leervraag", "name": f"{SECRET}.pdf", "size": 9, "created_at": now, "expires_at": later}
        question = add(LearningQuestion(enrolment_id=enrolment, text=f"{SECRET}e leervraag", written_at=now))
        mark = {"side": "start", "aspect_key": "eigenaarschap", "remark": f"{SECRET}e opmerking", "made_at": now}
        add(AspectMark(enrolment_id=enrolment, by_id=zoe.person_id, **mark))
        upload_id = add(Upload(enrolment_id=enrolment, **told))
        own = {"person_id": circle.trainer.viewer.person_id, "title": SECRET, "text": f"{SECRET}e zin"}
        phrase = add(ReviewPhrase(**own, kept_at=now))
        session.add(MoodleCourse(course_id=course, moodle_id=7))
        session.flush()
        mapping = add(
            ActivityMapping(
                course_id=course,
                cohort_id=group.cohort_id,
                assignment_key="leervraag",
                cm_id=1,
                kind="assign",
                instance_id=1,
                counts="handed_in",
                confirmed_at=now,
            )
        )
        write = add(MoodleWrite(mapping_id=mapping, user_id=1, submission_id=submission, changed_at=now))
        native = add(
            NativeFile(version_id=version, platform_id=zoe.platform.id, name=f"{SECRET}.pdf", size=1, url="https://x")
        )
        trainer_id = circle.trainer.viewer.person_id
        meeting = add(
            Meeting(
                cohort_id=group.cohort_id,
                title="Waar sta je?",
                starts_at=now,
                minutes=60,
                contact_minutes=60,
                planned_by_id=trainer_id,
                changed_at=now,
            )
        )
        said = {"state": "absent", "minutes": 0, "reason": f"{SECRET}e reden"}
        key = {"meeting_id": meeting, "enrolment_id": enrolment}
        session.add(Attendance(**key, **said, marked_by_id=trainer_id, marked_at=now))
        session.add(AttendanceChange(**key, **said, by_id=trainer_id, at=now))
        request = add(
            DeepLinkingRequest(
                session_id=circle.trainer.viewer.session_id,
                platform_id=zoe.platform.id,
                deployment_id="1",
                course_id=course,
                settings={},
                created_at=now,
                expires_at=group.world.clock.now.replace(year=now.year + 1),
            )
        )
        return {
            "": {
                "cohort_id": group.cohort_id,
                "course_id": course,
                "placement_id": str(circle.zoe.placement_id),
                "account_id": session.scalars(select(Account.id).where(Account.id == zoe.account_id)).one(),
                "key": "leervraag",
                "submission_id": submission,
                "version_id": version,
                "file_id": session.scalars(select(WorkFile.id).limit(1)).one(),
                "copy_id": copy,
                "upload_id": upload_id,
                "enrolment_id": enrolment,
                "question_id": question,
                "phrase_id": phrase,
                "award_id": award,
                "score_id": score,
                "request_id": request,
                "meeting_id": meeting,
                "notice_id": session.scalars(select(Notice.id).where(Notice.kind == NoticeKind.RETURNED)).one(),
            },
            "awards": {"form": "pdf"},
            "meetings": {"how": "off"},
            "moodle": {"score_id": write, "file_id": native},
            "exchange": {
                "piece_id": session.scalars(select(SharedPiece.id)).one(),
                "reaction_id": session.scalars(select(PieceReaction.id)).one(),
                "item_id": session.scalars(select(ShelfItem.id)).one(),
                "what": "hide",
                "where": "up",
            },
        }


def refused(everything: Everything, browser: Browser | StaffBrowser, *, but: Collection[str] = ()) -> None:
    """Try every address and form; each is refused, shows nothing and stands in the trail."""
    tried = []
    for endpoint, method, address in everything.addresses():
        if endpoint in but:
            continue
        answer = ask(browser, method, address)
        assert answer.status_code in (403, 404), (method, address, answer.status_code)
        assert SECRET not in answer.text, (method, address)
        tried.append(endpoint)
    noted = everything.parts.audit.last(500, account_id=browser.actor_id, outcome=REFUSED)
    assert [one.what for one in reversed(noted)] == tried
    assert all(one.target_id for one in noted)
    assert len(tried) > 25
    unchanged(everything)


def ask(browser: Browser | StaffBrowser, method: str, address: str) -> TestResponse:
    if method in ("PATCH", "DELETE"):
        return browser.client.open(address, method=method, headers={"X-CSRFToken": browser.token()})
    return browser.get(address) if method == "GET" else browser.post(address)


def unchanged(everything: Everything) -> None:
    ids = everything.ids[""]
    with everything.circle.group.world.database.session() as session:
        assert session.get_one(Submission, ids["submission_id"]).state == "returned"
        assert session.get(WorkFile, ids["file_id"]) is not None
        assert session.get_one(Upload, ids["upload_id"]).received == 0
        reaction = session.get_one(PieceReaction, everything.ids["exchange"]["reaction_id"])
        assert reaction.hidden_at is None
        assert session.get(ShelfItem, everything.ids["exchange"]["item_id"]) is not None


def test_a_trainer_of_another_cohort_at_another_school_is_refused_everywhere(everything: Everything) -> None:
    world = everything.circle.group.world
    els = world.launch(world.platform("Het Lage Land"), "els", Role.TRAINER, name="Els")
    other = world.cohort(els, "Regio Noord")
    assert els.get(f"/cohort/{other}/board").status_code == 200
    refused(everything, els)


def test_a_participant_of_another_cohort_at_the_same_school_is_refused_everywhere(everything: Everything) -> None:
    world, platform = everything.circle.group.world, everything.circle.group.platform
    trainer = world.launch(platform, "ilse", Role.TRAINER, context="course-2")
    custom = {"cohort": world.cohort(trainer, "Regio Noord")}
    jan = world.launch(platform, "jan", Role.PARTICIPANT, context="course-2", link="link-2", custom=custom)
    assert jan.get(f"/cohort/{custom['cohort']}").status_code == 200
    refused(everything, jan)


def test_the_same_user_id_at_another_school_is_refused_everywhere(everything: Everything) -> None:
    world = everything.circle.group.world
    refused(everything, world.launch(world.platform("Het Lage Land"), "zoe", Role.PARTICIPANT))


def test_another_participant_of_the_cohort_is_refused_whatever_is_not_for_all(everything: Everything) -> None:
    everything.withdraw()
    refused(everything, everything.circle.noor, but=OWN_OR_SHARED)


def test_what_another_participant_may_open_shows_nothing_of_it(everything: Everything) -> None:
    everything.withdraw()
    for endpoint, method, address in everything.addresses():
        if endpoint in OWN_OR_SHARED - {"exchange.shelf", "exchange.shelf_file"} and method == "GET":
            assert SECRET not in everything.circle.noor.get(address, follow_redirects=True).text, address


def test_no_launch_leads_into_a_page_of_the_staff(everything: Everything) -> None:
    trainer = everything.circle.trainer
    pages, forms = staff_addresses(everything)
    for address in pages:
        answer = trainer.get(address)
        assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/sign-in"), address
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], address
    for address in forms:
        answer = trainer.post(address)
        assert answer.status_code in (303, 400), (address, answer.status_code)
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], address
    assert "/account" in pages
    assert "/sign-out" in forms
    unchanged(everything)


def test_a_trainer_of_the_staff_of_another_cohort_is_refused_everywhere(everything: Everything) -> None:
    world = everything.circle.group.world
    els = world.launch(world.platform("Het Lage Land"), "els", Role.TRAINER, name="Els")
    other = world.cohort(els, "Regio Noord")
    tamar = trainer_of_staff(everything.app, other)
    assert tamar.get(f"/cohort/{other}/board").status_code == 200
    refused(everything, tamar)


def test_who_loses_the_role_of_trainer_is_refused_everywhere_from_the_next_page_on(everything: Everything) -> None:
    cohort_id = everything.circle.group.cohort_id
    tamar = trainer_of_staff(everything.app, cohort_id)
    assert SECRET in tamar.page(f"/version/{everything.ids['']['version_id']}")
    everything.parts.staff.give_roles(tamar.member.id, [StaffRole.ISSUER, StaffRole.OPERATOR])
    refused(everything, tamar)
    assert len(everything.parts.staff_trainers.of(cohort_id).there) == 1


def test_who_is_disabled_is_nobody_any_more(everything: Everything) -> None:
    tamar = trainer_of_staff(everything.app, everything.circle.group.cohort_id)
    everything.parts.staff.disable(tamar.member.id)
    for endpoint, method, address in everything.addresses():
        answer = ask(tamar, method, address)
        if method == "GET" and not address.endswith(".json"):
            assert (answer.status_code, (answer.location or "").partition("?")[0]) == (303, "/sign-in"), (endpoint, address)
        else:
            assert answer.status_code == 401, (endpoint, address)
        assert SECRET not in answer.text, address
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], address
    unchanged(everything)


def staff_addresses(everything: Everything) -> tuple[list[str], list[str]]:
    """Return the addresses of pages and of forms that `staff_only` guards, whatever stands for their parts."""
    found: dict[str, list[str]] = {"GET": [], "POST": []}
    for rule in everything.app.url_map.iter_rules():
        if rule.endpoint in everything.of_the_staff() - SIGNING_IN:
            values = dict.fromkeys(rule.arguments, "1")
            _subdomain, address = rule.build({**values, **(rule.defaults or {})}) or ("", "")
            for method in (rule.methods or set()) & found.keys():
                found[method].append(address)
    return found["GET"], found["POST"]


def test_the_trail_holds_ids_only(everything: Everything) -> None:
    noor = everything.circle.noor
    noor.get(f"/version/{everything.ids['']['version_id']}")
    noor.get("/version/Zoë van 't Höfen <script>")
    first, second = reversed(everything.parts.audit.last(2, outcome=REFUSED))
    assert (first.what, first.target_id) == ("training.version", everything.ids[""]["version_id"])
    assert first.account_id == noor.viewer.account_id
    assert second.target_id == "Zo??van??t?H?fen??script?"
