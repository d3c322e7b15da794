"""Level II modifiers as entries to look up and to find: what `cp.code("RT")` and the search show of them.

A modifier is no code: it goes behind one on a claim line. Modifiers of two digits belong to CPT and are not here.
"""

from __future__ import annotations

from functools import cache

from chartpath.codesets import hcpcs
from chartpath.codesets.models import Code, Hit
from chartpath.codesets.terms import stems

PARENT = "Modifiers"
"""Id of the place above every modifier; by it a card knows one."""

PATH = f"{hcpcs.NAME} modifiers"
_EXACT = 2.0  # score of the modifier that was typed, as for the beginning of a code
_EXTRA = 0.55  # how much words of a title that nobody asked for count against it, as in the search for codes


def get(text: str) -> Code | None:
    """A modifier in any spelling (`-rt`) as an entry of the code set, or None. It cannot be reported alone."""
    found = hcpcs.modifier(text)
    if found is None:
        return None
    return Code(hcpcs.SYSTEM, hcpcs.RELEASE, found.modifier, found.title, False, "", PARENT)


def every() -> list[Code]:
    """All modifiers, in the order of their characters."""
    return [code for code, _ in _titles()]


def among(hit: Hit) -> bool:
    """Whether a result of a search is a modifier and no code."""
    return hit.path == (PATH,)


def use(code: Code) -> str:
    """What the group of a modifier is for, in the words of the course; empty for the groups it does not teach."""
    found = hcpcs.modifier(code.code) if code.parent == PARENT else None
    return found.use if found else ""


def search(text: str, limit: int) -> list[Hit]:
    """Modifiers by their two characters, or whose titles hold every word, best first."""
    if exact := get(text):
        return [_hit(exact, _EXACT)][:limit]
    asked = set(stems(text))
    if not asked:
        return []
    found = [
        _hit(code, len(asked) / (len(asked) + _EXTRA * (len(words) - len(asked))))
        for code, words in _titles()
        if asked <= words
    ]
    return sorted(found, key=lambda hit: (-hit.score, hit.code))[:limit]


@cache
def _titles() -> list[tuple[Code, frozenset[str]]]:
    """Every modifier with the stems of its title."""
    found = [get(mark) for mark in hcpcs.modifiers()]
    return [(code, frozenset(stems(code.title))) for code in found if code]


def _hit(code: Code, score: float) -> Hit:
    return Hit(code.code, code.system, code.title, False, (PATH,), round(score, 4))
