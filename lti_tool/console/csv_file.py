"""The list of certificates as a file for a spreadsheet, made while it is sent."""

import csv
import io
from collections.abc import Iterable, Iterator

from flask_babel import gettext as _

from lti_tool.console.listing import DossierLine
from lti_tool.console.words import STATES, problem_words
from lti_tool.web.locales import say

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""Without it Excel takes UTF-8 for something else."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(lines: Iterable[DossierLine], base_url: str) -> Iterator[str]:
    """Yield the list as CSV (RFC 4180), with a semicolon between the columns, as Dutch spreadsheets expect.

    Args:
        base_url: of the certificates' pages.
    """
    headings = (
        _("Naam"), _("Training"), _("Editie"), _("Stand"), _("Bijzonderheid"), _("Sinds"), _("Certificaat"), _("Adres"),
        _("Dossier"),
    )  # fmt: skip
    yield BOM + _row(headings)
    for line in lines:
        yield _row(_cells(line, base_url))


def _cells(line: DossierLine, base_url: str) -> Iterable[str]:
    special = str(problem_words(line.problem)) if line.problem else _("Andere naam gevraagd") if line.wants_name else ""
    return (
        str(line.name),
        say(line.training) if line.training else "",
        line.cohort_name,
        str(STATES[line.state].words),
        special,
        f"{line.since:%Y-%m-%dT%H:%M:%SZ}",
        line.certificate_id or "",
        f"{base_url}/c/{line.certificate_id}" if line.certificate_id else "",
        line.award_id,
    )


def _row(cells: Iterable[str]) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return text.getvalue()
