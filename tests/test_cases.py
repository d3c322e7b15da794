"""Cases of the published contract."""

from __future__ import annotations

import json
from pathlib import Path

from chartpath import cases


def test_contract_cases_become_charts_and_keys() -> None:
    contract = json.loads((Path(__file__).parent / "audit" / "cases.json").read_text(encoding="utf-8"))
    for case in contract["charts"]:
        key = cases.key_from_case(case)
        assert [code.code for code in key.codes] == [row["code"] for row in case["gold"]]
        assert key.miscodings == ()
        assert cases.chart_from_case(case).setting == case["setting"]
