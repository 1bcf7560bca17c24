"""The certificate as Leap2A, which portfolios such as Mahara import (Leap2A 2010-07, http://www.leapspecs.org/2A/).

Mahara takes an achievement as a certification of the résumé when its own extension says so, and each resource with an
enclosure as a file (read in its source: artefact/resume/import/leap, artefact/file/import/leap).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from lti_tool.certificates.snapshot import Snapshot, utc_seconds

ATOM = "http://www.w3.org/2005/Atom"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
LEAP = "http://terms.leapspecs.org/"
MAHARA = "http://wiki.mahara.org/Developer_Area/Import%2F%2FExport/LEAP_Extensions#"
_CATEGORIES = "http://wiki.leapspecs.org/2A/categories/"
_VERSION = "http://www.leapspecs.org/2010-07/2A/"


@dataclass(frozen=True)
class Enclosed:
    """A file of the package that the portfolio takes over."""

    path: str
    title: str
    media_type: str


def leap2a(snapshot: Snapshot, files: Sequence[Enclosed]) -> bytes:
    """Return `leap2a.xml`: the certificate as an achievement, and the files of the package.

    Args:
        snapshot: what the certificate rests on.
        files: paths are those in the package.
    """
    # The prefixes have to be these in values too, so they are declared by hand.
    feed = ET.Element(
        "feed",
        {
            "xmlns": ATOM,
            "xmlns:rdf": RDF,
            "xmlns:leap2": LEAP,
            "xmlns:categories": _CATEGORIES,
            "xmlns:mahara": MAHARA,
            "xmlns:portfolio": f"{snapshot.url}/portfolio/",
        },
    )
    heading = f"{snapshot.text(snapshot.lines.heading)} {snapshot.text(snapshot.achievement.name)}"
    moment = utc_seconds(snapshot.awarded_at)
    _text(feed, "leap2:version", _VERSION)
    _text(feed, "id", f"{snapshot.url}/portfolio/")
    _text(feed, "title", heading)
    _text(ET.SubElement(feed, "author"), "name", snapshot.name)
    _text(feed, "updated", moment)
    award = _entry(feed, "portfolio:certificate", heading, moment, "achievement")
    _text(award, "content", _content(snapshot), type="text")
    _text(award, "leap2:date", utc_seconds(snapshot.started_at), **{"leap2:point": "start"})
    _text(award, "leap2:date", moment, **{"leap2:point": "end"})
    ET.SubElement(award, "mahara:artefactplugin", {"mahara:plugin": "resume", "mahara:type": "pseudo:certification"})
    ET.SubElement(award, "link", {"rel": "alternate", "href": snapshot.url})
    for number, file in enumerate(files, 1):
        entry = _entry(feed, f"portfolio:file/{number}", file.title, moment, "resource")
        ET.SubElement(entry, "link", {"rel": "enclosure", "type": file.media_type, "href": file.path})
        ET.SubElement(entry, "link", {"rel": "leap2:is_evidence_of", "href": "portfolio:certificate"})
        ET.SubElement(award, "link", {"rel": "leap2:has_evidence", "href": f"portfolio:file/{number}"})
    ET.indent(feed)
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True))


def _entry(feed: ET.Element, name: str, title: str, moment: str, kind: str) -> ET.Element:
    entry = ET.SubElement(feed, "entry")
    _text(entry, "title", title)
    _text(entry, "id", name)
    _text(entry, "updated", moment)
    ET.SubElement(entry, "rdf:type", {"rdf:resource": f"leap2:{kind}"})
    return entry


def _text(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    ET.SubElement(parent, name, attributes).text = text


def _content(snapshot: Snapshot) -> str:
    lines, language = snapshot.lines, snapshot.language
    period = lines.period.fill(
        language, start=utc_seconds(snapshot.started_at)[:10], end=utc_seconds(snapshot.ended_at)[:10], hours=snapshot.hours
    )
    award = lines.award.fill(language, issuer=snapshot.issuer.name, date=utc_seconds(snapshot.awarded_at)[:10])
    verify = lines.verify.fill(language, url=snapshot.url)
    return f"{snapshot.text(lines.body)}, {period}. {award}. {verify}"
