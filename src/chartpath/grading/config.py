"""nbgrader's configuration, set up in one place for the plain `nbgrader` command, Formgrader and the kit."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sysconfig
from pathlib import Path
from typing import Any

from chartpath.errors import BadInput

ENGINES = ("answers", "kernel")
"""`answers` parses answers and starts no kernel; `kernel` is nbgrader's own Execute, for code exercises."""

_STEPS = "chartpath.grading.preprocessors"
_RUN = "chartpath.grading.execute"
_TEMPLATES = Path(__file__).resolve().parent / "templates"

# Only notebooks travel. nbgrader copies every other file of a unit's folder (its Markdown source, an
# instructor's notes, a stray key) unless a pattern here matches its name. Left over are the two files that
# nbgrader itself needs beside a submission, timestamp.txt and submission_secret.txt; a pattern cannot match
# names without a dot in general, or it would match the unit's folder too. Notebooks must not match either:
# nbgrader's exchange, and ngshare's, hand out and take in what no pattern matches.
_IGNORED = [
    ".*",
    "__pycache__",
    "feedback",
    "*.[!it]*",
    *("*.i", "*.i[!p]*", "*.ip", "*.ip[!y]*", "*.ipy", "*.ipy[!n]*", "*.ipyn", "*.ipyn[!b]*", "*.ipynb?*"),
    *("*.t", "*.t[!x]*", "*.tx", "*.tx[!t]*", "*.txt?*"),
    *("?.txt", "??.txt", "[!ts]*.txt", "t[!i]*.txt", "ti[!m]*.txt", "s[!u]*.txt", "su[!b]*.txt"),
    "[A-Z]*",
    "*~",
]


def configure(config: Any, folder: Path, engine: str | None = None) -> None:
    """Fill nbgrader's configuration for the course whose grading folder is `folder`.

    `config` is traitlets' Config (what `get_config()` gives in a configuration file). `engine` is one of
    `ENGINES`; by default the environment variable CHARTPATH_ENGINE, else `answers`. Raises BadInput for
    another engine, and for a folder whose path nbgrader cannot handle.
    """
    engine = engine or os.environ.get("CHARTPATH_ENGINE") or "answers"
    if engine not in ENGINES:
        raise BadInput(
            f"There is no grading engine {engine!r}. Use {' or '.join(ENGINES)} (CHARTPATH_ENGINE or --engine)."
        )
    if any(character in str(folder) for character in "[]*?{}"):
        raise BadInput(
            f"nbgrader cannot work in {folder}: a folder's name holds one of [ ] * ? {{ }}. Move the course."
        )
    _put_alembic_on_path()

    config.CourseDirectory.root = str(folder)
    config.CourseDirectory.course_id = "chartpath"
    config.CourseDirectory.source_directory = str(Path("..", "notebooks"))
    config.CourseDirectory.ignore = list(_IGNORED)

    config.GenerateAssignment.preprocessors = [
        f"{_STEPS}.RefuseAnswers",
        "nbgrader.preprocessors.LockCells",
        "nbgrader.preprocessors.ClearOutput",
        f"{_STEPS}.StripMetadata",
        "nbgrader.preprocessors.CheckCellMetadata",
        "nbgrader.preprocessors.ComputeChecksums",
        "nbgrader.preprocessors.SaveCells",
        # Of code exercises: the gradebook keeps the hidden tests, learners do not get them.
        "nbgrader.preprocessors.ClearHiddenTests",
        "nbgrader.preprocessors.ComputeChecksums",
    ]
    config.Autograde.exporter_class = f"{_STEPS}.HandedInExporter"
    config.Autograde.sanitize_preprocessors = [
        f"{_STEPS}.RestoreCells",
        "nbgrader.preprocessors.OverwriteKernelspec",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    run = {
        "answers": [f"{_STEPS}.ScoreAnswers"],
        "kernel": [f"{_RUN}.SkipStrayCells", f"{_RUN}.ExecuteReleased", f"{_STEPS}.CheckScores"],
    }
    config.Autograde.autograde_preprocessors = [
        *run[engine],
        "nbgrader.preprocessors.LimitOutput",
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    # A kernel on one machine: its remark about unencrypted ports would stand between the progress lines.
    config.ExecuteReleased.extra_arguments = ["--Application.log_level=40"]
    config.GenerateFeedback.preprocessors = ["nbgrader.preprocessors.GetGrades", f"{_STEPS}.ReadableFeedback"]

    # A learner's Markdown is shown in the instructor's browser, by the feedback page and by Formgrader.
    config.HTMLExporter.filters = {"markdown2html": "chartpath.grading.safety.safe_markdown"}
    config.HTMLExporter.extra_template_basedirs = [str(_TEMPLATES), _formgrader_templates()]
    config.ExportApp.plugin_class = "chartpath.grading.export.CsvExport"


def _put_alembic_on_path() -> None:
    """nbgrader starts `alembic` by name when it makes a gradebook, and leaves half of one when it is not found."""
    if shutil.which("alembic") is None:
        os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])


def _formgrader_templates() -> str:
    spec = importlib.util.find_spec("nbgrader")
    if spec is None or not spec.submodule_search_locations:
        raise BadInput('nbgrader is not installed. Run: python -m pip install "chartpath[course]"')
    return str(
        Path(next(iter(spec.submodule_search_locations)), "server_extensions", "formgrader", "templates")
    )
