"""The report's pictures, as SVG of our own: nothing to load, sharp in print. Every number stands in a table too."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_WIDE, _TALL = 360.0, 190.0
_LEFT, _RIGHT, _TOP, _FOOT = 34.0, 10.0, 18.0, 40.0
_INK, _FILL, _GRID = "#1a1a1a", "#2f4b7c", "#c4c4c4"


def bars(counts: Sequence[int], labels: Sequence[str], across: str, said: str) -> str:
    """Columns of counts, each with its number above and its label below; `across` names the axis below."""
    top = max([*counts, 1])
    step = (_WIDE - _LEFT - _RIGHT) / len(counts)
    floor, room = _TALL - _FOOT, _TALL - _FOOT - _TOP - 12
    shapes = [f'<path d="M{_LEFT} {floor}H{_WIDE - _RIGHT}" stroke="{_INK}"/>']
    for place, (count, label) in enumerate(zip(counts, labels, strict=True)):
        left, tall = _LEFT + place * step, room * count / top
        middle = left + step / 2
        if count:
            shapes.append(
                f'<rect x="{left + 1.5:.1f}" y="{floor - tall:.1f}" width="{step - 3:.1f}" height="{tall:.1f}" fill="{_FILL}"/>'
                + _text(middle, floor - tall - 4, str(count))
            )
        shapes.append(_text(middle, floor + 13, label, 9.5))
    shapes.append(_text((_LEFT + _WIDE - _RIGHT) / 2, _TALL - 8, across))
    return _svg(shapes, _TALL, said)


def spots(points: Sequence[tuple[int, float, float]], said: str) -> str:
    """Items by difficulty (0-1, across) and discrimination (-1 to 1, up), each a dot with its number."""
    tall = 240.0
    low = min(0.0, *(up for _, _, up in points)) if points else 0.0
    floor = tall - _FOOT

    def spot(across: float, up: float) -> tuple[float, float]:
        return (
            _LEFT + across * (_WIDE - _LEFT - _RIGHT - 12) + 4,
            floor - (up - low) / (1 - low) * (floor - _TOP),
        )

    shapes = []
    for up in (-0.5, 0.0, 0.5, 1.0):
        if up >= low:
            y = spot(0, up)[1]
            shapes.append(f'<path d="M{_LEFT} {y:.1f}H{_WIDE - _RIGHT}" stroke="{_GRID}"/>')
            shapes.append(_text(_LEFT - 5, y + 3.5, f"{up:g}", 9.5, "end"))
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        shapes.append(_text(spot(share, 0)[0], floor + 13, f"{share:.0%}", 9.5))
    named: list[tuple[float, float, list[str]]] = []
    for number, across, up in points:
        x, y = spot(across, up)
        shapes.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{_FILL}"/>')
        near = next((names for a, b, names in named if abs(a - x) < 14 and abs(b - y) < 9), None)
        if near is None:
            named.append((x, y, [str(number)]))
        else:
            near.append(str(number))  # two numbers on one spot could not be read
    shapes += [_text(x + 5.5, y - 3, ", ".join(names), 9.5, "start") for x, y, names in named]
    shapes.append(_text(2, 9, "item-rest correlation", 9.5, "start"))
    shapes.append(
        _text((_LEFT + _WIDE) / 2, tall - 8, "share of its points that the class has (easy on the right)")
    )
    return _svg(shapes, tall, said)


def whisker(low: float, value: float, high: float) -> str:
    """A share with its interval on a line from 0 to 100 percent; the numbers stand beside it."""
    return (
        '<svg viewBox="0 0 104 14" width="104" height="14" aria-hidden="true" focusable="false">'
        f'<path d="M2 10H102" stroke="{_GRID}"/><path d="M2 7V13M52 7V13M102 7V13" stroke="{_GRID}"/>'
        f'<path d="M{2 + 100 * low:.1f} 6H{2 + 100 * high:.1f}" stroke="{_FILL}" stroke-width="2.5"/>'
        f'<circle cx="{2 + 100 * value:.1f}" cy="6" r="3.6" fill="{_FILL}"/></svg>'
    )


def _text(x: float, y: float, words: str, size: float = 11, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" text-anchor="{anchor}" fill="{_INK}">{escape(words)}</text>'


def _svg(shapes: Sequence[str], tall: float, said: str) -> str:
    return (
        f'<svg class="figure" viewBox="0 0 {_WIDE:.0f} {tall:.0f}" role="img" aria-label="{escape(said, quote=True)}">'
        f"{''.join(shapes)}</svg>"
    )
