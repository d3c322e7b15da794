"""What a screen reader says of a part of a page, line by line, from Chromium's accessibility tree.

    python tests/browser/transcript.py PAGE.html [SELECTOR]

prints it for a page on disk, to be read aloud and judged.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

_SAID = {"region": "region", "figure": "figure", "group": "group", "table": "table", "img": "graphic"}
_SAID |= {"image": "graphic", "button": "button", "checkbox": "check box", "main": "main", "form": "form"}
_SAID |= {"navigation": "navigation", "Details": "", "note": "note", "status": "status", "banner": "banner"}
# What stands in the line of its neighbors; every other element begins a line of its own.
_INLINE = frozenset(
    {"strong", "emphasis", "mark", "code", "StaticText", "none", "generic", "link", "Abbr", "time", "Ruby"}
)
_SILENT = frozenset({"InlineTextBox", "ListMarker"})


class _Reader:
    def __init__(self, nodes: list[dict[str, Any]]) -> None:
        self.nodes = {node["nodeId"]: node for node in nodes}
        self.lines: list[str] = []
        self.words: list[str] = []

    def flush(self) -> None:
        text = " ".join("".join(self.words).split())
        self.words.clear()
        if text:
            self.lines.append(text)

    def children(self, node: dict[str, Any]) -> list[dict[str, Any]]:
        return [self.nodes[one] for one in node.get("childIds", []) if one in self.nodes]

    def read(self, node: dict[str, Any]) -> None:
        role = "none" if node.get("ignored") else node.get("role", {}).get("value", "none")
        name = node.get("name", {}).get("value", "")
        if role in _SILENT:
            return
        if role == "LineBreak":
            self.flush()
            return
        if role == "StaticText":
            self._text(name)
            return
        if role in _INLINE:
            self.words.append({"link": " link, ", "mark": " highlighted, "}.get(role, ""))
            for child in self.children(node):
                self.read(child)
            self.words.append({"mark": ", end highlighted "}.get(role, ""))
            return
        self.flush()
        said = self._opening(role, name, node)
        if said:
            self.lines.append(said)
        if role in ("textbox", "heading", "DisclosureTriangle", "img", "image", "button", "checkbox"):
            return  # said in full already
        if role == "listitem":
            self.words.append("• ")
        for child in self.children(node):
            self.read(child)
        self.flush()
        if role == "region":
            self.lines.append(f"end of region, {name}")

    def _text(self, name: str) -> None:
        """Text as it stands; the lines of a note are lines here too."""
        first, *rest = name.split("\n")
        self.words.append(first)
        for line in rest:
            self.flush()
            self.words.append(line)

    def _opening(self, role: str, name: str, node: dict[str, Any]) -> str:
        facts = {one["name"]: one["value"].get("value") for one in node.get("properties", [])}
        if role == "heading":
            return f"heading level {facts.get('level')}, {name}"
        if role == "DisclosureTriangle":
            return f"{name}, {'expanded' if facts.get('expanded') else 'collapsed'}"
        if role == "list":
            return f"list of {len(self.items(node))}"
        if role == "textbox":
            value = " ".join(str(node.get("value", {}).get("value", "")).split())
            return ", ".join(part for part in ("edit", name or "(no name)", value) if part)
        if role in ("group", "generic") and not name:
            return ""
        return ", ".join(part for part in (_SAID.get(role, ""), name) if part) if role in _SAID else ""

    def items(self, node: dict[str, Any]) -> list[dict[str, Any]]:
        """The items of a list, those under elements that say nothing too."""
        found = []
        for child in self.children(node):
            if child.get("role", {}).get("value") == "listitem" and not child.get("ignored"):
                found.append(child)
            elif child.get("ignored"):
                found += self.items(child)
        return found


def transcript(page: Page, selector: str = "body") -> list[str]:
    """The lines a screen reader says of the first element that fits the selector, in reading order.

    Raises LookupError where nothing fits.
    """
    client = page.context.new_cdp_session(page)
    client.send("Accessibility.enable")
    root = client.send("DOM.getDocument", {"depth": 0})["root"]["nodeId"]
    found = client.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
    if not found:
        raise LookupError(f"nothing on the page fits {selector!r}")
    wanted = client.send("DOM.describeNode", {"nodeId": found})["node"]["backendNodeId"]
    nodes = client.send("Accessibility.getFullAXTree")["nodes"]
    client.detach()
    reader = _Reader(nodes)
    start = next((node for node in nodes if node.get("backendDOMNodeId") == wanted), None)
    if start is None:
        raise LookupError(f"{selector!r} is hidden from assistive technology")
    reader.read(start)
    reader.flush()
    return reader.lines


def main() -> None:
    """Print the transcript of a page on disk."""
    from lab_server import FLAGS, chromium
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page()
        page.goto(Path(sys.argv[1]).resolve().as_uri(), wait_until="domcontentloaded")
        print("\n".join(transcript(page, *sys.argv[2:3])))
        browser.close()


if __name__ == "__main__":
    main()
