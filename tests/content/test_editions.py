"""No key rests on a code that a newer edition has dropped: the replacement is named where one is."""

from __future__ import annotations

from chartpath import items
from chartpath.codesets import CURRENT_EDITION
from chartpath.codesets.changes import stale


def test_no_key_code_has_left_the_set() -> None:
    keys = {
        one.id: [code.code for code in items.key(one.id).codes]
        for one in items.items()
        if one.kind == "codes"
    }
    assert len(keys) >= 15
    assert [str(gone) for gone in stale(keys, CURRENT_EDITION)] == []


def test_a_dropped_code_would_be_named_with_its_replacement() -> None:
    (gone,) = stale({"a-chart": ["I42.0"]}, CURRENT_EDITION)
    assert "a-chart" in str(gone)
    assert "I42.00" in str(gone)
