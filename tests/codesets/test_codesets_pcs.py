"""ICD-10-PCS: lookups, the builder, checks of codes, definitions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chartpath.codesets import Code, Node, code_json, pcs, search_json, store
from chartpath.errors import BadInput

ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
# Looked up by hand in the tables: from the third character on, what each says. Every section has one at least.
KNOWN = {
    "0FT44ZZ": "Resection|Gallbladder|Percutaneous Endoscopic|No Device|No Qualifier",
    "0DTJ4ZZ": "Resection|Appendix|Percutaneous Endoscopic|No Device|No Qualifier",
    "0SR90JZ": "Replacement|Hip Joint, Right|Open|Synthetic Substitute|No Qualifier",
    "0SRD0J9": "Replacement|Knee Joint, Left|Open|Synthetic Substitute|Cemented",
    "02100Z9": "Bypass|Coronary Artery, One Artery|Open|No Device|Internal Mammary, Left",
    "027034Z": "Dilation|Coronary Artery, One Artery|Percutaneous|Intraluminal Device, Drug-eluting|No Qualifier",
    "0BH17EZ": "Insertion|Trachea|Via Natural or Artificial Opening|Intraluminal Device, Endotracheal Airway|No Qualifier",
    "009U3ZX": "Drainage|Spinal Canal|Percutaneous|No Device|Diagnostic",
    "0QS906Z": "Reposition|Femoral Shaft, Left|Open|Internal Fixation Device, Intramedullary|No Qualifier",
    "0Y6H0Z1": "Detachment|Lower Leg, Right|Open|No Device|High",
    "10D00Z1": "Extraction|Products of Conception|Open|No Device|Low",
    "10E0XZZ": "Delivery|Products of Conception|External|No Device|No Qualifier",
    "2W3CX1Z": "Immobilization|Lower Arm, Right|External|Splint|No Qualifier",
    "30233N1": "Transfusion|Peripheral Vein|Percutaneous|Red Blood Cells|Nonautologous",
    "4A023N7": "Measurement|Cardiac|Percutaneous|Sampling and Pressure|Left Heart",
    "5A1955Z": "Performance|Respiratory|Greater than 96 Consecutive Hours|Ventilation|No Qualifier",
    "6A550Z3": "Pheresis|Circulatory|Single|No Qualifier|Plasma",
    "7W00X0Z": "Treatment|Head|External|Articulatory-Raising|None",
    "8E0W4CZ": "Other Procedures|Trunk Region|Percutaneous Endoscopic|Robotic Assisted Procedure|No Qualifier",
    "9WB0XBZ": "Manipulation|Head|External|Non-Manual|None",
    "B2111ZZ": "Fluoroscopy|Coronary Arteries, Multiple|Low Osmolar|None|None",
    "C030BZZ": "Positron Emission Tomographic (PET) Imaging|Brain|Carbon 11 (C-11)|None|None",
    "DV003ZZ": "Beam Radiation|Prostate|Electrons|None|None",
    "F07L0ZZ": "Motor Treatment|Musculoskeletal System - Lower Back / Lower Extremity|Range of Motion and Joint Mobility|None|None",
    "GZB2ZZZ": "Electroconvulsive Therapy|Bilateral-Single Seizure|None|None|None",
    "HZ2ZZZZ": "Detoxification Services|None|None|None|None",
    "XW0DXM6": "Introduction|Mouth and Pharynx|External|Baricitinib|New Technology Group 6",
}


# -- codes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["0FT44ZZ", "0ft44zz", " 0FT44ZZ "])
def test_get_accepts_any_spelling(typed: str) -> None:
    title = "Resection of Gallbladder, Percutaneous Endoscopic Approach"
    assert pcs.get(typed) == Code("icd10pcs", "2027", "0FT44ZZ", title, True, "2015-10-01", "0FT")
    assert pcs.title(typed) == title


def test_a_table_is_a_heading() -> None:
    found = pcs.get("0FT")
    assert found is not None
    assert (found.title, found.billable, found.parent) == (
        "Hepatobiliary System and Pancreas, Resection",
        False,
        "0F",
    )
    other = pcs.get("GZB")
    assert other is not None
    assert other.title == "Mental Health, Electroconvulsive Therapy"
    assert len(pcs.children("0FT")) == 47
    assert [code.code for code in pcs.children("0F")][:2] == ["0F1", "0F2"]
    assert pcs.get("0F") is None
    assert pcs.get("B85", "2026") is None, "the table is new in FY2027"
    assert pcs.get("XD2", "2027") is None, "all its codes ended with FY2026"


def test_ancestors_are_operation_body_system_section() -> None:
    assert pcs.ancestors("0FT44ZZ") == [
        Node("0FT", "Resection", "operation"),
        Node("0F", "Hepatobiliary System and Pancreas", "body_system"),
        Node("0", "Medical and Surgical", "section"),
    ]
    assert [node.id for node in pcs.ancestors("0FT")] == ["0F", "0"]


@pytest.mark.parametrize(
    ("code", "editions"),
    [
        ("X2A5312", ["2025"]),
        ("30233AZ", ["2025", "2026"]),
        ("02HM3JZ", ["2026", "2027"]),
        ("028F3Z0", ["2027"]),
        ("0FT44ZZ", ["2025", "2026", "2027"]),
        ("0FT94YZ", []),
    ],
)
def test_editions_of_a_code(code: str, editions: list[str]) -> None:
    assert [edition for edition in ("2025", "2026", "2027") if pcs.exists(code, edition)] == editions


def test_a_heading_does_not_exist_as_a_code() -> None:
    assert not pcs.exists("0FT")


def test_a_day_within_an_edition() -> None:
    assert pcs.valid_on("30233AZ", "2026-03-31")
    assert not pcs.valid_on("30233AZ", "2026-04-01")
    assert not pcs.valid_on("02HM3JZ", "2026-03-31")
    assert pcs.valid_on("02HM3JZ", "2026-04-01")
    assert not pcs.valid_on("0FT", "2026-04-01")


def test_a_revised_title_depends_on_the_edition() -> None:
    assert "Antibiotic-eluting" in str(pcs.title("XW0V0P7", "2026"))
    assert "Gentamicin-eluting" in str(pcs.title("XW0V0P7", "2027"))
    assert pcs.characters("XW0V0P7", "2026")[5].label == "Antibiotic-eluting Bone Void Filler"
    assert pcs.characters("XW0V0P7", "2027")[5].label == "Gentamicin-eluting Bone Void Filler"


# -- characters --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", KNOWN)
def test_what_the_characters_say(code: str) -> None:
    found = pcs.characters(code)
    assert "".join(value.value for value in found) == code
    assert [value.position for value in found] == [1, 2, 3, 4, 5, 6, 7]
    assert "|".join(value.label for value in found[2:]) == KNOWN[code]


def test_every_section_is_among_the_known_codes() -> None:
    assert {code[0] for code in KNOWN} == {value.value for value in pcs.options()}
    assert len(KNOWN) >= 20


def test_axes_are_named_as_in_the_section() -> None:
    assert [value.name for value in pcs.characters("B2111ZZ")] == [
        "Section", "Body System", "Type", "Body Part", "Contrast", "Qualifier", "Qualifier",
    ]  # fmt: skip
    assert [value.name for value in pcs.characters("5A1955Z")][3:] == [
        "Body System",
        "Duration",
        "Function",
        "Qualifier",
    ]


def test_definitions_come_with_the_characters() -> None:
    operation, approach = pcs.characters("0FT44ZZ")[2], pcs.characters("0FT44ZZ")[4]
    assert operation.definition == "Cutting out or off, without replacement, all of a body part"
    assert approach.definition.startswith("Entry, by puncture or minor incision")
    toe = pcs.characters("0Y6P0Z0")[3]
    assert toe.label == "1st Toe, Right"
    assert "Hallux" in toe.includes


def test_the_row_decides_what_a_character_means() -> None:
    """In table XW0 the same device character stands for different drugs, told apart by the group."""
    assert pcs.characters("XW013S6")[5].label == "COVID-19 Vaccine Dose 1"
    assert pcs.characters("XW013S9")[5].label == "Epcoritamab Monoclonal Antibody"
    offered = {value.value: value.label for value in pcs.options("XW013")}
    assert offered["S"] == "COVID-19 Vaccine Dose 1 or Epcoritamab Monoclonal Antibody"


def test_a_code_older_than_the_tables_says_what_is_known() -> None:
    found = pcs.characters("X2A5312", "2025")
    assert [value.label for value in found[:3]] == ["New Technology", "Cardiovascular System", "Assistance"]
    assert found[5].label == "not in the tables at hand"


def test_no_characters_of_an_unknown_code() -> None:
    assert pcs.characters("0FT49ZZ") == []
    assert pcs.characters("028F3Z0", "2026") == []


# -- the builder -------------------------------------------------------------------------------------------


def test_building_a_code_step_by_step() -> None:
    builder = pcs.Builder()
    assert (builder.position, builder.name, builder.reachable) == (1, "Section", 79_256)
    builder = builder.choose("0").choose("Hepatobiliary System and Pancreas").choose("resection")
    assert (builder.prefix, builder.name, builder.reachable) == ("0FT", "Body Part", 47)
    builder = builder.choose("Gallbladder").choose("4")
    assert [value.label for value in builder.options()] == ["No Device"]
    builder = builder.forced().choose("Z")
    assert builder.code == "0FT44ZZ"
    assert builder.title == "Resection of Gallbladder, Percutaneous Endoscopic Approach"
    assert (builder.options(), builder.reachable, builder.name) == ([], 1, "")
    assert [value.value for value in builder.chosen] == list("0FT44ZZ")
    assert builder.back().prefix == "0FT44Z"
    assert pcs.Builder().back() == pcs.Builder()


def test_rows_constrain_what_goes_together() -> None:
    """Table 001: a bypass without device leads from the ventricle to the cerebral cisterns only."""
    assert [value.value for value in pcs.options("00160Z")] == ["B"]
    assert [value.value for value in pcs.options("001607")] == list("012345678AB")
    assert [value.value for value in pcs.options("001U07")] == list("24679")


def test_what_is_not_offered_is_refused() -> None:
    with pytest.raises(
        BadInput, match=r"Body Part after 0FT: 'Spleen' is not offered. The table allows: 0 Liver"
    ):
        pcs.Builder("0FT").choose("Spleen")
    with pytest.raises(BadInput, match=r"character 5 \(Approach\) cannot be 9"):
        pcs.Builder("0FT49")
    with pytest.raises(BadInput, match="0FT44ZZ is complete"):
        pcs.Builder("0FT44ZZ").choose("Z")
    with pytest.raises(BadInput, match="tables of FY2025 are not at hand"):
        pcs.options("0FT", "2025")


def test_an_edition_has_its_own_options() -> None:
    assert "F" not in {value.value for value in pcs.options("028", "2026")}
    assert "F" in {value.value for value in pcs.options("028", "2027")}
    assert [value.value for value in pcs.options("XD2", "2026")] == ["G", "H"]
    assert pcs.options("XD2", "2027") == []


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_the_builder_always_ends_in_a_code(data: st.DataObject) -> None:
    edition = data.draw(st.sampled_from(["2026", "2027"]))
    builder = pcs.Builder(edition=edition)
    while builder.code is None:
        offered = builder.options()
        assert offered, f"nothing is offered after {builder.prefix}"
        before = builder.reachable
        builder = builder.choose(data.draw(st.sampled_from(offered)).value)
        assert 1 <= builder.reachable <= before
    assert pcs.exists(builder.code, edition)
    assert pcs.check(builder.code, edition) == []


@given(st.sampled_from(sorted(KNOWN)), st.integers(0, 6), st.sampled_from(ALPHABET))
@settings(max_examples=200, deadline=None)
def test_a_code_exists_when_the_builder_reaches_it(code: str, place: int, value: str) -> None:
    other = code[:place] + value + code[place + 1 :]
    reached = all(other[end] in {one.value for one in pcs.options(other[:end])} for end in range(7))
    assert reached == pcs.exists(other) == (pcs.check(other) == [])


@pytest.mark.slow
@pytest.mark.parametrize("edition", ["2026", "2027"])
def test_the_builder_reaches_every_code_and_no_other(edition: str) -> None:
    found: set[str] = set()
    pending = [""]
    while pending:
        prefix = pending.pop()
        longer = [prefix + value.value for value in pcs.options(prefix, edition)]
        if len(prefix) == 6:
            found.update(longer)
        else:
            pending.extend(longer)
    tables = [code.code for section in "0123456789BCDFGHX" for code in _tables(section, edition)]
    codes = {code.code for table in tables for code in pcs.children(table, edition)}
    assert found == codes
    assert len(codes) == {"2026": 79_195, "2027": 79_256}[edition]


def _tables(section: str, edition: str) -> list[Code]:
    return [
        table
        for value in pcs.options(section, edition)
        for table in pcs.children(section + value.value, edition)
    ]


# -- checks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "position", "words"),
    [
        ("0FT49ZZ", 5, "character 5 (Approach) cannot be 9 after 0FT4"),
        ("0FT4XZZ", 5, "The table allows: 0 Open, 4 Percutaneous Endoscopic."),
        ("0FTZ0ZZ", 4, "character 4 (Body Part) cannot be Z"),
        ("0FZ00ZZ", 3, "character 3 (Operation) cannot be Z"),
        ("00160Z0", 7, "The table allows: B Cerebral Cisterns."),
        ("EFT44ZZ", 1, "character 1 (Section) cannot be E"),
        ("B2118ZZ", 5, "character 5 (Contrast) cannot be 8"),
        ("OFT44ZZ", 1, "is the letter O"),
        ("0FT44ZI", 7, "is the letter I"),
        ("0FT44Z", 7, "has 6 characters; an ICD-10-PCS code has 7. Next is Qualifier."),
        ("0", 2, "has 1 character; an ICD-10-PCS code has 7. Next is Body System."),
        ("0FT44ZZZ", 0, "0FT44ZZ is one: Resection of Gallbladder"),
        ("0FT44Z#", 7, "character 7 (Qualifier) cannot be #"),
        ("", 0, "no code given"),
        ("E11.22", 0, "looks like ICD-10-CM"),
    ],
)
def test_what_is_wrong_with_a_code(typed: str, position: int, words: str) -> None:
    problems = pcs.check(typed)
    assert problems[0].position == position
    assert words in str(problems[0])
    assert "\n" not in str(problems[0])


def test_the_letter_o_names_the_code_that_is_meant() -> None:
    assert "0FT44ZZ is one: Resection of Gallbladder" in pcs.check("OFT44ZZ")[0].message
    assert [problem.position for problem in pcs.check("OFT44ZI")] == [1, 7]


def test_a_problem_says_what_the_position_allows() -> None:
    allowed = pcs.check("0FT49ZZ")[0].allowed
    assert [(value.value, value.label) for value in allowed] == [
        ("0", "Open"),
        ("4", "Percutaneous Endoscopic"),
    ]


def test_a_short_code_that_breaks_the_table_has_two_problems() -> None:
    assert [problem.position for problem in pcs.check("0FT9Q")] == [5, 0]


def test_a_code_of_another_edition() -> None:
    assert pcs.check("30233AZ")[0].message == (
        "30233AZ is a code of FY2025, FY2026 (valid from 2015-10-01 to 2026-03-31), not of FY2027."
    )
    assert (
        "is a code of FY2027 (valid from 2026-10-01), not of FY2026"
        in pcs.check("028F3Z0", "2026")[0].message
    )


def test_a_check_in_an_edition_without_tables() -> None:
    assert pcs.check("0FT44ZZ", "2025") == []
    assert pcs.check("0FT49ZZ", "2025")[0].message == "0FT49ZZ: no such code in ICD-10-PCS FY2025."
    assert "has 3 characters" in pcs.check("0FT", "2025")[0].message


@given(st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.- #é", max_size=9))
@settings(max_examples=200, deadline=None)
def test_any_text_gets_an_answer(text: str) -> None:
    problems = pcs.check(text)
    assert bool(problems) != pcs.exists(text)
    assert all(problem.message and "\n" not in problem.message for problem in problems)


def test_nearest_codes() -> None:
    assert [code.code for code in pcs.nearest("0FT49ZZ")] == ["0FT40ZZ", "0FT44ZZ", "0FT94ZZ"]
    assert [code.code for code in pcs.nearest("0FT44Z")] == ["0FT44ZG", "0FT44ZZ"]
    assert "0FT44ZZ" in [code.code for code in pcs.nearest("0FT44ZZZ")]
    assert pcs.nearest("0FTQQQQ", limit=2)[0].code.startswith("0FT")
    assert pcs.unknown("0FT49ZZ").endswith(
        "0FT94ZZ Resection of Common Bile Duct, Percutaneous Endoscopic Approach."
    )


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("0FT44ZZ", True),
        ("0ft44zy", True),
        ("XW0DXM6", True),
        ("OFT44ZZ", True),
        ("0FT", True),
        ("0FT44Z", True),
        ("0FT44ZZZ", True),
        ("S93.401A", False),
        ("S93401A", False),
        ("XW0DXM", False),
        ("99213", False),
        ("0001U", False),
        ("2027", False),
        ("0FT44ZZZZ", False),
        ("", False),
    ],
)
def test_the_form_of_a_code(typed: str, answer: bool) -> None:
    assert pcs.looks_like(typed) is answer


# -- definitions -------------------------------------------------------------------------------------------


def test_root_operations_of_surgery() -> None:
    operations = pcs.root_operations()
    assert len(operations) == 31
    excision, resection = pcs.root_operation("Excision"), pcs.root_operation("T")
    assert excision is not None
    assert resection is not None
    assert excision.definition == "Cutting out or off, without replacement, a portion of a body part"
    assert "biopsies" in excision.explanation
    assert excision.includes == ("Partial nephrectomy, liver biopsy",)
    assert (excision.values, excision.name, excision.edition) == (("B",), "Operation", "2026")
    assert resection.term == "Resection"
    assert pcs.root_operation("Surgery") is None


def test_operations_of_every_section() -> None:
    for section in pcs.options():
        values = {value.value for value in pcs.options(section.value)}
        tables = {operation.value for system in values for operation in pcs.options(section.value + system)}
        known = {value for operation in pcs.root_operations(section.value) for value in operation.values}
        assert tables <= known, section
    with pytest.raises(BadInput, match="section Q: there is none"):
        pcs.root_operations("Q")


# -- beside the other code sets -----------------------------------------------------------------------------


def test_json_has_the_published_shape() -> None:
    data = code_json("0ft44zz", "2026")
    assert list(data) == [
        "system", "edition", "code", "title", "billable", "valid_from", "parents", "children", "notes",
    ]  # fmt: skip
    assert (data["system"], data["edition"], data["code"], data["billable"]) == (
        "icd10pcs",
        "2026",
        "0FT44ZZ",
        True,
    )
    assert data["valid_from"] == "2015-10-01"
    assert [parent["id"] for parent in data["parents"]] == ["0FT", "0F", "0"]
    assert data["children"] == []
    assert data["notes"] == {
        "includes": [], "excludes1": [], "excludes2": [], "code_first": [], "use_additional": [], "code_also": [],
        "seventh_character": [],
    }  # fmt: skip


def test_json_of_a_table_lists_its_codes() -> None:
    data = code_json("0FT")
    assert data["billable"] is False
    assert len(data["children"]) == 47
    assert [parent["id"] for parent in data["parents"]] == ["0F", "0"]


def test_json_of_an_unknown_code() -> None:
    with pytest.raises(BadInput, match=r"character 5 \(Approach\) cannot be 9.*Nearest: 0FT40ZZ"):
        code_json("0FT49ZZ")
    with pytest.raises(BadInput, match=r"30233AZ is a code of FY2025, FY2026 \(valid .*, not of FY2027\.$"):
        code_json("30233AZ")
    with pytest.raises(
        BadInput, match=r"is it the digit 0\? 0FT44ZZ is one: Resection of Gallbladder, P[^:]*$"
    ):
        code_json("OFT44ZZ")


def test_the_store_answers_for_this_set_when_it_is_named() -> None:
    assert store().get("0FT44ZZ", "2027", system="icd10pcs") == pcs.get("0FT44ZZ")
    assert store().get("0FT44ZZ") is None, "without a system it is ICD-10-CM that is asked"
    hits = search_json("laparoscopic cholecystectomy", system="icd10pcs", limit=2)
    assert [hit["code"] for hit in hits] == ["0FT44ZZ", "0FB44ZZ"]
    assert hits[0]["path"] == ["Medical and Surgical", "Hepatobiliary System and Pancreas", "Resection"]


def test_a_code_of_icd10cm_is_not_taken_for_one_of_this_set() -> None:
    assert code_json("S93401A")["code"] == "S93.401A"
    assert code_json("B20")["system"] == "icd10cm"
    assert code_json("O9A111")["system"] == "icd10cm"
