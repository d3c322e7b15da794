"""Cases to audit: the hand-made ones beside these tests, and the published contract where it is at hand."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chartpath.answers import CodeLine
from chartpath.cases import chart_from_case, key_from_case
from chartpath.codesets import edition_for, store
from chartpath.items import Chart, Key

OWN = Path(__file__).with_name("cases.json")
_BESIDE = Path(__file__).resolve().parents[2].parent / "shared" / "domain" / "charts.json"
PUBLISHED = Path(os.environ.get("CHARTPATH_CASES") or _BESIDE)


def load(path: Path) -> dict[str, Any]:
    """The cases of a contract file; an empty list where the file is not at hand."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"charts": []}
    return found


OWN_CASES: list[dict[str, Any]] = load(OWN)["charts"]
ALL_CASES: list[dict[str, Any]] = [*OWN_CASES, *load(PUBLISHED)["charts"]]


def opened(case: dict[str, Any]) -> tuple[Chart, Key]:
    """Chart and key of a case."""
    return chart_from_case(case), key_from_case(case)


def by_id(case_id: str) -> tuple[Chart, Key]:
    """Chart and key of a hand-made case."""
    return opened(next(one for one in OWN_CASES if one["id"] == case_id))


def lines(codes: Sequence[str], key: Key) -> list[CodeLine]:
    """Code lines that carry the key's own present-on-admission indicators."""
    letters = {one.code: one.poa for one in key.codes}
    return [CodeLine(number, code, code, poa=letters.get(code)) for number, code in enumerate(codes, start=1)]


def gold(key: Key) -> list[str]:
    """The required diagnosis codes of a key, in order."""
    return [one.code for one in key.codes if one.required]


def mutants(chart: Chart, key: Key) -> list[tuple[str, list[str]]]:
    """Wrong answers one step from the key: (how it was made, codes).

    Each code in turn is left out, cut to its stem, or replaced by each sibling: that covers other sides, other
    7th characters and other detail. The first code is moved to the second place where the key fixes the first.
    """
    edition = edition_for(chart.encounter_date)
    right = gold(key)
    accepted = [right, *(list(codes) for codes in key.alternatives)]
    made: list[tuple[str, list[str]]] = []
    for place, code in enumerate(right):
        rest = [*right[:place], *right[place + 1 :]]
        made.append((f"without {code}", rest))
        parent = store().get(code, edition)
        above = (
            parent.parent
            if parent and parent.parent and len(parent.parent) >= 3 and "-" not in parent.parent
            else None
        )
        swaps = [above] if above else []
        swaps += [one.code for one in store().children(above, edition) if one.code != code] if above else []
        made += [(f"{swap} for {code}", [*right[:place], swap, *right[place + 1 :]]) for swap in swaps]
    if len(right) > 1:
        made.append(("first and second exchanged", [right[1], right[0], *right[2:]]))
    return [(how, codes) for how, codes in made if codes not in accepted]
