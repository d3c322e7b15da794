"""Build the cache of ICD-10-PCS: the tables under datasets/codesets/icd10pcs -> one SQLite file."""

from __future__ import annotations

import csv
import json
import math
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from chartpath.codesets.build import write
from chartpath.codesets.pcs_cache import folder
from chartpath.codesets.terms import STOP, stem, words

CODE_TABLES = ("codes-00-to-09", "codes-0b-to-0n", "codes-0p-to-0y", "codes-1-to-x")
FIRST_USE = "2015-10-01"  # a code that validity.csv does not list has been valid since then
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE codes (rank INTEGER PRIMARY KEY, code TEXT, title TEXT, first INTEGER, last INTEGER,
                    valid_from TEXT, valid_to TEXT, stems TEXT);
CREATE TABLE axes (section TEXT, position INTEGER, name TEXT, section_title TEXT,
                   PRIMARY KEY (section, position)) WITHOUT ROWID;
CREATE TABLE tables (key TEXT PRIMARY KEY, body_system TEXT, operation TEXT, definition TEXT, first INTEGER,
                     last INTEGER) WITHOUT ROWID;
CREATE TABLE rows (key TEXT, number INTEGER, first INTEGER, last INTEGER, axes TEXT,
                   PRIMARY KEY (key, number)) WITHOUT ROWID;
CREATE TABLE labels (section TEXT, position INTEGER, label TEXT, value TEXT,
                     PRIMARY KEY (section, position, label, value)) WITHOUT ROWID;
CREATE TABLE definitions (id INTEGER PRIMARY KEY, section TEXT, position INTEGER, term TEXT, definition TEXT,
                          explanation TEXT, includes TEXT);
CREATE TABLE terms (id INTEGER PRIMARY KEY, term TEXT, kind TEXT, reference TEXT, codes TEXT, stems TEXT);
CREATE TABLE weights (stem TEXT PRIMARY KEY, weight REAL) WITHOUT ROWID;
CREATE TABLE synonyms (term TEXT, expansion TEXT, kind TEXT);
CREATE VIRTUAL TABLE titles USING fts5(stems, content='', detail=none, tokenize="unicode61 remove_diacritics 0");
CREATE VIRTUAL TABLE entries USING fts5(stems, content='', detail=none, tokenize="unicode61 remove_diacritics 0");
"""
_INDEXES = """
CREATE INDEX codes_code ON codes (code);
CREATE INDEX definitions_term ON definitions (section, position, term);
CREATE INDEX synonyms_term ON synonyms (term);
CREATE INDEX terms_stems ON terms (stems);
"""


def table(name: str) -> Iterator[dict[str, str]]:
    """Rows of one committed table, in order."""
    with (folder() / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def stems(text: str) -> list[str]:
    """Stems of a text without stop words, each once, in order."""
    return list(dict.fromkeys(stem(word) for word in words(text) if word not in STOP))


def build(target: Path) -> None:
    """Build the cache file of ICD-10-PCS."""
    write(target, _fill)


def _fill(connection: sqlite3.Connection) -> None:
    for statement in _SCHEMA.strip().split(";\n"):
        connection.execute(statement)
    connection.executemany(
        "INSERT INTO axes VALUES (?,?,?,?)",
        ((row["section"], int(row["position"]), row["name"], row["section_title"]) for row in table("axes")),
    )
    connection.executemany("INSERT INTO tables VALUES (?,?,?,?,?,?)", map(_editions, table("tables")))
    connection.executemany("INSERT INTO rows VALUES (?,?,?,?,?)", _rows())
    connection.executemany("INSERT INTO labels VALUES (?,?,?,?)", sorted(_labels()))
    connection.executemany(
        "INSERT INTO definitions (section, position, term, definition, explanation, includes) VALUES (?,?,?,?,?,?)",
        (tuple(row.values()) for row in table("definitions")),
    )
    connection.executemany(
        "INSERT INTO synonyms VALUES (?,?,?)",
        ((" ".join(words(row["term"])), row["expansion"], row["kind"]) for row in table("synonyms")),
    )
    frequency: dict[str, int] = {}
    count = _titles(connection, frequency) + _entries(connection, frequency)
    connection.executemany(
        "INSERT INTO weights VALUES (?,?)",
        ((token, round(math.log(1 + count / uses), 4)) for token, uses in frequency.items()),
    )
    for statement in _INDEXES.strip().split(";\n"):
        connection.execute(statement)
    connection.execute("INSERT INTO meta VALUES ('complete', 'yes')")


def _editions(row: dict[str, str]) -> tuple[str | int, ...]:
    """The cells of a row that ends with its first and last edition."""
    *cells, first, last = row.values()
    return (*cells, int(first), int(last))


def _rows() -> Iterator[tuple[str, int, int, int, str]]:
    """One row for each row of a table, its four axes as a list of objects {value: label}."""
    now: tuple[str, int, int, int] | None = None
    axes: list[dict[str, str]] = []
    for line in table("rows"):
        here = (line["table"], int(line["row"]), int(line["first_edition"]), int(line["last_edition"]))
        if here != now:
            if now:
                yield (*now, json.dumps(axes))
            now, axes = here, [{}, {}, {}, {}]
        axes[int(line["position"]) - 4][line["value"]] = line["label"]
    if now:
        yield (*now, json.dumps(axes))


def _labels() -> set[tuple[str, int, str, str]]:
    """(section, position, label, value) of all values from the third character on."""
    third = {(row["table"][0], 3, row["operation"], row["table"][2]) for row in table("tables")}
    return third | {
        (row["table"][0], int(row["position"]), row["label"], row["value"]) for row in table("rows")
    }


def _titles(connection: sqlite3.Connection, frequency: dict[str, int]) -> int:
    """Codes with their days of validity, and their titles for searching; the number of titles."""
    dates = {row["code"]: (row["valid_from"], row["valid_to"] or None) for row in table("validity")}
    codes: list[tuple[int, str, str, int, int, str, str | None, str]] = []
    for name in CODE_TABLES:
        for row in table(name):
            text = f" {' '.join(_count(stems(row['title']), frequency))} "
            codes.append(
                (len(codes) + 1, row["code"], row["title"], int(row["first_edition"]), int(row["last_edition"]),
                 *dates.get(row["code"], (FIRST_USE, None)), text)
            )  # fmt: skip
    connection.executemany("INSERT INTO codes VALUES (?,?,?,?,?,?,?,?)", codes)
    connection.executemany(
        "INSERT INTO titles (rowid, stems) VALUES (?,?)", ((row[0], row[-1]) for row in codes)
    )
    return len(codes)


def _entries(connection: sqlite3.Connection, frequency: dict[str, int]) -> int:
    """The index, and for searching the words of each entry with those of its reference; the number of entries."""
    entries = []
    for number, row in enumerate(table("index"), 1):
        own = _count(stems(row["term"]), frequency)
        entries.append((number, *row.values(), " ".join(own)))
    connection.executemany("INSERT INTO terms VALUES (?,?,?,?,?,?)", entries)
    connection.executemany(
        "INSERT INTO entries (rowid, stems) VALUES (?,?)", ((row[0], row[-1]) for row in entries)
    )
    return len(entries)


def _count(tokens: list[str], frequency: dict[str, int]) -> Iterable[str]:
    for token in tokens:
        frequency[token] = frequency.get(token, 0) + 1
    return tokens
