"""Backups: make one, check one, put one back."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lti_tool.cli.frame import OrderedGroup, echo_json, json_option
from lti_tool.cli.loading import load

if TYPE_CHECKING:
    from lti_tool.backup.checking import Checked
    from lti_tool.backup.manifest import Header, Manifest

SOURCE = click.Path(exists=True, dir_okay=False, path_type=Path)
PASSPHRASE = click.option(
    "--passphrase-file",
    required=True,
    type=SOURCE,
    help="File with the passphrase in one line, of 16 characters or more; others must not be able to read it.",
)


@click.group(cls=OrderedGroup)
def backup() -> None:
    """Backups: make one, check one, put one back into an empty installation."""


@backup.command()
@click.argument("file", type=click.Path(path_type=Path))
@PASSPHRASE
@json_option
def create(file: Path, passphrase_file: Path, *, as_json: bool) -> None:
    """Write database, files and secret to FILE, encrypted. The tool goes on working meanwhile.

    FILE must not be there yet; when it is a folder, the moment names the file in it. What settings name outside the data
    folder (eSeal, own trainings) is in it too. `age -d FILE | tar t` shows what is in it.
    """
    from lti_tool.config import load_settings, prepare_data_dir

    settings = load_settings()
    load()
    from lti_tool.backup.making import make_backup
    from lti_tool.backup.passphrase import read_passphrase
    from lti_tool.clock import utc_now
    from lti_tool.database import Database
    from lti_tool.doctor import check_there
    from lti_tool.logs import silence_logs
    from lti_tool.training.files import FileStore

    silence_logs()
    passphrase = read_passphrase(passphrase_file)
    check_there(settings)
    prepare_data_dir(settings)
    database = Database(settings.sqlalchemy_url)
    try:
        made = make_backup(settings, database, FileStore(settings.files_location), utc_now, file, passphrase)
    finally:
        database.close()
    facts = {"file": str(made.path), "bytes": made.path.stat().st_size, **_facts(made.header, made.manifest)}
    if as_json:
        echo_json(facts)
        return
    click.echo(f"{made.path}: {_words(made.header, made.manifest)}, {facts['bytes']:,} bytes.")
    _warn(made.manifest)


@backup.command()
@click.argument("file", type=SOURCE)
@PASSPHRASE
@json_option
def check(file: Path, passphrase_file: Path, *, as_json: bool) -> None:
    """Read all of FILE and see that it is whole; nothing is written, and no settings are needed."""
    load()
    from lti_tool.backup.checking import check_backup
    from lti_tool.backup.passphrase import read_passphrase
    from lti_tool.logs import silence_logs

    silence_logs()
    checked = check_backup(file, read_passphrase(passphrase_file))
    _tell(file, "whole", checked, {}, as_json=as_json)


@backup.command()
@click.argument("file", type=SOURCE)
@PASSPHRASE
@json_option
def restore(file: Path, passphrase_file: Path, *, as_json: bool) -> None:
    """Put FILE back into an empty installation: a new database, no files, no other secret.

    All of it is checked before anything is written. A backup of an older version is upgraded.
    """
    from lti_tool.config import load_settings

    settings = load_settings()
    load()
    from lti_tool.backup.passphrase import read_passphrase
    from lti_tool.backup.restoring import restore_backup
    from lti_tool.logs import silence_logs

    silence_logs()
    done = restore_backup(settings, file, read_passphrase(passphrase_file))
    extras = str(done.extras) if done.extras else None
    _tell(file, "put back", done.checked, {"now_revision": done.revision, "extras": extras}, as_json=as_json)
    if as_json:
        return
    was = done.checked.header.settings.get("ICC_BASE_URL")
    if done.revision != done.checked.header.revision:
        click.echo(f"The schema was upgraded to revision {done.revision}.")
    if extras is not None:
        click.echo(f"What settings named outside of the data folder is in {extras}.")
    if was != settings.base_url:
        click.echo(
            f"It was {was}, which learning environments and certificates know; here ICC_BASE_URL is {settings.base_url}."
        )


def _tell(file: Path, how: str, checked: "Checked", more: dict[str, str | None], *, as_json: bool) -> None:
    facts = {"file": str(file), **_facts(checked.header, checked.manifest), **more}
    if as_json:
        echo_json(facts)
        return
    click.echo(f"{file} is {how}: {_words(checked.header, checked.manifest)}.")
    _warn(checked.manifest)


def _facts(header: "Header", manifest: "Manifest") -> dict[str, object]:
    return {
        "created_at": header.created_at,
        "version": header.version,
        "revision": header.revision,
        "engine": header.engine,
        "rows": sum(manifest.rows.values()),
        "files": manifest.files,
        "deleted_meanwhile": manifest.deleted_meanwhile,
        "missing": manifest.missing,
        "altered": manifest.altered,
    }


def _words(header: "Header", manifest: "Manifest") -> str:
    return (
        f"{header.engine} of {header.created_at:%Y-%m-%d %H:%M:%S} UTC, ICC Bridge {header.version}, revision "
        f"{header.revision}, {sum(manifest.rows.values())} rows, {manifest.files} files"
    )


def _warn(manifest: "Manifest") -> None:
    for paths, what in (
        (manifest.missing, "that the database names were not in the file store"),
        (manifest.altered, "in the file store were not what was handed in"),
        (manifest.deleted_meanwhile, "were deleted while the backup was made"),
    ):
        if paths:
            click.echo(f"{len(paths)} files {what}: {', '.join(paths[:5])}{' …' if len(paths) > 5 else ''}")
