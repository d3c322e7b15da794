"""The codebook panel: search, tree, notes, choosers and the procedure builder beside the notebook.

`places` and `choosers` are the model, `entry` its HTML, `shelf` what is pinned, `panel` the widgets. Nothing here
imports ipywidgets until `codebook()` is called.
"""

from __future__ import annotations

import sys
from types import ModuleType

from chartpath.codesets import CURRENT_EDITION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from chartpath.codebook.panel import Panel

__all__ = ["codebook"]


def codebook(start: str = "", edition: str = CURRENT_EDITION) -> Panel:
    """The code book as a panel to search, climb and copy from, all of it by keyboard.

    `start` is what the search begins with: a code or words. `edition` is a fiscal year, 2025 to 2027. Raises BadInput
    for an edition that the kit does not hold. Sources: CMS and CDC/NCHS code sets under `datasets/codesets`.
    """
    from chartpath.codebook.panel import Panel

    return Panel(start, edition)


class _Codebook(ModuleType):
    """`cp.codebook` is this package and, as published, a function: so the package can be called."""

    def __call__(self, start: str = "", edition: str = CURRENT_EDITION) -> Panel:
        """The panel, as the function `codebook` gives it."""
        return codebook(start, edition)


sys.modules[__name__].__class__ = _Codebook
