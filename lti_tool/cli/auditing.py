"""The audit trail: what was refused to whom, and who shared, withdrew or hid something."""

import click

from lti_tool.cli.frame import json_option, parts, show


@click.command()
@click.option("--account", "account_id", metavar="ID", help="Only of this account.")
@click.option("--refused", is_flag=True, help="Only what was refused.")
@click.option("--limit", type=click.IntRange(1, 5000), default=50, show_default=True, help="How many at most.")
@json_option
def audit(account_id: str | None, limit: int, *, refused: bool, as_json: bool) -> None:
    """List the last rows of the audit trail, the newest first.

    They hold ids only, no names. A refused row names what somebody asked for and did not get: the page or form, and the ids
    in its address. Rows are kept for a year.
    """
    with parts() as tool:
        found = tool.audit.last(limit, account_id=account_id, outcome="refused" if refused else None)
    rows = [
        {"at": one.at, "account": one.account_id, "what": one.what, "target": one.target_id, "outcome": one.outcome}
        for one in found
    ]
    show(rows, as_json=as_json)
