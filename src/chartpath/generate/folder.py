"""A run of the generator as a folder: charts, keys apart from them, and what the run holds. The seed is nowhere in it."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

from chartpath._version import __version__
from chartpath.errors import BadInput
from chartpath.generate import Generated
from chartpath.generate.stats import Stats, measure


def write_folder(
    charts: Iterable[Generated], out: Path, told: Callable[[int], None] = lambda done: None
) -> tuple[Stats, int]:
    """Write `out/charts`, `out/keys` and `out/datapackage.json`; returns the counts, and the miscodings left out.

    All is written beside `out` first and then renamed, so that a run that stops leaves nothing. Raises BadInput for a
    folder that is not empty; `told` hears the number of charts done.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise BadInput(f"{out} is not empty. Give a new folder with --out, or empty this one.")
    out.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        stats, dropped = _fill(work, charts, told)
        if out.exists():
            out.rmdir()
        work.chmod(0o755)
        work.rename(out)
    finally:
        shutil.rmtree(work, ignore_errors=True)  # nothing is left of it after the rename
    return stats, dropped


def _fill(work: Path, charts: Iterable[Generated], told: Callable[[int], None]) -> tuple[Stats, int]:
    (work / "charts").mkdir()
    (work / "keys").mkdir()
    pairs, resources, dropped = [], [], 0
    for done, one in enumerate(charts, 1):
        text = one.chart_text
        (work / "charts" / f"{one.id}.md").write_text(text, encoding="utf-8", newline="\n")
        (work / "keys" / f"{one.id}.yaml").write_text(one.key_text, encoding="utf-8", newline="\n")
        pairs.append((one.item, one.key))
        dropped += len(one.dropped)
        digest = sha256(text.encode("utf-8")).hexdigest()
        resources.append(
            {
                "name": one.id,
                "path": f"charts/{one.id}.md",
                "mediatype": "text/markdown",
                "hash": f"sha256:{digest}",
            }
        )
        told(done)
    stats = measure(pairs)
    package = {
        "name": "generated-charts",
        "title": "Charts made by chartpath generate",
        "description": "Invented records. The keys are in keys/, apart from the charts; keep that folder from learners.",
        "version": __version__,
        "licenses": [{"name": "CC-BY-4.0", "path": "https://creativecommons.org/licenses/by/4.0/"}],
        "counts": stats.as_json(),
        "resources": sorted(resources, key=lambda row: row["name"]),
    }
    text = json.dumps(package, ensure_ascii=False, indent=1)
    (work / "datapackage.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    return stats, dropped
