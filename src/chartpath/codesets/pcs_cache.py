"""Where the cache file of ICD-10-PCS is, and when it must be built."""

from __future__ import annotations

from chartpath.codesets import cachefile

TYPE_CHECKING = False  # typing itself is not needed to run
if TYPE_CHECKING:
    from pathlib import Path

# The code that decides what is in the cache file, beside the tables themselves.
_BUILDERS = ("build.py", "pcs_build.py", "terms.py")


def folder() -> Path:
    """Where the committed tables are."""
    return cachefile.folder().parent / "icd10pcs"


def locate() -> Path:
    """The cache file for the tables at hand, built when it is missing."""
    mark = cachefile.mark(folder() / "datapackage.json", (folder(),), _BUILDERS)
    return cachefile.find(f"codesets_pcs-{mark}.sqlite", ensure)


def ensure(target: Path) -> None:
    """Build the file when it is missing. Two processes may build at once: each puts a whole file in place."""
    if not target.is_file():
        build(target)
        cachefile.forget(target)


def build(target: Path) -> None:
    """Build the file anew. The builder is imported here because a warm start does not need it."""
    from chartpath.codesets.pcs_build import build as build_file

    build_file(target)
