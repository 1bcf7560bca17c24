"""The issuer's decisions on the command line: the dossier, approving, replacing, erasing, archives and the log."""

import csv
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from lti_tool.app import Parts, compose
from lti_tool.certificates.models import Award, AwardState
from lti_tool.config import load_settings
from tests.certificates.award import NAME, all_accepted
from tests.certificates.decided import APPROVAL, write_training
from tests.cli.command import CommandLine
from tests.made_once import rsa_key
from tests.recording_jobs import RecordingJobs


@pytest.fixture
def jobs() -> RecordingJobs:
    return RecordingJobs()


@pytest.fixture
def parts(installed: CommandLine, tmp_path: Path, jobs: RecordingJobs) -> Iterator[Parts]:
    """An installation whose second training is awarded by approval."""
    installed.set(ICC_TRAININGS_DIR=str(write_training(tmp_path / "trainings")))
    composed = compose(load_settings(), engine=jobs, make_rsa=rsa_key)
    composed.engine.prepare()
    yield composed
    composed.close()


@pytest.fixture
def engine_ready(installed: CommandLine) -> None:
    """The tables of the durable engine, which commands that enqueue need."""
    assert installed
    durable = compose(load_settings(), make_rsa=rsa_key)
    durable.engine.prepare()
    durable.close()


def proposed(parts: Parts) -> str:
    """Return the id of an award that was proposed."""
    all_accepted(parts, training_key=APPROVAL)
    with parts.database.session() as session:
        award = session.scalars(select(Award)).one()
        award.proposed_at, award.state = parts.clock(), AwardState.WAITING_DECISION
        return award.id


@pytest.fixture
def certificate_id(parts: Parts, jobs: RecordingJobs) -> str:
    all_accepted(parts)
    jobs.run()
    return parts.certificates.list()[0].id


@pytest.mark.usefixtures("engine_ready")
def test_an_award_is_shown_approved_and_kept_with_who_did_it(installed: CommandLine, parts: Parts) -> None:
    award_id = proposed(parts)
    shown = installed.json("certificate", "show", award_id)
    assert (shown["state"], shown["name"]) == ("waiting_decision", NAME)
    assert [ground["accepted"] for ground in shown["grounds"]] == [True] * 5
    words = installed.done("certificate", "approve", award_id, "--by", "Iris de Vries")
    assert words == "Approved; the certificate is being made.\n"
    assert installed.json("certificate", "list")[0]["state"] == "queued"
    (decision,) = installed.json("certificate", "show", award_id)["decisions"]
    assert (decision["what"], decision["by"]) == ("approved", "Iris de Vries")
    assert "waits for no decision" in installed.refused("certificate", "approve", award_id, "--by", "Iris de Vries")
    assert "approved by Iris de Vries" in installed.done("certificate", "show", award_id)


def test_an_award_is_declined_with_a_reason(installed: CommandLine, parts: Parts) -> None:
    award_id = proposed(parts)
    assert "Missing option '--by'" in installed.misused("certificate", "decline", award_id, "--reason", "x")
    assert "Missing option '--reason'" in installed.misused("certificate", "decline", award_id, "--by", "Iris")
    assert installed.refused("certificate", "decline", award_id, "--by", " ", "--reason", "x").startswith(
        "expected the name"
    )
    installed.done("certificate", "decline", award_id, "--by", "Iris", "--reason", "De terugblik ontbreekt.")
    assert installed.json("certificate", "list")[0]["state"] == "declined"
    assert installed.refused("certificate", "show", "unknown") == "there is no award 'unknown'"


@pytest.mark.usefixtures("engine_ready")
def test_a_certificate_is_made_by_hand_with_the_name_that_was_given_otherwise(installed: CommandLine, parts: Parts) -> None:
    all_accepted(parts, name=None)
    (row,) = installed.json("certificate", "list")
    make = ("certificate", "make", row["award"], "--reason", "Per telefoon doorgegeven", "--by", "Iris")
    assert "confirmed no name" in installed.refused(*make)
    assert installed.done(*make, "--name", "Piet de Wit") == "The certificate is being made.\n"
    shown = installed.json("certificate", "show", row["award"])
    assert (shown["state"], shown["name"]) == ("queued", "Piet de Wit")
    assert shown["decisions"][0]["what"] == "by_hand"


