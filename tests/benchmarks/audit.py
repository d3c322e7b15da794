"""How many answers a second the audit judges on one core.

    python tests/benchmarks/audit.py [--quick]

Every key and every wrong answer of the cases at hand is judged again and again. Two peers run over the same
answers: the same audit without its memory of the code book (each look-up goes to the store), and the plain set
comparison that most graders use (precision, recall and F1 of two sets, no reasons).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "audit"))

from audit_cases import ALL_CASES, gold, lines, opened

from chartpath.answers import CodeLine
from chartpath.audit import audit
from chartpath.audit.book import forget
from chartpath.items import Chart, Key

AIM = 2000.0
"""Audits a second on one core that the project asks for."""

Answer = tuple[list[CodeLine], Chart, Key]


def answers() -> list[Answer]:
    """Each key and each wrong answer of the cases, parsed as the grader parses them."""
    found: list[Answer] = []
    for case in ALL_CASES:
        chart, key = opened(case)
        for codes in (gold(key), *(wrong["codes"] for wrong in case["wrong_submissions"])):
            found.append((lines(codes, key), chart, key))
    return found


def remembering(one: Answer) -> float:
    """The audit as it is."""
    return audit(*one).score


def forgetful(one: Answer) -> float:
    """The audit with every look-up made anew."""
    forget()
    return audit(*one).score


def set_f1(one: Answer) -> float:
    """Two sets compared: what a grader without rules does."""
    submitted, wanted = {line.code for line in one[0]}, {code.code for code in one[2].codes}
    hits = len(submitted & wanted)
    return 2 * hits / (len(submitted) + len(wanted))


def rate(judge: Callable[[Answer], float], work: list[Answer], seconds: float) -> float:
    """Answers a second over at least `seconds` of whole rounds; the best of the rounds, as machines have neighbors."""
    best = 0.0
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        start = time.perf_counter()
        for one in work:
            judge(one)
        best = max(best, len(work) / (time.perf_counter() - start))
    return best


def main() -> int:
    """Print the rates, then one ratio; exit status 1 when the aim is missed."""
    parser = argparse.ArgumentParser(description="Audits a second on one core.")
    parser.add_argument("--quick", action="store_true", help="a few seconds instead of a minute")
    seconds = 2.0 if parser.parse_args().quick else 15.0
    work = answers()
    start = time.perf_counter()
    remembering(work[0])
    print(f"first audit of a process: {1000 * (time.perf_counter() - start):.0f} ms")
    ours = rate(remembering, work, seconds)
    plain = rate(set_f1, work, seconds / 4)
    cold = rate(forgetful, work[:60], seconds)
    print(f"{len(work)} answers of {len(ALL_CASES)} cases")
    print(f"audit: {ours:,.0f} a second (aim {AIM:,.0f})")
    print(f"audit without kept look-ups: {cold:,.0f} a second")
    print(f"set F1, no reasons: {plain:,.0f} a second")
    print(f"audit over audit without kept look-ups: {ours / cold:.1f} x")
    return 0 if ours >= AIM else 1


if __name__ == "__main__":
    raise SystemExit(main())
