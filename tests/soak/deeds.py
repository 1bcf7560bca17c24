"""What people do, each over HTTP by the tool's own pages and forms, as a browser would."""

import random
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from lti_tool.demo.browser import Browser, Page
from lti_tool.demo.connecting import log_in
from lti_tool.demo.native import hand_in_natively
from lti_tool.demo.walk import TRAINER
from tests.browser.stage import KEYS, TRAINING, WHOLE, sample
from tests.soak.scene import NATIVE, Scene

PATIENCE_SECONDS = 30.0
LONGEST_TEXT = 4000
ACCEPTED_SHARE = 0.3
"""Of reviews: so there are scores to deliver to the end, and work that comes back."""
Heard = Callable[[requests.Response, bool], None]
"""Told of every answer of the tool, and whether it may refuse what was asked."""
ACCEPTED = "Dit werk is al akkoord"


@dataclass
class Person:
    """Somebody with a browser, who does one thing at a time."""

    name: str
    browser: Browser
    busy: threading.Lock = field(default_factory=threading.Lock)
    known: bool = False
    """Whether the school knows the browser."""
    written: "Written | None" = None
    """What is open to be written."""


@dataclass
class Written:
    """An assignment that somebody types in."""

    page: Page
    text: str
    seen: Mapping[str, str]
    """What the page knows of the draft, and its form token."""
    mark: str
    """Of this page, so that it finds its own draft newer than another's."""

    @property
    def url(self) -> str:
        """Where it saves itself."""
        return urljoin(self.page.url, f"{urlsplit(self.page.url).path.rstrip('/')}/draft")


