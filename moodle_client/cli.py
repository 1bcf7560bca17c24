"""The command line: ``python -m moodle_client check|courses|contents|completion|submissions``.

The token comes from a file or from MOODLE_TOKEN, never from an argument, which other users of the machine can read.
Exit codes: 0 done · 1 refused, failed or incomplete (one line on stderr) · 2 wrong usage.
"""

import argparse
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NoReturn, TextIO

from moodle_client.checking import check
from moodle_client.client import MoodleClient
from moodle_client.errors import MoodleError
from moodle_client.printing import as_columns, as_json
from moodle_client.transport import Manners
from moodle_client.version import __version__

TOKEN = "MOODLE_TOKEN"  # noqa: S105
URL = "MOODLE_URL"
_TYPED = re.compile(r"(invalid choice|invalid \w+ value): (?:'.*?'|\".*?\")(?= \(choose|$)")


class Incomplete(Exception):
    """What was shown is not all; the message says what is missing."""


class _Parser(argparse.ArgumentParser):
    """Wrong usage is one line, and does not repeat what was typed: it may be a token."""

    def error(self, message: str) -> NoReturn:
        said = "unknown argument" if message.startswith("unrecognized") else _TYPED.sub(r"\1", message)
        self.exit(2, f"{self.prog}: {said} (--help shows what there is)\n")


class _NoToken(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_rest: object) -> NoReturn:
        parser.error(f"a token as an argument can be read by others: use --token-file or {TOKEN}")


