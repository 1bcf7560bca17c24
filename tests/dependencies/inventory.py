"""The packages of requirements.lock, with their licences from the environment, and what is carried along here."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
PAGE = ROOT / "docs" / "dependencies.md"
BOM = ROOT / "docs" / "sbom.cdx.json"


@dataclass(frozen=True)
class Part:
    """Something that is not ours."""

    name: str
    version: str
    licence: str
    """An SPDX expression; `UNKNOWN` when nobody says."""
    runs: bool = True
    """Whether it is part of a running installation, and not of making and testing one only."""


@dataclass(frozen=True)
class Carried:
    """Something that is not ours and lies in this repository, or comes within a package and is shown to people."""

    name: str
    version: str
    licence: str
    source: str
    where: tuple[str, ...]
    """Its files, from the root of the repository; empty: in a package."""
    licence_file: str | None = None


UNKNOWN = "UNKNOWN"
CARRIED = (
    Carried(
        "Bootstrap",
        "5.3",
        "MIT",
        "https://getbootstrap.com",
        (),
    ),
    Carried(
        "Bootstrap Icons",
        "1.11",
        "MIT",
        "https://icons.getbootstrap.com",
        ("lti_tool/web/static/bootstrap-icons.svg",),
        "lti_tool/web/static/bootstrap-icons.LICENSE.txt",
    ),
    Carried(
        "Squire",
        "2.4.8",
        "MIT",
        "https://github.com/fastmail/Squire",
        ("lti_tool/training/static/squire.js",),
        "lti_tool/training/static/squire.LICENSE.txt",
    ),
    Carried(
        "EB Garamond (pages)",
        "2017",
        "OFL-1.1",
        "https://github.com/octaviopardo/EBGaramond12",
        ("lti_tool/web/static/fonts/*.woff2",),
        "lti_tool/web/static/fonts/OFL.txt",
    ),
    Carried(
        "EB Garamond (certificates)",
        "2017",
        "OFL-1.1",
        "https://github.com/octaviopardo/EBGaramond12",
        ("lti_tool/certificates/fonts/EBGaramond-*.ttf",),
        "lti_tool/certificates/fonts/OFL-EBGaramond.txt",
    ),
    Carried(
        "Inter",
        "2020",
        "OFL-1.1",
        "https://github.com/rsms/inter",
        ("lti_tool/certificates/fonts/Inter-*.ttf",),
        "lti_tool/certificates/fonts/OFL-Inter.txt",
    ),
    Carried(
        "Noto Serif",
        "2022",
        "OFL-1.1",
        "https://github.com/notofonts/latin-greek-cyrillic",
        ("lti_tool/certificates/fonts/NotoSerif-*.ttf",),
        "lti_tool/certificates/fonts/OFL-NotoSerif.txt",
    ),
    Carried(
        "Verifiable Credentials JSON-LD context",
        "2.0",
        "W3C-20150513",
        "https://www.w3.org/ns/credentials/v2",
        (),
    ),
    Carried(
        "Open Badges JSON-LD contexts",
        "3.0.3",
        "LicenseRef-1EdTech",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        (),
    ),
)
"""Bootstrap comes in Bootstrap-Flask, the contexts in openbadgeslib; both are pinned with it."""

FITTING = frozenset(
    (
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "ISC",
        "LGPL-3.0-only",
        "LGPL-3.0-or-later",
        "LicenseRef-1EdTech",
        "MIT",
        "MIT-0",
        "MPL-2.0",
        "OFL-1.1",
        "PSF-2.0",
        "Python-2.0",
        "Unlicense",
        "W3C-20150513",
        "ZPL-2.1",
    )
)
"""What may be used beside, and handed on with, our own MIT licence: LGPL and MPL as they are, in packages of their own."""

_OF_CLASSIFIERS = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
    "License :: OSI Approved :: ISC License (ISCL)": "ISC",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "License :: OSI Approved :: Python Software Foundation License": "PSF-2.0",
    "License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "License :: OSI Approved :: GNU Lesser General Public License v3 or later (LGPLv3+)": "LGPL-3.0-or-later",
}
_OF_WORDS = {
    "apache 2": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "lgpl": "LGPL-3.0-or-later",
    "mit license": "MIT",
    "new bsd": "BSD-3-Clause",
    "psf-2.0": "PSF-2.0",
    "python": "Python-2.0",
}
_READ_BY_US = {"axe-playwright-python": "MIT AND MPL-2.0", "pyrage": "MIT"}
"""Packages whose metadata say nothing: as the licence file says that lies in them (axe-core itself is MPL-2.0)."""
_OPERATORS = re.compile(r"\s+(?:AND|OR|WITH)\s+|[()]")


def locked() -> Mapping[str, str]:
    """Return the version of each package of the lock, by its name."""
    lines = (line.split(";")[0].strip() for line in LOCK.read_text(encoding="utf-8").splitlines())
    return {name: version for name, _equal, version in (line.partition("==") for line in lines if "==" in line)}


def parts() -> list[Part]:
    """Return the packages of the lock with their licences, by name.

    Raises:
        SystemExit: the environment has another version of one.
    """
    running = _running()
    found = []
    for name, version in sorted(locked().items()):
        try:
            there = distribution(name).version
        except PackageNotFoundError:
            there = None
        if there != version:
            raise SystemExit(
                f"{name} is {version} in requirements.lock and {there} in the environment: install the lock first"
            )
        found.append(Part(name, version, licence_of(name), name in running))
    return found


def licence_of(name: str) -> str:
    """Return the licence of an installed package as an SPDX expression, or `UNKNOWN`."""
    if name in _READ_BY_US:
        return _READ_BY_US[name]
    metadata = distribution(name).metadata
    if "License-Expression" in metadata:
        return metadata["License-Expression"]
    words = metadata["License"].strip() if "License" in metadata else ""
    if words in FITTING:
        return words
    said = [_OF_CLASSIFIERS[line] for line in metadata.get_all("Classifier") or () if line in _OF_CLASSIFIERS]
    if said:
        return " OR ".join(dict.fromkeys(said))
    if words and set(_OPERATORS.split(words)) - {""} <= FITTING:
        return words
    return _OF_WORDS.get(words.lower(), UNKNOWN)


def unfitting(licence: str) -> set[str]:
    """Return the licences of an expression that do not fit: of several to choose from, one that fits is enough."""
    if any(not unfitting(choice) for choice in licence.split(" OR ") if choice != licence):
        return set()
    return {one for one in _OPERATORS.split(licence) if one} - FITTING


def carried_files() -> Iterator[Path]:
    """Yield every file that `CARRIED` names."""
    for one in CARRIED:
        for pattern in one.where:
            yield from sorted(ROOT.glob(pattern))


def _running() -> set[str]:
    """Return what the application needs when it runs, and what that needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    known = locked()
    waiting = [Requirement(line) for line in project["dependencies"]]
    found: set[str] = set()
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        wanted = waiting.pop()
        name, extras = canonicalize_name(wanted.name), frozenset(wanted.extras)
        if name not in known or (name, extras) in seen:
            continue
        seen.add((name, extras))
        found.add(name)
        for line in distribution(name).requires or ():
            needed = Requirement(line)
            markers = [{"extra": extra} for extra in (*extras, "")]
            if needed.marker is None or any(needed.marker.evaluate(marker) for marker in markers):
                waiting.append(needed)
    return found
