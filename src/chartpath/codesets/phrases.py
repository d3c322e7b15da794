"""The search index inside the cache file: every wording that leads to a code, as stems."""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Callable, Iterator

from chartpath.codesets.models import plain
from chartpath.codesets.terms import ABSENT, FILLERS, STOP, compounds, stem, stems, words

Rows = Callable[[str], Iterator[dict[str, str]]]
Phrase = tuple[str, str, str, str]  # code without dot, kind, words, words that may be missing

_SCHEMA = (
    "CREATE VIRTUAL TABLE phrases USING fts5(stems, plain UNINDEXED, kind UNINDEXED, optional UNINDEXED,"
    " detail=none, columnsize=0, tokenize=\"unicode61 remove_diacritics 0 tokenchars ''\")",
    "CREATE TABLE vocabulary (word TEXT PRIMARY KEY, stem TEXT, uses INTEGER) WITHOUT ROWID",
    "CREATE TABLE weights (stem TEXT PRIMARY KEY, weight REAL) WITHOUT ROWID",
    "CREATE TABLE synonyms (term TEXT, expansion TEXT, kind TEXT)",
)
_NEOPLASM_COLUMNS = {
    "malignant_primary": "malignant neoplasm",
    "malignant_secondary": "secondary malignant neoplasm",
    "in_situ": "carcinoma in situ",
    "benign": "benign neoplasm",
    "uncertain": "neoplasm of uncertain behavior",
    "unspecified": "neoplasm of unspecified behavior",
}
_DRUG_COLUMNS = {
    "accidental": "poisoning",
    "self_harm": "poisoning intentional self-harm",
    "assault": "poisoning assault",
    "undetermined": "poisoning undetermined",
    "adverse_effect": "adverse effect",
    "underdosing": "underdosing",
}


def collect(table: Rows, codes: list[tuple[str, str]], seventh: set[str]) -> Iterator[Phrase]:
    """All phrases: titles, inclusion terms, the Alphabetic Index and the tables of neoplasms and drugs.

    `codes` are (code without dot, title) in the book's order; `seventh` the nodes with a definition of 7th
    characters, whose 7-character codes are left out: their stem stands for them.
    """
    for bare, title in codes:
        if not (len(bare) == 7 and any(bare[:end] in seventh for end in range(3, 7))):
            yield bare, "title", re.sub(r"^\[|\]$", "", title), ""
    for row in table("notes"):
        if row["kind"] in ("inclusion", "includes") and row["node"][:1].isalpha() and "-" not in row["node"]:
            yield plain(row["node"]), row["kind"], row["text"], ""
    main: dict[str, str] = {}
    index = list(table("index-terms"))
    for row in index:
        if " > " not in row["term"]:
            main[row["term"]] = row["optional"]
    for row in index:
        first, *below = row["term"].split(" > ")
        optional = f"{main.get(first, '')} {row['optional']}" if below else row["optional"]
        # A main term lists its other forms behind commas ("Tuberculosis, tubercular, tuberculous"); they begin
        # like the first, which a qualifier ("Fracture, pathological") does not.
        head, *forms = first.split(", ")
        if all(form[:3].lower() == head[:3].lower() for form in forms):
            first, optional = head, f"{optional} {' '.join(forms)}"
        yield plain(row["code"]), row["index"], " > ".join([first, *below]), optional
    for row in table("neoplasms"):
        site = row["site"].removeprefix("Neoplasm, neoplastic").lstrip(" >")
        for column, kind in _NEOPLASM_COLUMNS.items():
            if row[column]:
                yield plain(row[column]), "neoplasm", f"{kind} > {site}", ""
    for row in table("drugs"):
        for column, kind in _DRUG_COLUMNS.items():
            if row[column]:
                yield plain(row[column]), "drug", f"{kind} > {row['substance']}", ""


def fill(
    connection: sqlite3.Connection, phrases: Iterator[Phrase], synonyms: Iterator[dict[str, str]]
) -> None:
    """Create and fill the search tables."""
    for statement in _SCHEMA:
        connection.execute(statement)
    spelled: dict[str, int] = {}
    frequency: dict[str, int] = {}
    rows: list[tuple[str, str, str, str, list[str]]] = []
    for bare, kind, text, optional in phrases:
        tokens = list(dict.fromkeys(stems(text)))
        joined = compounds(text)
        free = [token for token in dict.fromkeys([*stems(optional), *joined]) if token not in tokens]
        for word in words(text):
            if len(word) > 2 and word not in STOP:
                spelled[word] = spelled.get(word, 0) + 1
        for token in (*tokens, *joined):
            frequency[token] = frequency.get(token, 0) + 1
        rows.append((" ".join([*tokens, *free]), bare, kind, " ".join(free), tokens))
    weights = {token: _weight(token, uses, len(rows)) for token, uses in frequency.items()}
    # The phrases that say least come first, so that the first few hundred that hold what is asked for, in the
    # order of the table, are those that hold little else. No ranking by the database is needed then.
    rows.sort(key=lambda row: sum(weights[token] for token in row[4]))
    connection.executemany(
        "INSERT INTO phrases (stems, plain, kind, optional) VALUES (?,?,?,?)", (row[:4] for row in rows)
    )
    connection.executemany(
        "INSERT INTO vocabulary VALUES (?,?,?)", ((word, stem(word), uses) for word, uses in spelled.items())
    )
    connection.executemany("INSERT INTO weights VALUES (?,?)", weights.items())
    connection.executemany(
        "INSERT INTO synonyms VALUES (?,?,?)",
        ((" ".join(words(row["term"])), row["expansion"], row["kind"]) for row in synonyms),
    )
    connection.execute("CREATE INDEX vocabulary_stem ON vocabulary (stem)")
    connection.execute("CREATE INDEX synonyms_term ON synonyms (term)")
    connection.execute("INSERT INTO phrases (phrases) VALUES ('optimize')")


def _weight(token: str, uses: int, total: int) -> float:
    """How much a stem says: rare ones much, `unspecified` nothing, an absent condition little."""
    if token in FILLERS:
        return FILLERS[token]
    weight = math.log(1 + total / uses)
    return round(weight * (0.25 if token.startswith(ABSENT) else 1.0), 4)
