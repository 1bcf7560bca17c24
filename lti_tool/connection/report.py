"""The self-tests as plain text, to copy into a message to a helpdesk: no secret and nobody's name is in them."""

from collections.abc import Iterator

from flask_babel import gettext as _

from lti_tool import __version__
from lti_tool.connection.course_check import CourseReport
from lti_tool.connection.selftest import Report
from lti_tool.platforms.service import PlatformInfo
from lti_tool.web.formats import when
from lti_tool.web.lights import lines_of, wrapped
from lti_tool.web.locales import say
from mappings.platforms import Reader


def kind_of(platform: PlatformInfo) -> str:
    """Return what kind of learning environment this is, with its version as far as it said so."""
    name, product = platform.profile.name, platform.product or ""
    return product if product.casefold().startswith(name.casefold()) else f"{name} ({product})" if product else name


def as_text(report: Report, base_url: str) -> str:
    """Return the report in the present language.

    Args:
        base_url: our own address.
    """
    return "\n".join(_lines(report, base_url))


def course_as_text(report: CourseReport, base_url: str) -> str:
    """Return the report about a course in the present language.

    Args:
        base_url: our own address.
    """
    return "\n".join(_course_lines(report, base_url))


def _course_lines(report: CourseReport, base_url: str) -> Iterator[str]:
    course, platform = report.course, report.course.platform
    yield _("Controle van een cursus in ICC Bridge: %(light)s", light=report.light.word)
    yield from wrapped(f"{course.title or course.context_id}, {course.cohort_name}", "", "")
    yield f"{platform.name}, {kind_of(platform)}"
    yield f"{base_url}, ICC Bridge {__version__}"
    yield when(report.at)
    for finding in report.findings:
        yield ""
        yield from lines_of(finding)
    for place in report.placements:
        yield ""
        yield ""
        yield from wrapped(f"{place.name}: {place.light.word}", "== ", "   ")
        for finding in place.findings:
            yield from lines_of(finding)


def _lines(report: Report, base_url: str) -> Iterator[str]:
    platform = report.platform
    yield _("Zelftest van de koppeling met ICC Bridge: %(light)s", light=report.light.word)
    yield f"{platform.name}, {kind_of(platform)}"
    yield f"{platform.issuer}, client-id {platform.client_id}"
    yield f"{base_url}, ICC Bridge {__version__}"
    yield when(report.at)
    for finding in report.findings:
        yield ""
        yield from lines_of(finding)
    for reader, title in ((Reader.ADMIN, _("Voor de beheerder")), (Reader.TRAINER, _("Voor trainers"))):
        advice = report.advice(reader)
        if advice:
            yield ""
            yield f"{title}, {platform.profile.name}"
        for one in advice:
            yield from wrapped(say(one.text), "- ", "  ")
