"""The main job, played by itself over real HTTP: people at the school, the issuer on the command line.

Each step prints one line. A step that does not end as expected raises `WalkFailed`, which says what was expected and
what came.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urljoin

from lti_tool.app import Parts, compose
from lti_tool.certificates.trust import Trust
from lti_tool.certificates.verdict import VerdictState
from lti_tool.certificates.verify import verify
from lti_tool.clock import utc_now
from lti_tool.config import load_settings
from lti_tool.demo.browser import Browser, BrowserError, Page, Upload
from lti_tool.demo.samples import plan_pdf
from lti_tool.errors import Refused
from mappings.training import Assignment, Requirement

TRAINING = "icc-vo"
COHORT = "Regio Zuid 2026"
SCHOOL_NAME = "Zilverbos College"
TRAINER, TEACHER, ADMIN = "Ilse Brouwers", "Zoë van 't Höfen", "Beheer Zilverbos"
CERTIFICATE_NAME = "Zoë van 't Höfen"
PATIENCE_SECONDS = 20.0
POLL_SECONDS = 0.1
FEEDBACK = "Mooi en eerlijk werk. Je laat zien wat je deed en wat het opleverde."

T = TypeVar("T")


class WalkFailed(Refused):
    """A step of the walk did not end as expected."""

    code = "W-WALK"


@dataclass(frozen=True)
class Visitor:
    """A person at the school, with a browser of their own."""

    name: str
    browser: Browser


def connect(school_url: str, invite: Callable[[], str]) -> bool:
    """Register the tool at the school as its administrator would, unless it is registered already.

    Args:
        invite: makes an invitation and returns its address.

    Returns:
        Whether it was done now.
    """
    with Browser() as browser:
        log_in(browser, school_url, ADMIN)
        tools = browser.get(f"{school_url}/admin/tools")
        if any(form.name.startswith("tool-") for form in tools.forms):
            return False
        page = tools.form(name="register").submit(url=invite()).open_iframe()
        expect("the page that asks the administrator", page.form(with_field="csrf_token"), page)
        done = page.form(with_field="csrf_token").submit()
        expect("the tool is registered", done.status == 200, done)
        tools = browser.get(f"{school_url}/admin/tools")
        activate = [form for form in tools.forms if form.name.startswith("tool-")]
        expect("one tool at the school", len(activate) == 1, tools)
        activate[0].submit(action="activate")
        return True


def log_in(browser: Browser, school_url: str, name: str) -> Page:
    """Become a person of the school."""
    page = browser.get(f"{school_url}/")
    for form in page.forms:
        for button in form.buttons:
            if button.name == "person" and name in button.label:
                return form.submit(person=button.value)
    raise WalkFailed(f"expected {name} on the school's front page, found {page.text[:200]}")


def expect(what: str, found: object, page: Page | None = None) -> None:
    """Go on when something was found.

    Raises:
        WalkFailed: it was not; says what was expected and what came.
    """
    if not found:
        came = f": {page.status} {page.title}: {page.text[:300]}" if page is not None else ""
        raise WalkFailed(f"expected {what}, but came {came.lstrip(': ') or 'nothing'}")


class Walk:
    """The main job from registration to the verified certificate.

    Args:
        school_url, tool_url: the running demo.
        say: prints one line.
    """

    def __init__(self, school_url: str, tool_url: str, say: Callable[[str], None]) -> None:
        self._school_url = school_url
        self._tool_url = tool_url
        self._say = say
        self._number = 0

    def run(self, out: Path | None) -> None:
        """Play everything.

        Args:
            out: folder that receives the certificate in all its forms.

        Raises:
            WalkFailed: a step did not end as expected.
        """
        parts = compose(load_settings())
        try:
            self._play(parts, out)
        except BrowserError as error:
            raise WalkFailed(f"expected the next page's form or link: {error}") from None
        finally:
            parts.close()

    def _play(self, parts: Parts, out: Path | None) -> None:
        connect(self._school_url, lambda: invitation(parts))
        self._step(f"registered: {SCHOOL_NAME} by dynamic registration")
        with Browser() as trainer_browser, Browser() as teacher_browser:
            trainer = Visitor(TRAINER, trainer_browser)
            teacher = Visitor(TEACHER, teacher_browser)
            course = self._embed(trainer, parts)
            self._approve(parts)
            log_in(teacher.browser, self._school_url, teacher.name)
            training = parts.trainings[TRAINING]
            for assignment in training.assignments:
                self._do(assignment, course, teacher, trainer)
            certificate_id = self._certificate(parts, course, teacher)
            self._verify(certificate_id, out)

    def _embed(self, trainer: Visitor, parts: Parts) -> str:
        keys = [assignment.key for assignment in parts.trainings[TRAINING].assignments]
        courses = log_in(trainer.browser, self._school_url, trainer.name)
        course = courses.follow("Cultuurcoördinator VO")
        picker = course.follow("ICC Bridge").open_iframe()
        form = picker.form(with_field="item")
        answer = form.submit(item=keys, new_cohort=COHORT)
        chosen = answer.form(with_field="JWT").submit()
        expect("the school to show what comes", "save" in {form.name for form in chosen.forms}, chosen)
        saved = chosen.form(name="save").submit()
        expect("five activities in the course", saved.status == 200, saved)
        self._step(f"embedded: {len(keys)} items in “Cultuurcoördinator VO”, cohort “{COHORT}”")
        return course.url

    def _approve(self, parts: Parts) -> None:
        found = [cohort for cohort in parts.cohorts.list() if cohort.name == COHORT]
        expect(f"one cohort {COHORT}", len(found) == 1)
        parts.cohorts.approve(found[0].id)
        self._step("cohort approved by the issuer")

    def _do(self, assignment: Assignment, course: str, teacher: Visitor, trainer: Visitor) -> None:
        title = assignment.title.get("nl")
        page = self._launch(teacher, course, title)
        self._step(f"launched: {assignment.key}, as a teacher, in the frame")
        page = self._hand_in(assignment, page)
        self._step(f"handed in: {assignment.key}")
        review = self._launch(trainer, course, title)
        link = next((href for _label, href in review.links if "/review/" in href), None)
        expect("the hand-in on the trainer's page", link, review)
        work = trainer.browser.get(urljoin(self._tool_url, str(link)), framed=True)
        done = work.form(with_field="verdict").submit(verdict="accepted", feedback=FEEDBACK)
        expect("the review to be kept", done.status == 200, done)
        self._step(f"accepted: {assignment.key}, with feedback")
        self._wait("the grade in the school's gradebook", lambda: self._grade(teacher, course, title))
        self._step(f"grade in the school's gradebook: {assignment.key} 100 of 100, with the feedback")

    def _launch(self, visitor: Visitor, course: str, title: str) -> Page:
        activity = visitor.browser.get(course).follow(title)
        page = activity.open_iframe()
        expect(f"{title} in the frame", page.status == 200 and title in page.text, page)
        return page

    def _hand_in(self, assignment: Assignment, page: Page) -> Page:
        form = page.form(with_field="text")
        values: dict[str, str | Upload] = {"text": assignment.example.get("nl")}
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

    def _certificate(self, parts: Parts, course: str, teacher: Visitor) -> str:
        last = parts.trainings[TRAINING].assignments[-1].title.get("nl")
        page = self._launch(teacher, course, last)
        form_page = self._find_name_form(page, teacher)
        done = form_page.form(with_field="certificate_name").submit(certificate_name=CERTIFICATE_NAME)
        expect("the name to be kept", done.status == 200, done)
        self._step("name confirmed by the participant")

        def issued() -> str | None:
            found = parts.certificates.list()
            return found[0].id if found else None

        certificate_id = self._wait("the certificate", issued)
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
        page = Browser().get(f"{self._tool_url}/c/{certificate_id}")
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

    @staticmethod
    def _wait(what: str, ask: Callable[[], T | None]) -> T:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            found = ask()
            if found:
                return found
            time.sleep(POLL_SECONDS)
        raise WalkFailed(f"expected {what} within {PATIENCE_SECONDS:.0f} s, but it did not come")


def invitation(parts: Parts) -> str:
    """Make an invitation for the demo school and return its address."""
    return f"{parts.settings.base_url}/lti/register/{parts.invites.create(SCHOOL_NAME).token}"
