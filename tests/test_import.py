"""`import chartpath` stays light, and imports point down."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "pandas",
    "numpy",
    "matplotlib",
    "nbformat",
    "nbconvert",
    "nbgrader",
    "jupytext",
    "sqlalchemy",
    "pydantic",
)


@pytest.mark.parametrize(
    "module", ["chartpath", "chartpath.desk", "chartpath.handin", "chartpath.codesets.pcs"]
)
def test_the_learners_path_imports_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_name_is_named() -> None:
    import chartpath

    with pytest.raises(AttributeError, match="show"):
        _ = chartpath.shwo
    assert "hand_in" in dir(chartpath)
