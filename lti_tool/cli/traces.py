"""Traces: the code on somebody's error page leads to the reason."""

import click

from lti_tool.cli.frame import echo_json, fail, json_option, parts, show, show_one


@click.command()
@click.argument("code")
@json_option
def trace(code: str, *, as_json: bool) -> None:
    """Show what became of the login, launch or registration with this CODE.

    CODE is what the error page shows, such as LTI-7F3K2M; case, dashes and spaces do not matter.
    """
    with parts() as tool:
        found = tool.trace_book.find(code)
        days = tool.settings.trace_days
    if not found:
        fail(
            f"no trace has this code: it is older than {days} days (ICC_TRACE_DAYS), or one of so many at once that only "
            "the log kept it"
        )
    rows = [{**one.row(), "platform": one.platform, "platform_id": one.platform_id} for one in found]
    if as_json:
        echo_json(rows)
        return
    for number, row in enumerate(rows):
        if number:
            click.echo()
        show_one(row, as_json=False)


@click.command()
@click.argument("platform_id", required=False)
@click.option("--unknown", is_flag=True, help="Only of learning environments that are not registered.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="How many at most.")
@json_option
def refusals(platform_id: str | None, *, unknown: bool, limit: int, as_json: bool) -> None:
    """List the last refused logins, launches and registrations, with the reason.

    Of all learning environments, of the one with PLATFORM_ID, or of those that nobody has registered: then the reason names
    where they came from.
    """
    if unknown and platform_id:
        raise click.UsageError("give PLATFORM_ID or --unknown, not both")
    with parts() as tool:
        if platform_id:
            found = tool.trace_book.refusals(tool.platforms.get(platform_id).id, limit)
        else:
            found = tool.trace_book.refusals(None, limit) if unknown else tool.trace_book.all_refusals(limit)
    rows = [
        {
            "code": one.code,
            "at": one.at,
            "platform": one.platform,
            "step": one.step,
            "outcome": one.outcome,
            "detail": one.detail,
        }
        for one in found
    ]
    show(rows, as_json=as_json, empty="Nothing was refused.")
