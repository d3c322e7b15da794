"""Where the cache file is, whether it fits the tables, and when it must be built."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from zlib import crc32

from chartpath import paths
from chartpath.errors import ChartpathError

TYPE_CHECKING = False  # typing itself is not needed to run
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# The code that decides what is in the cache file, beside the tables themselves.
_BUILDERS = ("build.py", "models.py", "phrases.py", "refs.py", "terms.py")


def folder() -> Path:
    """Where the committed tables are."""
    return paths.datasets() / "codesets" / "icd10cm"


def fingerprint() -> str:
    """Checksum of the ICD-10-CM tables and of the code that reads them."""
    return mark(folder().parent / "datapackage.json", (folder(), folder().parent), _BUILDERS)


def mark(package: Path, places: Sequence[Path], builders: Sequence[str]) -> str:
    """Checksum of tables and of the code that reads them: the name of a cache file follows from it.

    The Data Package records a SHA-256 of every table. Those are taken at their word while the sizes stay the
    same, because reading 20 MB would cost more than the answer; a test holds the recorded hashes true. Over
    the package and the code a CRC is enough: it tells versions apart, and it guards against nobody.
    """
    content = package.read_bytes()
    for place in places:
        with os.scandir(place) as entries:
            sizes = sorted(
                f"{entry.name} {entry.stat().st_size}" for entry in entries if entry.name.endswith(".csv")
            )
        content += "\n".join(sizes).encode()
    here = Path(__file__).parent
    for name in builders:
        content += (here / name).read_bytes()
    return f"{crc32(content):08x}{len(content):x}"


def locate() -> Path:
    """The cache file for the ICD-10-CM tables at hand, built when it is missing."""
    return find(f"codesets-{fingerprint()}.sqlite", ensure)


def find(name: str, ensure: Callable[[Path], None]) -> Path:
    """A cache file by its name, which `ensure` builds when it is missing.

    A site that runs in the browser carries the files ready made, beside tables too large to be read there.
    It lies in the user's cache folder, or in the temporary folder when that cannot be written to. Raises
    ChartpathError when neither can.
    """
    ready = paths.datasets() / "ready" / f"{name.rpartition('-')[0]}.sqlite"
    if ready.is_file():
        return ready
    failure: Exception | None = None
    for place in (paths.cache, _temporary):
        try:
            target = place() / name
            ensure(target)
        except (OSError, sqlite3.OperationalError) as error:  # a read-only home, a full disk
            failure = error
            continue
        return target
    raise ChartpathError(
        f"the code sets need a folder to write to ({failure}). Set CHARTPATH_CACHE to one."
    ) from failure


def ensure(target: Path) -> None:
    """Build the file when it is missing. Two processes may build at once: each puts a whole file in place."""
    if not target.is_file():
        build(target)
        forget(target)


def forget(target: Path) -> None:
    """Remove files of earlier tables or versions, of the same kind as `target`, that nobody rebuilt for a month."""
    for other in target.parent.glob(f"{target.name.rpartition('-')[0]}-*"):
        if other != target and other.stat().st_mtime < target.stat().st_mtime - 30 * 86400:
            try:
                other.unlink()
            except OSError:
                continue  # in use by another process, or already gone


def build(target: Path) -> None:
    """Build the file anew. The builder is imported here because a warm start does not need it."""
    from chartpath.codesets.build import build as build_file

    build_file(target)


def _temporary() -> Path:
    """This user's part of the shared temporary folder; a new one when somebody else has taken its name."""
    import tempfile

    if not hasattr(os, "getuid"):  # on Windows the temporary folder is the user's own
        return Path(tempfile.gettempdir()) / "chartpath"
    mine = Path(tempfile.gettempdir()) / f"chartpath-{os.getuid()}"
    mine.mkdir(mode=0o700, exist_ok=True)
    return mine if mine.stat().st_uid == os.getuid() else Path(tempfile.mkdtemp(prefix="chartpath-"))
