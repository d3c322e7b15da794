"""Claims of career articles about medical coding, with verdict, evidence and a sentence that holds.

Written by people in `labour_claims.yaml` beside this file: the claims are paraphrased, and no sentence of an article is
quoted. `datasets/labour/printed.yaml` says how each figure in them is recomputed.
"""

from __future__ import annotations

from pathlib import Path

import yaml
from labour_read import Row, Table

WORDS = Path(__file__).with_suffix(".yaml")
HEADER = (
    "claim",
    "article",
    "says",
    "kind",
    "checkable",
    "trap",
    "verdict",
    "evidence",
    "vintage",
    "corrected",
)


def claims() -> Table:
    """The table of the fact-check lab, a row a claim, numbered from 1 in the order of the lab."""
    written = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    rows: list[Row] = []
    for number, row in enumerate(written, 1):
        if missing := [name for name in HEADER[1:] if name not in row]:
            raise SystemExit(f"labour_claims.yaml, claim {number}: {', '.join(missing)} is missing")
        rows.append([number, *("" if row[name] is None else row[name] for name in HEADER[1:])])
    return Table("claims", HEADER, rows)
