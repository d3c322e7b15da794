"""`case` runs a test over every case at hand, `own` over the hand-made ones."""

from __future__ import annotations

import pytest
from audit_cases import ALL_CASES, OWN_CASES


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for name, cases in (("case", ALL_CASES), ("own", OWN_CASES)):
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, cases, ids=[one["id"] for one in cases])