class Cast:
    """Everybody, and the work that waits for the trainer.

    Args:
        scene: where they are.
        heard: told of every answer of the tool.
        chance: who does what next.
    """

    def __init__(self, scene: Scene, heard: Heard, chance: random.Random) -> None:
        self._scene = scene
        self._heard = heard
        self._chance = chance
        self._people = [self._person(name) for name in scene.participants]
        self._trainer = self._person(TRAINER)
        self._waiting: deque[tuple[str, str]] = deque()
        self._pdf = b""

    @property
    def deeds(self) -> Mapping[str, tuple[int, Callable[[], None]]]:
        """What can be done, by name, with how often of a hundred."""
        return {
            "launch": (30, self.launch),
            "home": (10, self.home),
            "autosave": (25, self.autosave),
            "hand-in": (7, self.hand_in),
            "review": (5, self.review),
            "board": (3, self.board),
            "certificate": (14, self.certificate),
            "verify": (4, self.verify),
            "native": (2, self.native),
        }

    def launch(self) -> None:
        """Open an assignment from the course."""
        with self._someone() as person:
            self._open(person)

    def home(self) -> None:
        """Open the overview from the course."""
        with self._someone() as person:
            self._launch(person, WHOLE)

    def autosave(self) -> None:
        """Type on in an assignment, which saves itself."""
        with self._someone() as person:
            if person.written is None:
                self._open(person)
            if person.written is None:
                return
            written = person.written
            written.text = f"{written.text[-LONGEST_TEXT:]} {self._chance.randrange(1_000_000)}"
            sent = {**written.seen, "text": written.text, "link": "", "page": written.mark}
            answer = person.browser.post(written.url, sent, framed=True, referer=written.page.url)
            if _is_too_late(answer.answer):
                person.written = None
                return
            said = answer.json()
            written.seen = {"revision": str(said["revision"]), "csrf_token": said["csrf_token"]}

    def hand_in(self) -> None:
        """Hand in work with what the assignment asks for, files included."""
        with self._someone() as person:
            key = self._open(person)
            if person.written is None:
                return
            filled = sample(TRAINING.assignment(key))
            text = f"{filled['text']}\n\nEn {self._chance.randrange(1_000_000)}."
            done = person.written.page.form(with_field="text").submit(action="submit", **{**filled, "text": text})
            person.written = None
            if done.status == 200:
                self._waiting.append((person.name, key))

    def review(self) -> None:
        """Accept or return the work that waits longest."""
        with _held(self._trainer):
            try:
                name, key = self._waiting.popleft()
            except IndexError:
                return
            page = self._launch(self._trainer, key)
            href = next((href for label, href in page.links if "/review/" in href and name in label), None)
            if href is None:
                return
            work = self._trainer.browser.get(urljoin(page.url, href), framed=True)
            verdict = "accepted" if self._chance.random() < ACCEPTED_SHARE else "returned"
            if not any("verdict" in form.names for form in work.forms):
                return  # something newer was handed in meanwhile
            work.form(with_field="verdict").submit(verdict=verdict, feedback="Noem nog iemand met wie je sprak.")

    def board(self) -> None:
        """Look at the board."""
        with _held(self._trainer):
            self._launch(self._trainer, WHOLE).follow("Bord")

    def certificate(self) -> None:
        """Look at a certificate as anybody can, in one of its forms."""
        with self._someone() as person:
            form = self._chance.choice(("", "", "", ".json", ".jwt", ".png", ".pdf"))
            person.browser.get(f"{self._scene.certificate_url}{form}")

    def verify(self) -> None:
        """Send the PDF to be checked."""
        with self._someone() as person:
            self._pdf = self._pdf or person.browser.get(f"{self._scene.certificate_url}.pdf").content
            answer = person.browser.session.post(
                f"{self._scene.stage.tool_url}/verify.json",
                data=self._pdf,
                headers={"Content-Type": "application/pdf"},
                timeout=PATIENCE_SECONDS,
            )
            answer.raise_for_status()

    def native(self) -> None:
        """Hand in at the school itself; the tool reads it within a minute."""
        with self._someone() as person:
            self._at_school(person)
            said = f"Mijn werk, hier ingeleverd, met {self._chance.randrange(1_000_000)}."
            hand_in_natively(person.browser, self._scene.lesson.course_url, NATIVE, said)

    def _person(self, name: str) -> Person:
        browser = Browser(timeout=PATIENCE_SECONDS)
        # as browsers do when a kept connection was closed meanwhile
        browser.session.mount("http://", HTTPAdapter(max_retries=Retry(total=2, allowed_methods={"GET"}, status=0)))
        browser.session.hooks["response"].append(self._hear)
        return Person(name, browser)

    def _hear(self, response: requests.Response, *_args: object, **_options: object) -> None:
        if response.url.startswith(f"{self._scene.stage.tool_url}/"):
            self._heard(response, _is_too_late(response))

    def _someone(self) -> "_Held":
        while True:
            person = self._chance.choice(self._people)
            if person.busy.acquire(blocking=False):
                return _Held(person)

    def _open(self, person: Person) -> str:
        """Launch one of the assignments and return its key; it is open to be written when it was not accepted yet."""
        key = self._chance.choice(KEYS)
        page = self._launch(person, key)
        form = next((form for form in page.forms if "text" in form.names), None)
        person.written = None
        if form is not None:
            seen = {name: form.values[name] for name in ("revision", "csrf_token")}
            person.written = Written(page, "Een begin.", seen, f"{self._chance.getrandbits(88):022x}")
        return key

    def _launch(self, person: Person, key: str) -> Page:
        self._at_school(person)
        return person.browser.get(self._scene.lesson.activities[key]).open_iframe()

    def _at_school(self, person: Person) -> None:
        if not person.known:
            log_in(person.browser, self._scene.stage.school_url, person.name)
            person.known = True


def _is_too_late(response: requests.Response) -> bool:
    """Whether somebody wrote on in what the trainer accepted a moment ago."""
    return response.status_code == 422 and ACCEPTED in response.text


class _Held:
    """Somebody who is busy until the block ends."""

    def __init__(self, person: Person) -> None:
        self._person = person

    def __enter__(self) -> Person:
        return self._person

    def __exit__(self, *_: object) -> None:
        self._person.busy.release()


def _held(person: Person) -> _Held:
    person.busy.acquire()
    return _Held(person)