def test_a_certificate_is_replaced_by_one_with_another_name(installed: CommandLine, certificate_id: str) -> None:
    replace = ("certificate", "replace", certificate_id, "--reason", "Tikfout")
    assert "--name or --as-confirmed" in installed.misused(*replace)
    assert "asked for no other name" in installed.refused(*replace, "--as-confirmed")
    assert "U+" in installed.refused(*replace, "--name", "漢字")
    made = installed.json(*replace, "--name", "Zoë Çelik")["replaced_by"]
    states = {row["certificate"]: row["state"] for row in installed.json("certificate", "list")}
    assert states == {certificate_id: "replaced", made: "issued"}
    assert "asked for no other name" in installed.refused("certificate", "keep-name", made, "--reason", "x")


def test_a_holder_is_erased_after_a_question(installed: CommandLine, certificate_id: str) -> None:
    assert installed("certificate", "erase-person", certificate_id).exit_code == 1
    assert installed.json("certificate", "erase-person", certificate_id, "--yes")["erased"] == 1
    assert installed.done("certificate", "erase-person", certificate_id, "--yes") == "This person was erased before.\n"
    assert installed.json("certificate", "list")[0]["state"] == "erased"


def test_all_certificates_go_into_a_spreadsheet_or_a_zip(
    installed: CommandLine, certificate_id: str, tmp_path: Path
) -> None:
    table, package = tmp_path / "all.csv", tmp_path / "all.zip"
    assert installed.done("certificate", "export", str(table)) == f"1 in {table}.\n"
    (row,) = csv.DictReader(table.read_text("utf-8-sig").splitlines(), delimiter=";")
    assert (row["certificate"], row["name"], row["state"]) == (certificate_id, NAME, "valid")
    installed.done("certificate", "export", str(package))
    with zipfile.ZipFile(package) as held:
        kinds = {name.partition(".")[2] for name in held.namelist()}
        assert kinds == {"csv", "json", "jwt", "snapshot.json", "pdf"}
        assert held.read(f"{certificate_id}.pdf").startswith(b"%PDF-")
    assert ".csv or .zip" in installed.refused("certificate", "export", str(tmp_path / "all.txt"))
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["all.csv", "all.zip"]
    installed.done("certificate", "export", str(table), "--cohort", "unknown")
    assert len(table.read_text("utf-8-sig").splitlines()) == 1


@pytest.mark.usefixtures("engine_ready")
def test_a_cohort_is_issued_here_and_now_with_how_far_it_is(
    installed: CommandLine, parts: Parts, jobs: RecordingJobs
) -> None:
    first = all_accepted(parts)
    with parts.database.session() as session:
        cohort_id = first.cohort_id
        session.scalars(select(Award)).one().last_error = "not printable: school"
    result = installed("certificate", "issue", "--cohort", cohort_id)
    assert result.exit_code == 0
    assert result.stdout == "1 issued; 0 wait for somebody.\n"
    assert "1 of 1" in result.stderr
    jobs.run()
    assert len(parts.certificates.list()) == 1
    assert installed.json("certificate", "issue", "--cohort", cohort_id) == {
        "cohort": cohort_id,
        "issued": 0,
        "waiting": 0,
        "failed": 0,
    }
    assert installed.refused("certificate", "issue", "--cohort", "unknown") == "there is no cohort 'unknown'"


def test_the_log_is_exported_and_holds_until_somebody_changes_it(
    installed: CommandLine, certificate_id: str, tmp_path: Path
) -> None:
    installed.done("certificate", "revoke", certificate_id, "--reason", "Onterecht", "--by", "Iris")
    file, forged = tmp_path / "log.json", tmp_path / "forged.json"
    assert installed.done("certificate", "log", "--export", str(file)) == f"2 entries in {file}.\n"
    assert installed.done("certificate", "log", "--verify", str(file)).startswith("The log holds: 2 entries")
    document = json.loads(file.read_text())
    document["entries"][0]["at"] = "2020-01-01T00:00:00Z"
    forged.write_text(json.dumps(document))
    assert "entry 2 does not follow from entry 1" in installed.refused("certificate", "log", "--verify", str(forged))
    assert "no entries, only roots" in installed.refused(
        "certificate", "log", "--verify", str(_roots(tmp_path, document)), "--published", str(file)
    )
    assert "is no log" in installed.refused("certificate", "log", "--verify", str(_other(tmp_path)))
    assert "belongs to --verify" in installed.misused("certificate", "log", "--published", str(file))
    assert installed.done("certificate", "log").startswith("2 entries; the last one is ")


def _roots(folder: Path, document: dict[str, object]) -> Path:
    path = folder / "roots.json"
    path.write_text(json.dumps({key: value for key, value in document.items() if key != "entries"}))
    return path


def _other(folder: Path) -> Path:
    path = folder / "other.json"
    path.write_text("[1, 2")
    return path
