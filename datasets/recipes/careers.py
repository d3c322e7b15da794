"""Credentials, roles, settings, routes: facts that people collected -> tidy tables in datasets/careers.

    python datasets/recipes/careers.py

`careers_words.yaml` beside this file holds every fact with the key of its source. This recipe checks that each
source, role, setting and credential that is named exists, works out how far a fact can be trusted, and writes the
tables. A fact that nobody sourced is an empty cell. It never becomes a guess.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import datapackage
import yaml
from common import DATASETS, write_csv

OUT = DATASETS / "careers"
WORDS = Path(__file__).with_name("careers_words.yaml")
SEEN = "2026-11"  # the month in which every stored page was read
OLD = 2020  # an issuer's page from before is trusted less
FIRST_HAND = {"issuer", "government", "school"}
FEES = ("fee_member", "fee_nonmember", "fee_one_attempt", "fee_two_attempts")
WIDE = (
    *("exam_items", "exam_items_scored", "exam_minutes", "pass_mark", "item_form", "open_book", *FEES),
    *("membership", "membership_fee", "prerequisite", "first_time_pass_rate", "renewal_ceus"),
    *("renewal_years", "renewal_fee_member", "renewal_fee_nonmember"),
)
UNITS = {
    **dict.fromkeys((*FEES, "membership_fee", "renewal_fee_member", "renewal_fee_nonmember"), "dollars"),
    **{"exam_items": "questions or cases", "exam_items_scored": "questions or cases"},
    **{"exam_minutes": "minutes", "renewal_ceus": "continuing education units", "renewal_years": "years"},
}

Row = list[object]
Made = dict[str, tuple[Sequence[str], list[Row]]]


def stop(message: str) -> None:
    """End the recipe: a word in the file names something that is not in it."""
    sys.exit(f"{WORDS.name}: {message}")


class Words:
    """The collected facts, with look-ups that refuse unknown names."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw
        for key, source in raw["sources"].items():
            if source["kind"] not in raw["kinds"]:
                stop(f"source {key}: kind {source['kind']} is not in kinds")

    def source(self, key: str) -> dict[str, Any]:
        """The source of a key."""
        if key not in self.raw["sources"]:
            stop(f"source {key} is named and not described")
        found: dict[str, Any] = self.raw["sources"][key]
        return found

    def date(self, key: str) -> str:
        """The date that a page bears, else the month in which it was read."""
        return str(self.source(key).get("dated", SEEN))

    def known(self, table: str, names: Iterable[str]) -> str:
        """Names joined by a semicolon, after a check that each stands in a table of the file."""
        listed = list(names)
        for name in listed:
            if name not in self.raw[table]:
                stop(f"{name} is not in {table}")
        return "; ".join(listed)


def confidence(words: Words, fact: dict[str, Any], disputed: bool) -> str:
    """How far to trust a fact: `high` first hand, `medium` when two sites agree, `low` for one, or `disputed`."""
    if fact.get("status") == "outdated":
        return "outdated"
    source = words.source(fact["source"])
    first_hand = source["kind"] in FIRST_HAND
    if first_hand:
        recent = int(words.date(fact["source"])[:4]) >= OLD and not source.get("aged", False)
        return "high" if recent else "medium"
    if disputed:
        return "disputed"
    return "medium" if fact.get("also") else "low"


def facts(words: Words) -> tuple[Sequence[str], list[Row]]:
    """One row a fact, all values of a fact that sources disagree on included."""
    header = ("credential", "fact", "value", "unit", "shown", "status", "confidence", "note")
    rows: list[Row] = []
    for credential, entry in words.raw["credentials"].items():
        seen: set[str] = set()
        disputes = {fact["fact"] for fact in entry["facts"] if fact.get("status") == "disputed"}
        for fact in entry["facts"]:
            name = fact["fact"]
            status = fact.get("status", "current")
            # What an issuer says about its own exam is not in dispute because a preparation site says otherwise.
            trust = confidence(words, fact, name in disputes) if status != "disputed" else "disputed"
            sources = [fact["source"], *fact.get("also", [])]
            rows.append(
                [
                    *(credential, name, fact["value"], UNITS.get(name)),
                    *(str(name not in seen).lower(), status, trust, fact.get("note")),
                    *cited(words, *sources),
                ]
            )
            seen.add(name)
    return (*header, "source", "date"), rows


