"""ICD-10-PCS definitions (FY2026) and index (FY2025): official XML -> tidy tables.

Called by icd10pcs.py. A term of the definitions that stands for several values (`Ankle Joint, Left` and
`Ankle Joint, Right`) gives a row for each. An index entry is written as a path, `Cholecystectomy > ...`; an entry
with several references gives a row for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from common import tidy, write_csv

DEFINITIONS_2026 = "icd10pcs_fy2026/icd10pcs_definitions_2026.xml"
INDEX_2025 = "icd10pcs_fy2025_index/icd10pcs_index_2025.xml"
_JOIN = " | "  # between the terms of `includes` and the body systems of a device; never in them


def definitions(root: ElementTree.Element) -> Iterator[list[str]]:
    """Rows (section, position, term, definition, explanation, includes) in the order of the file."""
    for section in root.findall("section"):
        for axis in section.findall("axis"):
            for terms in axis.findall("terms"):
                includes = _JOIN.join(tidy(node.text or "") for node in terms.findall("includes"))
                for title in terms.findall("title"):
                    yield [
                        section.get("code") or "",
                        axis.get("pos") or "",
                        tidy(title.text or ""),
                        tidy(terms.findtext("definition") or ""),
                        tidy(terms.findtext("explanation") or ""),
                        includes,
                    ]


def devices(root: ElementTree.Element) -> Iterator[list[str]]:
    """Rows (device, operation, body systems, value of the general device, its label)."""
    for node in root.iter("aggregate"):
        parent = node.find("parent")
        if parent is None:
            raise SystemExit(f"{DEFINITIONS_2026}: a device aggregation without its general device")
        systems = _JOIN.join(tidy(system.text or "") for system in node.findall("bodySys"))
        names = (tidy(node.findtext("device") or ""), tidy(node.findtext("operation") or ""))
        yield [*names, systems, parent.get("value") or "", tidy(parent.text or "")]


def index(root: ElementTree.Element) -> Iterator[list[str]]:
    """Rows (term, kind, reference, codes) in the order of the book."""
    for letter in root.findall("letter"):
        for main in letter.findall("mainTerm"):
            yield from _entries(main, ())


def _entries(node: ElementTree.Element, above: tuple[str, ...]) -> Iterator[list[str]]:
    title = tidy(node.findtext("title") or "")
    path = (*above, title) if title else above  # a reference on a line of its own belongs to the term above
    for child in node:
        if child.tag == "term":
            yield from _entries(child, path)
        elif child.tag in ("see", "use"):
            codes = [tidy(part.text or "") for part in child]
            yield [" > ".join(path), child.tag, tidy(child.text or ""), " ".join(codes)]
        elif child.tag in ("code", "codes", "tab"):
            yield [" > ".join(path), "code", "", tidy(child.text or "")]


def write(raw: Path, out: Path) -> None:
    """Write definitions.csv, device-aggregation.csv and index.csv."""
    root = ElementTree.parse(raw / DEFINITIONS_2026).getroot()
    header = ["section", "position", "term", "definition", "explanation", "includes"]
    count = write_csv(out / "definitions.csv", header, definitions(root))
    header = ["device", "operation", "body_systems", "general_value", "general_device"]
    write_csv(out / "device-aggregation.csv", header, devices(root))
    entries = index(ElementTree.parse(raw / INDEX_2025).getroot())
    terms = write_csv(out / "index.csv", ["term", "kind", "reference", "codes"], entries)
    print(f"definitions.csv: {count} rows, index.csv: {terms} rows")
