"""A check of a connected Moodle as plain text, to pass on: no token and nobody's name is in it."""

from collections.abc import Iterator

from flask_babel import gettext as _

from lti_tool.moodle.checking import CheckReport
from lti_tool.web.formats import when
from lti_tool.web.lights import Finding, Light, lines_of


def as_text(report: CheckReport) -> str:
    """Return the report in the present language; what is in order takes one line."""
    return "\n".join(_lines(report))


def _lines(report: CheckReport) -> Iterator[str]:
    yield _("Webservices van Moodle: %(light)s", light=report.light.word)
    yield f"{report.platform.name}, {report.site.url}, {report.site.release}"
    yield when(report.at)
    yield ""
    for finding in report.findings:
        yield from [_short(finding)] if _is_plain(finding) else lines_of(finding)


def _short(finding: Finding) -> str:
    technical = f" ({finding.technical})" if finding.technical else ""
    return f"[{finding.light.word}] {finding.title}{technical}"


def _is_plain(finding: Finding) -> bool:
    return finding.light is Light.OK and not finding.items and not finding.steps
