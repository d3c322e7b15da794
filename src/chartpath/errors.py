"""Errors that speak to people: one line that says what, where and what to do."""

from __future__ import annotations


class ChartpathError(Exception):
    """Base of every error the kit raises on purpose.

    The message is one line for a person. Jupyter shows it without a traceback,
    and the command line prints it on stderr.
    """

    exit_status = 1

    def _render_traceback_(self) -> list[str]:
        # IPython asks the exception how to show itself; a learner needs the sentence, not the stack.
        return [str(self)]


class BadInput(ChartpathError):
    """Something typed, opened or handed in cannot be used as it is (exit status 2)."""

    exit_status = 2


class KeyNotAtHand(BadInput):
    """The key of an assessed item is not on this machine, so it cannot be scored here."""
