"""Moodle's web services: connect them, see what the token can do, and say which activities count."""

from typing import TYPE_CHECKING, BinaryIO, TextIO

import click

from lti_tool.cli.frame import OrderedGroup, echo_json, fail, json_option, parts, show, tell

if TYPE_CHECKING:
    from lti_tool.app import Parts
    from lti_tool.moodle.desks import Desk
    from lti_tool.moodle.mapping import Looked, Mapped
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
@click.argument("platform_id", required=False)
@json_option
def courses(platform_id: str | None, *, as_json: bool) -> None:
    """List the courses of connected Moodles that show a cohort: their ids, and how many activities count there."""
    with parts() as tool:
        rows = []
        for desk in tool.desks.all(platform_id):
            kept = tool.native_mappings.kept(desk)
            rows.append(
                {
                    "course": desk.course_id,
                    "title": desk.course_title,
                    "in_moodle": desk.moodle_id,
                    "cohort": desk.cohort_id,
                    "cohort_name": desk.cohort_name,
                    "platform": desk.platform.name,
                    "mapped": len(kept.mapped),
                    "read_at": kept.synced_at,
                    "problem": kept.problem,
                }
            )
    show(rows, as_json=as_json, empty="No course of a connected Moodle shows a cohort yet.")


@moodle.command("map")
@click.argument("course_id")
@click.option("--cohort", "cohort_id", help="Id of the cohort; needed where a course shows more than one.")
@click.option(
    "--list", "what", flag_value="list", default=True, help="Print what counts for which assignment (the default)."
)
@click.option("--suggest", "what", flag_value="suggest", help="Print suggestions, how sure they are and why; keeps nothing.")
@click.option(
    "--export", "export_to", type=click.File("w", encoding="utf-8", lazy=True), help="Write a TOML file; - to stdout."
)
@click.option("--import", "import_from", type=click.File("rb"), help="Keep what a TOML file says; - from stdin.")
@json_option
def map_activities(
    course_id: str,
    *,
    cohort_id: str | None,
    what: str,
    export_to: TextIO | None,
    import_from: BinaryIO | None,
    as_json: bool,
) -> None:
    """Show, take along or bring in which activities of a course stand for which assignments.

    The ids are in `icc-bridge moodle courses`. A file names activities by id and title; in another course, or at another
    site, they are found by title. What is mapped for assignments that the file does not name stays.
    """
    if export_to is not None and import_from is not None:
        raise click.UsageError("give --export or --import, not both")
    with parts() as tool:
        desk = tool.desks.of_operator(course_id, cohort_id)
        if export_to is not None:
            _export(tool, desk, export_to, as_json=as_json)
        elif import_from is not None:
            _import(tool, desk, import_from, as_json=as_json)
        elif what == "suggest":
            _suggest(tool, desk, as_json=as_json)
        else:
            rows = [_mapped_row(one) for one in tool.native_mappings.kept(desk).mapped.values()]
            show(rows, as_json=as_json, empty="No activity counts yet; --suggest shows which could.")


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


def _export(tool: "Parts", desk: "Desk", file: TextIO, *, as_json: bool) -> None:
    from lti_tool.moodle.mapped_files import file_of

    kept = tool.native_mappings.kept(desk)
    file.write(file_of(desk, kept))
    if file.name != "-":
        words = f"{len(kept.mapped)} activities written to {file.name}."
        tell(words, {"file": file.name, "activities": len(kept.mapped)}, as_json=as_json)


def _import(tool: "Parts", desk: "Desk", file: BinaryIO, *, as_json: bool) -> None:
    from lti_tool.moodle.mapped_files import bring, lines_of
    from lti_tool.moodle.wishes import WishesRefused
    from mappings.errors import MappedFileError

    content = file.read()
    looked = _looked(tool, desk)
    try:
        brought = bring(tool.native_mappings, desk, looked, content, file.name)
    except (MappedFileError, WishesRefused) as error:
        *more, last = lines_of(error)
        for line in more:
            click.echo(f"icc-bridge: {line}", err=True)
        fail(last)
    left = [str(one) for one in brought.left]
    words = f"{brought.placed} activities found in the course, {brought.saved.changed} mappings changed."
    tell(
        "\n".join([words, *(f"Not placed: {line}" for line in left)]),
        {"placed": brought.placed, "changed": brought.saved.changed, "not_placed": left},
        as_json=as_json,
    )


def _suggest(tool: "Parts", desk: "Desk", *, as_json: bool) -> None:
    looked, service = _looked(tool, desk), tool.native_mappings
    rows = [
        {
            "assignment": one.assignment_key,
            "cm_id": one.activity.cm_id,
            "kind": one.activity.kind,
            "title": one.activity.title,
            "sure": one.sureness.name.lower(),
            "why": [f"{reason.why} {reason.words}".strip() for reason in one.reasons],
        }
        for one in service.suggestions(desk, service.kept(desk), looked)
    ]
    show(rows, as_json=as_json, empty="Nothing in this course looks like an assignment that has no activity yet.")


def _looked(tool: "Parts", desk: "Desk") -> "Looked":
    looked = tool.native_mappings.look(desk)
    if looked.contents is None:
        fail(f"Moodle does not show the course: {looked.technical}")
    return looked


def _mapped_row(one: "Mapped") -> dict[str, object]:
    return {
        "assignment": one.wish.assignment_key,
        "cm_id": one.wish.cm_id,
        "kind": one.activity.kind,
        "title": one.activity.title,
        "counts": one.wish.counts.value,
        "from_grade": one.wish.from_grade,
        "maximum": one.activity.maximum,
        "needs_trainer": one.wish.needs_trainer,
        "writes_completion": one.wish.writes_completion,
        "writes_grade": one.wish.writes_grade,
        "state": one.state.value,
        "imported": one.imported,
    }


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
