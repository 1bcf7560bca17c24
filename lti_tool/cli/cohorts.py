"""Cohorts: editions of a training, and the issuer's approval."""

import click

from lti_tool.cli.frame import json_option, parts, show, show_one


@click.group()
def cohort() -> None:
    """Cohorts (editions of a training)."""


@cohort.command()
@click.argument("name")
@click.option("--training", "training_key", default="icc-vo", show_default=True, help="Key of the training.")
@json_option
def create(name: str, *, training_key: str, as_json: bool) -> None:
    """Make a cohort; invite its first trainer with cohort invite."""
    with parts() as tool, tool.database.session() as session:
        made = tool.cohorts.create(session, training_key, name, None)
        cohort_id = made.id
    if as_json:
        show_one({"id": cohort_id, "name": name}, as_json=True)
    else:
        click.echo(cohort_id)


@cohort.command("list")
@json_option
def list_cohorts(*, as_json: bool) -> None:
    """List the cohorts, with how many take part and whether they are approved."""
    with parts() as tool:
        rows = [cohort.row() for cohort in tool.cohorts.list()]
        show(rows, as_json=as_json, empty="No cohort yet.")


@cohort.command("show")
@click.argument("cohort_id")
@json_option
def show_cohort(cohort_id: str, *, as_json: bool) -> None:
    """Show one cohort."""
    with parts() as tool, tool.database.session() as session:
        show_one(tool.cohorts.show(session, cohort_id).row(), as_json=as_json)


@cohort.command()
@click.argument("cohort_id")
def approve(cohort_id: str) -> None:
    """Approve a cohort as the issuer: from now on its participants receive certificates."""
    with parts() as tool:
        tool.cohorts.approve(cohort_id)
    click.echo("Approved. Certificates that were waiting are being made.")


@cohort.command()
@click.argument("cohort_id")
def invite(cohort_id: str) -> None:
    """Print a one-time code that makes a person trainer of the cohort; valid 14 days."""
    with parts() as tool:
        click.echo(tool.cohorts.invite(cohort_id))
