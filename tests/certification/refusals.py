"""Seeing that something is refused: with its code, in the reader's language, and with nothing stored or granted."""

import re
from collections.abc import Callable, Iterator

from flask_babel import force_locale

from lti_tool.demo.browser import Page
from lti_tool.errors import IccError
from lti_tool.web.locales import LANGUAGES
from tests.certification.premises import Premises, Visitor

Attempt = Callable[[Visitor], Page]


def is_refused(premises: Premises, attempt: Attempt, code: str, *, status: int = 400, framer: str | None = None) -> None:
    """Let a visitor of each language try something, and see that it is refused and that nothing is stored or granted.

    Args:
        attempt: returns the page that the visitor gets.
        code: the code of the refusal, as the page shows it.
        status: the page's status.
        framer: who may frame the page; the school, unless the tool cannot know it.
    """
    for language in LANGUAGES:
        visitor = premises.visitor(language=language)
        with premises.nothing_changes():
            page = attempt(visitor)
        shows_refusal(premises, visitor, page, code, status=status, framer=framer)
        assert visitor.has_no_session()


def shows_refusal(
    premises: Premises, visitor: Visitor, page: Page, code: str, *, status: int = 400, framer: str | None = None
) -> None:
    """See that a page is a refusal that its reader understands, and that it repeats nothing of what came."""
    assert page.status == status, page.text
    leads_to_a_trace(premises, page, code)
    assert f'<html lang="{visitor.language}"' in page.html
    assert any(
        all(words in page.text for words in _words(premises, kind, visitor.language))
        for kind in _kinds(IccError)
        if kind.code == code
    ), page.text
    _tells_nothing(page, visitor)
    assert page.answer.headers["Content-Security-Policy"].endswith(f"frame-ancestors {framer or premises.school.url}")
    assert page.answer.headers["Cache-Control"] == "no-store"


def leads_to_a_trace(premises: Premises, page: Page, code: str) -> None:
    """See that the code on a page leads an administrator to the reason, and to nobody's name."""
    shown = re.search(rf"{code} · (LTI-[2-9A-Z]{{6}})", page.text)
    assert shown is not None, page.text
    (trace,) = premises.parts.trace_book.find(shown[1])
    assert (trace.outcome, trace.at) == (code, premises.clock())
    assert trace.detail
    for person in premises.school.people.values():
        assert person.name not in repr(trace)
        assert person.email not in repr(trace)


def _words(premises: Premises, kind: type[IccError], language: str) -> Iterator[str]:
    """Yield what the page of an error says: what happened, what to do, and who can."""
    with premises.app.test_request_context(), force_locale(language):
        yield " ".join(str(kind.title).split())
        yield from (" ".join(str(step).split()) for step in kind.steps)
        yield " ".join(str(kind.who).split())
        yield " ".join(str(kind.explanation).split())


def _kinds(kind: type[IccError]) -> Iterator[type[IccError]]:
    yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)


def _tells_nothing(page: Page, visitor: Visitor) -> None:
    """See that a page repeats nothing of what came: no token, and nothing personal."""
    person = visitor.person
    # the address of a registration holds a token of the platform, and the choice of a language leads back to it
    shown = page.text if "registration_token" in page.url else page.html
    assert not re.search(r"eyJ[A-Za-z0-9_-]{10}", shown)
    for personal in (person.name, person.email, person.username):
        assert personal not in page.text
