"""Every text of the interface has its English, and the compiled catalogue is the one that was written."""

import re
from copy import deepcopy
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo

from lti_tool.web import catalog


@pytest.fixture(scope="module")
def extracted() -> Catalog:
    """All texts of the code; reading them takes seconds."""
    return catalog.extract()


def texts(source: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return the translations by msgid, each as a tuple of its forms."""

    def forms(value: object) -> tuple[str, ...]:
        return tuple(str(form) for form in value) if isinstance(value, list | tuple) else (str(value or ""),)

    return {forms(message.id): forms(message.string) for message in source if message.id}


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|\{\w*\}", text))


def test_every_text_in_the_code_has_its_english(extracted: Catalog) -> None:
    wanted, known = texts(extracted), texts(catalog.read())
    assert len(wanted) > 80
    assert [msgid for msgid in wanted if not all(known.get(msgid, ("",)))] == []


def test_the_catalogue_holds_no_text_that_the_code_has_lost(extracted: Catalog) -> None:
    assert texts(catalog.read()).keys() - texts(extracted).keys() == set()


def test_the_placeholders_agree() -> None:
    for msgid, english in texts(catalog.read()).items():
        expected = set().union(*map(placeholders, msgid))
        for form in english:
            assert not form or placeholders(form) == expected, msgid


def test_no_translation_is_a_guess() -> None:
    assert [message.id for message in catalog.read() if message.fuzzy] == []


def test_the_compiled_catalogue_is_the_written_one() -> None:
    with catalog.MO.open("rb") as file:
        compiled = texts(read_mo(file))
    assert compiled == {msgid: english for msgid, english in texts(catalog.read()).items() if all(english)}


def test_the_command_adds_new_texts_drops_lost_ones_and_says_what_lacks_english(extracted: Catalog, tmp_path: Path) -> None:
    po = tmp_path / "en" / "messages.po"
    assert "Akkoord" in catalog.update(deepcopy(extracted), po)
    source = po.read_text()
    po.write_text(
        source.replace('msgid "Akkoord"\nmsgstr ""', 'msgid "Akkoord"\nmsgstr "Accepted"')
        + '\nmsgid "Een tekst die er niet meer is"\nmsgstr "Gone"\n'
    )
    missing = catalog.update(deepcopy(extracted), po)
    assert "Akkoord" not in missing
    assert "Ingeleverd" in missing
    assert "Een tekst" not in po.read_text()
    with po.with_suffix(".mo").open("rb") as file:
        compiled = texts(read_mo(file))
    assert compiled[("Akkoord",)] == ("Accepted",)
    assert ("Ingeleverd",) not in compiled


def test_the_command_changes_nothing_when_no_text_changed(extracted: Catalog, tmp_path: Path) -> None:
    po = tmp_path / "messages.po"
    catalog.update(deepcopy(extracted), po)
    before = po.read_bytes()
    catalog.update(deepcopy(extracted), po)
    assert po.read_bytes() == before
