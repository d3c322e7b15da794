"""The panel itself: ipywidgets around the model. Every control is a native one, so the keyboard works by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from html import escape
from importlib.resources import files
from typing import Any

import ipywidgets as widgets
from IPython.display import display

from chartpath.codebook import places
from chartpath.codebook.builder import Builder
from chartpath.codebook.choosers import choosers
from chartpath.codebook.entry import entry_text, head_html, notes_html
from chartpath.codebook.places import HCPCS, NAMES, PCS, Place
from chartpath.codebook.shelf import Shelf, pins
from chartpath.codesets import EDITIONS, Hit
from chartpath.codesets.editions import check_edition
from chartpath.codesets.systems import FIRST, SYSTEMS
from chartpath.errors import BadInput

PAUSE = 0.15  # seconds without a keystroke, after which all sets are asked
_SHORT = {FIRST: "CM", PCS: "PCS", HCPCS: "HCPCS"}
_DECISIONS = ("Side", "7th character", "Next character")
_OPEN = ("not chosen", "")
_INDENT = "\u2003"  # a browser strips plain blanks at the beginning of an option
_KEYS = (
    "Keys: Down arrow goes from the search to the results, Enter on a result copies its answer line, Enter in the tree "
    "opens a branch, Escape goes back to the search."
)


class Panel:
    """The code book, open at one place. `here` is that place, None before anything is found."""

    def __init__(self, start: str, edition: str, shelf: Shelf | None = None) -> None:
        """Raises BadInput for an edition that the kit does not hold. `shelf` is the learner's own when left out."""
        self.shelf = Shelf(pins()) if shelf is None else shelf
        self.here: Place | None = None
        self._hits: list[Place] = []
        self._tree: list[Place] = []
        self._kept: list[Place] = []
        self._settling = False
        self._timer: asyncio.TimerHandle | None = None
        self._chosen = False  # whether the learner chose what is in view, or the search did
        self.search = widgets.Text(
            start, description="Search: words, an abbreviation, or the beginning of a code"
        )
        sets = [("All code sets", ""), *((NAMES[one], one) for one in SYSTEMS)]
        self.system = widgets.Dropdown(options=sets, value="", description="Code set")
        years = [(f"FY{year}", year) for year in EDITIONS]
        self.edition = widgets.Dropdown(options=years, value=check_edition(edition), description="Edition")
        self.results = widgets.Select(rows=8, description="Results")
        self.tree = widgets.Select(rows=10, description="Tree")
        self.open = widgets.Button(description="Open this branch")
        self.kept = widgets.Select(rows=4, description="Pinned and recent codes")
        self.status, self.entry, self.notes = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.decisions = {name: widgets.Dropdown(options=[_OPEN], description=name) for name in _DECISIONS}
        self.line = widgets.Text(description="Answer line")
        self.copy = widgets.Button(description="Copy as answer line")
        self.pin = widgets.Button(description="Pin this code")
        self.builder = Builder(lambda prefix: self._go_to(PCS, prefix))
        self.view = self._laid_out()
        self._observe()
        self._search()
        self._show_kept()

    # -- what is shown -----------------------------------------------------------------------------------

    def show(self, here: Place | None, branch: bool = True) -> None:
        """Show a place: its notes, its open decisions, its answer line; with `branch` the tree opens there too."""
        self.here = here
        self._settling = True
        try:
            self._show_entry()
            self._show_decisions()
            self._show_builder()
            if branch:
                self._show_tree()
        except BadInput as error:
            self._say(str(error))
        finally:
            self._settling = False

    def _show_entry(self) -> None:
        here, edition = self.here, self.edition.value
        self.entry.value = head_html(here, edition) if here else f"<p>{escape(_KEYS)}</p>"
        self.notes.value = notes_html(here, edition) if here else ""
        self.line.value = places.answer_line(here) if here else ""
        self.copy.disabled = not self.line.value
        self.pin.disabled = here is None
        self.pin.description = "Unpin this code" if here and self.shelf.holds(here) else "Pin this code"

    def _show_decisions(self) -> None:
        found = {one.name: one for one in choosers(self.here, self.edition.value)} if self.here else {}
        for name, control in self.decisions.items():
            one = found.get(name)
            control.layout.display = None if one else "none"
            if one:
                _fill(control, ([] if one.chosen else [_OPEN]) + list(one.options), one.chosen)

    def _show_builder(self) -> None:
        """The builder serves procedures: it is there when one is in view, or when only their set is searched."""
        procedure = self.here is not None and self.here.system == PCS
        wanted = procedure or (self.here is None and self.system.value == PCS)
        self.builder.box.layout.display = None if wanted else "none"
        if wanted:
            self.builder.show(self.here.id if self.here else "", self.edition.value)

    def _show_tree(self) -> None:
        here, edition = self.here, self.edition.value
        if here is None:
            sets = [self.system.value] if self.system.value else list(SYSTEMS)
            self._tree = [root for one in sets for root in places.roots(one, edition)]
            rows = [f"{NAMES[root.system]}: {root.name} {root.title}" for root in self._tree]
            self._list(self.tree, rows, None)
            return
        up, down, noted = (
            places.above(here, edition),
            places.below(here, edition),
            places.named(here, edition),
        )
        self._tree = [*up, here, *down, *noted]
        rows = [_row(one, depth) for depth, one in enumerate(up)]
        rows.append(_row(here, len(up), "● "))
        rows += [_row(one, len(up) + 1) for one in down]
        rows += [f"in the notes: {one.id} {one.title}" for one in noted]
        self._list(self.tree, rows, len(up))

    def _show_kept(self) -> None:
        """Pinned codes, then recent ones. A code that this edition lacks stays on the shelf, unseen."""
        found = [("pinned", name) for name in self.shelf.pinned]
        found += [("recent", name) for name in self.shelf.recent if name not in self.shelf.pinned]
        known = [(word, places.place(*name, self.edition.value)) for word, name in found]
        shown = [(word, one) for word, one in known if one]
        self._kept = [one for _, one in shown]
        self._settling = True
        self._list(self.kept, [f"{word}: {one.id} {one.title}" for word, one in shown], None)
        self._settling = False

    def _say(self, text: str) -> None:
        self.status.value = escape(text)

    # -- what the learner does ---------------------------------------------------------------------------

    def _search(self) -> None:
        """Answer a keystroke: the results, and the best of them in view.

        Where every set is asked, ICD-10-CM answers at once, and the others when the typing pauses.
        """
        if self._timer:
            self._timer.cancel()
        if self.here and self._chosen:
            self.shelf.used(
                self.here
            )  # what was chosen and in view when another search begins was settled on
            self._show_kept()
        self._chosen = False
        text, edition, one = self.search.value.strip(), self.edition.value, self.system.value
        first = places.find(text, one or FIRST, edition)
        self._found(first)
        if not one and len(text) > 1:
            self._later(lambda: self._joined(text, first))
        else:
            self._say_found(text)

    def _joined(self, text: str, first: list[Hit]) -> None:
        """The results of all sets."""
        others = [places.find(text, one, self.edition.value) for one in SYSTEMS if one != FIRST]
        hits = places.merged([first, *others])
        # What the learner chose meanwhile stays in its row.
        self._found([*first, *(hit for hit in hits if hit not in first)] if self._chosen else hits)
        if not self._chosen:
            self._say_found(text)

    def _found(self, hits: list[Hit]) -> None:
        self._hits = [places.of_hit(hit) for hit in hits]
        kept = self.results.index if self._chosen else 0
        self._settling = True
        self._list(self.results, [_result(one) for one in self._hits], kept)
        self._settling = False
        if not self._chosen:
            first = self._known(self._hits[0]) if self._hits else None
            if first is None or first != self.here:
                self.show(first)

    def _say_found(self, text: str) -> None:
        """Say what was found, once every set was asked: "nothing" from the first of them would be read out too."""
        if len(text) < 2:
            self._say(self.shelf.trouble or "Type two letters or more.")
        elif not self._hits:
            self._say(f"Nothing found for “{text}”. Try fewer words, or another word for the same thing.")
        else:
            best = self._hits[0]
            self._say(f"{len(self._hits)} found for “{text}”, best first: {best.id} {best.title}.")

    def _later(self, act: Callable[[], None]) -> None:
        """Act when the typing pauses; at once where no kernel waits for the next keystroke."""
        try:
            self._timer = asyncio.get_running_loop().call_later(PAUSE, act)
        except RuntimeError:
            act()

    def _go_to(self, system: str, name: str) -> None:
        """Show a place by its id, and say which it is."""
        found = places.place(system, name, self.edition.value) if name else None
        self._chosen = True  # or the other sets, answering late, would bring the best result back into view
        self.show(found)
        self._say(f"{found.name} {found.title}." if found else "Choose the first character.")

    def _picked(self, index: int | None, rows: Sequence[Place], branch: bool) -> None:
        if index is not None:
            self._chosen = True
            self.show(self._known(rows[index]), branch)

    def _known(self, row: Place) -> Place:
        """A row may know less of a place than the book does: a heading of a search has no level."""
        return places.place(row.system, row.id, self.edition.value) or row

    def _opened(self) -> None:
        if self.tree.index is not None:
            self._picked(self.tree.index, self._tree, branch=True)

    def _decided(self, code: str) -> None:
        if code and self.here:
            self._go_to(self.here.system, code)
            self._used()

    def _used(self) -> None:
        if self.here:
            self.shelf.used(self.here)
            self._show_kept()

    def _copied(self) -> None:
        """The script of the panel puts the line on the clipboard; here it is remembered, and said."""
        self._used()
        self._say(f"Answer line: {self.line.value}")

    def _pinned(self) -> None:
        if self.here:
            held = self.shelf.pin(self.here)
            self._show_entry()
            self._show_kept()
            self._say(self.shelf.trouble or f"{self.here.id} is {'pinned' if held else 'no longer pinned'}.")

    # -- wiring ------------------------------------------------------------------------------------------

    def _observe(self) -> None:
        self._on(self.search, "value", lambda _: self._search())
        self._on(self.system, "value", lambda _: self._search())
        self._on(self.edition, "value", lambda _: self._search())
        self._on(self.results, "index", lambda index: self._picked(index, self._hits, branch=True))
        self._on(self.tree, "index", lambda index: self._picked(index, self._tree, branch=False))
        self._on(self.kept, "index", lambda index: self._picked(index, self._kept, branch=True))
        for control in self.decisions.values():
            self._on(control, "value", self._decided)
        self.open.on_click(lambda _: self._opened())
        self.copy.on_click(lambda _: self._copied())
        self.pin.on_click(lambda _: self._pinned())

    def _on(self, control: widgets.Widget, name: str, act: Callable[[Any], None]) -> None:
        """Act when the learner changes a control; what the panel itself changes is no act of theirs."""

        def changed(change: dict[str, Any]) -> None:
            if not self._settling:
                act(change["new"])

        control.observe(changed, name)

    @staticmethod
    def _list(control: widgets.Select, rows: Sequence[str], index: int | None) -> None:
        with control.hold_sync():
            control.options = [(row, number) for number, row in enumerate(rows)]
            control.index = index if rows else None

    def _laid_out(self) -> widgets.Box:
        style = widgets.HTML(f"<style>{_asset('panel.css')}</style>")
        beside = widgets.HTML(
            '<button type="button" class="cp-beside" hidden>Open beside the notebook</button>'
        )
        narrow = widgets.Box([self.system, self.edition])
        acts = widgets.Box([self.line, self.copy, self.pin])
        told = widgets.HTML()
        # In the order of the work, which is the order of the Tab key and of a narrow screen.
        find = widgets.Box([self.search, narrow, self.results, self.status])
        code = widgets.Box([self.entry, *self.decisions.values(), acts, told, self.builder.box])
        climb = widgets.Box([self.tree, self.open, self.kept])
        columns = widgets.Box([find, code, climb, self.notes])
        whole = widgets.Box([style, beside, columns])
        classes = {
            "cp-codebook": whole, "cp-columns": columns, "cp-find": find, "cp-code": code, "cp-climb": climb,
            "cp-notes": self.notes,
            "cp-pair": narrow, "cp-search": self.search, "cp-results": self.results, "cp-status": self.status,
            "cp-tree": self.tree, "cp-open": self.open, "cp-entry": self.entry, "cp-acts": acts,
            "cp-line": self.line, "cp-copy": self.copy, "cp-pin": self.pin, "cp-kept": self.kept, "cp-told": told, "cp-style": style,
        }  # fmt: skip
        for name, widget in classes.items():
            widget.add_class(name)
        for name, control in self.decisions.items():
            control.add_class(f"cp-{name.lower().replace(' ', '-')}")
        return whole

    def __repr__(self) -> str:
        """What stands where there are no widgets: the place in view, and how to ask for another."""
        head = f"Codebook, {', '.join(NAMES.values())}. It opens in a running notebook; as text, ask cp.code and cp.search."
        return f"{head}\n{entry_text(self.here, self.edition.value)}" if self.here else head

    def _ipython_display_(self) -> None:
        script = f"<script>{_asset('panel.js')}</script>"
        display({"text/html": script, "text/plain": ""}, raw=True)
        bundle = self.view._repr_mimebundle_() | {"text/plain": repr(self)}
        display(bundle, raw=True)


def _asset(name: str) -> str:
    return files("chartpath.codebook").joinpath(name).read_text(encoding="utf-8")


def _fill(control: widgets.Dropdown, options: list[tuple[str, str]], value: str) -> None:
    with control.hold_sync():
        control.options = options
        control.value = value


def _result(one: Place) -> str:
    """A row of the results; as in the book, a dash says that characters are missing."""
    if one.level == "modifier":
        return f"{_SHORT[one.system]} modifier {one.id} {one.title}"
    return f"{_SHORT[one.system]} {one.id}{'' if one.billable else '-'} {one.title}"


def _row(one: Place, depth: int, mark: str = "") -> str:
    return f"{_INDENT * depth}{mark}{one.name} {one.title}"
