"""Each class of finding: when it is reported, what it says, and what it keeps to itself."""

from __future__ import annotations

import datetime as dt

import pytest
from attrs import evolve
from audit_cases import by_id, lines, opened

import chartpath
from chartpath.answers import CodeLine, parse
from chartpath.audit import KINDS, AuditResult, Finding, audit
from chartpath.errors import BadInput
from chartpath.items import Chart, Key, KeyCode, NotReportable, SequenceRule

NOTE = "A/P: Chronic kidney disease 3b due to type 2 diabetes. Insulin for years. Possible gout. No hypertension."
CHART = Chart("kidney", "Kidneys", "office", 2, dt.date(2026, 7, 1), 62, "F", NOTE)
KEY = Key(
    "kidney",
    codes=(
        KeyCode(
            "E11.22",
            "first_listed",
            evidence=("Chronic kidney disease 3b due to type 2 diabetes",),
            citations=("I.C.4.a",),
        ),
        KeyCode(
            "N18.32",
            "secondary",
            evidence=("Chronic kidney disease 3b",),
            citations=("Tabular N18 code first",),
        ),
        KeyCode("Z79.4", "secondary", evidence=("Insulin for years",), citations=("I.C.4.a.3",)),
    ),
    not_reportable=(
        NotReportable("Possible gout", ("M10", "M1A"), "uncertain"),
        NotReportable("No hypertension", ("I10", "I12"), "negated"),
    ),
)
GOLD = ["E11.22", "N18.32", "Z79.4"]


def pairs(result: AuditResult) -> list[tuple[str, str]]:
    return [(one.kind, one.code) for one in result.findings]


def only(result: AuditResult, kind: str) -> Finding:
    found = [one for one in result.findings if one.kind == kind]
    assert len(found) == 1, pairs(result)
    return found[0]


def test_no_message_names_a_code_that_was_not_typed(case) -> None:  # type: ignore[no-untyped-def]
    """The right code stays hidden in words; `next` of an unknown code names neighbours, whichever they are."""
    chart, key = opened(case)
    hidden = {one.code for one in key.codes} | {code for codes in key.alternatives for code in codes}
    for wrong in case["wrong_submissions"]:
        result = audit(lines(wrong["codes"], key), chart, key)
        for finding in (*result.findings, *result.remarks):
            words = finding.message + ("" if finding.kind == "invalid" else " " + finding.next)
            # A missing code may begin with what was typed (a heading); that is not a naming of it.
            tokens = {token.strip(".,;:“”()\"'") for token in words.replace("|", " ").split()}
            assert not (hidden - set(wrong["codes"])) & tokens, finding


def test_every_finding_is_complete(case) -> None:  # type: ignore[no-untyped-def]
    chart, key = opened(case)
    for wrong in case["wrong_submissions"]:
        for finding in audit(lines(wrong["codes"], key), chart, key).findings:
            assert finding.kind in KINDS
            assert finding.code
            assert finding.message.endswith((".", "?"))
            assert finding.next.endswith((".", "?"))
            assert finding.rule.startswith(("Tabular ", "Guideline", "FY2026 code list")), finding.rule
            assert finding.source.startswith("ICD-10-CM ")
            assert all(phrase in chart.note for phrase in finding.evidence)


def test_what_the_learner_is_told_leaves_out_what_follows() -> None:
    result = audit(["E11.22", "N18.31", "Z79.4"], CHART, KEY)
    assert set(pairs(result)) == {("overcoded", "N18.31"), ("undercoded", "N18.32")}
    assert [(one.kind, one.code) for one in result.told] == [("overcoded", "N18.31")]
    dropped = audit(["E11.22", "Z79.4"], CHART, KEY)
    assert [(one.kind, one.code) for one in dropped.told] == [("missing_use_additional", "N18.32")]
    assert set(audit(GOLD[:1], CHART, KEY).told) <= set(audit(GOLD[:1], CHART, KEY).findings)


