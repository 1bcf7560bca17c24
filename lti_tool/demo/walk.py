"""The main job, played by itself over real HTTP: people at the school, the issuer on the command line.

Each step prints one line. A step that does not end as expected raises `WalkFailed`, which says which one, what was
expected and what came.
"""

import json
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import requests
from sqlalchemy import select

from lti_tool.app import Parts
from lti_tool.certificates.trust import Trust
from lti_tool.certificates.verdict import VerdictState
from lti_tool.certificates.verify import verify
from lti_tool.clock import utc_now
from lti_tool.demo.browser import Browser, BrowserError, Page, Upload
from lti_tool.demo.connecting import SCHOOL_NAME, Connected, Tool, connect, log_in
from lti_tool.demo.expecting import WalkFailed, expect, wait_for
from lti_tool.demo.native import connect_web_services, hand_in_natively, map_activity
from lti_tool.demo.samples import plan_pdf
from lti_tool.moodle.models import MoodleCourse
from lti_tool.sync.models import ScoreOutbox
from mappings.training import Assignment, Requirement

TRAINING = "icc-vo"
COURSE = "Cultuurcoördinator VO"
COHORT = "Regio Zuid 2026"
NATIVE = {"leervraag": "Opdracht 1 – Mijn leervraag"}
"""What is handed in in the school's own assignments, where it has any; by the key of the assignment."""
TRAINER, TEACHER = "Ilse Brouwers", "Zoë van 't Höfen"
CERTIFICATE_NAME = "Zoë van 't Höfen"
PATIENCE_SECONDS = 20.0
FEEDBACK = "Mooi en eerlijk werk. Je laat zien wat je deed en wat het opleverde."


@dataclass(frozen=True)
class Visitor:
    """A person at the school, with a browser of their own."""

    name: str
    browser: Browser


