"""Codes that a learner pinned, and those used last: pins are kept in one small file, the rest in memory."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from chartpath.codebook.places import Place
from chartpath.record import file

RECENT = 12
Name = tuple[str, str]  # code set and id of a place: what finds it again in any edition


class Shelf:
    """Pinned places in the order of pinning, and recent ones, newest first.

    `file` keeps the pins; None keeps them for this session only. `trouble` is one line when they could not be read
    or kept, empty otherwise: the panel goes on either way.
    """

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self.trouble = ""
        self.recent: list[Name] = []
        self.pinned: list[Name] = self._read()

    def used(self, here: Place) -> None:
        """Put a place in front of the recent ones."""
        name = (here.system, here.id)
        self.recent = [name, *(one for one in self.recent if one != name)][:RECENT]

    def pin(self, here: Place) -> bool:
        """Pin a place, or take its pin away; whether it is pinned now."""
        name = (here.system, here.id)
        # What another notebook pinned meanwhile is kept.
        known = self._read() if self.file else self.pinned
        self.pinned = [one for one in known if one != name] if name in known else [*known, name]
        self._write()
        return name in self.pinned

    def holds(self, here: Place) -> bool:
        """Whether a place is pinned."""
        return (here.system, here.id) in self.pinned

    def _read(self) -> list[Name]:
        if self.file is None:
            return []
        try:
            rows = json.loads(self.file.read_text(encoding="utf-8"))["pinned"]
            return [(str(system), str(name)) for system, name in rows]
        except FileNotFoundError:
            return []
        except OSError as error:
            self.trouble = f"{self.file.name}: cannot be read ({error.strerror}). Pins last for this session."
            self.file = None
        except (ValueError, TypeError, KeyError):
            aside = self.file.with_suffix(".damaged.json")
            self.trouble = (
                f"{self.file.name}: not readable, so no pins. It is kept as {aside.name}; pin anew."
            )
            try:
                self.file.replace(aside)
            except OSError:
                self.trouble = (
                    f"{self.file.name}: not readable and not to be moved. Pins last for this session."
                )
                self.file = None
        return []

    def _write(self) -> None:
        """Into a file beside it first, so that a crash leaves the old pins or the new ones."""
        if self.file is None:
            return
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.file.parent, prefix=".pins", suffix=".json")
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump({"pinned": self.pinned}, stream)
            Path(name).replace(self.file)
        except OSError as error:
            self.trouble = (
                f"{self.file.parent}: cannot be written ({error.strerror}). Pins last for this session only."
            )
            self.file = None


def pins() -> Path | None:
    """The file of the pins, beside the learner's record; None where no record is kept (see `chartpath.record`)."""
    record = file()
    return record.with_name("pins.json") if record else None
