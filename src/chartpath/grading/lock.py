"""One grader at a time in a course's folder: two at once would write over each other."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from chartpath.errors import BadInput

BUSY = "Another `chartpath grade` is at work in this course. Wait until it is done."


@contextmanager
def alone(folder: Path) -> Iterator[int]:
    """Hold the lock of this course folder, and yield its file's number. Raises BadInput when another grader holds it.

    The system lets it go when the process ends, however it ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".grading.lock").open("a+b") as file:
        if not _lock(file.fileno()):
            raise BadInput(BUSY)
        try:
            yield file.fileno()
        finally:
            _unlock(file.fileno())


_lock: Callable[[int], bool]
_unlock: Callable[[int], None]
if os.name == "nt":
    import msvcrt

    def _lock(number: int) -> bool:
        try:
            msvcrt.locking(number, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True

    def _unlock(number: int) -> None:
        os.lseek(number, 0, os.SEEK_SET)
        msvcrt.locking(number, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined]

else:
    import fcntl

    def _lock(number: int) -> bool:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _unlock(number: int) -> None:
        fcntl.flock(number, fcntl.LOCK_UN)
