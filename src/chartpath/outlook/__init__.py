"""The counselor's page: what coding and its neighbors pay in a place, and where they lead.

`view(area, occupations)` computes the page as data; `html` draws it; `app.show` puts the controls around it, and
`server` opens it in the browser without a line of code in sight (`chartpath outlook`).
"""

from __future__ import annotations

from chartpath.outlook.model import MOST, Page
from chartpath.outlook.page import view

__all__ = ["MOST", "Page", "view"]
