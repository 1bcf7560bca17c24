"""Text from Moodle: HTML that others wrote, marked as such, and names that Moodle has escaped."""

from dataclasses import dataclass
from html.parser import HTMLParser

_BLOCKS = frozenset({"p", "div", "br", "li", "ul", "ol", "tr", "table", "blockquote", "pre", "h1", "h2", "h3", "h4"})
_SILENT = frozenset({"script", "style", "template"})


@dataclass(frozen=True, slots=True, repr=False)
class UntrustedHtml:
    """HTML written by a participant or a teacher: sanitise `markup` before a browser sees it, or show `text`.

    Not a `str`, so that it cannot end up in a page by accident.
    """

    markup: str

    @property
    def text(self) -> str:
        """The words alone, without tags, one line a block."""
        reader = _Words()
        reader.feed(self.markup)
        reader.close()
        lines = (" ".join(line.split()) for line in "".join(reader.words).splitlines())
        return "\n".join(line for line in lines if line)

    def __bool__(self) -> bool:
        return bool(self.markup)

    def __repr__(self) -> str:
        return f"UntrustedHtml({len(self.markup)} characters)"


def unescaped(name: str) -> str:
    """Return a name as people read it: Moodle escapes the names of courses and activities (``&amp;``)."""
    return " ".join(UntrustedHtml(name).text.split())


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BLOCKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)
