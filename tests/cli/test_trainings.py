"""Trainings on the command line: they are read, never changed."""

from tests.cli.command import CommandLine


def test_trainings_are_listed_with_what_rests_on_them(installed: CommandLine) -> None:
    installed.done("cohort", "create", "Regio Zuid")
    (row,) = installed.json("training", "list")
    assert (row["key"], row["cohorts"], row["certificates"]) == ("icc-vo", 1, 0)
    assert row["file"].endswith("icc_vo.toml")


def test_a_training_is_shown_as_its_file_says(installed: CommandLine) -> None:
    shown = installed.json("training", "show", "icc-vo")
    assert (shown["version"], shown["mode"], len(shown["phases"])) == (1, "automatic", 4)
    assert shown["assignments"][0]["key"] == "leervraag"
    assert all(one["criteria"] and one["hand_in"] for one in shown["assignments"])
    dutch = installed.done("training", "show", "icc-vo", "--language", "nl")
    assert "Oriëntatie" in dutch
    assert installed.refused("training", "show", "po") == "no training 'po'; known are icc-vo"
