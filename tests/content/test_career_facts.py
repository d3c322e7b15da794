"""The careers tables: every fact has a source and a date, none is a guess, and what unit 18 prints agrees with them."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from chartpath import careers, catalog, items, paths, plan
from chartpath.careers.names import occupations
from chartpath.careers.names import rows as labor_rows
from chartpath.plan import advice, facts

FOLDER = paths.datasets() / "careers"
RECIPES = paths.datasets() / "recipes"
NAMES = sorted(path.stem for path in FOLDER.glob("*.csv"))
UNIT = "18-career-plan"
# What would tell the answer of an assessed item is registered beside the keys.
REGISTERS = (FOLDER / "printed.yaml", paths.root() / "grading" / f"printed-{UNIT}.yaml")
PRINTED = [row for path in REGISTERS for row in yaml.safe_load(path.read_text(encoding="utf-8"))]


def table(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fact(credential: str, name: str) -> Any:
    """What careers/credentials shows: a number where it is one."""
    value = next(row for row in table("credentials") if row["credential"] == credential)[name]
    return float(value) if re.fullmatch(r"\d+", value) else value


@cache
def recipe() -> Any:
    """The recipe of the tables, which shares its name with a package of chartpath."""
    sys.path.insert(0, str(RECIPES))
    try:
        return import_module("careers")
    finally:
        sys.path.remove(str(RECIPES))


# Sources and dates


@pytest.mark.parametrize("name", [name for name in NAMES if name != "sources"])
def test_every_row_has_a_source_and_a_date(name: str) -> None:
    known = {row["source"] for row in table("sources")}
    for row in table(name):
        keys = row["source"].split("; ")
        assert set(keys) <= known, row
        assert re.fullmatch(r"\d{4}(-\d{2}){0,2}", row["date"]), row


def test_every_source_is_used_and_has_an_address() -> None:
    used = {
        key for name in NAMES if name != "sources" for row in table(name) for key in row["source"].split("; ")
    }
    for row in table("sources"):
        assert row["source"] in used, f"{row['source']} is described and carries nothing"
        assert row["url"].startswith(("https://", "http://"))
        assert 1 <= int(row["rank"]) <= 5


def test_no_fact_that_is_not_the_projects_rests_on_its_own_words() -> None:
    for name in ("credential_facts", "routes", "remote", "continuing_education", "continuing_rules"):
        assert [row for row in table(name) if "project" in row["source"].split("; ")] == []


def test_the_tables_are_what_the_recipe_makes() -> None:
    made = recipe()
    for name, (header, rows) in made.tables(yaml.safe_load(made.WORDS.read_text(encoding="utf-8"))).items():
        wanted = [["" if cell is None else str(cell) for cell in row] for row in rows]
        with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            assert list(csv.reader(file)) == [list(header), *wanted], (
                "run: python datasets/recipes/careers.py"
            )


def test_the_recipe_refuses_an_unknown_source() -> None:
    made = recipe()
    raw = yaml.safe_load(made.WORDS.read_text(encoding="utf-8"))
    raw["remote"][0]["source"] = "hearsay"
    with pytest.raises(SystemExit, match="hearsay"):
        made.tables(raw)


# Credentials


@pytest.mark.parametrize(
    ("credential", "name", "value"),
    [
        ("CPC", "exam_items", 100),
        ("CPC", "exam_minutes", 240),
        ("CPC", "pass_mark", "70 percent"),
        ("CPC", "renewal_ceus", 36),
        ("CCA", "exam_items", 105),
        ("CCA", "exam_items_scored", 90),
        ("CCA", "exam_minutes", 120),
        ("CCS", "exam_items", 107),
        ("CCS", "exam_items_scored", 97),
        ("CCS", "exam_minutes", 240),
        ("CCS", "renewal_ceus", 20),
    ],
)
def test_the_exams_of_the_blueprint_agree(credential: str, name: str, value: object) -> None:
    assert fact(credential, name) == value


def test_the_wide_table_shows_one_value_of_each_fact() -> None:
    long = table("credential_facts")
    for wide in table("credentials"):
        shown = {
            row["fact"]: row
            for row in long
            if row["credential"] == wide["credential"] and row["shown"] == "true"
        }
        for name, row in shown.items():
            assert row["status"] == "current"
            if name in wide:
                assert wide[name] == row["value"]


def test_a_dispute_is_kept_and_said() -> None:
    disputed = {row["credential"] for row in table("credential_facts") if row["status"] == "disputed"}
    assert {"CPC", "CPB", "CCS"} <= disputed
    for row in table("credentials"):
        assert bool(row["disputed"]) == (row["credential"] in disputed)


def test_an_old_exam_format_is_kept_as_outdated() -> None:
    old = [row for row in table("credential_facts") if row["status"] == "outdated"]
    assert {(row["credential"], row["value"]) for row in old} >= {
        ("CPC", "150"),
        ("CPB", "200"),
        ("CPMA", "150"),
    }
    assert all(row["shown"] == "false" and row["note"] for row in old)


def test_trust_follows_who_says_it() -> None:
    kinds = {row["source"]: row["kind"] for row in table("sources")}
    for row in table("credential_facts"):
        first = kinds[row["source"].split("; ")[0]]
        if row["confidence"] == "high":
            assert first in ("issuer", "government", "school")
        if row["confidence"] == "low":
            assert first not in ("issuer", "government", "school")
            assert "; " not in row["source"]


def test_what_nobody_sourced_says_so() -> None:
    by_key = {row["credential"]: row for row in table("credentials")}
    for key, row in by_key.items():
        fees = [row[name] for name in ("fee_member", "fee_nonmember", "fee_one_attempt", "fee_two_attempts")]
        assert (row["fee_text"] == "not sourced") == (not any(fees)), key
        assert (row["exam_text"] == "not sourced") == (not row["exam_items"]), key


# Roles, settings, routes


def test_roles_point_at_occupations_and_at_each_other() -> None:
    known = {one.soc for one in occupations()}
    for role in facts.roles().values():
        assert role.soc in known or (not role.soc and "No occupation" in role.evidence)
        assert all((role.key, after) in facts.steps() for after in role.next)


def test_every_role_can_be_reached_from_a_first_job() -> None:
    for key in facts.roles():
        way = facts.way_to(key)
        assert way[-1] == key
        assert facts.roles()[way[0]].stage == "entry", f"no way of steps leads to {key}"


def test_titles_that_carry_a_role_are_in_onet() -> None:
    titles = {(row["soc"], row["title"].casefold()) for row in labor_rows("onet_titles")}
    for soc, title in [
        ("29-2072", "Outpatient Coder"),
        ("29-2072", "Inpatient Coder"),
        ("29-2072", "Clinical Documentation Specialist"),
        ("29-9021", "Cancer Registrar"),
        ("11-9111", "Medical Records Supervisor"),
        ("13-1041", "Compliance Officer"),
        ("43-3021", "Medical Billing Specialist"),
    ]:
        assert (soc, title.casefold()) in titles


def test_settings_join_the_pay_table() -> None:
    codes = {row["industry_code"] for row in labor_rows("oews") if row["soc"] == "29-2072"}
    assert {row["industry_code"] for row in table("settings")} <= codes


def test_a_price_is_sourced_or_says_that_it_is_not() -> None:
    for row in table("routes"):
        assert bool(row["cost_low"]) == bool(row["cost_high"])
        if not row["cost_low"]:
            assert "not sourced" in row["cost_note"].lower(), row["route"]


def test_the_price_of_a_degree_is_years_times_the_yearly_price() -> None:
    found = 0
    for row in table("routes"):
        told = re.match(r"(\d) years .* ([\d,]+) dollars a year", row["cost_note"])
        if told:
            found += 1
            assert int(row["cost_low"]) == int(told[1]) * int(told[2].replace(",", ""))
    assert found == 2


def test_the_remote_share_of_members_is_that_of_the_survey_table() -> None:
    survey = next(row for row in labor_rows("survey_facts") if row["measure"] == "share who work remotely")
    mine = next(row for row in table("remote") if row["id"] == "members")
    assert (float(mine["value"]), mine["year"]) == (float(survey["value"]), survey["year"])


# What unit 18 prints


def texts() -> dict[str, str]:
    """Words of the unit by notebook and by item: prose, prompts, options, feedback, rationales."""
    found = {}
    for path in sorted((paths.notebooks() / UNIT).glob("*.md")):
        if path.name != "INSTRUCTOR.md":
            found[path.stem] = re.sub(
                r"```\{code-cell\}.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL
            )
    for one in items.items(UNIT):
        key = items.key(one.id)
        words = [
            one.prompt,
            *one.options.values(),
            *one.targets.values(),
            *key.feedback.values(),
            key.rationale,
        ]
        found[one.id] = "\n".join(words)
    return found


FIGURE = re.compile(
    r"\$[\d,]+|[\d,.]*\d (?:dollars|percent)|\d+%|[\d.]+ of (?:every )?100|\b\d{1,3}(?:,\d{3})+\b"
)


def test_every_figure_of_the_unit_is_registered() -> None:
    for where, text in texts().items():
        known = {row["text"] for row in PRINTED if where in row["where"]}
        for figure in FIGURE.findall(text.replace("\n", " ")):
            assert any(figure in one or one in figure for one in known), (
                f"{where}: {figure} is not in printed.yaml"
            )


@pytest.mark.parametrize("row", PRINTED, ids=lambda row: f"{row['where'][0]} {row['text']}")
def test_a_registered_figure_is_printed_and_true(row: dict[str, Any]) -> None:
    everywhere = texts()
    for where in row["where"]:
        assert row["text"] in everywhere[where].replace("\n", " "), f"{where} no longer prints it"
    if "made_up" in row:
        return
    told = re.search(r"[\d,]*\.?\d+", row["text"])
    assert told
    decimals = len(told[0].partition(".")[2])
    names = {"load": catalog.load, "careers": careers, "plan": plan, "fact": fact}
    computed = eval(row["compute"], names)
    assert round(float(computed), decimals) == float(told[0].replace(",", ""))


def test_no_answer_of_an_assessed_item_travels_with_the_data() -> None:
    open_rows = yaml.safe_load(REGISTERS[0].read_text(encoding="utf-8"))
    for one in items.items(UNIT):
        if one.assessed and one.kind == "number":
            answer = f"{float(items.key(one.id).answer):g}"
            told = [row["text"] for row in open_rows if one.id in row["where"]]
            assert answer not in re.findall(r"\d[\d.,]*", " ".join(told)), one.id


def ceus(organization: str, held: int) -> int:
    return next(
        int(row["ceus"])
        for row in table("continuing_education")
        if row["organization"] == organization and int(row["credentials_held"]) == held
    )


def hospital_share() -> float:
    mix = careers.industry_mix("29-2072", limit=20).set_index("industry_code")
    return 100 * float(mix.loc["622000", "employment"]) / float(careers.pay("US", "29-2072").employment or 0)


COMPUTED: dict[str, Callable[[], float]] = {
    "plan-exam-pace": lambda: fact("CPC", "exam_minutes") / fact("CPC", "exam_items"),
    "plan-ceu-month": lambda: ceus("AAPC", 1) / 24,
    "plan-weeks": lambda: (facts.routes()["short-course"].hours or 0) / 5,
    "plan-known-cost": lambda: (
        (facts.routes()["college-certificate"].cost_low or 0) + fact("CCA", "fee_nonmember")
    ),
    "plan-case-registry": lambda: 1950 / 30,
    "plan-case-three": lambda: ceus("AAPC", 3),
    "plan-case-ahima": lambda: 0.4 * ceus("AHIMA", 2),
    "plan-a-hospital-share": hospital_share,
    "plan-a-letter": lambda: advice.APPRENTICE_MONTHS - advice.COURSE_COUNTS,
    "plan-a-weeks": lambda: ((facts.routes()["apprenticeship"].hours or 0) - 2000) / 6,
    "plan-a-first-bill": lambda: fact("CPC", "fee_two_attempts") + fact("CPC", "membership_fee"),
    "plan-a-ceu-four-years": lambda: 2 * ceus("AAPC", 3),
    "plan-a-ceu-own": lambda: 0.4 * fact("RHIA", "renewal_ceus"),
}


def test_every_number_is_recomputed() -> None:
    assert set(COMPUTED) == {one.id for one in items.items(UNIT) if one.kind == "number"}


@pytest.mark.parametrize("item_id", sorted(COMPUTED))
def test_a_number_key_is_that_of_the_tables(item_id: str) -> None:
    key = items.key(item_id)
    assert COMPUTED[item_id]() == pytest.approx(float(key.answer), abs=max(key.tolerance, 0.001))


@pytest.mark.parametrize(
    ("item_id", "column"), [("plan-setting-pay", "median"), ("plan-a-setting-jobs", "employment")]
)
def test_the_order_of_settings_is_that_of_the_table(item_id: str, column: str) -> None:
    codes = {
        "Hospitals": "622000",
        "Federal executive branch": "999100",
        "Physician offices": "621100",
        "Insurance carriers": "524000",
        "Nursing and residential care": "623000",
    }
    values = {
        row["industry_code"]: int(row[column])
        for row in labor_rows("oews")
        if row["soc"] == "29-2072" and row[column] and row["area_type"] == "nation"
    }
    one = items.item(item_id)
    wanted = sorted(one.options, key=lambda letter: -values[codes[one.options[letter]]])
    assert items.key(item_id).answer == wanted
    assert len({values[codes[text]] for text in one.options.values()}) == len(one.options), "no ties"


def test_the_exam_with_the_least_time_is_the_key() -> None:
    one = items.item("plan-a-least-time")
    pace = {
        letter: fact(text, "exam_minutes") / fact(text, "exam_items") for letter, text in one.options.items()
    }
    assert items.key(one.id).answer == min(pace, key=lambda letter: pace[letter])


def test_prices_turn_the_order_of_ohio_and_california() -> None:
    """What plan-price-level rests on."""
    frame = careers.adjusted_pay("29-2072").set_index("usps")
    assert frame.loc["CA", "median"] > frame.loc["OH", "median"]
    assert frame.loc["CA", "adjusted"] < frame.loc["OH", "adjusted"]


def test_the_ceu_table_of_the_lesson_is_that_of_the_data() -> None:
    text = (paths.notebooks() / UNIT / "choose-your-first-step.md").read_text(encoding="utf-8")
    assert f"| AAPC, one credential | {ceus('AAPC', 1)} CEUs |" in text
    step = ceus("AAPC", 2) - ceus("AAPC", 1)
    assert f"| {step} more, up to {ceus('AAPC', 5)} in all |" in text
    assert f"| AHIMA: CCA, CCS, CCS-P, RHIT | {ceus('AHIMA', 1)} CEUs |" in text
    assert f"| AHIMA: RHIA, CDIP | {fact('RHIA', 'renewal_ceus'):g} CEUs |" in text
    assert f"| {ceus('AHIMA', 2) - ceus('AHIMA', 1)} more, up to 50 in all |" in text


def test_the_words_of_the_plan_form_are_those_the_reader_knows() -> None:
    text = (paths.notebooks() / UNIT / "make-your-plan.md").read_text(encoding="utf-8")
    for words in (facts.roles(), facts.routes()):
        assert [key for key in words if key not in text] == []


def test_the_plans_of_the_lesson_say_what_the_text_says() -> None:
    cells = re.findall(
        r"%%plan\n(.*?)```", (paths.notebooks() / UNIT / "make-your-plan.md").read_text("utf-8"), re.DOTALL
    )
    first, second, empty = (plan.parse(cell) for cell in cells)
    assert first[1] == second[1] == empty[1] == ()
    levels = [[one.level for one in plan.make(one[0]).findings] for one in (first, second)]
    assert "stop" not in levels[0]
    assert "look" in levels[0]
    assert levels[1][0] == "stop"
    assert empty[2]


def test_the_files_of_the_unit_are_there() -> None:
    folder = paths.notebooks() / UNIT
    wanted = {
        "choose-your-first-step",
        "make-your-plan",
        "practice-other-peoples-plans",
        "check-your-plan",
        "INSTRUCTOR",
    }
    assert {path.stem for path in folder.glob("*.md")} == wanted
    assert (Path(paths.root()) / "grading" / "rubrics" / f"{UNIT}.md").is_file()