def cited(words: Words, *keys: str) -> tuple[str, str]:
    """The cells `source` and `date` of a row: the keys, and the date of the first."""
    for key in keys:
        words.source(key)
    return "; ".join(keys), words.date(keys[0])


def credentials(words: Words, table: list[Row]) -> tuple[Sequence[str], list[Row]]:
    """One row a credential, with the value that the table of facts shows for each fact."""
    header = ("credential", "name", "organization", "what", "stage", "settings", "roles", *WIDE)
    rows: list[Row] = []
    for credential, entry in words.raw["credentials"].items():
        mine = [row for row in table if row[0] == credential]
        shown = {str(row[1]): row for row in mine if row[4] == "true"}
        trusts = [str(row[6]) for row in shown.values()]
        worst = next(level for level in ("disputed", "low", "medium", "high") if level in trusts)
        keys = dict.fromkeys(key for row in shown.values() for key in str(row[8]).split("; "))
        dates = sorted(str(row[9]) for row in shown.values())
        rows.append(
            [
                *(credential, entry["name"], entry["organization"], entry["what"], entry["stage"]),
                *(words.known("settings", entry["settings"]), words.known("roles", entry["roles"])),
                *(shown[name][2] if name in shown else None for name in WIDE),
                *(exam_text(shown), fee_text(shown), renewal_text(shown, entry["organization"])),
                *(worst, "; ".join(row_fact(mine)), entry["url"], "; ".join(keys), dates[0]),
            ]
        )
    tail = ("exam_text", "fee_text", "renewal_text", "confidence", "disputed", "url", "source", "date")
    return (*header, *tail), rows


def row_fact(rows: list[Row]) -> list[str]:
    """The facts of a credential on which sources disagree."""
    return list(dict.fromkeys(str(row[1]) for row in rows if row[5] == "disputed"))


def exam_text(shown: dict[str, Row]) -> str:
    """The exam in a few words, `not sourced` where no page gave its size."""
    if "exam_items" not in shown:
        return "not sourced"
    minutes = int(str(shown["exam_minutes"][2])) if "exam_minutes" in shown else None
    hours = f", {minutes / 60:g} hours" if minutes else ""
    mark = f", pass mark {shown['pass_mark'][2]}" if "pass_mark" in shown else ""
    return f"{shown['exam_items'][2]} items{hours}{mark}"


def fee_text(shown: dict[str, Row]) -> str:
    """The exam fee in a few words, `not sourced` where no page gave one."""
    words = {"fee_member": "members", "fee_nonmember": "others"}
    words |= {"fee_one_attempt": "one attempt", "fee_two_attempts": "two attempts"}
    parts = [f"${shown[name][2]} {meaning}" for name, meaning in words.items() if name in shown]
    return ", ".join(parts) or "not sourced"


def renewal_text(shown: dict[str, Row], organization: str) -> str:
    """What it takes to keep the credential, in a few words."""
    if "renewal_ceus" not in shown:
        return "not sourced"
    years = f" every {shown['renewal_years'][2]} years" if "renewal_years" in shown else " a cycle"
    dues = ", and yearly membership" if organization == "AAPC" else ""
    return f"{shown['renewal_ceus'][2]} CEUs{years}{dues}"


