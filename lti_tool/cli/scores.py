"""Scores: what waits for a learning environment, sending it again, and over a grade that was changed there."""

from typing import TYPE_CHECKING, Any

import click

from lti_tool.cli.frame import F, OrderedGroup, fail, json_option, parts, show, tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lti_tool.sync.score_book import ScoreLine


def _places(command: F) -> F:
    """Add the options that narrow a command to a platform or a cohort."""
    of_platform = click.option("--platform", "platform_id", metavar="ID", help="Only those of one platform.")
    return of_platform(click.option("--cohort", "cohort_id", metavar="ID", help="Only those of one cohort.")(command))


@click.group(cls=OrderedGroup)
def score() -> None:
    """Scores on their way to the schools: see them, send again."""


@score.command("list")
@click.option("--failed", is_flag=True, help="Only those that a platform refused or that failed last time.")
@click.option("--changed", is_flag=True, help="Only those whose grade somebody changed by hand at the school.")
@_places
@json_option
def list_scores(*, as_json: bool, **which: Any) -> None:  # noqa: ANN401  # the fields of Which
    """List the scores with their state.

    States are waiting, sent, refused (the reason says why) and changed (by hand, in the school's gradebook: `held` is what
    stands there instead). People appear as ids only.
    """
    from lti_tool.sync.score_book import Which

    with parts() as tool:
        rows = [line.row() for line in tool.score_book.lines(Which(**which))]
    narrowed = "No such scores." if which["platform_id"] or which["cohort_id"] else "No scores yet."
    words = "No scores have failed." if which["failed"] else narrowed
    show(rows, as_json=as_json, empty="No grades were changed by hand." if which["changed"] else words)


@score.command()
@click.argument("score_id", required=False)
@click.option("--failed", is_flag=True, help="All that a platform refused or that failed last time.")
@click.option("--overwrite", is_flag=True, help="Replace grades that somebody changed by hand at the school, and no others.")
@click.option("--yes", is_flag=True, help="With --overwrite: do not ask.")
@_places
@json_option
def retry(*, overwrite: bool, yes: bool, as_json: bool, **which: Any) -> None:  # noqa: ANN401  # the fields of Which
    """Send a score again now, or all that failed.

    The running server sends them within seconds; `icc-bridge score list` shows how it went. A grade that somebody changed
    by hand at the school stays as it is, unless --overwrite says otherwise: for one score by its id, or for all (of a
    platform or a cohort). What will be replaced by what is shown first, and asked.
    """
    if which["failed"] is (which["score_id"] is not None or overwrite):
        raise click.UsageError("give a score's id, or --failed, or --overwrite")
    if yes and not overwrite:
        raise click.UsageError("--yes answers what --overwrite asks")
    from lti_tool.sync.score_book import Which

    with parts() as tool:
        if not overwrite:
            queued = tool.score_book.again(Which(**which))
            words = f"{len(queued)} being sent again." if queued else "Nothing to send again."
            tell(words, {"queued": queued}, as_json=as_json)
            return
        lines = tool.score_book.to_overwrite(Which(**which))
        if lines and not yes:
            _ask(lines)
        replaced = tool.score_book.overwrite(lines)
    _tell_replaced(lines, replaced, as_json=as_json)


def _ask(lines: "Sequence[ScoreLine]") -> None:
    """Show what will be replaced by what, and end unless somebody agrees."""
    click.echo("These grades were changed by hand at the school. They will be replaced by ours:", err=True)
    for line in lines:
        click.echo(f"  {_replacement(line)}", err=True)
    try:
        agreed = click.confirm(f"Replace {'this grade' if len(lines) == 1 else f'these {len(lines)} grades'}?", err=True)
    except click.Abort:
        click.echo(err=True)
        fail("nothing was replaced: nobody answered; a script says --yes")
    if not agreed:
        fail("nothing was replaced")


def _tell_replaced(lines: "Sequence[ScoreLine]", replaced: "Sequence[str]", *, as_json: bool) -> None:
    """Say what is on its way to take the place of what, and what was left alone."""
    done = [line for line in lines if line.id in replaced]
    left = [line.id for line in lines if line.id not in replaced]
    words = [f"{_replacement(line)}: being sent." for line in done] or ["Nothing to replace."]
    if left:
        words.append(f"Left alone, because it changed meanwhile: {', '.join(left)}")
    facts = {
        "queued": [line.id for line in done],
        "replaced": [{"id": line.id, "held": line.held, "score": line.score} for line in done],
        "left": left,
    }
    tell("\n".join(words), facts, as_json=as_json)


def _replacement(line: "ScoreLine") -> str:
    what = line.assignment_key or "the whole training"
    return f"{line.id}  {line.platform}, {what}, account {line.account_id}: {line.held or 'another grade'} by {line.score}"
