"""A plot is an SVG of our own: lines over powers of ten, named at their ends, no package for it."""

import math
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 760, 380
LEFT, RIGHT, TOP, BOTTOM = 64, 250, 44, 52
COLOURS = ("#0b6e4f", "#8a3ffc", "#c2410c", "#1d4ed8", "#9d174d", "#4d7c0f", "#334155")
LABEL_GAP = 15  # pixels between two names at the right


def plot(
    title: str, across: str, up: str, lines: Mapping[str, Sequence[tuple[float, float]]]
) -> str:
    """Both axes by powers of ten; what is zero stands on the axis."""
    points = [point for line in lines.values() for point in line]
    left, right = _powers([x for x, _ in points])
    low, high = _powers([y for _, y in points if y > 0] or [1.0])

    def at(x: float, y: float) -> tuple[float, float]:
        wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
        along = (math.log10(x) - left) / max(1, right - left)
        height = (math.log10(y) - low) / max(1, high - low) if y > 0 else 0.0
        return LEFT + wide * along, HEIGHT - BOTTOM - tall * height

    parts = [_text(LEFT, 24, title, "title"), *_grid(at, (left, right), (low, high), across, up)]
    ends: list[tuple[float, str, str]] = []
    for number, (name, line) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        spots = [at(x, y) for x, y in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in spots]
        ends.append((spots[-1][1], f"{name}: {_figure(line[-1][1])}", colour))
    parts += _names(ends)
    inside = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="{escape(title)}">\n<style>text {{ font: 12px sans-serif; fill: #1f2937 }}'
        f" .title {{ font-size: 15px; font-weight: 600 }}</style>\n"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n{inside}\n</svg>\n'
    )


def _powers(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten around the values; at least one apart."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _grid(  # type: ignore[no-untyped-def]  # `at` is the caller's own
    at, wide: tuple[int, int], tall: tuple[int, int], across: str, up: str
) -> list[str]:
    parts = []
    for power in range(tall[0], tall[1] + 1):
        x, y = at(10.0 ** wide[0], 10.0**power)
        parts.append(f'<path d="M{x:.1f} {y:.1f}H{WIDTH - RIGHT}" stroke="#e5e7eb"/>')
        parts.append(_text(x - 8, y + 4, f"{10.0**power:,g}", anchor="end"))
    for power in range(wide[0], wide[1] + 1):
        x, y = at(10.0**power, 10.0 ** tall[0])
        parts.append(f'<path d="M{x:.1f} {TOP}V{y:.1f}" stroke="#f3f4f6"/>')
        parts.append(_text(x, y + 18, f"{10**power:,}" if power >= 0 else f"{10.0**power:g}"))
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, across))
    parts.append(_text(LEFT, TOP - 6, up, anchor="start"))
    return parts


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _names(ends: Sequence[tuple[float, str, str]]) -> list[str]:
    """At the right, in the order of the lines' ends, none over another and none below the axis."""
    parts, ordered, below = [], sorted(ends), 0.0
    for number, (y, name, colour) in enumerate(ordered):
        room = HEIGHT - BOTTOM - LABEL_GAP * (len(ordered) - 1 - number)
        below = max(min(y, room), below + LABEL_GAP)
        start = WIDTH - RIGHT
        parts.append(f'<path d="M{start + 4} {y:.1f}L{start + 16} {below:.1f}" stroke="{colour}"/>')
        parts.append(_text(start + 20, below + 4, name, anchor="start"))
    return parts


def _text(x: float, y: float, text: str, style: str = "", anchor: str = "") -> str:
    where = anchor or ("start" if style else "middle")
    kind = f' class="{style}"' if style else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{where}"{kind}>{escape(text)}</text>'
