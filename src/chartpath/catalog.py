"""The kit's tables by name, as DataFrames that carry their source.

A name is the folder under `datasets/` and the resource of its Data Package: `codesets/icd10cm/codes` or
`labour/oews`. pandas is imported when a table is asked for, not before.
"""

from __future__ import annotations

import json
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import frozen

from chartpath import paths
from chartpath.errors import BadInput, ChartpathError

if TYPE_CHECKING:
    import pandas as pd

# Data Package field types -> pandas dtypes. Codes stay text, so that 0010 is not 10.
_DTYPES = {
    "string": "string",
    "integer": "Int64",
    "number": "float64",
    "boolean": "boolean",
    "date": "string",
    "year": "Int64",
}


@frozen
class Table:
    """One table of the catalog: its files (more than one when it is stored in parts) and its description."""

    name: str
    files: tuple[Path, ...]
    resource: dict[str, Any]


@cache
def tables() -> dict[str, Table]:
    """Every table by name, in alphabetic order. Raises ChartpathError for a package that cannot be read."""
    found: dict[str, Table] = {}
    for path in sorted(paths.datasets().glob("*/**/datapackage.json")):
        try:
            package = json.loads(path.read_text(encoding="utf-8"))
            resources = package["resources"]
        except (ValueError, KeyError) as error:
            raise ChartpathError(f"{path}: not a Data Package ({error}). Restore the file.") from error
        for resource in resources:
            if resource.get("format") != "csv":
                continue
            place = path.parent / resource["path"]
            above = place.parent.relative_to(paths.datasets()).as_posix()
            name = f"{above}/{resource['name']}"
            found[name] = Table(name, (place,), resource)
            if "partOf" in resource:
                whole = f"{above}/{resource['partOf']}"
                parts = found[whole].files if whole in found else ()
                found[whole] = Table(whole, (*parts, place), resource)
    return dict(sorted(found.items()))


def names() -> list[str]:
    """Names that `load` accepts."""
    return list(tables())


def load(name: str) -> pd.DataFrame:
    """The table as a DataFrame, with its description in `attrs`.

    `df.attrs` holds `name`, `title`, `description`, `edition`, `source` (one line), `sources`, `license` (one
    line), `licenses` and `columns` (name -> meaning and unit). Codes are text; dates are ISO text.
    Raises BadInput for an unknown name, with the near ones.
    """
    table = tables().get(name.strip().strip("/"))
    if table is None:
        raise BadInput(f"{name}: no such table. {_nearby(name)}")
    import pandas as pd

    schema = table.resource["schema"]["fields"]
    dtypes = {field["name"]: _DTYPES.get(field["type"], "string") for field in schema}
    parts = [
        # An empty cell is a missing value; the texts "NA" and "None" are texts.
        pd.read_csv(file, dtype=dtypes, keep_default_na=False, na_values=[""], encoding="utf-8")
        for file in table.files
    ]
    frame = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
    frame.attrs.update(_description(table))
    return frame


def _description(table: Table) -> dict[str, Any]:
    resource = table.resource
    sources = resource.get("sources", [])
    licenses = resource.get("licenses", [])
    whole = len(table.files) > 1
    return {
        "name": table.name,
        "title": resource["title"] if not whole else resource["description"].split(".")[0],
        "description": resource.get("description", ""),
        "edition": resource.get("edition", ""),
        "source": "; ".join(source["title"] for source in sources),
        "sources": sources,
        "license": "; ".join(entry.get("title", entry.get("name", "")) for entry in licenses),
        "licenses": licenses,
        "columns": {field["name"]: field.get("description", "") for field in resource["schema"]["fields"]},
    }


def _nearby(name: str) -> str:
    """The names closest to one that does not exist, or all of them when nothing is close."""
    known = names()
    wanted = name.strip().lower()
    near = get_close_matches(wanted, known, 3, 0.5)
    last = wanted.split("/")[-1]
    near += [other for other in known if other not in near and last and last in other.split("/")[-1]]
    return f"Did you mean {', '.join(near[:4])}?" if near else f"The tables are: {', '.join(known)}."
