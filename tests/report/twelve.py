"""What the twelve learners of the report's class type."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1] / "grading"))

from classroom import FIRST, SECOND, cell, gold

STAY = "ip-late-pregnancy-headache-01"


def answers_of(number: int) -> dict[str, str]:
    """What the learner of this number (0-11) types: some right, some wrong, one blank."""
    first = gold(FIRST) if number < 8 else "N30.00" if number < 11 else ""
    second = gold(SECOND) if number % 3 == 0 else "R10.A1"
    stay = gold(STAY)
    if number >= 9:
        stay = "principal R51.9"
    elif number >= 6:
        stay = "principal O80\nO14.14 Y\nZ37.0\nZ3A.37\nprocedure 10E0XZZ"
    return {FIRST: first, SECOND: second, STAY: stay}


def type_in(book: dict[str, Any], number: int) -> None:
    for item, body in answers_of(number).items():
        if body:
            cell(book, item)["source"] = f"%%answer {item}\n{body}"
