"""Answering deep-linking requests, and saying once what a placement shows that came without one.

A request is answered by one conditional UPDATE, in the transaction that makes the cohort: a form sent twice makes one
cohort and gets the same page twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.orm import Session

from lti_tool.advantage.deep_linking import ContentItem, DeepLinkingResponse
from lti_tool.clock import Clock
from lti_tool.config import Settings
from lti_tool.courses.service import CourseService
from lti_tool.database import Database
from lti_tool.embedding.choices import WHOLE, Choice, check_number
from lti_tool.embedding.cohort_choice import check_trainer, choose_cohort
from lti_tool.embedding.errors import AlreadyAnswered, ChoiceExpired
from lti_tool.embedding.items import ItemMaker
from lti_tool.embedding.offers import Offer, placed_items
from lti_tool.errors import NotFound
from lti_tool.launch.login import LAUNCH_PATH
from lti_tool.launch.models import DeepLinkingRequest
from lti_tool.launch.sessions import Viewer
from lti_tool.training.cohorts import CohortService
from mappings.training import Training

SAME_ANSWER = timedelta(minutes=5)
"""How long a form that was sent twice gets the same page: the time that the answer itself is valid."""


@dataclass(frozen=True)
class DeepLinkingAnswer:
    """The message for the platform and where to post it."""

    return_url: str
    jwt: str
    at_once: bool = False
    """Whether the platform adds what was chosen without asking again (`auto_create`)."""

    def __repr__(self) -> str:
        return "DeepLinkingAnswer(…)"


class EmbeddingService:
    """Offers what there is to embed and answers with what was chosen.

    Args:
        settings: our own address.
        database: where requests and placements are.
        clock: the time.
        courses: courses and placements.
        cohorts: cohorts and their trainers.
        trainings: the trainings by key.
        response: builds and signs the answer.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        courses: CourseService,
        cohorts: CohortService,
        trainings: Mapping[str, Training],
        response: DeepLinkingResponse,
    ) -> None:
        self._launch_url = f"{settings.base_url}{LAUNCH_PATH}"
        self._database = database
        self._clock = clock
        self._courses = courses
        self._cohorts = cohorts
        self._trainings = trainings
        self._response = response

    def offer(self, request_id: str, viewer: Viewer, training_key: str | None) -> Offer:
        """Return what a deep-linking request can be answered with.

        Args:
            training_key: the training to choose from; the first one when None.

        Raises:
            NotFound: no such request in this session, or no such training.
            NotAllowed: the viewer is no trainer in the course.
            AlreadyAnswered: it was answered before.
            ChoiceExpired: that took too long.
        """
        with self._database.session() as session:
            request = self._request(session, request_id, viewer)
            if request.answered_at is not None:
                raise AlreadyAnswered("the request was answered")
            return self._offer(session, request.course_id, viewer, training_key, _takes_several(request.settings))

    def answer(
        self, request_id: str, viewer: Viewer, training_key: str | None, choice: Choice, locale: str
    ) -> DeepLinkingAnswer:
        """Answer a request with a choice: bind the cohort to the course and build the message.

        Raises:
            Invalid: the cohort cannot be used; nothing was stored.
            and what `offer` raises; but for `SAME_ANSWER` a second answer gets the message of the first.
        """
        training = self._training(training_key)
        with self._database.session() as session:
            request = self._request(session, request_id, viewer)
            if self._take(session, request):
                check_number(choice, multiple=_takes_several(request.settings))
                cohort = choose_cohort(session, self._cohorts, viewer, training, choice.cohort)
                self._courses.bind_cohort(session, request.course_id, cohort.id, viewer.person_id)
                self._keep(session, request, training, choice.items, cohort.id, locale)
        return self._message(request, viewer)

    def cancel(self, request_id: str, viewer: Viewer) -> DeepLinkingAnswer:
        """Answer a request with nothing. Raises what `offer` raises."""
        with self._database.session() as session:
            request = self._request(session, request_id, viewer)
            if self._take(session, request):
                self._keep(session, request, self._training(None), (), "", "nl")
        return self._message(request, viewer)

    def setup_offer(self, placement_id: str, viewer: Viewer, training_key: str | None) -> Offer | None:
        """Return what a placement can show; None when that was said before.

        Raises:
            NotFound: no such placement in a course of this session.
            NotAllowed: the viewer is no trainer in its course.
        """
        with self._database.session() as session:
            placement = self._courses.placement(session, placement_id)
            check_trainer(viewer, placement.course_id)
            if placement.cohort_id is not None:
                return None
            return self._offer(session, placement.course_id, viewer, training_key, multiple=False)

    def set_up(self, placement_id: str, viewer: Viewer, training_key: str | None, choice: Choice) -> None:
        """Say what a placement shows; when that was said before, it stays.

        Raises:
            Invalid: the cohort cannot be used; nothing was stored.
            NotFound: no such placement in a course of this session.
            NotAllowed: the viewer is no trainer in its course.
        """
        training = self._training(training_key)
        with self._database.session() as session:
            placement = self._courses.placement(session, placement_id, lock=True)
            check_trainer(viewer, placement.course_id)
            if placement.cohort_id is not None:
                return
            check_number(choice, multiple=False)
            cohort = choose_cohort(session, self._cohorts, viewer, training, choice.cohort)
            self._courses.bind_cohort(session, placement.course_id, cohort.id, viewer.person_id)
            item = choice.items[0]
            self._courses.configure_placement(session, placement.id, cohort.id, None if item == WHOLE else item)

    def training(self, training_key: str | None) -> Training:
        """Return the training that a form is about: the first one unless it names another. Raises NotFound."""
        return self._training(training_key)

    def _training(self, training_key: str | None) -> Training:
        found = self._trainings.get(training_key) if training_key else next(iter(self._trainings.values()), None)
        if found is None:
            raise NotFound("no such training")
        return found

    def _request(self, session: Session, request_id: str, viewer: Viewer) -> DeepLinkingRequest:
        request = session.get(DeepLinkingRequest, request_id) if request_id.isalnum() else None
        if request is None or request.session_id != viewer.session_id:
            raise NotFound("no such request in this session")
        check_trainer(viewer, request.course_id)
        if request.expires_at <= self._clock():
            raise ChoiceExpired("the request is too old")
        return request

    def _offer(self, session: Session, course_id: str, viewer: Viewer, training_key: str | None, multiple: bool) -> Offer:
        training = self._training(training_key)
        cohorts = [
            cohort for cohort in self._cohorts.of_trainer(session, viewer.person_id) if cohort.training_key == training.key
        ]
        own = {cohort.id for cohort in cohorts}
        in_course = [cohort_id for cohort_id in self._courses.cohorts_of(session, course_id) if cohort_id in own]
        return Offer(
            course_title=self._courses.course(session, course_id).title,
            training=training,
            trainings=tuple(self._trainings.values()),
            cohorts=cohorts,
            preferred_cohort=next(iter([*in_course, *(cohort.id for cohort in cohorts)]), None),
            placed=placed_items(session, course_id, training),
            multiple=multiple,
        )

    def _take(self, session: Session, request: DeepLinkingRequest) -> bool:
        """Make the request answered; return whether this is the first answer.

        Raises:
            AlreadyAnswered: it was answered a while ago.
        """
        now = self._clock()
        won = session.execute(
            update(DeepLinkingRequest)
            .where(DeepLinkingRequest.id == request.id, DeepLinkingRequest.answered_at.is_(None))
            .values(answered_at=now)
            .returning(DeepLinkingRequest.id)
        ).first()
        session.refresh(request)
        if won is None and (request.answered_at is None or request.answered_at <= now - SAME_ANSWER):
            raise AlreadyAnswered("the request was answered")
        return won is not None

    @staticmethod
    def _keep(
        session: Session,
        request: DeepLinkingRequest,
        training: Training,
        items: Sequence[str],
        cohort_id: str,
        locale: str,
    ) -> None:
        request.answer = {"training": training.key, "items": list(items), "cohort": cohort_id, "locale": locale}
        session.flush()

    def _message(self, request: DeepLinkingRequest, viewer: Viewer) -> DeepLinkingAnswer:
        settings, items = request.settings, self._items(request)
        message = None if items else _("Er is niets toegevoegd.")
        jwt = self._response.build(viewer.platform, request.deployment_id, settings, items, message=message)
        return DeepLinkingAnswer(str(settings["deep_link_return_url"]), jwt, at_once=_says(settings, "auto_create"))

    def _items(self, request: DeepLinkingRequest) -> list[ContentItem]:
        answer = request.answer or {}
        if not answer.get("items"):
            return []
        training = self._training(answer["training"])
        maker = ItemMaker.for_place(request.settings, training, answer["cohort"], self._launch_url, answer["locale"])
        return maker.make(answer["items"])


def _takes_several(settings: Mapping[str, Any]) -> bool:
    """Return whether the platform takes more than one item; one that is silent gets one."""
    return _says(settings, "accept_multiple")


def _says(settings: Mapping[str, Any], name: str) -> bool:
    # some platforms say it as text
    return str(settings.get(name)).lower() == "true"
