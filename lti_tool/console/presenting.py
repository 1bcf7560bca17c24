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
    (_l("Mensen"), "console.people", frozenset({Role.ISSUER})),
    (_l("Trainingen"), "console.trainings", frozenset({Role.ISSUER, Role.OPERATOR})),
    (_l("Leeromgevingen"), "console.platforms", frozenset({Role.OPERATOR})),
    (_l("Wachtrij"), "console.queues", frozenset({Role.OPERATOR})),
    (_l("API"), "console.systems", frozenset({Role.OPERATOR})),
    (_l("Logboek"), "console.trail", frozenset({Role.OPERATOR})),
    (_l("Instellingen"), "console.settings", frozenset({Role.OPERATOR})),
)
"""In their order: words, endpoint, and who may open it."""


def show(template: str, tab: str, **values: Any) -> str:  # noqa: ANN401 - what a template takes
    """Return a page of the console.

    Args:
        template: in the folder `console`, or with its own folder.
        tab: the endpoint of the tab that the page belongs to.
        values: what the template takes.
    """
    member = current_staff()
    nav = [
        {"text": text, "url": url_for(endpoint), "current": endpoint == tab}
        for text, endpoint, roles in _TABS
        if roles & member.roles
    ]
    name = template if "/" in template else f"console/{template}"
    return render_template(name, member=member, nav=nav, brand_url=url_for("console.home"), here=tab, **values)