def test_a_note_is_quoted_with_the_ancestor_that_carries_it() -> None:
    found = only(audit(["E11.22", "N18.32"], CHART, KEY), "missing_use_additional")
    assert found.code == "Z79.4"
    assert (
        found.rule
        == "Tabular E11 Type 2 diabetes mellitus: “use additional code to identify control using: … insulin (Z79.4)”"
    )
    assert found.source == "ICD-10-CM Tabular List, April 2026"
    assert found.evidence == ("Insulin for years",)


def test_missing_code_first() -> None:
    found = only(audit(["N18.32", "Z79.4"], CHART, KEY), "missing_code_first")
    assert found.code == "N18.32"
    assert "E11.22" in found.rule
    assert "diabetic chronic kidney disease" in found.rule
    # Another etiology that the note names answers it; whether the record supports that one is another matter.
    assert ("missing_code_first", "N18.32") not in pairs(audit(["I12.9", "N18.32", "Z79.4"], CHART, KEY))


def test_a_heading_answers_the_note_that_asks_for_it() -> None:
    found = pairs(audit(["E11.22", "N18.3", "Z79.4"], CHART, KEY))
    assert set(found) == {("not_billable", "N18.3"), ("undercoded", "N18.32")}


def test_wrong_sequence_names_the_code_placed_too_early() -> None:
    result = audit(["N18.32", "E11.22", "Z79.4"], CHART, KEY)
    assert pairs(result) == [("wrong_sequence", "N18.32")]
    assert "code first" in result.findings[0].rule
    # Behind a principal diagnosis the pair is still ordered.
    hip = evolve(KEY, codes=(KeyCode("M16.11", "first_listed"), *KEY.codes))
    assert pairs(audit(["M16.11", "N18.32", "E11.22", "Z79.4"], CHART, hip)) == [("wrong_sequence", "N18.32")]
    assert pairs(audit(["M16.11", "E11.22", "Z79.4", "N18.32"], CHART, hip)) == []


def test_an_additional_code_may_follow_any_code_that_asks_for_it() -> None:
    """Both I21 and I25 ask for tobacco dependence: after the first of them it stands in order."""
    key = Key(
        "mi",
        codes=(
            KeyCode("I21.4", "principal"),
            KeyCode("I25.10", "secondary"),
            KeyCode("F17.210", "secondary"),
        ),
    )
    chart = evolve(CHART, id="mi", setting="inpatient")
    assert pairs(audit(["I21.4", "F17.210", "I25.10"], chart, key)) == []
    assert pairs(audit(["F17.210", "I21.4", "I25.10"], chart, key)) == [("wrong_sequence", "F17.210")]


def test_a_note_for_adverse_effects_does_not_bind_a_poisoning() -> None:
    key = Key("od", codes=(KeyCode("T39.1X2A", "principal"), KeyCode("D65", "secondary")))
    chart = evolve(CHART, id="od", setting="inpatient")
    assert pairs(audit(["T39.1X2A"], chart, key)) == [("undercoded", "D65")]
    effect = Key("ae", codes=(KeyCode("D65", "principal"), KeyCode("T39.1X5A", "secondary")))
    assert ("missing_code_first", "T39.1X5A") in pairs(audit(["T39.1X5A"], evolve(chart, id="ae"), effect))


