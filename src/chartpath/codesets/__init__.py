"""Code sets: codes, notes, editions and search. `store()` is the way in.

Importing this package needs the standard library and attrs only; the first `store()` on a machine builds a
cache file in a few seconds.
"""

from __future__ import annotations

from chartpath.codesets.editions import CURRENT_EDITION, EDITIONS, edition_for
from chartpath.codesets.lookup import Store, store
from chartpath.codesets.models import NOTE_KINDS, Code, Guideline, Hit, Node, Note, Ref, normalize

__all__ = [
    "CURRENT_EDITION",
    "EDITIONS",
    "NOTE_KINDS",
    "Code",
    "Guideline",
    "Hit",
    "Node",
    "Note",
    "Ref",
    "Store",
    "code_json",
    "edition_for",
    "normalize",
    "search_json",
    "store",
]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from chartpath.codesets.views import code_json, search_json


def __getattr__(name: str) -> object:
    """The JSON views are imported when they are asked for: a lookup does not need them."""
    if name in ("code_json", "search_json"):
        from chartpath.codesets import views

        return getattr(views, name)
    raise AttributeError(f"module {__name__} has no attribute {name}")
