"""The code sets against simple_icd_10_cm 1.5.0, in one run on one machine.

    python tests/benchmarks/codesets.py [--quick]

Measures a fresh process to its first answer, its peak memory, and search against the linear scan of the
other package; and how long it takes to build the cache file. Each last line is `NAME: RATIO x`: how many
times faster or smaller ours is. Without the other package (`pip install simple-icd-10-cm==1.5.0`, for this
program only) the ratios are left out, and it says so. BUILD is how far the build stays under 15 seconds.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OURS = "from chartpath.codesets import store; print(store().get('E11.22').title)"
BUILD = "from pathlib import Path; from chartpath.codesets.cachefile import build; build(Path({!r}))"
THEIRS = "import simple_icd_10_cm as other; print(other.get_description('E11.22'))"
# What a user of the other package writes to find codes by words: a scan over all descriptions.
SCAN = """
import sys, time
import simple_icd_10_cm as other
codes = other.get_all_codes(with_dots=True)
for query in sys.argv[1:]:
    start = time.perf_counter()
    words = query.split()
    found = [code for code in codes if all(word in other.get_description(code).lower() for word in words)]
    print(time.perf_counter() - start)
"""
SEARCH = """
import sys, time
from chartpath.codesets import store
codes = store()
codes.search("warm up")
for query in sys.argv[1:]:
    start = time.perf_counter()
    codes.search(query)
    print(time.perf_counter() - start)
"""
PROCEDURE = "from chartpath.codesets import pcs; assert 'Gallbladder' in pcs.title('0FT44ZZ')"
QUERIES = [
    "chronic kidney disease",
    "diabetes neuropathy",
    "fracture femur",
    "pneumonia",
    "chest pain",
    "ankle sprain",
]


def fresh(code: str) -> tuple[float, float]:
    """(seconds, peak megabytes) of a new process that runs the code."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL)
    if hasattr(os, "wait4"):
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        unit = 2**20 if sys.platform == "darwin" else 2**10
        peak = usage.ru_maxrss / unit
    else:
        process.wait()
        peak = float("nan")  # Windows does not tell
    if process.returncode:
        sys.exit(f"the measured process failed: {code}")
    return time.perf_counter() - start, peak


def times(code: str) -> list[float]:
    """Seconds for each query, measured inside a new process."""
    run = subprocess.run([sys.executable, "-c", code, *QUERIES], capture_output=True, text=True, check=True)
    return [float(line) for line in run.stdout.split()]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Code sets: speed and memory against simple_icd_10_cm.")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, under a minute")
    repeats = 5 if parser.parse_args().quick else 15
    with tempfile.TemporaryDirectory() as folder:
        # In a process of its own: what this one had in memory would count for those it starts.
        built, build_peak = fresh(BUILD.format(str(Path(folder) / "codesets.sqlite")))
        print(f"building the cache file: {built:.1f} s (aim: under 15 s), peak {build_peak:.0f} MB")
    fresh(OURS)  # the cache file of this user, built once
    installed = importlib.util.find_spec("simple_icd_10_cm") is not None
    ours, other, light = [], [], []
    for number in range(repeats):  # in turn, so that a busy minute slows both
        ours.append(fresh(OURS))
        light.append(fresh("import chartpath")[0])
        if installed and number % 3 == 0:
            other.append(fresh(THEIRS))
    # The least time is the one that other programs disturbed least.
    first, peak = (min(column) for column in zip(*ours, strict=True))
    found = statistics.median(times(SEARCH))
    fresh(PROCEDURE)
    procedure = min(fresh(PROCEDURE)[0] for _ in range(repeats))
    print(f"ICD-10-PCS: first answer {procedure * 1000:.0f} ms (aim: under 300 ms)")
    print(f"import chartpath: {min(light) * 1000:.0f} ms (aim: under 300 ms)")
    print(
        f"chartpath: first answer {first * 1000:.0f} ms, peak {peak:.0f} MB, a search {found * 1000:.1f} ms"
    )
    if not installed:
        print("simple_icd_10_cm is not installed: no ratios (pip install simple-icd-10-cm==1.5.0)")
        print(f"BUILD: {15 / built:.1f} x")
        return
    other_first, other_peak = (min(column) for column in zip(*other, strict=True))
    scan = statistics.median(times(SCAN))
    print(
        f"simple_icd_10_cm: first answer {other_first * 1000:.0f} ms, peak {other_peak:.0f} MB,"
        f" a scan {scan * 1000:.0f} ms"
    )
    print(f"BUILD: {15 / built:.1f} x")
    print(f"FIRST_ANSWER: {other_first / first:.1f} x")
    print(f"PEAK_MEMORY: {other_peak / peak:.1f} x")
    print(f"SEARCH: {scan / found:.1f} x")


if __name__ == "__main__":
    main()
