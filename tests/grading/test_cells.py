"""What becomes of a notebook that was changed where it should not be."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from classroom import FIRST, SECOND, cell, code, markdown, notebook, unit_cells
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chartpath.errors import BadInput
from chartpath.grading.cells import MAX_CELLS, Released, counting_answers, restore


def _released() -> list[Released]:
    made = []
    for one in unit_cells():
        facts = one["metadata"].get("nbgrader")
        if facts:
            locked = facts["locked"]
            made.append(
                Released(
                    name=facts["grade_id"],
                    cell_type="code",
                    source=one["source"],
                    locked=locked,
                    checksum="c",
                    grade=facts["grade"],
                    solution=facts["solution"],
                    points=facts.get("points"),
                )
            )
    return made


RELEASED = _released()


def book() -> dict[str, Any]:
    made = notebook(copy.deepcopy(unit_cells()))
    cell(made, FIRST)["source"] = f"%%answer {FIRST}\nA00.0\n"
    cell(made, SECOND)["source"] = f"%%answer {SECOND}\nB00.1\n"
    return made


def names(cells: list[dict[str, Any]]) -> list[str]:
    return [one["metadata"]["nbgrader"]["grade_id"] for one in cells if "nbgrader" in one["metadata"]]


ALL = ["setup", FIRST, f"score-{FIRST}", SECOND, f"score-{SECOND}"]
RIGHT = {FIRST: "A00.0\n", SECOND: "B00.1\n"}


def test_an_untouched_notebook_needs_no_note() -> None:
    restored, notes = restore(book()["cells"], RELEASED)
    assert notes == []
    assert names(restored) == ALL
    assert counting_answers(restored) == RIGHT


@pytest.mark.parametrize("gone", ["setup", f"score-{FIRST}", f"score-{SECOND}"])
def test_a_deleted_cell_is_put_back_and_costs_nothing(gone: str) -> None:
    made = book()
    made["cells"].remove(cell(made, gone))
    restored, notes = restore(made["cells"], RELEASED)
    assert names(restored) == ALL
    assert counting_answers(restored) == RIGHT
    assert notes == [f"The cell {gone} was missing; it was put back."]


def test_a_deleted_answer_gets_an_empty_form_above_its_check() -> None:
    made = book()
    made["cells"].remove(cell(made, FIRST))
    restored, notes = restore(made["cells"], RELEASED)
    assert names(restored) == ALL
    assert counting_answers(restored)[FIRST].startswith("# one code a line")
    assert notes == [f"The answer cell of {FIRST} was missing; an empty one was put back."]


def test_no_cells_at_all_gives_the_released_ones() -> None:
    restored, notes = restore([], RELEASED)
    assert names(restored) == ALL
    assert len(notes) == 6  # the marks, the setup cell, two checks, two answers


def test_stripped_marks_are_put_back() -> None:
    made = book()
    for one in made["cells"]:
        one["metadata"] = {}
    restored, notes = restore(made["cells"], RELEASED)
    assert names(restored) == ALL
    assert counting_answers(restored) == RIGHT
    assert notes == ["nbgrader's marks were missing from all cells; they were put back."]


def test_stripped_marks_and_ids_are_put_back() -> None:
    made = book()
    for one in made["cells"]:
        one["metadata"] = {}
        del one["id"]
    restored, _ = restore(made["cells"], RELEASED)
    assert names(restored) == ALL
    assert counting_answers(restored) == RIGHT


def test_a_changed_check_cell_gets_its_text_back() -> None:
    made = book()
    cell(made, f"score-{FIRST}")["source"] = "10.0"
    restored, notes = restore(made["cells"], RELEASED)
    assert cell({"cells": restored}, f"score-{FIRST}")["source"] == f'cp.score("{FIRST}")'
    assert notes == [f"The locked cell score-{FIRST} had been changed; its released text was put back."]


def test_forged_points_and_locks_are_not_believed() -> None:
    made = book()
    cell(made, f"score-{FIRST}")["metadata"]["nbgrader"] |= {
        "points": 9999,
        "locked": False,
        "solution": True,
    }
    restored, _ = restore(made["cells"], RELEASED)
    facts = cell({"cells": restored}, f"score-{FIRST}")["metadata"]["nbgrader"]
    assert (facts["points"], facts["locked"], facts["solution"]) == (10, True, False)


def test_forged_marks_are_told() -> None:
    made = book()
    cell(made, f"score-{FIRST}")["metadata"]["nbgrader"]["points"] = 9999
    cell(made, SECOND)["metadata"]["nbgrader"]["grade_id"] = "mine"
    _, notes = restore(made["cells"], RELEASED)
    assert notes == [
        f"The marks of the cell score-{FIRST} had been changed (points); they were put back.",
        f"The marks of the cell {SECOND} had been changed (grade_id); they were put back.",
    ]


def test_an_answer_that_claims_to_be_a_check_cell_keeps_its_text() -> None:
    made = book()
    cell(made, FIRST)["metadata"]["nbgrader"]["grade_id"] = f"score-{FIRST}"
    made["cells"].remove(cell(made, f"score-{FIRST}"))
    restored, _ = restore(made["cells"], RELEASED)
    assert counting_answers(restored) == RIGHT


def test_the_last_answer_above_the_check_counts() -> None:
    made = book()
    at = made["cells"].index(cell(made, FIRST))
    made["cells"].insert(at + 1, code(f"%%answer {FIRST}\nC00.0\n", "again"))
    made["cells"].append(code(f"%%answer {FIRST}\nD50.0\n", "too-late"))
    restored, notes = restore(made["cells"], RELEASED)
    assert counting_answers(restored)[FIRST] == "C00.0\n"
    assert cell({"cells": restored}, FIRST)["source"] == f"%%answer {FIRST}\nC00.0\n"
    assert notes == [
        f"{FIRST} was answered 2 times; the last answer above its check cell counts.",
        f"An answer to {FIRST} stands below its check cell; it does not count.",
    ]


def test_a_copied_check_cell_counts_once() -> None:
    made = book()
    made["cells"].append(copy.deepcopy(cell(made, f"score-{FIRST}")))
    restored, notes = restore(made["cells"], RELEASED)
    assert sorted(names(restored)) == sorted(ALL)
    assert notes == [f"The cell score-{FIRST} stood 2 times in the notebook; the last one was used."]


def test_a_check_cell_moved_above_its_answer_is_moved_back() -> None:
    made = book()
    check = cell(made, f"score-{FIRST}")
    made["cells"].remove(check)
    made["cells"].insert(2, check)
    restored, notes = restore(made["cells"], RELEASED)
    assert names(restored) == ALL
    assert counting_answers(restored) == RIGHT
    assert notes == [f"The check cell of {FIRST} stood above the answer; it was moved below it."]


def test_an_answer_without_its_first_line_is_kept_for_the_grader_and_not_scored() -> None:
    made = book()
    cell(made, FIRST)["source"] = "A00.0\n"
    restored, notes = restore(made["cells"], RELEASED)
    assert counting_answers(restored)[FIRST] == ""
    assert cell({"cells": restored}, FIRST)["source"] == "A00.0\n"
    assert notes == [
        f"The answer cell of {FIRST} no longer begins with %%answer {FIRST}; it could not be scored."
    ]


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_an_answer_cell_of_another_type_is_turned_back(kind: str) -> None:
    made = book()
    cell(made, FIRST)["cell_type"] = kind
    restored, notes = restore(made["cells"], RELEASED)
    assert counting_answers(restored) == RIGHT
    assert notes == [f"The answer cell of {FIRST} had been turned into a markdown cell; it was turned back."]


def test_the_id_of_an_item_may_be_typed_in_capitals() -> None:
    made = book()
    cell(made, FIRST)["source"] = f"\n  %%answer {FIRST.upper()}\nA00.0\n"
    restored, notes = restore(made["cells"], RELEASED)
    assert counting_answers(restored) == RIGHT
    assert notes == []


def test_raw_cells_and_metadata_cannot_reach_the_page() -> None:
    made = book()
    raw = {
        "cell_type": "raw",
        "id": "r",
        "metadata": {"raw_mimetype": "text/html"},
        "source": "<script>x</script>",
    }
    hint = markdown("hello", "m") | {
        "metadata": {"tags": ['"><script>']},
        "attachments": {"a": {"text/html": "x"}},
    }
    made["cells"] += [raw, hint]
    restored, _ = restore(made["cells"], RELEASED)
    assert restored[-2] == {
        "cell_type": "markdown",
        "id": "r",
        "metadata": {},
        "source": "    <script>x</script>",
    }
    assert restored[-1] == markdown("hello", "m")


def test_too_many_cells_are_refused_in_words() -> None:
    with pytest.raises(BadInput, match="more than 2,000"):
        restore([markdown("x", "x")] * (MAX_CELLS + 1), RELEASED)


@pytest.mark.parametrize("cells", [None, {}, "cells", 7])
def test_what_is_not_a_list_of_cells_is_refused(cells: object) -> None:
    with pytest.raises(BadInput, match="not a Jupyter notebook"):
        restore(cells, RELEASED)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
SOURCES = st.one_of(
    st.sampled_from([one.source for one in RELEASED]),
    st.sampled_from(
        [f"%%answer {FIRST}\nA00.0", f"%%answer {SECOND}\n", "%%answer", "raise SystemExit", "\ud800"]
    ),
    st.text(max_size=30),
    JSON,
)
CLAIMS = st.one_of(st.sampled_from(ALL), st.text(max_size=5), JSON)
CELLS = st.one_of(
    JSON,
    st.fixed_dictionaries(
        {},
        optional={
            "cell_type": st.one_of(st.sampled_from(["code", "markdown", "raw"]), JSON),
            "id": st.one_of(st.sampled_from(ALL), JSON),
            "source": SOURCES,
            "metadata": st.one_of(
                JSON, st.fixed_dictionaries({"nbgrader": st.fixed_dictionaries({"grade_id": CLAIMS})})
            ),
        },
    ),
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(CELLS, max_size=12))
def test_whatever_is_handed_in_every_released_cell_is_there_once(cells: list[Any]) -> None:
    before = copy.deepcopy(cells)
    try:
        restored, _ = restore(cells, RELEASED)
    except BadInput:
        assert cells
        assert not any(isinstance(one, dict) for one in cells)
        return
    assert repr(cells) == repr(before)
    assert sorted(names(restored)) == sorted(ALL)
    ids = [one["id"] for one in restored]
    assert len(set(ids)) == len(ids)
    counted = counting_answers(restored)
    assert set(counted) == {FIRST, SECOND}
    for item in (FIRST, SECOND):
        check = next(i for i, one in enumerate(restored) if one["id"] == f"score-{item}")
        assert restored[check]["source"] == f'cp.score("{item}")'
    json.dumps(restored, ensure_ascii=False).encode("utf-8")  # what is written to a file must be text
