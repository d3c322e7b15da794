"""The answer grammar: what a learner may type, and what is said when it cannot be read."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartpath import items
from chartpath.answers import KINDS, MAX_CHARACTERS, parse, split_cell, stub


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("E11.22", ("E11.22",)),
        ("e1122", ("E11.22",)),
        (" e11.22 \n\n# a remark\nn18.32", ("E11.22", "N18.32")),
        ("I10", ("I10",)),
        ("s93401a", ("S93.401A",)),
        ("QA01", ("QA0.1",)),
        ("E11.-", ("E11",)),
        ("E11.22,", ("E11.22",)),
        ("E11.22\r\nN18.32\r\n", ("E11.22", "N18.32")),
        ("E11\u201122", ("E11.22",)),
        ("S93.401-A", ("S93.401A",)),
        ("1. G56.02\n2) I10\n- E11.9\n* N18.6", ("G56.02", "I10", "E11.9", "N18.6")),
        ("`G56.02`", ("G56.02",)),
        ("Dx: G56.02", ("G56.02",)),
        ("G56.02:Carpal", ("G56.02",)),
        ("G 56.02", ("G56.02",)),
        ("Carpal tunnel syndrome, left upper limb G56.02", ("G56.02",)),
        ("G56.02 (left)", ("G56.02",)),
    ],
)
def test_codes_are_normalised(typed: str, codes: tuple[str, ...]) -> None:
    assert parse(typed, "codes").codes == codes


def test_evidence_role_and_poa_stand_on_the_code_line() -> None:
    answer = parse('principal I13.0 Y "HTN with CKD" # why\nother N18.4 “stage 4” N', "codes")
    first, second = answer.lines
    assert (first.role, first.poa, first.evidence) == ("principal", "Y", ("HTN with CKD",))
    assert (second.role, second.poa, second.evidence, second.line) == ("secondary", "N", ("stage 4",), 2)
    assert answer.problems == ()


def test_single_quotation_marks_will_do() -> None:
    (line,) = parse("R33.8 'can't pee' # his words", "codes").lines
    assert line.evidence == ()  # an apostrophe inside: not to be guessed
    assert parse("G56.02 'Carpal tunnel syndrome, left'", "codes").lines[0].evidence == (
        "Carpal tunnel syndrome, left",
    )


def test_a_number_sign_in_quotes_is_no_comment() -> None:
    assert parse('S93.401A "fx #2 ruled out"', "codes").lines[0].evidence == ("fx #2 ruled out",)


def test_hcpcs_modifiers_and_units() -> None:
    (line,) = parse("L1902-RT x1", "codes", ("icd10cm", "hcpcs")).lines
    assert (line.code, line.system, line.modifiers, line.units) == ("L1902", "hcpcs", ("RT",), 1)


def test_a_procedure_is_read_without_a_dot() -> None:
    (line,) = parse("procedure 5a1d70z", "codes", ("icd10cm", "icd10pcs")).lines
    assert (line.code, line.system, line.role) == ("5A1D70Z", "icd10pcs", "procedure")


@pytest.mark.parametrize(
    ("typed", "line", "says"),
    [
        ("E11.22\ndiabetes", 2, "holds no code"),
        ("carpal tunnel syndrome", 1, "cp.search"),
        ('cp.code("carpal tunnel")', 1, "holds no code"),
        ("080", 1, "begin with a letter"),
        ('"CKD stage 3b"', 1, "no code on this line"),
        ('E11.22 "CKD', 1, "quotation mark is missing"),
        ("E11.22 with kidney disease", 1, "in quotes"),
        ("E11.22 N18.32", 1, "2 codes on one line"),
    ],
)
def test_each_problem_names_its_line_and_says_what_to_do(typed: str, line: int, says: str) -> None:
    problem = parse(typed, "codes").problems[-1]
    assert problem.line == line
    assert says in str(problem)
    assert str(problem).startswith(f"Line {line}: ")


def test_a_remark_does_not_cost_the_code() -> None:
    assert parse("E11.22 with kidney disease", "codes").codes == ("E11.22",)
    assert parse("E11.22 N18.32", "codes").codes == ("E11.22", "N18.32")


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("choice", " b) ", "B"),
        ("choice", "# think\nC", "C"),
        ("choices", "c, A", ("A", "C")),
        ("choices", "A and C", ("A", "C")),
        ("number", "$51,140", 51140.0),
        ("number", "9.6 %", 9.6),
        ("number", "-.5", -0.5),
        ("number", "30 days", 30.0),
        ("term", "  Myocardial   infarction. ", "Myocardial infarction"),
        ("match", "1 -> b\n2=A", (("1", "B"), ("2", "A"))),
        ("order", "b a c", ("B", "A", "C")),
    ],
)
def test_other_kinds(kind: str, typed: str, value: object) -> None:
    answer = parse(typed, kind)
    assert answer.value == value
    assert answer.problems == ()


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("choice", "A B"),
        ("choice", "the first one"),
        ("choice", "A and C"),
        ("number", "many"),
        ("number", "1,14"),
        ("number", "1\n2"),
        ("term", "one\ntwo"),
        ("match", "banana"),
        ("match", "1 A\n1 B"),
    ],
)
def test_what_cannot_be_read_is_said(kind: str, typed: str) -> None:
    answer = parse(typed, kind)
    assert any(problem.fatal for problem in answer.problems)
    assert not answer.blank


@pytest.mark.parametrize("kind", KINDS)
def test_an_untouched_form_is_blank(kind: str) -> None:
    item = items.Item("an-item", kind, "unit", False, 1, "")
    parts = split_cell(stub(item))
    assert parts is not None
    assert parts[0] == "an-item"
    assert parse(parts[1], kind).blank


STAY = items.Chart("a", "A stay", "inpatient", 1, dt.date(2026, 5, 2), 50, "F", "Note.", dt.date(2026, 5, 1))
VISIT = items.Chart("a", "A visit", "office", 1, dt.date(2026, 5, 2), 50, "F", "Note.")


@pytest.mark.parametrize(
    ("systems", "chart", "form"),
    [
        (("icd10cm",), VISIT, "# one code a line, the first-listed diagnosis first"),
        (("icd10cm",), STAY, "# one code a line, the principal diagnosis first"),
        (("icd10pcs",), STAY, "# one procedure code a line"),
        (
            ("icd10cm", "icd10pcs"),
            STAY,
            "# one code a line, the principal diagnosis first; a procedure as: procedure CODE",
        ),
        (
            ("icd10cm", "hcpcs"),
            VISIT,
            "# one code a line, the first-listed diagnosis first; a drug or supply like CODE-RT x2",
        ),
    ],
)
def test_the_form_names_what_the_record_asks_for(
    systems: tuple[str, ...], chart: items.Chart, form: str
) -> None:
    item = items.Item("a", "codes", "unit", False, 1, "", chart=chart, systems=systems)
    assert stub(item).splitlines()[1] == form


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("%%answer a-1\nI10", ("a-1", "I10")),
        ("\n\n%%answer a-1", ("a-1", "")),
        ("%%answer\nI10", ("", "I10")),
        ("%%answer a b\nI10", None),
        ("# note\n%%answer a-1\nI10", None),
        ("import os", None),
        ("%%answers a-1\nI10", None),
    ],
)
def test_what_is_an_answer_cell(source: str, expected: tuple[str, str] | None) -> None:
    assert split_cell(source) == expected


def test_an_endless_answer_is_cut_and_said() -> None:
    answer = parse("I10\n" * MAX_CHARACTERS, "codes")
    assert any("longer than" in str(problem) for problem in answer.problems)


@given(st.text(max_size=300), st.sampled_from(KINDS))
def test_no_text_crashes_the_reader(body: str, kind: str) -> None:
    answer = parse(body, kind)
    assert all(problem.line >= 1 for problem in answer.problems)


@given(st.lists(st.from_regex(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?", fullmatch=True), max_size=8))
def test_what_is_typed_as_a_code_comes_back(codes: list[str]) -> None:
    assert parse("\n".join(codes), "codes").codes == tuple(codes)
    assert parse("\n".join(code.lower().replace(".", "") for code in codes), "codes").codes == tuple(codes)


def test_a_query_has_a_reason_and_quotes_what_raises_it() -> None:
    answer = parse('R60.9\nquery conflict "left knee" "R knee" # ask Dr. B', "codes")
    (query,) = answer.queries
    assert (query.line, query.reason, query.evidence) == (2, "conflict", ("left knee", "R knee"))
    assert answer.codes == ("R60.9",)
    assert answer.problems == ()
    assert not parse('query cause "neuropathy"', "codes").blank


@pytest.mark.parametrize("typed", ["query", 'query "left knee"', 'query conflict cause "x y"', "QUERY: why"])
def test_a_query_without_one_reason_names_the_reasons(typed: str) -> None:
    answer = parse(typed, "codes")
    assert answer.queries == ()
    assert "specificity" in answer.problems[0].message


def test_a_query_without_a_phrase_counts_with_a_remark() -> None:
    answer = parse("Query: timing", "codes")
    assert answer.queries[0].reason == "timing"
    assert not answer.problems[0].fatal


def test_an_override_names_two_codes_and_why() -> None:
    answer = parse('override m54.50 M51.360 "two unrelated levels"', "codes")
    assert answer.overrides[0].codes == ("M54.50", "M51.360")
    assert answer.overrides[0].reason == "two unrelated levels"
    assert parse('override M54.50|M51.360 "two unrelated levels"', "codes").overrides


@pytest.mark.parametrize("typed", ['override M54.50 "why not then"', "override M54.50 M51.360", "override"])
def test_an_override_without_codes_or_reason_does_not_count(typed: str) -> None:
    answer = parse(typed, "codes")
    assert answer.overrides == ()
    assert answer.problems[0].fatal


def test_spans_are_phrases_with_or_without_quotes() -> None:
    answer = parse('"Maria Lopez"\n03/14/2026\n# a remark\n"Maria  Lopez"', "spans")
    assert answer.value == ("Maria Lopez", "03/14/2026")
    assert [problem.fatal for problem in answer.problems] == [False]
