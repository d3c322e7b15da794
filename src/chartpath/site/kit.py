"""The kit as wheels for the browser: its code, its tables, and the code sets ready to ask."""

from __future__ import annotations

import re
from pathlib import Path

from chartpath import paths
from chartpath._version import __version__
from chartpath.codesets import cachefile, pcs_cache
from chartpath.codesets.hcpcs import hcpcs_store
from chartpath.site.prebuilt import collect
from chartpath.site.wheels import Wheel, write

# Parts of the package for instructors, authors and counselors: they do not run in a browser.
_NOT_CODE = re.compile(
    r"(^|/)(__pycache__|grading|generate|report|outlook|_jupyter|_data)/|^(build|demo|handout|__main__|cli\w*)\.py$"
    r"|^site/(?!(__init__|browser)\.py$)"
)
# Recipes make the tables. The tables of the code sets are in the databases, where pandas is not at hand to load them.
_NOT_DATA = re.compile(r"^recipes/")
_IN_DATABASE = re.compile(
    r"^codesets/(icd10cm/(codes-|drugs|index-terms|notes|poa-exempt)|icd10pcs/|hcpcs/codes).*\.csv$"
)


def wheels(folder: Path, pandas: bool) -> list[Wheel]:
    """The wheel of the kit and the wheel of the code sets, written into `folder`.

    With `pandas` the tables of the code sets are in it too, so that `cp.load` can read them; without, the
    outputs of the cells that need it. Keys of assessed items are not under `datasets/` and so never in it.
    """
    members = _code() | _data(pandas)
    if not pandas:
        members["chartpath/site/prebuilt.json"] = collect(paths.notebooks())
    ready = {
        f"chartpath/_data/datasets/ready/{kind}.sqlite": file.read_bytes()
        for kind, file in (
            ("codesets", cachefile.locate()),
            ("codesets_hcpcs", hcpcs_store().database.file),
            ("codesets_pcs", pcs_cache.locate()),
        )
    }
    return [
        write("chartpath", __version__, members, folder),
        write("chartpath-codesets", __version__, ready, folder),
    ]


def _code() -> dict[str, bytes]:
    package = Path(__file__).resolve().parent.parent
    return {
        f"chartpath/{place}": file.read_bytes()
        for file in sorted(package.rglob("*"))
        if file.is_file() and not _NOT_CODE.search(place := file.relative_to(package).as_posix())
    }


def _data(pandas: bool) -> dict[str, bytes]:
    top = paths.datasets()
    return {
        f"chartpath/_data/datasets/{place}": file.read_bytes()
        for file in sorted(top.rglob("*"))
        if file.is_file()
        and not _NOT_DATA.search(place := file.relative_to(top).as_posix())
        and (pandas or not _IN_DATABASE.search(place))
    }
