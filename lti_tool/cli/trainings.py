"""Trainings: which there are, and one as it is. They are data: a file is changed, never a row."""

import click

from lti_tool.cli.frame import OrderedGroup, echo_json, json_option, parts, show, show_one


@click.group(cls=OrderedGroup)
def training() -> None:
    """Trainings, as their files say: list, show."""


@training.command("list")
@json_option
def list_trainings(*, as_json: bool) -> None:
    """List the trainings, with how many editions and certificates rest on each."""
    from lti_tool.console.trainings import TrainingDesk

    with parts() as tool:
        rows = [line.row() for line in TrainingDesk(tool.database, tool.trainings).list()]
    show(rows, as_json=as_json)


@training.command("show")
@click.argument("key")
@click.option("--language", type=click.Choice(["nl", "en"]), default="en", show_default=True, help="Language of its texts.")
@json_option
def show_training(key: str, language: str, *, as_json: bool) -> None:
    """Show one training: phases, assignments with what they are judged on, and when the certificate follows."""
    from lti_tool.console.trainings import TrainingDesk

    with parts() as tool:
        page = TrainingDesk(tool.database, tool.trainings).show(key)
    facts, assignments = page.facts(language), page.rows(language)
    if as_json:
        echo_json({**facts, "assignments": assignments})
        return
    show_one(facts, as_json=False)
    click.echo("")
    show(assignments, as_json=False)
