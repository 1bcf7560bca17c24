"""Reading a page: its text, title, links, frame and forms, with the standard library's HTML parser."""

from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from .forms import Button, Field, Form

if TYPE_CHECKING:
    from .browser import Page

AUTO = "data-auto"
"""Marks a form that its page sends by itself."""
_SILENT = ("script", "style", "template", "noscript")
_INLINE = (
    "a",
    "abbr",
    "b",
    "bdi",
    "cite",
    "code",
    "em",
    "i",
    "mark",
    "q",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "time",
)


class PageReader(HTMLParser):
    """Collects what a person can see and use on a page."""

    def __init__(self, page: "Page") -> None:
        super().__init__(convert_charrefs=True)
        self._page = page
        self.title = ""
        self.heading = ""
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.iframe_src: str | None = None
        self._words: list[str] = []
        self._silent: list[str] = []
        self._open: Form | None = None
        self._catch: list[tuple[str, list[str]]] = []
        self._link = ""
        self._textarea: Field | None = None
        self._select: Field | None = None
        self._option: str | None = None
        self._option_text: list[str] = []
        self._option_selected = False
        self._button: Button | None = None
        self._outside: list[tuple[str, Field | Button]] = []

    @property
    def text(self) -> str:
        """The visible text with single spaces."""
        return " ".join("".join(self._words).split())

    def close(self) -> None:
        """Finish, and give controls with a ``form`` attribute to their form."""
        super().close()
        by_id = {form.name: form for form in self.forms}
        for owner, control in self._outside:
            form = by_id.get(owner)
            if form is not None and isinstance(control, Button):
                form.buttons.append(control)
            elif form is not None and isinstance(control, Field):
                form.fields.append(control)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in _INLINE:
            self._words.append(" ")
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag in ("title", "h1") or (tag == "a" and "href" in given):
            self._catch.append((tag, []))
            self._link = given.get("href", "") if tag == "a" else self._link
        elif tag == "iframe" and self.iframe_src is None and given.get("src") and "hidden" not in given:
            self.iframe_src = urljoin(self._page.url, given["src"])
        elif tag == "form":
            self._begin_form(given)
        else:
            self._control(tag, given)

    def _begin_form(self, given: dict[str, str]) -> None:
        self._open = Form(
            page=self._page,
            action=given.get("action") or self._page.url,
            method=given.get("method", "get").lower(),
            name=given.get("name") or given.get("id", ""),
            target=given.get("target", ""),
            auto=AUTO in given,
        )
        self.forms.append(self._open)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text" if tag == "input" else "submit").lower()
        name = given.get("name", "")
        if "disabled" in given and tag != "option":
            return
        if tag == "button" or (tag == "input" and kind in ("submit", "image")):
            if kind in ("submit", "image"):
                button = Button(name, given.get("value", ""), given.get("value", ""), given.get("formaction") or None)
                self._keep(button, given)
                if tag == "button":
                    button.label = ""
                    self._button = button
        elif tag == "input" and name and kind not in ("button", "reset"):
            default = "on" if kind in ("checkbox", "radio") else ""
            self._keep(Field(name, kind, given.get("value", default), checked="checked" in given), given)
        elif tag == "textarea" and name:
            self._textarea = Field(name, "textarea", "")
            self._keep(self._textarea, given)
        elif tag == "select" and name:
            self._select = Field(name, "select", "", multiple="multiple" in given)
            self._keep(self._select, given)
        elif tag == "option" and self._select is not None:
            self._end_option()
            self._option = given.get("value", "\0")
            self._option_selected = "selected" in given

    def _keep(self, control: Field | Button, given: dict[str, str]) -> None:
        if given.get("form"):
            self._outside.append((given["form"], control))
        elif self._open is not None and isinstance(control, Button):
            self._open.buttons.append(control)
        elif self._open is not None and isinstance(control, Field):
            self._open.fields.append(control)

    def handle_endtag(self, tag: str) -> None:
        if tag not in _INLINE:
            self._words.append(" ")
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()
        elif self._catch and self._catch[-1][0] == tag:
            caught = " ".join("".join(self._catch.pop()[1]).split())
            if tag == "title":
                self.title = caught
            elif tag == "h1":
                self.heading = self.heading or caught
            else:
                self.links.append((caught, self._link))
        elif tag == "form":
            self._open = None
        elif tag == "textarea" and self._textarea is not None:
            # A line break right after the opening tag is not part of the value (HTML, textarea).
            self._textarea.value = self._textarea.value.removeprefix("\r").removeprefix("\n")
            self._textarea = None
        elif tag == "button" and self._button is not None:
            self._button.label = " ".join(self._button.label.split())
            self._button = None
        elif tag == "option":
            self._end_option()
        elif tag == "select" and self._select is not None:
            self._end_option()
            if not self._select.checked and not self._select.multiple and self._select.options:
                self._select.value = self._select.options[0]
                self._select.checked = True
            self._select = None

    def _end_option(self) -> None:
        if self._option is None or self._select is None:
            return
        label = " ".join("".join(self._option_text).split())
        value = label if self._option == "\0" else self._option
        self._select.options.append(value)
        self._select.labels.append(label)
        if self._option_selected:
            several = self._select.multiple and self._select.checked
            self._select.value = f"{self._select.value}\n{value}" if several else value
            self._select.checked = True
        self._option, self._option_text, self._option_selected = None, [], False

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._textarea is not None:
            self._textarea.value += data
            return
        if self._option is not None:
            self._option_text.append(data)
            return
        if self._button is not None:
            self._button.label += data
        for tag, words in self._catch:
            words.append(data)
            if tag == "title":
                return
        self._words.append(data)
