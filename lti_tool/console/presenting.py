"""What every page of the console is given: the tabs of whoever reads it."""

from typing import Any

from flask import render_template, url_for
from flask_babel import lazy_gettext as _l

from lti_tool.errors import Words
from lti_tool.signin.gate import Role, current_staff

_TABS: tuple[tuple[Words, str, frozenset[Role]], ...] = (
    (_l("Overzicht"), "console.home", frozenset({Role.ISSUER, Role.OPERATOR})),
    (_l("Certificaten"), "console.certificates", frozenset({Role.ISSUER})),
    (_l("Edities"), "console.cohorts", frozenset({Role.ISSUER})),
)
"""In their order: words, endpoint, and who may open it."""


def show(template: str, tab: str, **values: Any) -> str:  # noqa: ANN401 - what a template takes
    """Return a page of the console.

    Args:
        template: in the folder `console`.
        tab: the endpoint of the tab that the page belongs to.
        values: what the template takes.
    """
    member = current_staff()
    nav = [
        {"text": text, "url": url_for(endpoint), "current": endpoint == tab}
        for text, endpoint, roles in _TABS
        if roles & member.roles
    ]
    return render_template(
        f"console/{template}", member=member, nav=nav, brand_url=url_for("console.home"), here=tab, **values
    )
