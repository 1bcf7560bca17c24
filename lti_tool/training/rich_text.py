"""Text with headings, lists, links and bold: kept as safe HTML beside the plain text that everything else reads."""

import re
from html.parser import HTMLParser

import nh3
from markupsafe import Markup

from lti_tool.training.writing import clean_text, is_link

_HEADING = "h3"
_TAGS = {"a", "b", "br", "em", "i", "li", "ol", "p", "strong", "ul", _HEADING}
_FORMATTED = re.compile(r"<(?!/|p>|br>)")
_EMPTY_END = re.compile(r"(?:<p>(?:<br>|&nbsp;|\s)*</p>|\s)+\Z")
_SPACE = re.compile(r"[ \t\n\r\f\xa0]+")


def clean_html(html: str) -> str:
    """Return HTML with nothing but paragraphs, headings of one level, lists, bold, italic, links to the web or to mail.

    Empty paragraphs at the end go: the editor keeps one there to write on.
    """
    cleaned = nh3.clean(
        clean_text(html),
        tags=_TAGS,
        attributes={"a": {"href"}},
        attribute_filter=_outward,
        url_schemes={"https", "http", "mailto"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    return _EMPTY_END.sub("", cleaned)


def _outward(tag: str, attribute: str, value: str) -> str | None:
    """Let a link lead out: an address without a host would lead to the tool itself."""
    if (tag, attribute) == ("a", "href") and not (value.startswith("mailto:") or is_link(value)):
        return None
    return value


def read_rich(text: str, html: str | None) -> tuple[str, str]:
    """Return a text as it is kept: plain, and as HTML.

    Args:
        text: as typed without an editor.
        html: as the editor sends it; None when there was no editor.

    Returns:
        The plain text; and HTML, empty when it would show nothing but paragraphs.
    """
    if html is None or not html.strip():
        return clean_text(text), ""
    cleaned = clean_html(html)
    return text_of(cleaned), cleaned if _FORMATTED.search(cleaned) else ""


def text_of(html: str) -> str:
    """Return the plain text of HTML that `clean_html` made: a line for each item of a list, addresses behind their links."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.text()


def rich_html(html: str, top: int = 3) -> Markup:
    """Return kept HTML for a page.

    Args:
        html: as it was kept.
        top: the level that its headings get, so that they fit under the page's own.
    """
    # what nh3 writes has no attributes on headings
    cleaned = clean_html(html).replace(f"<{_HEADING}>", f"<h{top}>").replace(f"</{_HEADING}>", f"</h{top}>")
    return Markup(cleaned)  # noqa: S704 # nh3 has just cleaned it


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self._blocks: list[tuple[bool, str]] = []
        """Whether it is an item of a list, and its text."""
        self._open = False
        self._lists: list[int | None] = []
        """The number of the last item; None: without numbers."""
        self._link: tuple[str, str] | None = None
        """The address, and what was there before it."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("ol", "ul"):
            self._lists.append(0 if tag == "ol" else None)
            self._open = False
        elif tag == "li":
            self._begin_item()
        elif tag in ("p", _HEADING):
            # the first paragraph of an item stands behind its mark
            if not (self._open and self._blocks[-1][0] and self._blocks[-1][1].endswith((". ", "- "))):
                self._begin("")
        elif tag == "br":
            self._write("\n")
        elif tag == "a":
            self._link = (dict(attrs).get("href") or "", self._blocks[-1][1] if self._open else "")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ol", "ul") and self._lists:
            self._lists.pop()
        if tag in ("ol", "ul", "li", "p", _HEADING):
            self._open = False
        if tag == "a" and self._link is not None:
            address, before = self._link
            shown = self._blocks[-1][1][len(before) :].strip() if self._open else ""
            if address and shown not in (address, address.removeprefix("mailto:")):
                self._write(f" ({address})")
            self._link = None

    def handle_data(self, data: str) -> None:
        data = _SPACE.sub(" ", data)
        if data.strip() or self._open:
            self._write(data)

    def text(self) -> str:
        """Return what was read."""
        found = ""
        item_before = False
        for item, text in self._blocks:
            lines = "\n".join(line.strip() if not item else line.rstrip() for line in text.split("\n")).strip("\n")
            if not lines.strip():
                continue
            found += ("\n" if item and item_before else "\n\n") if found else ""
            found += lines
            item_before = item
        return found

    def _begin_item(self) -> None:
        number = self._lists[-1] if self._lists else None
        if number is not None:
            self._lists[-1] = number + 1
        mark = "- " if number is None else f"{number + 1}. "
        self._begin("  " * max(len(self._lists) - 1, 0) + mark, item=True)

    def _begin(self, text: str, *, item: bool = False) -> None:
        self._blocks.append((item, text))
        self._open = True

    def _write(self, text: str) -> None:
        if not self._open:
            self._begin("", item=bool(self._lists))
        item, before = self._blocks[-1]
        self._blocks[-1] = (item, before + text)