def test_sequence_rules_can_demand_what_no_note_names() -> None:
    key = Key(
        "x",
        codes=(KeyCode("R53.83", "first_listed"), KeyCode("U09.9", "secondary")),
        sequence=(SequenceRule("R53.83", "U09.9", True, "the specific condition first"),),
    )
    found = only(audit(["U09.9"], CHART, key), "missing_code_first")
    assert found.code == "U09.9"
    assert found.rule.startswith("Tabular U09.9")
    after = evolve(key, sequence=(SequenceRule("R53.83", "U09.9", requires_after=True),))
    assert only(audit(["R53.83"], CHART, after), "missing_use_additional").code == "U09.9"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("E11.69", "N52.1"),  # "underlying disease"
        ("N18.31", "M1A.3711"),  # "associated renal disease"
        ("A15.0", "Z16.341"),  # "the infection"
        ("M06.9", "D63.8"),  # "underlying disease, such as", and this one is not in the list
        ("R04.0", "T45.515A"),  # "the nature of the adverse effect, such as"
    ],
)
def test_a_note_may_ask_in_words_for_what_comes_first(before: str, after: str) -> None:
    key = Key(
        "x",
        codes=(KeyCode(before, "first_listed"), KeyCode(after, "secondary"), KeyCode("Z79.899", "secondary")),
    )
    found = only(audit([after, "Z79.899"], CHART, key), "missing_code_first")
    assert found.code == after
    assert "code first" in found.rule
    # What the record has before it answers such a note, and so may any other condition: only the record can tell.
    assert pairs(audit([before, after, "Z79.899"], CHART, key)) == []
    assert "missing_code_first" not in {kind for kind, _ in pairs(audit(["I96", after], CHART, key))}
    either = evolve(key, alternatives=((after, before, "Z79.899"),))
    assert "missing_code_first" not in {kind for kind, _ in pairs(audit([after], CHART, either))}
    only(audit([after, before], CHART, key), "wrong_sequence")


def test_a_note_that_leaves_it_to_the_record_asks_for_nothing_in_words() -> None:
    """F01: "code first, if applicable, any causal condition"; H54: "any associated underlying cause"."""
    for code in ("F01.B0", "H54.8"):
        key = Key("x", codes=(KeyCode("I10", "first_listed"), KeyCode(code, "secondary")))
        assert pairs(audit([code], CHART, key)) == [("undercoded", "I10")]


def test_birth_weight_goes_before_gestational_age_anywhere() -> None:
    key = Key("x", codes=tuple(KeyCode(code, "secondary") for code in ("Z38.01", "P07.18", "P07.38")))
    found = only(audit(["Z38.01", "P07.38", "P07.18"], CHART, key), "wrong_sequence")
    assert found.code == "P07.38"
    assert "I.C.16.d" in found.rule
    assert "it goes after P07.18" in found.message


@pytest.mark.parametrize(
    ("carrier", "wanted", "words"),
    [
        ("Z09", "Z87.01", "A note at the code itself asks"),
        ("J45.30", "F17.210", "A note above it asks"),
        ("A15.0", "Z16.341", "A note at the head of its chapter asks"),
    ],
)
def test_a_message_says_where_the_note_stands(carrier: str, wanted: str, words: str) -> None:
    key = Key("x", codes=(KeyCode(carrier, "first_listed"), KeyCode(wanted, "secondary")))
    assert words in only(audit([carrier], CHART, key), "missing_use_additional").message


def test_uncertain_diagnoses_depend_on_the_setting() -> None:
    outside = only(audit([*GOLD, "M10.9"], CHART, KEY), "uncertain_dx_outpatient")
    assert outside.evidence == ("Possible gout",)
    assert "no diagnosis is coded that is not confirmed" in outside.message
    assert "IV.H" in outside.rule
    for setting in ("ed", "observation", "urgent_care", "radiology", "wound_clinic"):
        assert ("uncertain_dx_outpatient", "M10.9") in pairs(
            audit([*GOLD, "M10.9"], evolve(CHART, setting=setting), KEY)
        )
    inside = pairs(audit([*GOLD, "M10.9"], evolve(CHART, setting="inpatient"), KEY))
    assert inside == [("overcoded", "M10.9")]


@pytest.mark.parametrize(
    ("kind", "word", "section"),
    [
        ("ruled_out", "ruled out", "IV.H"),
        ("negated", "the clinician turns it down", "IV.J"),
        ("history_vs_current", "there now; the record says that it is over", "I.C.21.c.4"),
    ],
)
def test_phrases_that_tempt(kind: str, word: str, section: str) -> None:
    key = evolve(KEY, not_reportable=(NotReportable("No hypertension", ("I10",), kind),))
    result = audit([*GOLD, "I10"], CHART, key)
    assert pairs(result) == [("overcoded", "I10")]
    assert word in result.findings[0].message
    assert section in result.findings[0].rule
    assert result.findings[0].evidence == ("No hypertension",)


