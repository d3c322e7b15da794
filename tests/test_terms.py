"""Words taken apart, and questions made from the tables by rule."""

from __future__ import annotations

import subprocess
import sys

import pytest

from chartpath import desk, drills, items, termdrills, terms
from chartpath.answers import parse
from chartpath.errors import BadInput
from chartpath.items import Item
from chartpath.scoring import grade

KINDS = list(termdrills.KINDS)


def forms(word: str) -> list[list[str]]:
    return [[part.form for part in one] for one in terms.segment(word)]


def typed(item_id: str) -> str:
    answer = items.key(item_id).answer
    if isinstance(answer, dict):
        return "\n".join(f"{left} {right}" for left, right in answer.items())
    if items.item(item_id).kind in ("term", "parts"):
        return str(answer[0])
    return " ".join(answer)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("gastritis", ["gastr/o", "-itis"]),
        ("Gastroenteritis ", ["gastr/o", "enter/o", "-itis"]),
        ("carditis", ["cardi/o", "-itis"]),
        ("hypoxia", ["hypo-", "ox/o", "-ia"]),
        ("dyspnea", ["dys-", "-pnea"]),
        ("esophagogastroduodenoscopy", ["esophag/o", "gastr/o", "duoden/o", "-scopy"]),
    ],
)
def test_a_word_comes_apart(word: str, expected: list[str]) -> None:
    assert forms(word)[0] == expected


def test_every_reading_is_found() -> None:
    assert forms("cholecystolithiasis") == [
        ["cholecyst/o", "lith/o", "-iasis"],
        ["chol/e", "cyst/o", "lith/o", "-iasis"],
    ]


@pytest.mark.parametrize("word", ["", "itis", "gastr", "table", "gastritisx", "aural-", "é"])
def test_what_the_tables_cannot_spell_has_no_reading(word: str) -> None:
    assert terms.segment(word) == ()


def test_no_reading_is_a_bare_chain_of_prefixes() -> None:
    assert all("root" in {part.kind for part in one} for one in terms.segment("adenitis"))
    assert ["a-", "ur/o", "-al"] not in forms("aural")


def test_the_parts_of_a_reading_spell_the_word_but_for_vowels() -> None:
    for row in terms.examples():
        for reading in terms.segment(row["example"]):
            plain = "".join(part.stem for part in reading)
            assert set(row["example"]) - set(plain) <= set("aeiouy")
            assert len(plain) <= len(row["example"]) + len(reading)


def test_an_unknown_table_is_named_with_the_known_ones() -> None:
    with pytest.raises(BadInput, match=r"no table 'recipes' of terminology.*prefixes"):
        terms.table("recipes")


@pytest.mark.parametrize("kind", KINDS)
def test_a_drill_is_the_same_each_time_and_its_key_scores_100(kind: str) -> None:
    for number in range(1, 61):
        item_id = f"drill-{kind}-7-{number}"
        item, key = items.item(item_id), items.key(item_id)
        assert termdrills.draw(item_id) == termdrills.draw(item_id)
        assert not item.assessed
        assert grade(item, key, parse(typed(item_id), item.kind)).score == 100
        assert len(key.rationale.split()) >= 8
        assert key.source


@pytest.mark.parametrize("kind", KINDS)
def test_other_seeds_make_other_questions(kind: str) -> None:
    asked = {termdrills.question(kind, seed, 1).prompt for seed in "abcdefghijklmnop"}
    notes = {termdrills.question(kind, seed, 1).note for seed in "abcdefghijklmnop"}
    answers = {str(termdrills.question(kind, seed, 1).options) for seed in "abcdefghijklmnop"}
    assert max(len(asked), len(notes), len(answers)) >= 5


@pytest.mark.parametrize("kind", KINDS)
def test_a_choice_has_four_different_options_and_says_why_three_are_wrong(kind: str) -> None:
    for number in range(1, 61):
        question = termdrills.question(kind, "9", number)
        if question.kind != "choice":
            continue
        assert list(question.options) == list("ABCD")
        assert len(set(question.options.values())) == 4
        assert set(question.feedback) == set(question.options) - {question.answer}
        longest = max(len(question.options[letter]) for letter in question.feedback)
        assert len(question.options[question.answer]) <= 1.5 * longest


def test_the_right_letter_stands_in_all_four_places() -> None:
    letters = [termdrills.question("meaning", "3", number).answer for number in range(1, 201)]
    assert all(30 <= letters.count(letter) <= 70 for letter in "ABCD")


def test_distractors_share_no_word_with_the_right_meaning() -> None:
    for number in range(1, 101):
        question = termdrills.question("meaning", "5", number)
        right = termdrills._words(question.options[question.answer])
        for letter in question.feedback:
            assert not right & termdrills._words(question.options[letter])


def test_every_valid_reading_of_a_split_is_accepted() -> None:
    ids = (f"drill-split-digestive1-{number}" for number in range(1, 200))
    item_id = next(one for one in ids if "cholecystitis" in items.item(one).prompt)
    item, key = items.item(item_id), items.key(item_id)
    for answer in ("cholecyst-itis", "chole/cyst/itis", "chol/e cyst/o -itis", "cholecysto itis"):
        assert grade(item, key, parse(answer, "parts")).score == 100
    assert grade(item, key, parse("chole-cystitis", "parts")).score == pytest.approx(100 / 3, abs=0.01)
    assert grade(item, key, parse("cholecyst-osis", "parts")).score == 50
    assert grade(item, key, parse("chol-cyst-osis", "parts")).score == pytest.approx(200 / 3, abs=0.01)
    assert grade(item, key, parse("cholecystitis", "parts")).score == 0


