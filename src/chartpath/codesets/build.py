"""Build the cache: the tables under datasets/codesets/icd10cm -> one SQLite file."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from chartpath.codesets import phrases
from chartpath.codesets.cachefile import folder
from chartpath.codesets.models import plain
from chartpath.codesets.refs import Universe, parse

CODE_TABLES = ("codes-a-to-r", "codes-s-to-t", "codes-u-to-z")
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE codes (rank INTEGER PRIMARY KEY, plain TEXT, code TEXT, title TEXT, billable INTEGER,
                    first INTEGER, last INTEGER, valid_from TEXT);
CREATE TABLE tree (node TEXT PRIMARY KEY, level TEXT, title TEXT, parent TEXT, low TEXT, high TEXT) WITHOUT ROWID;
CREATE TABLE notes (id INTEGER PRIMARY KEY, node TEXT, kind TEXT, lines TEXT, refs TEXT);
CREATE TABLE seventh (node TEXT, character TEXT, meaning TEXT);
CREATE TABLE conversions (code TEXT, valid_from TEXT, previous TEXT);
CREATE TABLE poa (plain TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE guidelines (section TEXT PRIMARY KEY, title TEXT, page INTEGER) WITHOUT ROWID;
"""
_INDEXES = """
CREATE INDEX codes_plain ON codes (plain);
CREATE INDEX notes_node ON notes (node);
CREATE INDEX seventh_node ON seventh (node);
CREATE INDEX conversions_previous ON conversions (previous);
"""


def table(name: str) -> Iterator[dict[str, str]]:
    """Rows of one committed table, in order."""
    with (folder() / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def build(target: Path) -> None:
    """Build the cache file of ICD-10-CM."""
    write(target, _fill)


def write(target: Path, fill: Callable[[sqlite3.Connection], None]) -> None:
    """Fill a file beside `target` and put it in place in one step."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=target.stem, suffix=".part", dir=target.parent)
    os.close(handle)
    try:
        connection = sqlite3.connect(name, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = OFF")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("BEGIN")
            fill(connection)
            connection.execute("COMMIT")
        finally:
            connection.close()
        try:
            Path(name).replace(target)
        except PermissionError:
            if not target.is_file():  # else Windows: another process has built the same and has it open
                raise
    finally:
        Path(name).unlink(missing_ok=True)


def _fill(connection: sqlite3.Connection) -> None:
    for statement in _SCHEMA.strip().split(";\n"):
        connection.execute(statement)
    rank = 0
    titles: dict[str, str] = {}
    rows = []
    for name in CODE_TABLES:
        for row in table(name):
            rank += 1
            bare = row["code"].replace(".", "")
            titles[bare] = row["title"]  # the latest wording; the rows of a code are in order of editions
            rows.append(
                (rank, bare, row["code"], row["title"], int(row["billable"]), int(row["first_edition"]),
                 int(row["last_edition"]), row["valid_from"])
            )  # fmt: skip
    connection.executemany("INSERT INTO codes VALUES (?,?,?,?,?,?,?,?)", rows)
    tree = list(table("tree"))
    chapters = _tree(connection, tree, titles)
    _notes(connection, Universe(titles, chapters))
    seventh = [(plain(row["node"]), row["character"], row["meaning"]) for row in table("seventh-characters")]
    connection.executemany("INSERT INTO seventh VALUES (?,?,?)", seventh)
    connection.executemany(
        "INSERT INTO conversions VALUES (?,?,?)",
        ((row["code"], row["valid_from"], row["previous"]) for row in table("conversions")),
    )
    connection.executemany(
        "INSERT INTO poa VALUES (?)", ((plain(row["code"]),) for row in table("poa-exempt"))
    )
    connection.executemany(
        "INSERT INTO guidelines VALUES (?,?,?)",
        ((row["section"], row["title"], int(row["page"])) for row in table("guideline-sections")),
    )
    phrases.fill(
        connection,
        phrases.collect(table, list(titles.items()), {node for node, _, _ in seventh}),
        table("../synonyms"),
    )
    for statement in _INDEXES.strip().split(";\n"):
        connection.execute(statement)
    connection.execute("INSERT INTO meta VALUES ('complete', 'yes')")


def _tree(
    connection: sqlite3.Connection, tree: list[dict[str, str]], titles: dict[str, str]
) -> dict[str, tuple[str, str]]:
    """Store chapters, blocks and the home of each category; return the range of categories of each chapter."""
    parents = {row["node"]: row["parent"] for row in tree}
    spans: dict[str, list[str]] = {}
    for row in tree:
        if row["level"] != "category":
            continue
        node = parents[row["node"]]
        while node:
            spans.setdefault(node, []).append(row["node"])
            node = parents[node]
    for row in tree:
        span = spans.get(row["node"], [row["node"]])
        title = row["title"] or titles[row["node"]]
        connection.execute(
            "INSERT INTO tree VALUES (?,?,?,?,?,?)",
            (row["node"], row["level"], title, row["parent"] or None, span[0], span[-1]),
        )
    return {
        row["node"]: (spans[row["node"]][0], spans[row["node"]][-1])
        for row in tree
        if row["level"] == "chapter"
    }


def _notes(connection: sqlite3.Connection, universe: Universe) -> None:
    """One row a note (all lines of one group), its references resolved line by line."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for row in table("notes"):
        groups.setdefault((row["node"], row["kind"], row["group"]), []).append(row["text"])
    for (node, kind, _), lines in groups.items():
        refs = [
            [
                [ref.text, ref.low, ref.high, ref.prefixes, ref.where, ref.chars, ref.sweeping]
                for ref in parse(line, universe)
            ]
            for line in lines
        ]
        connection.execute(
            "INSERT INTO notes (node, kind, lines, refs) VALUES (?,?,?,?)",
            (node, kind, json.dumps(lines), json.dumps(refs)),
        )