def test_codes_of_the_key_tempt_no_one() -> None:
    key = evolve(KEY, not_reportable=(NotReportable("Insulin for years", ("Z79",), "uncertain"),))
    assert audit(GOLD, CHART, key).findings == ()


@pytest.mark.parametrize(
    ("wanted", "given", "kind"),
    [
        ("M17.11", "M17.12", "wrong_laterality"),
        ("M17.11", "M17.10", "unspecified_laterality"),
        ("H25.13", "H25.10", "unspecified_laterality"),
        ("E11.3511", "E11.3512", "wrong_laterality"),
        ("E11.3511", "E11.3519", "unspecified_laterality"),
        ("I69.354", "I69.359", "unspecified_laterality"),
        ("G81.91", "G81.92", "wrong_laterality"),
        ("C50.411", "C50.419", "unspecified_laterality"),
        ("S82.251E", "S82.251D", "wrong_7th"),
        ("H40.1111", "H40.1112", "wrong_7th"),
        ("O36.0121", "O36.0122", "wrong_7th"),
        ("H04.123", "H04.129", "unspecified_laterality"),  # both glands, an unspecified gland
        ("I63.231", "I63.239", "unspecified_laterality"),
        ("M84.361A", "M84.369A", "unspecified_laterality"),  # right tibia, unspecified tibia and fibula
        ("L02.414", "L02.419", "unspecified_laterality"),
        ("S27.322A", "S27.329A", "unspecified_laterality"),
        ("M17.11", "M17.0", ""),  # both is not the other side
        ("H61.23", "H61.21", ""),
        ("H40.1111", "H40.1190", ""),  # the stage is open as well
        ("G81.91", "G81.93", ""),  # the same side, the other dominance
        ("T44.7X1A", "T44.7X5A", ""),  # the sixth character is no encounter
        ("C44.311", "C44.310", ""),  # a site, no side
        ("L89.153", "L89.154", ""),
        ("I27.22", "I27.20", ""),  # left heart disease is no side
        ("M17.0", "M17.9", ""),  # the type is open, not the side
        ("S43.001A", "S43.006A", ""),  # subluxation and dislocation
        ("T84.54XA", "T84.50XA", ""),
    ],
)
def test_near_misses(wanted: str, given: str, kind: str) -> None:
    key = Key("x", codes=(KeyCode(wanted, "first_listed"),))
    found = [one.kind for one in audit([given], CHART, key).findings]
    assert found == ([kind] if kind else []) + ["overcoded", "undercoded"]


def test_side_is_named_in_words() -> None:
    key = Key("x", codes=(KeyCode("M17.11", "first_listed"),))
    assert (
        only(audit(["M17.12"], CHART, key), "wrong_laterality").message
        == "M17.12 says left; the record says right."
    )


def test_excludes1_quotes_the_note_and_names_the_exception() -> None:
    chart, key = by_id("asthma-hayfever")
    found = only(audit(["J45.30", "J30.1", "R06.2"], chart, key), "excludes1_conflict")
    assert found.code == "J45.30|R06.2"
    assert "Excludes1:" in found.rule
    assert "I.A.12.a" in found.rule


def test_a_pair_of_the_key_is_no_conflict() -> None:
    """An accepted answer that holds an excluded pair says that the two are unrelated (I.A.12.a)."""
    key = Key("x", codes=(KeyCode("J45.30", "first_listed"), KeyCode("R06.2", "secondary")))
    assert audit(["J45.30", "R06.2"], CHART, key).findings == ()
    apart = evolve(key, codes=key.codes[:1], alternatives=(("R06.2",),))
    assert ("excludes1_conflict", "J45.30|R06.2") in pairs(audit(["J45.30", "R06.2"], CHART, apart))


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("E11.2O", "the letter O, which the book uses at the beginning"),
        ("J45.3O", "the letter O where the book has a zero"),
        ("NI8.32", "the letter I where the book has a one"),
        ("J02.00", "a character too many"),
        ("S61.211AX", "a character too many"),
        ("T44.71A", "held by the letter X"),
        ("S93.401XA", "held by the letter X"),
        ("QZQ.1", ""),
    ],
)
def test_unknown_codes_name_the_likely_slip(written: str, words: str) -> None:
    found = only(audit([written], CHART, KEY), "invalid")
    assert words in found.message
    assert found.message.startswith(f"There is no code {written} in the FY2026 code set.")
    assert found.next


