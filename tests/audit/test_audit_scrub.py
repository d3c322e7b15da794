"""The claim scrubber: what the code book alone can say, and nothing that depends on the record."""

from __future__ import annotations

import pytest
from audit_cases import gold, opened

from chartpath.audit import EXTENSIONS, KINDS, Finding, claim, scrub
from chartpath.errors import BadInput


def found(codes: str, **facts: object) -> list[tuple[str, str]]:
    return [(one.kind, one.code) for one in scrub(codes.split(), "2026", **facts)]  # type: ignore[arg-type]


def one(codes: str, **facts: object) -> Finding:
    findings = scrub(codes.split(), "2026", **facts)  # type: ignore[arg-type]
    assert len(findings) == 1, findings
    return findings[0]


def test_no_false_alarm_on_any_key(case) -> None:  # type: ignore[no-untyped-def]
    chart, key = opened(case)
    for codes in (gold(key), [*gold(key), *(extra.code for extra in key.optional)], *key.alternatives):
        assert scrub(codes, "2026", chart.age, chart.sex, chart.inpatient) == []


@pytest.mark.parametrize(
    ("codes", "kind", "code", "rule"),
    [
        ("J02.00", "invalid", "J02.00", "I.B.2"),
        ("W10.9A", "invalid", "W10.9A", "I.A.4"),
        ("E11.2", "not_billable", "E11.2", "I.B.2"),
        ("S93.401", "missing_7th", "S93.401", "Tabular S93"),
        ("I10 I10", "overcoded", "I10", "I.B.12"),
        ("J96.01 R09.02", "excludes1_conflict", "J96.01|R09.02", "Excludes1: respiratory failure (J96.-)"),
        ("S52.532A W10.9XXA", "", "", ""),
        ("W10.9XXA S52.532A", "wrong_sequence", "W10.9XXA", "I.C.20.a.6"),
        ("B96.20 N30.00", "wrong_sequence", "B96.20", "I.B.7"),
        ("Z68.41 E66.813", "wrong_sequence", "Z68.41", "I.B.14"),
        ("Z59.02 L03.116", "wrong_sequence", "Z59.02", "I.B.14"),
        ("Z37.0 O80", "wrong_sequence", "Z37.0", "I.C.21.c.11"),
        ("T46.4X6A I10", "wrong_sequence", "T46.4X6A", "I.C.19.e.5.c"),
        ("T39.315A K25.0", "wrong_sequence", "T39.315A", "I.C.19.e.5.a"),
        ("F02.80 G30.9", "wrong_sequence", "F02.80", "I.A.13"),
        ("I10 N18.32 E11.22", "wrong_sequence", "N18.32", "Tabular N18"),
        ("I10 J12.82", "missing_code_first", "J12.82", "Tabular J12.82"),
        ("I10 R29.710", "missing_code_first", "R29.710", "Tabular R29.7"),
        ("I10 Z91.120", "missing_code_first", "Z91.120", "Tabular Z91.12"),
        ("R51.9 F02.80", "missing_code_first", "F02.80", "I.A.13"),
        ("T81.12XA A41.9", "wrong_sequence", "T81.12XA", "I.C.1.d.2"),
        ("T23.372S L90.5", "wrong_sequence", "T23.372S", "I.C.19.a"),
        ("B94.8 I10", "wrong_sequence", "B94.8", "Tabular B90-B94"),
        ("I10 Z00.00", "wrong_sequence", "Z00.00", "I.C.21.c.15"),
    ],
)
def test_what_holds_for_every_record(codes: str, kind: str, code: str, rule: str) -> None:
    if not kind:
        assert found(codes) == []
        return
    finding = one(codes)
    assert (finding.kind, finding.code) == (kind, code)
    assert rule in finding.rule
    assert finding.kind in {*KINDS, *EXTENSIONS}
    assert finding.message
    assert finding.next


@pytest.mark.parametrize(
    "codes",
    [
        "I50.9",  # the code-first note of I50 names special causes
        "N18.32",  # "code first any associated": there may be none
        "E11.22 N18.32",
        "L89.153",
        "I42.0",  # its note is for pregnancy
        "F02.80X",  # unknown codes are one finding, tested elsewhere
        "Z79.4 E11.9",  # the order of these two is not mandated by a code-first note
        "Z34.01 Z3A.12",
        "Z85.46 C79.51",
        "K52.1 T36.0X5A",  # a drug stands where the note speaks of toxic agents
        "G20.A1 F02.80",  # an open list: any disease may be the one behind it
        "I10 D50.9 F02.80",
        "T39.011A K25.0",  # a poisoning leads
        "Z51.11 Z51.0 C50.911",  # two reasons for one visit, both of which may only lead
        "Z00.6 I10",  # the exception in that list
        "C78.2 J91.0 C78.7",  # one neoplasm before it is enough
    ],
)
def test_no_alarm_on_what_depends_on_the_record(codes: str) -> None:
    assert [kind for kind, _ in found(codes) if kind != "invalid"] == []


def test_a_repeated_code_has_its_own_label() -> None:
    assert one("G56.02 G56.02").label == "listed twice"


