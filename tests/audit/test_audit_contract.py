"""The published contract: nothing missed, nothing invented, the metrics exact, a rule for every error."""

from __future__ import annotations

import copy
import json

import pytest
from audit_cases import ALL_CASES, OWN, OWN_CASES, PUBLISHED, load, opened

from chartpath.audit import KINDS, audit
from chartpath.audit.contract import check_contract, result_json, run_contract
from chartpath.errors import BadInput

HERE = load(OWN)


def test_own_cases_hold() -> None:
    assert check_contract(HERE) == []


@pytest.mark.skipif(
    not PUBLISHED.is_file(), reason="the published cases are not beside this checkout (CHARTPATH_CASES)"
)
def test_published_cases_hold() -> None:
    assert check_contract(load(PUBLISHED)) == []


def test_report_is_json_in_the_published_form() -> None:
    reports = [json.loads(json.dumps(one)) for one in run_contract(HERE)]
    assert [one["case"] for one in reports] == [case["id"] for case in OWN_CASES]
    for report, case in zip(reports, OWN_CASES, strict=True):
        assert list(report) == ["case", "gold", "gold_with_optional", "alternatives", "wrong"]
        assert len(report["alternatives"]) == len(case["accepted_alternatives"])
        assert len(report["wrong"]) == len(case["wrong_submissions"])
        for result in (report["gold"], *report["wrong"]):
            assert list(result) == ["case", "score", "claim_ready", "audit_ready", "errors", "metrics"]
            assert list(result["metrics"]) == [
                "tp",
                "fp",
                "fn",
                "precision",
                "recall",
                "f1",
                "first_listed_correct",
            ]
            assert all(list(one) == ["class", "code", "message", "rule"] for one in result["errors"])
            assert all(one["class"] in KINDS and one["rule"] and one["message"] for one in result["errors"])


def test_the_answer_does_not_come_from_the_expectations() -> None:
    stripped = copy.deepcopy(HERE)
    for case in stripped["charts"]:
        for wrong in case["wrong_submissions"]:
            for name in ("expected_errors", "allowed_additional_errors", "expected_metrics", "explanation"):
                wrong.pop(name, None)
    assert list(run_contract(stripped)) == list(run_contract(HERE))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            lambda wrong: wrong["expected_errors"].append({"class": "invalid", "code": "I10"}),
            "miss invalid I10",
        ),
        (lambda wrong: wrong["expected_errors"].clear(), "false alarm"),
        (lambda wrong: wrong["expected_metrics"].update(tp=9), "tp is"),
        (lambda wrong: wrong["expected_metrics"].update(first_listed_correct="?"), "first_listed_correct is"),
    ],
)
def test_check_finds_what_differs(change, complaint: str) -> None:  # type: ignore[no-untyped-def]
    changed = copy.deepcopy(HERE)
    change(changed["charts"][0]["wrong_submissions"][0])
    assert any(complaint in line for line in check_contract(changed))


def test_check_finds_a_key_that_is_not_clean() -> None:
    changed = copy.deepcopy(HERE)
    changed["charts"][0]["accepted_alternatives"] = [{"codes": ["M10.072", "I10", "M10.9X"]}]
    assert any("alternative 1: false alarm invalid M10.9X" in line for line in check_contract(changed))


def test_a_poa_map_names_only_what_it_changes() -> None:
    case = next(one for one in OWN_CASES if any("poa" in wrong for wrong in one["wrong_submissions"]))
    report = next(one for one in run_contract({"charts": [case]}))
    number = next(place for place, wrong in enumerate(case["wrong_submissions"]) if "poa" in wrong)
    found = [(one["class"], one["code"]) for one in report["wrong"][number]["errors"]]
    assert found == [("poa_error", code) for code in case["wrong_submissions"][number]["poa"]]


def test_result_json_holds_every_finding() -> None:
    chart, key = opened(OWN_CASES[0])
    result = audit(["Q99", "M10.07"], chart, key)
    report = result_json("gout", result)
    assert [(one["class"], one["code"]) for one in report["errors"]] == [
        (one.kind, one.code) for one in result.findings
    ]
    assert report["score"] == result.score
    assert report["metrics"]["tp"] == 0


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"charts": "none"},
        {"charts": [[]]},
        {"charts": [{"id": "x", "gold": [{}]}]},
        {"charts": [{"id": "x", "patient": {"encounter_date": "soon"}}]},
        {"charts": [{**OWN_CASES[0], "wrong_submissions": ["I10"]}]},
        {"charts": [{**OWN_CASES[0], "wrong_submissions": [{"codes": "I10"}]}]},
    ],
)
def test_a_file_in_another_schema_is_named(broken) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BadInput) as caught:
        check_contract(broken)
    assert "\n" not in str(caught.value)


def test_ids_are_unique() -> None:
    assert len({case["id"] for case in ALL_CASES}) == len(ALL_CASES)
