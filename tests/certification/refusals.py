"""Seeing that something is refused: with its code, in the reader's language, and with nothing stored or granted."""

import re
from collections.abc import Callable, Iterator

from flask_babel import force_locale

from lti_tool.demo.browser import Page
from lti_tool.errors import IccError
from lti_tool.web.locales import LANGUAGES
from tests.certification.premises import Premises, Visitor

Attempt = Callable[[Visitor], Page]


def is_refused(
    premises: Premises,
    attempt: Attempt,
    code: str,
    *,
    status: int = 400,
    framer: str | None = None,
    explained: bool = True,
) -> None:
    """Let a visitor of each language try something, and see that it is refused as it should be.

    Args:
        attempt: returns the page that the visitor gets.
        code: the code of the refusal, as the page shows it.
        status: the page's status.
        framer: who may frame the page; the school, unless the tool cannot know it.
        explained: whether the page has the usual explanation of this code; some refusals say more.
    """
    for language in LANGUAGES:
        visitor = premises.visitor(language=language)
        with premises.nothing_changes():
            page = attempt(visitor)
        assert page.status == status, page.text
        assert f"{code} · " in page.text
        assert f'<html lang="{language}"' in page.html
        assert any(
            all(words in page.text for words in _words(premises, kind, language, explained=explained))
            for kind in _kinds(IccError)
            if kind.code == code
        )
        _tells_nothing(page, visitor)
        policy = page.answer.headers["Content-Security-Policy"]
        assert policy.endswith(f"frame-ancestors {framer or premises.school.url}")
        assert page.answer.headers["Cache-Control"] == "no-store"
        assert visitor.has_no_session()


def _words(premises: Premises, kind: type[IccError], language: str, *, explained: bool) -> Iterator[str]:
    """Yield what the page of an error says: what happened, what to do, and who can."""
    with premises.app.test_request_context(), force_locale(language):
        yield " ".join(str(kind.title).split())
        yield from (" ".join(str(step).split()) for step in kind.steps)
        yield " ".join(str(kind.who).split())
        if explained:
            yield " ".join(str(kind.explanation).split())


def _kinds(kind: type[IccError]) -> Iterator[type[IccError]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)


def _tells_nothing(page: Page, visitor: Visitor) -> None:
    """See that a page repeats nothing of what came: no token, and nothing personal."""
    person = visitor.person
    assert not re.search(r"eyJ[A-Za-z0-9_-]{10}", page.html)
    for personal in (person.name, person.email, person.username):
        assert personal not in page.text
