"""The command `chartpath audit`: one answer, a whole contract, or the claim scrubber."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chartpath.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chartpath.answers import Answer
    from chartpath.audit import Finding

_OLDEST = 130  # years


def audit(
    cases: Annotated[
        Path | None, typer.Argument(help="A file of cases in the schema of charts.json.")
    ] = None,
    case: Annotated[str | None, typer.Option(help="Id of one case.")] = None,
    answer: Annotated[
        str | None, typer.Option(help="File with the answer, one code a line; - reads standard input.")
    ] = None,
    contract: Annotated[
        bool, typer.Option("--contract", help="Audit every submission of every case.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Judge the contract: exit 1 with a list when it is missed.")
    ] = False,
    scrub: Annotated[
        str | None,
        typer.Option(
            help="File with the codes of a claim (- reads standard input): check them without a key."
        ),
    ] = None,
    edition: Annotated[
        str | None,
        typer.Option(help="With --scrub: fiscal year of the code sets, the current one when left out."),
    ] = None,
    age: Annotated[
        int | None, typer.Option(min=0, max=_OLDEST, help="With --scrub: the patient's age in years.")
    ] = None,
    sex: Annotated[str | None, typer.Option(help="With --scrub: F or M.")] = None,
    inpatient: Annotated[
        bool, typer.Option("--inpatient", help="With --scrub: the first code is a principal diagnosis.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Audit an answer against a case, or scrub a claim: each error with its rule."""
    if scrub is not None:
        _scrub(scrub, edition, age, sex, inpatient, as_json)
        return
    if cases is None:
        raise BadInput("chartpath audit needs a file of cases, or --scrub FILE with the codes of a claim.")
    data = _read_cases(cases)
    if check:
        _check(data)
    elif contract:
        from chartpath.audit.contract import run_contract

        for row in run_contract(data):
            _print_json(row)
    elif case and answer:
        _one(cases.name, data, case, answer, as_json)
    else:
        raise BadInput("chartpath audit needs --case ID and --answer FILE, or --contract --json, or --check.")


def _check(data: dict[str, Any]) -> None:
    from chartpath.audit.contract import check_contract

    faults = check_contract(data)
    for fault in faults:
        print(fault)
    print(f"{len(data['charts'])} cases, {len(faults)} misses and false alarms")
    raise typer.Exit(1 if faults else 0)


def _one(name: str, data: dict[str, Any], case: str, answer: str, as_json: bool) -> None:
    from chartpath.answers import parse
    from chartpath.audit import audit as run_audit
    from chartpath.audit.contract import result_json
    from chartpath.cases import chart_from_case, key_from_case

    found = next((one for one in data["charts"] if one.get("id") == case), None)
    if found is None:
        raise BadInput(f"{name} has no case {case!r}. Its first is {data['charts'][0].get('id')!r}.")
    parsed = parse(_read_text(answer), "codes")
    judged = run_audit(parsed, chart_from_case(found), key_from_case(found))
    result = result_json(case, judged)
    stay = judged.ms_drg
    if stay is not None:
        result["ms_drg"] = stay.as_json()
    if as_json:
        _print_json(result)
        return
    print(
        f"{case}: {result['score']:g} of 100 · claim-ready {_yes(result['claim_ready'])} · audit-ready {_yes(result['audit_ready'])}"
    )
    for problem in parsed.problems:
        print(problem)
    for error in result["errors"]:
        print(f"- {error['class']} {error['code']}: {error['message']} [{error['rule']}]")


def _scrub(
    source: str, edition: str | None, age: int | None, sex: str | None, inpatient: bool, as_json: bool
) -> None:
    from chartpath.audit import claim, scrub, scrub_remarks
    from chartpath.codesets import CURRENT_EDITION

    letter = (sex or "").strip().upper()
    if letter not in ("", "F", "M"):
        raise BadInput(f"--sex {sex}: give F or M, or leave it out.")
    year = edition or CURRENT_EDITION
    answer = claim(_read_text(source))
    if not answer.lines:
        first = f" {answer.problems[0]}" if answer.problems else ""
        raise BadInput(f"{_name(source)}: no code to check.{first} Give one code a line.")
    findings = scrub(answer, year, age, letter or None, inpatient)
    remarks = scrub_remarks(answer, year)
    if as_json:
        _print_json(
            {
                "edition": year,
                "codes": list(answer.codes),
                "problems": [str(problem) for problem in answer.problems],
                "findings": [_plain(one) for one in findings],
                "remarks": [_plain(one) for one in remarks],
            }
        )
    else:
        _print_table(answer, findings, remarks, year)
    unread = any(problem.fatal for problem in answer.problems)
    raise typer.Exit(1 if findings or unread else 0)


def _print_table(
    answer: Answer, findings: Sequence[Finding], remarks: Sequence[Finding], edition: str
) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    for problem in answer.problems:
        console.print(Text(str(problem)))
    if findings or remarks:
        table = Table(show_lines=True)
        table.add_column("code", no_wrap=True)
        table.add_column("what the books say")
        for one in (*findings, *remarks):
            name = one.kind.replace("_", " ") if one in findings else f"remark: {one.label}"
            table.add_row(
                Text(one.code.replace("|", "\n")),
                Text.assemble((name, "bold"), f"\n{one.message}\n", (f"Rule: {one.rule}", "italic")),
            )
        console.print(table)
    lines = "1 line" if len(answer.lines) == 1 else f"{len(answer.lines)} lines"
    told = "nothing wrong by the books alone" if not findings else f"{len(findings)} to look at"
    console.print(Text(f"{lines}, FY{edition}: {told}"))


def _plain(finding: Finding) -> dict[str, str]:
    return {
        "class": finding.kind,
        "code": finding.code,
        "message": finding.message,
        "rule": finding.rule,
        "source": finding.source,
        "next": finding.next,
    }


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _name(source: str) -> str:
    return "standard input" if source == "-" else Path(source).name


def _print_json(data: Any) -> None:
    print(json.dumps(data, ensure_ascii=False))


def _read_cases(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path}: cannot be read ({error.strerror}). Check the name.") from error
    except ValueError as error:
        raise BadInput(f"{path.name}: not a JSON file of cases ({error}).") from error
    if isinstance(data, list):
        data = {"charts": data}
    charts = data.get("charts") if isinstance(data, dict) else None
    if (
        not isinstance(charts, list)
        or not charts
        or not all(isinstance(one, dict) and one.get("gold") for one in charts)
    ):
        raise BadInput(f"{path.name}: expected an object with a list `charts`, each with `id` and `gold`.")
    return {**data, "charts": charts} if isinstance(data, dict) else {"charts": charts}


def _read_text(name: str) -> str:
    if name == "-":
        return sys.stdin.read()
    try:
        return Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{name}: cannot be read as text. Give a file with one code a line, or - for standard input."
        ) from error


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(audit)
