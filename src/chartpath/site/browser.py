"""The kit inside the browser: what differs there from a notebook on the learner's own machine.

- pandas and matplotlib are not at hand (unless the builder had a full release of Pyodide). A cell of a lesson
  that needs them shows what it showed when the course was built.
- A hand-in is a file in the browser's own storage, so it comes with a link that saves it.
- What the learner keeps (pins, progress) goes to the drive that the browser keeps.
"""

from __future__ import annotations

import ast
import json
import os
from base64 import b64encode
from functools import cache
from html import escape
from pathlib import Path
from zlib import crc32

from chartpath.errors import ChartpathError

TYPE_CHECKING = False  # imported with chartpath itself: typing would take longer than the rest
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

    from IPython.core.interactiveshell import ExecutionInfo, InteractiveShell

    from chartpath.handin import HandedIn

DRIVE = Path("/drive")
"""Where JupyterLite shows the learner's files to Python."""

ABSENT = frozenset({"pandas", "numpy", "matplotlib", "PIL"})
"""Libraries that a site from the npm package does not carry."""

_NOTE = "Shown as it was when the course was built: this needs {name}, which the course in the browser does not carry."

_NEEDS = "This needs {name}, which the course in the browser does not carry. In the installed course (README) it runs."


def key(source: str) -> str:
    """A short name for the source of a cell, whatever blank lines surround it."""
    data = source.strip().encode()
    return f"{crc32(data):08x}{len(data):x}"


def arrange(shell: InteractiveShell) -> None:
    """Set a running IPython up for the browser."""
    if DRIVE.is_dir():
        os.environ.setdefault("CHARTPATH_HOME", str(DRIVE / ".chartpath"))
    stand_in = StandIn()
    shell.events.register("pre_run_cell", stand_in.note)
    shell.set_custom_exc((ModuleNotFoundError, NameError, ChartpathError), stand_in.handle)
    shell.Completer.use_jedi = False  # its stubs stay behind: IPython completes from what is in memory
    if shell.display_formatter is not None:
        html = shell.display_formatter.formatters["text/html"]
        html.for_type_by_name("chartpath.handin", "HandedIn", saving_link)


class StandIn:
    """Answers a cell that needs an absent library with what the cell showed when the course was built."""

    def __init__(self) -> None:
        self._source = ""
        self._unset: set[str] = set()

    def note(self, info: ExecutionInfo) -> None:
        """Remember the cell that is about to run."""
        self._source = str(info.raw_cell)

    def handle(
        self,
        shell: InteractiveShell,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType,
        tb_offset: int | None = None,
    ) -> None:
        """Called by IPython for these errors; everything that is not an absent library is shown as always."""
        missing = _missing(error)
        shown = _prebuilt().get(key(self._source))
        if missing not in ABSENT | self._unset:
            shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
            return
        name = missing if missing in ABSENT else "the library of an earlier cell"
        if shown is None:
            print(_NEEDS.format(name=name))
        else:
            _display(shown, _NOTE.format(name=name))
        # Later cells may use the names that this one would have set.
        self._unset |= _assigned(self._source) - set(shell.user_ns)


def saving_link(made: HandedIn) -> str:
    """The message of a hand-in with a link that saves its file from the browser."""
    path = Path(made)
    data = b64encode(path.read_bytes()).decode()
    name = escape(path.name, quote=True)
    words = "<br>".join(escape(line) for line in made.message.splitlines())
    return (
        f'<p>{words}</p><p><a download="{name}" href="data:application/zip;base64,{data}">Save {name}</a></p>'
    )


@cache
def _prebuilt() -> dict[str, list[dict[str, Any]]]:
    file = Path(__file__).with_name("prebuilt.json")
    if not file.is_file():  # a site with all libraries has none
        return {}
    found: dict[str, list[dict[str, Any]]] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _missing(error: BaseException) -> str:
    """The module or name that an error is about; the kit itself says of an absent library that it is not installed."""
    if isinstance(error, ChartpathError):
        words = str(error).replace(",", " ").split() if "not installed here" in str(error) else []
        return next((word for word in words if word in ABSENT), "")
    return str(getattr(error, "name", "")).partition(".")[0]


def _display(bundles: list[dict[str, Any]], note: str) -> None:
    from IPython.display import display

    for bundle in bundles:
        display(bundle, raw=True)
    html = f'<p style="font-size:0.9em">{escape(note)}</p>'
    display({"text/plain": note, "text/html": html}, raw=True)


def _assigned(source: str) -> set[str]:
    """The names that a cell sets."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a magic: nothing to set
        return set()
    names = {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    return names | {alias.asname or alias.name for node in imports for alias in node.names}
