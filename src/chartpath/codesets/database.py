"""A read-only SQLite file that is built from tables, and rebuilt when it is missing or damaged."""

from __future__ import annotations

import os
import sqlite3
import threading

TYPE_CHECKING = False  # typing itself is not needed to run
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import Any


class Database:
    """Answers queries from any thread and process, each over a connection of its own.

    The file must hold a table `meta` with the row ('complete', 'yes'), written last.
    """

    def __init__(self, file: Path, ensure: Callable[[Path], None], build: Callable[[Path], None]) -> None:
        """`ensure` builds the file when it is missing; `build` builds it anew, whatever is there."""
        self.file = file
        self._ensure = ensure
        self._build = build
        self._local = threading.local()
        self._repair = threading.Lock()
        self._generation = 0

    def _connection(self) -> sqlite3.Connection:
        key = (os.getpid(), self._generation)
        if getattr(self._local, "key", None) != key:
            self._ensure(self.file)
            # immutable: no lock files, so a read-only folder and a network share work too.
            uri = f"{self.file.resolve().as_uri()}?mode=ro&immutable=1"
            self._local.connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            self._local.key = key
        connection: sqlite3.Connection = self._local.connection
        return connection

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query. A damaged file is rebuilt once and asked again."""
        generation = self._generation
        try:
            return self._connection().execute(sql, values).fetchall()
        except sqlite3.DatabaseError:
            with self._repair:
                if generation == self._generation:  # another thread may have repaired it meanwhile
                    if self._sound():
                        raise
                    self._local.connection.close()  # Windows does not replace an open file
                    self._build(self.file)
                    self._generation += 1
            return self._connection().execute(sql, values).fetchall()

    def _sound(self) -> bool:
        """Whether the file is whole, so that an error is the question's fault and not the file's."""
        try:
            connection = self._connection()
            complete = connection.execute("SELECT value FROM meta WHERE name = 'complete'").fetchall()
            return bool(complete) and connection.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)]
        except sqlite3.DatabaseError:
            return False