def test_parts_in_order_earn_their_share() -> None:
    item, key = items.item("drill-parts-7-1"), items.key("drill-parts-7-1")
    wrong = next(letter for letter in item.options if letter not in key.answer)
    almost = [*key.answer[:-1], wrong]
    score = grade(item, key, parse(" ".join(almost), "order")).score
    assert score == pytest.approx(100 * (len(key.answer) - 1) / len(key.answer), abs=0.01)


def test_no_decoy_of_parts_stands_in_the_word() -> None:
    for number in range(1, 61):
        question = termdrills.question("parts", "2", number)
        word = question.prompt.split(",")[0].split()[-1]
        decoys = set(question.options) - set(question.answer)
        assert decoys
        for letter in decoys:
            assert question.options[letter].strip("-").partition("/")[0] not in word


def test_a_body_system_keeps_the_words_to_it() -> None:
    roots = {row["meaning"] for row in terms.table("combining-forms") if row["system"] == "urinary"}
    for number in range(1, 31):
        question = termdrills.question("meaning", "urinary4", number)
        assert question.options[question.answer] in roots


@pytest.mark.parametrize(
    "item_id", ["drill-", "drill-meaning", "drill-meaning-1", "drill-poetry-1-1", "drill-meaning-1-99999"]
)
def test_an_id_that_is_no_drill_is_explained(item_id: str) -> None:
    with pytest.raises(BadInput, match=r"is no drill\. Write drill, a kind, a seed and a number"):
        items.item(item_id)


def test_a_drill_is_never_assessed_whatever_its_row_says(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = termdrills.draw

    def claimed(item_id: str) -> tuple[dict[str, object], dict[str, object]]:
        row, key = honest(item_id)
        return {**row, "assessed": True}, key

    monkeypatch.setattr(termdrills, "draw", claimed)
    items.forget()
    assert not items.item("drill-meaning-assessed-1").assessed
    items.forget()


def test_drills_are_in_no_bank() -> None:
    items.item("drill-meaning-7-1")
    assert not [one for one in items.item_ids() if one.startswith(items.DRILL)]


def test_an_answer_cell_takes_a_drill(capsys: pytest.CaptureFixture[str]) -> None:
    desk.answer("drill-plural-7-1", typed("drill-plural-7-1"))
    assert desk._answered["drill-plural-7-1"]
    assert desk.grade_body(items.item("drill-plural-7-1"), typed("drill-plural-7-1")).right


def test_cp_drill_shows_as_many_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Item] = []
    monkeypatch.setattr(drills, "_show", shown.append)
    drills.drill("meaning", seed=4, n=3, system="senses")
    assert [one.id for one in shown] == [f"drill-meaning-senses4-{number}" for number in (1, 2, 3)]


def test_without_a_seed_the_questions_are_new(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Item] = []
    monkeypatch.setattr(drills, "_show", shown.append)
    for _ in range(5):
        drills.drill("split", n=1)
    assert len({one.id for one in shown}) > 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kind": "poetry"}, "no drill 'poetry'. The drills are meaning"),
        ({"kind": "meaning", "n": 0}, "1 to 20; it is 0"),
        ({"kind": "meaning", "n": "many"}, "1 to 20; it is 'many'"),
        ({"kind": "meaning", "system": "soul"}, "no body system 'soul'. They are blood"),
        ({"kind": "meaning", "seed": "no seed!"}, "is no drill"),
    ],
)
def test_what_cannot_be_drilled_is_explained(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        drills.drill(**arguments)  # type: ignore[arg-type]


def test_importing_chartpath_reads_no_terms() -> None:
    code = "import sys, chartpath, chartpath.items; print([m for m in sys.modules if 'term' in m and 'chartpath' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_drilling_stays_light() -> None:
    code = "import sys; from chartpath import items; items.item('drill-meaning-1-1'); print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_words_shows_the_rows_asked_for() -> None:
    shown = drills.words("suffixes", kind="symptom")
    assert {row["kind"] for row in shown.rows} == {"symptom"}
    assert "-algia  pain  neuralgia" in repr(shown)
    assert shown._repr_html_().count("<tr>") == len(shown.rows) + 1


def test_words_leaves_out_what_is_not_filled() -> None:
    rows = drills.words("abbreviations", filled="context").rows
    assert rows
    assert all(row["context"] for row in rows)


def test_words_escapes_what_it_shows() -> None:
    shown = drills.Words("traps", [{"term": "<b>", "meaning": "a & b"}])
    assert "&lt;b&gt;" in shown._repr_html_()
    assert "a &amp; b" in shown._repr_html_()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "spells"}, "no table 'spells' of words. The tables are combining-forms"),
        ({"name": "suffixes", "color": "red"}, "no column 'color'. Its columns are form"),
        ({"name": "suffixes", "filled": "color"}, "no column 'color'"),
        ({"name": "suffixes", "kind": "soup"}, "no row has kind 'soup'. Try one of adjective"),
    ],
)
def test_words_that_are_not_there_are_explained(arguments: dict[str, str], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        drills.words(**arguments)
