"""Keeps the English catalogue in step with the Dutch texts in the code: ``python -m lti_tool.web.catalog``.

It does what ``pybabel extract``, ``update`` and ``compile`` do, with the options that fit this project, and then says
which texts still have no English. A translation is never guessed from a similar text.
"""

import sys
from io import BytesIO
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).parents[1]
TRANSLATIONS = Path(__file__).parent / "translations"
PO = TRANSLATIONS / "en" / "LC_MESSAGES" / "messages.po"
MO = PO.with_suffix(".mo")
_KEYWORDS = DEFAULT_KEYWORDS | {"_l": None, "lazy_gettext": None, "lazy_ngettext": (1, 2)}
_WIDTH = 118


def extract() -> Catalog:
    """Return all texts that the package's code and templates mark for translation, with the files they stand in."""
    with (TRANSLATIONS / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    template = Catalog(project="ICC Bridge", charset="utf-8")
    found = extract_from_dir(PACKAGE, methods, options, keywords=_KEYWORDS, comment_tags=("Translators:",))
    for filename, _line, message, comments, context in sorted(found, key=lambda text: (text[0], text[1])):
        template.add(message, locations=[(f"{PACKAGE.name}/{filename}", 1)], auto_comments=comments, context=context)
    return template


def read(po: Path = PO) -> Catalog:
    """Return the English catalogue as it stands in the repository."""
    with po.open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


def compiled(catalog: Catalog) -> bytes:
    """Return the catalogue in the form that is read at run time."""
    buffer = BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def update(template: Catalog, po: Path = PO) -> list[str]:
    """Bring both files of the English catalogue up to date with the code; return the texts that still lack English.

    Args:
        template: what `extract` found; its messages are the catalogue's afterwards.
        po: the written catalogue; the compiled one stands beside it.
    """
    catalog = read(po) if po.exists() else Catalog(locale="en", project="ICC Bridge", charset="utf-8")
    created = catalog.creation_date
    catalog.update(template, no_fuzzy_matching=True)
    # the file changes when a text does, not with every run
    catalog.creation_date = created
    catalog.obsolete.clear()
    catalog.fuzzy = False
    catalog.header_comment = "# The English of ICC Bridge. The msgids are the Dutch texts in the code."
    catalog.msgid_bugs_address = catalog.last_translator = ""
    catalog.language_team = "en"
    catalog.revision_date = created
    buffer = BytesIO()
    write_po(buffer, catalog, width=_WIDTH, sort_by_file=True, include_lineno=False)
    po.parent.mkdir(parents=True, exist_ok=True)
    po.write_bytes(buffer.getvalue())
    written = read(po)
    po.with_suffix(".mo").write_bytes(compiled(written))
    return [str(message.id) for message in written if message.id and not all_filled(message.string)]


def all_filled(string: str | tuple[str, ...] | list[str] | None) -> bool:
    """Return whether a translation is there, in all its plural forms."""
    return all(string) if isinstance(string, (tuple, list)) else bool(string)


if __name__ == "__main__":
    missing = update(extract())
    for text in missing:
        click.echo(f"no English yet: {text}", err=True)
    sys.exit(1 if missing else 0)
