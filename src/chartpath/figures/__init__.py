"""Pictures of pay and outlook, computed from the labour tables: name an area and an occupation, get a picture.

    import chartpath as cp
    cp.figures.pay_range("CA", "coder")
    cp.figures.alt(cp.figures.openings("biller"))

Each function takes codes or names, draws on `ax` when one is given, and returns the Axes (twin maps: a Gallery).
In a notebook the picture shows itself with its text alternative. Titles say what the numbers say for this very
area and occupation; missing figures are said in words. Everything is drawn in one style that reads in greyscale.
"""

from __future__ import annotations

from importlib.util import find_spec

from chartpath.errors import ChartpathError

if find_spec("matplotlib") is None or find_spec("pandas") is None:
    raise ChartpathError(
        'figures: matplotlib and pandas are not installed here. Run: python -m pip install "chartpath[course]"'
    )

from chartpath.figures.growth import openings, projections_by_vintage
from chartpath.figures.pay import pay_range
from chartpath.figures.places import state_tiles, state_tiles_twin
from chartpath.figures.style import Gallery, alt, html, png
from chartpath.figures.sure import uncertainty
from chartpath.figures.trend import headline, pay_over_time
from chartpath.figures.work import career_ladder, industry_mix

__all__ = [
    "Gallery",
    "alt",
    "career_ladder",
    "headline",
    "html",
    "industry_mix",
    "openings",
    "pay_over_time",
    "pay_range",
    "png",
    "projections_by_vintage",
    "state_tiles",
    "state_tiles_twin",
    "uncertainty",
]
