"""axe-core on a page, and on JupyterLab, whose empty body would hide everything from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = Axe()
AA = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
"""Every rule of WCAG 2.2 AA that a program can check."""

# JupyterLab lays out in absolute boxes: its body is 0 pixels high and clips, so axe takes all text for invisible
# and passes over contrast without a word.
_OPEN = """() => { if (!document.body.clientHeight) for (const one of [document.documentElement, document.body])
one.style.height = "100vh"; }"""


def one_rule(name: str) -> dict[str, Any]:
    """Options that run one rule only."""
    return {"runOnly": {"type": "rule", "values": [name]}, "rules": {name: {"enabled": True}}}


def audit(page: Page, options: dict[str, Any] | None = None, *include: str) -> None:
    """Fail on any violation in the parts named by selectors (the whole page for none), and where nothing was checked."""
    page.evaluate(_OPEN)
    found = AXE.run(
        page, context={"include": [[one] for one in include]} if include else None, options=options or AA
    )
    assert found.violations_count == 0, found.generate_report()
    assert found.response["passes"], "axe found nothing to check"
