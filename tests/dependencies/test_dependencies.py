"""docs/dependencies.md and the bill of materials say what the lock says; what does not fit our licence is refused."""

import json
import re
import subprocess

import pytest

from tests.dependencies.inventory import (
    BOM,
    CARRIED,
    FITTING,
    PAGE,
    ROOT,
    carried_files,
    licence_of,
    locked,
    unfitting,
)

_ROW = re.compile(r"^\| (\S+) \| (\S+) \| ([^|]+) \|$", re.MULTILINE)
LISTED = {
    name: (version, licence)
    for name, version, licence in _ROW.findall(PAGE.read_text(encoding="utf-8"))
    if name not in ("package", "what")
}


def test_the_page_lists_what_the_lock_names_and_nothing_else() -> None:
    listed = {name: version for name, (version, _licence) in LISTED.items()}
    assert listed == dict(locked()), "run make sbom"


def test_the_bill_of_materials_lists_the_same_and_what_is_carried_along() -> None:
    bill = json.loads(BOM.read_text(encoding="utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    packages = dict(one["purl"].removeprefix("pkg:pypi/").split("@") for one in bill["components"] if "purl" in one)
    assert packages == dict(locked()), "run make sbom"
    assert {one["name"] for one in bill["components"] if "purl" not in one} == {one.name for one in CARRIED}
    references = {one["bom-ref"] for one in bill["components"]} | {bill["metadata"]["component"]["bom-ref"]}
    assert {one["ref"] for one in bill["dependencies"]} == references
    assert "timestamp" not in bill["metadata"]


def test_every_licence_fits_ours() -> None:
    wrong = {name: unfitting(licence) for name, (_version, licence) in LISTED.items()}
    assert {name: licences for name, licences in wrong.items() if licences} == {}
    assert [one.name for one in CARRIED if unfitting(one.licence)] == []


@pytest.mark.parametrize(
    ("licence", "wrong"),
    [
        ("MIT", set()),
        ("MIT OR GPL-3.0-only", set()),
        ("MIT AND GPL-3.0-only", {"GPL-3.0-only"}),
        ("AGPL-3.0-or-later", {"AGPL-3.0-or-later"}),
        ("UNKNOWN", {"UNKNOWN"}),
    ],
)
def test_a_licence_that_does_not_fit_is_refused(licence: str, wrong: set[str]) -> None:
    assert unfitting(licence) == wrong
    assert "GPL-3.0-only" not in FITTING


def test_what_a_package_says_of_itself_is_what_stands_on_the_page() -> None:
    for name in ("flask", "pylti1p3", "psycopg", "certifi"):
        assert licence_of(name) == LISTED[name][1]


def test_what_is_carried_along_is_there_with_its_licence_and_all_of_it_is_named() -> None:
    for one in CARRIED:
        assert all(list(ROOT.glob(where)) for where in one.where), one.name
        assert one.licence_file is None or (ROOT / one.licence_file).is_file()
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()  # noqa: S607
    fonts = {ROOT / name for name in tracked if name.endswith((".ttf", ".otf", ".woff", ".woff2"))}
    licences = {name for name in tracked if re.search(r"(LICENSE|OFL)[^/]*\.txt$", name)}
    assert fonts <= set(carried_files())
    assert licences <= {one.licence_file for one in CARRIED}
