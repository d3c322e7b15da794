"""What `chartpath code --json` and `chartpath search --json` print, and the sentence for an unknown code."""

from __future__ import annotations

from chartpath.codesets.editions import CURRENT_EDITION, EDITIONS, check_edition
from chartpath.codesets.lookup import Store, store
from chartpath.codesets.models import Code, Hit, Node, normalize, plain
from chartpath.codesets.systems import FIRST, claimed, detect, licensed, other
from chartpath.errors import BadInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LEVEL_II = "hcpcs"
_MODIFIERS = Node("Modifiers", "HCPCS Level II modifiers", "section")  # what stands above a modifier
JSON_KINDS = (
    "includes",
    "excludes1",
    "excludes2",
    "code_first",
    "use_additional",
    "code_also",
    "seventh_character",
)


def find(code: str, edition: str = CURRENT_EDITION, system: str | None = None) -> Code:
    """The code, or BadInput with one line that says what is wrong and names the nearest real codes.

    Without a system ICD-10-CM is asked first, then the sets that have codes of this shape, then the modifiers of HCPCS
    Level II.
    """
    codes = store()
    found = codes.get(code, edition, system)
    if found is None and system is None:
        detected = detect(code, check_edition(edition))
        found = codes.get(code, edition, detected) if detected else None
    if found is None and system in (None, LEVEL_II):
        from chartpath.codesets import modifiers

        found = modifiers.get(code)
    if found is None and system is None:
        from chartpath.codesets.nearby import likely_slip

        begun = codes.get(plain(code)[:3], edition) is not None
        if not begun and likely_slip(codes, code, edition) is None:
            system = claimed(code) or None
    if found is None and system not in (None, FIRST):
        raise BadInput(other(str(system)).unknown(code, check_edition(edition)))
    if found is None:
        raise BadInput(licensed(plain(code)) or unknown(codes, code, check_edition(edition)))
    return found


def search(
    text: str, system: str | None = None, limit: int = 10, edition: str = CURRENT_EDITION
) -> list[Hit]:
    """Codes and HCPCS modifiers for a few words, an abbreviation, the beginning of a code, or a modifier, best first.

    Without a system ICD-10-CM is searched; a modifier typed as such (`RT`) is found there too. Where the two
    characters are an abbreviation of clinicians as well (`MS`), the diagnoses go first.
    """
    hits = store().search(text, system, limit, edition)
    if system not in (None, LEVEL_II):
        return hits
    from chartpath.codesets import modifiers

    if system == LEVEL_II:
        return sorted([*hits, *modifiers.search(text, limit)], key=lambda hit: -hit.score)[:limit]
    marks = modifiers.search(text, 1) if modifiers.get(text) else []
    if not marks:
        return hits
    said = store().rows("SELECT 1 FROM synonyms WHERE term = ?", (text.strip().lower(),))
    return [*hits[: limit - 1], *marks] if said else [*marks, *hits][:limit]


def unknown(codes: Store, code: str, edition: str) -> str:
    """One line about a code that an edition does not hold."""
    from chartpath.codesets.nearby import likely_slip, nearest

    shown = normalize(code)
    if not plain(code):
        return "no code given. Type one, for example E11.22."
    slip = likely_slip(codes, code, edition)
    if slip:
        return f"{shown}: no such code; likely {slip[1]}. Did you mean {slip[0].code} {slip[0].title}?"
    others = [year for year in EDITIONS if year != edition and codes.get(code, year)]
    near = (codes.replaced_by(code, edition) if others else [])[:3] or nearest(codes, code, int(edition), 3)
    names = "; ".join(f"{hit.code} {hit.title}" for hit in near)
    if others:
        last = codes.get(code, others[-1])
        title = f" ({last.title})" if last else ""
        first = f"{shown}{title} is a code of FY{', FY'.join(others)}, not of FY{edition}."
        return f"{first} Now: {names}." if names else first
    head = f"{shown}: no such code in ICD-10-CM FY{edition}."
    if "O" in plain(code)[1:]:
        head += " No code has the letter O after its first character: is it a zero?"
    return f"{head} Nearest: {names}." if names else f"{head} Search for the condition by its words."


def code_json(code: str, edition: str = CURRENT_EDITION, system: str | None = None) -> dict[str, Any]:
    """The object that `chartpath code CODE --json` prints. Raises BadInput for an unknown code or system.

    `parents` are nearest first. `includes` holds the includes notes and the inclusion terms of the code
    itself; the other kinds hold the notes of the code and of all nodes above it. Every note names the node
    that carries it and the edition of its text. Sets other than ICD-10-CM have no notes; where a set does not say
    since when a code is valid, `valid_from` is null.
    """
    found = find(code, edition, system)
    ours = found.system == FIRST
    codes: Any = store() if ours else other(found.system)
    above = [_MODIFIERS] if found.parent == _MODIFIERS.id else codes.ancestors(found.code)
    return {
        "system": found.system,
        "edition": found.edition,
        "code": found.code,
        "title": found.title,
        "billable": found.billable,
        "valid_from": found.valid_from or None,
        "parents": [{"id": node.id, "title": node.title, "level": node.level} for node in above],
        "children": [
            {"code": child.code, "title": child.title, "billable": child.billable}
            for child in codes.children(found.code, edition)
        ],
        "notes": _notes(store(), found, edition) if ours else {kind: [] for kind in JSON_KINDS},
    }


def _notes(codes: Store, found: Code, edition: str) -> dict[str, list[dict[str, Any]]]:
    notes: dict[str, list[dict[str, Any]]] = {kind: [] for kind in JSON_KINDS}
    for note in codes.notes(found.code):
        kind = "includes" if note.kind == "inclusion" else note.kind
        if kind not in notes or (note.kind == "inclusion" and note.node != found.code):
            continue
        notes[kind].append(
            {
                "node": note.node,
                "node_title": note.node_title,
                "text": note.text,
                "lines": list(note.lines),
                "edition": note.edition_label,
            }
        )
    characters = codes.seventh_characters(found.code, edition)
    if characters:
        for entry in notes["seventh_character"][:1]:
            entry["characters"] = characters
    return notes


def search_json(
    text: str, system: str | None = None, limit: int = 10, edition: str = CURRENT_EDITION
) -> list[dict[str, Any]]:
    """The list that `chartpath search TEXT --json` prints, best hit first."""
    return [
        {
            "code": hit.code,
            "system": hit.system,
            "title": hit.title,
            "billable": hit.billable,
            "path": list(hit.path),
            "score": hit.score,
        }
        for hit in search(text, system, limit, edition)
    ]