def test_a_manifestation_needs_its_disease() -> None:
    assert found("F02.80") == [("wrong_sequence", "F02.80"), ("missing_code_first", "F02.80")]
    assert ("missing_code_first", "I32") in found("R07.9 I32")
    assert found("M32.12 I10") == []


@pytest.mark.parametrize(
    ("codes", "facts", "code"),
    [
        ("O80 Z3A.39 Z37.0", {"sex": "M"}, "O80"),
        ("O24.410", {"age": 0}, "O24.410"),
        ("Z38.00 P59.9", {"age": 30}, "Z38.00"),
        ("N40.1 R33.8", {"sex": "F"}, "N40.1"),
        ("C61", {"sex": "F"}, "C61"),
        ("N83.201", {"sex": "M"}, "N83.201"),
        ("E66.9 Z68.41", {"age": 12}, "Z68.41"),
        ("E66.9 Z68.54", {"age": 40}, "Z68.54"),
        ("Z38.00 Z37.0", {}, "Z38.00"),
        ("O80 P59.9", {}, "P59.9"),
        ("Z00.00", {"age": 5}, "Z00.00"),
        ("Z00.129", {"age": 40}, "Z00.129"),
        ("Z00.110", {"age": 3}, "Z00.110"),
        ("Z05.1", {"age": 3}, "Z05.1"),
        ("R62.7", {"age": 4}, "R62.7"),
        ("R62.51", {"age": 70}, "R62.51"),
        ("T74.12XA", {"age": 45}, "T74.12XA"),
        ("O09.511", {"age": 25}, "O09.511"),
        ("O09.611", {"age": 16}, "O09.611"),
    ],
)
def test_codes_kept_for_other_people(codes: str, facts: dict[str, object], code: str) -> None:
    findings = [one for one in scrub(codes.split(), "2026", **facts) if one.kind == "overcoded"]  # type: ignore[arg-type]
    assert code in [one.code for one in findings]
    assert all(one.rule and one.source for one in findings)
    assert all(one.label == "does not fit this patient" for one in findings)


@pytest.mark.parametrize(
    ("codes", "facts"),
    [
        ("N40.1 R33.8", {"sex": "M", "age": 70}),
        ("N83.201", {"sex": "F"}),
        ("C61", {}),
        ("O80 Z3A.39 Z37.0", {"sex": "F", "age": 30}),
        ("Z38.00 P59.9", {"age": 0, "sex": "F"}),
        ("P07.32", {"age": 2}),  # perinatal conditions may last
        ("E66.9 Z68.41", {"age": 40}),
        ("E66.9 Z68.54", {"age": 12}),
        ("Z00.00", {"age": 16}),
        ("Z00.129", {"age": 16}),
        ("Z00.111", {"age": 0}),
        ("O09.511", {"age": 34}),  # 35 at the expected date of delivery
        ("O09.611", {"age": 15}),
        ("F98.0", {"age": 40}),  # begins in childhood, may be there at any age
        ("H26.011", {"age": 30}),
    ],
)
def test_no_alarm_where_the_person_fits(codes: str, facts: dict[str, object]) -> None:
    assert found(codes, **facts) == []


def test_the_edition_counts() -> None:
    assert [one.kind for one in scrub(["R10.A1"], "2025")] == ["invalid"]
    assert scrub(["R10.A1"], "2026") == []
    with pytest.raises(BadInput):
        scrub(["I10"], "1999")


def test_an_empty_claim_is_clean() -> None:
    assert scrub([], "2026") == []
    assert scrub(["", "  "], "2026") == []


@pytest.mark.parametrize(
    "code", ["Z79.4", "Z85.3", "Z95.5", "Z91.148", "Z99.2", "V43.52XA", "B95.0", "R65.21"]
)
def test_what_never_occasions_a_stay(code: str) -> None:
    first = scrub([code, "I10"], "2026", inpatient=True)[0]
    assert (first.kind, first.code) == ("wrong_sequence", code)
    assert "principal diagnosis" in first.message


@pytest.mark.parametrize("code", ["Z79.4", "Z95.5", "Z99.12"])
def test_a_status_may_lead_elsewhere(code: str) -> None:
    assert found(f"{code} I10") == []


def test_a_claim_is_read_without_dots_in_every_set() -> None:
    answer = claim("e1122\nN1832\nJ1885-JW x2\n0DTJ4ZZ\nL1902")
    assert [(line.code, line.system) for line in answer.lines] == [
        ("E11.22", "icd10cm"),
        ("N18.32", "icd10cm"),
        ("J1885", "hcpcs"),
        ("0DTJ4ZZ", "icd10pcs"),
        ("L1902", "hcpcs"),
    ]
    assert scrub(answer, "2026") == []


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("J1885-JW-JZ x1", "wrong_modifier"),
        ("J1885-RR x1", "wrong_modifier"),
        ("J1885 x0", "wrong_units"),
        ("L0001", "invalid"),
        ("procedure 0DTJ4ZX", "invalid"),
    ],
)
def test_lines_of_the_other_sets(line: str, kind: str) -> None:
    assert [one.kind for one in scrub(claim(f"I10\n{line}"), "2026")] == [kind]
