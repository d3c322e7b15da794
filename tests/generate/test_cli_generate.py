"""The commands `generate charts` and `charts`, through the parser that people use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from chartpath import cli_generate, items
from chartpath.errors import BadInput


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    cli_generate.add_to(made)
    return made


def run(app: typer.Typer, *words: str) -> Result:
    return CliRunner().invoke(app, list(words))


@pytest.mark.slow
def test_a_run_and_its_counts(app: typer.Typer, tmp_path: Path) -> None:
    out = tmp_path / "class"
    made = run(app, "generate", "charts", "--seed", "quiet-river", "--count", "12", "--out", str(out))
    assert made.exit_code == 0, made.output
    assert "12 charts in" in made.stdout
    assert "keep those from learners" in made.stdout
    assert "quiet-river" not in made.stdout
    listed = run(app, "charts", str(out))
    assert len(listed.stdout.splitlines()) == 12
    counted = run(app, "charts", "--stats", "--json", str(out))
    assert json.loads(counted.stdout)["charts"] == 12
    shown = run(app, "charts", "--stats", str(out))
    assert "distinct codes in keys" in shown.stdout
    assert "near duplicates" in shown.stdout


def test_practice_and_filters(app: typer.Typer, tmp_path: Path) -> None:
    out = tmp_path / "p"
    words = (
        "--seed",
        "s",
        "--count",
        "3",
        "--out",
        str(out),
        "--practice",
        "--unit",
        "11",
        "--difficulty",
        "3",
    )
    assert run(app, "generate", "charts", *words).exit_code == 0
    charts = [items.read_chart(path) for path in (out / "charts").glob("*.md")]
    assert {(one.assessed, one.unit[:2], one.chart.difficulty if one.chart else 0) for one in charts} == {
        (False, "11", 3)
    }


def test_the_library_is_listed(app: typer.Typer) -> None:
    listed = run(app, "charts", "--json")
    ids = [json.loads(line)["id"] for line in listed.stdout.splitlines()]
    assert ids == [one.id for one in items.items() if one.kind == "codes"]


def test_refusals_are_one_line(app: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    for words in (
        ("generate", "charts", "--seed", "s", "--out", str(tmp_path)),
        ("generate", "charts", "--seed", " ", "--out", str(tmp_path / "new")),
        ("generate", "charts", "--seed", "s", "--out", str(tmp_path / "new"), "--situation", "nowhere"),
        ("charts", "--stats", str(tmp_path)),
    ):
        refused = run(app, *words)
        assert isinstance(refused.exception, BadInput)
        assert "\n" not in str(refused.exception)
    assert not (tmp_path / "new").exists()