class Walk:
    """The main job from registration to the verified certificate.

    Args:
        school_url, tool_url: the running demo.
        parts: the tool's application, for what the issuer does on the command line.
        say: prints one line.
        patience: seconds to wait for what arrives later, such as a grade.
    """

    def __init__(
        self,
        school_url: str,
        tool_url: str,
        parts: Parts,
        say: Callable[[str], None],
        *,
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._school_url = school_url
        self._tool_url = tool_url
        self._parts = parts
        self._say = say
        self._patience = patience
        self._number = 0

    def run(self, out: Path | None) -> None:
        """Play everything.

        Args:
            out: folder that receives the certificate in all its forms.

        Raises:
            WalkFailed: a step did not end as expected.
        """
        try:
            self._play(out)
        except WalkFailed as error:
            came = error.detail
        except BrowserError as error:
            came = f"expected the next form or link, but came {error}"
        except requests.RequestException as error:
            came = f"expected an answer, but came {type(error).__name__}"
        else:
            return
        raise WalkFailed(f"step {self._number + 1}: {came}")

    def _play(self, out: Path | None) -> None:
        connected = connect(self._school_url, known_clients(self._parts), tool_of(self._parts))
        how = "by hand" if connected is Connected.BY_HAND else "by dynamic registration"
        self._step(f"registered: {SCHOOL_NAME} {how}")
        native = NATIVE if connect_web_services(self._parts, self._school_url) else {}
        if native:
            self._step("connected: the school's web services")
        with Browser() as trainer_browser, Browser() as teacher_browser:
            trainer = Visitor(TRAINER, trainer_browser)
            teacher = Visitor(TEACHER, teacher_browser)
            course = self._embed(trainer)
            self._approve()
            log_in(teacher.browser, self._school_url, teacher.name)
            training = self._parts.trainings[TRAINING]
            for assignment in training.assignments:
                self._do(assignment, course, teacher, trainer, native.get(assignment.key))
            certificate_id = self._certificate(course, teacher)
        self._verify(certificate_id, out)

    def _embed(self, trainer: Visitor) -> str:
        keys = [assignment.key for assignment in self._parts.trainings[TRAINING].assignments]
        courses = log_in(trainer.browser, self._school_url, trainer.name)
        course = courses.follow(COURSE)
        picker = course.follow("ICC Bridge").open_iframe()
        form = picker.form(with_field="item")
        answer = form.submit(item=keys, new_cohort=COHORT)
        chosen = answer.form(with_field="JWT").submit()
        expect("the school to show what comes", "save" in {form.name for form in chosen.forms}, chosen)
        saved = chosen.form(name="save").submit()
        expect("five activities in the course", saved.status == 200, saved)
        self._step(f"embedded: {len(keys)} items in “{COURSE}”, cohort “{COHORT}”")
        return course.url

    def _approve(self) -> None:
        found = [cohort for cohort in self._parts.cohorts.list() if cohort.name == COHORT]
        expect(f"one cohort {COHORT}", len(found) == 1)
        self._parts.cohorts.approve(found[0].id)
        self._step("cohort approved by the issuer")

    def _do(self, assignment: Assignment, course: str, teacher: Visitor, trainer: Visitor, native: str | None) -> None:
        title = assignment.title.get("nl")
        page = self._launch(teacher, course, title)
        self._step(f"launched: {assignment.key}, as a teacher, in the frame")
        if native is None:
            self._hand_in(assignment, page)
            self._step(f"handed in: {assignment.key}")
        else:
            self._do_natively(assignment, course, teacher, trainer, native)
        review = self._launch(trainer, course, title)
        link = _review_link(review)
        expect("the hand-in on the trainer's page", link, review)
        work = trainer.browser.get(urljoin(self._tool_url, str(link)), framed=True)
        done = work.form(with_field="verdict").submit(verdict="accepted", feedback=FEEDBACK)
        expect("the review to be kept", done.status == 200, done)
        self._step(f"accepted: {assignment.key}, with feedback")
        wait_for(
            f"the grade of {assignment.key} in the school's gradebook",
            lambda: self._grade(teacher, course, title),
            patience=self._patience,
            came=self._last_score,
        )
        self._step(f"grade in the school's gradebook: {assignment.key} 100 of 100, with the feedback")

    def _do_natively(self, assignment: Assignment, course: str, teacher: Visitor, trainer: Visitor, native: str) -> None:
        title = assignment.title.get("nl")
        hand_in_natively(teacher.browser, course, native, assignment.example.get("nl").replace("*", ""))
        self._step(f"handed in: {assignment.key}, in the school's own assignment “{native}”")
        map_activity(self._launch(trainer, course, title), assignment.key, native)
        self._step(f"mapped: “{native}” counts for {assignment.key}")
        # as the clock does once a minute
        self._parts.moodle_sync.sweep()
        wait_for(
            f"what was handed in in “{native}” on the trainer's page",
            lambda: _review_link(self._launch(trainer, course, title)),
            patience=self._patience,
            came=self._last_reading,
        )
        self._step(f"read from the school: {assignment.key}")

    def _launch(self, visitor: Visitor, course: str, title: str) -> Page:
        activity = visitor.browser.get(course).follow(title)
        page = activity.open_iframe()
        expect(f"{title} in the frame", page.status == 200 and title in page.text, page)
        return page

    def _hand_in(self, assignment: Assignment, page: Page) -> Page:
        form = page.form(with_field="text")
        values: dict[str, str | Upload] = {"text": assignment.example.get("nl").replace("*", "")}
        if assignment.hand_in.files is Requirement.REQUIRED:
            values["files"] = Upload("beleidsplan-cultuur.pdf", plan_pdf(), "application/pdf")
        if assignment.hand_in.link is Requirement.REQUIRED:
            values["link"] = "https://www.example.org/plan"
        saved = form.submit(action="save", **{name: value for name, value in values.items() if name != "files"})
        expect("the draft to be saved", saved.status == 200 and "text" in saved.form(with_field="text").names, saved)
        done = saved.form(with_field="text").submit(action="submit", **values)
        expect("the receipt of the hand-in", done.status == 200 and "ngeleverd" in done.text, done)
        return done

    def _grade(self, teacher: Visitor, course: str, title: str) -> bool:
        grades = teacher.browser.get(f"{course}/grades")
        return title in grades.text and FEEDBACK in grades.text

    def _certificate(self, course: str, teacher: Visitor) -> str:
        last = self._parts.trainings[TRAINING].assignments[-1].title.get("nl")
        page = self._launch(teacher, course, last)
        form_page = self._find_name_form(page, teacher)
        done = form_page.form(with_field="certificate_name").submit(certificate_name=CERTIFICATE_NAME)
        expect("the name to be kept", done.status == 200, done)
        self._step("name confirmed by the participant")
        certificate_id = wait_for(
            "the certificate",
            lambda: next((one.id for one in self._parts.certificates.list()), None),
            patience=self._patience,
            came=lambda: ", ".join(f"award {row['state']}" for row in self._parts.certificates.rows()) or "no award",
        )
        self._step("certificate issued")
        return certificate_id

    def _find_name_form(self, page: Page, teacher: Visitor) -> Page:
        if any("certificate_name" in form.names for form in page.forms):
            return page
        link = next((href for _label, href in page.links if href.split("?")[0].endswith("/name")), None)
        expect("the question for the name, now that the last phase is open", link, page)
        return teacher.browser.get(urljoin(page.url, str(link)), framed=True)

    def _verify(self, certificate_id: str, out: Path | None) -> None:
        forms = self._forms(certificate_id)
        did, jwks, status = (json.loads(forms[name]) for name in ("did.json", "jwks.json", "status.json"))
        trust = Trust.from_documents([did], status_lists=[status], key_sets=[jwks])
        for name in ("certificate.pdf", "certificate.json", "certificate.jwt"):
            verdict = verify(forms[name], trust, now=utc_now())
            if verdict.state is not VerdictState.VALID:
                raise WalkFailed(f"expected {name} to verify, but: {verdict.title.nl}: {verdict.explanation.nl}")
            self._step(f"verified: {name}")
        with Browser() as anybody:
            page = anybody.get(f"{self._tool_url}/c/{certificate_id}")
        expect("a valid certificate on its page", page.status == 200 and "geldig" in page.text.lower(), page)
        self._step("verification page says: geldig")
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            for name, content in forms.items():
                (out / name).write_bytes(content)
            self._say(f"\n  certificate in all its forms: {out}")
        base = f"{self._tool_url}/c/{certificate_id}"
        self._say(f"  certificate: {base}\n  PDF: {base}.pdf\n  credential: {base}.json and {base}.jwt")

    def _forms(self, certificate_id: str) -> Mapping[str, bytes]:
        base = f"{self._tool_url}/c/{certificate_id}"
        addresses = {
            "certificate.pdf": f"{base}.pdf",
            "certificate.json": f"{base}.json",
            "certificate.jwt": f"{base}.jwt",
            "did.json": f"{self._tool_url}/.well-known/did.json",
            "jwks.json": f"{self._tool_url}/keys/jwks.json",
            "status.json": f"{self._tool_url}/status/1",
        }
        found: dict[str, bytes] = {}
        with Browser() as anybody:
            for name, address in addresses.items():
                page = anybody.get(address)
                expect(f"{name} at {address}", page.status == 200, page)
                found[name] = page.content
        return found

    def _step(self, line: str) -> None:
        self._number += 1
        self._say(f"{self._number:3}  {line}")

    def _last_reading(self) -> str:
        """Return how the readings of the school's own activities went."""
        with self._parts.database.session() as session:
            row = session.scalars(select(MoodleCourse).limit(1)).first()
            if row is None:
                return "no course in which they count"
            read = "read" if row.synced_at else "not read yet"
            return f"a course that was {read}, {row.problem or 'without a problem'}"

    def _last_score(self) -> str:
        """Return how far the newest score is, as the tool sees it."""
        with self._parts.database.session() as session:
            row = session.scalars(select(ScoreOutbox).order_by(ScoreOutbox.changed_at.desc()).limit(1)).first()
            if row is None:
                return "no score to send"
            state = "refused" if row.refused else "waiting" if row.dirty else "sent"
            return f"a score that is {state}, {row.last_error or 'without an error'}, after {row.fails} failed attempts"


def _review_link(page: Page) -> str | None:
    return next((href for _label, href in page.links if "/review/" in href), None)


def tool_of(parts: Parts) -> Tool:
    """Return the tool's side of connecting the demo school."""
    base_url = parts.settings.base_url

    def invite() -> str:
        return f"{base_url}/lti/register/{parts.invites.create(SCHOOL_NAME).token}"

    def add(shown: Mapping[str, str]) -> None:
        addresses = (shown["auth_url"], shown["token_url"], shown["jwks_url"])
        parts.platforms.add(SCHOOL_NAME, shown["issuer"], shown["client_id"], *addresses, [shown["deployment_id"]])

    return Tool(invite, base_url, add)


def known_clients(parts: Parts) -> Set[str]:
    """Return the client ids under which the tool knows schools."""
    return {platform.client_id for platform in parts.platforms.list()}