def test_the_edition_is_that_of_the_encounter() -> None:
    """E66.813 came with FY2025; the same answer is judged by the set in force on the day."""
    key = Key("x", codes=(KeyCode("R10.A1", "first_listed"),))
    later = audit(["R10.A1"], CHART, key)
    assert later.findings == ()
    earlier = audit(["R10.A1"], evolve(CHART, encounter_date=dt.date(2025, 9, 30)), key)
    assert "It belongs to FY2026 and is not yet valid" in only(earlier, "invalid").message
    with pytest.raises(BadInput):
        audit(["R10.A1"], evolve(CHART, encounter_date=dt.date(2019, 1, 1)), key)


def test_missing_seventh_tells_the_choice() -> None:
    key = Key("x", codes=(KeyCode("T81.41XA", "first_listed"),))
    for stem in ("T81.41", "T81.41X"):
        found = only(audit([stem], CHART, key), "missing_7th")
        assert "A initial encounter; D subsequent encounter; S sequela" in found.message
        assert "I.A.5" in found.rule


def test_a_repeated_code_is_told_once() -> None:
    result = audit([*GOLD, "Z79.4", "Z79.4"], CHART, KEY)
    assert pairs(result) == [("overcoded", "Z79.4")]
    assert "I.B.12" in result.findings[0].rule
    assert result.findings[0].label == "listed 3 times"
    assert audit([*GOLD, "Z79.4"], CHART, KEY).findings[0].label == "listed twice"
    assert result.metrics.f1 == 1


@pytest.mark.parametrize(
    ("added", "words"),
    [
        ("E11.9", "stands beside E11.22 of the same family"),
        ("M54.50", "does not support “Low back pain, unspecified”"),
        ("I12.9", "the clinician turns it down"),
        ("N18.9", "stands beside N18.32 of the same family"),
        # Several codes of a family may be right.
        ("E11.65", "does not support “Type 2 diabetes mellitus with hyperglycemia”"),
        ("Z79.899", "does not support “Other long term (current) drug therapy”"),
    ],
)
def test_why_an_added_code_is_wrong(added: str, words: str) -> None:
    assert words in only(audit([*GOLD, added], CHART, KEY), "overcoded").message


@pytest.mark.parametrize(
    ("given", "wanted", "words"),
    [
        ("J02.9", "J02.0", "J02.9, “Acute pharyngitis, unspecified”, leaves open what this record tells."),
        ("L97.519", "L97.512", "leaves open what this record tells"),
        ("L97.529", "L97.512", "is in the right family"),  # the other foot
        ("J45.909", "J45.41", "is in the right family"),  # uncomplicated, and with an exacerbation
        # "Peptic ulcer with hemorrhage" in the note of the one holds both.
        ("K92.2", "K26.0", "tells only half"),
        (
            "I15.9",
            "I10",
            "I15.9: the record names another condition than “Secondary hypertension, unspecified”.",
        ),
        ("J03.00", "J02.0", "the record names another condition"),
        ("D64.9", "D63.0", "leaves open what this record tells"),  # anemia in neoplastic disease
        ("C50.919", "Z85.3", "another condition"),  # a history of it is not it
        ("B95.8", "B95.0", "is in the right family"),  # staphylococcus is no open streptococcus
        # A symptom of the same chapter is not akin to another one.
        ("R07.9", "R53.83", "does not support"),
    ],
)
def test_less_exact_is_said_only_of_the_same_thing(given: str, wanted: str, words: str) -> None:
    key = Key("x", codes=(KeyCode(wanted, "first_listed"),))
    found = only(audit([given], CHART, key), "overcoded")
    assert words in found.message
    assert ("I.B.18" in found.rule) == ("leaves open" in words)
    assert (found.label == "not exact enough") == ("leaves open" in words)


