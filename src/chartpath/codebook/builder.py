"""A procedure code built character by character: seven lists, each offering only what leads to a code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from chartpath.codebook.places import PCS, Place, below
from chartpath.codesets.pcs_store import LENGTH, pcs_store

_OPEN = ("not chosen", "")


class Builder:
    """Seven dropdowns. `chosen` is called with the characters chosen so far, after each choice of the learner."""

    def __init__(self, chosen: Callable[[str], None]) -> None:
        self._chosen = chosen
        self._edition = ""
        self._settling = False
        self.prefix = ""
        self.steps = [
            widgets.Dropdown(options=[_OPEN], description=f"{n} Character") for n in range(1, LENGTH + 1)
        ]
        for number, step in enumerate(self.steps):
            step.add_class(f"cp-step-{number + 1}")
            step.observe(lambda change, number=number: self._step(number, change), "value")
        heading = widgets.HTML(
            "<p class='cp-carrier'>Build the procedure code, one character after another</p>"
        )
        self.box = widgets.Box([heading, *self.steps])
        self.box.add_class("cp-builder")

    def show(self, prefix: str, edition: str) -> None:
        """Show these characters as chosen, and what may follow. Raises BadInput for FY2025, whose tables are not at hand."""
        kept = self.prefix if edition == self._edition else None
        self._settling = True
        try:
            for number, step in enumerate(self.steps):
                # Up to the first character that changed, the lists offer what they offered before.
                if kept is None or prefix[: number + 1] != kept[: number + 1] or number >= len(prefix):
                    self._fill(number, step, prefix, edition)
        finally:
            self._settling = False
        self.prefix, self._edition = prefix, edition

    @staticmethod
    def _fill(number: int, step: widgets.Dropdown, prefix: str, edition: str) -> None:
        options = [_OPEN]
        if number <= len(prefix):
            found = below(Place(PCS, prefix[:number], ""), edition)
            options += [(f"{one.id[-1]} {one.title}", one.id[-1]) for one in found]
        with step.hold_sync():
            step.description = f"{number + 1} {pcs_store().axis(prefix[:1] if number else '', number + 1)}"
            step.options = options
            step.value = prefix[number : number + 1]
            step.disabled = number > len(prefix)

    def _step(self, number: int, change: dict[str, Any]) -> None:
        if self._settling:
            return
        prefix = self.prefix[:number] + str(change["new"])
        # On through every character at which the table leaves one value.
        while change["new"] and len(options := below(Place(PCS, prefix, ""), self._edition)) == 1:
            prefix = options[0].id
        self._chosen(prefix)
