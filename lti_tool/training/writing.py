"""What people write, made fit to keep and to show: texts, links, the learning question."""

import re
import unicodedata

from lti_tool.launch.addresses import is_web_address

LONGEST_TEXT = 200_000
LONGEST_FEEDBACK = 20_000
LONGEST_REMARK = 5_000
LONGEST_LINK = 2_000
LONGEST_QUESTION = 240
_KEPT = "\n\t"
_LABEL = re.compile(r"^\s*(mijn |my )?(leervraag|learning question)\s*[:.–-]\s*(?=\S)", re.IGNORECASE)
_MARKS = re.compile(r"^[#>*_\-\s]+|[*_\s]+$")
_SENTENCE = re.compile(r".+?[.?!…](?=\s|$)")
_BARE_ADDRESS = re.compile(r"[^\s/:@]+\.[^\s/:@]{2,}(/\S*)?")


def clean_text(text: str) -> str:
    """Return a text with one kind of line end and without characters that databases refuse or screens misread.

    Controls (among them NUL, which PostgreSQL refuses) and lone surrogates go; everything else stays as it was written.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in text if letter in _KEPT or unicodedata.category(letter) not in ("Cc", "Cs"))


def clean_link(link: str) -> str:
    """Return a link without the white space around it; ``https://`` goes before an address that was typed without."""
    link = "".join(letter for letter in clean_text(link) if letter not in _KEPT).strip()
    return f"https://{link}" if _BARE_ADDRESS.fullmatch(link) else link


def is_link(link: str) -> bool:
    """Return whether a link is one that people can be sent to: http or https, with a host, without a password in it."""
    return len(link) <= LONGEST_LINK and is_web_address(link, allow_http=True)


def learning_question(text: str) -> str:
    """Return the learning question out of the text in which it was handed in: its first line, or sentence when long.

    The assignment asks to put the question in one sentence at the top.
    """
    line = next((line.strip() for line in text.split("\n") if _MARKS.sub("", line)), "")
    question = _MARKS.sub("", _LABEL.sub("", _MARKS.sub("", line)))
    if len(question) <= LONGEST_QUESTION:
        return question
    sentence = _SENTENCE.match(question)
    if sentence and len(sentence.group()) <= LONGEST_QUESTION:
        return sentence.group()
    return f"{question[:LONGEST_QUESTION].rsplit(maxsplit=1)[0]} …"
