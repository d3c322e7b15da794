"""Cases in the schema of the published contract (`charts.json`), as charts and keys of the kit."""

from __future__ import annotations

import datetime as dt
from typing import Any

from chartpath.items import (
    Chart,
    IntegralSymptom,
    Key,
    KeyCode,
    NotReportable,
    OptionalCode,
    SequenceRule,
)


def chart_from_case(case: dict[str, Any]) -> Chart:
    """The chart of one case in the schema of the published contract (`charts.json`)."""
    patient = case.get("patient") or {}
    # A case without a date is taken to lie in the April 2026 release, which the file was checked against.
    date = patient.get("encounter_date") or "2026-04-01"
    return Chart(
        id=str(case.get("id", "")),
        title=str(case.get("title", "")),
        setting=str(case.get("setting", "office")),
        difficulty=int(case.get("difficulty") or 1),
        encounter_date=dt.date.fromisoformat(str(date)[:10]),
        age=patient.get("age"),
        sex=patient.get("sex"),
        note=str(case.get("note") or case.get("situation") or ""),
    )


def key_from_case(case: dict[str, Any]) -> Key:
    """The key of one contract case. Never reads its wrong submissions or what is expected of them."""
    annotations = case.get("annotations") or {}
    gold = sorted(case.get("gold") or [], key=lambda row: row.get("seq") or 0)
    return Key(
        item=str(case.get("id", "")),
        codes=tuple(
            KeyCode(
                code=row["code"],
                role=row.get("role") or "secondary",
                rationale=row.get("rationale") or "",
                poa=row.get("poa"),
                evidence=tuple(row.get("evidence") or ()),
                citations=tuple(row.get("citations") or ()),
                required=bool(row.get("required", True)),
            )
            for row in gold
        ),
        alternatives=tuple(tuple(codes) for codes in _code_lists(case.get("accepted_alternatives"))),
        optional=tuple(
            OptionalCode(row["code"], row.get("why") or "")
            if isinstance(row, dict)
            else OptionalCode(str(row))
            for row in case.get("optional_codes") or ()
        ),
        sequence=tuple(
            SequenceRule(
                rule["before"],
                rule["after"],
                bool(rule.get("requires")),
                rule.get("reason") or "",
                bool(rule.get("requires_after")),
            )
            for rule in case.get("sequence_rules") or ()
        ),
        integral_symptoms=tuple(
            IntegralSymptom(row["code"], row.get("integral_to") or "", row.get("why") or "")
            for row in annotations.get("integral_symptoms") or ()
        ),
        not_reportable=tuple(
            NotReportable(
                row.get("phrase") or "", tuple(row.get("code_prefixes") or ()), row.get("kind") or ""
            )
            for row in annotations.get("uncertain_or_ruled_out") or ()
        ),
    )


def _code_lists(alternatives: Any) -> list[list[str]]:
    """Accepted alternatives are lists of codes, or objects that hold one under `codes`."""
    return [list(entry["codes"]) if isinstance(entry, dict) else list(entry) for entry in alternatives or ()]
