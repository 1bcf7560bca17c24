"""A browser without a screen: follows links, forms and the forms pages send by themselves, over real HTTP.

The demo walk and the tests use it to be people at the school. It keeps cookies, knows frames (it says so in
``Sec-Fetch-Dest``, as browsers do) and parses pages with the standard library.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from .forms import BrowserError, Button, Field, Form, Upload, Value
from .pagereader import AUTO, PageReader

__all__ = ["Browser", "BrowserError", "Button", "Field", "Form", "Page", "Upload", "Value"]


class Page:
    """One answer, as a browser shows it.

    Attributes:
        url: the address after redirects.
        status: the HTTP status.
        html: the body as text; ``content`` as bytes.
        framed: whether the page was opened inside a frame.
    """

    def __init__(self, browser: "Browser", answer: requests.Response, *, framed: bool = False) -> None:
        self.browser = browser
        self.answer = answer
        self.framed = framed
        self.url = answer.url
        self.status = answer.status_code
        self.content = answer.content
        kind = answer.headers.get("Content-Type", "")
        if kind.startswith("text/") and "charset" not in kind:
            answer.encoding = "utf-8"
        self.html = answer.text if "html" in kind or kind.startswith(("text/", "application/json")) else ""
        self._is_html = "html" in kind

    @cached_property
    def _read(self) -> PageReader:
        # when somebody looks: a page may be large
        reader = PageReader(self)
        if self._is_html:
            reader.feed(self.html)
            reader.close()
        return reader

    @cached_property
    def text(self) -> str:
        """What a reader sees, with single spaces."""
        return self._read.text if self._is_html else self.html

    @property
    def title(self) -> str:
        """The page's title."""
        return self._read.title

    @property
    def heading(self) -> str:
        """The first heading."""
        return self._read.heading

    @cached_property
    def forms(self) -> tuple[Form, ...]:
        """The forms, in order."""
        return tuple(self._read.forms)

    @cached_property
    def links(self) -> tuple[tuple[str, str], ...]:
        """The links in order, each with its text."""
        return tuple(self._read.links)

    @property
    def iframe_src(self) -> str | None:
        """The address of the first frame that shows, absolute; None without one."""
        return self._read.iframe_src

    def __repr__(self) -> str:
        return f"<Page {self.status} {urlsplit(self.url).path} {self.title!r}>"

    def json(self) -> Any:  # noqa: ANN401 - whatever the other side sent
        """The body as JSON."""
        return self.answer.json()

    def form(
        self,
        name: str | None = None,
        *,
        with_field: str | None = None,
        action: str | None = None,
        button: str | None = None,
    ) -> Form:
        """The one form with this name, that has this field, whose action contains this, or with this button label.

        Raises:
            BrowserError: there is none, or more than one differs.
        """
        found = [
            form
            for form in self.forms
            if (name is None or form.name == name)
            and (with_field is None or with_field in form.names)
            and (action is None or action in form.action)
            and (button is None or any(button in item.label for item in form.buttons))
        ]
        if len(found) == 1:
            return found[0]
        wanted = {"name": name, "with_field": with_field, "action": action, "button": button}
        asked = ", ".join(f"{key}={value!r}" for key, value in wanted.items() if value is not None)
        forms = [(form.name, form.action, sorted({item.name for item in form.fields})) for form in self.forms]
        raise BrowserError(f"{len(found)} forms with {asked or 'anything'} on {self!r}; forms there: {forms}")

    def follow(self, text: str) -> "Page":
        """Click the first link whose text contains ``text``; raises BrowserError without one."""
        for label, href in self.links:
            if text in label:
                return self.browser.get(urljoin(self.url, href), framed=self.framed, referer=self.url)
        raise BrowserError(f"no link with {text!r} on {self!r}; links there: {[label for label, _ in self.links]}")

    def open_iframe(self) -> "Page":
        """Load the page's frame, and the forms it sends by itself."""
        if self.iframe_src is None:
            raise BrowserError(f"no frame on {self!r}")
        return self.browser.get(self.iframe_src, framed=True, referer=self.url).follow_auto_forms()

    def follow_auto_forms(self, limit: int = 10) -> "Page":
        """Send the forms marked `AUTO` that pages would send by themselves, until one does not."""
        page = self
        for _ in range(limit):
            auto = next((form for form in page.forms if form.auto), None) if AUTO in page.html else None
            if auto is None:
                return page
            page = auto.submit()
        raise BrowserError(f"forms keep sending themselves, at last on {page!r}")


class Browser:
    """One browser with its own cookies.

    Args:
        timeout: seconds to connect and to wait for an answer.
        languages: what it says in ``Accept-Language``.
    """

    def __init__(self, *, timeout: float = 15.0, languages: str = "nl,en;q=0.5") -> None:
        self._timeout = timeout
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Accept-Language"] = languages
        self.session.headers["User-Agent"] = "Mozilla/5.0 (demo walk)"
        self.page: Page | None = None

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def get(
        self, url: str, params: Mapping[str, str] | None = None, *, framed: bool = False, referer: str | None = None
    ) -> Page:
        """Open an address, with ``params`` added to its query."""
        headers = self._headers(framed, referer)
        answer = self.session.get(url, params=params, headers=headers, timeout=self._timeout)
        return self._show(answer, framed)

    def post(
        self,
        url: str,
        data: dict[str, str] | list[tuple[str, str]] | None = None,
        *,
        json: object = None,
        framed: bool = False,
        referer: str | None = None,
    ) -> Page:
        """Post fields, or JSON, to an address."""
        headers = self._headers(framed, referer)
        answer = self.session.post(url, data=data, json=json, headers=headers, timeout=self._timeout)
        return self._show(answer, framed)

    def send_form(
        self,
        form: Form,
        action: str,
        data: list[tuple[str, str]],
        files: list[tuple[str, tuple[str, bytes, str]]],
    ) -> Page:
        """Send what a form holds; ``Form.submit`` calls this."""
        page = form.page
        framed = page.framed and form.target not in ("_top", "_parent", "_blank")
        url = urljoin(page.url, action)
        headers = self._headers(framed, page.url)
        if form.method == "get":
            answer = self.session.get(url, params=data, headers=headers, timeout=self._timeout)
            return self._show(answer, framed)
        headers["Origin"] = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
        # An empty file field goes along too, as a part without a file name.
        given = {name for name, _ in files}
        empty = [(name, ("", b"", "application/octet-stream")) for name in form.file_fields if name not in given]
        answer = self.session.post(url, data=data, files=[*files, *empty] or None, headers=headers, timeout=self._timeout)
        return self._show(answer, framed)

    def _headers(self, framed: bool, referer: str | None) -> dict[str, str]:
        headers = {"Sec-Fetch-Dest": "iframe" if framed else "document", "Accept": "text/html,*/*;q=0.8"}
        if referer:
            headers["Referer"] = referer
        return headers

    def _show(self, answer: requests.Response, framed: bool) -> Page:
        self.page = Page(self, answer, framed=framed)
        return self.page