def test_past_and_present_by_what_the_code_says() -> None:
    def told(code: str) -> str:
        key = evolve(KEY, not_reportable=(NotReportable("No hypertension", (code,), "history_vs_current"),))
        return only(audit([*GOLD, code], CHART, key), "overcoded").message

    assert "the code says that it is there now; the record says that it is over" in told("C50.911")
    assert "the code says that it is over and done" in told("Z85.46")
    assert "it was so once; the record says what holds now" in told("N18.4")


def test_a_germ_that_the_disease_code_names() -> None:
    key = Key("x", codes=(KeyCode("J02.0", "first_listed"),))
    found = only(audit(["J02.0", "B95.0"], CHART, key), "overcoded")
    assert (
        found.message == "J02.0 already names the germ. A B95 code is for a disease whose own code does not."
    )
    assert "I.B.9" in found.rule
    assert found.label
    near_miss = audit(["J02.9", "B95.0"], CHART, key)
    germ = next(one for one in near_miss.findings if one.code == "B95.0")
    assert "needs no line of its own" in germ.message
    assert "J02.0" not in germ.message + germ.next
    # Pneumonia is no Mycoplasma pneumoniae, and another germ is not named.
    for disease, code in (("J18.9", "B96.0"), ("J02.0", "B95.2"), ("J02.0", "B95.62")):
        wanted = Key("y", codes=(KeyCode(disease, "first_listed"),))
        assert "does not support" in only(audit([disease, code], CHART, wanted), "overcoded").message
    # A second disease may ask for the germ.
    both = Key("z", codes=(KeyCode("A41.51", "first_listed"), KeyCode("N39.0", "secondary")))
    assert "does not support" in only(audit(["A41.51", "N39.0", "B96.20"], CHART, both), "overcoded").message


def test_half_of_a_combination() -> None:
    key = Key("x", codes=(KeyCode("M54.42", "first_listed"), KeyCode("I10", "secondary")))
    result = audit(["M54.50", "M54.32", "I10"], CHART, key)
    for code in ("M54.50", "M54.32"):
        found = next(one for one in result.findings if one.code == code)
        assert "tells only half. A note in the book" in found.message
        assert "M54.4" not in found.message + found.next
        assert "Excludes1: " in found.rule
        assert "(M54.4-)" in found.rule
    # A note that sends elsewhere without joining two things makes no half.
    throat = Key("y", codes=(KeyCode("J02.0", "first_listed"),))
    assert "half" not in only(audit(["J06.9"], CHART, throat), "overcoded").message
    other = Key("z", codes=(KeyCode("E11.621", "first_listed"),))
    assert "half" not in only(audit(["E10.9"], CHART, other), "overcoded").message


def test_another_code_of_the_note_answers_it() -> None:
    """An etiology that the record does not support stands before: it is told as what it is, not as missing."""
    key = evolve(KEY, sequence=(SequenceRule("E11.22", "N18.32", True, "Tabular N18 code first"),))
    assert "missing_code_first" not in {kind for kind, _ in pairs(audit(["E10.22", *GOLD[1:]], CHART, key))}
    assert ("missing_code_first", "N18.32") in pairs(audit(GOLD[1:], CHART, key))
    assert ("missing_code_first", "N18.32") in pairs(audit([*GOLD[1:], "E10.22"], CHART, key))


def test_a_note_asks_what_it_puts_first() -> None:
    assert (
        audit([GOLD[1], GOLD[0], GOLD[2]], CHART, KEY).told[0].next
        == "Read the note. What does it put first?"
    )
    added = audit([GOLD[2], GOLD[0], GOLD[1]], CHART, KEY).told[0]
    assert added.next == "Read the note. Which code does it call the additional one?"
    free = Key("x", codes=(KeyCode("M17.11", "first_listed"), KeyCode("E78.5", "secondary")))
    assert "chiefly responsible" in audit(["E78.5", "M17.11"], CHART, free).told[0].next


