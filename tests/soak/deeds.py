"""What people do, each over HTTP by the tool's own pages and forms, as a browser would."""

import base64
import random
import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from lti_tool.demo.browser import Browser, Page
from lti_tool.demo.connecting import log_in
from lti_tool.demo.native import hand_in_natively
from lti_tool.demo.walk import TRAINER
from mappings.training import Requirement
from tests.browser.stage import KEYS, PLAN_NAME, TRAINING, WHOLE, plan, sample
from tests.soak.scene import NATIVE, Scene

PATIENCE_SECONDS = 30.0
LONGEST_TEXT = 4000
ACCEPTED_SHARE = 0.1
"""Of reviews: so there are scores to deliver and work to write on to the end."""
Heard = Callable[[requests.Response, bool], None]
"""Told of every answer of the tool, and whether it may refuse what was asked."""
TOO_LATE = ("Dit werk is al akkoord", "Er is intussen een nieuwe versie ingeleverd")
"""What the tool says to who writes on in accepted work, and to who reviews a version that is the newest no more."""
WITH_FILES = tuple(one.key for one in TRAINING.assignments if one.hand_in.files is not Requirement.NONE)


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
        return self.below("draft")

    def below(self, name: str) -> str:
        """Return an address below the page's own."""
        return urljoin(self.page.url, f"{urlsplit(self.page.url).path.rstrip('/')}/{name}")


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
            "launch": (28, self.launch),
            "home": (9, self.home),
            "autosave": (24, self.autosave),
            "hand-in": (6, self.hand_in),
            "upload": (4, self.upload),
            "review": (7, self.review),
            "board": (3, self.board),
            "certificate": (13, self.certificate),
            "verify": (4, self.verify),
            "native": (2, self.native),
        }

    def fill(self, at_once: int) -> None:
        """Let everybody hand in everything once, so many at the same time: a course does not stay as empty as it begins.

        Raises:
            Exception: whatever the first of them could not do.
        """
        with ThreadPoolExecutor(at_once) as threads:
            for _ in threads.map(self._fill_for, self._people):
                pass

    def _fill_for(self, person: Person) -> None:
        for key in KEYS:
            self._hand_in(person, self._open(person, key))
        self._hand_in_at_school(person)

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
            self._hand_in(person, self._open(person))

    def upload(self) -> None:
        """Send most of a file part by part, ask how far it is, as after a lost connection, and think better of it."""
        with self._someone() as person:
            self._open(person, self._chance.choice(WITH_FILES))
            if person.written is None:
                return
            token = {"X-CSRFToken": person.written.seen["csrf_token"], "Referer": person.written.page.url}
            file = plan()
            named = f"filename {base64.b64encode(PLAN_NAME.encode()).decode()}"
            begin = {"Upload-Length": str(len(file)), "Upload-Metadata": named}
            begun = self._tus(person, "POST", person.written.below("upload"), token, begin)
            if begun is None:
                return
            where = urljoin(person.written.page.url, begun.headers["Location"])
            part = len(file) // 3
            for number in range(2):
                sent = {"Upload-Offset": str(number * part), "Content-Type": "application/offset+octet-stream"}
                self._tus(person, "PATCH", where, token, sent, file[number * part : (number + 1) * part])
            far = self._tus(person, "HEAD", where, token, {})
            if far is not None and far.headers["Upload-Offset"] != str(2 * part):
                raise ValueError(f"{far.headers['Upload-Offset']} of {2 * part} bytes are there")
            self._tus(person, "DELETE", where, token, {})

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
            self._launch(self._trainer, WHOLE)

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
            self._hand_in_at_school(person)

    def _hand_in(self, person: Person, key: str) -> None:
        """Hand in what somebody has opened, unless it was accepted."""
        if person.written is None:
            return
        filled = sample(TRAINING.assignment(key))
        text = f"{filled['text']}\n\nEn {self._chance.randrange(1_000_000)}."
        done = person.written.page.form(with_field="text").submit(action="submit", **{**filled, "text": text})
        person.written = None
        if done.status == 200:
            self._waiting.append((person.name, key))

    def _hand_in_at_school(self, person: Person) -> None:
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

    def _tus(
        self, person: Person, method: str, url: str, token: Mapping[str, str], headers: Mapping[str, str], part: bytes = b""
    ) -> requests.Response | None:
        """Ask something of an upload as the page does; None when the work was accepted meanwhile."""
        said = {**token, **headers, "Tus-Resumable": "1.0.0"}
        answer = person.browser.session.request(method, url, data=part, headers=said, timeout=PATIENCE_SECONDS)
        if _is_too_late(answer):
            return None
        answer.raise_for_status()
        return answer

    def _open(self, person: Person, key: str = "") -> str:
        """Launch an assignment (one of all by default) and return its key; it is open to be written until it is accepted."""
        key = key or self._chance.choice(KEYS)
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
    """Whether somebody else was there a moment before, and the tool says so."""
    return response.status_code == 422 and any(words in response.text for words in TOO_LATE)


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
