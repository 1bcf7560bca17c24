"""The two languages: every Dutch text has its English, with the same places to fill in."""

import re
from pathlib import Path

import lti_tool.demo.school
from lti_tool.demo.school.texts import english, translate

PACKAGE = Path(lti_tool.demo.school.__file__).parent
CALL = re.compile(r"""\bt\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")""")
LOOKUP = re.compile(r"(?:\bt\(|set (?:names|troubles) = )\{(.*?)\}")
PLACE = re.compile(r"%\((\w+)\)s")


def texts() -> set[str]:
    """Every Dutch text in templates and pages."""
    found: set[str] = set()
    for path in [*PACKAGE.rglob("*.html"), *PACKAGE.rglob("*.py")]:
        source = path.read_text(encoding="utf-8")
        found |= {one or other for one, other in CALL.findall(source)}
        for table in LOOKUP.findall(source):
            found |= set(re.findall(r": '([^']*)'", table))
    items = (PACKAGE / "contentitems.py").read_text(encoding="utf-8")
    found |= set(re.findall(r'"((?:De|Dit|Een|Het) [^"]*\.)"', items))
    told = (PACKAGE / "pages" / "native.py").read_text(encoding="utf-8")
    found |= set(re.findall(r'": "([^"]*\.)"', told))
    return found | {"Trainer", "Docent", "Beheerder", "%(name)s is geactiveerd.", "%(name)s is uitgezet."}


def test_every_dutch_text_has_its_english() -> None:
    assert texts() - english().keys() == set()


def test_the_table_holds_nothing_unused() -> None:
    assert english().keys() - texts() == set()


def test_both_languages_have_the_same_places_to_fill_in() -> None:
    for dutch, text in english().items():
        assert sorted(PLACE.findall(dutch)) == sorted(PLACE.findall(text))


def test_texts_are_filled_in() -> None:
    assert translate("Ga verder als %(name)s", "nl", name="Ilse") == "Ga verder als Ilse"
    assert translate("Ga verder als %(name)s", "en", name="Ilse") == "Continue as Ilse"
