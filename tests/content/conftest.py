"""The whole content, once: every item, and every key that the checkout holds."""

from __future__ import annotations

import pytest

from chartpath import items


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`item` runs over every item, `coded` over those answered with codes, `assessed` over the assessed."""
    bank = items.items()
    chosen = {
        "item": bank,
        "coded": [one for one in bank if one.kind == "codes"],
        "plain": [one for one in bank if one.kind != "codes"],
        "assessed": [one for one in bank if one.assessed],
    }
    for name, found in chosen.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, found, ids=[one.id for one in found])
