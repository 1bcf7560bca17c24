"""The composition: every service with its collaborators, who follows whom, and the Flask application over them.

What follows from an outcome is read here, top to bottom: `training` changes it, then the outbox writes its rows, then
the award rule is checked, then whom it concerns is told, all in one transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

from lti_tool.advantage.connector import Connector
from lti_tool.advantage.deep_linking import DeepLinkingResponse
from lti_tool.advantage.lineitems import LineItemService
from lti_tool.advantage.memberships import MembershipService
from lti_tool.advantage.results import ResultService
from lti_tool.advantage.scores import ScoreService
from lti_tool.api.service import ApiParts, api_parts
from lti_tool.api.views import blueprint as api_blueprint
from lti_tool.audit import AuditTrail
from lti_tool.certificates.award_views import CALLBACK
from lti_tool.certificates.award_views import blueprint as awards_blueprint
from lti_tool.certificates.awards import ISSUE_CERTIFICATE, AwardService
from lti_tool.certificates.awards import SWEEP_EVERY as AWARD_SWEEP_EVERY
from lti_tool.certificates.badge_views import blueprint as badges_blueprint
from lti_tool.certificates.badges import BadgeService
from lti_tool.certificates.batch import BatchService
from lti_tool.certificates.batch_runs import BATCH_SWEEP_EVERY, ISSUE_BATCH, BatchRuns
from lti_tool.certificates.by_hand import ByHandService
from lti_tool.certificates.deciding import DecisionService
from lti_tool.certificates.delivery import DeliveryService, forget_deliveries
from lti_tool.certificates.erasing import ErasureService
from lti_tool.certificates.eseal import load_eseal
from lti_tool.certificates.explaining import ExplanationService
from lti_tool.certificates.exporting import ExportService
from lti_tool.certificates.holder import HolderService
from lti_tool.certificates.issue_log import CLOSE_EVERY, IssueLog
from lti_tool.certificates.jobs import CertificateIssuer
from lti_tool.certificates.key_store import RETIRE_EVERY, IssuerKeyStore
from lti_tool.certificates.leaving import forget as forget_certificates
from lti_tool.certificates.leaving import forget_member as forget_decider
from lti_tool.certificates.names import name_problem
from lti_tool.certificates.page_parts import PageParts
from lti_tool.certificates.portfolio import PortfolioService
from lti_tool.certificates.portfolio_api import PortfolioApi
from lti_tool.certificates.replacing import ReplacementService
from lti_tool.certificates.service import CertificateService
from lti_tool.certificates.verification import VerificationService
from lti_tool.certificates.verification_views import blueprint as verification_blueprint
from lti_tool.certificates.views import blueprint as certificates_blueprint
from lti_tool.clock import Clock, utc_now
from lti_tool.config import Settings, prepare_data_dir
from lti_tool.connection.course_check import CourseCheck
from lti_tool.connection.course_facts import CourseReader
from lti_tool.connection.course_probing import CourseProber
from lti_tool.connection.probing import Prober
from lti_tool.connection.selftest import SelfTest
from lti_tool.connection.views import blueprint as connection_blueprint
from lti_tool.console.service import console_services
from lti_tool.console.views import blueprint as console_blueprint
from lti_tool.courses.copies import CopyService
from lti_tool.courses.leaving import Forgotten
from lti_tool.courses.service import CourseService
from lti_tool.database import Database
from lti_tool.embedding.copied import CopiedCourseService
from lti_tool.embedding.service import EmbeddingService
from lti_tool.embedding.views import blueprint as embedding_blueprint
from lti_tool.errors import NotFound, SettingsError
from lti_tool.exchange.leaving import empty_work as empty_shared
from lti_tool.exchange.leaving import forget as forget_shared
from lti_tool.exchange.news import news_of
from lti_tool.exchange.pieces import SharedVersions, shared_mark
from lti_tool.exchange.service import exchange_services
from lti_tool.exchange.sharing import keeps_file
from lti_tool.exchange.views import blueprint as exchange_blueprint
from lti_tool.gauges import Gauges
from lti_tool.health import blueprint as health_blueprint
from lti_tool.jobs.engine import Engine
from lti_tool.jobs.queue import JobEngine
from lti_tool.kept_secrets import KeptSecrets
from lti_tool.launch.auditing import init_audit
from lti_tool.launch.login import LAUNCH_PATH
from lti_tool.launch.models import Step
from lti_tool.launch.service import LaunchService
from lti_tool.launch.sessions import SessionService, session_id_of_request
from lti_tool.launch.tracebook import TraceBook
from lti_tool.launch.traces import TraceService
from lti_tool.launch.viewer import OtherViewers
from lti_tool.launch.views import blueprint as launch_blueprint
from lti_tool.limited import LimitCounts
from lti_tool.linking.desk import LinkDesk
from lti_tool.linking.leaving import forget as forget_links
from lti_tool.linking.leaving import taken_up
from lti_tool.linking.service import LinkService
from lti_tool.linking.views import blueprint as linking_blueprint
from lti_tool.mailing import Mailer
from lti_tool.meetings.service import meeting_services
from lti_tool.meetings.views import blueprint as meetings_blueprint
from lti_tool.moodle.again import WriteAgainService
from lti_tool.moodle.arriving import MoodleArrivals
from lti_tool.moodle.checking import MoodleCheck
from lti_tool.moodle.completion import MoodleCompletion
from lti_tool.moodle.course_rows import SYNC_MOODLE
from lti_tool.moodle.desks import Desks
from lti_tool.moodle.leaving import empty_work as empty_native
from lti_tool.moodle.leaving import forget as forget_native
from lti_tool.moodle.mapping import MappingService
from lti_tool.moodle.native_courses import NativeCourses
from lti_tool.moodle.native_files import NativeFileService
from lti_tool.moodle.showing import NativeShowing
from lti_tool.moodle.sites import MoodleSites
from lti_tool.moodle.sync import SYNC_SWEEP_EVERY, MoodleSync
from lti_tool.moodle.views import blueprint as moodle_blueprint
from lti_tool.moodle.writes import WRITE_MOODLE, MoodleWrites
from lti_tool.moodle.writing import WRITE_SWEEP_EVERY, MoodleWriter
from lti_tool.notices.addresses import MailService
from lti_tool.notices.book import NoticeBook, last_nudges
from lti_tool.notices.composing import Composer
from lti_tool.notices.due import SEND_MAIL, MailQueue
from lti_tool.notices.leaving import forget as forget_notices
from lti_tool.notices.mail_views import blueprint as mail_blueprint
from lti_tool.notices.mailing import MAIL_SWEEP_EVERY, MailSender
from lti_tool.notices.service import NoticeService
from lti_tool.notices.views import blueprint as notices_blueprint
from lti_tool.notices.writing import NoticeWriter
from lti_tool.outgoing import Outgoing
from lti_tool.platforms.keys import KeyRing
from lti_tool.platforms.keysets import KEEP_FRESH_EVERY, PlatformKeys
from lti_tool.platforms.registration import RegistrationService
from lti_tool.platforms.service import InviteService, PlatformService
from lti_tool.platforms.views import blueprint as platforms_blueprint
from lti_tool.privacy.erasing import SWEEP_EVERY as ERASE_SWEEP_EVERY
from lti_tool.privacy.erasing import ErasingService
from lti_tool.privacy.exporting import OwnCopyService
from lti_tool.privacy.people import PeopleService
from lti_tool.privacy.reading import load_register
from lti_tool.privacy.retention import LOOK_EVERY, RetentionService
from lti_tool.privacy.staff_erasing import StaffErasingService
from lti_tool.privacy.views import blueprint as privacy_blueprint
from lti_tool.readiness import Readiness
from lti_tool.registry import provide
from lti_tool.rsa_keys import MakeRsa, new_rsa_key
from lti_tool.security_txt import SecurityTxt
from lti_tool.security_txt import blueprint as security_blueprint
from lti_tool.signin.attempts import Attempts
from lti_tool.signin.browser_cookie import SignInBrowser
from lti_tool.signin.erasing import forget_member
from lti_tool.signin.gate import session_id_of_staff
from lti_tool.signin.leaving import forget as forget_staff
from lti_tool.signin.links import SignInLinks
from lti_tool.signin.members import StaffService
from lti_tool.signin.oidc import OidcSignIn
from lti_tool.signin.passkeys import Passkeys
from lti_tool.signin.provider import Provider
from lti_tool.signin.service import SignInService
from lti_tool.signin.sessions import StaffSessions
from lti_tool.signin.views import blueprint as signin_blueprint
from lti_tool.signin.wanted import WantedForms
from lti_tool.sync.again import SendAgainService
from lti_tool.sync.certificate_columns import CERTIFICATE_SWEEP_EVERY, CertificateColumns
from lti_tool.sync.counts import OutboxCounts
from lti_tool.sync.delivery import ScoreDelivery
from lti_tool.sync.gradebook import Gradebook
from lti_tool.sync.jobs import SWEEP_EVERY, ScorePoster
from lti_tool.sync.lanes import Lanes
from lti_tool.sync.leaving import empty_work as empty_scores
from lti_tool.sync.leaving import forget as forget_scores
from lti_tool.sync.marks import marks_of_wholes, marks_of_work
from lti_tool.sync.outbox import POST_SCORE, ScoreOutboxService
from lti_tool.sync.roster import ROSTER_SWEEP_EVERY, RosterService
from lti_tool.sync.roster_lists import RosterLists
from lti_tool.sync.roster_rows import READ_ROSTER
from lti_tool.sync.score_book import ScoreBook
from lti_tool.sync.views import blueprint as sync_blueprint
from lti_tool.tally import Tally
from lti_tool.training.access import Access
from lti_tool.training.cohorts import CohortService
from lti_tool.training.draft_files import DraftFiles
from lti_tool.training.files import FileStore
from lti_tool.training.importing import ImportService
from lti_tool.training.inspecting import FileInspector, inspector_of
from lti_tool.training.leaving import empty_work
from lti_tool.training.leaving import forget as forget_work
from lti_tool.training.outcomes import Extras, OutcomeFollower, together
from lti_tool.training.resumable_finishing import UPLOAD_SWEEP_EVERY, UploadFinisher
from lti_tool.training.service import training_services
from lti_tool.training.staff_trainers import StaffTrainers
from lti_tool.training.staff_viewer import find_staff_viewer
from lti_tool.training.uploads import FORM_MEMORY, content_limit
from lti_tool.training.views import blueprint as training_blueprint
from lti_tool.vault import Vault
from lti_tool.web.limits import init_limits, init_session_limit
from lti_tool.web.own_window import in_own_window
from lti_tool.web.request_codes import init_request_codes
from lti_tool.web.setup import init_web
from lti_tool.web.timing import init_timing
from mappings.errors import DataFileError
from mappings.loading import load_trainings
from mappings.training import Training

CLEAN_UP_EVERY = 3600.0
SIGNING_IN = (
    "signin.link",
    "signin.use_link",
    "signin.link_with_oidc",
    "signin.oidc",
    "signin.oidc_back",
    "signin.passkey",
    "signin.passkey_options",
)
"""The addresses with which somebody tries to sign in."""


@dataclass(frozen=True)
class Parts:
    """Everything that a process needs, put together once."""

    settings: Settings
    clock: Clock
    database: Database
    vault: Vault
    engine: JobEngine
    outgoing: Outgoing
    trainings: Mapping[str, Training]
    key_ring: KeyRing
    platforms: PlatformService
    invites: InviteService
    registration: RegistrationService
    platform_keys: PlatformKeys
    connector: Connector
    deep_linking: DeepLinkingResponse
    courses: CourseService
    sessions: SessionService
    traces: TraceService
    trace_book: TraceBook
    self_test: SelfTest
    course_check: CourseCheck
    launches: LaunchService
    cohorts: CohortService
    extras: Extras
    outcome_followers: tuple[OutcomeFollower, ...]
    outbox: ScoreOutboxService
    score_book: ScoreBook
    poster: ScorePoster
    rosters: RosterService
    roster_lists: RosterLists
    awards: AwardService
    issuer_keys: IssuerKeyStore
    issuer: CertificateIssuer
    certificates: CertificateService
    decisions: DecisionService
    explanations: ExplanationService
    replacements: ReplacementService
    api: ApiParts
    erasures: ErasureService
    erasing: ErasingService
    staff_erasing: StaffErasingService
    retention: RetentionService
    forgotten: Forgotten
    own_copies: OwnCopyService
    people: PeopleService
    issue_log: IssueLog
    certificate_columns: CertificateColumns
    batches: BatchService
    batch_runs: BatchRuns
    by_hand: ByHandService
    exports: ExportService
    moodle_sites: MoodleSites
    moodle_check: MoodleCheck
    desks: Desks
    native_mappings: MappingService
    moodle_sync: MoodleSync
    moodle_writes: MoodleWrites
    native_courses: NativeCourses
    embedding: EmbeddingService
    copied: CopiedCourseService
    files: FileStore
    inspector: FileInspector
    audit: AuditTrail
    tally: Tally
    notices: NoticeService
    notice_book: NoticeBook
    links: LinkService
    link_desk: LinkDesk
    mail: MailService
    mailer: Mailer | None
    """None: no mail is sent."""
    staff: StaffService
    staff_trainers: StaffTrainers
    staff_sessions: StaffSessions
    sign_in_links: SignInLinks
    sign_in_attempts: Attempts
    provider: Provider
    wanted_forms: WantedForms

    def upgrade(self) -> None:
        """Bring the application's and the engine's tables to their newest form."""
        self.database.upgrade()
        self.engine.prepare()

    def close(self) -> None:
        """Stop the jobs and give all connections back."""
        self.engine.stop()
        self.outgoing.close()
        if self.mailer is not None:
            self.mailer.close()
        self.tally.close()
        self.database.close()


def compose(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    database: Database | None = None,
    engine: JobEngine | None = None,
    outgoing: Outgoing | None = None,
    mailer: Mailer | None = None,
    trainings: Mapping[str, Training] | None = None,
    make_rsa: MakeRsa = new_rsa_key,
) -> Parts:
    """Put the application together. Nothing is called outside and nothing runs yet.

    Args:
        settings: of this installation.
        clock: the time; tests hand in their own.
        database: where everything is kept; by default the one of the settings.
        engine: takes the jobs; the durable engine by default.
        outgoing: makes the calls; by default one that keeps to the settings.
        mailer: hands over mail; by default to the server of the settings, or to none.
        trainings: by key; by default those of the package and of the settings.
        make_rsa: makes RSA keys; tests hand out theirs again.

    Raises:
        SettingsError: the data folder, the secret, the file store or a training file cannot be used.
    """
    prepare_data_dir(settings)
    database = database or Database(settings.sqlalchemy_url)
    vault = Vault(KeptSecrets(settings))
    tally = Tally(database)
    engine = engine or Engine(settings, database, clock, tally)
    outgoing = outgoing or Outgoing(allow_private=settings.allow_private_platforms)
    mailer = mailer or _mailer(settings)
    trainings = _trainings(settings) if trainings is None else trainings
    key_ring = KeyRing(database, vault, clock, make_rsa)
    platforms = PlatformService(database, clock, outgoing)
    invites = InviteService(database, clock)
    platform_keys = PlatformKeys(database, outgoing, clock)
    connector = Connector(outgoing, key_ring, clock, platforms.only_deployment)
    deep_linking = DeepLinkingResponse(key_ring, clock)
    forgotten = Forgotten(vault)
    courses = CourseService(clock, forgotten)
    sessions = SessionService(settings, database, clock)
    traces = TraceService(settings, database, clock, tally)
    trace_book = TraceBook(database)
    audit = AuditTrail(database, clock, timedelta(days=settings.keep_audit_days))
    staff_sessions = StaffSessions(settings, database, clock)
    sign_in_links = SignInLinks(database, clock)
    sign_in_attempts = Attempts(database, clock)
    wanted_forms = WantedForms(database, vault, clock)
    staff = StaffService(database, clock, audit, staff_sessions, sign_in_links)

    outbox = ScoreOutboxService(engine, clock, trainings, settings.default_locale)
    awards = AwardService(database, engine, clock, trainings, settings.base_url)
    cohorts = CohortService(database, clock, courses, trainings, followers=[awards.follow_approval])
    launches = LaunchService(
        settings,
        database,
        clock,
        platforms,
        platform_keys,
        courses,
        sessions,
        traces,
        followers=[cohorts.welcome, outbox.catch_up, MoodleArrivals(engine, clock).catch_up],
    )
    delivery = ScoreDelivery(
        database,
        ScoreService(connector, clock),
        LineItemService(connector),
        Gradebook(ResultService(connector), clock),
        f"{settings.base_url}{LAUNCH_PATH}",
        clock,
    )
    lanes = Lanes(database, platforms, engine, clock)
    poster = ScorePoster(database, platforms, delivery, lanes, outbox, engine, clock)
    rosters = RosterService(
        database,
        platforms,
        MembershipService(connector),
        engine,
        clock,
        settings.roster_hours,
        forgotten=forgotten,
        keep_gone=timedelta(days=settings.keep_members_days),
    )
    roster_lists = RosterLists(database, Access(trainings), engine, clock)
    moodle_sites = MoodleSites(database, vault, clock, platforms, outgoing, allow_http=settings.allow_private_platforms)
    moodle_writes = MoodleWrites(engine, clock)
    mail_queue = MailQueue(engine, clock, ZoneInfo(settings.time_zone), settings.digest_hour) if mailer else None
    notices = NoticeService(clock, NoticeWriter([mail_queue.follow] if mail_queue else []), audit)
    links = LinkService(
        database,
        vault,
        clock,
        Access(trainings),
        audit,
        followers=[
            lambda session, person_id, _participants: outbox.catch_up_person(session, person_id),
            awards.follow_joined,
        ],
    )
    mail = MailService(database, vault, clock, Access(trainings), mail_queue, settings.digest_hour)
    notice_book = NoticeBook(database, clock, Access(trainings))
    followers: tuple[OutcomeFollower, ...] = (
        outbox.follow,
        moodle_writes.follow,
        awards.follow_outcome,
        notices.follow_outcome,
    )
    moodle_sync = MoodleSync(
        database,
        moodle_sites,
        platforms,
        ImportService(clock, followers),
        engine,
        clock,
        settings.moodle_minutes,
        forgotten=forgotten,
    )
    natives = NativeShowing(clock)
    moodle_writer = MoodleWriter(database, moodle_sites, platforms, engine, clock)
    eseal = load_eseal(settings)
    issuer_keys = IssuerKeyStore(database, vault, clock, settings.issuer_name, settings.base_url, eseal, make_rsa)
    issuer = CertificateIssuer(settings, database, clock, trainings, issuer_keys, followers=[notices.follow_certificate])
    desks = Desks(database, Access(trainings), platforms, trainings)
    certificates = CertificateService(settings, database, clock, trainings, issuer_keys)
    issue_log = IssueLog(database, clock, settings.base_url)
    decisions = DecisionService(database, clock, Access(trainings), awards)
    batch_runs = BatchRuns(database, engine, clock, decisions, awards, issuer)
    columns = CertificateColumns(database, outbox, awards.cards)
    files = FileStore(settings.files_location)
    inspector = inspector_of(settings.clamav_url, settings.clamav_when_down, audit.refused)
    drafts = DraftFiles(clock, settings.file_max_mb, followers)
    uploads = UploadFinisher(database, clock, Access(trainings), files, drafts, inspector)

    by_hand = ByHandService(database, clock, awards)
    replacements = ReplacementService(settings, database, clock, issuer_keys)
    api = api_parts(
        settings,
        database,
        clock,
        engine,
        vault,
        outgoing,
        audit,
        trainings,
        by_hand,
        certificates,
        replacements,
    )
    erasing = ErasingService(
        database,
        clock,
        files,
        (
            forget_staff,
            forget_notices,
            forget_links,
            forget_scores,
            forget_native,
            forget_shared,
            forget_certificates,
            forget_work,
            forgotten.forget,
        ),
        also=taken_up,
    )

    engine.register(POST_SCORE, poster.post, lanes=True)
    engine.register(READ_ROSTER, rosters.read, lanes=True)
    engine.register(SYNC_MOODLE, moodle_sync.sync, lanes=True)
    engine.register(WRITE_MOODLE, moodle_writer.write, lanes=True)
    engine.register(ISSUE_CERTIFICATE, issuer.issue)
    if mailer is not None and mail_queue is not None:
        sender = MailSender(
            database,
            vault,
            mailer,
            Composer(settings.base_url, settings.host),
            mail_queue,
            trainings,
            engine,
            clock,
            settings.default_locale,
        )
        engine.register(SEND_MAIL, sender.send)
        engine.every(MAIL_SWEEP_EVERY, "sweep-mail", sender.sweep)
    engine.register(ISSUE_BATCH, batch_runs.run)
    api.register(engine)
    engine.every(SWEEP_EVERY, "sweep-scores", poster.sweep)
    engine.every(ROSTER_SWEEP_EVERY, "sweep-rosters", rosters.sweep)
    engine.every(SYNC_SWEEP_EVERY, "sweep-moodle", moodle_sync.sweep)
    engine.every(WRITE_SWEEP_EVERY, "sweep-moodle-writes", moodle_writer.sweep)
    engine.every(AWARD_SWEEP_EVERY, "sweep-awards", awards.sweep)
    engine.every(BATCH_SWEEP_EVERY, "sweep-batches", batch_runs.sweep)
    engine.every(CERTIFICATE_SWEEP_EVERY, "sweep-certificate-columns", columns.sweep)
    engine.every(CLOSE_EVERY, "close-issue-log", issue_log.keep_up)
    engine.every(RETIRE_EVERY, "retire-issuing-keys", issuer_keys.retire)
    engine.every(KEEP_FRESH_EVERY, "keep-platform-keys", platform_keys.keep_fresh)
    engine.every(UPLOAD_SWEEP_EVERY, "sweep-uploads", uploads.sweep)
    engine.every(CLEAN_UP_EVERY, "clean-up-launches", launches.clean_up)
    engine.every(CLEAN_UP_EVERY, "clean-up-sessions", sessions.clean_up)
    engine.every(
        CLEAN_UP_EVERY,
        "clean-up-deliveries",
        partial(forget_deliveries, database, clock, timedelta(days=settings.keep_deliveries_days)),
    )
    engine.every(CLEAN_UP_EVERY, "clean-up-traces", traces.clean_up)
    retention = RetentionService(settings, database, clock, erasing, (empty_scores, empty_native, empty_shared, empty_work))
    engine.every(LOOK_EVERY, "keep-to-terms", retention.run_if_due)
    engine.every(ERASE_SWEEP_EVERY, "remove-erased-files", erasing.sweep)
    engine.every(CLEAN_UP_EVERY, "clean-up-audit", audit.clean_up)
    engine.every(CLEAN_UP_EVERY, "clean-up-notices", notice_book.clean_up)
    engine.every(CLEAN_UP_EVERY, "clean-up-mail", mail.clean_up)
    engine.every(CLEAN_UP_EVERY, "clean-up-links", links.clean_up)
    engine.every(CLEAN_UP_EVERY, "clean-up-staff-sessions", staff_sessions.clean_up)
    engine.every(CLEAN_UP_EVERY, "clean-up-sign-in-links", sign_in_links.clean_up)
    engine.every(CLEAN_UP_EVERY, "clean-up-sign-in-attempts", sign_in_attempts.clean_up)
    engine.every(CLEAN_UP_EVERY, "clean-up-wanted-forms", wanted_forms.clean_up)

    return Parts(
        settings=settings,
        clock=clock,
        database=database,
        vault=vault,
        engine=engine,
        outgoing=outgoing,
        trainings=trainings,
        key_ring=key_ring,
        platforms=platforms,
        invites=invites,
        registration=RegistrationService(
            settings,
            database,
            outgoing,
            platforms,
            invites,
            refused=partial(traces.refused, Step.REGISTER),
            connected=platform_keys.warm_up,
        ),
        platform_keys=platform_keys,
        connector=connector,
        deep_linking=deep_linking,
        courses=courses,
        sessions=sessions,
        traces=traces,
        trace_book=trace_book,
        self_test=SelfTest(
            settings, database, clock, platforms, Prober(settings, database, key_ring, platforms, clock), trace_book
        ),
        course_check=CourseCheck(
            database,
            clock,
            Access(trainings),
            CourseReader(platforms, trainings),
            CourseProber(settings, key_ring, platforms, clock, MoodleCompletion(moodle_sites)),
        ),
        launches=launches,
        cohorts=cohorts,
        extras=Extras(
            certificate=awards.card,
            certificates=awards.cards,
            scores=together(marks_of_work, moodle_writes.marks),
            wholes=marks_of_wholes,
            lists=roster_lists.lists,
            mappable=desks.mappable,
            natives=natives.natives,
            native_files=natives.files,
            native_courses=natives.courses,
            native_places=natives.places,
            keeps_file=keeps_file,
            shared=shared_mark,
            nudged=last_nudges,
            news=news_of,
            unread=notice_book.unread,
            opened=notice_book.opened,
            notices=notice_book.newest,
            nudge=notices.nudge,
        ),
        outcome_followers=followers,
        outbox=outbox,
        score_book=ScoreBook(database, clock, outbox),
        poster=poster,
        rosters=rosters,
        roster_lists=roster_lists,
        awards=awards,
        issuer_keys=issuer_keys,
        issuer=issuer,
        certificates=certificates,
        decisions=decisions,
        explanations=ExplanationService(database, Access(trainings), trainings),
        replacements=replacements,
        api=api,
        erasures=ErasureService(database, clock),
        erasing=erasing,
        staff_erasing=StaffErasingService(database, clock, audit, staff, erasing, (forget_decider, forget_member)),
        retention=retention,
        forgotten=forgotten,
        own_copies=OwnCopyService(
            settings, database, clock, files, load_register(), certificates, BadgeService(settings, certificates), vault
        ),
        people=PeopleService(database),
        issue_log=issue_log,
        certificate_columns=columns,
        batches=BatchService(database, awards, issuer),
        batch_runs=batch_runs,
        by_hand=by_hand,
        exports=ExportService(database, clock, certificates),
        moodle_sites=moodle_sites,
        moodle_check=MoodleCheck(database, clock, platforms, moodle_sites),
        desks=desks,
        native_mappings=MappingService(database, clock, moodle_sites, engine),
        moodle_sync=moodle_sync,
        moodle_writes=moodle_writes,
        native_courses=NativeCourses(database, Access(trainings), moodle_sync),
        embedding=EmbeddingService(settings, database, clock, courses, cohorts, trainings, deep_linking),
        copied=CopiedCourseService(database, courses, CopyService(clock), cohorts),
        files=files,
        inspector=inspector,
        audit=audit,
        tally=tally,
        notices=notices,
        notice_book=notice_book,
        mail=mail,
        links=links,
        link_desk=LinkDesk(database, clock),
        mailer=mailer,
        staff_trainers=StaffTrainers(database, clock, Access(trainings), cohorts),
        staff=staff,
        staff_sessions=staff_sessions,
        sign_in_links=sign_in_links,
        sign_in_attempts=sign_in_attempts,
        provider=Provider(settings, outgoing, vault, clock),
        wanted_forms=wanted_forms,
    )


def create_app(parts: Parts) -> Flask:
    """Build the Flask application over the parts."""
    settings = parts.settings
    app = Flask("lti_tool", static_folder=None, static_url_path="/static")
    _keep_secret_keys(app, parts.vault)
    app.before_request(partial(_keep_secret_keys, app, parts.vault))
    app.config["DEFAULT_LOCALE"] = settings.default_locale
    app.config["TIME_ZONE"] = settings.time_zone
    app.config["HTTPS_ONLY"] = settings.secure
    app.config["WTF_CSRF_TIME_LIMIT"] = settings.session_hours * 3600
    app.config["MAX_CONTENT_LENGTH"] = content_limit(settings.file_max_mb, parts.trainings.values())
    app.config["MAX_FORM_MEMORY_SIZE"] = FORM_MEMORY
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    provide(
        app,
        settings,
        parts.database,
        parts.key_ring,
        parts.invites,
        parts.registration,
        parts.sessions,
        parts.traces,
        parts.trace_book,
        parts.platforms,
        parts.self_test,
        parts.course_check,
        parts.launches,
        parts.embedding,
        parts.copied,
        parts.certificates,
        parts.decisions,
        parts.explanations,
        parts.issue_log,
        parts.erasing,
        parts.staff_erasing,
        parts.own_copies,
        *_holders_services(parts),
        *console_services(
            settings,
            parts.database,
            parts.clock,
            parts.vault,
            parts.trainings,
            certificates=parts.certificates,
            decisions=parts.decisions,
            explanations=parts.explanations,
            replacements=parts.replacements,
            erasures=parts.erasures,
            by_hand=parts.by_hand,
            batch_runs=parts.batch_runs,
            score_book=parts.score_book,
        ),
        BadgeService(settings, parts.certificates),
        PageParts(),
        VerificationService(parts.certificates, parts.clock),
        parts.roster_lists,
        parts.moodle_sites,
        parts.moodle_check,
        parts.desks,
        parts.native_mappings,
        parts.native_courses,
        WriteAgainService(parts.database, Access(parts.trainings), parts.moodle_writes),
        NativeFileService(
            parts.database,
            Access(parts.trainings),
            parts.moodle_sites,
            parts.files,
            settings.file_max_mb,
            SharedVersions(Access(parts.trainings)).shows,
            parts.inspector,
        ),
        SecurityTxt(settings, parts.clock),
        Readiness(parts.database, parts.files, settings.data_dir, parts.clock),
        parts.tally,
        SendAgainService(parts.database, Access(parts.trainings), parts.outbox),
        *training_services(
            settings,
            parts.database,
            parts.clock,
            parts.cohorts,
            parts.trainings,
            parts.extras,
            outcome_followers=parts.outcome_followers,
            person_followers=[parts.awards.follow_name],
            aspect_followers=[parts.notices.follow_aspects],
            printable=name_problem,
            inspector=parts.inspector,
        ),
        *exchange_services(
            settings,
            parts.database,
            parts.clock,
            Access(parts.trainings),
            parts.extras,
            parts.files,
            parts.audit,
            reaction_followers=[parts.notices.follow_reaction],
            piece_followers=[parts.notices.follow_piece],
            inspector=parts.inspector,
        ),
        *meeting_services(
            settings,
            parts.database,
            parts.clock,
            Access(parts.trainings),
            parts.extras,
            parts.audit,
            followers=[parts.awards.follow_attendance],
        ),
        parts.notices,
        parts.notice_book,
        parts.mail,
        parts.links,
        parts.link_desk,
        *_sign_in_services(parts),
        parts.staff_trainers,
        OtherViewers(find_staff_viewer),
    )
    provide(app, *parts.api.services())
    limits = LimitCounts(parts.database)
    outbox = OutboxCounts(parts.database, parts.clock)
    provide(app, Gauges(parts.database, outbox, limits, settings.data_dir, parts.clock))
    of_networks = {
        "launch.login": settings.logins_per_minute,
        "launch.login_by_storage": settings.logins_per_minute,
        "launch.launch": settings.logins_per_minute,
        "platforms.register": settings.registrations_per_minute,
        "platforms.connect": settings.registrations_per_minute,
        "platforms.connected": settings.registrations_per_minute,
        "platforms.deployment": settings.registrations_per_minute,
        "connection.check_registered": settings.registrations_per_minute,
        "verification.send": settings.verifications_per_minute,
        "verification.machine": settings.verifications_per_minute,
        "mail.turn_off": settings.verifications_per_minute,
        "api.openapi": settings.certificate_pages_per_minute,
        "certificates.": settings.certificate_pages_per_minute,
        "badges.": settings.certificate_pages_per_minute,
        "verification.": settings.certificate_pages_per_minute,
        **dict.fromkeys(SIGNING_IN, settings.sign_ins_per_minute),
    }
    init_limits(app, parts.clock, of_networks, limits.add)
    init_session_limit(app, parts.clock, settings.changes_per_minute, _session_id, limits.add, apart=of_networks)
    init_request_codes(app, proxied=settings.trusted_proxies > 0)
    init_timing(app, parts.tally, {"launch.launch"})
    app.before_request(_refuse_nul)
    init_web(app, clock=parts.clock, session_id=_session_id)
    init_audit(app, parts.audit)
    for blueprint in (
        health_blueprint,
        security_blueprint,
        platforms_blueprint,
        launch_blueprint,
        connection_blueprint,
        embedding_blueprint,
        training_blueprint,
        exchange_blueprint,
        meetings_blueprint,
        notices_blueprint,
        mail_blueprint,
        linking_blueprint,
        sync_blueprint,
        moodle_blueprint,
        certificates_blueprint,
        awards_blueprint,
        badges_blueprint,
        verification_blueprint,
        console_blueprint,
        api_blueprint,
        privacy_blueprint,
        signin_blueprint,
    ):
        app.register_blueprint(blueprint)
    return app


def _holders_services(parts: Parts) -> tuple[HolderService, PortfolioService, DeliveryService]:
    api = PortfolioApi(parts.outgoing, f"{parts.settings.base_url}{CALLBACK}", parts.settings.base_url)
    holder = HolderService(parts.settings, parts.database, parts.clock, Access(parts.trainings))
    badges = BadgeService(parts.settings, parts.certificates)
    return (
        holder,
        PortfolioService(parts.settings, parts.database, holder, parts.certificates, badges, parts.files, parts.trainings),
        DeliveryService(parts.database, parts.clock, parts.vault, holder, api),
    )


def _sign_in_services(parts: Parts) -> tuple[object, ...]:
    settings, database, clock, audit = parts.settings, parts.database, parts.clock, parts.audit
    service = SignInService(database, audit, parts.staff_sessions, parts.sign_in_links)
    return (
        audit,
        parts.staff,
        parts.staff_sessions,
        parts.sign_in_links,
        parts.provider,
        parts.wanted_forms,
        SignInBrowser(settings),
        service,
        Passkeys(settings, database, clock, audit, parts.sign_in_attempts, service),
        OidcSignIn(database, clock, audit, parts.provider, parts.sign_in_attempts, parts.sign_in_links, service),
    )


def _mailer(settings: Settings) -> Mailer | None:
    server = settings.mail_server
    return Mailer(server, settings.host.partition(":")[0]) if server else None


def _session_id() -> str | None:
    """Return what the form tokens of this page hold for: a session of the staff, or one that a launch opened."""
    return session_id_of_staff() if in_own_window() else session_id_of_request()


def _keep_secret_keys(app: Flask, vault: Vault) -> None:
    """Sign forms by the present secret, and take those that a previous one signed."""
    app.secret_key, *previous = vault.accepted_macs("flask", "secret key")
    app.config["SECRET_KEY_FALLBACKS"] = previous


def _refuse_nul() -> None:
    """No address of ours has a NUL in it, and PostgreSQL refuses one in any text."""
    if "\0" in request.path:
        raise NotFound("a NUL in the path")


def _trainings(settings: Settings) -> Mapping[str, Training]:
    try:
        return load_trainings(more=settings.trainings_dir)
    except DataFileError as error:
        raise SettingsError(str(error)) from None
