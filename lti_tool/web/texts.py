"""Text to HTML: Markdown of a training's author, and plain text of a participant. Neither may bring its own HTML."""

import re
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
_TAGS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_PARAGRAPHS = re.compile(r"\n\s*\n")


@lru_cache(maxsize=500)
def markdown(text: str, *, top: int = 3) -> Markup:
    """Return the HTML of a training's Markdown text: commonmark and tables, without images or HTML of its own.

    Args:
        text: Markdown.
        top: the level that the text's highest heading becomes, so that it fits under the page's own headings.
    """
    tokens = _MARKDOWN.parse(text)
    levels = [int(token.tag[1]) for token in tokens if token.type == "heading_open"]
    shift = top - min(levels, default=top)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + shift, 6)}"
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return Markup(  # noqa: S704 # nh3 has just cleaned it
        nh3.clean(
            html,
            tags=_TAGS,
            attributes={"a": {"href", "title"}, "ol": {"start"}},
            url_schemes={"https", "http", "mailto"},
            link_rel="noopener noreferrer",
            set_tag_attribute_values={"a": {"target": "_blank"}},
        )
    )


def plain_html(text: str | None) -> Markup:
    """Return the HTML of a plain text: an empty line begins a paragraph, a line end stays one, the rest is escaped."""
    paragraphs = _PARAGRAPHS.split((text or "").replace("\r\n", "\n").replace("\r", "\n").strip())
    parts = [Markup("<br>\n").join(escape(line) for line in part.split("\n")) for part in paragraphs if part.strip()]
    return Markup("\n").join(Markup("<p>{}</p>").format(part) for part in parts)