def test_pairs_of_one_note_are_told_once() -> None:
    key = Key("x", codes=(KeyCode("E11.621", "first_listed"), KeyCode("E11.42", "secondary")))
    result = audit(["E11.621", "E11.42", "R73.9"], CHART, key)
    assert set(pairs(result)) == {
        ("excludes1_conflict", "E11.621|R73.9"),
        ("excludes1_conflict", "E11.42|R73.9"),
        ("overcoded", "R73.9"),
    }
    (told,) = result.told
    assert (told.kind, told.code) == ("excludes1_conflict", "E11.621|R73.9")
    assert "binds R73.9 says “not coded here” of E11.621 and E11.42." in told.message
    # What the record says of the code is told beside the note.
    turned = evolve(key, not_reportable=(NotReportable("No hypertension", ("R73",), "negated"),))
    assert [one.kind for one in audit(["E11.621", "E11.42", "R73.9"], CHART, turned).told] == [
        "excludes1_conflict",
        "overcoded",
    ]
    # Two wrong codes that exclude each other are both called wrong.
    wrong = audit([*GOLD, "J96.01", "R09.02"], CHART, KEY).told
    assert [one.kind for one in wrong] == ["excludes1_conflict", "overcoded", "overcoded"]


def test_an_incomplete_pair_is_not_called_misplaced() -> None:
    assert [one.kind for one in audit(GOLD[:1], CHART, KEY).remarks] == ["order_incomplete"]
    assert audit([GOLD[1], GOLD[0]], CHART, KEY).remarks == ()
    assert audit(GOLD, CHART, KEY).remarks == ()


def test_quotations() -> None:
    def told(line: str) -> tuple[list[str], float]:
        result = audit(parse(f"{line}\nN18.32\nZ79.4", "codes").lines, CHART, KEY)
        earned, possible = result.parts["Evidence quoted"]
        assert result.findings == ()
        return [one.kind for one in result.remarks], round(earned / possible, 2)

    assert told('E11.22 "chronic KIDNEY disease   3b due to"') == ([], 1)
    assert told('E11.22 "kidney failure"') == (["quote_not_found"], 0)
    assert told('E11.22 "Insulin for years"') == (["quote_elsewhere"], 0.5)
    assert told('E11.22 "kidney failure" "type 2 diabetes"') == (["quote_not_found"], 1)


def test_support_is_told_apart_from_a_bad_quotation() -> None:
    lines_ = parse('E11.22\nN18.32\nZ79.4\nM54.50 "Insulin for years"\nE78.5 "cholesterol"', "codes").lines
    result = audit(lines_, CHART, KEY)
    messages = {one.code: one.message for one in result.findings}
    assert "the words that you quote are in the record" in messages["M54.50"]
    assert "the words that you quote" not in messages["E78.5"]
    assert [(one.kind, one.code) for one in result.remarks] == [("quote_not_found", "E78.5")]


def test_lines_may_be_plain_text() -> None:
    assert audit(["e1122", "n18.32", "Z794"], CHART, KEY).score == 100
    assert audit([CodeLine(1, "E11.22", "E11.22"), "N18.32", "Z79.4"], CHART, KEY).score == 100


def test_the_miscodings_of_a_key_change_nothing() -> None:
    from chartpath.items import ErrorRef, Miscoding

    listed = evolve(KEY, miscodings=(Miscoding(("I10",), (ErrorRef("invalid", "I10"),), explanation="no"),))
    for codes in (GOLD, ["I10"], ["N18.32", "I10"]):
        assert audit(codes, CHART, listed) == audit(codes, CHART, KEY)


def test_where_a_section_sets_the_first_code_the_reader_is_sent_to_it() -> None:
    """The gravest burn leads by its own rule, not because it was the chief reason for the visit."""
    result = chartpath.audit(["T22.211A", "T23.351A", "T31.0", "X10.2XXA", "Y92.010"], "ed-hot-oil-01")
    (told,) = [one for one in result.told if one.kind == "wrong_sequence"]
    assert told.rule.startswith("Guideline I.C.19.d.1")
    assert told.next == "Read that section. What does it put first?"
