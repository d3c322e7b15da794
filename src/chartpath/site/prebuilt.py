"""What the cells of the lessons showed when the course was built, kept for a browser that cannot compute it anew."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from chartpath.site.browser import key

# Cells that a browser always runs itself.
_RUNS_ANYWHERE = re.compile(
    r"\s*(%%\w+|import chartpath as cp\s*$|cp\.(show|score|code|search|diagram|drill|hand_in)\()"
)


def collect(notebooks: Path) -> bytes:
    """The outputs of every other code cell of the course, as JSON: the key of its source -> its mime bundles."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(notebooks.glob("*/*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] != "code" or _RUNS_ANYWHERE.match(source):
                continue
            shown = [_bundle(output) for output in cell["outputs"]]
            if any(shown):
                found[key(source)] = [one for one in shown if one]
    return json.dumps(found, ensure_ascii=False, sort_keys=True).encode()


def _bundle(output: dict[str, Any]) -> dict[str, Any]:
    """One output as a mime bundle; empty for an error."""
    if output["output_type"] == "stream":
        return {"text/plain": "".join(output["text"]).rstrip("\n")}
    data = output.get("data", {})
    return {kind: "".join(value) if isinstance(value, list) else value for kind, value in data.items()}
