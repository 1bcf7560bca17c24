"""Moodle's web services: connect them, see what the token can do, take them away."""

from typing import TYPE_CHECKING, BinaryIO

import click

from lti_tool.cli.frame import OrderedGroup, echo_json, fail, json_option, parts, show, tell

if TYPE_CHECKING:
    from lti_tool.moodle.sites import Connected

LONGEST_TOKEN = 1000


@click.group(cls=OrderedGroup)
def moodle() -> None:
    """Moodle's web services: native activities that count."""


@moodle.command()
@click.argument("platform_id")
@click.option("--url", help="The site's address, as on its front page; default: the platform's issuer, which it has to be.")
@click.option(
    "--token-file",
    "token_file",
    required=True,
    type=click.File("rb"),
    help="A file that holds the web service token and nothing else; - reads it from stdin.",
)
@json_option
def connect(platform_id: str, *, url: str | None, token_file: BinaryIO, as_json: bool) -> None:
    """Connect the web services of a registered Moodle.

    The token is kept encrypted, shown nowhere, and takes the place of an earlier one. docs/connect-moodle-web-services.md
    says how the Moodle's administrator makes it, and with which rights.
    """
    token = token_file.read(LONGEST_TOKEN).decode("ascii", "replace")
    with parts() as tool:
        site = tool.moodle_sites.connect(platform_id, token, url)
        name = tool.platforms.get(platform_id).name
    words = (
        f"{name} is connected: {site.url}, Moodle {site.release}, as its user {site.user_id}."
        f"\nWhat the token can do: icc-bridge moodle check {platform_id}"
    )
    tell(words, _row(site, name), as_json=as_json)


@moodle.command("list")
@json_option
def list_sites(*, as_json: bool) -> None:
    """List the connected Moodles."""
    with parts() as tool:
        names = {info.id: info.name for info in tool.platforms.list()}
        rows = [_row(site, names.get(site.platform_id, "")) for site in tool.moodle_sites.list()]
    show(rows, as_json=as_json, empty="No Moodle is connected yet; icc-bridge moodle connect PLATFORM begins.")


@moodle.command()
@click.argument("platform_id")
@click.option("--course", type=click.IntRange(min=1), help="Also look into this course: its number in Moodle's addresses.")
@click.option("--language", type=click.Choice(["nl", "en"]), help="Language of the report; default: ICC_DEFAULT_LOCALE.")
@json_option
def check(platform_id: str, *, course: int | None, language: str | None, as_json: bool) -> None:
    """Say what the token can do, and which functions and capabilities are missing and how to grant them.

    It only reads. Exit code 1 when something is missing that is needed as the courses are set up now.
    """
    from flask_babel import force_locale

    from lti_tool.app import create_app
    from lti_tool.moodle.report import as_text
    from lti_tool.web.lights import Light

    with parts() as tool:
        report = tool.moodle_check.run(platform_id, course)
        with create_app(tool).app_context(), force_locale(language or tool.settings.default_locale):
            if as_json:
                echo_json(report.row())
            else:
                click.echo(as_text(report))
    wrong = [finding.key for finding in report.findings if finding.light is Light.WRONG]
    if wrong:
        fail(f"this Moodle cannot be used as it is: {', '.join(wrong)}")


@moodle.command()
@click.argument("which", metavar="PLATFORM|COURSE")
@json_option
def sync(which: str, *, as_json: bool) -> None:
    """Read native activities that count now: of one course, or of all courses of a platform.

    Exit code 1 when a course could not be read; what was read before stays.
    """
    with parts() as tool:
        rows = [read.row() for read in tool.native_courses.read_here(which)]
    show(rows, as_json=as_json, empty="Nothing counts there.")
    wrong = [f"{row['title'] or row['course']}: {row['problem']}" for row in rows if row["problem"]]
    if wrong:
        fail(f"not everything could be read: {', '.join(wrong)}")


@moodle.command()
@click.argument("platform_id")
@json_option
def disconnect(platform_id: str, *, as_json: bool) -> None:
    """Forget the token of a Moodle. What was read of it stays, and so does which activities count.

    Revoke the token in Moodle, too: Site administration, Server, Web services, Manage tokens.
    """
    with parts() as tool:
        tool.moodle_sites.disconnect(platform_id)
    words = "Its web services are not used from now on. Revoke the token in Moodle, too."
    tell(words, {"platform": platform_id, "connected": False}, as_json=as_json)


def _row(site: "Connected", name: str) -> dict[str, object]:
    return {
        "platform": site.platform_id,
        "name": name,
        "url": site.url,
        "release": site.release,
        "user": site.user_id,
        "connected_at": site.connected_at,
        "checked_at": site.checked_at,
        "problem": site.problem,
    }