class _Screen:
    def __init__(self, out: TextIO, *, json: bool) -> None:
        self._out = out
        self._json = json

    def show(self, value: object, headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Write a result as JSON, or its rows as columns."""
        self._out.write((as_json(value) if self._json else as_columns([headings, *rows])) + "\n")


def main(
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str] = os.environ,
    out: TextIO | None = None,
    err: TextIO | None = None,
    manners: Manners | None = None,
) -> int:
    """Run one command and return its exit code."""
    parser = _parser()
    try:
        options = parser.parse_args(arguments)
        url = options.url or environment.get(URL, "")
        if not url:
            parser.error(f"no address: give --url or set {URL}")
        token = _token(parser, options.token_file, environment)
    except SystemExit as leaving:
        return int(leaving.code or 0)
    command: Callable[[MoodleClient, argparse.Namespace, _Screen], None] = options.command
    screen = _Screen(out or sys.stdout, json=options.json)
    try:
        with MoodleClient(url, token, allow_http=options.allow_http, manners=manners) as client:
            command(client, options, screen)
    except (MoodleError, Incomplete, ValueError) as error:
        solver = f" [{error.who}]" if isinstance(error, MoodleError) else ""
        (err or sys.stderr).write(f"moodle_client: {error}{solver}\n")
        return 1
    return 0


def _check(client: MoodleClient, options: argparse.Namespace, screen: _Screen) -> None:
    report = check(client, options.course)
    rows = [
        (
            "ok" if one.ok else "MISSING",
            one.subject,
            one.purpose,
            one.need,
            ", ".join(text for text in (one.problem, *one.capabilities) if text),
            one.advice,
        )
        for one in report.findings
    ]
    screen.show(report, ("", "what", "purpose", "needed", "problem", "what to do"), rows)
    missing = [one for one in report.problems if one.need == "always"]
    if missing:
        raise Incomplete(f"{len(missing)} things that are always needed are missing, first {missing[0].subject}")


def _courses(client: MoodleClient, _options: argparse.Namespace, screen: _Screen) -> None:
    courses = client.courses.all().items
    rows = [(one.id, one.short_name, one.full_name, one.visible, one.completion_enabled) for one in courses]
    screen.show(courses, ("id", "short name", "name", "visible", "completion"), rows)


def _contents(client: MoodleClient, options: argparse.Namespace, screen: _Screen) -> None:
    sections = client.courses.contents(options.course)
    rows = [
        (section.number, section.name, one.cm_id, one.kind, one.name, one.tracking)
        for section in sections
        for one in section.activities
    ]
    screen.show(sections, ("section", "name", "activity", "kind", "title", "completion"), rows)


def _completion(client: MoodleClient, options: argparse.Namespace, screen: _Screen) -> None:
    users = {user.id: user for user in client.users.enrolled(options.course)}
    absent = [user_id for user_id in options.user or () if user_id not in users]
    if options.user:
        users = {user_id: users[user_id] for user_id in options.user if user_id in users}
    outcomes = list(client.completion.of_users(options.course, users))
    failed = {user_id: outcome.error for user_id, outcome in outcomes if outcome.error}
    tracked = {
        user_id: found
        for user_id, found in ((user_id, outcome.get()) for user_id, outcome in outcomes if not outcome.error)
        if any(one.user_tracked for one in found)
    }
    value = [
        {"user_id": user_id, "full_name": users[user_id].full_name, "activities": found}
        for user_id, found in tracked.items()
    ]
    rows = [
        (user_id, users[user_id].full_name, f"{sum(one.state.is_complete for one in found)}/{len(found)}")
        for user_id, found in tracked.items()
    ]
    screen.show(value, ("user", "name", "complete"), rows)
    if absent:
        raise Incomplete(f"not in this course: {', '.join(map(str, absent))}")
    if failed:
        raise Incomplete(f"{len(failed)} of {len(outcomes)} users could not be read, first: {next(iter(failed.values()))}")


def _submissions(client: MoodleClient, options: argparse.Namespace, screen: _Screen) -> None:
    assignments = client.assignments.of_courses([options.course])
    names = {one.id: one.name for one in assignments}
    found = client.assignments.submissions(list(names), after=options.since)
    rows = [
        (names[one.assignment_id], one.user_id, one.status, one.grading, one.modified_at, len(one.files)) for one in found
    ]
    screen.show(found.items, ("assignment", "user", "status", "grading", "changed", "files"), rows)
    concerns = (*assignments.concerns, *found.concerns)
    if concerns:
        raise Incomplete(f"Moodle left out {len(concerns)} of what was asked: the account may not see it, or it is gone")


def _parser() -> _Parser:
    shared = _Parser(add_help=False, allow_abbrev=False)
    shared.add_argument("--url", help=f"the site's address, https://…; or set {URL}")
    shared.add_argument("--token-file", type=Path, help=f"a file that holds the token and nothing else; or set {TOKEN}")
    shared.add_argument("--token", action=_NoToken, help=argparse.SUPPRESS)
    shared.add_argument("--allow-http", action="store_true", help="accept an address without https (a laboratory only)")
    shared.add_argument("--json", action="store_true", help="print JSON")
    parser = _Parser(prog="python -m moodle_client", description="Look at a Moodle.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)

    def add(name: str, command: Callable[..., None], text: str) -> _Parser:
        made: _Parser = commands.add_parser(name, help=text, description=text, parents=[shared], allow_abbrev=False)
        made.set_defaults(command=command)
        return made

    add("check", _check, "what the token can do, and what is missing").add_argument(
        "--course", type=int, metavar="ID", help="also look inside this course"
    )
    add("courses", _courses, "the courses that the account may know of")
    add("contents", _contents, "the sections and activities of a course").add_argument("course", type=int)
    completion = add("completion", _completion, "who has completed what in a course")
    completion.add_argument("course", type=int)
    completion.add_argument("--user", type=int, action="append", metavar="ID", help="this participant only (may repeat)")
    submissions = add("submissions", _submissions, "what was handed in for the assignments of a course")
    submissions.add_argument("course", type=int)
    submissions.add_argument("--since", type=_moment, metavar="TIME", help="changed since (ISO 8601 with a time zone)")
    return parser


def _token(parser: _Parser, path: Path | None, environment: Mapping[str, str]) -> str:
    if path is None:
        token = environment.get(TOKEN, "")
    else:
        try:
            token = path.read_text(encoding="ascii", errors="replace")
        except OSError as error:
            parser.error(f"the token file cannot be read: {error.strerror}")
    if not token.strip():
        parser.error(f"no token: give --token-file or set {TOKEN}")
    return token


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise argparse.ArgumentTypeError("expected a time with its time zone, like 2026-11-23T12:00+01:00")
    return moment
