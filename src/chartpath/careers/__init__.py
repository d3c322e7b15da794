"""Pay, jobs and outlook of the occupations around coding: questions to the labour tables, answers with their limits.

Pure functions over `datasets/labour`. `pay`, `areas` and the lookups read plain CSV and answer at once; the functions
that return a DataFrame import pandas when they are called, so that importing this package stays light.

- A figure that BLS withholds or caps is None, and a note says so in words. It is never 0.
- An occupation code that was retired has rows of its own and is never joined to the one that came after it.
- OEWS counts wage and salary jobs; the Employment Projections count the self-employed too. Levels of the two
  are not compared with each other.
"""

from __future__ import annotations

from chartpath.careers.compare import adjusted_pay, industry_mix, top_areas
from chartpath.careers.names import (
    Area,
    Occupation,
    areas,
    find_area,
    find_occupation,
    occupations,
)
from chartpath.careers.outlook import openings, projection_outcome, projections
from chartpath.careers.trend import PayChange, pay_change, pay_history
from chartpath.careers.wages import Pay, margin, pay, pay_json, reliability

__all__ = [
    "Area",
    "Occupation",
    "Pay",
    "PayChange",
    "adjusted_pay",
    "areas",
    "find_area",
    "find_occupation",
    "industry_mix",
    "margin",
    "occupations",
    "openings",
    "pay",
    "pay_change",
    "pay_history",
    "pay_json",
    "projection_outcome",
    "projections",
    "reliability",
    "top_areas",
]
