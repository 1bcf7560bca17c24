"""`icc-bridge person`: what is kept of somebody, a copy of it, and erasing it."""

import json
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from lti_tool.app import compose
from lti_tool.config import load_settings
from lti_tool.courses.models import Account, Person
from lti_tool.courses.service import LaunchFacts
from lti_tool.linking.joining import join
from lti_tool.linking.journal import Journal
from lti_tool.linking.models import AccountLink
from mappings.roles import Role
from tests.cli.command import CommandLine


@pytest.fixture
def platform_id(installed: CommandLine) -> str:
    """A school from which Zoë launched."""
    del installed
    parts = compose(load_settings())
    school = "https://s.example"
    info = parts.platforms.add("Zilverbos", school, "c", f"{school}/auth", f"{school}/token", f"{school}/jwks", ["1"])
    with parts.database.session() as session:
        parts.courses.learn(session, LaunchFacts(info.id, "zoe", Role.PARTICIPANT, name="Zoë van ’t Höfen"))
    parts.close()
    return info.id


def account() -> str | None:
    parts = compose(load_settings())
    with parts.database.reading() as session:
        found = session.scalar(select(Account.id))
        assert session.scalar(select(Person.id)) is not None
    parts.close()
    return found


def test_how_much_is_kept_without_what_it_says(installed: CommandLine, platform_id: str) -> None:
    printed = installed.done("person", "show", "--subject", platform_id, "zoe", "--json")
    assert {row["table"] for row in json.loads(printed)} == {"account", "course_member", "person"}
    assert "Höfen" not in printed


def test_a_copy_is_written_once(installed: CommandLine, platform_id: str, tmp_path: Path) -> None:
    out, who = str(tmp_path / "copy.zip"), ("--subject", platform_id, "zoe")
    installed.done("person", "export", *who, "--out", out, "--language", "en")
    with zipfile.ZipFile(out) as package:
        assert "Höfen" in package.read("index.html").decode()
        assert "My data" in package.read("index.html").decode()
    assert "File exists" in installed.refused("person", "export", *who, "--out", out)


def test_erasing_asks_unless_told_not_to(installed: CommandLine, platform_id: str) -> None:
    found = account() or ""
    asked = installed("person", "erase", "--account", found, answer="n\n")
    assert asked.exit_code == 1
    assert account() == found
    said = installed.json("person", "erase", "--subject", platform_id, "zoe", "--yes", "--by", "M. de Vries")
    assert said == {"accounts": 1, "files": 0, "already": False}
    assert account() is None
    assert "nobody with this account" in installed.refused("person", "erase", "--account", found, "--yes")


def test_one_way_to_say_who_is_needed(installed: CommandLine) -> None:
    assert "Say who is meant" in installed.misused("person", "show")
    assert "Say who is meant" in installed.misused("person", "show", "--account", "a", "--certificate", "b")


def test_a_link_is_listed_and_taken_apart_after_asking(installed: CommandLine, platform_id: str) -> None:
    who = ("--subject", platform_id, "zoe")
    assert installed.done("person", "links", *who) == "No accounts were linked.\n"
    parts = compose(load_settings())
    with parts.database.session() as session:
        kept = session.scalars(select(Person.id)).one()
        parts.courses.learn(session, LaunchFacts(platform_id, "zoe.2", Role.PARTICIPANT))
        joined = session.scalars(select(Person.id).where(Person.id != kept)).one()
        link = AccountLink(kept_id=kept, joined_id=joined, linked_at=parts.clock())
        session.add(link)
        session.flush()
        join(session, Journal(session, link.id), kept, joined)
        link_id = link.id
    (row,) = installed.json("person", "links", *who)
    assert (row["id"], row["kept"], row["joined"], row["in_the_way"]) == (link_id, kept, joined, [])
    assert installed("person", "unlink", link_id, answer="n\n").exit_code == 1
    for _time in range(2):
        assert installed.done("person", "unlink", link_id, "--yes") == "Taken apart.\n"
    assert installed.json("person", "links", *who)[0]["unlinked"] is not None
    assert [one.account_id for one in parts.audit.last(9) if one.what == "linking.unlink"] == ["command-line"]
    assert installed.refused("person", "unlink", "unknown", "--yes") == "no link 'unknown'"
    parts.close()
