"""chartpath: learn US medical coding from real-looking charts, in a notebook.

    import chartpath as cp
    cp.show("start-first-code")     a record or a question
    cp.code("E11.22")               a code with every note that binds it
    cp.search("ckd diabetes")       find a code
    cp.score("start-first-code")    points and feedback of the last answer
    cp.hand_in("your-id")           pack this unit's notebooks for the instructor
    cp.careers.pay("CA", "coder")   what the work pays, with its year and its error
    cp.figures.pay_range("CA")      the same as a picture
    cp.diagram("heart")             a labeled drawing, with the codes its parts decide
    cp.drill("split")               new questions on terms and abbreviations, as many as you like
    cp.hipaa.due("breach-notice", "2026-03-02")   the last day of a privacy deadline
    cp.review()                     five minutes of what you are about to forget
    cp.progress()                   what you have done, how sure it is, and what to do next
    cp.exam("CCA", minutes=30)      a mock exam of original questions, with a report

Nothing heavy is imported until it is asked for.
"""

from __future__ import annotations

import sys
from importlib import import_module

from chartpath._version import __version__

TYPE_CHECKING = False  # importing typing takes longer than everything else here
if TYPE_CHECKING:
    from typing import Any

_WHERE = {
    "show": "chartpath.desk",
    "score": "chartpath.desk",
    "code": "chartpath.desk",
    "search": "chartpath.desk",
    "hand_in": "chartpath.handin",
    "audit": "chartpath.audit",
    "load": "chartpath.catalog",
    "compare": "chartpath.plan",
    "diagram": "chartpath.diagrams",
    "drill": "chartpath.drills",
    "codebook": "chartpath.codebook",
    "read": "chartpath.reader",
    "review": "chartpath.recall",
    "review_export": "chartpath.recall",
    "review_import": "chartpath.recall",
    "progress": "chartpath.standing",
    "exam": "chartpath.mockexam",
}
_MODULES = ("careers", "figures", "hipaa")
__all__ = [*_WHERE, *_MODULES, "__version__"]


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        return getattr(import_module(_WHERE[name]), name)
    if name in _MODULES:
        return import_module(f"chartpath.{name}")
    raise AttributeError(f"chartpath has no {name!r}; it has {', '.join(sorted(__all__))}")


def __dir__() -> list[str]:
    return sorted(__all__)


def _register_magic() -> None:
    """Inside a notebook, `import chartpath` is all it takes for `%%answer` to work."""
    if "IPython" in sys.modules:
        from IPython import get_ipython

        shell = get_ipython()
        if shell is not None:
            from chartpath.desk import register

            register(shell)
            if sys.platform == "emscripten":  # Python inside the browser
                from chartpath.site.browser import arrange

                arrange(shell)


def load_ipython_extension(shell: Any) -> None:
    """Have `cp` and `%%answer` at hand; the kernel of `chartpath lab` begins so.

    A kernel that was started anew, after lunch or the next day, has forgotten the notebook's first cell. A learner who
    goes on in the middle would read that `%%answer` is unknown.
    """
    shell.push({"cp": sys.modules[__name__]}, interactive=False)


_register_magic()
