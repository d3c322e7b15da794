"""How fast the codebook panel answers: a keystroke in the kernel, the other sets after a pause, the first opening.

    python tests/benchmarks/codebook.py [--quick]

Types each question letter by letter into a real panel inside a running event loop, as a kernel does. The aims are
50 ms for every keystroke and 1 s for the first opening in a fresh process (the code sets' cache files built before).
Each last line is `NAME: RATIO x`: how many times faster than the aim.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time

KEYSTROKE, OPENING = 0.050, 1.0  # seconds
OPEN = "import time; start = time.perf_counter(); import chartpath as cp; repr(cp.codebook('E11.22')); print(time.perf_counter() - start)"
QUERIES = [
    "diabetes with ckd", "laparoscopic cholecystectomy", "right ankle sprain", "wheelchair", "0FT44ZZ", "hypertnesion",
    "percutaneous endoscopic", "pneumonia", "copd exacerbation", "S93.401A", "fracture of neck of femur", "insulin pump",
]  # fmt: skip


async def typed(queries: list[str]) -> tuple[list[float], list[float]]:
    """(seconds of each keystroke, seconds of each answer of all sets after a pause)."""
    from chartpath.codebook import panel, places
    from chartpath.codebook.shelf import Shelf

    book = panel.Panel("E11.22", "2027", Shelf())
    keystrokes, pauses = [], []
    for query in queries:
        for end in range(1, len(query) + 1):
            start = time.perf_counter()
            book.search.value = query[:end]
            keystrokes.append(time.perf_counter() - start)
        places._found.cache_clear()
        start = time.perf_counter()
        book._joined(query, places.find(query, "icd10cm", "2027"))
        pauses.append(time.perf_counter() - start)
    return keystrokes, pauses


def main() -> None:
    reader = argparse.ArgumentParser()
    reader.add_argument("--quick", action="store_true")
    quick = reader.parse_args().quick
    with tempfile.TemporaryDirectory() as home:
        os.environ["CHARTPATH_HOME"] = home
        subprocess.run(
            [sys.executable, "-c", OPEN], check=True, capture_output=True
        )  # builds the cache files
        runs = [
            float(
                subprocess.run(
                    [sys.executable, "-c", OPEN], check=True, capture_output=True, text=True
                ).stdout
            )
            for _ in range(2 if quick else 5)
        ]
    keystrokes, pauses = asyncio.run(typed(QUERIES[:6] if quick else QUERIES))
    keystrokes.sort()
    worst, late = keystrokes[-1], keystrokes[int(len(keystrokes) * 0.95)]
    print(f"{len(keystrokes)} keystrokes: median {statistics.median(keystrokes) * 1000:.1f} ms,", end=" ")
    print(f"95% within {late * 1000:.1f} ms, slowest {worst * 1000:.1f} ms (aim {KEYSTROKE * 1000:.0f})")
    print(f"all sets after a pause: slowest {max(pauses) * 1000:.1f} ms")
    print(f"first opening: {statistics.median(runs):.2f} s (aim {OPENING:.0f})")
    print(f"KEYSTROKE: {KEYSTROKE / late:.1f} x")
    print(f"OPENING: {OPENING / statistics.median(runs):.1f} x")


if __name__ == "__main__":
    main()
