"""The published contract: every case of a `charts.json` file run through the audit, and the outcome judged.

`run_contract` only reports. `check_contract` holds the reports against what the file itself expects; it is the one
place that reads `wrong_submissions`, and nothing it reads reaches the audit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chartpath.answers import CodeLine, normalize_code
from chartpath.audit.engine import audit
from chartpath.audit.model import AuditResult
from chartpath.cases import chart_from_case, key_from_case
from chartpath.codesets import Store
from chartpath.errors import BadInput
from chartpath.items import Chart, Key

_METRICS = ("tp", "fp", "fn", "precision", "recall", "f1", "first_listed_correct")


def result_json(case_id: str, result: AuditResult) -> dict[str, Any]:
    """One result in the published form: case, score, gates, errors with their rule, metrics."""
    metrics = result.metrics
    return {
        "case": case_id,
        "score": result.score,
        "claim_ready": result.claim_ready,
        "audit_ready": result.audit_ready,
        "errors": [
            {"class": one.kind, "code": one.code, "message": one.message, "rule": one.rule}
            for one in result.findings
        ],
        "metrics": {name: getattr(metrics, name) for name in _METRICS},
    }


def run_contract(cases: Mapping[str, Any], store: Store | None = None) -> Iterator[dict[str, Any]]:
    """Report each case of a contract file, in its order.

    Yields {"case", "gold", "gold_with_optional", "alternatives", "wrong"}, the values in the form of `result_json`.
    Raises BadInput (case and what is wrong) for a file that is not in the schema.
    """
    for case in _cases(cases):
        case_id, chart, key = _read(case)
        timing = {one.code: one.poa for one in key.codes}

        def report(
            codes: Sequence[str],
            poa: Mapping[str, str | None],
            chart: Chart = chart,
            key: Key = key,
            case_id: str = case_id,
        ) -> dict[str, Any]:
            lines = [_line(number, code, poa) for number, code in enumerate(codes, start=1)]
            return result_json(case_id, audit(lines, chart, key, store))

        gold = [one.code for one in key.codes]
        optional = [one.code for one in key.optional]
        yield {
            "case": case_id,
            "gold": report(gold, timing),
            "gold_with_optional": report(gold + optional, timing),
            "alternatives": [report(codes, timing) for codes in key.alternatives],
            "wrong": [
                # An indicator that a submission does not name is the right one: it lists only what it changes.
                report(_codes(case_id, wrong), {**timing, **(wrong.get("poa") or {})})
                for wrong in _wrong(case_id, case)
            ],
        }


def check_contract(cases: Mapping[str, Any], store: Store | None = None) -> list[str]:
    """What does not hold, a line each: misses, false alarms, metrics that differ, rules that are missing."""
    problems: list[str] = []
    for case, report in zip(_cases(cases), run_contract(cases, store), strict=True):
        clean = [("gold", report["gold"]), ("gold with optional codes", report["gold_with_optional"])]
        clean += [
            (f"alternative {number}", one) for number, one in enumerate(report["alternatives"], start=1)
        ]
        for name, result in clean:
            problems += _judge_clean(f"{report['case']} {name}", result)
        codes = {one["code"] for one in case["gold"] if one.get("required", True)}
        for number, (wrong, result) in enumerate(
            zip(_wrong(report["case"], case), report["wrong"], strict=True), start=1
        ):
            problems += _judge_wrong(f"{report['case']} wrong {number}", wrong, result, codes)
    return problems


def _judge_clean(where: str, result: Mapping[str, Any]) -> list[str]:
    problems = [f"{where}: false alarm {one['class']} {one['code']}" for one in result["errors"]]
    if result["score"] != 100:
        problems.append(f"{where}: score {result['score']}, expected 100")
    if not (result["claim_ready"] and result["audit_ready"]):
        problems.append(f"{where}: a gate is closed")
    return problems


def _judge_wrong(
    where: str, wrong: Mapping[str, Any], result: Mapping[str, Any], required: set[str]
) -> list[str]:
    reported = {_error(one) for one in result["errors"]}
    expected = {_error(one) for one in wrong.get("expected_errors") or ()}
    allowed = expected | {_error(one) for one in wrong.get("allowed_additional_errors") or ()}
    submitted = set(wrong["codes"])
    # What follows from a code that is there, or is not, may always be said; a stem without its 7th is not billable too.
    allowed |= {("overcoded", frozenset({code})) for code in submitted - required}
    allowed |= {("undercoded", frozenset({code})) for code in required - submitted}
    allowed |= {("not_billable", code) for kind, code in expected if kind == "missing_7th"}
    problems = [f"{where}: miss {_words(one)}" for one in sorted(expected - reported, key=_words)]
    problems += [f"{where}: false alarm {_words(one)}" for one in sorted(reported - allowed, key=_words)]
    problems += [
        f"{where}: {one['class']} {one['code']} cites no rule" for one in result["errors"] if not one["rule"]
    ]
    for name, value in (wrong.get("expected_metrics") or {}).items():
        if name in result["metrics"] and result["metrics"][name] != value:
            problems.append(f"{where}: {name} is {result['metrics'][name]}, expected {value}")
    if expected and result["score"] >= 100:
        problems.append(f"{where}: the full score for a wrong answer")
    return problems


def _error(one: Mapping[str, Any]) -> tuple[str, frozenset[str]]:
    return str(one["class"]), frozenset(str(one["code"]).split("|"))


def _words(error: tuple[str, frozenset[str]]) -> str:
    return f"{error[0]} {'|'.join(sorted(error[1]))}"


def _cases(cases: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = cases.get("charts") if isinstance(cases, Mapping) else None
    if not isinstance(found, list):
        raise BadInput(
            "the cases file holds no list called charts. Give it a file in the schema of the contract."
        )
    return found


def _read(case: Any) -> tuple[str, Chart, Key]:
    name = str(case.get("id", "?")) if isinstance(case, dict) else "?"
    try:
        return name, chart_from_case(case), key_from_case(case)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadInput(
            f"case {name}: not in the schema of the contract ({error!r}). Correct the cases file."
        ) from error


def _wrong(case_id: str, case: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = case.get("wrong_submissions") or []
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise BadInput(
            f"case {case_id}: wrong_submissions must be a list of objects. Correct the cases file."
        )
    return found


def _codes(case_id: str, wrong: Mapping[str, Any]) -> list[str]:
    codes = wrong.get("codes")
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise BadInput(
            f"case {case_id}: a wrong submission needs a list called codes. Correct the cases file."
        )
    return codes


def _line(number: int, written: str, poa: Mapping[str, str | None]) -> CodeLine:
    code, system = normalize_code(written)
    return CodeLine(number, code, written, poa=poa.get(code, poa.get(written)), system=system)
