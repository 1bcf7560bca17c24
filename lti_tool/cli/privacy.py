"""Personal data: the register of what is kept, and what goes by itself."""

import click

from lti_tool.cli.frame import OrderedGroup, echo_json, json_option, parts, show
from lti_tool.cli.loading import load


@click.group(cls=OrderedGroup)
def privacy() -> None:
    """Show which personal data are kept, and for how long."""


@privacy.command("register")
@click.option("--json", "form", flag_value="json", help="Print JSON for scripts.")
@click.option("--markdown", "form", flag_value="markdown", default=True, help="Print a document with tables (default).")
@click.option("--language", type=click.Choice(["nl", "en"]), default="nl", show_default=True, help="Language of the texts.")
def register(form: str, language: str) -> None:
    """Print what is kept about whom, why, how long, who sees it, and in which columns."""
    load()
    from lti_tool.config import load_settings
    from lti_tool.privacy.reading import load_register
    from lti_tool.privacy.showing import as_markdown, as_rows

    settings = load_settings()
    if form == "json":
        echo_json(as_rows(load_register(), settings, language))
    else:
        click.echo(as_markdown(load_register(), settings, language))


@privacy.command()
@click.option("--dry-run", is_flag=True, help="Only tell how much would go.")
@json_option
def retention(*, dry_run: bool, as_json: bool) -> None:
    """Remove what is over its term, and tell how much that is, by kind.

    The server does it by itself once a day. Rows and bytes are counted before; of people, how many would be erased wholly.
    """
    with parts() as tool:
        over = tool.retention.over()
        if not dry_run:
            tool.retention.run()
    rows = [
        {"kind": one.key, "setting": one.setting, "keeps": one.keeps or "always", "rows": one.rows, "bytes": one.size}
        for one in over
    ]
    show(rows, as_json=as_json)
