"""Writes docs/dependencies.md, and docs/sbom.cdx.json from what CycloneDX's own program found in the environment.

`make sbom` calls it.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.dependencies.inventory import BOM, CARRIED, PAGE, Carried, Part, locked, parts


def page(found: Iterable[Part], carried: Iterable[Carried]) -> str:
    """Return the page."""
    found = list(found)
    lines = [
        "# Dependencies and their licences",
        "",
        "What ICC Bridge is made of besides its own code (MIT). Made by `make sbom`, which also writes the same "
        "for machines: [sbom.cdx.json](sbom.cdx.json) (CycloneDX). A test compares it with `requirements.lock` and refuses "
        "licences that do not fit (`tests/dependencies/`).",
        "",
        "## Of a running installation",
        "",
        *_table(part for part in found if part.runs),
        "",
        "## Of developing and testing only",
        "",
        *_table(part for part in found if not part.runs),
        "",
        "## Carried along",
        "",
        "Scripts, pictures, fonts and JSON-LD contexts that browsers and certificates get from us. Those without files come "
        "within a package above and are pinned with it.",
        "",
        "| what | version | licence | from | files |",
        "|---|---|---|---|---|",
    ]
    for one in carried:
        files = ", ".join(f"`{where}`" for where in one.where) or "in a package"
        lines.append(f"| {one.name} | {one.version} | {one.licence} | <{one.source}> | {files} |")
    return "\n".join(lines) + "\n"


def bill(from_environment: dict[str, Any], found: Iterable[Part], carried: Iterable[Carried]) -> dict[str, Any]:
    """Return the bill of materials: of the environment what the lock names, and what is carried along.

    Args:
        from_environment: as ``cyclonedx-py environment --output-reproducible`` made it.
    """
    of_lock = {f"{name}=={version}" for name, version in locked().items()}
    licences = {part.name: part.licence for part in found}
    components = [one for one in from_environment["components"] if f"{_name(one)}=={one['version']}" in of_lock]
    kept = {one["bom-ref"] for one in components} | {from_environment["metadata"]["component"]["bom-ref"]}
    for one in components:
        one["licenses"] = [{"expression": licences[_name(one)]}]
        one.pop("externalReferences", None)  # their purl says where they come from
    dependencies = [
        {**one, "dependsOn": [other for other in one.get("dependsOn", ()) if other in kept]}
        for one in from_environment["dependencies"]
        if one["ref"] in kept
    ]
    for beside in carried:
        reference = beside.name.lower().replace(" ", "-")
        components.append(
            {
                "bom-ref": f"carried:{reference}",
                "type": "library" if beside.licence == "MIT" else "file",
                "name": beside.name,
                "version": beside.version,
                "licenses": [{"expression": beside.licence}],
                "externalReferences": [{"type": "website", "url": beside.source}],
            }
        )
        dependencies.append({"ref": f"carried:{reference}", "dependsOn": []})
    for tool in from_environment["metadata"].get("tools", {}).get("components", ()):
        tool.pop("externalReferences", None)
    return {**from_environment, "components": components, "dependencies": dependencies}


def _name(component: dict[str, Any]) -> str:
    name: str = component["purl"].removeprefix("pkg:pypi/").split("@")[0]
    return name


def _table(rows: Iterable[Part]) -> list[str]:
    heads = ["| package | version | licence |", "|---|---|---|"]
    return heads + [f"| {part.name} | {part.version} | {part.licence} |" for part in rows]


def main() -> None:
    """Write both, from the bill of the environment that is named."""
    found = parts()
    PAGE.write_text(page(found, CARRIED), encoding="utf-8")
    made = bill(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), found, CARRIED)
    BOM.write_text(json.dumps(made, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(found)} packages and {len(CARRIED)} others: {PAGE.name}, {BOM.name}\n")


if __name__ == "__main__":
    main()
