"""MS-DRG: weights, CC and MCC, and groups that hold against an independent port of the CMS grouper."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pytest

from chartpath.codesets import drg as module
from chartpath.codesets.drg import LABEL, counts, describe, drgs, group, severity, weight
from chartpath.errors import BadInput, ChartpathError

STAYS = Path(__file__).with_name("drg_stays.csv")

# -- weights -------------------------------------------------------------------------------------------


def test_every_group_of_table_5_is_here() -> None:
    assert len(drgs()) == 772
    assert [number for number, entry in drgs().items() if entry.weight is None] == ["998", "999"]


@pytest.mark.parametrize("number", ["39", "039", 39])
def test_a_group_by_any_spelling(number: str | int) -> None:
    assert describe(number).drg == "039"


def test_a_group_with_its_lengths_of_stay() -> None:
    sepsis = describe("871")
    assert sepsis.title == "SEPTICEMIA OR SEVERE SEPSIS WITHOUT MV >96 HOURS WITH MCC"
    assert (sepsis.weight, sepsis.gmlos, sepsis.amlos, sepsis.mdc, sepsis.type) == (
        1.9425,
        4.8,
        6.4,
        "18",
        "medical",
    )


def test_the_weight_is_the_capped_one() -> None:
    assert weight("010") == 7.1757  # 3.0699 before the cap of 10 percent on decreases


def test_a_number_without_a_group() -> None:
    with pytest.raises(BadInput, match="MS-DRG 9: version 43 has no such group"):
        weight(9)


# -- CC and MCC ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("J12.82", "MCC"),
        ("j1282", "MCC"),
        ("B59", "MCC"),
        ("Z59.00", "CC"),
        ("K77", "CC"),
        ("A00.0", "CC"),
        ("I10", ""),
        ("QA0.0101", "CC"),  # a letter in second place
        ("nonsense", ""),
    ],
)
def test_severity(code: str, level: str) -> None:
    assert severity(code) == level


def test_the_lists_have_the_official_sizes() -> None:
    levels = [entry[0] for entry in module._levels().values()]
    assert (levels.count("MCC"), levels.count("CC")) == (3354, 15078)
    assert sum(not entry[1] for entry in module._levels().values()) == 41


def test_a_principal_diagnosis_excludes() -> None:
    assert counts("B59", "K52.9") == ("MCC", "")
    level, why = counts("B59", "J18.9")
    assert level == ""
    assert "J18.9 as principal diagnosis excludes B59 (Table 6K, 0240)" in why


def test_a_group_can_take_a_level_away() -> None:
    """Table 6K part 3: pneumocystosis is what MS-DRGs 974-976 are about (domain note C03)."""
    assert counts("B59", "B20", "974")[0] == ""
    assert "974-976" in counts("B59", "B20", "976")[1]
    assert counts("B59", "B20", "977")[0] == "MCC"


def test_some_count_only_when_discharged_alive() -> None:
    assert counts("I46.9", "I21.4")[0] == "MCC"
    assert counts("I46.9", "I21.4", alive=False)[0] == ""


# -- grouping ------------------------------------------------------------------------------------------


@pytest.fixture
def grouper() -> None:
    """Tests that group need the extra `drg`; those above run without it."""
    pytest.importorskip("drgpy", reason="the extra `drg` is not installed")


def stay(codes: str, procedures: str = "", **more: object) -> module.Grouping:
    given = {"age": 60, "sex": "F", **more}
    return group(codes.split(), procedures.split(), **given)  # type: ignore[arg-type]


@pytest.mark.usefixtures("grouper")
def test_codes_without_exclusions_count() -> None:
    """drgpy alone says 179: it loses the 41 codes that Table 6K lists with "No Excl"."""
    found = stay("U07.1 J12.82")
    assert (found.drg, found.counted) == ("177", (("J12.82", "MCC"),))


@pytest.mark.usefixtures("grouper")
def test_every_code_without_exclusions_counts_in_the_engine() -> None:
    engine = module._engine()
    lost = [code for code, (level, place, _) in module._levels().items() if not place]
    assert len(lost) == 41
    assert {code: engine.ccmap[code]["level"] for code in lost} == {
        code: module._levels()[code][0] for code in lost
    }
    assert stay("I50.9 Z59.00").counted == (("Z59.00", "CC"),)


@pytest.mark.usefixtures("grouper")
def test_the_answer_is_labelled() -> None:
    found = stay("A40.3 J13 R65.20 J96.01")
    assert found.label == LABEL == "teaching reference, MS-DRG v43, not the CMS grouper"
    assert (found.drg, found.title, found.weight, found.mdc, found.reason) == (
        "871", "SEPTICEMIA OR SEVERE SEPSIS WITHOUT MV >96 HOURS WITH MCC", 1.9425, "18", "",
    )  # fmt: skip


@pytest.mark.usefixtures("grouper")
@pytest.mark.parametrize(
    ("codes", "drg"),
    [
        ("B20 B59", "976"),  # B59 is an MCC, and Table 6K part 3 takes it away in this group
        ("B59 B20", "976"),  # the same group when the related condition is principal; drgpy says 178
        ("D51.0 B20", "977"),  # a related condition that is not a major one
        ("B59", "179"),  # no HIV, no HIV group
    ],
)
def test_hiv(codes: str, drg: str) -> None:
    assert stay(codes, sex="M").drg == drg


@pytest.mark.usefixtures("grouper")
@pytest.mark.parametrize(
    ("codes", "status", "drg"),
    [
        ("Z38.00", "01", "795"),
        ("Z38.00 P59.9", "01", "795"),
        ("Z38.00 R17", "01", "794"),  # drgpy says 795
        ("Z38.00", "20", "789"),  # drgpy has no 789
        ("Z38.00", "02", "789"),
    ],
)
def test_newborns(codes: str, status: str, drg: str) -> None:
    assert stay(codes, age=0, discharge_status=status).drg == drg


@pytest.mark.usefixtures("grouper")
def test_a_pressure_ulcer_that_developed_in_the_hospital_does_not_count() -> None:
    assert stay("J69.0 L89.154").drg == "177"
    assert stay("J69.0 L89.154", poa={"L89.154": "N"}).drg == "179"
    assert stay("J69.0 L89.154", poa=["Y", "U"]).drg == "179"


@pytest.mark.usefixtures("grouper")
def test_a_condition_acquired_only_after_surgery_counts_without_surgery() -> None:
    """A pulmonary embolism is HAC 10 after joint replacement only; drgpy drops it always."""
    assert stay("K56.609 I26.99", poa={"I26.99": "N"}).drg == "388"
    after = stay("M16.11 I26.99", "0SR90JZ", poa={"I26.99": "N"})
    assert after.drg is None
    assert "I26.99" in after.reason


@pytest.mark.usefixtures("grouper")
def test_a_urinary_infection_is_acquired_only_with_its_catheter_code() -> None:
    marks = {"N10": "N", "T83.511A": "N"}
    assert stay("K56.609 N10", poa=marks).drg == "389"
    assert stay("K56.609 T83.511A N10", poa=marks).drg == "390"


@pytest.mark.usefixtures("grouper")
def test_aftercare_with_a_cc() -> None:
    """drgpy asks for an MCC only; the title of 949 says CC/MCC."""
    assert stay("S31.106D S82.309C", sex="M").drg == "949"


@pytest.mark.usefixtures("grouper")
def test_a_dilation_without_a_device_is_not_a_stent() -> None:
    assert stay("I25.10", "02703ZZ").drg == "251"
    assert stay("I25.10", "027034Z").drg == "322"


@pytest.mark.usefixtures("grouper")
@pytest.mark.parametrize(
    ("codes", "procedures", "drg"),
    [
        ("K35.32", "0DTJ4ZZ", "399"),
        ("O80 Z3A.39 Z37.0", "10E0XZZ", "807"),
        ("N17.9", "5A1D70Z", "684"),
        ("M16.11", "0SR90JZ", "470"),
    ],
)
def test_procedures(codes: str, procedures: str, drg: str) -> None:
    assert stay(codes, procedures, age=30).drg == drg


@pytest.mark.usefixtures("grouper")
@pytest.mark.parametrize(
    ("codes", "procedures", "more", "words"),
    [
        ("", "", {}, "no diagnosis"),
        ("E11", "", {}, "E11 is not a complete"),
        ("I10 Z99.999", "", {}, "Z99.999 is not a complete"),
        ("QA0.0101", "", {}, "finds no group for QA0.0101"),
        ("J4B", "", {}, "J4B is not a complete ICD-10-CM code of FY2026"),  # new in FY2027
        ("I10", "0DTJ4Z", {}, "seven characters"),
        ("I10", "", {"sex": ""}, "sex as F or M"),
        ("O24.012", "0UL60DZ", {}, "does not relate the operation 0UL60DZ to O24.012"),
        ("M16.0", "0SR90JZ 0SRB0JZ", {}, "several operations"),
    ],
)
def test_a_stay_without_an_answer_says_why(
    codes: str, procedures: str, more: dict[str, str], words: str
) -> None:
    found = stay(codes, procedures, **more)
    assert (found.drg, found.weight, found.label) == (None, None, LABEL)
    assert words in found.reason


@pytest.mark.usefixtures("grouper")
@pytest.mark.parametrize("more", [{"age": -1}, {"age": 200}, {"poa": {"I10": "X"}}])
def test_senseless_facts(more: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        stay("I10", **more)


@pytest.mark.usefixtures("grouper")
def test_stays_agree_with_an_independent_port() -> None:
    """550 made-up stays, grouped by another reimplementation of the CMS grouper (msdrg 1.2.0, version 43.1).

    drgpy alone differs on about one in twelve of them. Here nothing may differ; a stay may go unanswered.
    """
    with STAYS.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    answers = [
        (
            group(
                row["codes"].split(), row["procedures"].split(), int(row["age"]), row["sex"],
                row["discharge_status"], row["poa"].split(),
            ).drg,
            row,
        )
        for row in rows
    ]  # fmt: skip
    assert [(drg, row) for drg, row in answers if drg not in (None, row["drg"])] == []
    assert sum(drg is not None for drg, _ in answers) >= 500


def test_one_clear_error_without_drgpy(monkeypatch: pytest.MonkeyPatch) -> None:
    module._engine.cache_clear()
    monkeypatch.setitem(sys.modules, "drgpy.msdrg", None)
    with pytest.raises(ChartpathError, match=r'python -m pip install "chartpath\[drg\]"'):
        stay("I10")
    module._engine.cache_clear()
