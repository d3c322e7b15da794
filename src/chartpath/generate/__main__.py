"""For authors of situations: `python -m chartpath.generate FILE [--show N] [--sample N]` checks one and shows charts."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from chartpath.errors import ChartpathError
from chartpath.generate import make_one
from chartpath.generate.check import check_situation
from chartpath.generate.draw import Draw, draw_case
from chartpath.generate.model import read_situation


def main() -> int:
    """Print what is wrong, in words, and charts to read; exit status 1 when something is wrong."""
    parser = argparse.ArgumentParser(prog="chartpath.generate", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print N charts with their keys")
    parser.add_argument("--notes", action="store_true", help="with --show: the notes alone")
    parser.add_argument("--sample", type=int, default=60, metavar="N", help="charts to draw for the check")
    parser.add_argument("--seed", default="look", help="seed of the charts that are shown")
    options = parser.parse_args()
    report = check_situation(options.file, options.sample)
    for line in report.faults:
        print(f"FAULT  {line}")
    for line in report.remarks:
        print(f"remark {line}")
    print(f"{options.file.stem}: {len(report.faults)} faults in {report.charts} charts")
    if options.show:
        _show(options)
    return 1 if report.faults else 0


def _show(options: argparse.Namespace) -> None:
    situation = read_situation(options.file)
    for number in range(options.show):
        draw = Draw(options.seed, situation.id, number)
        one = make_one(draw_case(situation, draw), situation.styles[number % len(situation.styles)], draw)
        print(f"\n----- {one.style}: {', '.join(f'{fact} {value}' for fact, value in one.facts.items())}\n")
        print(one.chart_text if not options.notes else one.item.chart.note if one.item.chart else "")
        if not options.notes:
            print(one.key_text)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ChartpathError as error:
        sys.exit(str(error))
