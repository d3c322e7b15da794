"""Configuration of nbgrader for this course. The `nbgrader` command finds it when it runs in this folder,
Formgrader when JupyterLab is started with `chartpath lab`.

What it sets is in `chartpath.grading.config`. Add settings of your own below; they win.
"""

from pathlib import Path

c = get_config()  # noqa: F821 - nbgrader gives it
try:
    from chartpath.grading.config import configure

    configure(c, Path(__file__).resolve().parent)
except Exception as error:
    # nbgrader would go on without these settings, and run learners' code.
    raise SystemExit(f"nbgrader_config.py: {error}") from error

# For example, no points for late work:
# c.LateSubmissionPlugin.penalty_method = "zero"
