"""How long 600 charts with their keys take on one core, every key and miscoding judged by the audit.

    python tests/benchmarks/generate.py [--quick]

The peer is the same run without the audit's confirmation of miscodings: what trust alone would save.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from unittest import mock

from chartpath import generate
from chartpath.generate import charts
from chartpath.generate.folder import write_folder
from chartpath.generate.likeness import jaccard, shingles

AIM = 60.0
"""Seconds for 600 charts that the project asks for."""


def closest(notes: list[str]) -> float:
    """The largest Jaccard index of word 5-grams between two notes of a run."""
    sets = [shingles(note) for note in notes]
    return max(jaccard(one, other) for place, one in enumerate(sets) for other in sets[place + 1 :])


def main() -> int:
    """Print the times and a ratio; exit status 1 when the aim is missed."""
    parser = argparse.ArgumentParser(description="Seconds for 600 generated charts.")
    parser.add_argument("--quick", action="store_true", help="120 charts, scaled")
    count = 120 if parser.parse_args().quick else 600
    with tempfile.TemporaryDirectory() as folder:
        next(charts("warm", 1))
        start = time.perf_counter()
        stats, dropped = write_folder(charts("benchmark", count), Path(folder) / "made")
        seconds = (time.perf_counter() - start) * 600 / count
    start = time.perf_counter()
    made = list(charts("benchmark", count))
    judged = time.perf_counter() - start
    with (
        mock.patch.object(generate, "miscodings", return_value=((), ())),
        mock.patch.object(generate, "FEWEST", 0),
    ):
        start = time.perf_counter()
        list(charts("benchmark", count))
        trusting = time.perf_counter() - start
    notes = [one.item.chart.note for one in made if one.item.chart]
    print(f"{count} charts of {len(generate.situations())} situations, {stats.codes} distinct codes")
    print(f"miscodings confirmed {stats.miscodings}, left out {dropped}")
    print(
        f"near duplicates {stats.near_duplicate_rate:.2%}, closest pair {closest(notes):.2f} (Jaccard of word 5-grams)"
    )
    print(f"600 charts, written: {seconds:.1f} s (aim {AIM:.0f} s)")
    print(f"time with the audit's confirmation over without: {judged / trusting:.1f} x")
    return 0 if seconds <= AIM else 1


if __name__ == "__main__":
    raise SystemExit(main())
