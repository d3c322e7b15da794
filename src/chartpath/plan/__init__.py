"""A personal career plan from a cell of `name: value` lines, and tables to compare what could stand in it.

`%%plan` reads the lines of the cell, shows the plan as a page, and saves it as one HTML file where the plan names
one. Nothing of it is executed, nothing is replaced without asking, and nothing leaves the computer.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core.magic import no_var_expand

from chartpath.errors import BadInput
from chartpath.plan.advice import Plan, make
from chartpath.plan.compare import Comparison, compare
from chartpath.plan.facts import Credential, Role, Route, credentials, roles, routes, sources
from chartpath.plan.grammar import Wishes, parse, stub
from chartpath.plan.page import form_html, form_text, plan_html, plan_text, save

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = [
    "Comparison",
    "Credential",
    "Plan",
    "Role",
    "Route",
    "Wishes",
    "compare",
    "credentials",
    "make",
    "parse",
    "register",
    "roles",
    "routes",
    "save",
    "show_plan",
    "sources",
    "stub",
]


def show_plan(body: str, folder: Path | None = None) -> tuple[str, str]:
    """HTML and plain text for the body of a plan cell; saves the page in `folder` where the plan names a file.

    Never raises for what a learner typed: a line that cannot be read, or a file that is already there, is named.
    """
    wishes, problems, blank = parse(body)
    if wishes.missing:
        return form_html(wishes, problems, blank), form_text(wishes, problems, blank)
    made = make(wishes)
    saved = ""
    if wishes.file:
        try:
            saved = f"Saved as {save(made, folder or Path.cwd()).name}, beside this notebook."
        except BadInput as error:
            saved = f"Not saved: {error}"
    return plan_html(made, problems, saved), plan_text(made, problems, saved)


@no_var_expand  # IPython would otherwise evaluate what stands in braces on the first line
def plan(line: str, cell: str | None = None) -> None:
    """The `%%plan` cell: its body is parsed, never executed."""
    from IPython.display import display

    html, text = show_plan(cell or "")
    data: dict[str, Any] = {"text/plain": text, "text/html": html}
    display(data, raw=True)


def register(shell: InteractiveShell) -> None:
    """Teach a running IPython the `%%plan` cell."""
    register_function: Any = (
        shell.register_magic_function
    )  # its decorated signature hides `self` from a checker
    register_function(plan, magic_kind="cell", magic_name="plan")
