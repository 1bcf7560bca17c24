"""The staff on the command line."""

from pathlib import Path

from tests.cli.command import CommandLine


def test_the_first_person_gets_a_link_that_is_printed_once(installed: CommandLine) -> None:
    installed.set(ICC_BASE_URL="https://icc.example.org")
    words = installed("staff", "invite", "Zoë van 't Höfen", "--role", "operator", "--role", "issuer")
    assert words.exit_code == 0
    assert words.stdout.startswith("https://icc.example.org/sign-in/link/")
    assert words.stdout.count("\n") == 1
    assert "signs in once" in words.stderr
    token = words.stdout.strip().rpartition("/")[2]
    (row,) = installed.json("staff", "list")
    assert (row["name"], row["roles"], row["state"]) == ("Zoë van 't Höfen", ["issuer", "operator"], "active")
    assert token not in str(row)
    assert installed.json("staff", "link", row["id"])["url"] != words.stdout.strip()


def test_roles_are_given_and_the_last_operator_stays(installed: CommandLine, tmp_path: Path) -> None:
    first = installed.json("staff", "invite", "Mies", "--role", "operator")["member"]
    assert "last operator" in installed.refused("staff", "roles", first, "issuer")
    assert "last operator" in installed.refused("staff", "disable", first)
    second = installed.json("staff", "invite", "Daan", "--role", "trainer")["member"]
    assert installed.json("staff", "roles", second, "operator", "issuer")["roles"] == ["issuer", "operator"]
    assert installed.json("staff", "disable", first)["state"] == "disabled"
    assert "disabled" in installed.refused("staff", "link", first)
    assert installed.json("staff", "enable", first)["state"] == "active"
    assert installed.json("staff", "sign-out", second) == {"ended": 0}
    assert installed.json("staff", "disable", first)["state"] == "disabled"
    assert "last operator" in installed.refused("staff", "erase", second, "--yes")
    copy = tmp_path / "copy.zip"
    assert installed.json("staff", "export", first, "--out", str(copy))["bytes"] == copy.stat().st_size
    assert installed.json("staff", "erase", first, "--yes") == {"erased": first}
    assert [row["name"] for row in installed.json("staff", "list")] == ["Daan"]
    assert "nobody of the staff" in installed.refused("staff", "export", first, "--out", str(tmp_path / "none.zip"))
    noted = [row["what"] for row in installed.json("audit")]
    assert "signin.roles:issuer+operator" in noted
    assert {"signin.invite", "signin.disable", "signin.enable", "signin.end_sessions", "signin.erase"} <= set(noted)


def test_mistakes_are_told_in_a_line(installed: CommandLine) -> None:
    assert "Missing option '--role'" in installed.misused("staff", "invite", "Mies")
    assert "'boss' is not one of" in installed.misused("staff", "invite", "Mies", "--role", "boss")
    assert installed.refused("staff", "invite", " ", "--role", "operator").startswith("name: ")
    assert "nobody of the staff has this id" in installed.refused("staff", "disable", "no-such-id")
    assert "Nobody yet" in installed("staff", "list").stdout