def plain(words: Words, table: str, columns: Sequence[str], key: str | None = None) -> tuple[Any, list[Row]]:
    """A table whose rows stand in the file as they are; lists are joined with a semicolon."""
    raw = words.raw[table]
    entries = [{key: name, **entry} for name, entry in raw.items()] if key else raw
    rows: list[Row] = []
    for entry in entries:
        unknown = set(entry) - set(columns) - {"source", "also", "cost_source"}
        if unknown:
            stop(f"{table}: {', '.join(sorted(unknown))} in {entry} is no column")
        cells = [entry.get(column) for column in columns]
        keys = [
            entry["source"],
            *entry.get("also", []),
            *([entry["cost_source"]] if "cost_source" in entry else []),
        ]
        rows.append(
            [*("; ".join(cell) if isinstance(cell, list) else cell for cell in cells), *cited(words, *keys)]
        )
    return (*columns, "source", "date"), rows


def checked(words: Words) -> Words:
    """The words, after a check that roles, settings and steps point at each other."""
    raw = words.raw
    for name, role in raw["roles"].items():
        words.known("settings", role["settings"])
        words.known("roles", role["next"])
        steps = {step["to"] for step in raw["pathways"] if step["from"] == name}
        if steps != set(role["next"]):
            stop(f"role {name}: next and pathways disagree on {', '.join(sorted(steps ^ set(role['next'])))}")
    for step in raw["pathways"]:
        words.known("roles", [step["from"], step["to"]])
    for route in raw["routes"].values():
        words.known("credentials", route["leads_to"])
    for name, setting in raw["settings"].items():
        setting.setdefault("source", "bls-oews")
        if not setting["industry_code"].isdigit():
            stop(f"setting {name}: industry_code")
    return words


def sources(words: Words) -> tuple[Sequence[str], list[Row]]:
    """Every page, with its kind and how much that kind is good for."""
    header = ("source", "publisher", "title", "kind", "rank", "good_for", "weak_for", "url", "dated", "seen")
    kinds = words.raw["kinds"]
    rows: list[Row] = []
    for key, entry in words.raw["sources"].items():
        kind = kinds[entry["kind"]]
        about = (kind["rank"], kind["good_for"], kind["weak_for"])
        cells = (entry["publisher"], entry["title"], entry["kind"], *about, entry["url"])
        rows.append([key, *cells, entry.get("dated"), SEEN])
    return header, rows


def tables(raw: dict[str, Any]) -> Made:
    """Every table of the folder by name."""
    words = checked(Words(raw))
    long = facts(words)
    step = ("from", "to", "takes")
    routes = ("route", "title", "months_low", "months_high", "months_note", "pace_hours", "hours")
    prices = ("credits_low", "credits_high", "cost_low", "cost_high", "cost_note", "leads_to", "asks")
    remote = ("id", "fact", "value", "unit", "year", "counted", "caution")
    role = ("role", "title", "soc", "stage", "what", "settings", "next", "evidence")
    learn = ("organization", "credentials_held", "ceus", "years", "note")
    claim = ("id", "statement", "year", "kind_of_claim", "caution")
    return {
        "sources": sources(words),
        "credential_facts": long,
        "credentials": credentials(words, long[1]),
        "roles": plain(words, "roles", role, "role"),
        "pathways": plain(words, "pathways", step),
        "settings": plain(
            words, "settings", ("setting", "title", "industry_code", "work", "remote"), "setting"
        ),
        "routes": plain(words, "routes", (*routes, *prices), "route"),
        "remote": plain(words, "remote", remote),
        "continuing_education": plain(words, "continuing_education", learn),
        "continuing_rules": plain(words, "continuing_rules", ("id", "organization", "rule")),
        "automation": plain(words, "automation", claim),
        "school_checks": plain(words, "school_checks", ("id", "ask", "why")),
    }


def main() -> None:
    """Write the tables and refresh the hashes of the Data Packages."""
    for name, (header, rows) in tables(yaml.safe_load(WORDS.read_text(encoding="utf-8"))).items():
        print(f"{name}: {write_csv(OUT / f'{name}.csv', header, rows)} rows")
    datapackage.refresh(DATASETS)


if __name__ == "__main__":
    main()
