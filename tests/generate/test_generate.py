"""Charts and keys as they come out: right, reproducible, distinct, and apart from each other."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_situation import Bent

from chartpath import items
from chartpath.answers import parse
from chartpath.errors import BadInput, ChartpathError
from chartpath.generate import charts, situations
from chartpath.generate.draw import Draw
from chartpath.generate.folder import write_folder
from chartpath.generate.likeness import jaccard, near_duplicates, shingles
from chartpath.generate.stats import chapter, folder, library, measure, sections
from chartpath.scoring import grade, key_lines

SECRET = "the instructor's secret of 2026"


def test_what_is_written_reads_back_as_what_was_made(tmp_path: Path) -> None:
    for one in charts(SECRET, 24):
        chart, key = tmp_path / f"{one.id}.md", tmp_path / f"{one.id}.yaml"
        chart.write_text(one.chart_text, encoding="utf-8")
        key.write_text(one.key_text, encoding="utf-8")
        assert items.read_chart(chart) == one.item
        assert items.read_key(key) == one.key


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.text(min_size=1, max_size=40))
def test_for_any_seed_the_key_is_right_and_each_miscoding_loses(seed: str) -> None:
    for one in charts(seed, 4):
        right = grade(one.item, one.key, parse("\n".join(key_lines(one.key)), "codes", one.item.systems))
        assert right.score == 100
        assert right.audit is not None
        assert right.audit.findings == ()
        assert right.audit.audit_ready
        assert 4 <= len(one.key.miscodings) <= 7
        for wrong in one.key.miscodings:
            result = grade(one.item, one.key, parse("\n".join(wrong.codes), "codes", one.item.systems))
            assert result.audit is not None
            assert result.score < 100
            found = {(finding.kind, finding.code) for finding in result.audit.findings}
            stated = {(error.kind, error.code) for error in wrong.errors}
            assert stated
            assert stated <= found
            assert found == stated | {(error.kind, error.code) for error in wrong.may}


@pytest.mark.slow
def test_the_same_seed_makes_the_same_charts_whatever_the_hash_seed() -> None:
    program = (
        "import hashlib\nfrom chartpath.generate import charts\ntext = hashlib.sha256()\n"
        "for one in charts('s', 12): text.update((one.chart_text + one.key_text).encode())\nprint(text.hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    here = hashlib.sha256()
    for one in charts("s", 12):
        here.update((one.chart_text + one.key_text).encode())
    assert digests == {here.hexdigest() + "\n"}


def test_the_draws_are_fixed_numbers() -> None:
    # These pin the sequence itself: a seed that an instructor wrote down must still give her charts.
    draw = Draw("seed", "situation", 7)
    assert [draw.below(1000) for _ in range(6)] == [428, 306, 471, 376, 454, 953]
    assert draw.shuffled(list("abcdef")) == ["a", "c", "e", "b", "f", "d"]


def test_other_seeds_make_other_charts() -> None:
    first = {one.item.chart.note for one in charts("one", 20) if one.item.chart}
    assert not first & {one.item.chart.note for one in charts("two", 20) if one.item.chart}


def test_a_longer_run_begins_as_the_shorter_one() -> None:
    assert [one.id for one in charts("s", 8)] == [one.id for one in charts("s", 20)][:8]


@pytest.mark.slow
def test_no_two_charts_share_facts_and_key() -> None:
    made = list(charts("distinct", 150))
    assert len({(one.situation, *one.facts.items()) for one in made}) == 150
    assert len({one.id for one in made}) == 150
    assert near_duplicates([one.item.chart.note for one in made if one.item.chart]) == (0, 0)


def test_an_exhausted_situation_says_so(bent: Bent) -> None:
    def narrow(data: dict[str, Any]) -> None:
        data["never"] = [{"swims": "yes"}, {"fever": "yes"}, {"effusion": "yes"}, {"days": ["3", "4"]}]

    path = bent(narrow)
    with pytest.raises(ChartpathError, match="no further case"):
        list(charts("s", 40, folder=path.parent))


def test_a_wrong_key_stops_the_run(bent: Bent) -> None:
    def spoil(data: dict[str, Any]) -> None:
        data["conditions"]["ear"]["code"] = "H60.33"

    path = bent(spoil)
    with pytest.raises(ChartpathError, match=r"the key .* scores .*, not 100.*Correct the situation"):
        list(charts("s", 1, folder=path.parent))


def test_filters() -> None:
    known = [one.id for one in situations()]
    assert {one.situation for one in charts("s", 4, names=[known[0]])} == {known[0]}
    assert {one.item.chart.setting for one in charts("s", 6, setting="inpatient") if one.item.chart} == {
        "inpatient"
    }
    assert {one.item.unit for one in charts("s", 6, unit="11")} == {"11-chart-abstraction-inpatient"}
    assert {one.item.chart.difficulty for one in charts("s", 6, difficulty=3) if one.item.chart} == {3}
    assert {one.item.assessed for one in charts("s", 3, practice=True)} == {False}
    with pytest.raises(BadInput, match="no situation 'nowhere'"):
        list(charts("s", 1, names=["nowhere"]))
    with pytest.raises(BadInput, match="no situation has moon"):
        list(charts("s", 1, setting="moon"))


def test_the_folder_keeps_keys_apart_and_the_seed_out(tmp_path: Path) -> None:
    out = tmp_path / "made"
    stats, dropped = write_folder(charts(SECRET, 18), out)
    assert dropped >= 0
    assert sorted(path.name for path in out.iterdir()) == ["charts", "datapackage.json", "keys"]
    package = json.loads((out / "datapackage.json").read_text())
    assert package["counts"] == stats.as_json()
    assert package["counts"]["charts"] == len(list((out / "charts").iterdir())) == 18
    for row in package["resources"]:
        digest = hashlib.sha256((out / row["path"]).read_bytes()).hexdigest()
        assert row["hash"] == f"sha256:{digest}"
    everything = "".join(path.read_text() for path in out.rglob("*") if path.is_file())
    assert SECRET not in everything
    assert hashlib.sha256(SECRET.encode()).hexdigest()[:12] not in everything
    for chart in (out / "charts").iterdir():
        key = items.read_key(out / "keys" / f"{chart.stem}.yaml")
        text = chart.read_text()
        assert "rationale" not in text
        assert not [code.code for code in key.codes if "." in code.code and code.code in text]
    assert measure(folder(out)) == stats


def test_a_folder_that_is_not_empty_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("work")
    with pytest.raises(BadInput, match="is not empty"):
        write_folder(charts("s", 1), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_run_that_stops_leaves_nothing(tmp_path: Path, bent: Bent) -> None:
    path = bent(lambda data: data["conditions"]["ear"].update(code="H60.33"))
    out = tmp_path / "out" / "made"
    with pytest.raises(ChartpathError):
        write_folder(charts("s", 3, folder=path.parent), out)
    assert list(out.parent.iterdir()) == []


def test_evidence_is_what_was_marked(bent: Bent) -> None:
    for one in charts("s", 12, folder=bent().parent):
        assert one.item.chart is not None
        side = one.facts["side"]
        ear = one.key.codes[0]
        assert ear.code == {"right": "H60.331", "left": "H60.332"}[side]
        assert ear.evidence in ((f"Swimmer's ear, {side[0].upper()}",), (f"Swimmer's ear on the {side}",))
        ruled_out = [entry.phrase for entry in one.key.not_reportable]
        assert ruled_out == (["mastoiditis ruled out"] if one.facts["worry"] == "mastoid" else [])
        assert "[[" not in one.item.chart.note


def test_values_fit_the_facts(bent: Bent) -> None:
    for one in charts("s", 16, folder=bent().parent):
        assert one.item.chart is not None
        written = re.search(r"\bT (\d+\.\d)", one.item.chart.note)
        assert written
        assert (float(written[1]) > 100) == (one.facts["fever"] == "yes")


def test_likeness() -> None:
    one = "a b c d e f g h"
    assert jaccard(shingles(one), shingles(one)) == 1
    assert jaccard(shingles(one), shingles("z y x w v u t s")) == 0
    assert near_duplicates([one, one, "z y x w v u t s"]) == (2, 1)
    assert near_duplicates([]) == (0, 0)


def test_the_library_is_counted() -> None:
    stats = measure(library())
    assert stats.charts == sum(one.kind == "codes" for one in items.items())
    assert sum(stats.by_setting.values()) == stats.charts
    assert sum(stats.by_chapter.values()) == stats.charts - stats.without_key
    assert next(iter(stats.by_chapter)).startswith("1 ")
    assert chapter("E11.22").startswith("4 Endocrine")


def test_sections_are_counted_at_the_level_of_coverage(bent: Bent) -> None:
    one = next(charts("s", 1, folder=bent().parent))
    assert {"I.B.13", "IV.G"} <= sections(one.key)
    assert all(section.count(".") <= 3 for section in sections(one.key))


def test_yaml_of_a_key_uses_the_published_words(bent: Bent) -> None:
    one = next(charts("s", 1, folder=bent().parent))
    data = yaml.safe_load(one.key_text)
    assert data["item"] == one.id
    assert {"class", "code"} == set(data["miscodings"][0]["errors"][0])
    assert data["codes"][0]["poa"] is None
