"""The store: lookups, the tree, the rules between codes, and a cache file that survives what happens to files."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chartpath.codesets import Code, Node, Note, Store, cachefile, edition_for, store
from chartpath.errors import BadInput, ChartpathError

# -- editions ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "edition"),
    [
        ("2026-09-30", "2026"),
        ("2026-10-01", "2027"),
        ("2026-04-01", "2026"),
        ("2025-10-01", "2026"),
        ("2025-01-01", "2025"),
    ],
)
def test_edition_for_a_day(day: str, edition: str) -> None:
    assert edition_for(day) == edition


def test_edition_for_something_that_is_no_day() -> None:
    with pytest.raises(BadInput, match="2026-05-12"):
        edition_for("May 12")


def test_an_edition_that_is_not_here() -> None:
    with pytest.raises(BadInput, match="2025, 2026, 2027"):
        store().get("I10", "2019")
    assert store().get("I10", "FY2026") is not None


def test_a_system_that_is_not_here() -> None:
    with pytest.raises(BadInput, match="icd10cm"):
        store().get("I10", system="snomed")


# -- codes and the tree --------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["E11.22", "e1122", " e11.22 ", "E11.22-"])
def test_get_accepts_any_spelling(typed: str) -> None:
    title = "Type 2 diabetes mellitus with diabetic chronic kidney disease"
    assert store().get(typed) == Code("icd10cm", "2027", "E11.22", title, True, "2015-10-01", "E11.2")


def test_get_an_unknown_code() -> None:
    assert store().get("E11.222") is None
    assert store().get("") is None


@pytest.mark.parametrize(
    ("code", "edition", "billable"),
    [("I42.0", "2026", True), ("I42.0", "2027", False), ("G35", "2025", True), ("G35", "2026", False)],
)
def test_billable_follows_the_edition(code: str, edition: str, billable: bool) -> None:
    found = store().get(code, edition)
    assert found is not None
    assert found.billable is billable


@pytest.mark.parametrize(("code", "here"), [("C78.31", "2027"), ("S23.420A", "2026"), ("S23.420A", "2025")])
def test_membership_follows_the_edition(code: str, here: str) -> None:
    members = [edition for edition in ("2025", "2026", "2027") if store().get(code, edition)]
    assert here in members
    assert members != ["2025", "2026", "2027"]


def test_children_of_a_code() -> None:
    assert [code.code for code in store().children("N18.3")] == ["N18.30", "N18.31", "N18.32"]
    assert [code.code for code in store().children("I42.0", "2026")] == []
    assert [code.code for code in store().children("I42.0", "2027")] == ["I42.00", "I42.01", "I42.09"]
    assert [code.code for code in store().children("T07")] == ["T07.XXXA", "T07.XXXD", "T07.XXXS"]
    assert {code.parent for code in store().children("E11")} == {"E11"}


def test_children_of_a_block_and_a_chapter() -> None:
    assert [code.code for code in store().children("E08-E13")] == ["E08", "E09", "E10", "E11", "E13"]
    assert [code.code for code in store().children("22")] == ["U07", "U09"]
    assert "QA1" in [code.code for code in store().children("17", "2027")]
    assert "QA1" not in [code.code for code in store().children("17", "2026")]


def test_ancestors_up_to_the_chapter() -> None:
    assert store().ancestors("E11.22") == [
        Node("E11.2", "Type 2 diabetes mellitus with kidney complications", "code"),
        Node("E11", "Type 2 diabetes mellitus", "category"),
        Node("E08-E13", "Diabetes mellitus", "block"),
        Node("4", "Endocrine, nutritional and metabolic diseases", "chapter"),
    ]
    nested = [node.id for node in store().ancestors("C50.911")]
    assert nested == ["C50.91", "C50.9", "C50", "C50-C50", "C00-C75", "C00-C96", "2"]


def test_records_do_not_change() -> None:
    code = store().get("I10")
    assert code is not None
    with pytest.raises(AttributeError, match="does not change"):
        code.title = "something else"  # type: ignore[misc]
    assert len({code, store().get("I10")}) == 1


# -- notes ---------------------------------------------------------------------------------------------


def carriers(notes: list[Note]) -> list[str]:
    return [note.node for note in notes]


def test_notes_are_the_codes_own_first_then_the_nearest() -> None:
    order = list(dict.fromkeys(carriers(store().notes("S93.401A"))))
    assert order == ["S93.40", "S93.4", "S93", "S90-S99", "19"]
    assert carriers(store().notes("E11.22", inherited=False)) == ["E11.22"]
    assert {note.edition_label for note in store().notes("E11.22")} == {"April 2026"}


def test_use_additional_and_code_first() -> None:
    assert any(note.matches("N18.32") for note in store().use_additional("E11.22"))
    assert any(note.matches("Z79.4") for note in store().use_additional("E11.22"))
    assert any(note.matches("I12.9") for note in store().code_first("N18.32"))
    assert any(note.matches("J45.909") for note in store().code_also("J44.1"))


def test_the_text_of_a_note_reads_as_one_line() -> None:
    note = store().notes("N18", "code_first", inherited=False)[0]
    assert note.text == (
        "any associated: diabetic chronic kidney disease (E08.22, E09.22, E10.22, E11.22, E13.22);"
        " hypertensive chronic kidney disease (I12.-, I13.-)"
    )


@pytest.mark.parametrize(
    ("one", "other", "carrier", "words"),
    [
        ("E11.9", "E08.9", "E11", "underlying condition (E08.-)"),
        ("E08.9", "E11.9", "E08", "type 2 diabetes mellitus (E11.-)"),
        ("R73.03", "E11.9", "R73.0", "diabetes mellitus (E08-E13)"),
        ("R47.01", "I69.320", "R47.01", "final characters -20"),
        ("E66.9", "P74.1", "4", "transitory endocrine"),
        ("E87.20", "E11.10", "E87.2", "with ketoacidosis"),
        ("D72.810", "D72.824", "D72", "basophilia (D72.824)"),
    ],
)
def test_excludes1_finds_the_note_in_either_direction(one: str, other: str, carrier: str, words: str) -> None:
    for pair in ((one, other), (other, one)):
        note = store().excludes1(*pair)
        assert note is not None, pair
        assert note.kind == "excludes1"
        if pair == (one, other):
            assert (note.node, words in note.text) == (carrier, True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("E11.9", "E11.9"),
        ("E11.22", "N18.32"),
        ("E87.20", "E11.9"),
        ("J44.1", "J45.909"),
        ("I50.9", "I11.0"),
        ("J61", "A15.0"),  # the line names J65 for the two together; A15 in it only describes
        ("T88.7XXA", "I10"),  # "specified adverse effects (A00-R94 ...)" is a direction, not a list
        ("Z36.0", "O09.90"),  # "code to condition in Chapter 15"
        ("I01.0", "I05.0"),  # "... (I05-I09) unless rheumatic fever is also present"
        ("D72.824", "D72.824"),
    ],
)
def test_excludes1_raises_no_false_alarm(one: str, other: str) -> None:
    assert store().excludes1(one, other) is None
    assert store().excludes1(other, one) is None


def test_excludes1_gives_only_the_lines_that_apply() -> None:
    note = store().excludes1("E11.9", "E08.9")
    assert note is not None
    assert note.lines == ("diabetes mellitus due to underlying condition (E08.-)",)
    assert len(store().notes("E11", "excludes1")[0].lines) > 3


# -- 7th characters ------------------------------------------------------------------------------------


def test_seventh_characters() -> None:
    encounter = {"A": "initial encounter", "D": "subsequent encounter", "S": "sequela"}
    assert store().seventh_characters("S93.401") == encounter
    assert store().seventh_characters("S93.401A") == encounter
    assert store().seventh_characters("W19") == encounter
    assert len(store().seventh_characters("S52.501")) == 16
    assert store().seventh_characters("E11.22") == {}
    assert list(store().seventh_characters("S06.2X7")) == ["A"], (
        "death prior to regaining consciousness has A alone"
    )


@pytest.mark.parametrize(
    ("code", "needs"),
    [
        ("S93.401", True), ("T07", True), ("W19", True), ("W19.XXX", True), ("S93.401A", False), ("S93.40", False),
        ("E11.22", False), ("I10", False), ("S93", False), ("nonsense", False),
    ],
)  # fmt: skip
def test_needs_seventh(code: str, needs: bool) -> None:
    assert store().needs_seventh(code) is needs


def test_needs_seventh_follows_the_edition() -> None:
    assert not store().needs_seventh("M86.8X1", "2026")
    assert store().needs_seventh("M86.8X1", "2027")


# -- neighbours, guidelines, POA -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("I1O", "I10"),
        ("K35.8O", "K35.80"),
        ("Il0", "I10"),
        ("E11.222", "E11.22"),
        ("E12.22", "E11.22"),
        ("E11.23", "E11.21"),
    ],
)
def test_nearest(typed: str, first: str) -> None:
    near = store().nearest(typed, "2027")
    assert 1 <= len(near) <= 3
    assert first in [code.code for code in near]


def test_nearest_to_nothing() -> None:
    assert store().nearest("", "2027") == []
    assert store().nearest("!!", "2027") == []


@pytest.mark.parametrize("form", ["I.C.4.a.3", "I.C.4.a.3)", "Section I.C.4.a.3", "I.C.4.a.3."])
def test_guideline(form: str) -> None:
    found = store().guideline(form)
    assert found is not None
    assert (found.section, found.page) == ("I.C.4.a.3", 40)
    assert found.title.startswith("Diabetes mellitus and the use of insulin")


def test_guideline_that_does_not_exist() -> None:
    assert store().guideline("I.C.4.z") is None
    assert store().guideline("I.C.1.d.1.(a)") is not None


def test_poa_exempt() -> None:
    assert store().poa_exempt("Z79.4")
    assert not store().poa_exempt("E11.9")
    assert store().poa_exempt("Z86.17"), "new in FY2027, in a family that is exempt throughout"
    assert not store().poa_exempt("I42.01"), "new in FY2027, in a family that is not"


@pytest.mark.parametrize(
    ("code", "successors"),
    [("G35", ["G35.A", "G35.D"]), ("I42.0", ["I42.00", "I42.01", "I42.09"]), ("J09.Z", []), ("I10", [])],
)
def test_replaced_by(code: str, successors: list[str]) -> None:
    found = [successor.code for successor in store().replaced_by(code, "2027")]
    assert set(successors) <= set(found)
    assert bool(found) == bool(successors)


# -- the cache file ------------------------------------------------------------------------------------

ASK = "from chartpath.codesets import store; s = store(); print(s.get('I10').title, s.search('htn')[0].code, s.file)"


def ask(**environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", ASK],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def answer(process: subprocess.Popen[str]) -> str:
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert out.startswith("Essential (primary) hypertension I10 ")
    return out.split()[-1]


def test_reading_from_other_threads() -> None:
    codes = ["I10", "E11.22", "J44.1", "N18.32"] * 5
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda code: store().get(code), codes))
        notes = list(pool.map(lambda code: len(store().notes(code)), codes))
        hits = list(pool.map(lambda _: store().search("heart attack")[0].code, codes))
    assert [code.code for code in found if code] == codes
    assert len(set(notes)) > 1
    assert set(hits) == {"I21.9"}


@pytest.mark.slow
def test_two_processes_may_build_at_once(tmp_path: Path) -> None:
    both = [ask(CHARTPATH_CACHE=str(tmp_path)) for _ in range(2)]
    files = {answer(process) for process in both}
    assert len(files) == 1
    assert [path.name for path in tmp_path.iterdir()] == [Path(files.pop()).name], "parts are left behind"


@pytest.mark.slow
def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    (tmp_path / "temporary").mkdir()
    place = answer(ask(CHARTPATH_CACHE=str(tmp_path / "file" / "below"), TMPDIR=str(tmp_path / "temporary")))
    assert Path(place).is_relative_to(tmp_path / "temporary")


def test_no_folder_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("CHARTPATH_CACHE", str(tmp_path / "file" / "below"))
    monkeypatch.setattr(cachefile, "_temporary", lambda: tmp_path / "file" / "temporary")
    with pytest.raises(ChartpathError, match="Set CHARTPATH_CACHE to one"):
        cachefile.locate()


@pytest.mark.slow
def test_building_gives_the_same_file_again(tmp_path: Path) -> None:
    built = tmp_path / "codesets.sqlite"
    cachefile.build(built)
    assert built.read_bytes() == store().file.read_bytes()


@pytest.mark.parametrize("damage", ["truncated", "overwritten", "empty", "another file"])
def test_a_damaged_cache_file_is_rebuilt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    """With the file that building gives, as the test before this says, which takes seconds each time."""
    target = tmp_path / "codesets.sqlite"
    monkeypatch.setattr(
        "chartpath.codesets.cachefile.build", lambda target: shutil.copy(store().file, target)
    )
    whole = store().file.read_bytes()
    middle = len(whole) // 2
    target.write_bytes(
        {
            "truncated": whole[:middle],
            "overwritten": whole[:100] + b"\xff" * (len(whole) - 100),
            "empty": b"",
            "another file": b"PK\x03\x04 not a database" * 50,
        }[damage]
    )
    codes = Store(target)
    found = codes.get("I10")
    assert found is not None
    assert codes.search("heart attack")[0].code == "I21.9"
    assert target.stat().st_size == len(whole)


def test_a_wrong_question_does_not_rebuild(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "chartpath.codesets.cachefile.build", lambda target: pytest.fail("rebuilt a sound file")
    )
    with pytest.raises(sqlite3.OperationalError):
        Store(store().file).rows("SELECT nothing FROM nowhere")


def test_an_interrupted_build_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chartpath.codesets.phrases.fill", lambda *arguments: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        cachefile.build(tmp_path / "codesets.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_import_is_light() -> None:
    code = "import sys, chartpath.codesets; print([m for m in ('pandas', 'attr', 'sqlalchemy', 'yaml') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


def test_a_code_split_off_long_before_is_no_successor() -> None:
    assert "G90.A" not in [successor.code for successor in store().replaced_by("I49.8", "2027")]
